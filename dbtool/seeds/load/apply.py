"""Writes the rows of a file into a table, in one transaction, and tells how far it is.

It holds the migration lock in that transaction, as dbtool/seeds/apply.py says.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from dbtool.db import connect_for_changes
from dbtool.errors import DbtoolError, Interrupted, Unreachable
from dbtool.guard.settle import Settled, recheck
from dbtool.ledger import lost
from dbtool.lock import NAMESPACE, wait_until_free
from dbtool.progress import Further, Talk, Wrote
from dbtool.queries import query
from dbtool.runner.failure import fence_failed
from dbtool.seeds.load.bad_rows import MOST, BadRows
from dbtool.seeds.load.narrow import Narrowing, copy_in
from dbtool.seeds.load.refusal import CopyRefused, Refusal, refusal_of
from dbtool.seeds.load.rejects import Rejects
from dbtool.seeds.load.rows import NotAsItIs, Problem, Rows
from dbtool.seeds.load.speed import Pace
from dbtool.seeds.load.table import Table
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn

Event = Further | Talk | Wrote

_WRITTEN, _NOTHING = "the rows were written", "nothing was written"
_PATIENCE = (0.05, 0.2, 0.5, 1.0, 2.0, 4.0)  # seconds between two questions what became of a transaction


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it, filled in by copy_rows()."""

    rows: int = 0
    left_out: int = 0  # by a trigger of the table, as it is free to; as far as rows were sent one by one
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list[Problem])  # the first of those
    seconds: float = 0.0


class _Enough(Exception):
    """As many bad rows were found as are told."""


def copy_rows(
    conn: "Conn", settled: Settled, rows: Rows, *, table: Table, target: Target, rejects: Rejects | None,
    outcome: Outcome, pace: Pace, say: Callable[[str], None],
) -> Iterator[Event]:  # fmt: skip
    """Write all rows, or with *rejects* those that can be, and yield how far it is. Writes.

    Raises BadRows, with nothing written; CopyRefused for what no row is to blame for; Refused, LockNotHad,
    Unreachable, which says what is known, and Interrupted.
    """
    import psycopg

    recheck(conn, settled)
    work = _Work(conn, settled, rows, table, target, rejects, outcome, pace, say)
    try:
        yield from work.run()
    except psycopg.Error as error:
        if not lost(error) and not conn.broken:
            raise
        work.settle_lost(str(error).strip())
    except KeyboardInterrupt:
        known = work.what_is_known()
        if rejects is not None and known != _NOTHING:
            rejects.publish()
        raise Interrupted(f"interrupted: {known}") from None
    if rejects is not None:
        rejects.publish()


class _Work:
    """The transaction."""

    def __init__(
        self, conn: "Conn", settled: Settled, rows: Rows, table: Table, target: Target, rejects: Rejects | None,
        outcome: Outcome, pace: Pace, say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.conn, self.settled, self.rows, self.table, self.target = conn, settled, rows, table, target
        self.rejects, self.outcome, self.pace, self.say = rejects, outcome, pace, say
        self.committing = False  # COMMIT was sent, and no answer to it has come
        self._transaction = ""

    def run(self) -> Iterator[Event]:
        """Write the rows, and commit them."""
        self._begin()
        started = time.monotonic()
        recheck(self.conn, self.settled)
        self._transaction = str(cast(Any, self.conn.execute(query("seed/transaction")).fetchone())[0])
        self.conn.execute("SAVEPOINT dbtool")
        refusal = yield from self._whole()
        if refusal is not None:
            self.conn.execute("ROLLBACK TO SAVEPOINT dbtool; RELEASE SAVEPOINT dbtool")
            if not refusal.of_a_row:
                raise CopyRefused(refusal, table=str(self.table))
            yield from self._one_by_one()
        if self.rejects is not None:
            self.rejects.finish()
        self.outcome.seconds = time.monotonic() - started
        self.committing = True
        self.conn.execute("COMMIT")
        self.committing = False
        self.outcome.seconds = time.monotonic() - started

    def settle_lost(self, why: str) -> None:
        """Return where the connection was lost and the rows are there all the same. Raises Unreachable."""
        known = self.what_is_known()
        if known == _WRITTEN:
            self.say("the connection was lost while it was committed; the server says that it was")
            return
        hint = "import again"
        if known != _NOTHING:
            hint = "look whether the rows are there before you import again"
            if self.rejects is not None:
                self.rejects.publish()
        raise Unreachable(f"the connection was lost: {known}\n  {why or 'without a word'}", hint=hint)

    def what_is_known(self) -> str:
        """Return what became of the transaction that was cut off."""
        outcome = self._ask_outcome() if self.committing else "aborted"
        return {"committed": _WRITTEN, "aborted": _NOTHING}.get(outcome, "whether the rows are there is not known")

    def _begin(self) -> None:
        """Open the transaction, when the migration lock is free. Raises LockNotHad."""
        import psycopg

        environment = self.target.environment
        deadline = time.monotonic() + self.target.project.lock_wait / 1000
        timeout = environment.statement_timeout
        values = (str(environment.lock_timeout), None if timeout is None else str(timeout), str(NAMESPACE))
        while True:
            self.conn.execute("BEGIN")
            try:
                psycopg.RawCursor(self.conn).execute(query("seed/begin"), values)
                return
            except psycopg.DataError as error:
                if not fence_failed(error.diag):
                    raise
            self.conn.execute("ROLLBACK")
            wait_until_free(
                self.conn, self.target, deadline, left=_NOTHING,
                hint="a migrate or a seed is at work: let it end, then import again", say=self.say,
            )  # fmt: skip

    def _whole(self) -> Generator[Event, None, Refusal | None]:
        """Write all rows as they come; return why the server refused them, None where it did not."""
        import psycopg

        columns: tuple[str, ...] = ()
        try:
            for run in self.rows.runs():
                columns = run.columns
                copying = copy_in(self.conn, self.rows, self.table, columns, run.blocks)
                while True:
                    try:
                        block = next(copying)
                    except StopIteration as end:
                        copied = cast("int | Refusal", end.value)
                        break
                    yield from self.pace.further(block.count(b"\n"))
                if isinstance(copied, Refusal):
                    return copied
                self.outcome.rows += copied
            self.conn.execute("SET CONSTRAINTS ALL IMMEDIATE")  # so that what is deferred does not come with the COMMIT
        except NotAsItIs:
            return Refusal(message="")
        except psycopg.Error as error:
            if self.conn.broken:
                raise
            return refusal_of(error, self.table.found.name, columns)
        return None

    def _one_by_one(self) -> Iterator[Event]:
        """Write the rows that can be written, and put the others aside. Raises BadRows where that has no place."""
        self.pace.begin_again()
        yield from self.pace.talk("not taken as it is: looking at its rows one by one")
        narrowing = Narrowing(self.conn, self.rows, self.table, self._aside)
        all_seen = True
        with closing(narrowing), suppress(_Enough):
            all_seen = False
            for _ in narrowing.run():
                yield from self.pace.at(narrowing.sent + self.outcome.rejected)
            all_seen = True
        if self.outcome.rejected and self.rejects is None:
            self.conn.execute("ROLLBACK")
            problems = sorted(self.outcome.problems, key=lambda problem: problem.line)
            raise BadRows(self.rows, problems, all_seen=all_seen)
        self.outcome.rows = narrowing.written
        self.outcome.left_out = narrowing.sent - narrowing.written

    def _aside(self, raw: bytes, problem: Problem) -> None:
        self.outcome.rejected += 1
        if len(self.outcome.problems) < MOST:
            self.outcome.problems.append(problem)
        if self.rejects is not None:
            self.rejects.add(raw, problem)
        elif len(self.outcome.problems) == MOST:
            raise _Enough

    def _ask_outcome(self) -> str:
        """Return what the server says of the transaction whose COMMIT was not answered; "" where it cannot be asked."""
        import psycopg

        outcome = "in progress"
        for pause in _PATIENCE:
            with suppress(psycopg.Error, DbtoolError):  # the server, or the way to it, may not be back itself
                outcome = self._asked()
            if outcome != "in progress":  # else the server has not seen yet that we are gone
                break
            time.sleep(pause)
        return outcome

    def _asked(self) -> str:
        with closing(connect_for_changes(self.target, purpose="seed import")) as conn:
            recheck(conn, self.settled)
            row = conn.execute(query("seed/outcome"), {"id": self._transaction}).fetchone()
            return str(row[0] or "") if row else ""
