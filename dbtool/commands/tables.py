"""dbtool tables."""

from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url
from dbtool.config import load_project
from dbtool.db import connect
from dbtool.finding import Finding, Severity
from dbtool.report import Report
from dbtool.target import load_target
from dbtool.where import where as where_is

if TYPE_CHECKING:
    from dbtool.tables.listed import Table
    from dbtool.tables.order import Cycle


def tables(
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="KEY=VALUE", help="Only those, e.g. category=domain; can be repeated."),
    ] = None,
    order: Annotated[bool, typer.Option("--order", help="Print the names alone, one a line, for scripts.")] = False,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """List the tables, parents before children: rows, size, category, trigger families, publications. Read-only.

    Example: dbtool tables --where category=domain
    """
    from dbtool.families.family import read_families
    from dbtool.tables.chosen import choose, read_wishes
    from dbtool.tables.drawn import drawn, names, summary_of, told
    from dbtool.tables.listed import read_tables

    wishes = read_wishes(where or ())
    project = load_project()
    families = read_families(project.triggers)
    target = load_target(project, env, url=url)
    with connect(target, purpose="tables", read_only=True) as conn:
        found = read_tables(conn, families, ledger_schema=project.ledger_schema)
        banner = where_is(conn, target)
    chosen = choose(found.tables, wishes)
    shown = {str(table) for table in chosen}
    cycles = [cycle for cycle in found.cycles if shown & set(cycle.tables)]
    findings = [
        Finding(
            id="table-cycle",
            message=told(cycle),
            help="rows go in with that column NULL first, or with the constraint DEFERRABLE in one transaction",
            severity=Severity.NOTE,
        )
        for cycle in cycles
    ]
    if order and not json:
        for finding in findings:  # on stderr: stdout is the names
            console.tell(finding)
    return Report(
        command="tables",
        where=banner,
        tables=[drawn(chosen)] if chosen and not order else (),
        text=names(chosen) if order else "",
        findings=findings,
        summary="" if order else summary_of(chosen, found.tables),
        data={"tables": [_data(table) for table in chosen], "cycles": [_cycle(cycle) for cycle in cycles]},
    )


def _data(table: "Table") -> dict[str, object]:
    return {
        "name": str(table),
        "schema": table.schema,
        "table": table.name,
        "kind": table.kind,
        "partitions": table.partitions,
        "rows": table.rows,
        "bytes": table.bytes,
        "category": table.tags.category or None,
        "comment": table.tags.text,
        "families": table.families,
        "families_in_part": table.families_in_part,
        "publications": table.publications,
        "client": table.client,
        "references": table.references,
    }


def _cycle(cycle: "Cycle[str]") -> dict[str, object]:
    return {
        "tables": cycle.tables,
        "closing": [
            {
                "table": reference.child,
                "constraint": reference.constraint,
                "references": reference.parent,
                "deferrable": reference.deferrable,
                "nullable": reference.nullable,
            }
            for reference in cycle.closing
        ],
    }
