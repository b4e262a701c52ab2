"""Finding: what any inspection has to say. Imports nothing of dbtool."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How bad it is: an ERROR stops the command, a WARNING is told, a NOTE explains."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point in a file; line and column count from 1, the column in characters. Line 0: the file or folder as such."""

    path: Path
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        here = Path.cwd()
        path = self.path.relative_to(here) if self.path.is_relative_to(here) else self.path
        return f"{path}:{self.line}:{self.column}" if self.line else str(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing an inspection saw: a kebab-case id that never changes, what is so, and what to do about it."""

    id: str
    message: str
    help: str = ""
    severity: Severity = Severity.ERROR
    place: Place | None = None
    migration: str = ""
    end: Place | None = None  # where what it is about ends
    source: str = "dbtool"  # who saw it: dbtool, squawk or sqlfluff
    url: str = ""  # the page that explains it
