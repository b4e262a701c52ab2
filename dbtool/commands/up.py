"""dbtool up."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, cast
from urllib.parse import unquote, urlsplit

import typer

from dbtool import console
from dbtool.commands.options import Json, refuse_choice
from dbtool.config import Project, load_project
from dbtool.env_files import compare_with_example, read_dotenv, save_variable
from dbtool.errors import DbtoolError, UsageError
from dbtool.finding import Finding, Severity
from dbtool.report import Report, Table, counted, seconds, sized
from dbtool.server.local import Kind, LocalServer, WalLevel, Wish
from dbtool.server.remembered import Remembered, read_remembered, remember, with_known, write_remembered
from dbtool.up.choice import choose, start
from dbtool.up.ready import branch_meant, make_ready
from dbtool.up.reference import reference_hash
from dbtool.up.surroundings import environment_to_say, find_elsewhere, is_ignored

_WAL_LEVELS = ("logical", "replica")


def up(
    docker: Annotated[bool, typer.Option("--docker", help="A container of the project's own.")] = False,
    compose: Annotated[bool, typer.Option("--compose", help="The postgres service of the compose file.")] = False,
    embedded: Annotated[bool, typer.Option("--embedded", help="The server that needs no engine.")] = False,
    version: Annotated[
        int | None, typer.Option("--version", min=14, metavar="N", help="PostgreSQL's major version, from 14 on.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, metavar="N", help="The port on 127.0.0.1, from now on.")
    ] = None,
    wal_level: Annotated[
        str | None,
        typer.Option("--wal-level", metavar="logical|replica", help="What the WAL tells; logical unless said."),
    ] = None,
    branch: Annotated[
        bool | None,
        typer.Option("--branch/--no-branch", help="A database for each git branch, from now on; or the main one."),
    ] = None,
    no_migrate: Annotated[bool, typer.Option("--no-migrate", help="Apply no migration, and write no row.")] = False,
    save: Annotated[bool, typer.Option("--save", help="Write DATABASE_URL into .env.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Show what there is, and start nothing.")] = False,
    json: Json = False,
) -> Report:
    """Start the project's development server, migrated and with its reference rows. Writes.

    Example: dbtool up --branch
    """
    kind = _kind(docker=docker, compose=compose, embedded=embedded)
    if wal_level is not None:
        refuse_choice("--wal-level", wal_level, _WAL_LEVELS)
    project = load_project()
    if status:
        if any((kind, version, port, wal_level, branch is not None, no_migrate, save)):
            raise UsageError("--status starts nothing: say it alone")
        return _status(project)
    began = time.monotonic()
    before = read_remembered(project.state)
    by_branch = branch if branch is not None else before is not None and before.by_branch
    git_branch = branch_meant(project, by_branch=by_branch)
    choice = choose(project, kind, before)
    if before is None or before.kind != choice.kind:
        console.say(f"{choice.kind}: {choice.why}")
    level = cast(WalLevel, wal_level or (before.wal_level if before and before.kind == choice.kind else "logical"))
    wish = Wish(version=version, port=port, wal_level=level)
    asked = (version, port, wal_level) != (None, None, None)
    server = start(project, choice, wish, before, asked=asked, say=console.say)
    remembered = replace(
        remember(before, server, project.state, main=_database(server), wal_level=level), by_branch=by_branch
    )
    if remembered != before:
        write_remembered(project.state, remembered)
    ready = make_ready(project, remembered, git_branch, fresh=server.started, say=console.say)
    if ready != remembered:
        write_remembered(project.state, ready)
    saved = _save(project, ready) if save else None
    elsewhere = find_elsewhere(project, ready.url_of(ready.database))
    reports = () if no_migrate else _fill(project, server, ready, elsewhere=elsewhere is not None, json=json)
    findings = [finding for report in reports for finding in report.findings]
    findings += [finding for finding in (elsewhere, *_notes(project, saved=saved is not None)) if finding]
    return Report(
        command="up",
        where=reports[0].where if reports and json else None,
        steps=[step for report in reports for step in report.steps],
        findings=findings,
        tables=(Table(columns=("setting", "value"), rows=_rows(project, server, ready, saved)),),
        summary=_summary(server, reports, time.monotonic() - began),
        data={
            "kind": server.kind, "name": server.name, "version": server.version, "port": server.port,
            "url": str(ready.url_of(ready.database)), "database": ready.database, "branch": ready.branch,
            "started": server.started, "saved": saved is not None,
        },
    )  # fmt: skip


def _kind(**said: bool) -> Kind | None:
    kinds = [name for name, one in said.items() if one]
    if len(kinds) > 1:
        raise UsageError("it is one server: " + " or ".join(f"--{name}" for name in kinds))
    return cast(Kind, kinds[0]) if kinds else None


def _database(server: LocalServer) -> str:
    return unquote(urlsplit(server.url.reveal()).path.lstrip("/"))


def _fill(
    project: Project, server: LocalServer, ready: Remembered, *, elsewhere: bool, json: bool
) -> tuple[Report, ...]:
    """Apply what is pending, and write the reference rows where they or the schema are not what they were. Writes.

    By the commands that do it, with their guards; here and nowhere else, wherever DATABASE_URL leads.
    """
    from dbtool.commands.migrate import migrate

    env, url = (environment_to_say(project), "up:") if elsewhere else (None, None)
    try:
        reports = (migrate(env=env, url=url, json=json),)
        wanted, known = reference_hash(project.root), ready.databases[ready.database]
        if wanted and (reports[0].steps or wanted != known.seeded):
            from dbtool.commands.seed import seed_sets

            reports += (seed_sets(["reference"], env=env, url=url, json=json),)
            write_remembered(project.state, with_known(ready, ready.database, replace(known, seeded=wanted)))
    except DbtoolError:
        console.say(f"{server.name} is up: {ready.url_of(ready.database)}")
        raise
    return reports


def _save(project: Project, ready: Remembered) -> str:
    """Write DATABASE_URL into .env, and return what became of the line. Writes."""
    replaced = save_variable(project.root / ".env", "DATABASE_URL", ready.url_of(ready.database).reveal())
    return "DATABASE_URL was replaced" if replaced else "DATABASE_URL was added"


def _notes(project: Project, *, saved: bool) -> Iterator[Finding]:
    _, _, missing = compare_with_example(project.root, "development")
    if missing:
        yield replace(missing, severity=Severity.NOTE)
    if saved and not is_ignored(project.root / ".env"):
        yield Finding(
            id="env-not-ignored",
            message=".env has a password in it now, and git does not ignore it",
            help="write .env into .gitignore",
            severity=Severity.WARNING,
        )


def _rows(project: Project, server: LocalServer, ready: Remembered, saved: str | None) -> list[tuple[str, str]]:
    state = "started" if server.started else "runs already"
    branch = f", of the git branch {ready.branch}" if ready.branch else ""
    branch = branch or (", the main one, which the default branch has" if ready.by_branch else "")
    url = ready.url_of(ready.database)
    there = read_dotenv(project.root / ".env").get("DATABASE_URL") == url.reveal()
    return [
        ("server", f"{server.name}, PostgreSQL {server.version}: {state}"),
        ("database", f"{ready.database}{branch}"),
        ("url", str(url)),
        (".env", saved or ("has this DATABASE_URL" if there else "dbtool up --save writes DATABASE_URL into it")),
        ("to stop", "dbtool down"),
    ]


def _summary(server: LocalServer, reports: Sequence[Report], elapsed: float) -> str:
    done = ["started"] if server.started else []
    for report, verb, noun in zip(reports, ("applied", "seeded"), ("migration", "file"), strict=False):
        done += [f"{verb} {counted(len(report.steps), noun)}"] if report.steps else []
    return f"up in {seconds(elapsed)}: {', '.join(done)}" if done else "up: nothing to do"


# ---- --status


def _status(project: Project) -> Report:
    """Return what there is, and the databases of git branches. Read-only."""
    from dbtool.up.standing import read_branches, read_standing

    up = read_remembered(project.state)
    standing = read_standing(project, up)
    there = read_branches(project, up, standing) if up and standing.runs else ()
    version = f", PostgreSQL {standing.version}" if standing.version else ""
    rows = [("server", f"{standing.name}{version}: {standing.state}{f' ({standing.note})' if standing.note else ''}")]
    if up:
        rows += [("database", up.database), ("url", str(up.url_of(up.database)))]
    tables = [Table(columns=("setting", "value"), rows=rows)]
    if there:
        cells = [(one.database, one.branch, sized(one.bytes), "gone" if one.gone else "") for one in there]
        tables.append(Table(columns=("database", "git branch", "size", ""), rows=cells))
    summary = "up" if standing.runs else "not up: dbtool up"
    return Report(
        command="up",
        tables=tables,
        summary=summary,
        next=[f"dbtool drop --url up:{one.database}" for one in there if one.gone],
        data={
            "kind": standing.kind or None, "name": standing.name, "state": standing.state, "note": standing.note,
            "version": standing.version or None, "port": standing.port,
            "url": str(up.url_of(up.database)) if up else None, "database": up.database if up else None,
            "branch": up.branch if up else None, "databases": there,
        },
    )  # fmt: skip
