"""dbtool seed import."""

import sys
from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Confirm, Env, Json, Override, Token, Url
from dbtool.config import load_project
from dbtool.finding import Finding
from dbtool.guard import weigh
from dbtool.guard.decide import Allow
from dbtool.guard.policy import read_policy
from dbtool.guard.settle import Consent, refuse_beforehand
from dbtool.report import Report, counted, seconds

if TYPE_CHECKING:
    from dbtool.seeds.load.apply import Outcome
    from dbtool.seeds.load.rejects import Rejects
    from dbtool.seeds.load.rows import Rows
    from dbtool.seeds.load.table import Table


_FEW = 5  # rejected rows that a person is told of; all are in the file of reasons


class Format(StrEnum):
    """What a file holds."""

    CSV = "csv"
    TSV = "tsv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def import_rows(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A .csv, .tsv, .jsonl or .parquet file, also .gz; - is stdin.")
    ],
    table: Annotated[str, typer.Argument(metavar="TABLE", help="The table, as PostgreSQL reads its name.")],
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="A,B", help="The columns, instead of what the file says.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", metavar="C", help="What divides the fields of CSV.")
    ] = None,
    null: Annotated[
        str | None, typer.Option("--null", metavar="TEXT", help="What stands for NULL in CSV: nothing, as it is.")
    ] = None,
    no_header: Annotated[bool, typer.Option("--no-header", help="The first line of the CSV is a row.")] = False,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="The encoding of the CSV, where not UTF-8.")
    ] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="What FILE holds, where its name does not say it.")
    ] = None,
    reject_file: Annotated[
        Path | None,
        typer.Option("--reject-file", metavar="FILE", help="Write the good rows, and put the bad ones in here."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of rejected rows.")] = False,
    env: Env = None,
    url: Url = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare the file's columns; write nothing.")] = False,
    confirm: Confirm = None,
    override: Override = None,
    token: Token = None,
    json: Json = False,
) -> Report:
    """Write the rows of a file into a table through COPY, all or none. Writes.

    Example: dbtool seed import users.csv users --reject-file bad.csv
    """
    from dbtool.seeds.load.apply import Outcome, copy_rows
    from dbtool.seeds.load.opened import Asked, open_rows
    from dbtool.seeds.load.rejects import open_rejects
    from dbtool.seeds.load.source import format_of, open_source
    from dbtool.seeds.load.speed import Pace
    from dbtool.seeds.load.table import read_table

    asked = Asked(
        format=format_of(file, format_ and format_.value), columns=columns, delimiter=delimiter, null=null,
        header=not no_header, encoding=encoding,
    )  # fmt: skip
    asked.refuse_unfit(file, reject_file)
    project = load_project()
    policy = read_policy(project)
    with open_source(file) as source:
        target = weigh.load_judged_target(project, policy, "seed", env, url)
        if not dry_run:
            refuse_beforehand(policy, "seed", target)
        with closing(weigh.connect_to(target, "seed import", dry_run=dry_run)) as conn:
            weighed = weigh.weigh(conn, target, policy, "seed")
            conn.rollback()  # the search_path of what was asked until now lasts as long as its transaction
            into = read_table(conn, table)
            rows = open_rows(conn, source, into, asked)
            if dry_run:
                would = f"import {source.where} into {into} ({', '.join(rows.columns)})"
                told = weigh.dry_run(weighed, would=would, data=_data(into, rows, Outcome(), None), json=json)
                return Report(
                    command="seed import", where=weighed.where, summary=told.summary, exit_code=told.exit_code,
                    data=told.data,
                )  # fmt: skip
            with open_rejects(reject_file, header=rows.header, quotes=asked.delimited, force=force) as rejects:
                if isinstance(weighed.verdict, Allow):
                    console.say(console.banner(weighed.where))
                else:
                    weigh.show(weighed, (), does=f"writes the rows of {source.where} into {into}")
                consent = Consent(confirm=confirm, override=override, token=token)
                settled = weigh.settle_weighed(conn, weighed, consent)
                conn.add_notice_handler(
                    lambda d: console.say(f"{(d.severity or 'NOTICE').lower()}: {d.message_primary}")
                )
                outcome = Outcome()
                pace = Pace(rows=rows, how="json" if json else "bar" if sys.stderr.isatty() else "line")
                events = copy_rows(
                    conn, settled, rows, table=into, target=target, rejects=rejects, outcome=outcome, pace=pace,
                    say=console.say,
                )  # fmt: skip
                console.watch(events, quiet=json)
    return _report(weighed, into, rows, outcome, rejects, json=json)


def _report(
    weighed: weigh.Weighed, table: "Table", rows: "Rows", outcome: "Outcome", rejects: "Rejects | None", *, json: bool
) -> Report:
    from dbtool.seeds.load.bad_rows import rejected

    findings: Sequence[Finding] = ()
    summary = f"imported {counted(outcome.rows, 'row')} into {table} in {seconds(outcome.seconds)}"
    if outcome.seconds >= 1:
        summary += f" ({outcome.rows / outcome.seconds:,.0f} rows/s)"
    if outcome.left_out:
        summary += f"; a trigger left out {counted(outcome.left_out, 'row')}"
    if rejects is not None and rejects.count:
        summary += f"; rejected {counted(rejects.count, 'row')}"
        few = outcome.problems[:_FEW] if not json else outcome.problems
        findings = rejected(rows, few, rejects.count, path=str(rejects.path), reasons=str(rejects.reasons))
    return Report(
        command="seed import",
        where=weighed.where if json else None,
        exit_code=1 if outcome.rejected and not outcome.rows else 0,
        findings=findings,
        summary=summary,
        data=weighed.data | _data(table, rows, outcome, rejects),
    )


def _data(table: "Table", rows: "Rows", outcome: "Outcome", rejects: "Rejects | None") -> dict[str, object]:
    written = rejects if rejects is not None and rejects.count else None
    return {
        "file": rows.source.where, "table": str(table), "columns": list(rows.columns), "rows": outcome.rows,
        "left_out": outcome.left_out, "rejected": outcome.rejected, "seconds": round(outcome.seconds, 3),
        "reject_file": written and str(written.path), "reasons_file": written and str(written.reasons),
    }  # fmt: skip
