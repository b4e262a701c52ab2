"""What waits in a logical slot, read from a temporary copy of it: the slot and its consumer are left alone.

The copy lives on our connection and is gone with it. What is read stops at the position at which we began.
"""

import secrets
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dbtool.db import connect
from dbtool.errors import DatabaseRefused
from dbtool.feed.change import Event
from dbtool.feed.plugin import KNOWN, Plugin, plugin_of, text_decoding
from dbtool.feed.polled import Polled
from dbtool.feed.slot import Server, Slot
from dbtool.feed.stream import Data, NoPrivilege, NoWalsender, Stream, connect_stream, settle_texts
from dbtool.lsn import lsn_of
from dbtool.target import direct_target

if TYPE_CHECKING:
    import psycopg

    from dbtool.db import Conn
    from dbtool.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How what waits is decoded, and what is to be said of it."""

    plugin: Plugin
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Waiting:
    """What waits, as events, up to *until*. Afterwards: how far it was read, and whether time ran out."""

    stream: Stream | Polled
    reading: Reading
    until: int
    seconds: float
    rows: bool = True  # whether the rows of changes are looked at
    read_up_to: int = 0
    out_of_time: bool = False
    notices: list[str] = field(default_factory=list[str])  # what the server had to say

    def __iter__(self) -> Iterator[Event]:
        """Yield the events; ends where everything up to ``until`` has come. Raises psycopg.Error."""
        reader, stalled = self.reading.plugin.reader(rows=self.rows), 0
        deadline = time.monotonic() + self.seconds
        while True:
            rest = deadline - time.monotonic()
            if rest <= 0:
                self.out_of_time = True
                return
            found = self.stream.next(min(rest, self.stream.patience))
            if isinstance(found, Data):
                stalled = 0
                yield from reader.read(found.lsn, found.payload)
                continue
            if found is None:
                self.stream.tell(ask=True)
                continue
            stalled = stalled + 1 if found.lsn == self.read_up_to else 0
            self.read_up_to = max(self.read_up_to, found.lsn)
            # a record that is not whole yet is not decoded: the server then says the same position again and again
            if found.lsn >= self.until or stalled > 2:
                return


def reading_of(slot: Slot, publications: Sequence[str]) -> Reading:
    """Return how this slot is decoded. Pure.

    >>> from dbtool.feed.slot import Slot
    >>> s = Slot(name="s", plugin="decoderbufs", database="d", active_pid=None, application="", wal_status="reserved",
    ...     confirmed=1, restart=1)
    >>> reading_of(s, ["p"]).notes[0]
    'its plugin decoderbufs is not one that dbtool reads: decoded as pgoutput'
    """
    plugin = plugin_of(slot.plugin, publications)
    notes: list[str] = []
    if slot.plugin not in KNOWN:
        notes.append(f"its plugin {slot.plugin} is not one that dbtool reads: decoded as {plugin.name}")
    elif slot.plugin != plugin.name:
        notes.append(f"database {slot.database} has no publication: decoded as {plugin.name}, with every table")
    return Reading(plugin=plugin, notes=tuple(notes))


@contextmanager
def waiting(
    target: "Target", server: Server, slot: Slot, reading: Reading, *, start: int, seconds: float, rows: bool = True
) -> Generator[Waiting]:
    """Have what waits in a slot as events while the block lasts. Makes a temporary copy of it, and writes nothing."""
    until = lsn_of(server.lsn) if server.lsn else 0
    notices: list[str] = []
    with closing(_connected(target, slot, notices)) as conn:
        conn.add_notice_handler(lambda d: notices.append(f"the server says: {d.message_primary}"))
        copy = _copied(conn, server, slot, reading.plugin)
        options = reading.plugin.options
        if conn.info.get_parameters().get("replication"):
            stream = Stream(conn, copy, start=start, options=options)
        else:
            stream = Polled(conn, copy, start=max(start - slot.confirmed, 0) and start, until=until, options=options)
        yield Waiting(stream, reading, until, seconds, rows, notices=notices)


def _connected(target: "Target", slot: Slot, notices: list[str]) -> "Conn":
    """Return a connection for streaming, or an ordinary one where the server has no walsender left."""
    try:
        return connect_stream(target, purpose=f"feed peek {slot.name}")
    except NoWalsender:
        conn = connect(direct_target(target), purpose=f"feed peek {slot.name}")
        settle_texts(conn)
        notices.append("all walsenders of the server are in use (max_wal_senders): read by SQL, batch by batch")
        return conn


def without_publications(reading: Reading, error: "psycopg.Error") -> Reading | None:
    """Return another way to decode where a publication is younger than what waits; None for another error.

    pgoutput looks the publication up as the catalog was when the change was made (manual, 47.2.2).
    """
    if error.sqlstate != "42704" or reading.plugin.name != "pgoutput":
        return None
    names = ", ".join(reading.plugin.publications)
    note = f"a publication ({names}) is younger than what waits: decoded as test_decoding, with every table"
    return replace(reading, plugin=text_decoding(), notes=(*reading.notes, note))


def _copied(conn: "Conn", server: Server, slot: Slot, plugin: Plugin) -> str:
    """Return the name of a temporary copy of the slot. Raises DatabaseRefused with what to do."""
    import psycopg
    from psycopg import sql

    name = f"dbtool_peek_{conn.info.backend_pid}_{secrets.token_hex(3)}"
    copy = sql.SQL("SELECT pg_catalog.pg_copy_logical_replication_slot({}, {}, true, {})")
    try:
        conn.execute(copy.format(sql.Literal(slot.name), sql.Literal(name), sql.Literal(plugin.name)))
    except psycopg.Error as error:
        raise explained(error, server, slot.name, plugin) or error from None
    return name


def explained(error: "psycopg.Error", server: Server, slot: str, plugin: Plugin) -> DatabaseRefused | None:
    """Return what the server's refusal means here, and what to do; None where its own words must do. Pure."""
    said = (error.diag.message_primary or str(error)).strip()
    if error.sqlstate == "42501":
        return NoPrivilege(said)
    if error.sqlstate == "53400":
        return DatabaseRefused(
            f"no slot is free for the temporary copy: all {server.max_slots} of max_replication_slots are in use",
            hint="dbtool slots shows which nobody needs; or ALTER SYSTEM SET max_replication_slots, then a restart",
        )
    if error.sqlstate in ("58P01", "42883") and plugin.name in said:
        hint = "install PostgreSQL's contrib package there"
        if plugin.name == "test_decoding":
            hint += f"; or make a publication, which pgoutput reads: {PUBLICATION}"
        return DatabaseRefused(f"the server has no plugin {plugin.name}: {said}", hint=hint)
    if error.sqlstate == "42704" and "publication" in said:
        return DatabaseRefused(
            f"{said}: it is younger than what waits in slot {slot}",
            hint="name an older one with --publication; what was written before a publication was made is not in it",
        )
    if error.sqlstate == "55006":
        return DatabaseRefused(
            f"slot {slot} is in use: {said}",
            hint=f"dbtool feed peek {slot} reads a copy of it; dbtool feed tail without --slot follows from now on",
        )
    if error.sqlstate == "55000":
        return DatabaseRefused(f"slot {slot} cannot be read: {said}", hint="dbtool replication doctor has the cause")
    return None


PUBLICATION = "CREATE PUBLICATION dbtool_feed FOR ALL TABLES"
