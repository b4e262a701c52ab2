"""dbtool baseline."""

from typing import Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, LockWait, Url, Yes, lock_wait, migration_ids
from dbtool.config import load_project
from dbtool.db import connect_for_changes
from dbtool.errors import UsageError
from dbtool.guard.settle import judge, permit
from dbtool.ledger import Ledger, read_ledger
from dbtool.migrations import read_migrations
from dbtool.plan import Plan, make_plan
from dbtool.progress import Step
from dbtool.report import Report, counted
from dbtool.script import sql_checksum_of
from dbtool.target import load_target
from dbtool.where import where


def baseline(
    id: Annotated[str, typer.Argument(metavar="ID", help="The last one to record.", autocompletion=migration_ids)],
    env: Env = None,
    url: Url = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be recorded only.")] = False,
    lock_wait_: LockWait = None,
    yes: Yes = False,
    json: Json = False,
) -> Report:
    """Adopt an existing database: record the migrations up to ID as applied, without running any. Writes the ledger.

    Example: dbtool baseline 20260101120000_initial --env production
    """
    project = load_project()
    wait = lock_wait(project, lock_wait_)
    target = load_target(project, env, url=url)
    folder = read_migrations(project.migrations)

    def plan_of(ledger: Ledger) -> Plan:
        return make_plan(folder, ledger, sql_checksum=sql_checksum_of, up_to=id)

    with connect_for_changes(target, purpose="baseline") as conn:
        banner = where(conn, target)
        ledger = read_ledger(conn, project.ledger_schema)
        plan = plan_of(ledger)
        judged = judge(conn, target, "baseline")
    for migration in plan.pending:
        if migration.id in ledger.interrupted:
            raise UsageError(
                f"{migration.id} is half-done: it cannot be recorded as applied",
                hint="dbtool migrate finishes it; then record the others",
            )
    if not plan.pending:
        return Report(command="baseline", where=banner, summary=f"nothing to do: all up to {id} are recorded")
    if dry_run:
        steps = [Step(migration=m.id, action="would record") for m in plan.pending]
    else:
        from dbtool.runner import Options
        from dbtool.runner import baseline as record_all

        console.say(console.banner(banner))
        permit(judged, yes=yes)
        steps = record_all(target, plan_of, Options(lock_wait=wait), console.say)
    if not json:
        for step in steps:
            console.say(f"{step.action} {step.migration}")
    verb = "would record" if dry_run else "recorded"
    return Report(
        command="baseline",
        steps=steps,
        summary=f"{verb} {counted(len(steps), 'migration')} as applied; nothing was run",
        where=banner if json else None,
        next=(f"dbtool status{target.flags}",),
    )
