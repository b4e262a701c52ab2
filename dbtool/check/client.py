"""The section of `check` on the clients' set: its migrations, a real PGlite that they are applied to, its bundle."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool.check.schemas import schema_findings
from dbtool.check.section import Section
from dbtool.client.bundle import Bundle, bundle_of, edited, read_bundle, stale, texts_of
from dbtool.client.pglite import NoPGlite, find_pglite
from dbtool.client.set import client_project, client_set
from dbtool.client.told import stale_bundle
from dbtool.config import Project
from dbtool.finding import Finding, Severity
from dbtool.migrations import Folder, heads, read_migrations
from dbtool.report import counted
from dbtool.schema.files.made import made_of_migrations
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.schema.whole import Schema

NAME = "client"
_GENERATE = 'dbtool generate --target client "..."'
_BUNDLE = "dbtool migrate --target client"
_DRIFT = 4  # exit code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What one of the questions has to say."""

    said: str
    findings: tuple[Finding, ...] = ()
    next: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def client(project: Project, target: Target, everything: "Callable[[], Schema]") -> Section:
    """Return whether the clients' migrations make what *everything* has for them, also in a PGlite, and are bundled.

    Writes shadows, runs node. Raises what client_set(), bundle_of() and replay raise.
    """
    own = client_project(project)
    folder = read_migrations(own.migrations)
    wanted = client_set(project, everything()).schema
    bundle = bundle_of(folder)
    answers = [_files(folder), _missing(project, bundle)]
    if not answers[-1].wrong:
        answers.append(_in_step(own, target, folder, wanted))
    if not any(answer.wrong for answer in answers):
        answers += [_proved(project, bundle, wanted), _fresh(project, bundle)]
    return Section(
        name=NAME,
        said="; ".join(answer.said for answer in _told(answers)),
        findings=[finding for answer in answers for finding in answer.findings],
        exit_code=_DRIFT if any(answer.wrong for answer in answers) else 0,
        next=[command for answer in answers for command in answer.next],
    )


def _told(answers: list[_Answer]) -> Iterator[_Answer]:
    wrong = [answer for answer in answers if answer.wrong]
    return (answer for answer in wrong or answers if answer.said)


def _files(folder: Folder) -> _Answer:
    ends = heads(folder.migrations)
    said = f"{counted(len(folder.migrations), 'migration')} for clients"
    if len(ends) < 2:
        return _Answer(said=said, findings=folder.findings)
    finding = Finding(
        id="two-heads",
        message=f"{len(ends)} migrations for clients that no other depends on: {', '.join(ends)}",
        help="after a merge: dbtool generate --target client --rebase",
    )
    return _Answer(
        said="two ends", findings=(*folder.findings, finding), next=("dbtool generate --target client --rebase",)
    )


def _missing(project: Project, bundle: Bundle) -> _Answer:
    """Whether what clients may have applied is still there as it was."""
    findings = tuple(edited(read_bundle(project.client.bundle), bundle))
    if not findings:
        return _Answer(said="")
    folder = client_project(project).migrations
    shown = project.shown(folder)
    return _Answer(
        said=f"{counted(len(findings), 'migration')} that clients may have applied changed or went",
        findings=findings,
        next=tuple(f"git checkout -- {shown}/{finding.migration}.sql" for finding in findings),
    )


def _in_step(project: Project, target: Target, folder: Folder, wanted: "Schema") -> _Answer:
    findings = schema_findings(
        wanted, made_of_migrations(project, target, folder), id="client-not-generated",
        where="in what the migrations for clients make",
        mends=("the migration that is missing", "or else, for sql/schema"),
    )  # fmt: skip
    if not findings:
        return _Answer(said="they make what sql/schema has for clients")
    said = f"{counted(len(findings), 'difference')} between sql/schema and what the migrations for clients make"
    return _Answer(said=said, findings=tuple(findings), next=(_GENERATE,))


def _proved(project: Project, bundle: Bundle, wanted: "Schema") -> _Answer:
    from dbtool.client.prove import differences_in_pglite

    try:
        pglite = find_pglite(project)
    except NoPGlite as error:
        message = f"not proved on PGlite: {error.message}"
        note = Finding(id="client-not-tried", message=message, help=error.hint, severity=Severity.NOTE)
        return _Answer(said="not proved on PGlite", findings=(note,))
    findings = differences_in_pglite(project, pglite, bundle, wanted)
    if not findings:
        return _Answer(said=f"proved on PGlite {pglite.version}")
    said = f"{counted(len(findings), 'difference')} in PGlite {pglite.version}"
    return _Answer(said=said, findings=tuple(findings), next=(_GENERATE,))


def _fresh(project: Project, bundle: Bundle) -> _Answer:
    folder = project.client.bundle
    shown = project.shown(folder)
    names = stale(folder, texts_of(bundle))
    if not names:
        return _Answer(said=f"{shown} is fresh")
    finding = stale_bundle(shown, names)
    return _Answer(said=f"{shown} is stale", findings=(finding,), next=(_BUNDLE,))
