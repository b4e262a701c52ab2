"""Findings, drawn for people and for machines: one file for each format, each a pure function to a text."""

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from dbtool.finding import Finding

FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit", "markdown")


def path_of(finding: Finding) -> str:
    """Return the file of a finding from the current folder, with slashes; as it is where it lies elsewhere."""
    return shown(finding.place.path) if finding.place else ""


def shown(path: Path) -> str:
    """Return a path from the current folder."""
    return _from(os.getcwd(), path)  # noqa: PTH109 - a text: asked for each of thousands of findings


@lru_cache(maxsize=10_000)
def _from(folder: str, path: Path) -> str:
    return path.as_posix().removeprefix(f"{Path(folder).as_posix().rstrip('/')}/")


def first_line(finding: Finding) -> str:
    """Return the message without what follows its first line."""
    return finding.message.split("\n", 1)[0]


def by_path(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of each file, in their order."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(path_of(finding), []).append(finding)
    return found


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return a word for each finding that stays while lines move: of its file, id, message, and which of these."""
    import hashlib

    times: dict[tuple[str, str, str], int] = {}
    found: list[str] = []
    for finding in findings:
        key = (path_of(finding), finding.id, finding.message)
        times[key] = times.get(key, 0) + 1
        found.append(hashlib.sha256("\0".join((*key, f"{times[key]}")).encode()).hexdigest())
    return found
