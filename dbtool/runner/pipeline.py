"""Statements sent ahead of their answers: libpq's pipeline mode, with a window and without a surprise.

Everything up to one Sync fails as one: after an error the server skips what was sent behind it (manual,
34.5 "Pipeline Mode"). So a batch of migrations, each in BEGIN ... COMMIT, costs one round trip, and nothing
after a failed one is run. Every statement is its own message: pg_stat_activity, the server's log and error
positions show the statement and not the batch.
"""

import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import OperationalError
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

    from dbtool.db import Conn

_WINDOW = 1_000  # statements in flight
_WINDOW_BYTES = 4_000_000
_IDLE = 0.1  # seconds without an answer until on_idle is called
_ASK_AGAIN = 0.25  # seconds between two requests to cancel
_CANCEL_PATIENCE = 5.0  # seconds to wait for what a cancelled statement answers


class ConnectionLost(Exception):
    """The connection broke: what was under way is done or not, and only the ledger knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message: a statement, its parameters as text, and whatever the sender wants to know it by."""

    sql: bytes
    params: tuple[bytes | None, ...] | None = None
    tag: object = None
    flush: bool = False  # its answer is wanted at once: else the server keeps answers until 8 kB have gathered


def stream(
    conn: "Conn", entries: Iterable[Entry], *, on_idle: Callable[[float], None]
) -> Iterator[tuple[Entry, "PGresult"]]:
    """Send the entries, and yield each (without its text) with its result as it comes.

    A failed one is the last, and then nothing is under way any more. *on_idle* is called with the seconds since
    the last answer while the server is silent. On ctrl-C the running statement is cancelled, what was completed
    until then is still yielded, and KeyboardInterrupt is raised at the end. Raises ConnectionLost.
    """
    pgconn = conn.pgconn
    source, sent = iter(entries), deque[tuple[Entry, int]]()
    state = _State()
    failure: tuple[Entry, PGresult] | None = None
    try:
        pgconn.nonblocking = 1
        pgconn.enter_pipeline_mode()
        while not state.synced:
            _fill(conn, source, sent, state)
            for entry, result in _collect(conn, sent, state, on_idle):
                if result.status == ExecStatus.FATAL_ERROR:
                    failure = entry, result
                    state.stopping = True
                else:
                    yield entry, result
        pgconn.exit_pipeline_mode()
        pgconn.nonblocking = 0
    except OperationalError as error:
        raise ConnectionLost(str(error).strip()) from None
    if state.interrupted and (failure is None or failure[1].error_field(DiagnosticField.SQLSTATE) == b"57014"):
        raise KeyboardInterrupt
    if failure:
        yield failure


@dataclass(slots=True)
class _State:
    in_flight: int = 0  # bytes
    stopping: bool = False  # send nothing more but the Sync
    sync_sent: bool = False
    synced: bool = False
    between: bool = False  # a result was read, the NULL that ends its list was not
    interrupted: float = 0.0  # when; 0.0: not
    cancelled: float = 0.0  # when last asked


def _fill(conn: "Conn", source: Iterator[Entry], sent: deque[tuple[Entry, int]], state: _State) -> None:
    pgconn = conn.pgconn
    if state.sync_sent or len(sent) > _WINDOW // 2 or state.in_flight > _WINDOW_BYTES // 2:
        return  # in gulps: a flush for each statement would cost a system call on either side
    while not state.sync_sent and len(sent) < _WINDOW and state.in_flight < _WINDOW_BYTES:
        entry = None if state.stopping else next(source, None)
        if entry is None:
            pgconn.pipeline_sync()
            state.sync_sent = True
            return
        pgconn.send_query_params(entry.sql, entry.params)
        # libpq has its copy: a statement of 50 MB is not kept twice
        sent.append((Entry(b"", None, entry.tag), len(entry.sql)))
        state.in_flight += len(entry.sql)
        if entry.flush:
            pgconn.send_flush_request()
        del entry
    if not state.sync_sent:
        pgconn.send_flush_request()  # else the server keeps its answers until 8 kB have gathered


def _collect(
    conn: "Conn", sent: deque[tuple[Entry, int]], state: _State, on_idle: Callable[[float], None]
) -> Iterator[tuple[Entry, "PGresult"]]:
    """Wait until something comes, and yield all that has come."""
    _wait(conn, state, on_idle)
    pgconn = conn.pgconn
    while not state.synced and not pgconn.is_busy():
        result = pgconn.get_result()
        if result is None:
            if not state.between:
                if pgconn.status != ConnStatus.OK:
                    raise OperationalError(pgconn.get_error_message())
                return
            state.between = False
        elif result.status == ExecStatus.PIPELINE_SYNC:
            state.synced = True
        else:
            state.between = True
            if not sent or pgconn.status != ConnStatus.OK:
                raise OperationalError(pgconn.get_error_message())
            entry, size = sent.popleft()
            state.in_flight -= size
            if result.status != ExecStatus.PIPELINE_ABORTED:
                yield entry, result


def _wait(conn: "Conn", state: _State, on_idle: Callable[[float], None]) -> None:
    pgconn = conn.pgconn
    since = time.monotonic()
    while True:
        try:
            unsent = pgconn.flush() == 1
            if not pgconn.is_busy() and not unsent and not state.interrupted:
                return
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if unsent else 0)
            with selectors.DefaultSelector() as selector:
                selector.register(pgconn.socket, wanted)
                ready = selector.select(_IDLE)
            if any(events & selectors.EVENT_READ for _, events in ready):
                pgconn.consume_input()
                if not pgconn.is_busy():
                    return
            if ready:
                continue
            if not state.interrupted:
                on_idle(time.monotonic() - since)
            else:
                _cancel(conn, state)
        except KeyboardInterrupt:
            if state.interrupted:
                raise  # asked twice: go at once
            state.interrupted = time.monotonic()
            state.stopping = True
            _cancel(conn, state)
            if not state.sync_sent:
                pgconn.pipeline_sync()
                state.sync_sent = True


def _cancel(conn: "Conn", state: _State) -> None:
    # Asked again and again: a request that arrives between two statements is lost.
    now = time.monotonic()
    if now - state.interrupted > _CANCEL_PATIENCE:
        raise KeyboardInterrupt
    if now - state.cancelled >= _ASK_AGAIN:
        state.cancelled = now
        conn.cancel_safe(timeout=2)
