"""Transactional migrations: the statements, the ledger row and the log row in one transaction, sent ahead."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn, cast

from dbtool.ledger import note
from dbtool.migrations import Migration
from dbtool.progress import Began, Step
from dbtool.runner.failure import diagnostic, fence_failed, fence_reason, statement_failed
from dbtool.runner.jobs import Job
from dbtool.runner.pipeline import ConnectionLost, Entry, stream
from dbtool.runner.session import FENCE, Session
from dbtool.script import Script, Statement, sql_checksum
from dbtool.who import who

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

_RECORD, _COMMIT = "record", "commit"
_aftermath = "its transaction was rolled back, nothing of it is left"


@dataclass(frozen=True, slots=True)
class _Tag:
    job: Job
    what: object  # the Statement, FENCE, _RECORD, _COMMIT, or None
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Copy:
    """A COPY ... FROM STDIN with its data: it cannot be sent ahead, for it has a protocol of its own."""

    job: Job
    statement: Statement
    number: int


def run_batch(
    session: Session,
    jobs: Sequence[Job],
    *,
    on_idle: Callable[[float], None],
    one_transaction: bool = False,
    mark: bool = True,
) -> Iterator[Began | Step]:
    """Apply the jobs, each in its transaction (or all in one), and yield a Step for each once committed.

    Without *mark* nothing is recorded of them, and no Step is yielded.
    Raises StatementFailed for the first that fails: it is rolled back, and none behind it was run.
    Raises ConnectionLost, after which the ledger tells what was committed.
    """
    parts = _one_transaction(session, jobs) if one_transaction else _each(session, jobs, mark)
    recorded: list[Step] = []
    more = True
    while more:
        segment = _Segment(parts)
        for entry, result in stream(session.conn, segment, on_idle=on_idle):
            tag = cast(_Tag | None, entry.tag)
            if failed(result):
                _give_up(session, tag, result)
            if tag is None:
                continue
            if tag.what == FENCE:
                yield Began(tag.job.migration.id, tag.job.number, tag.job.of)
            elif tag.what == _RECORD:
                recorded.append(_step(tag.job, result))
            elif tag.what == _COMMIT:
                yield from recorded
                recorded.clear()
        if more := segment.copy is not None:
            _copy_in(session, segment.copy)


def record(
    session: Session,
    migration: Migration,
    script: Script | None,
    *,
    operation: str = "apply",
    milliseconds: int | None = None,
) -> Entry:
    """Return the entry that records *migration* as applied, with the checksums of its text.

    It is timed from the start of its transaction, or took *milliseconds* where it had several.
    """
    values: dict[str, object] = {"sha256": migration.checksum}
    if script:
        values |= {
            "sql": sql_checksum(script.source) if script.kept_whole else migration.checksum,
            "statements": len(script.statements),
        }
    if milliseconds is not None:
        values |= {"ms": milliseconds}
    parameters = (migration.hash, migration.id, operation, *who(), note(**values), str(milliseconds is None).lower())
    return Entry(session.sql("ledger/record"), tuple(p.encode() for p in parameters))


def unrecord(session: Session, migration: Migration) -> Entry:
    """Return the entry that records *migration* as rolled back."""
    parameters = (migration.hash, migration.id, *who(), note(by="dbtool"))
    return Entry(session.sql("ledger/unrecord"), tuple(p.encode() for p in parameters))


def lock_timeout(session: Session, weak: bool) -> int:
    """Return how long a lock is waited for, in milliseconds: a strong one briefly, for others queue behind it."""
    environment = session.target.environment
    return environment.long_lock_timeout if weak else environment.lock_timeout


def as_who_connected() -> Iterator[Entry]:
    """Yield what a record is preceded by: a file may SET ROLE to the owner of its tables, the ledger is not theirs.

    SET LOCAL, so that a role set for the session is in force again after the transaction (manual, SET).
    """
    yield Entry(b"SET LOCAL SESSION AUTHORIZATION DEFAULT")
    yield Entry(b"SET LOCAL ROLE NONE")


def roll_back(session: Session) -> None:
    """End a failed transaction, if one is open. Raises ConnectionLost."""
    import psycopg

    try:
        if session.conn.info.transaction_status != 0:  # psycopg.pq.TransactionStatus.IDLE
            session.conn.execute("ROLLBACK")
    except psycopg.OperationalError as error:
        raise ConnectionLost(str(error).strip()) from None


def failed(result: "PGresult") -> bool:
    """Return whether the server refused what this is the result of."""
    from psycopg.pq import ExecStatus

    return result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK, ExecStatus.EMPTY_QUERY)


def copy_in(session: Session, job: Job, script: Script, statement: Statement, number: int, aftermath: str) -> None:
    """Run a COPY ... FROM STDIN with its data. Raises StatementFailed and ConnectionLost."""
    import psycopg

    try:
        with session.conn.cursor() as cursor, cursor.copy(script.text(statement)) as copy:
            for piece in script.data(statement):
                copy.write(piece)
    except psycopg.Error as error:
        if session.conn.broken:
            raise ConnectionLost(str(error).strip()) from None
        roll_back(session)
        raise statement_failed(
            error.diag,
            migration=job.migration.id,
            script=script,
            statement=statement,
            number=number,
            aftermath=aftermath,
        ) from None


def _copy_in(session: Session, part: _Copy) -> None:
    copy_in(session, part.job, part.job.script(), part.statement, part.number, _aftermath)


class _Segment:
    """The entries up to the next COPY; ``copy`` is what ended it."""

    def __init__(self, parts: Iterator[Entry | _Copy]) -> None:
        self._parts = parts
        self.copy: _Copy | None = None

    def __iter__(self) -> Iterator[Entry]:
        return self

    def __next__(self) -> Entry:
        # not a generator, whose frame would keep a statement of 50 MB until it is asked for the next
        part = next(self._parts)
        if isinstance(part, _Copy):
            self.copy = part
            raise StopIteration
        return part


def _each(session: Session, jobs: Sequence[Job], mark: bool) -> Iterator[Entry | _Copy]:
    for job in jobs:
        yield from _tagged(job, session.begin(lock_timeout=lock_timeout(session, job.weak)))
        yield from _work(session, job, mark)
        yield Entry(b"COMMIT", None, _Tag(job, _COMMIT), flush=True)
        # What one file sets for the session must not reach the next: SET, TEMP tables, LISTEN, PREPARE, roles.
        yield Entry(b"DISCARD ALL")


def _one_transaction(session: Session, jobs: Sequence[Job]) -> Iterator[Entry | _Copy]:
    opening = list(session.begin(lock_timeout=lock_timeout(session, all(job.weak for job in jobs))))
    for number, job in enumerate(jobs):
        if number:
            yield Entry(b"RESET ALL")
        yield from _tagged(job, iter(opening[1:] if number else opening))
        yield from _work(session, job)
    yield Entry(b"COMMIT", None, _Tag(jobs[-1], _COMMIT))
    yield Entry(b"DISCARD ALL")


def _work(session: Session, job: Job, mark: bool = True) -> Iterator[Entry | _Copy]:
    script = job.script()
    for number, statement in enumerate(script.statements, start=1):
        if statement.data:
            yield _Copy(job, statement, number)
        else:
            yield Entry(script.text(statement), None, _Tag(job, statement, number))
    if not mark:
        return
    yield from _tagged(job, as_who_connected())
    entry = unrecord(session, job.migration) if job.undo else record(session, job.migration, script)
    yield Entry(entry.sql, entry.params, _Tag(job, _RECORD))


def _tagged(job: Job, entries: Iterator[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield replace(entry, tag=_Tag(job, entry.tag))


def _give_up(session: Session, tag: _Tag | None, result: "PGresult") -> NoReturn:
    diag = diagnostic(result)
    roll_back(session)
    if fence_failed(diag):
        raise ConnectionLost(fence_reason(diag))
    statement = tag.what if tag and isinstance(tag.what, Statement) else None
    raise statement_failed(
        diag,
        migration=tag.job.migration.id if tag else "DISCARD ALL between two migrations",
        script=tag.job.script() if tag and statement else None,
        statement=statement,
        number=tag.number if tag else 0,
        aftermath=_aftermath if tag else "what came before is committed",
        path=tag.job.migration.path if tag else None,
        moment=_moments.get(tag.what, "") if tag and isinstance(tag.what, str) else "",
    )


_moments = {
    _COMMIT: "when it was committed: a deferred constraint or trigger",
    _RECORD: "when its record was written: did the file change the ledger, its schema, or the transaction's mode?",
}


def _step(job: Job, result: "PGresult") -> Step:
    value = result.get_value(0, 0) if result.ntuples else None
    return Step(
        migration=job.migration.id,
        action="rolled back" if job.undo else "applied",
        seconds=float(value or 0) / 1000,
        statements=len(job.script().statements) if job.kept else 0,
    )
