"""Migrations of other tools in a folder: which tool, and what to do. Reads file names and first lines."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dbtool.finding import Finding, Place, Severity

_skipped = {"node_modules", "vendor", "target", "dist", "build", "__pycache__", "site-packages"}
_DEPTH = 5
ADOPT = (
    "taking over that history is not part of this version. To go on with a database that it migrated: keep its "
    "files as they are; dbtool new baseline; put the present schema in it (pg_dump --schema-only); then "
    "dbtool baseline ID on each database that has it"
)


def find_histories(root: Path) -> tuple[Finding, ...]:
    """Return a finding for each folder below *root* that another migration tool keeps."""
    findings: list[Finding] = []
    for folder, names in _folders(root):
        tool = tool_of(folder, names)
        if tool == "yoyo":
            help = "nothing: dbtool reads these files and yoyo's tables as they are; dbtool status shows them"
            if folder != root / "migrations":
                help = f'say where they are in dbtool.toml: migrations = "{folder.relative_to(root)}"'
        else:
            help = ADOPT
        if tool:
            findings.append(
                Finding(
                    id="other-history",
                    message=f"{folder.relative_to(root) if folder != root else '.'}/ holds migrations of {tool}",
                    help=help,
                    severity=Severity.NOTE,
                    place=Place(path=folder, line=0),
                )
            )
    return tuple(findings)


def foreign_tool(name: str, head: bytes) -> str:
    """Return the other tool whose migration a file is, by its name and its first lines, or "".

    To run such a file as it stands would run its way down right after its way up.

    >>> foreign_tool("1_init.down.sql", b""), foreign_tool("1_a.sql", b"-- +goose Up"), foreign_tool("a.sql", b"")
    ('golang-migrate', 'goose', '')
    """
    if name.endswith((".up.sql", ".down.sql")):
        return "golang-migrate"
    if re.match(r"[VUR][\d._]*__.+\.sql$", name):
        return "Flyway"
    found = re.search(rb"^--(\s*migrate:|\s*\+goose|> statement-breakpoint)", head, re.MULTILINE)
    return _other_marks[found[1].strip()] if found else ""


_other_marks = {b"migrate:": "dbmate", b"+goose": "goose", b"> statement-breakpoint": "Drizzle"}


def tool_of(folder: Path, names: list[str]) -> str:
    """Return the tool whose migrations lie in *folder*, or ""."""
    if "_journal.json" in names and folder.name == "meta":
        return "Drizzle"
    if any(re.match(r"[VRU][\d._]*__.+\.sql$", name) for name in names):
        return "Flyway"
    if any(name.endswith(".up.sql") for name in names):
        return "golang-migrate"
    heads = [_head(folder / name) for name in names if name.endswith((".sql", ".py"))][:20]
    for tool, pattern in _marks.items():
        if any(re.search(pattern, head, re.MULTILINE) for head in heads):
            return tool
    return "yoyo" if "yoyo.ini" in names else ""


_marks = {
    "dbmate": r"^--\s*migrate:up",
    "goose": r"^--\s*\+goose\s+Up",
    "Alembic": r"^from alembic import op",
    "yoyo": r"^--\s*depends:|^from yoyo import|^import yoyo",
}


def _head(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(2_000)
    except OSError:
        return ""


def _folders(root: Path) -> Iterator[tuple[Path, list[str]]]:
    for place, folders, names in os.walk(root):
        depth = len(Path(place).relative_to(root).parts)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _skipped and depth < _DEPTH)
        yield Path(place), sorted(names)
