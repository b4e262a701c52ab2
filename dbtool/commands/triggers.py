"""dbtool triggers: families of triggers that tables have by their category."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url
from dbtool.commands.trigger_cases import family_names, test
from dbtool.commands.trigger_changes import install, sync
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.errors import UsageError
from dbtool.families.family import Family, read_families
from dbtool.ledger import read_ledger
from dbtool.migrations import read_migrations
from dbtool.plan import make_plan
from dbtool.report import Report, Table
from dbtool.script import sql_checksum_of
from dbtool.spelling import close_words
from dbtool.target import load_target
from dbtool.where import where

if TYPE_CHECKING:
    from dbtool.families.standing import Standing, State

_SHOWN = 40  # tables: of more, those in step are counted


def status(
    all_: Annotated[bool, typer.Option("--all", help="Show each table, however many there are.")] = False,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Show for each table and family: present, missing, altered by hand, disabled. Read-only.

    Example: dbtool triggers status --env staging
    """
    project = load_project()
    target = load_target(project, env, url=url)
    families = read_families(project.triggers)
    if not families:
        return Report(
            command="triggers status", summary=_no_family(project), next=("dbtool triggers install client-id",)
        )

    from dbtool.families.members import members, read_tables
    from dbtool.families.standing import READ, State, standings
    from dbtool.families.told import findings_of, summary_of
    from dbtool.schema.files.made import shadow_of_project
    from dbtool.schema.reading.read import read_parts

    with shadow_of_project(project, target, say=console.say) as made:
        with connect(target, purpose="triggers status", read_only=True) as conn:
            banner = where(conn, target)
            ledger = read_ledger(conn, project.ledger_schema)
            waiting = make_plan(read_migrations(project.migrations), ledger, sql_checksum=sql_checksum_of).pending
            found = read_parts(conn, *READ, ledger_schema=project.ledger_schema)
        shadow = made.conn()
        who = members(families, read_tables(shadow))
        wanted = read_parts(shadow, *READ, ledger_schema=project.ledger_schema)
    seen = standings(families, who, wanted, found)
    wrong = [s for s in seen if s.state is not State.PRESENT]
    return Report(
        command="triggers status",
        where=banner,
        tables=_matrix(families, seen, everything=all_),
        findings=list(findings_of(wrong)),
        summary=summary_of(seen, wrong),
        next=_next(wrong, pending=bool(waiting), flags=target.flags),
        exit_code=4 if wrong else 0,
        data={
            "families": [{"family": f.name, "tables": sum(m.family == f for m in who)} for f in families],
            "standings": [s.data for s in seen],
        },
    )


def _no_family(project: Project) -> str:
    return f"no families: {project.shown(project.triggers)} has none"


def _matrix(families: Sequence[Family], seen: "Sequence[Standing]", *, everything: bool) -> list[Table]:
    """Return the table of who has what: a row for each table, a column for each family."""
    from dbtool.families.standing import State

    rows: dict[str, dict[str, State]] = {}
    for one in seen:
        if one.table:
            rows.setdefault(one.table, {})[one.family] = one.state
    shown = {
        table: states
        for table, states in sorted(rows.items())
        if everything or len(rows) <= _SHOWN or any(state is not State.PRESENT for state in states.values())
    }
    names = [f.name for f in families if any(f.name in states for states in rows.values())]
    cells = [(table, *(_cell(states.get(name)) for name in names)) for table, states in shown.items()]
    return [Table(columns=("table", *names), rows=cells)] if cells else []


def _cell(state: "State | None") -> str:
    return "" if state is None else "+" if state.value == "present" else f"! {state.value}"


def _next(wrong: "Sequence[Standing]", *, pending: bool, flags: str) -> tuple[str, ...]:
    """Return the commands that mend it: what is pending first; else it is the files, or somebody's hand."""
    from dbtool.families.standing import State

    if not wrong:
        return ()
    if pending:
        return (f"dbtool migrate{flags}",)
    byhand = next((s for s in wrong if s.state in (State.ALTERED, State.DISABLED, State.MISSING)), wrong[0])
    return ("dbtool triggers sync", f"dbtool triggers install {byhand.family} --apply{flags}")


# ---- explain


def explain(
    name: Annotated[
        str | None, typer.Argument(metavar="[FAMILY]", help="A family, or a table.", autocompletion=family_names)
    ] = None,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Say what a family does and which tables have it, or what a table has and in which order it fires. Read-only.

    Example: dbtool triggers explain client-id
    """
    project = load_project()
    target = load_target(project, env, url=url, any_word=True)
    families = read_families(project.triggers)

    from dbtool.families.explained import family_lines, firing_order, table_lines
    from dbtool.families.members import members, read_tables
    from dbtool.schema.files.made import shadow_of_project
    from dbtool.schema.reading.read import read_parts

    with shadow_of_project(project, target, say=console.say) as made:
        shadow = made.conn()
        tables = read_tables(shadow)
        parts = read_parts(shadow, "triggers", "policies", ledger_schema=project.ledger_schema).parts
    who = members(families, tables)
    chosen = [f for f in families if name in (None, f.name)]
    if chosen:
        text = "\n\n".join("\n".join(family_lines(f, who, tables)) for f in chosen)
        data = [{"family": f.name, "tables": [str(m.table) for m in who if m.family == f]} for f in chosen]
        return Report(command="triggers explain", summary="", text=text, data={"families": data})
    if name is None:
        return Report(command="triggers explain", summary=_no_family(project), data={"families": []})
    found = [t for t in tables if name in (str(t), t.name, f"{t.schema}.{t.name}")]
    if len(found) != 1:
        raise _unknown(name, families, [str(t) for t in tables])
    order = firing_order(parts, found[0], who)
    return Report(
        command="triggers explain",
        summary="",
        text="\n".join(table_lines(found[0], who, order)),
        data={"table": str(found[0]), "triggers": [fired.data for fired in order]},
    )


def _unknown(name: str, families: Sequence[Family], tables: Sequence[str]) -> UsageError:
    names = [family.name for family in families]
    close = close_words(name, [*names, *tables, *(table.partition(".")[2] for table in tables)])
    hint = f"did you mean {close[0]}?" if close else f"the families are {', '.join(names)}"
    return UsageError(f"{name} is no family and no table of sql/schema", hint=hint)


triggers = {"status": status, "sync": sync, "install": install, "test": test, "explain": explain}
