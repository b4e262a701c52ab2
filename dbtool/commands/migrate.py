"""dbtool migrate."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, LockWait, Url, Yes, lock_wait, migration_ids, refuse_empty
from dbtool.config import load_project
from dbtool.db import DatabaseMissing, connect_for_changes, create_database
from dbtool.errors import Drift, UsageError
from dbtool.finding import Finding, Severity
from dbtool.ledger import Ledger, read_ledger
from dbtool.migrations import Folder, Migration, read_migrations
from dbtool.plan import Plan, make_plan
from dbtool.progress import Step
from dbtool.report import Report, counted
from dbtool.target import Target, load_target
from dbtool.where import where

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.guard.settle import Judged


def migrate(
    env: Env = None,
    url: Url = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ID", help="Up to and with this migration.", autocompletion=migration_ids),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be applied, and apply nothing.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Apply all pending migrations in one transaction.")
    ] = False,
    lock_wait_: LockWait = None,
    assume: Annotated[
        str | None,
        typer.Option(metavar="done|again", help="What to take of a cut-off statement that the catalog cannot settle."),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="FINDING", help="Go on in spite of this: edited-migration, renamed-migration."),
    ] = None,
    create_database_: Annotated[
        bool, typer.Option("--create-database", help="Make the database where the server has none of that name.")
    ] = False,
    window: Annotated[
        bool, typer.Option("--window", help="In production: others can wait now, whatever the rehearsal says.")
    ] = False,
    no_rehearsal: Annotated[
        bool, typer.Option("--no-rehearsal", help="In production: do not try it on a shadow first.")
    ] = False,
    of: Annotated[
        str,
        typer.Option("--target", metavar="server|client|all", help="The database, the bundle for clients, or both."),
    ] = "server",
    bundle: Annotated[
        Path | None,
        typer.Option(
            "--bundle", metavar="DIR", help="Where the clients' bundle goes; generated/client unless configured."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="With --target client: write nothing, exit with 4 where it is stale.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> Report:
    """Apply the pending migrations, oldest first, each exactly once. Writes.

    Example: dbtool migrate --env staging --to 20260301120000_add_invoices
    """
    from dbtool.commands import bundling

    for_database = (env, url, to, dry_run, all_or_nothing, lock_wait_, assume, create_database_, window, no_rehearsal)
    bundling.refuse_options(of, bundle=bundle, check=check, for_database=any(for_database))
    _refuse_unknown(allow or ())
    if of == "client":
        return bundling.bundled(load_project(), bundle, check=check, allow=allow or ())
    if of == "all":  # what no client can run, or was edited, stops here, before anything is applied
        bundling.bundled(load_project(), bundle, check=True, allow=allow or ())
    report = _on_server(
        env=env, url=url, to=to, dry_run=dry_run, all_or_nothing=all_or_nothing, lock_wait_=lock_wait_, assume=assume,
        allow=allow, create_database_=create_database_, window=window, no_rehearsal=no_rehearsal, yes=yes, json=json,
    )  # fmt: skip
    if of == "server" or dry_run:
        return report
    return bundling.beside(report, bundling.bundled(load_project(), bundle, check=False, allow=allow or ()))


def _on_server(
    *,
    env: str | None,
    url: str | None,
    to: str | None,
    dry_run: bool,
    all_or_nothing: bool,
    lock_wait_: str | None,
    assume: str | None,
    allow: Sequence[str] | None,
    create_database_: bool,
    window: bool,
    no_rehearsal: bool,
    yes: bool,
    json: bool,
) -> Report:
    """Apply what is pending to the database. Writes."""
    if assume not in (None, "done", "again"):
        raise UsageError(f"--assume is done or again, found {assume!r}")
    refuse_empty("--to", to)
    project = load_project()
    wait = lock_wait(project, lock_wait_)
    target = load_target(project, env, url=url)
    folder = read_migrations(project.migrations)  # bad files stop here, before any connection

    def plan_of(ledger: Ledger) -> Plan:
        plan = _plan(folder, ledger, to or "")
        refuse_drift(plan.drift, allow or ())
        return plan

    with _connect(target, create=create_database_ and not dry_run, yes=yes) as conn:
        banner = where(conn, target)
        ledger = read_ledger(conn, project.ledger_schema)
        if ledger.applied and not folder.path.is_dir():
            raise UsageError(
                f"there is no folder {folder.path}, and {counted(len(ledger.applied), 'migration')} applied here",
                hint="is this the project's folder? else say where they are: migrations = ... in dbtool.toml",
            )
        plan = plan_of(ledger)
        judged = None if dry_run else _judge(conn, target, pending=bool(plan.pending))
    warnings = tuple(f for f in plan.drift if f.severity is not Severity.ERROR or f.id in (allow or ()))
    if not plan.pending:
        summary = _nothing_to_do(folder, ledger, to or "")
        return Report(command="migrate", where=banner, findings=warnings, summary=summary)

    from dbtool.marks import read_marks
    from dbtool.runner import Options, apply_plan
    from dbtool.runner.jobs import make_jobs, refuse_in_one_transaction

    jobs = make_jobs(plan.pending)
    marks = read_marks(plan.pending)
    warnings += marks
    if all_or_nothing:
        refuse_in_one_transaction(jobs)
    if dry_run:
        steps = tuple(Step(migration=m.id, action="would apply") for m in plan.pending)
        text = "\n\n".join(_shown(m) for m in plan.pending)
        return Report(command="migrate", where=banner, findings=warnings, steps=steps, text="" if json else text,
                      summary=f"would apply {counted(len(steps), 'migration')}")  # fmt: skip

    from dbtool.guard.settle import permit, refused_hazards
    from dbtool.marks import refuse_marks

    console.say(console.banner(banner))
    assert judged
    refused, standing = refused_hazards(judged)
    refuse_marks(marks, refused, f"a database taken for {standing}")
    for mark in marks if standing != "development" else ():
        console.tell(mark)  # before anything is asked
    if standing == "production" and not no_rehearsal:
        from dbtool.rehearsal.gate import refuse_what_blocks

        refuse_what_blocks(project, target, folder, ledger, plan.pending, window=window, say=console.say)
    permit(judged, yes=yes)
    options = Options(
        lock_wait=wait,
        all_or_nothing=all_or_nothing,
        assume=assume or "",
        jobs=jobs,
        post_apply=folder.post_apply,
    )
    started = time.monotonic()
    steps = console.watch(apply_plan(target, plan_of, options, console.say), quiet=json)
    summary = console.summary_of(steps, "applied", time.monotonic() - started)
    if not steps:
        summary = f"nothing to do: another run applied {counted(len(plan.pending), 'migration')} meanwhile"
    return Report(command="migrate", findings=warnings, steps=steps, summary=summary, where=banner if json else None)


def _judge(conn: "Conn", target: Target, *, pending: bool) -> "Judged | None":
    """Return the verdict where something is pending. Where nothing is, production is marked all the same. Writes."""
    if not pending and target.name in ("development", "test"):
        return None  # the twenty times a day that nothing is to be done
    from dbtool.guard.settle import judge, write_mark_of

    judged = judge(conn, target, "migrate")
    unmarked = judged.facts.mark is not None and not judged.facts.mark.environment
    if not pending and unmarked and judged.mark == "production":
        write_mark_of(conn, judged)
    return judged


_ALLOWABLE = ("edited-migration", "renamed-migration")


def _refuse_unknown(allowed: Sequence[str]) -> None:
    for name in allowed:
        if name not in _ALLOWABLE:
            raise UsageError(
                f"--allow {name}: there is no such finding to allow", hint="one of: " + ", ".join(_ALLOWABLE)
            )


def refuse_drift(drift: tuple[Finding, ...], allowed: Sequence[str]) -> None:
    """Raise Drift where files and ledger differ in a way that makes it wrong to go on."""
    refused = tuple(f for f in drift if f.severity is Severity.ERROR and f.id not in allowed)
    if refused:
        ids = sorted({f.id for f in refused})
        hint = "nothing was applied"
        if set(ids) <= set(_ALLOWABLE):
            hint += "; to go on all the same: " + " ".join(f"--allow {id}" for id in ids)
        raise Drift(*refused, hint=hint)


def _connect(target: Target, *, create: bool, yes: bool):
    try:
        return connect_for_changes(target, purpose="migrate")
    except DatabaseMissing as missing:
        from dbtool.guard.decide import Allow, decide
        from dbtool.guard.facts import read_facts
        from dbtool.guard.policy import read_policy

        policy = read_policy(target.project)
        production = not isinstance(decide(policy, "migrate", read_facts(target, policy)), Allow)
        wanted = create or (
            not production
            and console.can_ask()
            and console.ask(f"the server has no database {missing.database}; create it? [y/N]").strip().lower() == "y"
        )
        if production and create and not yes:
            missing.hint = "a new production database is made only with --yes: dbtool migrate --create-database --yes"
        if not wanted or (production and not yes):
            raise
        console.say(f"created database {create_database(target)}")
        return connect_for_changes(target, purpose="migrate")


def _plan(folder: Folder, ledger: Ledger, to: str) -> Plan:
    return make_plan(folder, ledger, sql_checksum=_sql_checksum_of, up_to=to)


def _sql_checksum_of(path: Path) -> str:
    from dbtool.script import sql_checksum_of  # only where a file's bytes differ from what was recorded

    return sql_checksum_of(path)


def _nothing_to_do(folder: Folder, ledger: Ledger, to: str) -> str:
    if not folder.migrations:
        return f"nothing to do: {folder.path.name}/ has no migrations; make one: dbtool new NAME"
    left = sum(m.id not in ledger.applied for m in folder.migrations)
    if left:
        return f"nothing to do: all up to {to} are applied; {counted(left, 'migration')} after it pending"
    number = len(folder.migrations)
    return "nothing to do: " + (f"all {number} are applied" if number > 1 else "the one migration is applied")


def _shown(migration: Migration) -> str:
    return f"-- {migration.id}\n" + migration.path.read_text(encoding="utf-8-sig", errors="replace").rstrip("\n")
