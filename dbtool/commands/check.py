"""dbtool check."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool.beside import beside
from dbtool.check import sections
from dbtool.check.section import Section, worst
from dbtool.commands.options import Env, Json, Url
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.errors import BadFile, DbtoolError
from dbtool.finding import Finding
from dbtool.ledger import Ledger, read_ledger
from dbtool.migrations import Folder, read_migrations
from dbtool.plan import make_plan
from dbtool.report import Report, Table, counted
from dbtool.script import sql_checksum_of
from dbtool.target import Target, load_target
from dbtool.where import Where, where

if TYPE_CHECKING:
    from dbtool.check.made import Made
    from dbtool.schema.whole import Schema

DRIFT = 4  # exit code
ONLINE = ("history", "drift", "pending")


def check(
    env: Env = None,
    url: Url = None,
    offline: Annotated[bool, typer.Option("--offline", help="Only what needs no target: files and shadow.")] = False,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="BRANCH", help="Name what both this branch and BRANCH change."),
    ] = None,
    json: Json = False,
) -> Report:
    """Check that files, history, sql/schema and the database say the same. Read-only.

    Example: dbtool check --env staging --base origin/main
    """
    project = load_project()
    target = load_target(project, env, url=url, any_word=offline)
    found = list(_check(project, target, offline=offline, base=base))
    banner = next((one for one in found if isinstance(one, Where)), None)
    answers = sections.together([one for one in found if isinstance(one, Section)])
    failed = [s for s in answers if s.exit_code]
    rows = [(f"{_MARKS[s.verdict]} {s.name}", s.verdict, s.said) for s in answers]
    return Report(
        command="check",
        where=banner,
        tables=(Table(columns=("section", "verdict", "what was found"), rows=rows),),
        findings=[finding for section in answers for finding in section.findings],
        summary=_summary(answers),
        next=tuple(dict.fromkeys(command for section in failed for command in section.next)),
        exit_code=worst(answers),
        data={"sections": [_data(section) for section in answers]},
    )


_MARKS = {"ok": "+", "note": "+", "failed": "!", "skipped": "?"}


def _check(project: Project, target: Target, *, offline: bool, base: str | None) -> Iterator[Section | Where]:
    """Yield the sections in their order; what cannot be looked at says why."""
    try:
        folder = read_migrations(project.migrations)
    except BadFile as bad:
        yield sections.refused("files", bad.findings, bad.exit_code)
        yield from sections.skipped("graph", "schema", *ONLINE, why="the migrations cannot be read")
        return
    yield Section(name="files", said=f"{counted(len(folder.migrations), 'migration')} read", findings=folder.findings)
    yield sections.graph(folder)
    reading = None if offline else beside(lambda: _read_live(project, target)).result
    from dbtool.check.made import Made

    with ExitStack() as stack:
        made = Made(stack, project, target)
        yield from _all_guarded("schema", lambda: _schema_and_triggers(made, folder))
        if base is not None:
            yield _guarded("base", lambda: _both_branches(made, base))
        if made.has_client_set and not made.has_schema:
            yield from sections.skipped("client", why=f"{made.name} is not there")
        elif made.has_client_set:
            from dbtool.check.client import client

            yield _guarded("client", lambda: client(project, target, made.everything))
        if made.has_types:
            from dbtool.check.types import types

            yield _guarded("types", lambda: types(project, made.conn()))
        if reading is None:
            yield from sections.skipped(*ONLINE, why="--offline")
            yield _guarded("files", lambda: sections.linted(_lint(project, folder)))
            return
        try:
            live = reading()
        except DbtoolError as error:
            yield _failed("history", error)
            yield from sections.skipped("drift", "pending", why="the database was not read")
            return
        yield live[0]
        # On a database that has nothing yet nobody waits for a lock, and nothing is lost.
        applied = live[1].applied
        pending = [m.id for m in folder.migrations if m.id not in applied] if applied else []
        yield _guarded("files", lambda: sections.linted(_lint(project, folder, pending, live[2].version // 10000)))
        yield from _online(folder, made, target, *live)


def _lint(
    project: Project, folder: Folder, ids: Sequence[str] | None = None, version: int | None = None
) -> Sequence[Finding]:
    """Return what lint calls an error in the migrations that are pending."""
    if ids is not None and not ids:
        return ()
    from dbtool.lint.pending import lint_pending

    return lint_pending(project, folder, ids, version)


def _schema_and_triggers(made: "Made", folder: Folder) -> list[Section]:
    """Return the sections on sql/schema and sql/triggers beside the migrations; where one is not there, without."""
    replayed = made.replayed(folder)
    found: list[Section] = []
    if made.families:
        from dbtool.check.triggers import triggers

        section, replayed = triggers(made.families, made.with_families(), replayed)
        found.append(section)
    if not made.has_schema:
        return [*sections.skipped("schema", why=f"{made.name} is not there"), *found]
    return [sections.schema(made.wanted(), replayed, made.name), *found]


def _mend(made: "Made", live: "Schema", flags: str) -> tuple[str, ...]:
    """Return the commands that mend what somebody did to the families in the database."""
    if not made.families:
        return ()
    from dbtool.check.triggers import mend

    return mend(made.families, made.with_families(), live, flags)


def _both_branches(made: "Made", base: str) -> Section:
    from dbtool.check.base import both_branches

    return both_branches(made.project, base, made.wanted(), made.of_folders)


def _online(
    folder: Folder, made: "Made", target: Target, banner: Where, ledger: Ledger, live: "Schema"
) -> Iterator[Section]:
    plan = make_plan(folder, ledger, sql_checksum=sql_checksum_of)
    yield sections.history(plan)
    applied = folder.only(ledger.applied)
    unknown = [id for id in ledger.applied if folder.get(id) is None]
    if unknown:
        yield from sections.skipped("drift", why=f"{counted(len(unknown), 'applied migration')} without a file")
    else:
        drift = _guarded("drift", lambda: sections.drift(made.replayed(applied), live, banner.database))
        yield replace(drift, next=_mend(made, live, target.flags)) if drift.exit_code == DRIFT else drift
    yield sections.pending(plan, target.flags)


def _read_live(project: Project, target: Target) -> "tuple[Where, Ledger, Schema]":
    from dbtool.schema.reading.read import read_schema

    with connect(target, purpose="check", read_only=True) as conn:
        live = read_schema(conn, ledger_schema=project.ledger_schema)
        return where(conn, target), read_ledger(conn, project.ledger_schema), live


def _guarded(name: str, section: Callable[[], Section]) -> Section:
    try:
        return section()
    except DbtoolError as error:
        return _failed(name, error)


def _all_guarded(name: str, found: Callable[[], Sequence[Section]]) -> Sequence[Section]:
    try:
        return found()
    except DbtoolError as error:
        return [_failed(name, error)]


def _failed(name: str, error: DbtoolError) -> Section:
    findings: tuple[Finding, ...] = getattr(error, "findings", ())
    findings = findings or (Finding(id=_ID.get(error.exit_code, "failed"), message=error.message, help=error.hint),)
    return sections.refused(name, findings, error.exit_code)


_ID = {7: "unreachable", 6: "refused", 2: "usage"}


def _summary(answers: list[Section]) -> str:
    failed = [s.name for s in answers if s.exit_code]
    looked = [s for s in answers if not s.skipped]
    if failed:
        return f"{len(failed)} of {counted(len(looked), 'section')} failed: {', '.join(failed)}"
    return f"all {counted(len(looked), 'section')} are in step"


def _data(section: Section) -> dict[str, object]:
    return {
        "name": section.name,
        "verdict": section.verdict,
        "said": section.said,
        "exit_code": section.exit_code,
        "findings": [f.id for f in section.findings],
    }
