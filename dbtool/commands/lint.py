"""dbtool lint."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url, refuse_choice
from dbtool.config import Project, load_project
from dbtool.errors import DbtoolError
from dbtool.finding import Finding, Severity
from dbtool.lint.allow import LintPolicy, read_lint_policy
from dbtool.lint.chosen import Changed, LintFile, all_files, choose, files_at, not_on_base
from dbtool.lint.formats import FORMATS
from dbtool.lint.linted import Linted, context_of
from dbtool.lint.linted import lint as lint_files
from dbtool.migrations import Folder, read_migrations
from dbtool.report import Report, counted
from dbtool.secrets import redact
from dbtool.target import Target, load_target

_FAIL_ON = {
    "error": (Severity.ERROR,),
    "warning": (Severity.ERROR, Severity.WARNING),
    "note": tuple(Severity),
    "never": (),
}
LINT_FAILED = 5  # exit code


def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="Files or folders; none: what is new here.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All files of the project.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Correct the style of files that are applied nowhere.")] = False,
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How to print the findings.")
    ] = "text",
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="|".join(_FAIL_ON), help="Exit 5 from this severity on.")
    ] = "error",
    no_style: Annotated[bool, typer.Option("--no-style", help="Leave the style out: only what is dangerous.")] = False,
    base: Annotated[
        str | None, typer.Option("--base", metavar="BRANCH", help="New is what this branch has not.")
    ] = None,
    pg_version: Annotated[
        int | None, typer.Option("--pg-version", metavar="MAJOR", min=10, help="The server's major version.")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules, and look at no file.")] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="RULE", help="Tell what a rule is about, and the way out.")
    ] = None,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Say what is wrong or dangerous in migrations, sql/schema, triggers and seeds, without running them. Read-only.

    Example: dbtool lint --format github --fail-on warning
    """
    refuse_choice("--format", form, FORMATS)
    refuse_choice("--fail-on", fail_on, _FAIL_ON)
    if rules or explain is not None:
        from dbtool.lint.explained import explain_rule, list_rules

        return explain_rule(explain) if explain is not None else list_rules()
    project = load_project()
    folder = read_migrations(project.migrations)
    policy = _read_policy(project)
    target = _Asked(project, env, url, always=bool(env or url), never=bool(paths) or all_)
    files, changed = _chosen(project, folder, target, paths or [], everything=all_, base=base)
    fixed = _fixed(project, env, url, files, changed) if fix else ()
    linted = lint_files(
        project, files, context_of(project, folder, pg_version or target.version or 18),
        policy=policy, today=date.today(), style=not no_style, say=console.say, further=console.further,
    )  # fmt: skip
    failing = _FAIL_ON[fail_on]
    summary = _summary(linted, fixed)
    return Report(
        command="lint",
        findings=linted.findings,
        summary=summary,
        text="" if json else _drawn(form, linted, files, failing, summary),
        exit_code=LINT_FAILED if any(f.severity in failing for f in linted.findings) else 0,
        data={
            "files": [file.name for file in files],
            "fixed": [str(path) for path in fixed],
            "allowed": linted.allowed,
            "errors": linted.count(Severity.ERROR),
            "warnings": linted.count(Severity.WARNING),
            "notes": linted.count(Severity.NOTE),
        },
    )


def _read_policy(project: Project) -> LintPolicy:
    from dbtool.lint.hazards import OPTIONAL, Hazards, known_hazards

    return read_lint_policy(project, Hazards(known_hazards()), OPTIONAL)


class _Asked:
    """What the target says of itself: its version, and what is applied to it."""

    def __init__(self, project: Project, env: str | None, url: str | None, *, always: bool, never: bool) -> None:
        """Ask it: *always*, even where nobody needs to know; *never*, unless always. Read-only."""
        self.version: int | None = None
        self.applied: frozenset[str] | None = None
        self.why = ""
        if never and not always:
            return
        try:
            self._ask(project, load_target(project, env, url=url))
        except DbtoolError as error:
            if always:
                raise
            self.why = error.message.splitlines()[0]

    def _ask(self, project: Project, target: Target) -> None:
        from dbtool.db import connect
        from dbtool.ledger import read_ledger
        from dbtool.server.embedded import find_running

        if target.embedded and find_running(project.state) is None:
            self.why = "the embedded server does not run"
            return
        with connect(target, purpose="lint", read_only=True) as conn:
            self.version = conn.info.server_version // 10000
            self.applied = frozenset(read_ledger(conn, project.ledger_schema).applied)


def _chosen(
    project: Project, folder: Folder, target: _Asked, paths: list[Path], *, everything: bool, base: str | None
) -> tuple[list[LintFile], Changed | None]:
    if paths:
        return files_at(project, folder, paths), not_on_base(project, base)
    files = all_files(project, folder)
    changed = not_on_base(project, base)
    if everything:
        return files, changed
    if target.applied is None:
        where = f"what {changed.base} has not" if changed else "all files"
        console.say(f"which migrations are applied is not known ({target.why}): looked at is {where}")
    return choose(files, changed, target.applied), changed


def _fixed(
    project: Project, env: str | None, url: str | None, files: list[LintFile], changed: Changed | None
) -> tuple[Path, ...]:
    from dbtool.lint.fixed import fix_files, kept_files

    kept = kept_files(project, lambda: load_target(project, env, url=url), files, changed)
    for one in kept:
        console.say(f"kept {one.file.name} as it is: {one.why}")
    left = {one.file.path for one in kept}
    return fix_files(project, [file for file in files if file.path not in left])


def _summary(linted: Linted, fixed: tuple[Path, ...]) -> str:
    parts = [counted(linted.count(s), s.value) for s in Severity if linted.count(s)]
    told = ", ".join(parts) or "nothing found"
    allowed = f"; {linted.allowed} allowed" if linted.allowed else ""
    rewritten = f"; {counted(len(fixed), 'file')} rewritten" if fixed else ""
    return f"{counted(linted.files, 'file')}: {told}{allowed}{rewritten}"


def _drawn(form: str, linted: Linted, files: list[LintFile], failing: tuple[Severity, ...], summary: str) -> str:
    """Return the findings in a format; what a machine reads has no summary."""
    import importlib
    from importlib.metadata import version

    from dbtool.lint.explained import title_of

    draw = importlib.import_module(f"dbtool.lint.formats.{form}").draw
    findings = _redacted(linted.findings)
    match form:
        case "text":
            return draw(findings, summary, _lines(), _painter())
        case "markdown":
            return draw(findings, summary)
        case "json":
            return draw(findings, title_of)
        case "sarif":
            return draw(findings, title_of, version("dbtool-pg"))
        case "junit":
            return draw(findings, [file.path for file in files], failing)
        case _:
            return draw(findings) or "\n"


def _redacted(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without a password in them. There may be thousands, which say much the same."""
    texts = {text for f in findings for text in (f.message, f.help)}
    changed = {text: shown for text in texts if (shown := redact(text)) != text}
    if not changed:
        return list(findings)
    return [replace(f, message=changed.get(f.message, f.message), help=changed.get(f.help, f.help)) for f in findings]


def _painter() -> Callable[[str, str], str]:
    """Return what gives a text its colour. Whether there is one is asked once, not for each finding."""
    if console.colour("text", "bold", sys.stdout) == "text":
        return lambda text, tint: text
    return lambda text, tint: console.colour(text, tint, sys.stdout)


def _lines() -> Callable[[Finding], str]:
    """Return what gives the line of the file that a finding is about. Reads each file once."""
    known: dict[Path, list[str]] = {}

    def line_of(finding: Finding) -> str:
        if finding.place is None or not finding.place.line:
            return ""
        path, number = finding.place.path, finding.place.line
        if path not in known:
            text = path.read_bytes().decode("utf-8-sig", errors="replace") if path.exists() else ""
            known[path] = redact(text).split("\n")
        return known[path][number - 1].rstrip("\r") if number <= len(known[path]) else ""

    return line_of
