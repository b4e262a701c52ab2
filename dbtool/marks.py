"""Marks: what a migration says of itself that it can cost, in comments: "-- dbtool: hazard drop-column: ...".

`generate` writes them above the statement; "-- dbtool: allow drop-column because ..." says that it is meant.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbtool.errors import Refused
from dbtool.finding import Finding, Place, Severity
from dbtool.migrations import Migration

_MARK = re.compile(
    r"^[ \t]*--[ \t]*dbtool:[ \t]*(hazard|allow)[ \t]+([a-z][a-z0-9-]*)(?:[ \t]*:|[ \t]+because\b)?[ \t]*(.*)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One such comment: a hazard that is told, or allowed, and what is said of it."""

    allowed: bool
    hazard: str
    said: str


def mark_of(line: str) -> Mark | None:
    """Return the mark in a line of a file, None where it has none.

    >>> mark_of("-- dbtool: allow drop-table because nobody reads it")
    Mark(allowed=True, hazard='drop-table', said='nobody reads it')
    """
    found = _MARK.match(line.rstrip()) if "dbtool:" in line else None
    return Mark(allowed=found[1] == "allow", hazard=found[2], said=found[3]) if found else None


def read_marks(migrations: Sequence[Migration]) -> tuple[Finding, ...]:
    """Return a finding for each mark, in order: a warning for a hazard, a note where it is allowed. Reads files."""
    return tuple(
        mark for migration in migrations if not migration.is_python for mark in _marks(migration, migration.path)
    )


def _marks(migration: Migration, path: Path) -> Iterator[Finding]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if mark := mark_of(line):
                yield Finding(
                    id=mark.hazard,
                    message=mark.said or f"marked {mark.hazard}",
                    severity=Severity.NOTE if mark.allowed else Severity.WARNING,
                    place=Place(path=path, line=number),
                    migration=migration.id,
                )


def refuse_marks(marks: Sequence[Finding], refused: Collection[str], where: str) -> None:
    """Raise Refused where the policy refuses one of these hazards there, also an allowed one."""
    found = [mark for mark in marks if mark.id in refused]
    if found:
        told = "\n".join(f"  {mark.id}: {mark.message} ({mark.place})" for mark in found)
        raise Refused(
            f"{where} takes no {', '.join(sorted({m.id for m in found}))} (safety/policy.toml: refuse):\n{told}",
            hint="nothing was applied; lose nothing instead, or change the policy with those who answer for it",
        )
