"""dbtool rollback."""

import time
from typing import Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, LockWait, Url, Yes, lock_wait, migration_ids, refuse_empty
from dbtool.config import load_project
from dbtool.db import connect_for_changes
from dbtool.errors import UsageError
from dbtool.guard.policy import Standing
from dbtool.guard.settle import judge, permit, standing_of
from dbtool.ledger import read_ledger
from dbtool.migrations import read_migrations
from dbtool.progress import Step
from dbtool.report import Report, counted
from dbtool.target import load_target
from dbtool.undo import choose_undo, remaining
from dbtool.where import where


def rollback(
    env: Env = None,
    url: Url = None,
    steps: Annotated[int | None, typer.Option(min=1, help="How many, the last applied first (1).")] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ID", help="Back to this one, which stays applied.", autocompletion=migration_ids),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be undone, and undo nothing.")] = False,
    lock_wait_: LockWait = None,
    unproved: Annotated[
        bool, typer.Option("--unproved", help="In production: also where it does not restore what was there before.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> Report:
    """Undo the last applied migration with its rollback file, or more when told. Writes.

    Example: dbtool rollback --steps 2
    """
    if steps and to:
        raise UsageError("--steps and --to say two different things", hint="give one of them")
    refuse_empty("--to", to)
    project = load_project()
    wait = lock_wait(project, lock_wait_)
    target = load_target(project, env, url=url)
    folder = read_migrations(project.migrations)
    with connect_for_changes(target, purpose="rollback") as conn:
        banner = where(conn, target)
        ledger = read_ledger(conn, project.ledger_schema)
        judged = judge(conn, target, "rollback")
    chosen = choose_undo(folder, ledger, steps=steps or 1, to=to or "")
    if not chosen:
        after = f" after {to}" if to else ""
        return Report(command="rollback", where=banner, summary=f"nothing to undo: no migration is applied{after}")

    from dbtool.runner import Options, apply_plan
    from dbtool.runner.jobs import make_jobs

    jobs = make_jobs(chosen, undo=True)  # a rollback that is not there or does not parse stops here
    if dry_run:
        undone = tuple(Step(migration=m.id, action="would roll back") for m in chosen)
        text = "\n\n".join(f"-- {m.id}\n{m.rollback.read_text().rstrip()}" for m in chosen if m.rollback)
        return Report(command="rollback", where=banner, steps=undone, text="" if json else text,
                      summary=f"would roll back {counted(len(undone), 'migration')}")  # fmt: skip
    console.say(console.banner(banner))
    if standing_of(judged) is Standing.PRODUCTION and not unproved:
        from dbtool.rehearsal.gate import refuse_unproved_rollback

        refuse_unproved_rollback(project, target, folder, ledger, chosen, say=console.say)
    permit(judged, yes=yes)
    options = Options(lock_wait=wait, undo=True, jobs=jobs)
    started = time.monotonic()
    events = apply_plan(target, lambda now: remaining(chosen, folder, now), options, console.say)
    undone = console.watch(events, quiet=json)
    return Report(
        command="rollback",
        steps=undone,
        summary=console.summary_of(undone, "rolled back", time.monotonic() - started),
        where=banner if json else None,
        next=(f"dbtool status{target.flags}",),
    )
