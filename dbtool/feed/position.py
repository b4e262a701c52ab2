"""Where the write-ahead log stands, and how far that is from another position. Read-only."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dbtool.errors import UsageError
from dbtool.lsn import lsn_of, lsn_text, segment_name
from dbtool.queries import query
from dbtool.report import seconds, sized

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What the query feed/lsn answers, field for field."""

    in_recovery: bool
    written: str | None
    flushed: str | None
    received: str | None
    replayed: str | None
    segment_bytes: int
    at: datetime

    @property
    def current(self) -> int:
        """The position from which distances are measured: written, or on a standby received or replayed."""
        return max(lsn_of(text) for text in (self.written, self.received, self.replayed, "0/0") if text)

    @property
    def told(self) -> str:
        """The position in words."""
        if not self.in_recovery:
            return f"{self.written}: written, flushed up to {self.flushed}"
        return f"{lsn_text(self.current)}: a standby; received {self.received or 'nothing'}, replayed {self.replayed}"

    def as_json(self) -> dict[str, object]:
        """Return the keys that docs/json.md promises."""
        return {
            "lsn": lsn_text(self.current), "in_recovery": self.in_recovery, "written_lsn": self.written,
            "flushed_lsn": self.flushed, "received_lsn": self.received, "replayed_lsn": self.replayed, "at": self.at,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far a position is behind. In time it lies between the ages of its segment and of the one before it."""

    since: int
    bytes: int
    seconds_at_least: float | None = None
    seconds_at_most: float | None = None
    unknown: str = ""  # why the time is not known

    @property
    def told(self) -> str:
        """The distance in words."""
        exactly = f" ({self.bytes:,} bytes)" if self.bytes >= 1024 else ""
        far = f"{sized(self.bytes)}{exactly} since {lsn_text(self.since)}"
        if self.unknown:
            return f"{far}; in time: not known, {self.unknown}"
        least, most = self.seconds_at_least, self.seconds_at_most
        if least is None:
            return far
        return (
            f"{far}; written {seconds(least)}" + (f" to {seconds(most)}" if most is not None else " or longer") + " ago"
        )

    def as_json(self) -> dict[str, object]:
        """Return the keys that docs/json.md promises."""
        return {
            "lsn": lsn_text(self.since), "bytes": self.bytes, "seconds_at_least": self.seconds_at_least,
            "seconds_at_most": self.seconds_at_most, "unknown": self.unknown or None,
        }  # fmt: skip


def read_position(conn: "Conn") -> Position:
    """Return where the log stands. Read-only, one round trip."""
    from psycopg.rows import class_row

    found = conn.cursor(row_factory=class_row(Position)).execute(query("feed/lsn")).fetchone()
    assert found is not None, "a SELECT without FROM has one row"
    return found


def distance(conn: "Conn", now: Position, since: int) -> Distance:
    """Return how far *since* is behind. Read-only. Raises UsageError for a position that is not reached yet."""
    import psycopg

    behind = now.current - since
    if behind < 0:
        raise UsageError(
            f"{lsn_text(since)} lies {sized(-behind)} ahead of {lsn_text(now.current)}, where this server stands",
            hint="is it an LSN of another server, or of the time before a restore?",
        )
    names = [segment_name(position, now.segment_bytes) for position in (since, since - now.segment_bytes)]
    try:
        rows = conn.execute(query("feed/segments"), {"segments": names}).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        conn.rollback()
        reason = "pg_ls_waldir() wants the role pg_monitor"
        return Distance(since=since, bytes=behind, unknown=reason)
    ages = {str(name): max(float(str(age)), 0.0) for name, age in rows}
    if names[0] not in ages:
        reason = "the file that held it is gone from pg_wal"
        return Distance(since=since, bytes=behind, unknown=reason)
    return Distance(since=since, bytes=behind, seconds_at_least=ages[names[0]], seconds_at_most=ages.get(names[1]))
