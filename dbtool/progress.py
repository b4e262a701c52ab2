"""What a run tells while it works: what began, what is done, and a line now and then. Imports nothing."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One migration that was applied, rolled back or recorded."""

    migration: str
    action: str  # applied, rolled back, recorded, would apply, would roll back
    seconds: float = 0.0
    statements: int = 0
    noun: ClassVar[str] = "migration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded(Step):
    """One seed file that was run; ``migration`` is its name, "dev/01_tenant.sql"."""

    set: str
    file: str  # its path from the project's folder
    rows: int = 0  # written, as the server counts them
    removes_rows: bool = False
    checksum: str = ""  # of a large file: of the rows that it wrote, in whatever order and parts
    noun: ClassVar[str] = "file"


@dataclass(frozen=True, slots=True)
class Began:
    """A migration (or a statement of a non-transactional one) is being applied now."""

    migration: str
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Further:
    """How far that is which began last: a few words beside its name, "" where there are none yet."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """How far one of several things is that are written side by side."""

    file: str
    name: str  # as a person reads it
    done: int  # of what is counted beforehand: row numbers, bytes
    of: int
    rows: int  # written so far
    seconds: float  # since its beginning
    left: float | None = None  # seconds, as far as can be told

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Talk:
    """A line for the one who watches: a wait, a retry, a reconnection, a notice of the server."""

    text: str
