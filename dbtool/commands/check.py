"""dbtool check."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
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
    from dbtool.schema.whole import Schema

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
    with ExitStack() as stack:
        schemas = _Schemas(project, target, _begin_wanted(stack, project, target))
        yield _guarded("schema", lambda: schemas.in_step(folder))
        if base is not None:
            yield _guarded("base", lambda: schemas.both_branches(base))
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
        yield from _online(folder, schemas, target, *live)


def _lint(
    project: Project, folder: Folder, ids: Sequence[str] | None = None, version: int | None = None
) -> Sequence[Finding]:
    """Return what lint calls an error in the migrations that are pending."""
    if ids is not None and not ids:
        return ()
    from dbtool.lint.pending import lint_pending

    return lint_pending(project, folder, ids, version)


def _begin_wanted(stack: ExitStack, project: Project, target: Target) -> "Callable[[], Schema]":
    """Begin to make what sql/schema says; return what waits for it, and raises what speaks against it."""
    from dbtool.schema.files.made import made_of_project

    try:
        return stack.enter_context(made_of_project(project, target, say=console.say))
    except DbtoolError as error:
        found = error

        def refuse() -> "Schema":
            raise found

        return refuse


def _online(
    folder: Folder, schemas: "_Schemas", target: Target, banner: Where, ledger: Ledger, live: "Schema"
) -> Iterator[Section]:
    plan = make_plan(folder, ledger, sql_checksum=sql_checksum_of)
    yield sections.history(plan)
    applied = folder.only(ledger.applied)
    unknown = [id for id in ledger.applied if folder.get(id) is None]
    if unknown:
        yield from sections.skipped("drift", why=f"{counted(len(unknown), 'applied migration')} without a file")
    else:
        yield _guarded("drift", lambda: sections.drift(schemas.replayed(applied), live, banner.database))
    yield sections.pending(plan, target.flags)


def _read_live(project: Project, target: Target) -> "tuple[Where, Ledger, Schema]":
    from dbtool.schema.reading.read import read_schema

    with connect(target, purpose="check", read_only=True) as conn:
        live = read_schema(conn, ledger_schema=project.ledger_schema)
        return where(conn, target), read_ledger(conn, project.ledger_schema), live


class _Schemas:
    """The schemas that the files make, each made once."""

    def __init__(self, project: Project, target: Target, wanted: "Callable[[], Schema]") -> None:
        self._project, self._target = project, target
        self.wanted = wanted  # what sql/schema makes
        self._replayed: dict[tuple[str, ...], Schema] = {}

    @property
    def name(self) -> str:
        """The folder of the desired schema, as people know it."""
        folder, root = self._project.schema, self._project.root
        return str(folder.relative_to(root) if folder.is_relative_to(root) else folder)

    def in_step(self, folder: Folder) -> Section:
        """Return the section on sql/schema and the migrations; in a project of migrations alone, these are tried."""
        replayed = self.replayed(folder)
        if not self._project.schema.exists():
            (skipped,) = sections.skipped("schema", why=f"{self.name} is not there")
            return skipped
        return sections.schema(self.wanted(), replayed, self.name)

    def both_branches(self, base: str) -> Section:
        """Return the section on what this branch and another both change."""
        from dbtool.check.base import both_branches
        from dbtool.schema.files.made import made_of_files

        return both_branches(
            self._project, base, self.wanted(), lambda folder: made_of_files(self._project, self._target, folder)
        )

    def replayed(self, folder: Folder) -> "Schema":
        """Return what the migrations make."""
        from dbtool.schema.files.made import made_of_migrations

        ids = tuple(m.id for m in folder.migrations)
        if ids not in self._replayed:
            self._replayed[ids] = made_of_migrations(self._project, self._target, folder)
        return self._replayed[ids]


def _guarded(name: str, section: Callable[[], Section]) -> Section:
    try:
        return section()
    except DbtoolError as error:
        return _failed(name, error)


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
