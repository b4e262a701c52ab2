"""A JSON list, a finding each. Keys are only ever added: docs/commands/lint.md."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from dbtool.finding import Finding
from dbtool.lint.formats import path_of


def draw(findings: Sequence[Finding], title_of: Callable[[str], str]) -> str:
    """Return the findings as a JSON list; *title_of* gives what a hazard is called."""
    return json.dumps([_plain(finding, title_of) for finding in findings], indent=2, ensure_ascii=False)


def _plain(finding: Finding, title_of: Callable[[str], str]) -> dict[str, Any]:
    place, end = finding.place, finding.end
    line, column = (place.line, place.column) if place else (0, 0)
    return {
        "code": finding.id,
        "name": title_of(finding.id),
        "severity": finding.severity.value,
        "path": path_of(finding),
        "line": max(line, 1),
        "column": max(column, 1),
        "end_line": end.line if end else max(line, 1),
        "end_column": end.column if end else max(column, 1),
        "message": finding.message,
        "help": finding.help,
        "source": finding.source,
        "url": finding.url,
    }
