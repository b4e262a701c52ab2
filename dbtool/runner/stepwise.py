"""Non-transactional migrations: one statement after the other, each recorded before and after.

A statement that can run in a transaction shares one with its record. One that cannot is recorded as started,
run, and recorded as done; where it was cut off between, the catalog is asked what became of it.
"""

import hashlib
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

from dbtool.errors import DatabaseRefused, UsageError
from dbtool.kinds import Kind
from dbtool.ledger import StepState, note
from dbtool.progress import Began, Step, Talk
from dbtool.runner.failure import StatementFailed, diagnostic, fence_failed, fence_reason, statement_failed
from dbtool.runner.jobs import Job
from dbtool.runner.outcome import (
    AGAIN,
    DONE,
    UNKNOWN,
    builds_index,
    drop_invalid_index,
    drop_new_invalid_indexes,
    index_names,
    invalid_index,
    outcome,
    sets_session,
    wait_for_backend,
)
from dbtool.runner.pipeline import ConnectionLost, Entry, stream
from dbtool.runner.session import Session
from dbtool.runner.transactional import (
    as_who_connected,
    copy_in,
    failed,
    lock_timeout,
    record,
    roll_back,
    unrecord,
)
from dbtool.script import Script, Statement
from dbtool.who import who

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult


def run_stepwise(
    session: Session, job: Job, *, on_idle: Callable[[float], None], assume: str = ""
) -> Iterator[Began | Talk | Step]:
    """Apply one non-transactional job from where it stopped, and yield its Step once recorded.

    *assume* (DONE or AGAIN) settles a statement of which the catalog does not tell. Raises StatementFailed,
    DatabaseRefused where a person must look, UsageError where statements that ran have been edited.
    """
    yield Began(job.migration.id, job.number, job.of)
    started = time.monotonic()
    states = session.ledger.undoing if job.undo else session.ledger.interrupted
    earlier = {state.number: state for state in states.get(job.migration.id, ())}
    work = _Work(session, job, on_idle)
    _refuse_edited(job.migration.id, work.script, earlier)
    for number, (statement, kind) in enumerate(work.script.kinds(), start=1):
        state = earlier.get(number)
        if state and state.state == DONE:
            work.set_again(number, statement)
            continue
        if state:
            verdict = yield from _settle(work, state, statement, assume)
            if verdict == DONE:
                work.note_step(number, statement, DONE)
                continue
        if kind.outside or kind.ends_transactions:
            yield from work.run_outside(number, statement, kind)
        else:
            work.run_inside(number, statement, kind)
    yield work.finish(time.monotonic() - started)


STARTED, FAILED = "started", "failed"  # beside DONE: the outcome is not known, or known to be none


def digest(sql: bytes) -> str:
    """Return the first 16 digits of a statement's SHA-256: enough to see that it is still the one that ran."""
    return hashlib.sha256(sql).hexdigest()[:16]


def _refuse_edited(id: str, script: Script, earlier: dict[int, StepState]) -> None:
    """Statements behind the failed one may be mended; those that ran must be the ones that ran."""
    statements = script.statements
    for number, state in sorted(earlier.items()):
        if state.state != DONE:
            continue
        now = digest(script.text(statements[number - 1])) if number <= len(statements) else "none"
        if now != state.statement:
            where = script.place(statements[number - 1].start) if number <= len(statements) else script.path
            raise UsageError(
                f"{where}: statement {number} of {id} ran already, and was edited since "
                f"(recorded {state.statement[:8]}, file {now[:8]})",
                hint="restore it; statements that have not run yet may be changed",
            )


def _settle(work: "_Work", state: StepState, statement: Statement, assume: str) -> Generator[Talk, None, str]:
    job, script = work.job, work.script
    sql = script.text(statement)
    wait_for_backend(work.session.conn, state)
    if state.state == FAILED:
        return AGAIN
    verdict, evidence = outcome(work.session.conn, sql)
    if verdict == DONE and digest(sql) != state.statement:
        verdict, evidence = UNKNOWN, f"the statement was edited since, and {evidence}"
    if verdict in (DONE, AGAIN):
        doing = "going on behind it" if verdict == DONE else "running it again"
        yield Talk(f"{job.migration.id}: statement {state.number} was cut off; {evidence}: {doing}")
    elif assume:
        verdict = assume
        yield Talk(f"{job.migration.id}: statement {state.number} was cut off; told to take it as {assume}")
    else:
        place = script.place(statement.start)
        raise DatabaseRefused(
            f"{place}: statement {state.number} of {job.migration.id} was cut off, and its outcome is not known: "
            f"{evidence}\n\n    " + script.excerpt(statement.start).replace("\n", "\n    "),
            hint="look at the database; then `dbtool migrate --assume done` if it took effect, "
            "or `dbtool migrate --assume again` to run it again",
        )
    return verdict


class _Work:
    """One job under way: runs a statement and its records, and raises with its place where one fails."""

    def __init__(self, session: Session, job: Job, on_idle: Callable[[float], None]) -> None:
        self.session, self.job, self.on_idle = session, job, on_idle
        self.script = job.script()
        # each statement's row in the log keeps its id, so that "started" becomes "done"
        self._row = uuid.uuid5(uuid.NAMESPACE_OID, job.migration.id + ("/undo" if job.undo else ""))
        self._backend = session.backends[0]

    def run_inside(self, number: int, statement: Statement, kind: Kind) -> None:
        """Run a statement in one transaction with its record."""
        sql = self.script.text(statement)
        entries = [
            *self.session.begin(lock_timeout=lock_timeout(self.session, kind.weak)),
            *([] if statement.data else [Entry(sql, None, statement)]),
        ]
        if statement.data:
            self._send(entries, number, statement)
            copy_in(self.session, self.job, self.script, statement, number, self._aftermath(number))
            entries = []
        self._send([*entries, *self._step(number, sql, DONE), Entry(b"COMMIT")], number, statement)

    def set_again(self, number: int, statement: Statement) -> None:
        """Run a statement that is done once more where all it does is to SET something for those behind it."""
        sql = self.script.text(statement)
        if sets_session(sql):
            self._send([Entry(sql, None, statement)], number, statement)

    def run_outside(self, number: int, statement: Statement, kind: Kind) -> Iterator[Talk]:
        """Run a statement between its two records, outside of any transaction."""
        sql = self.script.text(statement)
        index = builds_index(sql)
        if index and (dropped := drop_invalid_index(self.session.conn, sql)):
            yield Talk(f"{self.job.migration.id}: dropped {dropped}, which an earlier attempt left INVALID")
        before = index_names(self.session.conn, sql) if index else frozenset[str]()
        self.note_step(number, statement, STARTED)
        budget = lock_timeout(self.session, kind.weak)
        # Outside of a transaction SET LOCAL has no effect: the session's setting, taken back right after.
        self._send(
            [Entry(b"SELECT set_config('lock_timeout', $1, false)", (str(budget).encode(),)),
             Entry(b"SELECT set_config('client_connection_check_interval', $1, false)",
                   (b"1000" if self.session.watches_client else b"0",))],
            number, statement,
        )  # fmt: skip
        try:
            self._send([Entry(sql, None, statement)], number, statement)
        except StatementFailed:
            if not kind.ends_transactions:  # what it had committed by then, nobody knows
                self.note_step(number, statement, FAILED)
            if index:
                self._tidy(sql, before)
            raise
        if index and (name := invalid_index(self.session.conn, sql)):
            raise DatabaseRefused(
                f"{self.script.place(statement.start)}: {name} is INVALID after it was built",
                hint="dbtool migrate drops it and builds it again",
            )
        self.note_step(number, statement, DONE)
        self._send([Entry(b"RESET lock_timeout")], number, statement)

    def note_step(self, number: int, statement: Statement, state: str) -> None:
        """Record the state of a statement, in a transaction of its own."""
        opening = self.session.begin(lock_timeout=lock_timeout(self.session, True))
        step = self._step(number, self.script.text(statement), state)
        self._send([*opening, *step, Entry(b"COMMIT")], number, None)

    def finish(self, elapsed: float) -> Step:
        """Record the migration as a whole, drop the states of its statements, and return its Step."""
        job = self.job
        last = (
            [unrecord(self.session, job.migration), Entry(*self._forget())]
            if job.undo
            else [record(self.session, job.migration, self.script, milliseconds=round(elapsed * 1000))]
        )
        opening = self.session.begin(lock_timeout=lock_timeout(self.session, True))
        self._send([*opening, *as_who_connected(), *last, Entry(b"COMMIT"), Entry(b"DISCARD ALL")], 0, None)
        return Step(
            migration=job.migration.id,
            action="rolled back" if job.undo else "applied",
            seconds=elapsed,
            statements=len(self.script.statements),
        )

    def _step(self, number: int, sql: bytes, state: str) -> Iterator[Entry]:
        pid, backend_start = self._backend
        values = note(
            step=f"{number}/{len(self.script.statements)}",
            state=state,
            statement=digest(sql),
            pid=pid,
            backend_start=backend_start,
        )
        row = str(uuid.uuid5(self._row, str(number)))
        yield from as_who_connected()
        parameters = (row, self.job.migration.hash, values, self.job.migration.id, *who())
        yield Entry(self.session.sql("ledger/step"), tuple(p.encode() for p in parameters))

    def _forget(self) -> tuple[bytes, tuple[bytes]]:
        return self.session.sql("ledger/forget_steps"), (self.job.migration.hash.encode(),)

    def _tidy(self, sql: bytes, before: frozenset[str]) -> None:
        import contextlib

        import psycopg

        conn = self.session.conn
        with contextlib.suppress(psycopg.Error, DatabaseRefused):  # the next run tries again, and tells
            conn.execute("SET lock_timeout = '2s'")  # what made it fail may make this wait as well
            drop_new_invalid_indexes(conn, sql, before)
        with contextlib.suppress(psycopg.Error):
            conn.execute("RESET lock_timeout")

    def _send(self, entries: list[Entry], number: int, statement: Statement | None) -> None:
        for entry, result in stream(self.session.conn, entries, on_idle=self.on_idle):
            if failed(result):
                self._give_up(number, statement if entry.tag is statement else None, result)

    def _give_up(self, number: int, statement: Statement | None, result: "PGresult") -> None:
        diag = diagnostic(result)
        roll_back(self.session)
        if fence_failed(diag):
            raise ConnectionLost(fence_reason(diag))
        raise statement_failed(
            diag,
            migration=self.job.migration.id,
            script=self.script if statement else None,
            statement=statement,
            number=number,
            aftermath=self._aftermath(number),
        )

    def _aftermath(self, number: int) -> str:
        return f"statements 1 to {number - 1} are applied and recorded" if number > 1 else "nothing of it is applied"
