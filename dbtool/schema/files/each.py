"""run_each(conn, statements): each in its own transaction, all sent ahead: one that fails takes no other along."""

import selectors
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

    from dbtool.db import Conn

_WINDOW = 100  # statements that are sent before the answers to them are read


def run_each(conn: "Conn", statements: Sequence[bytes]) -> list["PGresult"]:
    """Return the result of each statement, failed or not, in their order. Writes.

    A Sync behind each makes a transaction of each (manual, 34.5 "Pipeline Mode"). *conn* is in autocommit. Raises
    psycopg.OperationalError where the connection breaks.
    """
    pgconn = conn.pgconn
    results: list[PGresult] = []
    pgconn.nonblocking = 1
    pgconn.enter_pipeline_mode()
    for start in range(0, len(statements), _WINDOW):
        window = statements[start : start + _WINDOW]
        for statement in window:
            pgconn.send_query_params(statement, None)
            pgconn.pipeline_sync()
        results += _answers(conn, len(window))
    pgconn.exit_pipeline_mode()
    pgconn.nonblocking = 0
    return results


def _answers(conn: "Conn", count: int) -> Iterator["PGresult"]:
    from psycopg.pq import ExecStatus

    kept: PGresult | None = None
    while count:
        result = _next_result(conn)
        if result is None:
            continue  # the end of a statement's results
        if result.status == ExecStatus.PIPELINE_SYNC:
            count -= 1
            assert kept is not None
            yield kept
        else:
            kept = result


def _next_result(conn: "Conn") -> "PGresult | None":
    import psycopg
    from psycopg.pq import ConnStatus

    pgconn = conn.pgconn
    while True:
        unsent = pgconn.flush() == 1
        if not unsent and not pgconn.is_busy():
            break
        with selectors.DefaultSelector() as selector:
            selector.register(pgconn.socket, selectors.EVENT_READ | (selectors.EVENT_WRITE if unsent else 0))
            if any(events & selectors.EVENT_READ for _, events in selector.select()):
                pgconn.consume_input()
    result = pgconn.get_result()
    if pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError(pgconn.get_error_message())
    return result
