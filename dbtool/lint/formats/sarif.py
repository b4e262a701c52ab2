"""SARIF 2.1.0, as code scanning takes it: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

import json
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from dbtool.finding import Finding, Severity
from dbtool.lint.formats import fingerprints, path_of

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def draw(findings: Sequence[Finding], title_of: Callable[[str], str], version: str) -> str:
    """Return the log as JSON; *title_of* gives what a hazard is called, *version* is dbtool's."""
    ids = list(dict.fromkeys(finding.id for finding in findings))
    first = {id: next(finding for finding in findings if finding.id == id) for id in ids}
    driver = {
        "name": "dbtool",
        "version": version,
        "rules": [_rule(first[id], title_of(id)) for id in ids],
    }
    marks = fingerprints(findings)
    results = [_result(f, ids.index(f.id), mark) for f, mark in zip(findings, marks, strict=True)]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(finding: Finding, title: str) -> dict[str, Any]:
    return {
        "id": finding.id,
        "shortDescription": {"text": title or finding.id},
        "help": {"text": finding.help or title or finding.id},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": [finding.source]},
    }


def _result(finding: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    text = finding.message + (f"\nTo do: {finding.help}" if finding.help else "")
    return {
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(finding)}],
        "partialFingerprints": {"dbtool/v1": fingerprint},
    }


def _location(finding: Finding) -> dict[str, Any]:
    path = path_of(finding)
    absolute = PurePosixPath(path).is_absolute()
    location: dict[str, Any] = {"artifactLocation": {"uri": ("file://" if absolute else "") + quote(path)}}
    place, end = finding.place, finding.end
    if place and place.line:
        location["region"] = {"startLine": place.line, "startColumn": place.column}
        if end and end.line:
            location["region"] |= {"endLine": end.line, "endColumn": end.column}
    return location
