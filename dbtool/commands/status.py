"""dbtool status."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from dbtool.commands.options import Env, Json, Url
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.errors import DbtoolError
from dbtool.finding import Severity
from dbtool.ledger import Ledger, read_ledger
from dbtool.lock import read_holder
from dbtool.migrations import Folder, read_migrations
from dbtool.plan import Plan, make_plan
from dbtool.report import Report, Table, counted, seconds
from dbtool.script import sql_checksum_of
from dbtool.secrets import redact
from dbtool.target import Target, load_target
from dbtool.where import where


def status(
    env: Env = None,
    url: Url = None,
    all_environments: Annotated[
        bool, typer.Option("--all-environments", help="One line for every environment of dbtool.toml.")
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 3 when something is pending, 4 when files and ledger differ.")
    ] = False,
    json: Json = False,
) -> Report:
    """Show each migration: applied, pending, edited, missing, half-done. Read-only.

    Example: dbtool status --env production --json
    """
    project = load_project()
    folder = read_migrations(project.migrations)
    if all_environments:
        return _every_environment(project, folder, exit_code)
    target = load_target(project, env, url=url)
    with connect(target, purpose="status", read_only=True) as conn:
        ledger = read_ledger(conn, project.ledger_schema)
        holder = read_holder(conn)
        banner = where(conn, target)
    plan = make_plan(folder, ledger, sql_checksum=sql_checksum_of)
    states = migration_states(folder, ledger, plan)
    locked = f"\nthe migration lock is held by {holder}" if holder else ""
    return Report(
        command="status",
        where=banner,
        findings=plan.drift,
        tables=(_table(states),) if states else (),
        summary=_summary(plan, ledger) + locked,
        next=_next(plan, target),
        exit_code=_exit_code(plan) if exit_code else 0,
        data={
            "migrations": states,
            "pending": [m.id for m in plan.pending],
            "lock_holder": holder,
            "ledger_schema": ledger.schema,
        },
    )


def migration_states(folder: Folder, ledger: Ledger, plan: Plan) -> list[dict[str, Any]]:
    """Return what is known of each migration, files first in running order, then what has no file here."""
    edited = {f.migration: f.id for f in plan.drift if f.id in ("edited-migration", "edited-comments")}
    late = {f.migration for f in plan.drift if f.id == "late-migration"}
    files = {m.id: m for m in folder.migrations}
    states: list[dict[str, Any]] = []
    for id in [*files, *(id for id in ledger.applied if id not in files)]:
        applied, file = ledger.applied.get(id), files.get(id)
        if applied is None:
            steps = ledger.interrupted.get(id, ())
            state = "interrupted" if steps else "late" if id in late else "pending"
        elif file is None:
            state = "missing"
        else:
            state = {"edited-migration": "edited", "edited-comments": "applied"}.get(edited.get(id, ""), "applied")
            steps = ledger.undoing.get(id, ())
            state = "interrupted" if steps else state
        states.append(
            {
                "id": id,
                "state": state,
                "applied_at": applied.at if applied else None,
                "applied_by": applied.by if applied else None,
                "applied_from": applied.host if applied else None,
                "milliseconds": applied.milliseconds if applied else None,
                "recorded_only": applied.recorded_only if applied else None,
                "checksum_recorded": (applied.checksum or None) if applied else None,
                "checksum_file": file.checksum if file else None,
                "statements_done": sum(s.state == "done" for s in ledger.interrupted.get(id, ())),
                "has_rollback": file.rollback is not None or file.is_python if file else None,
            }
        )
    return states


def _table(states: list[dict[str, Any]]) -> Table:
    rows = [
        (
            _marks[s["state"]] + " " + s["state"],
            s["id"],
            f"{s['applied_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC" if s["applied_at"] else "",
            f"{s['applied_by']}@{s['applied_from']}" if s["applied_by"] else "",
            "recorded only" if s["recorded_only"] else _took(s["milliseconds"]),
        )
        for s in states
    ]
    return Table(columns=("state", "migration", "applied at", "by", "took"), rows=rows)


def _took(milliseconds: int | None) -> str:
    return "" if milliseconds is None else seconds(milliseconds / 1000)


_marks = {"applied": "+", "pending": "-", "late": "-", "edited": "!", "missing": "?", "interrupted": "~"}


def _summary(plan: Plan, ledger: Ledger) -> str:
    parts = [f"{counted(len(ledger.applied), 'migration')} applied", f"{len(plan.pending)} pending"]
    errors = [f for f in plan.drift if f.severity is not Severity.NOTE]
    return ", ".join(parts) + (f", {counted(len(errors), 'finding')}" if errors else "")


def _next(plan: Plan, target: Target) -> tuple[str, ...]:
    refused = any(f.severity is Severity.ERROR for f in plan.drift)
    return (f"dbtool migrate{target.flags}",) if plan.pending and not refused else ()


def _exit_code(plan: Plan) -> int:
    if any(f.severity is Severity.ERROR for f in plan.drift):
        return 4
    return 3 if plan.pending else 0


def _every_environment(project: Project, folder: Folder, exit_code: bool) -> Report:
    names = list(project.environments) or [load_target(project).name]
    with ThreadPoolExecutor(max_workers=8) as pool:  # one that does not answer costs its time-out, not ten of them
        found = [future.result() for future in [pool.submit(_one, project, folder, name) for name in names]]
    rows = [
        (e["environment"], e["database"] or "", e["host"] or "", str(e["applied"]), str(e["pending"]), e["state"])
        for e in found
    ]
    table = Table(columns=("environment", "database", "host", "applied", "pending", "state"), rows=rows)
    worst = max((int(e["exit_code"]) for e in found), default=0)
    return Report(
        command="status",
        tables=(table,),
        summary=f"{sum(e['state'] == 'up to date' for e in found)} of {counted(len(found), 'environment')} up to date",
        exit_code=worst if exit_code or worst == 7 else 0,
        data={"environments": found, "at": datetime.now(UTC)},
    )


def _one(project: Project, folder: Folder, name: str) -> dict[str, Any]:
    blank = {"environment": name, "database": None, "host": None, "applied": "-", "pending": "-"}
    try:
        target: Target = load_target(project, name)
        with connect(target, purpose="status", read_only=True) as conn:
            ledger = read_ledger(conn, project.ledger_schema)
            banner = where(conn, target)
    except DbtoolError as error:
        lines = redact(error.message).splitlines()
        reason = f"unreachable: {lines[1].strip()}" if error.exit_code == 7 and len(lines) > 1 else lines[0]
        return blank | {"state": reason, "exit_code": error.exit_code}
    plan = make_plan(folder, ledger, sql_checksum=sql_checksum_of)
    errors = [f.id for f in plan.drift if f.severity is Severity.ERROR]
    return {
        "environment": name,
        "database": banner.database,
        "host": banner.host,
        "applied": len(ledger.applied),
        "pending": len(plan.pending),
        "state": ", ".join(errors) or ("pending" if plan.pending else "up to date"),
        "exit_code": _exit_code(plan),
    }
