"""Marks: what a migration says of itself that it can cost, in comments: "-- dbtool: hazard drop-column: ...".

`generate` writes them above the statement; "-- dbtool: allow drop-column because ..." says that it is meant.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from dbtool.errors import Refused
from dbtool.finding import Finding, Place, Severity
from dbtool.migrations import Migration

_MARK = re.compile(
    r"^[ \t]*--[ \t]*dbtool:[ \t]*(hazard|allow)[ \t]+([a-z][a-z0-9-]*)(?:[ \t]*:|[ \t]+because)?[ \t]*(.*)$"
)


def read_marks(migrations: Sequence[Migration]) -> tuple[Finding, ...]:
    """Return a finding for each mark, in order: a warning for a hazard, a note where it is allowed. Reads files."""
    return tuple(
        mark for migration in migrations if not migration.is_python for mark in _marks(migration, migration.path)
    )


def _marks(migration: Migration, path: Path) -> Iterator[Finding]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if "dbtool:" in line and (found := _MARK.match(line.rstrip())):
                allowed = found[1] == "allow"
                yield Finding(
                    id=found[2],
                    message=found[3] or f"marked {found[2]}",
                    severity=Severity.NOTE if allowed else Severity.WARNING,
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
