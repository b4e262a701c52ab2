"""The replication protocol, the one door to it: a connection on which a logical slot is streamed.

psycopg has no replication API; its wrapper of libpq (psycopg.pq) has all that is needed: docs/decisions/feed.md.
https://www.postgresql.org/docs/current/protocol-replication.html
"""

import select
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any, LiteralString, cast

from dbtool.errors import DatabaseRefused
from dbtool.lsn import lsn_text

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

    from dbtool.db import Conn
    from dbtool.target import Target

_keepalive, _status = Struct(">QqB"), Struct(">cQQQqB")
_TELLING = 5.0  # seconds between two reports to the server, far below any wal_sender_timeout that makes sense
_2000 = 946_684_800

# As in a subscriber (src/backend/replication/libpqwalreceiver): texts that do not depend on who connects. No time-out
# of the session may strike while a snapshot is read or the reader of our output rests.
_SESSION = (
    "SELECT pg_catalog.set_config('search_path', '', false), pg_catalog.set_config('datestyle', 'ISO', false), "
    "pg_catalog.set_config('intervalstyle', 'postgres', false), pg_catalog.set_config('timezone', 'UTC', false), "
    "pg_catalog.set_config('extra_float_digits', '1', false), pg_catalog.set_config('bytea_output', 'hex', false), "
    "pg_catalog.set_config('idle_in_transaction_session_timeout', '0', false), "
    "pg_catalog.set_config('idle_session_timeout', '0', false), pg_catalog.set_config('statement_timeout', '0', false)"
)


@dataclass(frozen=True, slots=True)
class Data:
    """What the plugin said, and where in the log it lies."""

    lsn: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Keepalive:
    """The server is so far: everything that was committed before ``lsn`` has been sent."""

    lsn: int


class Ended(DatabaseRefused):
    """The server ended the stream in order, as when it is shut down. Exit code 1."""


def connect_stream(target: "Target", *, purpose: str) -> "Conn":
    """Return a connection for replication, its texts settled. Raises Unreachable, DatabaseRefused.

    It speaks simple statements alone: what is executed on it has no parameters.
    """
    import psycopg

    from dbtool.db import explain_failure, pinned_conninfo
    from dbtool.target import direct_target

    target = direct_target(target)  # a pooler in between does not know this protocol
    conninfo = pinned_conninfo(target)
    options: dict[str, Any] = {
        "replication": "database", "application_name": f"dbtool {purpose}", "client_encoding": "UTF8",
        "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
        "connect_timeout": max(2, -(-target.environment.connect_timeout // 1000)),
    }  # fmt: skip
    try:
        conn = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, **options)
    except psycopg.Error as error:
        raise _explained(str(error)) or explain_failure(target, conninfo, str(error)) from None
    settle_texts(conn)
    return conn


def settle_texts(conn: "Conn") -> None:
    """Have the server write values in one form, whatever is configured for the role. Touches the session alone."""
    conn.execute(cast(LiteralString, _SESSION))


def identity(conn: "Conn") -> tuple[str, int]:
    """Return the system identifier of the server and the oid of the database: what a resumed stream compares."""
    system = conn.execute("IDENTIFY_SYSTEM").fetchone()
    database = conn.execute(
        "SELECT d.oid::bigint FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()"
    ).fetchone()
    assert system is not None and database is not None, "each has one row"
    return str(system[0]), cast(int, database[0])


def wait_for(conn: "Conn", command: str, meanwhile: Callable[[], None], *, patience: float = 3.0) -> tuple[str, ...]:
    """Return the one row that a replication command answers. Raises psycopg.Error.

    *meanwhile* is called while it takes long. Who interrupts it has to close the connection.
    """
    from psycopg.pq import ExecStatus

    pg = conn.pgconn
    pg.send_query(command.encode())
    asked, told = time.monotonic(), 0
    while pg.is_busy():
        poll = select.poll()
        poll.register(pg.socket, select.POLLIN)
        if poll.poll(500):
            pg.consume_input()
        elif time.monotonic() - asked > patience * 2**told:
            told += 1
            meanwhile()
    result = pg.get_result()
    if result is None or result.status != ExecStatus.TUPLES_OK:
        raise _error(result)
    row = tuple((result.get_value(0, place) or b"").decode() for place in range(result.nfields))
    while pg.get_result() is not None:
        pass
    return row


def _explained(error: str) -> DatabaseRefused | None:
    if "max_wal_senders" in error:
        return NoWalsender()
    if "start walsender" in error or "start WAL sender" in error:
        return NoPrivilege(error)
    if "unsupported startup parameter: replication" in error:
        return DatabaseRefused(
            "a pooler stands in between, which does not know the replication protocol",
            hint="set direct_url (or DBTOOL_DIRECT_URL) to the server's own address",
        )
    return None


class NoWalsender(DatabaseRefused):
    """All walsenders are in use. Exit code 1."""

    def __init__(self) -> None:
        super().__init__(
            "the server has no walsender left: all of max_wal_senders are in use",
            hint="dbtool replication status shows who streams; ALTER SYSTEM SET max_wal_senders, then a restart",
        )


class NoPrivilege(DatabaseRefused):
    """The role may not read changes. Exit code 1."""

    sqlstate = "42501"

    def __init__(self, said: str) -> None:
        lines = [line.rpartition("FATAL:")[2].strip() or line.strip() for line in said.strip().splitlines()]
        super().__init__(
            f"this role may not read replication slots: {lines[0]}",
            hint="ALTER ROLE ... REPLICATION (a provider may have a role for it: GRANT rds_replication TO ...), "
            "or connect as a role that has it",
        )


class Stream:
    """A slot that is being streamed. ``next()`` gives what has come; the server is told that we live."""

    patience = 1.0  # seconds without a word after which the server may be asked how far it is

    def __init__(self, conn: "Conn", slot: str, *, start: int = 0, options: Mapping[str, str]) -> None:
        """Start streaming. Raises psycopg.Error for what the server refuses."""
        self._pg = conn.pgconn
        self._received = 0
        self._flushed = 0  # 0 confirms nothing
        self._told = time.monotonic()
        self._start(slot, start, options)

    def _start(self, slot: str, start: int, options: Mapping[str, str]) -> None:
        from psycopg.pq import ExecStatus

        given = ", ".join(f"{_identifier(name)} {_literal(value)}" for name, value in options.items())
        command = f"START_REPLICATION SLOT {_identifier(slot)} LOGICAL {lsn_text(start)} ({given})"
        self._pg.send_query(command.encode())
        while self._pg.is_busy():
            self._wait(1.0)
            self._pg.consume_input()
        result = self._pg.get_result()
        if result is None or result.status != ExecStatus.COPY_BOTH:
            raise _error(result)

    def next(self, timeout: float, watched: Sequence[int] = ()) -> Data | Keepalive | None:
        """Return what comes within *timeout* seconds, None where nothing does or one of *watched* has gone.

        Raises psycopg.OperationalError where the connection is lost, psycopg.Error for what the server refuses.
        """
        deadline = 0.0
        while True:
            number, found = self._pg.get_copy_data(1)
            if number > 0:
                return self._understood(bytes(found))
            if number < 0:
                self._end()
            now = time.monotonic()
            deadline = deadline or now + timeout
            if now - self._told >= _TELLING:
                self.tell()
            rest = min(deadline, self._told + _TELLING) - now
            ready, gone = self._wait(max(rest, 0.0), watched)
            if ready:
                self._pg.consume_input()
            elif gone or time.monotonic() >= deadline:
                return None

    def _wait(self, seconds: float, watched: Sequence[int] = ()) -> tuple[bool, bool]:
        poll = select.poll()
        poll.register(self._pg.socket, select.POLLIN)
        for file in watched:
            poll.register(file, 0)  # an error or a hang-up is told in any case
        found = dict(poll.poll(seconds * 1000))
        return self._pg.socket in found, any(file in found for file in watched)

    def _understood(self, message: bytes) -> Data | Keepalive | None:
        if message[:1] == b"w":
            return Data(int.from_bytes(message[1:9], "big"), message[25:])
        lsn, _time, reply = _keepalive.unpack_from(message, 1)
        self._received = max(self._received, lsn)
        if reply:
            self.tell()
        return Keepalive(lsn)

    def _end(self) -> None:
        from psycopg.pq import ExecStatus

        result = self._pg.get_result()
        if result is not None and result.status == ExecStatus.FATAL_ERROR:
            raise _error(result)
        raise Ended("the server ended the stream", hint="is it being shut down? run the command again when it is up")

    def tell(self, *, flushed: int = 0, ask: bool = False) -> None:
        """Tell the server that we live; *flushed*: confirm everything before. *ask*: have it say how far it is.

        A confirmed position of 0 moves no slot, and keeps us out of the synchronous standbys: those have one.
        """
        self._flushed = max(self._flushed, flushed)
        at = int((time.time() - _2000) * 1_000_000)
        received = max(self._received, self._flushed)
        self._pg.put_copy_data(_status.pack(b"r", received, self._flushed, self._flushed, at, ask))
        self._pg.flush()
        self._told = time.monotonic()


def _error(result: "PGresult | None") -> Exception:
    import psycopg
    from psycopg.errors import error_from_result

    if result is None:
        return psycopg.OperationalError("the server closed the connection")
    return error_from_result(result, encoding="utf-8")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
