"""Runs seed files, each in one transaction that is sent ahead in one message, and yields a Seeded for each.

The transaction takes the migration lock, so neither a migrate nor another seed is at work on the same database
meanwhile: a file that meets half a migration fails for nothing, and two runs of a file that deletes and inserts
would leave its rows twice. The lock needs no second connection and no fence here, for it is held by the very
transaction that does the work, and lasts exactly as long. Between two files a migrate may come in; the next file
then waits for it, as long as ``lock_wait`` says.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from dbtool.guard.settle import Settled, recheck
from dbtool.ledger import lost
from dbtool.lock import NAMESPACE, wait_until_free
from dbtool.progress import Began, Further, Seeded
from dbtool.queries import query
from dbtool.runner.failure import diagnostic, fence_failed, statement_failed
from dbtool.runner.pipeline import ConnectionLost, Entry, stream
from dbtool.runner.transactional import failed
from dbtool.script import Statement
from dbtool.seeds import SeedFile, command_for
from dbtool.seeds.failure import connection_lost, interrupted, remedy
from dbtool.target import Target

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic
    from psycopg.pq.abc import PGresult

    from dbtool.db import Conn

Event = Began | Further | Seeded
Say = Callable[[str], None]

_COMMIT = "commit"
_TELL_EVERY = 0.2  # seconds between two words on how far a file is


def apply_seeds(
    conn: "Conn", settled: Settled, files: Sequence[SeedFile], *, target: Target, say: Say
) -> Iterator[Event]:
    """Run the files in their order, each in its transaction, and yield a Seeded for each once committed. Writes.

    The file that fails is rolled back, those before it stay. Raises Refused where this is not the database that was
    judged; StatementFailed; LockNotHad; Unreachable, which says what is known of the file under way; Interrupted.
    """
    import psycopg

    if settled.command not in (command_for(files), "seed", "reset"):
        raise TypeError(f"{settled.command} was settled, and this is {command_for(files)}")
    recheck(conn, settled)
    for number, file in enumerate(files, start=1):
        yield Began(file.name, number, len(files))
        yield Further("")
        work = _Work(conn, settled, file, target, say, fresh=number == 1)
        try:
            yield from work.run()
        except ConnectionLost as failure:
            raise connection_lost(file.name, str(failure), unknown=work.committing) from None
        except psycopg.Error as error:  # of what was asked beside the file
            if not lost(error):
                raise
            raise connection_lost(file.name, str(error).strip(), unknown=work.committing) from None
        except KeyboardInterrupt:
            raise interrupted(file.name, unknown=work.committing and not _is_in_transaction(conn)) from None


@dataclass(frozen=True, slots=True)
class _Copy:
    """A COPY ... FROM STDIN with its data: it cannot be sent ahead, for it has a protocol of its own."""

    statement: Statement
    number: int


class _Recheck:
    """The guard's second look, in the transaction that is about to remove rows: its answer is waited for."""


class _Segment:
    """The entries up to what must be done by itself, which is in ``end``; None where that is the end of all."""

    def __init__(self, parts: Iterator[Entry | _Copy | _Recheck]) -> None:
        self._parts = parts
        self.end: _Copy | _Recheck | None = None

    def __iter__(self) -> Iterator[Entry]:
        return self

    def __next__(self) -> Entry:
        # not a generator, whose frame would keep a large statement until it is asked for the next
        part = next(self._parts)
        if not isinstance(part, Entry):
            self.end = part
            raise StopIteration
        return part


class _Work:
    """One file under way."""

    def __init__(
        self, conn: "Conn", settled: Settled, file: SeedFile, target: Target, say: Say, *, fresh: bool
    ) -> None:
        self.conn, self.settled, self.file, self.target, self.say = conn, settled, file, target, say
        self.committing = False  # COMMIT was sent, and no answer to it has come
        self._fresh = fresh  # nothing was run on this connection that could have set something for the session
        self._rows = 0
        self._told = 0.0

    def run(self) -> Iterator[Event]:
        """Run the file, when the migration lock is free. Raises ConnectionLost, StatementFailed and LockNotHad."""
        deadline = time.monotonic() + self.target.project.lock_wait / 1000
        while not (yield from self._attempt()):
            wait_until_free(
                self.conn, self.target, deadline, left=f"nothing of {self.file.name} was run",
                hint="a migrate or another seed is at work: let it end, then seed again", say=self.say,
            )  # fmt: skip

    def _attempt(self) -> Generator[Event, None, bool]:
        """Run the file, and return whether the lock was had. All of it is one round trip where it has no COPY."""
        started = self._told = time.monotonic()
        self._rows = 0
        parts = self._parts()
        more = True
        while more:
            segment = _Segment(parts)
            for entry, result in stream(self.conn, segment, on_idle=lambda silent: None):
                if failed(result):
                    self.committing = entry.tag == _COMMIT
                    if fence_failed(diagnostic(result)):
                        self._roll_back()
                        return False
                    self._fail(entry.tag, diagnostic(result))
                if entry.tag == _COMMIT:
                    self.committing = False
                    yield self._seeded(time.monotonic() - started)
                elif isinstance(entry.tag, int):
                    self._rows += rows_written(result)
                    yield from self._further(entry.tag)
            if isinstance(segment.end, _Copy):
                yield from self._copy_in(segment.end)
            elif segment.end:
                recheck(self.conn, self.settled)
            more = segment.end is not None
        return True

    def _parts(self) -> Iterator[Entry | _Copy | _Recheck]:
        environment = self.target.environment
        statement_timeout = environment.statement_timeout
        if not self._fresh:
            # What one file sets for the session must not reach the next: SET, TEMP tables, PREPARE, roles.
            yield Entry(b"DISCARD ALL")
        yield Entry(b"BEGIN")
        yield Entry(
            query("seed/begin").as_bytes(self.conn),
            (
                str(environment.lock_timeout).encode(),
                None if statement_timeout is None else str(statement_timeout).encode(),
                str(NAMESPACE).encode(),
            ),
        )
        if self.file.removes_rows:
            yield _Recheck()
        script = self.file.script
        for number, statement in enumerate(script.statements, start=1):
            yield _Copy(statement, number) if statement.data else Entry(script.text(statement), None, number)
        self.committing = True
        yield Entry(b"COMMIT", None, _COMMIT)

    def _copy_in(self, part: _Copy) -> Iterator[Event]:
        import psycopg

        script, data = self.file.script, part.statement.data
        sent = 0
        try:
            with self.conn.cursor() as cursor:
                with cursor.copy(script.text(part.statement)) as copy:
                    for piece in script.data(part.statement):
                        copy.write(piece)
                        sent += len(piece)
                        share = 100 * sent // max(data.end - data.start, 1) if data else 100
                        yield from self._further(part.number, f", {share}% of its data")
                self._rows += max(cursor.rowcount, 0)
        except psycopg.Error as error:
            if self.conn.broken:
                raise ConnectionLost(str(error).strip()) from None
            self._fail(part.number, error.diag)

    def _further(self, number: int, share: str = "") -> Iterator[Further]:
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY:
            self._told = now
            yield Further(f"statement {number:,} of {len(self.file.script.statements):,}{share}")

    def _seeded(self, elapsed: float) -> Seeded:
        file = self.file
        return Seeded(
            migration=file.name,
            action="seeded",
            seconds=elapsed,
            statements=len(file.script.statements),
            set=file.set,
            file=file.path.relative_to(self.target.project.root).as_posix(),
            rows=self._rows,
            removes_rows=file.removes_rows,
        )

    def _fail(self, tag: object, diag: "Diagnostic") -> NoReturn:
        self._roll_back()
        file, number = self.file, tag if isinstance(tag, int) else 0
        failure = statement_failed(
            diag,
            migration=file.name,
            script=file.script if number else None,
            statement=file.script.statements[number - 1] if number else None,
            number=number,
            aftermath="the file was rolled back, nothing of it is left",
            path=file.path,
            moment="when it was committed: a deferred constraint or trigger" if tag == _COMMIT else "",
        )
        failure.hint = remedy(failure)
        raise failure

    def _roll_back(self) -> None:
        import psycopg

        try:
            if _is_in_transaction(self.conn):
                self.conn.execute("ROLLBACK")
        except psycopg.OperationalError as error:
            raise ConnectionLost(str(error).strip()) from None
        self.committing = False


_writing = (b"INSERT ", b"UPDATE ", b"DELETE ", b"MERGE ", b"COPY ")


def rows_written(result: "PGresult") -> int:
    """Return the rows that a statement wrote, by its command tag; what a SELECT reads does not count."""
    tag = result.command_status or b""
    return (result.command_tuples or 0) if tag.startswith(_writing) else 0


def _is_in_transaction(conn: "Conn") -> bool:
    # psycopg.pq.TransactionStatus: 2 in a transaction, 3 in a failed one
    return conn.info.transaction_status in (2, 3)
