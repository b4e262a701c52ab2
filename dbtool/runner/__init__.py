"""Applies a Plan under the migration lock, each migration exactly once. Yields a Step for each, and what to tell.

A run opens a session (lock, ledger), makes its plan from that ledger, runs it in batches, and makes all of it
durable. Where the connection is lost, the next session's ledger says what was done, and the run goes on from
there. docs/decisions/exactly-once.md says why each of the pieces is there.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from dbtool.errors import DatabaseRefused, Unreachable
from dbtool.ledger import Ledger, lost, read_ledger
from dbtool.migrations import Migration
from dbtool.plan import Plan
from dbtool.progress import Began, Step, Talk
from dbtool.report import seconds
from dbtool.runner.failure import PASSING, StatementFailed
from dbtool.runner.jobs import Job, Way, make_jobs, refuse_in_one_transaction
from dbtool.runner.pipeline import ConnectionLost, Entry, stream
from dbtool.runner.python import run_python
from dbtool.runner.session import Session, end_ghosts, open_session
from dbtool.runner.stepwise import run_stepwise
from dbtool.runner.transactional import failed, record, roll_back, run_batch
from dbtool.runner.watch import Watch
from dbtool.target import Target

Event = Began | Talk | Step
Say = Callable[[str], None]

_RECONNECTING = 15.0  # seconds without a migration applied in between
_RECOVERY = 120.0  # seconds, while the server says that it is starting


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run."""

    lock_wait: float  # seconds
    all_or_nothing: bool = False
    assume: str = ""  # what to take of a statement whose outcome the catalog does not tell: done, again
    undo: bool = False  # run the rollbacks of the plan's migrations
    jobs: Sequence[Job] = ()  # what was parsed already, before the lock was taken
    post_apply: Sequence[Migration] = ()  # yoyo's files that run after whatever was applied, unrecorded


def apply_plan(target: Target, make: Callable[[Ledger], Plan], options: Options, say: Say) -> Iterator[Event]:
    """Apply what *make* finds pending in the ledger as it stands under the lock. Writes.

    A lost connection is sought again, and the ledger asked; after some time without a step forward
    Unreachable is raised. Raises StatementFailed for the first migration that the database refuses,
    LockNotHad, and BadFile before anything is applied.
    """
    import psycopg

    retry = _Retry(say)
    expected: list[str] = []  # what was pending when the connection was lost
    ghosts: tuple[tuple[int, str], ...] = ()
    ran = False
    while True:
        try:
            if ghosts:
                end_ghosts(target, ghosts)
            with open_session(target, lock_wait=options.lock_wait, say=say) as session:
                ghosts = session.backends
                plan = make(session.ledger)
                pending = [m.id for m in plan.pending]
                for id in expected:
                    if id not in pending:  # its COMMIT had reached the server, only the answer had not reached us
                        yield _found(session.ledger, id, options)
                        ran = True
                expected = pending
                for event in _run(session, plan, options, ran=ran):
                    if isinstance(event, Step):
                        expected = [id for id in expected if id != event.migration]
                        ran = True
                        retry.succeeded()
                    yield event
            return
        except (ConnectionLost, Unreachable, psycopg.Error) as failure:
            if isinstance(failure, psycopg.Error) and not lost(failure):
                raise DatabaseRefused(f"the server refused: {str(failure).strip()}") from None
            if isinstance(failure, Unreachable) and not retry.started:
                raise
            retry.pause(failure)


class _Retry:
    """How long a lost connection is sought: a crashed server takes its time to recover."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._since = 0.0
        self._tries = 0
        self.started = False

    def succeeded(self) -> None:
        """Begin anew: there was a step forward."""
        self.started = False

    def pause(self, failure: Exception) -> None:
        """Wait a moment before the next try. Raises Unreachable where it has lasted too long."""
        if not self.started:
            self.started, self._since, self._tries = True, time.monotonic(), 0
        why = str(failure).strip() or "without a word"
        recovering = any(word in why for word in ("starting up", "shutting down", "recovery", "not yet accepting"))
        if time.monotonic() - self._since > (_RECOVERY if recovering else _RECONNECTING):
            raise _unreachable(failure)
        self._tries += 1
        if self._tries == 1:
            self._say(
                f"connection lost ({why.splitlines()[0]}); connecting again, to read in the ledger what was applied"
            )
        time.sleep(min(0.1 * 2**self._tries, 2) * random.uniform(0.7, 1.3))


def _found(ledger: Ledger, id: str, options: Options) -> Step:
    applied = ledger.applied.get(id)
    took = applied.milliseconds if applied and applied.milliseconds else 0
    return Step(migration=id, action="rolled back" if options.undo else "applied", seconds=took / 1000)


def baseline(target: Target, make: Callable[[Ledger], Plan], options: Options, say: Say) -> list[Step]:
    """Record what *make* finds as applied without running anything, in one transaction. Writes.

    Raises DatabaseRefused where the ledger cannot be written, and ConnectionLost's reason as Unreachable.
    """
    try:
        with open_session(target, lock_wait=options.lock_wait, say=say) as session:
            pending = make(session.ledger).pending
            scripts = {job.migration.id: job.kept for job in make_jobs(pending)}
            entries = [
                *session.begin(lock_timeout=target.environment.lock_timeout),
                *(record(session, m, scripts[m.id], operation="mark") for m in pending),
                Entry(b"COMMIT"),
            ]
            for _, result in stream(session.conn, entries, on_idle=lambda _: None):
                if failed(result):
                    roll_back(session)
                    raise DatabaseRefused(f"the ledger cannot be written: {result.error_message.decode().strip()}")
            session.flush()
            return [Step(migration=m.id, action="recorded") for m in pending]
    except ConnectionLost as failure:
        raise _unreachable(failure) from None


def _run(session: Session, plan: Plan, options: Options, *, ran: bool) -> Iterator[Event]:
    jobs = make_jobs(plan.pending, undo=options.undo, earlier=options.jobs)
    make_jobs(options.post_apply)  # refused before anything is applied, like the others
    watch = Watch(session)
    try:
        if options.all_or_nothing and jobs:
            refuse_in_one_transaction(jobs)
            yield from _retrying(session, watch, jobs, options)
        else:
            for _, group in groupby(jobs, key=lambda job: job.way if job.way is Way.TRANSACTION else job):
                yield from _retrying(session, watch, tuple(group), options)
        if (jobs or ran) and not options.undo:
            yield from _post_apply(session, watch, options)
    finally:
        # The commits did not wait for the disk; this one does, before anything is reported.
        if session.conn.info.transaction_status == 0:
            session.flush()


def _retrying(session: Session, watch: Watch, jobs: Sequence[Job], options: Options) -> Iterator[Event]:
    """Run one group of jobs of the same way; what fails for a lock or a deadlock is tried again from there."""
    waiting = list(jobs)
    tries = 0
    while waiting:
        watch.forget()
        try:
            for event in _attempt(session, watch, tuple(waiting), options):
                if isinstance(event, Step):
                    del waiting[0]
                    tries = 0
                yield event
        except StatementFailed as failure:
            tries += 1
            if failure.sqlstate not in PASSING or tries >= session.target.project.lock_tries:
                raise watch.named(failure) from None
            pause = min(0.5 * 1.5**tries, 5) * random.uniform(0.5, 1.5)
            yield Talk(
                f"{failure.migration}: {watch.reason(failure)}; "
                f"try {tries + 1} of {session.target.project.lock_tries} in {seconds(pause)}"
            )
            time.sleep(pause)


def _attempt(session: Session, watch: Watch, jobs: Sequence[Job], options: Options) -> Iterator[Event]:
    way = jobs[0].way
    if way is Way.TRANSACTION:
        yield from run_batch(session, jobs, on_idle=watch, one_transaction=options.all_or_nothing)
        return
    for job in jobs:
        if way is Way.STEPWISE:
            session.ledger = read_ledger(session.conn, session.schema)
            yield from run_stepwise(session, job, on_idle=watch, assume=options.assume)
        else:
            yield from run_python(session, job.migration, number=job.number, of=job.of, undo=job.undo)


def _post_apply(session: Session, watch: Watch, options: Options) -> Iterator[Event]:
    for migration in options.post_apply:
        if migration.is_python:
            for event in run_python(session, migration, number=1, of=1, mark=False):
                yield Talk(f"ran {migration.path.name}") if isinstance(event, Step) else event
            continue
        (job,) = make_jobs([migration])
        for event in run_batch(session, [job], on_idle=watch, mark=False):
            yield event if isinstance(event, Began) else Talk(f"ran {migration.path.name}")


def _unreachable(failure: Exception) -> Unreachable:
    if isinstance(failure, Unreachable):
        return failure
    return Unreachable(
        f"the connection was lost, and could not be kept again: {str(failure).strip()}",
        hint="`dbtool migrate` goes on from what the ledger has; `dbtool status` shows it",
    )
