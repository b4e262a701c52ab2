"""JUnit's XML, as CI servers read it: a file is a test case for each hazard in it, or one that passes."""

from collections.abc import Collection, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from dbtool.finding import Finding, Severity
from dbtool.lint.formats import by_path, first_line, shown

_NOT_XML = {n: "\ufffd" for n in range(32) if n not in (9, 10, 13)} | {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}


def draw(findings: Sequence[Finding], files: Sequence[Path], failing: Collection[Severity]) -> str:
    """Return the report: findings of the severities in *failing* are failures, the others are told beside."""
    found = by_path(findings)
    cases = [
        case
        for path in dict.fromkeys([*(shown(file) for file in files), *found])
        for case in _cases(path, found.get(path, []), failing)
    ]
    failures = sum("<failure" in case for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    suite = "\n".join([f'  <testsuite name="dbtool lint" {counts} skipped="0">', *cases, "  </testsuite>"])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="dbtool lint" {counts}>\n{suite}\n</testsuites>'


def _cases(path: str, findings: Sequence[Finding], failing: Collection[Severity]) -> list[str]:
    if not findings:
        return [f'    <testcase name="lint" classname={_quoted(path)}/>']
    by_id: dict[str, list[Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.id, []).append(finding)
    return [_case(path, id, group, failing) for id, group in by_id.items()]


def _case(path: str, id: str, findings: Sequence[Finding], failing: Collection[Severity]) -> str:
    text = _clean("\n".join(_told(path, finding) for finding in findings))
    start = f"    <testcase name={_quoted(id)} classname={_quoted(path)}>"
    bad = [finding for finding in findings if finding.severity in failing]
    if not bad:
        return f"{start}\n      <system-out>{text}</system-out>\n    </testcase>"
    message = f"message={_quoted(first_line(bad[0]))} type={_quoted(bad[0].severity.value)}"
    return f"{start}\n      <failure {message}>{text}</failure>\n    </testcase>"


def _told(path: str, finding: Finding) -> str:
    place = f"{path}:{finding.place.line}:{finding.place.column}" if finding.place else path
    help = f"\n  to do: {finding.help}" if finding.help else ""
    return f"{place}: {finding.severity}: {finding.message}{help}"


def _quoted(text: str) -> str:
    return quoteattr(text.translate(_NOT_XML))


def _clean(text: str) -> str:
    return escape(text.translate(_NOT_XML))
