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


@dataclass(frozen=True, slots=True)
class Talk:
    """A line for the one who watches: a wait, a retry, a reconnection, a notice of the server."""

    text: str
