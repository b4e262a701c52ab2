"""Non-transactional migrations: one statement after the other, each recorded before and after.

A statement that can run in a transaction shares one with its record. One that cannot is recorded as started,
run, and recorded as done; where it was cut off between, the catalog is asked what became of it.
"""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, UsageError
from dbtool.kinds import Kind
from dbtool.ledger import StepState, note
from dbtool.queries import query
from dbtool.report import Step
from dbtool.runner.events import Began, Talk
from dbtool.runner.failure import diagnostic, statement_failed
from dbtool.runner.jobs import Job
from dbtool.runner.outcome import (
    AGAIN,
    DONE,
    builds_index,
    drop_invalid_index,
    invalid_index,
    outcome,
    wait_for_backend,
)
from dbtool.runner.pipeline import Entry, stream
from dbtool.runner.session import Session, who
from dbtool.runner.transactional import copy_in, failed, lock_timeout, record, roll_back, unrecord
from dbtool.script import Script, Statement

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


def _settle(work: "_Work", state: StepState, statement: Statement, assume: str) -> Iterator[Talk]:
    job, script = work.job, work.script
    sql = script.text(statement)
    wait_for_backend(work.session.conn, state)
    verdict, evidence = outcome(work.session.conn, sql)
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
        row = cast(Any, session.conn.execute(query("run/whoami")).fetchone())
        self._backend = (row[0], row[1])

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
        entries += [Entry(b"RESET SESSION AUTHORIZATION"), Entry(b"RESET ROLE")]
        entries += [*self._step(number, sql, DONE), Entry(b"COMMIT")]
        self._send(entries, number, statement)

    def run_outside(self, number: int, statement: Statement, kind: Kind) -> Iterator[Talk]:
        """Run a statement between its two records, outside of any transaction."""
        sql = self.script.text(statement)
        index = builds_index(sql)
        if index and (dropped := drop_invalid_index(self.session.conn, sql)):
            yield Talk(f"{self.job.migration.id}: dropped {dropped}, which an earlier attempt left INVALID")
        self.note_step(number, statement, "started")
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
        except DatabaseRefused:
            if index:
                self._tidy(sql)
            raise
        if index and (name := invalid_index(self.session.conn, sql)):
            raise DatabaseRefused(
                f"{self.script.place(statement.start)}: {name} is INVALID after it was built",
                hint="dbtool migrate drops it and builds it again",
            )
        self._send([*self._step(number, sql, DONE), Entry(b"RESET lock_timeout")], number, statement)

    def note_step(self, number: int, statement: Statement, state: str) -> None:
        """Record the state of a statement, in a transaction of its own."""
        self._send(list(self._step(number, self.script.text(statement), state)), number, statement)

    def finish(self, elapsed: float) -> Step:
        """Record the migration as a whole, drop the states of its statements, and return its Step."""
        job = self.job
        last = (
            [unrecord(self.session, job.migration), Entry(*self._forget())]
            if job.undo
            else [record(self.session, job.migration, self.script)]
        )
        entries = [
            *self.session.begin(lock_timeout=lock_timeout(self.session, True)),
            *last,
            Entry(b"COMMIT"),
        ]
        self._send([*entries, Entry(b"DISCARD ALL")], 0, None)
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
        parameters = (row, self.job.migration.hash, values, self.job.migration.id, *who())
        yield Entry(self.session.sql("ledger/step"), tuple(p.encode() for p in parameters))

    def _forget(self) -> tuple[bytes, tuple[bytes]]:
        return self.session.sql("ledger/forget_steps"), (self.job.migration.hash.encode(),)

    def _tidy(self, sql: bytes) -> None:
        import contextlib

        import psycopg

        with contextlib.suppress(psycopg.Error, DatabaseRefused):  # the next run tries again, and tells
            drop_invalid_index(self.session.conn, sql)

    def _send(self, entries: list[Entry], number: int, statement: Statement | None) -> None:
        for entry, result in stream(self.session.conn, entries, on_idle=self.on_idle):
            if failed(result):
                self._give_up(number, statement if entry.tag is statement else None, result)

    def _give_up(self, number: int, statement: Statement | None, result: "PGresult") -> None:
        diag = diagnostic(result)
        roll_back(self.session)
        raise statement_failed(
            diag,
            migration=self.job.migration.id,
            script=self.script if statement else None,
            statement=statement,
            number=number,
            aftermath=self._aftermath(number),
        )

    def _aftermath(self, number: int) -> str:
        return (
            f"statements 1 to {number - 1} are applied and recorded"
            if number > 1
            else "nothing of it is applied"
        )
