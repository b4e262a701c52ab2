"""What a logical slot has to say, whatever its plugin: transactions, changes of rows, messages. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum


class Form(Enum):
    """How JSON can hold the values of a type without changing them."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    JSON = "json"
    TEXT = "text"


class Unchanged(Enum):
    """A large value that the change did not touch: it is stored out of line, and is not in the log (manual, 73.2)."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
Value = str | None | Unchanged


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a row: its name, how its values are told, whether it belongs to the replica identity."""

    name: str
    form: Form = Form.TEXT
    key: bool = False


Row = Sequence[tuple[Column, Value]]


@dataclass(frozen=True, slots=True)
class Begin:
    """A transaction begins; ``lsn`` is where its commit record lies. 0 where the plugin does not say it."""

    xid: int
    lsn: int
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """A transaction is whole: to go on after it is to go on from ``end_lsn``."""

    xid: int
    lsn: int
    end_lsn: int
    time: datetime | None = None
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A row was inserted, updated or deleted. ``old`` is the whole row before, ``key`` its identity alone."""

    kind: str
    schema: str
    table: str
    xid: int
    lsn: int
    new: Row | None = None
    old: Row | None = None
    key: Row | None = None


@dataclass(frozen=True, slots=True)
class Truncate:
    """A table was truncated."""

    schema: str
    table: str
    xid: int
    lsn: int
    cascade: bool = False
    restart_identity: bool = False
    kind: str = "truncate"


@dataclass(frozen=True, slots=True)
class Message:
    """What pg_logical_emit_message() wrote; outside of a transaction ``xid`` is 0."""

    prefix: str
    content: bytes
    transactional: bool
    xid: int
    lsn: int
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class Raw:
    """A line of a plugin that could not be read: told as it came."""

    text: str
    xid: int
    lsn: int
    kind: str = "raw"


Event = Begin | Commit | Change | Truncate | Message | Raw

_epoch = datetime(2000, 1, 1, tzinfo=UTC)


def time_of(microseconds: int) -> datetime | None:
    """Return a time of the replication protocol, which counts microseconds since 2000; None for 0.

    >>> time_of(1_000_000).isoformat()
    '2000-01-01T00:00:01+00:00'
    """
    return _epoch + timedelta(microseconds=microseconds) if microseconds else None
