"""Facts: what one look at a server saw of its replication. Pure.

Positions are bytes from the beginning of the write-ahead log, times are seconds since 1970 by the server's clock.
A column that the server's version does not have, or that the role may not see, is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dbtool.lsn import segment_name

MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One row of pg_replication_slots, with what pg_stat_replication_slots counts.

    https://www.postgresql.org/docs/current/view-pg-replication-slots.html
    """

    name: str
    logical: bool
    plugin: str
    database: str
    temporary: bool
    pid: int | None
    status: str  # reserved, extended, unreserved, lost; "" where nothing is reserved yet
    restart: int | None
    confirmed: int | None
    safe: int | None  # bytes that can be written until it is in danger; None without a limit
    xmin_age: int | None
    catalog_xmin_age: int | None
    inactive_since: float | None  # 17 and newer
    reason: str  # why it was invalidated
    failover: bool
    synced: bool
    transactions: int | None  # decoded for its consumers since the statistics were reset
    spilled: int | None  # bytes written to disk while decoding

    @property
    def lost(self) -> bool:
        """Whether what it needs is gone. Its restart_lsn is null then: by its lag alone it would look well."""
        return self.status == "lost" or bool(self.reason)

    @property
    def position(self) -> int | None:
        """What its consumer has confirmed: confirmed_flush_lsn, for a physical slot restart_lsn."""
        return self.confirmed if self.logical else self.restart


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One row of pg_stat_replication: a standby, or who else streams. Lags in seconds."""

    pid: int
    user: str
    application: str
    client: str
    state: str
    sync: str
    sent: int | None
    write: int | None
    flush: int | None
    replay: int | None
    flush_lag: float | None
    replay_lag: float | None
    replied: float | None  # when its last message came


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A session that holds a transaction id, streams, or reads a slot: of pg_stat_activity."""

    pid: int
    type: str
    user: str
    database: str
    application: str
    client: str
    state: str
    wait: str
    started: float | None
    transaction_started: float | None
    changed: float | None
    has_xid: bool
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One row of pg_prepared_xacts."""

    gid: str
    owner: str
    database: str
    prepared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription of any database of the server; the counters are None where the version has none."""

    name: str
    database: str
    enabled: bool
    slot: str
    publications: tuple[str, ...]
    workers: int
    received: int | None
    errors: int | None
    sync_errors: int | None
    conflicts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archiver:
    """What pg_stat_archiver says."""

    archived: int
    failed: int
    last_archived: float | None
    last_failed: float | None
    last_failed_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How far a standby has come with replaying."""

    lsn: int | None
    paused: bool
    last_transaction: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """The WAL receiver of a standby: where it gets its log from."""

    status: str
    slot: str
    host: str
    port: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wal:
    """What lies in pg_wal: bytes, when segments were written that slots point to, what waits for the archiver."""

    bytes: int
    segments: Mapping[str, float]
    unarchived: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting in use: its value in the base unit (bytes, milliseconds), and what a change of it needs."""

    text: str
    number: int | None
    needs_restart: bool
    pending_restart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All of one look."""

    at: float
    version: int
    database: str
    system: str
    sees_all: bool
    in_recovery: bool
    lsn: int
    redo: int | None
    slots: tuple[Slot, ...]
    senders: tuple[Sender, ...]
    backends: tuple[Backend, ...]
    prepared: tuple[Prepared, ...]
    subscriptions: tuple[Subscription, ...]
    publications: tuple[str, ...]
    writes: Mapping[str, int]  # rows, by database
    published_writes: int | None  # rows in published tables of this database; None where nobody asked
    settings: Mapping[str, Setting]
    archiver: Archiver
    slot_syncs: int | None  # standbys whose slot sync worker is connected (17 and newer); None: it cannot be seen
    replay: Replay | None
    receiver: Receiver | None
    wal: Wal | None  # None: the role may not look into pg_wal

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.version // 10000

    @property
    def segment(self) -> int:
        """The size of a WAL segment in bytes."""
        return self.number("wal_segment_size") or 16 * MB

    @property
    def limit(self) -> int | None:
        """max_slot_wal_keep_size in bytes; None without a limit."""
        size = self.number("max_slot_wal_keep_size")
        return None if size is None or size < 0 else size

    def number(self, name: str) -> int | None:
        """A setting as a number, in its base unit."""
        return self.settings[name].number if name in self.settings else None

    def text(self, name: str) -> str:
        """A setting as a text, "" where the version has none of that name."""
        return self.settings[name].text if name in self.settings else ""

    def written_since(self, at: float) -> bool:
        """Whether a transaction that writes is open since then, or one that is prepared."""
        begun = [b.transaction_started for b in self.backends if b.has_xid and b.transaction_started is not None]
        return any(one <= at for one in (*begun, *(p.prepared for p in self.prepared)))

    def slot(self, name: str) -> Slot | None:
        """The slot of that name."""
        return next((slot for slot in self.slots if slot.name == name), None)

    def sender(self, pid: int | None) -> Sender | None:
        """What streams in that process."""
        return next((sender for sender in self.senders if sender.pid == pid), None)

    def backend(self, pid: int | None) -> Backend | None:
        """The session of that process."""
        return next((backend for backend in self.backends if backend.pid == pid), None)

    def written_at(self, lsn: int | None) -> float | None:
        """When the segment that holds a position was last written; None where that cannot be known."""
        if lsn is None or self.wal is None:
            return None
        return self.wal.segments.get(segment_name(lsn, self.segment))
