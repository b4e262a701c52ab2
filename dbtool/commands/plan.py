"""dbtool plan."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url, Yes, refuse_choice
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.finding import Finding, Severity
from dbtool.ledger import read_ledger
from dbtool.migrations import read_migrations
from dbtool.plan import make_plan
from dbtool.report import Report, counted
from dbtool.script import sql_checksum_of
from dbtool.target import Target, load_target
from dbtool.where import Where, where

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.guard.settle import Settled
    from dbtool.rehearsal.traffic import Traffic
    from dbtool.rehearsal.verdict import Judged, JudgedFile

_FORMATS = ("text", "markdown")
_FAIL_ON = ("never", "window", "online")
PLAN_FAILED = 5  # exit code, as of `lint`


def plan(
    env: Env = None,
    url: Url = None,
    form: Annotated[str, typer.Option("--format", metavar="|".join(_FORMATS), help="How to print it.")] = "text",
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="|".join(_FAIL_ON), help="Exit 5 from this verdict on.")
    ] = "never",
    on_target: Annotated[
        bool, typer.Option("--on-target", help="Try it on the target itself, for two seconds, and roll it back.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> Report:
    """Rehearse the pending migrations on a shadow, and say what they would do to this database. Read-only.

    Example: dbtool plan --env production
    """
    refuse_choice("--format", form, _FORMATS)
    refuse_choice("--fail-on", fail_on, _FAIL_ON)
    project = load_project()
    target = load_target(project, env, url=url)
    folder = read_migrations(project.migrations)
    with connect(target, purpose="plan", read_only=True) as conn:
        banner = where(conn, target)
        ledger = read_ledger(conn, project.ledger_schema)
        found = make_plan(folder, ledger, sql_checksum=sql_checksum_of)
        if not found.pending:
            return Report(
                command="plan", where=banner, findings=found.drift, summary="nothing to rehearse: nothing is pending",
                data={"verdict": "safe now", "files": [], "traffic": None},
            )  # fmt: skip

        from dbtool.rehearsal.pending import judge_pending

        with _permitted(project, target, conn, yes=yes) if on_target else nullcontext() as settled:
            judged, traffic = judge_pending(
                project, target, conn, folder, ledger, found.pending, say=console.say, on_target=settled
            )
    return _report(banner, found.drift, judged, traffic, form="" if json else form, fail_on=fail_on)


@contextmanager
def _permitted(project: Project, target: Target, conn: "Conn", *, yes: bool) -> "Generator[Settled]":
    """Give the permission to try it on the target, which migrate would need, with migrate's lock held."""
    from dbtool.guard.settle import judge, permit
    from dbtool.lock import migration_lock

    settled = permit(replace(judge(conn, target, "migrate"), mark=""), yes=yes)  # nothing stays: no mark either
    with migration_lock(target, wait=project.lock_wait / 1000, say=console.say):
        yield settled


def _report(
    banner: Where,
    drift: Sequence[Finding],
    files: "Sequence[JudgedFile]",
    traffic: "Traffic",
    *,
    form: str,
    fail_on: str,
) -> Report:
    from dbtool.rehearsal.told import around, findings_of, lines_of, markdown
    from dbtool.rehearsal.verdict import Verdict, worst

    verdict = worst(files)
    failed = {"never": Verdict.FAILS, "window": Verdict.WINDOW, "online": Verdict.ONLINE}[fail_on]
    code = 1 if verdict is Verdict.FAILS else PLAN_FAILED if verdict.rank >= failed.rank else 0
    standing = [f for file in files for f in file.findings if f.severity is not Severity.NOTE]
    shown = {"": [*drift, *standing], "text": drift, "markdown": ()}[form]  # "": JSON, a list of its own
    lines: list[str] = []
    for file in files:
        lines += [*lines_of(file, traffic), *(findings_of(file) if form == "text" else ())]
    lines += around(traffic, verdict)
    return Report(
        command="plan",
        where=banner,
        findings=shown,
        summary="\n".join([*lines, f"{counted(len(files), 'migration')}: {verdict}"]),
        text=markdown(files, traffic, verdict, console.banner(banner)) if form == "markdown" else "",
        exit_code=code,
        data={"verdict": verdict, "files": [_data(file) for file in files], "traffic": _traffic(traffic)},
    )


def _traffic(traffic: "Traffic") -> dict[str, Any]:
    return {
        "oldest_transaction_seconds": traffic.oldest_seconds,
        "oldest_transaction_pid": traffic.oldest_pid,
        "transactions": traffic.transactions,
        "standbys": traffic.standbys,
        "slots": traffic.slots,
    }


def _data(file: "JudgedFile") -> dict[str, Any]:
    rehearsed = file.file
    return {
        "migration": rehearsed.migration.id,
        "path": rehearsed.migration.path,
        "transactional": rehearsed.transactional,
        "verdict": file.verdict,
        "statements": [_statement(judged) for judged in file.statements],
        "held": {name: str(lock) for name, lock in rehearsed.held.items()},
        "rollback": rehearsed.undone,
        "rollback_told": rehearsed.undone_told,
        "failure": rehearsed.failure.message if rehearsed.failure else None,
        "not_seen": rehearsed.unseen,
        "dismissed": [{"id": f.id, "place": f.place, "evidence": why} for f, why in file.dismissed],
    }


def _statement(judged: "Judged") -> dict[str, Any]:
    statement = judged.statement
    return {
        "number": statement.number,
        "line": statement.place.line,
        "sql": statement.sql,
        "outside_transaction": statement.outside,
        "locks": {name: str(lock) for name, lock in statement.seen.locks.items()},
        "blocked": {name: str(lock) for name, lock in judged.blocked.items()},
        "rewritten": statement.seen.rewritten,
        "built": dict(statement.seen.built),
        "scanned": statement.seen.scanned,
        "work": judged.work,
        "seconds_fast": judged.fast,
        "seconds_slow": judged.slow,
        "verdict": judged.verdict,
        "instead": judged.instead,
    }
