"""Writes a large seed set: what an earlier run left unfinished, or all of it anew; yields how far it is."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, Interrupted, LockNotHad, Unreachable
from dbtool.guard.settle import Settled, recheck
from dbtool.ledger import lost, read_ledger
from dbtool.lock import migration_lock
from dbtool.progress import Began, Further, Seeded, Talk, Wrote
from dbtool.queries import query
from dbtool.runner.failure import diagnostic
from dbtool.runner.session import create_ledger
from dbtool.seeds.large import LargeFile, LargeSet
from dbtool.seeds.large.amounts import Amounts
from dbtool.seeds.large.part import Sent, Statements, Written, digest, part
from dbtool.seeds.large.plain import refused, run_plain
from dbtool.seeds.large.record import Run, begin_run, end_run, read_run, recipe_of, total
from dbtool.seeds.large.work import FileWork
from dbtool.seeds.large.workers import Workers
from dbtool.target import Target

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

    from dbtool.db import Conn

Event = Began | Further | Talk | Wrote | Seeded
_KEPT_FREE = 3  # connections that are left to others


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that one run is: the set, how much of it, where, and the earlier run that it goes on with."""

    large: LargeSet
    amounts: Amounts
    schema: str  # the ledger's
    recipe: str
    earlier: Run | None = None  # None: all is written anew

    @property
    def rows(self) -> Mapping[str, int]:
        """The row numbers of each file, by its name."""
        return {file.name: file.head.rows.count(self.amounts.variables) for file in self.large.files}

    def batch(self, file: LargeFile) -> int:
        """Return the rows of one part of a file."""
        return file.head.batch or self.amounts.batch

    def kept(self, file: LargeFile) -> Mapping[int, Written]:
        """Return the parts of a file that the earlier run wrote, by number."""
        return self.earlier.parts.get(file.name, {}) if self.earlier else {}


def plan_run(conn: "Conn", large: LargeSet, amounts: Amounts, *, schema: str, fresh: bool) -> Job:
    """Return what is to be done: the rest of an earlier run where it was made from the same, else all. Read-only."""
    recipe, schema = recipe_of(large, amounts), read_ledger(conn, schema).schema
    earlier = None if fresh else read_run(conn, large.name, schema=schema)
    if earlier and (earlier.finished or earlier.recipe != recipe or not _is_there(conn, large, earlier)):
        earlier = None
    return Job(large=large, amounts=amounts, schema=schema, recipe=recipe, earlier=earlier)


def _is_there(conn: "Conn", large: LargeSet, earlier: Run) -> bool:
    """Whether the tables hold as many rows as the earlier run wrote: somebody may have emptied them. Read-only."""
    import psycopg
    from psycopg import sql

    written: dict[tuple[str, ...], int] = {}
    for file in large.files:
        rows = sum(w.rows for w in earlier.parts.get(file.name, {}).values())
        written[file.head.table] = written.get(file.head.table, 0) + rows
    counting = sql.SQL("SELECT count(*) FROM {}")
    try:
        return all(
            cast(Any, conn.execute(counting.format(sql.Identifier(*table))).fetchone())[0] >= rows
            for table, rows in written.items()
            if rows
        )
    except psycopg.errors.ProgrammingError:
        conn.rollback()
        return False


def write_set(
    conn: "Conn", settled: Settled, job: Job, *, target: Target, say: Callable[[str], None]
) -> Iterator[Event]:
    """Write the rows, and yield how far each file is, and a Seeded for each that is complete. Writes.

    Raises Refused where this is not the database that was judged, StatementFailed, LockNotHad, Unreachable and
    Interrupted. What is written by then stays, and the next run with the same amounts goes on from there.
    """
    import psycopg

    if settled.command != "seed":
        raise TypeError(f"{settled.command} was settled, and this is a seed")
    recheck(conn, settled)
    try:
        with migration_lock(target, wait=target.project.lock_wait / 1000, say=say) as lock:
            if not read_ledger(conn, job.schema).exists:
                create_ledger(conn, job.schema)
            again = _looked_again(conn, job)
            if again is None:
                yield Talk(f"another run has just finished {job.large.name}: there is nothing left to write")
                return
            job = again
            works = yield from _begin(conn, settled, job, target)
            workers = Workers(target, works, connections=_connections(conn, job, works))
            for wrote in workers.results():
                if not lock.is_held():
                    raise LockNotHad("the migration lock was lost: its connection broke", hint=_AGAIN)
                if wrote:
                    yield wrote
            steps = yield from _end(conn, job, works, target)
            conn.execute(query("ledger/flush", schema=job.schema))  # the parts did not wait for the disk
            yield from steps
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted: the parts of {job.large.name} that were complete stay, the others were rolled back",
            hint="the same command goes on with the rest; with --fresh it starts over",
        ) from None
    except psycopg.Error as error:
        if lost(error):
            raise Unreachable(f"the connection was lost: {str(error).strip()}", hint=_AGAIN) from None
        raise DatabaseRefused(f"the server refused: {str(error).strip()}") from None


def _looked_again(conn: "Conn", job: Job) -> Job | None:
    """Return the job as it is now that nobody else works on it; None where nothing is left of it. Read-only.

    Another run may have gone on with the same earlier one while this one waited for the lock.
    """
    if job.earlier is None:
        return job
    now = read_run(conn, job.large.name, schema=job.schema)
    if now is None or now.recipe != job.recipe:
        raise DatabaseRefused(
            f"another run has started {job.large.name} over meanwhile, with other amounts", hint="seed again"
        )
    return None if now.finished else replace(job, earlier=now)


_AGAIN = "seed again: what is written stays, and the rest is written then"


def _begin(conn: "Conn", settled: Settled, job: Job, target: Target) -> Generator[Event, None, list[FileWork]]:
    """Return what is to be written, once the plain files before it are run. One transaction, all or nothing. Writes."""
    steps: list[Seeded] = []
    with conn.transaction():
        recheck(conn, settled)
        if job.earlier:
            run = job.earlier.id
        else:
            run = begin_run(conn, job.large.name, job.recipe, job.amounts.number, schema=job.schema)
            steps = yield from run_plain(conn, job.large.before, target)
        works = [_work(conn, file, run, job) for file in job.large.files]
    yield from steps
    return works


def _work(conn: "Conn", large: LargeFile, run: str, job: Job) -> FileWork:
    statements = Statements(conn, large, run=run, schema=job.schema, amounts=job.amounts)
    _examine(conn, large, statements)
    return FileWork(
        large=large, statements=statements, rows=job.rows[large.name], batch=job.batch(large),
        kept=job.kept(large),
    )  # fmt: skip


def _examine(conn: "Conn", large: LargeFile, statements: Statements) -> None:
    """Let the server look at a file's statement before the first part is written; it says which columns there are."""
    sent = statements.select()
    described = _prepared(conn, large, sent)
    statements.fill([cast(bytes, described.fname(number)).decode() for number in range(described.nfields)])
    _prepared(conn, large, statements.statement(part(1, 1, 1)))


def _prepared(conn: "Conn", large: LargeFile, sent: Sent) -> "PGresult":
    from psycopg.pq import ExecStatus

    result = conn.pgconn.prepare(b"", sent.sql)
    if result.status != ExecStatus.COMMAND_OK:
        raise refused(large.file, diagnostic(result), number=1, before=sent.before)
    return conn.pgconn.describe_prepared(b"")


def _end(conn: "Conn", job: Job, works: Sequence[FileWork], target: Target) -> Generator[Event, None, list[Seeded]]:
    """Return what was written, once the plain files behind are run, and rows and checksums recorded. Writes."""
    totals = [(work, *total(work.written.values())) for work in works]
    with conn.transaction():
        plain = yield from run_plain(conn, job.large.behind, target)
        end_run(
            conn, works[0].statements.run, job.recipe, job.amounts.number,
            [(work.large.name, rows, digest(checksum)) for work, rows, checksum in totals], schema=job.schema,
        )  # fmt: skip
    root = target.project.root
    return [_seeded(work, rows, digest(checksum), root) for work, rows, checksum in totals] + plain


def _seeded(work: FileWork, rows: int, checksum: str, root: Path) -> Seeded:
    file = work.large.file
    return Seeded(
        migration=file.name, action="seeded", seconds=work.seconds, statements=work.of, set=file.set,
        file=file.path.relative_to(root).as_posix(), rows=rows, checksum=checksum,
    )  # fmt: skip


def _connections(conn: "Conn", job: Job, works: Sequence[FileWork]) -> int:
    """Return how many sessions to use: as many as are wanted, have something to do, and find room. Read-only."""
    room = cast(tuple[int, int, int], conn.execute(query("seed/room")).fetchone())
    free = [places - _KEPT_FREE for places in room[:1]] + [places for places in room[1:] if places >= 0]
    parts = sum(len(work.left) for work in works)
    return max(min(job.amounts.connections, parts, *free), 1)
