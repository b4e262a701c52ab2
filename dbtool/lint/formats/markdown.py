"""Markdown, for a comment on a pull request."""

from collections.abc import Sequence

from dbtool.finding import Finding, Severity
from dbtool.lint.formats import by_path

_ESCAPED = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), *((c, f"\\{c}") for c in "|`*_"))
_MARKS = {Severity.ERROR: "**error**", Severity.WARNING: "warning", Severity.NOTE: "note"}


def draw(findings: Sequence[Finding], summary: str) -> str:
    """Return a table for each file, below the summary."""
    parts = [f"### dbtool lint\n\n{_cell(summary)}"]
    for path, found in by_path(findings).items():
        rows = "\n".join(_row(finding) for finding in found)
        parts.append(f"#### `{path}`\n\n| Line | | Hazard | What to do |\n|---:|---|---|---|\n{rows}")
    return "\n\n".join(parts)


def _row(finding: Finding) -> str:
    line = finding.place.line if finding.place and finding.place.line else ""
    told = f"`{finding.id}`: {_cell(finding.message)}"
    return f"| {line} | {_MARKS[finding.severity]} | {told} | {_cell(finding.help)} |"


def _cell(text: str) -> str:
    r"""Return a text that stays in its cell.

    >>> _cell("a | b\n<c>")
    'a \\| b<br>&lt;c&gt;'
    """
    for old, new in _ESCAPED:
        text = text.replace(old, new)
    return text.replace("\n", "<br>")
