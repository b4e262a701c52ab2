"""A Code Quality report of GitLab: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""

import json
from collections.abc import Sequence

from dbtool.finding import Finding, Severity
from dbtool.lint.formats import fingerprints, path_of

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def draw(findings: Sequence[Finding]) -> str:
    """Return the report as JSON."""
    entries = [
        {
            "description": finding.message + (f" To do: {finding.help}" if finding.help else ""),
            "check_name": finding.id,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": path_of(finding), "lines": _lines(finding)},
        }
        for finding, fingerprint in zip(findings, fingerprints(findings), strict=True)
    ]
    return json.dumps(entries, indent=2, ensure_ascii=False)


def _lines(finding: Finding) -> dict[str, int]:
    begin = max(finding.place.line, 1) if finding.place else 1
    return {"begin": begin, "end": max(finding.end.line, begin) if finding.end else begin}
