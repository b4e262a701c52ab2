"""What a run tells while it works: what began, what is done, and a line now and then. Imports nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One migration that was applied, rolled back or recorded."""

    migration: str
    action: str  # applied, rolled back, recorded, would apply, would roll back
    seconds: float = 0.0
    statements: int = 0


@dataclass(frozen=True, slots=True)
class Began:
    """A migration (or a statement of a non-transactional one) is being applied now."""

    migration: str
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Talk:
    """A line for the one who watches: a wait, a retry, a reconnection, a notice of the server."""

    text: str
