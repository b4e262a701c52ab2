"""What the target has that a migration meets: rows, bytes, reads and writes a second, who would wait. Read-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.queries import query
from dbtool.schema.names import qualified

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the target."""

    name: str  # qualified and quoted
    rows: int  # the planner's estimate
    table_bytes: int  # with TOAST
    index_bytes: int
    reads_per_second: float  # scans of the table or of an index
    writes_per_second: float  # rows
    sessions: int  # that hold a lock on it now

    @property
    def bytes(self) -> int:
        """The table with its indexes."""
        return self.table_bytes + self.index_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The target as it was met."""

    tables: Mapping[str, Table]
    oldest_seconds: float  # the oldest transaction of another session; 0 where there is none
    oldest_pid: int | None
    transactions: int  # that are open in other sessions
    standbys: int
    slots: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What the counters say at one moment."""

    rows: tuple[tuple[Any, ...], ...]

    @property
    def at(self) -> float:
        """When, in seconds of the server's clock; 0 where there is no table."""
        return float(self.rows[0][-1]) if self.rows else 0.0


def read_sample(conn: "Conn") -> Sample:
    """Return the counters of all tables. Read-only."""
    conn.execute(query("rehearsal/fresh"))
    return Sample(tuple(cast(list[Any], conn.execute(query("rehearsal/tables")).fetchall())))


def read_traffic(conn: "Conn", first: Sample) -> Traffic:
    """Return what was seen between *first* and now. Read-only."""
    second = read_sample(conn)
    oldest, transactions, pid, standbys, slots = cast(Any, conn.execute(query("rehearsal/pressure")).fetchone())
    return Traffic(
        tables=tables_between(first, second),
        oldest_seconds=oldest, oldest_pid=pid, transactions=transactions, standbys=standbys, slots=slots,
    )  # fmt: skip


def tables_between(first: Sample, second: Sample) -> Mapping[str, Table]:
    """Return the tables of the second sample, with their rates since the first. Pure."""
    before = {row[:2]: row for row in first.rows}
    elapsed = max(second.at - first.at, 0.001)
    found: dict[str, Table] = {}
    for row in second.rows:
        schema, name, _, rows, table_bytes, index_bytes, reads, writes, sessions, _ = row
        old = before.get(row[:2], row)
        table = Table(
            name=qualified(schema, name), rows=rows, table_bytes=table_bytes, index_bytes=index_bytes,
            reads_per_second=max(reads - old[6], 0) / elapsed, writes_per_second=max(writes - old[7], 0) / elapsed,
            sessions=sessions,
        )  # fmt: skip
        found[table.name] = table
    return found
