"""The run: files -> findings, from squawk, sqlfluff and dbtool's own rules, less what is allowed.

Each text is parsed once. While squawk reads in a process of its own, the own rules are tried here; then the style is
checked, in processes that import sqlfluff. What was found in a text before is not looked for again.
"""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dbtool.config import Project
from dbtool.finding import Finding, Place, Severity
from dbtool.lint.allow import LintPolicy, complaints_on, judge
from dbtool.lint.cache import Cache, key_of
from dbtool.lint.chosen import LintFile, migration_files, schema_files
from dbtool.lint.context import Context
from dbtool.lint.hazards import ENGINE, Hazards, known_hazards, page_of
from dbtool.lint.merged import merged
from dbtool.lint.source import Role
from dbtool.lint.work import Work, rules_loaded
from dbtool.migrations import Folder

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What was found, in the order of the files' names; how many files there were, and how much was allowed."""

    findings: tuple[Finding, ...]
    files: int
    allowed: int = 0

    def count(self, severity: Severity) -> int:
        """Return how many findings are as bad as this."""
        return sum(finding.severity is severity for finding in self.findings)


def nothing(text: str) -> None:
    """Tell nobody."""


def context_of(project: Project, folder: Folder, version: int) -> Context:
    """Return what the rules may know beside a file. Reads folders, and no file yet."""
    return Context(version=version, schema=tuple(schema_files(project)), migrations=tuple(migration_files(folder)))


def lint(
    project: Project,
    files: Sequence[LintFile],
    context: Context,
    *,
    policy: LintPolicy,
    today: date,
    style: bool = True,
    say: Say = nothing,
    further: Say = nothing,
) -> Linted:
    """Return what is found in *files*. Reads files, runs processes, and writes below .dbtool/.

    *say* tells a line, *further* how far it is.
    """
    kept = Cache(project.state / "lint" / "findings.json" if project.file or project.state.is_dir() else None)
    alone = Context(version=context.version)  # a file of another place is judged by itself
    work = [Work(file, context if file.ours else alone, kept) for file in files]
    # In running order, and rollbacks last: what the migrations before a file said is known as they are gone through.
    _safety(sorted(work, key=lambda one: one.file.role is Role.ROLLBACK), policy, context.version, say)
    if style:
        _style(project, [one for one in work if not one.is_bad], further)
    kept.save()
    findings = list(complaints_on(policy, today))
    allowed = 0
    known = Hazards(known_hazards())
    for one in work:
        judged = judge(
            merged(one.own, one.squawk, one.style), one.allows, policy,
            path=one.file.name, today=today, known=known, quiet=ENGINE if style else Hazards(ENGINE),
        )  # fmt: skip
        allowed += len(judged.allowed)
        migration = one.file.migration.id if one.file.migration else ""
        findings += [told.finding(one.file.path, migration=migration, url=page_of(told)) for told in judged.told]
    return Linted(findings=tuple(sorted(findings, key=_place)), files=len(files), allowed=allowed)


def _safety(work: Sequence[Work], policy: LintPolicy, version: int, say: Say) -> None:
    """Have squawk and the own rules look at what is not known already."""
    from dbtool.lint.shared import shared
    from dbtool.lint.squawk import find_squawk, squawk_version

    for one in work:
        one.recall(f"{squawk_version()} {sorted(policy.on)}")
    wanted = [one for one in work if not (one.own_known and one.squawk_known)]
    if wanted and find_squawk() is None:
        say("warning: squawk is not here, its rules are not tried: pip install squawk-cli")
    if wanted:
        rules_loaded()  # before processes are forked that need them
        gc.disable()  # what is made here is in use to the end: to look for garbage in it costs a tenth of the time
        try:
            shared(wanted, lambda part: _judge(part, policy, version))
        finally:
            gc.freeze()  # nor later
            gc.enable()


def _judge(work: Sequence[Work], policy: LintPolicy, version: int) -> None:
    """Look at all of *work*: squawk reads in a process of its own meanwhile."""
    from dbtool.lint.squawk import examine

    sources = [source for one in work if not one.squawk_known and (source := one.source())]
    answer = examine(sources, version=version, optional=policy.on)
    for one in work:
        if not one.own_known:
            one.look()
    if answer is not None:
        said = answer()
        for one in work:
            if not one.squawk_known:
                one.take_squawk(said.get(one.file.path, ()))


def _style(project: Project, work: Sequence[Work], further: Say) -> None:
    from dbtool.lint.style import examine_style, style_file, style_version

    config = style_file(project.root)
    version = key_of(style_version(), config.read_bytes())
    wanted = {one.file.path: one for one in work if not one.recall_style(version)}
    texts = {path: text for path, one in wanted.items() if (text := one.style_text()) is not None}
    for number, (path, told, _) in enumerate(examine_style(texts, config), start=1):
        wanted[path].take_style(told)
        further(f"style: {number} of {len(texts)}, {wanted[path].file.name}" if number < len(texts) else "")


def _place(finding: Finding) -> tuple[str, int, int, int, str]:
    place = finding.place or Place(path=Path(), line=0)
    return (f"{place.path}", place.line, place.column, _ORDER[finding.severity], finding.id)
