"""Sessions that write parts side by side, each in a thread of its own that waits for the server nearly always."""

import queue
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, cast

from dbtool.db import connect_for_changes
from dbtool.errors import DatabaseRefused, DbtoolError, Unreachable
from dbtool.ledger import lost
from dbtool.progress import Wrote
from dbtool.queries import query, text, verbatim
from dbtool.runner.failure import PASSING, statement_failed
from dbtool.seeds.failure import remedy
from dbtool.seeds.large.part import Sent, Written, part_id, read_part
from dbtool.seeds.large.plain import time_limits
from dbtool.seeds.large.work import FileWork, Supply, Task
from dbtool.target import Target

if TYPE_CHECKING:
    import psycopg

    from dbtool.db import Conn

_TRIES = 5  # at a part that met a deadlock or a lock that was not had in time
_PATIENCE = 5.0  # seconds for the sessions to end once they are told to


class Workers:
    """The sessions of one run."""

    def __init__(self, target: Target, works: Sequence[FileWork], *, connections: int) -> None:
        """Prepare *connections* sessions; none is opened before ``results``."""
        self._target, self._supply = target, Supply(works)
        self._results: queue.SimpleQueue[Wrote | BaseException | None] = queue.SimpleQueue()
        self._conns: list[Conn] = []
        self._threads = [
            threading.Thread(target=self._run, name=f"seed {number}", daemon=True)
            for number in range(1, connections + 1)
        ]

    def results(self) -> Iterator[Wrote | None]:
        """Yield how far the files are, part by part, and None now and then; raises what went wrong first. Writes.

        Whatever ends this, the statements under way are cancelled, and rolled back by the server.
        """
        for thread in self._threads:
            thread.start()
        running = len(self._threads)
        failed: DbtoolError | None = None
        try:
            while running:
                try:
                    result = self._results.get(timeout=0.5)
                except queue.Empty:
                    yield None
                    continue
                if isinstance(result, Wrote):
                    yield result
                    continue
                running -= 1
                if isinstance(result, _NotConnected):
                    failed = failed or result.error  # the others do its work, if there are any
                elif result is not None:
                    raise result
            if failed and not self._conns:
                raise failed
        finally:
            self._stop()

    def _stop(self) -> None:
        self._supply.stop()
        for conn in self._conns:
            with suppress(Exception):  # it may be gone
                conn.cancel_safe(timeout=2)
        deadline = time.monotonic() + _PATIENCE
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0.01))

    def _run(self) -> None:
        try:
            try:
                conn = connect_for_changes(self._target, purpose="seed")
            except DbtoolError as error:
                self._results.put(_NotConnected(error))
                return
            with closing(conn):
                self._conns.append(conn)
                while task := self._supply.next_task():
                    self._results.put(self._supply.take(task, self._write(conn, task)))
            self._results.put(None)
        except BaseException as error:  # it is raised where the run is watched
            self._results.put(error)

    def _write(self, conn: "Conn", task: Task) -> Written:
        import psycopg

        settings = verbatim(text("seed/settings")).format(**time_limits(self._target)).as_string(conn) + ";\n"
        sent = task.work.statements.statement(task.part)
        whole = Sent(sql=settings.encode() + sent.sql, before=len(settings) + sent.before)
        for number in range(1, _TRIES + 1):
            try:
                return _written(conn, whole, task)
            except psycopg.errors.UniqueViolation as error:
                if not (written := _found(conn, task, error)):
                    raise _failed(error, task, whole) from None
                return written
            except psycopg.Error as error:
                if lost(error):
                    raise _connection_lost(task, str(error).strip()) from None
                if error.sqlstate not in PASSING or number == _TRIES:
                    raise _failed(error, task, whole) from None
            time.sleep(0.1 * number * random.uniform(0.5, 1.5))
        raise AssertionError("the last try returns or raises")


class _NotConnected(Exception):
    """A session could not be had; the others go on without it."""

    def __init__(self, error: DbtoolError) -> None:
        super().__init__(error.message)
        self.error = error


def _written(conn: "Conn", sent: Sent, task: Task) -> Written:
    cursor = conn.execute(sent.sql)  # no parameters: both statements go in one message, and are one transaction
    cursor.nextset()
    row = cast(Any, cursor.fetchone())
    if row is None:
        raise DatabaseRefused(
            f"another run started the set {task.work.large.file.set} over: this one stops here",
            hint="see who else seeds this database",
        )
    return read_part(row[0])


def _found(conn: "Conn", task: Task, error: "psycopg.Error") -> Written | None:
    """Return the record of a part that somebody else has written meanwhile; None where another key was violated."""
    if error.diag.table_name != "_yoyo_log":
        return None
    of = task.work.statements
    key = {"id": part_id(of.run, task.work.large.name, task.part.number), "run": of.run}
    row = cast(Any, conn.execute(query("seed/recorded", schema=of.schema), key).fetchone())
    return read_part(row[0]) if row else None


def _failed(error: "psycopg.Error", task: Task, sent: Sent) -> DbtoolError:
    file = task.work.large.file
    part = task.part
    failure = statement_failed(
        error.diag,
        migration=file.name,
        script=file.script,
        statement=file.script.statements[0],
        number=1,
        aftermath=f"its rows {part.first:,} to {part.last:,} were rolled back; what was written before stays",
        before=sent.before,
    )
    failure.hint = remedy(failure) if failure.sqlstate != "23505" else "the rows of a file must differ in their keys"
    return failure


def _connection_lost(task: Task, why: str) -> Unreachable:
    return Unreachable(
        f"the connection was lost in {task.work.large.name}\n  {why or 'without a word'}",
        hint="seed again: what is written stays, and the rest is written then",
    )
