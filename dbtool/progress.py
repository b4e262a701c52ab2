"""What the runner tells while it works, beside the Steps that it yields."""

from dataclasses import dataclass


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
