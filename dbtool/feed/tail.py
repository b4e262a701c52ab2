"""`feed tail`: follows what is decoded, as lines of JSON, across cuts of the connection.

With a slot that stays, what is told is exact: each transaction once, whole and in order, whatever is cut in between.
After a cut the slot is streamed again from the end of the last transaction that was whole; of one that was cut in its
middle, as many changes are skipped as were told. Nothing is confirmed unless that is asked for.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool.errors import DatabaseRefused, DbtoolError, Unreachable
from dbtool.feed.assembled import Assembled, Wanted
from dbtool.feed.change import Begin, Commit, Event, Message
from dbtool.feed.line import line_of
from dbtool.feed.plugin import Plugin
from dbtool.feed.stream import Data, Ended, Keepalive, Stream, connect_stream, identity
from dbtool.lsn import lsn_text

if TYPE_CHECKING:
    import psycopg

    from dbtool.db import Conn
    from dbtool.feed.output import Output
    from dbtool.target import Target

_TICK = 1.0
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """What is followed, and how long."""

    slot: str
    temporary: bool
    plugin: Plugin
    wanted: Wanted
    start: int = 0
    until: int = 0  # an LSN, 0 for none
    limit: int = 0  # changes, 0 for all
    seconds: float = 0
    retry_for: float = 60
    acknowledge: bool = False
    identity: tuple[str, int] = ("", 0)  # of the server and the database


@dataclass(slots=True)
class Told:
    """How far we are: what a resumed stream goes on from."""

    position: int = 0  # everything that was committed before it was told
    changes: int = 0
    transactions: int = 0
    cuts: int = 0
    open: int = 0  # the transaction that is under way
    events: int = 0  # of it, its BEGIN counted
    message: int = 0  # where the last message outside of a transaction lies
    skip: int = 0  # events that come again after a cut
    skipped: int = 0  # the transaction they belong to

    def cut(self) -> None:
        """Note that the connection was cut: what is open will come again from its beginning."""
        self.cuts += 1
        # cut while it was being passed over: what is left of it, and what was passed already
        self.skip, self.skipped, self.events = self.skip + self.events, self.open, 0

    def again(self, event: Event) -> bool:
        """Return whether this event was told before the cut; counts it where it was not."""
        if isinstance(event, Message) and not event.transactional:
            seen, self.message = event.lsn <= self.message, max(self.message, event.lsn)
            return seen
        if isinstance(event, Begin):
            if self.skip and event.xid != self.skipped:
                raise DatabaseRefused(
                    f"transaction {self.skipped} was cut in its middle, and {event.xid} comes in its place",
                    hint=f"go on after the last whole one: --from {lsn_text(self.position)}",
                )
            self.open, self.events = event.xid, 0
        if self.skip:
            self.skip -= 1
            self.events += 1
            return True
        if isinstance(event, Commit):
            self.open, self.events = 0, 0
            self.position = max(self.position, event.end_lsn)
        else:
            self.events += 1
        return False


class Follower:
    """Streams a slot to its output until an end is reached."""

    def __init__(
        self, target: "Target", following: Following, output: "Output", told: Told, say: Callable[[str], None]
    ) -> None:
        self._target, self._following, self._output, self._told, self._say = target, following, output, told, say
        self._assembled = Assembled(following.wanted)
        self._deadline = time.monotonic() + following.seconds if following.seconds else float("inf")

    def run(self, conn: "Conn") -> None:
        """Follow on this connection, and on others after a cut. Raises DbtoolError, BrokenPipeError."""
        import psycopg

        while True:
            try:
                with closing(conn):
                    self._follow(conn)
                return
            except (psycopg.Error, Ended) as error:
                conn = self._again(error)
            finally:
                self._output.meanwhile = _nothing

    def _follow(self, conn: "Conn") -> None:
        following, told = self._following, self._told
        reader = following.plugin.reader()
        stream = Stream(
            conn, following.slot, start=max(told.position, following.start), options=following.plugin.options
        )
        self._output.meanwhile = stream.tell
        for found in self._coming(stream):
            if isinstance(found, Keepalive):
                if not told.open:
                    told.position = max(told.position, found.lsn)
                    if following.until and found.lsn >= following.until:
                        break
                continue
            if self._ended(reader.read(found.lsn, found.payload)):
                break
        self._output.flush()
        if following.acknowledge:
            stream.tell(flushed=told.position)
            _settle(stream, told.position)

    def _coming(self, stream: Stream) -> Iterator[Data | Keepalive]:
        """Yield what comes, until time is up; what was told is written out before we wait."""
        while time.monotonic() < self._deadline:
            found = stream.next(0)
            if found is None:
                self._output.flush()
                if self._following.acknowledge:
                    stream.tell(flushed=self._told.position)
                found = stream.next(min(_TICK, max(self._deadline - time.monotonic(), 0)), self._output.watched)
            if found is None:
                self._output.refuse_gone()
            else:
                yield found

    def _ended(self, events: Iterator[Event]) -> bool:
        """Tell these events; returns whether the end is reached."""
        following, told = self._following, self._told
        for event in events:
            if isinstance(event, Begin) and following.until and event.lsn >= following.until:
                return True
            if told.again(event):
                continue
            for line in self._assembled.told(event):
                self._output.write(line_of(line))
                if isinstance(line, Commit):
                    told.transactions += 1
                elif not isinstance(line, Begin):
                    told.changes += 1
                    if told.changes == following.limit:
                        return True
            if isinstance(event, Commit) and following.until and event.end_lsn >= following.until:
                return True
        return False

    def _again(self, error: "psycopg.Error | Ended") -> "Conn":
        """Return a new connection after a cut. Raises the error where it is none, or where nothing can be resumed."""
        from dbtool.ledger import lost

        if not isinstance(error, Ended) and not lost(error) and error.sqlstate != "55006":
            raise error
        self._output.flush()
        following, why = self._following, _why(error)
        if following.temporary:
            raise Unreachable(
                f"the connection was cut after {lsn_text(self._told.position)}: {why}",
                hint="the temporary slot went with it: what comes in between is lost to us. A slot that stays is "
                "resumed: dbtool slots create NAME, then --slot NAME",
            ) from None
        self._told.cut()
        self._say(f"the connection was cut after {lsn_text(self._told.position)}: {why}; connecting again")
        return self._connected(why)

    def _connected(self, why: str) -> "Conn":
        import psycopg

        from dbtool.ledger import lost

        given_up = time.monotonic() + self._following.retry_for
        tries = 0
        while True:
            pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
            time.sleep(pause)
            tries += 1
            try:
                conn = connect_stream(self._target, purpose="feed tail")
                if identity(conn) != self._following.identity:
                    conn.close()
                    raise DatabaseRefused(
                        "another database answers at this address now: its log is another one, and no slot is resumed",
                        hint="is it a new server, or a restored one? begin anew, with a snapshot",
                    )
                if not _in_use(conn, self._following.slot):
                    return conn
                conn.close()
                why = f"slot {self._following.slot} is still in use by the connection that was cut, or by somebody else"
            except DbtoolError as error:
                if error.exit_code != 7:
                    raise
                why = error.message.splitlines()[-1].strip()
            except psycopg.Error as error:  # cut again before it was of any use
                if not lost(error):
                    raise
                why = _why(error)
            if time.monotonic() > given_up:
                raise Unreachable(
                    f"no connection could be had again within {self._following.retry_for:g} s: {why}",
                    hint=f"to go on exactly here: --from {lsn_text(self._told.position)}",
                )


def _in_use(conn: "Conn", slot: str) -> bool:
    from psycopg import sql

    asked = sql.SQL("SELECT active FROM pg_catalog.pg_replication_slots WHERE slot_name = {}")
    found = conn.execute(asked.format(sql.Literal(slot))).fetchone()
    return bool(found and found[0])


def _settle(stream: Stream, position: int) -> None:
    """Wait until the server has read what was confirmed: it answers when it has."""
    import psycopg

    with suppress(psycopg.Error):
        stream.tell(flushed=position, ask=True)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and not isinstance(stream.next(0.5), Keepalive):
            pass


def _why(error: Exception) -> str:
    return str(error).strip().splitlines()[-1].strip() if str(error).strip() else type(error).__name__


def _nothing() -> None:
    return None
