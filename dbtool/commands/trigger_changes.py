"""dbtool triggers sync and install: what brings the migrations, or a database, in step with sql/triggers/."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Confirm, Env, Json, LockWait, Override, Token, Url, Yes, lock_wait
from dbtool.commands.written import written
from dbtool.config import Project, load_project
from dbtool.draft import paths_of
from dbtool.errors import Refused
from dbtool.families.family import Family, read_families
from dbtool.files import write_atomically
from dbtool.guard import weigh
from dbtool.guard.decide import policy_name
from dbtool.guard.policy import read_policy
from dbtool.guard.settle import Consent
from dbtool.ledger import read_ledger
from dbtool.lock import migration_lock
from dbtool.migrations import Folder, read_migrations
from dbtool.plan import make_plan
from dbtool.report import Report, counted, seconds
from dbtool.script import sql_checksum_of
from dbtool.target import Target, load_target

if TYPE_CHECKING:
    from dbtool.schema.migration.change import Change


_INSTALL = "triggers install"


def sync(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="What the migration is called.")] = "sync triggers",
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the SQL, and write no file.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="HAZARD", help="Write this hazard as allowed, such as drop-table."),
    ] = None,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Write the migration that installs, alters and removes what is out of step with sql/triggers/. Writes files.

    Example: dbtool triggers sync
    """
    project = load_project()
    target = load_target(project, env, url=url, any_word=True)
    return _synced(project, target, name, command="triggers sync", stdout=stdout, allow=allow, json=json)


def _synced(
    project: Project,
    target: Target,
    name: str,
    *,
    command: str,
    only: str | None = None,
    stdout: bool = False,
    allow: list[str] | None = None,
    json: bool = False,
) -> Report:
    folder = read_migrations(project.migrations)
    paths_of(folder, name, ("",))  # a bad name stops here, before anything takes time
    change = _change(project, target, folder, only)
    nothing = "nothing to do: the migrations make what sql/triggers says"
    return written(
        project, folder, name, change, command=command, nothing=nothing, allow=allow or (), stdout=stdout, json=json
    )


def _change(project: Project, target: Target, folder: Folder, only: str | None) -> "Change":
    """Return what brings the migrations in step with the families, or with one, and nothing else. Writes shadows."""
    from dbtool.families.made import made_with_families
    from dbtool.families.scope import in_families
    from dbtool.schema.files.replayed import replayed
    from dbtool.schema.migration.change import plan_change
    from dbtool.schema.reading.read import read_schema

    families = read_families(project.triggers)
    with ExitStack() as stack:
        wanted = made_with_families(stack, project, target, families)
        conn = stack.enter_context(replayed(project, target, folder))
        start = read_schema(conn, ledger_schema=project.ledger_schema)
        aim = in_families(start, wanted(), _chosen(families, only), alone=only is not None)
        return plan_change(conn, aim, ledger_schema=project.ledger_schema, start=start)


def _chosen(families: Sequence[Family], only: str | None) -> list[Family]:
    return [family for family in families if only in (None, family.name)]


def install(
    family: Annotated[
        str, typer.Argument(metavar="FAMILY", help="A family: of sql/triggers/, or one that comes with dbtool.")
    ],
    tables: Annotated[
        list[str] | None, typer.Argument(metavar="[TABLE...]", help="Tables that are to have it, beside its category.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Bring the database in step as well: migrate, or mend what was altered.")
    ] = False,
    env: Env = None,
    url: Url = None,
    confirm: Confirm = None,
    override: Override = None,
    token: Token = None,
    lock_wait_: LockWait = None,
    yes: Yes = False,
    json: Json = False,
) -> Report:
    """Give tables a family: its file, its header, the migration; with --apply the database as well. Writes files.

    Example: dbtool triggers install audit public.tenants
    """
    project = load_project()
    wait = lock_wait(project, lock_wait_)
    target = load_target(project, env, url=url, any_word=not apply)
    files = _files(project, target, family, tables or ())
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
    report = _synced(project, target, f"install {family}", command=_INSTALL, only=family, json=json)
    wrote = [f"wrote {path.relative_to(project.root)}" for path in files]
    report = replace(report, summary="\n".join([*wrote, report.summary]), data={**report.data, "written": list(files)})
    if not apply:
        return report
    if report.data["files"]:
        from dbtool.commands.migrate import migrate

        done = migrate(env=env, url=url, yes=yes, lock_wait_=lock_wait_, json=json)
        return replace(done, command="triggers install", summary=f"{report.summary}\n{done.summary}", data=report.data)
    consent = Consent(confirm=confirm, override=override, token=token, yes=yes)
    done = _mend(project, target, family, wait=wait, consent=consent)
    return replace(done, summary="\n".join([*wrote, done.summary]), data={**done.data, "written": list(files)})


def _files(project: Project, target: Target, name: str, tables: Sequence[str]) -> Mapping[Path, str]:
    """Return what files become, by their paths, for these tables to have a family. Writes a shadow, reads files."""
    from dbtool.families.installing import family_files, resolved, with_tables
    from dbtool.families.made import made_with_families
    from dbtool.families.members import tables_of

    files = family_files(project.triggers, name)
    if tables:
        with ExitStack() as stack:
            wanted = made_with_families(stack, project, target, read_families(project.triggers))
            names = resolved(tables, tables_of(wanted()))
        path = project.triggers / f"{name}.sql"
        text = files.get(path) or path.read_text(encoding="utf-8")
        files[path] = with_tables(text, names)
        if path.exists() and files[path] == path.read_text(encoding="utf-8"):
            del files[path]
    return files


def _mend(project: Project, target: Target, name: str, *, wait: float, consent: Consent) -> Report:
    """Bring what one family makes in a database in step, in one transaction. Writes, when the guard lets it."""
    from dbtool.families.made import made_with_families
    from dbtool.families.scope import in_families
    from dbtool.schema.migration.pushing import apply_push, plan_push
    from dbtool.schema.reading.read import read_schema

    policy = read_policy(project)
    folder, families = read_migrations(project.migrations), read_families(project.triggers)
    with closing(weigh.connect_to(target, _INSTALL, dry_run=False)) as conn:
        weighed = weigh.weigh(conn, target, policy, _INSTALL)
        waiting = make_plan(folder, read_ledger(conn, project.ledger_schema), sql_checksum=sql_checksum_of).pending
        if waiting:
            told = f"{counted(len(waiting), 'migration')} {'waits' if len(waiting) == 1 else 'wait'} to be applied"
            raise Refused(f"{told}: nothing was mended", hint=f"dbtool migrate{target.flags}")
        with ExitStack() as stack:
            wanted = made_with_families(stack, project, target, families)
            live = read_schema(conn, ledger_schema=project.ledger_schema)
            plan = plan_push(live, in_families(live, wanted(), _chosen(families, name), alone=True))
        if not plan.script:
            return Report(command=_INSTALL, summary=f"nothing to do: the database has what the family {name} makes")
        shown = [f"  {statement.sql}" for statement in plan.script.statements]
        weigh.show(weighed, shown, does="makes triggers what their files say")
        settled = weigh.settle_weighed(conn, weighed, consent)
        with migration_lock(target, wait=wait, say=console.say):
            took = apply_push(
                conn, settled, plan, ledger_schema=project.ledger_schema,
                lock_timeout_ms=target.environment.lock_timeout, command=policy_name(_INSTALL),
            )  # fmt: skip
    return Report(
        command=_INSTALL,
        summary=f"made {counted(len(plan.steps), 'change')} in {seconds(took)}",
        data={"statements": [s.sql for s in plan.script.statements]},
    )
