"""How long a statement's work takes on the target's tables: a range, from bytes. Pure.

Nobody can tell a server's speed from outside. The slow end is a busy disk in the cloud, the fast end a good machine
with the table in memory; docs/commands/plan.md compares them with what was measured.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dbtool.rehearsal.seen import Seen
from dbtool.rehearsal.traffic import Table

MEGABYTE = 1 << 20
# bytes a second, slow and fast
_REWRITE = (10 * MEGABYTE, 200 * MEGABYTE)  # read, write, and build every index of it
_BUILD = (15 * MEGABYTE, 250 * MEGABYTE)  # read the table, sort, write one index
_SCAN = (80 * MEGABYTE, 2000 * MEGABYTE)  # read it, and look at each row


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is done to one table, and how long it may take, in seconds."""

    table: str
    does: str  # rewrites, builds an index of, reads
    bytes: int
    rows: int
    fast: float
    slow: float


def work_of(seen: Seen, tables: Mapping[str, Table]) -> tuple[Work, ...]:
    """Return the work of a statement on tables that the target has; the most for each."""
    return tuple(_work(seen, tables))


def _work(seen: Seen, tables: Mapping[str, Table]) -> Iterator[Work]:
    built = [table for table in seen.built.values() if table not in seen.rewritten]
    for name in seen.rewritten:
        if table := tables.get(name):
            yield _made(table, "rewrites", table.bytes, _REWRITE)
    for name in dict.fromkeys(built):
        if table := tables.get(name):
            indexes = built.count(name)
            does = "builds an index of" if indexes == 1 else f"builds {indexes} indexes of"
            yield _made(table, does, table.table_bytes * indexes, _BUILD)
    for name in seen.scanned:
        if (table := tables.get(name)) and name not in seen.rewritten and name not in built:
            yield _made(table, "reads", table.table_bytes, _SCAN)


def _made(table: Table, does: str, size: int, speed: tuple[int, int]) -> Work:
    slow, fast = speed
    return Work(table=table.name, does=does, bytes=size, rows=table.rows, fast=size / fast, slow=size / slow)


def span(fast: float, slow: float) -> str:
    """Return a range of seconds as a person says it.

    >>> span(0.001, 0.01), span(0.2, 4), span(3, 50), span(200, 4100), span(4000, 41000)
    ('an instant', 'up to seconds', 'seconds', 'minutes to hours', 'hours')
    """
    low, high = _word(fast), _word(slow)
    if high == "an instant" or low == high:
        return high
    return f"up to {high}" if low == "an instant" else f"{low} to {high}"


def _word(seconds: float) -> str:
    if seconds < 1:
        return "an instant"
    if seconds < 100:
        return "seconds"
    return "minutes" if seconds < 3600 else "hours"
