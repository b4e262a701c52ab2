"""What uses the servers of a bed: threads that write, poll and stream, well or badly, until the bed ends."""

import enum
import select
import socket
import struct
import threading
import time
from typing import Any

import psycopg
from psycopg import pq

from tests.servers import Server

_EPOCH = 946684800  # 2000-01-01, where PostgreSQL's clock begins


class Worker(threading.Thread):
    """A thread that repeats `step` until it is asked to end, or its server goes away."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.failed: Exception | None = None
        self._end = threading.Event()

    def ask_to_end(self) -> None:
        self._end.set()

    def run(self) -> None:
        try:
            while not self._end.is_set():
                self.step()
        except Exception as error:
            self.failed = error
        finally:
            self.close()

    def step(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Give back what was held."""

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        self._end.wait(seconds)


class Load(Worker):
    """Writes so many kilobytes of WAL a second: rows of the table `load`, or unpublished messages."""

    def __init__(self, server: Server, rate: int, *, database: str = "postgres", table: str = "load") -> None:
        super().__init__("load")
        self._rate, self._table = rate, table
        self._conn = server.connect(database)
        prepare(self._conn, table)

    def step(self) -> None:
        started = time.monotonic()
        insert(self._conn, max(1, self._rate // 40), self._table)
        self.pause(max(0.0, 0.2 - (time.monotonic() - started)))

    def close(self) -> None:
        self._conn.close()


def prepare(conn: "psycopg.Connection[Any]", table: str) -> None:
    """Make the table of rows that are neither compressed nor stored apart: WAL is as long as what is written."""
    conn.execute("SET client_min_messages = error")
    conn.execute(
        f'CREATE TABLE IF NOT EXISTS "{table}" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)'
    )
    conn.execute(f'ALTER TABLE "{table}" ALTER COLUMN note SET STORAGE PLAIN')


def insert(conn: "psycopg.Connection[Any]", rows: int, table: str) -> None:
    """Insert rows of eight kilobytes, a page each, in one transaction."""
    conn.execute(f"INSERT INTO \"{table}\" (note) SELECT repeat('x', 7900) FROM generate_series(1, {rows})")


def write(
    server: Server, megabytes: float, *, database: str = "postgres", table: str = "load", each: int = 128
) -> None:
    """Write so much WAL at once, in transactions of so many rows of eight kilobytes."""
    with server.connect(database, options="-c statement_timeout=60s") as conn:
        prepare(conn, table)
        left = int(megabytes * 128)
        while left > 0:
            insert(conn, min(each, left), table)
            left -= each


class Poller(Worker):
    """A consumer that asks for changes from time to time, as change-data-capture services do."""

    def __init__(
        self, server: Server, slot: str, every: float, *, database: str = "postgres", limit: int | None = None
    ) -> None:
        super().__init__(f"poller of {slot}")
        self._slot, self._every, self._limit = slot, every, limit
        self._conn = server.connect(database, application_name="poller")
        plugin = self._conn.execute("SELECT plugin FROM pg_replication_slots WHERE slot_name = %s", [slot]).fetchone()
        if plugin == ("pgoutput",):
            self._call = "pg_logical_slot_get_binary_changes(%s, NULL, %s, 'proto_version', '1', 'publication_names', 'everything')"
        else:
            self._call = "pg_logical_slot_get_changes(%s, NULL, %s)"

    def step(self) -> None:
        # The rows are counted there: to read them is not what is tested.
        self._conn.execute(f"SELECT count(*) FROM {self._call}", [self._slot, self._limit])  # type: ignore[arg-type]
        self.pause(self._every)

    def close(self) -> None:
        self._conn.close()


class Reads(enum.Enum):
    """How a consumer behaves."""

    WELL = "reads and confirms what it was sent, keepalives too"
    COMMITS = "reads, and confirms the transactions it was sent, but never a keepalive"
    UNCONFIRMED = "reads and confirms nothing"
    NOTHING = "does not read: the socket fills"


class Consumer(Worker):
    """Streams a logical slot by pgoutput (manual: protocol-replication)."""

    def __init__(self, server: Server, slot: str, reads: Reads = Reads.WELL, *, database: str = "postgres",
                 publication: str = "everything", application: str = "consumer", delay: float = 0, breath: float = 0, every: float = 0.2) -> None:  # fmt: skip
        super().__init__(f"consumer of {slot}")
        self.reads, self._delay, self._breath = reads, delay, breath  # after a transaction, after a change
        self.received = self.confirmed = self.commits = 0
        self._every, self._told = every, 0.0  # seconds between two confirmations
        self._open = False
        address = f"host=127.0.0.1 port={server.port} user=postgres dbname={database} replication=database application_name={application}"
        self._conn = pq.PGconn.connect(address.encode())
        assert self._conn.status == pq.ConnStatus.OK, self._conn.get_error_message()
        # A small window, so that a consumer that does not read is noticed after kilobytes and not after megabytes.
        with socket.socket(fileno=socket.dup(self._conn.socket)) as end:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        options = f"(proto_version '1', publication_names '\"{publication}\"')"
        begun = self._conn.exec_(f'START_REPLICATION SLOT "{slot}" LOGICAL 0/0 {options}'.encode())
        assert begun.status == pq.ExecStatus.COPY_BOTH, begun.get_error_message()

    def step(self) -> None:
        if self.reads is Reads.NOTHING:
            self.pause(0.05)
            return
        length, data = self._conn.get_copy_data(1)
        if length < 0:
            raise EOFError(self._conn.get_error_message())
        if length == 0:
            select.select([self._conn.socket], [], [], 0.05)
            self._conn.consume_input()
        else:
            self._take(bytes(data))
        if time.monotonic() - self._told > self._every:
            self._tell()

    def _take(self, message: bytes) -> None:
        if message[:1] == b"k":
            end, _, wanted = struct.unpack("!qqb", message[1:18])
            self.received = max(self.received, end)
            if self.reads is Reads.WELL and not self._open:
                self.confirmed = max(self.confirmed, end)
            if wanted:
                self._tell()
            return
        self.received = max(self.received, struct.unpack("!q", message[1:9])[0])
        change = message[25:]
        self._open = change[:1] != b"C"
        self.pause(self._breath)
        if not self._open:
            self.commits += 1
            self.received = max(self.received, struct.unpack("!q", change[10:18])[0])
            if self.reads is not Reads.UNCONFIRMED:
                self.confirmed = struct.unpack("!q", change[10:18])[0]
            if self._delay:
                self.pause(self._delay)

    def _tell(self) -> None:
        now = int((time.time() - _EPOCH) * 1_000_000)
        self._conn.put_copy_data(struct.pack("!cqqqqb", b"r", self.received, self.confirmed, self.confirmed, now, 0))
        self._conn.flush()
        self._told = time.monotonic()

    def close(self) -> None:
        self._conn.finish()
