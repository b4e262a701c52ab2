"""Workflow commands of GitHub Actions: an annotation in the diff for each finding.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Sequence

from dbtool.finding import Finding, Severity
from dbtool.lint.formats import path_of

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def draw(findings: Sequence[Finding]) -> str:
    """Return a line for each finding."""
    return "\n".join(_line(finding) for finding in findings)


def _line(finding: Finding) -> str:
    place, end = finding.place, finding.end
    values: dict[str, object] = {"file": path_of(finding)}
    if place and place.line:
        values |= {"line": place.line, "endLine": end.line if end else place.line, "col": place.column}
        if end and end.line == place.line:
            values["endColumn"] = end.column
    values["title"] = finding.id
    properties = ",".join(f"{key}={_property(f'{value}')}" for key, value in values.items() if value != "")
    text = finding.message + (f"\n{finding.help}" if finding.help else "")
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(text)}"


def _data(text: str) -> str:
    """Return a text as it stands after the second ::.

    >>> _data("50%\\nmore")
    '50%25%0Amore'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
