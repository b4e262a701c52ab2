"""The migration lock: one run at a time, nothing left behind by a killed one.

An advisory lock of a transaction (session locks strand behind poolers), tried again and again instead of
waited for (CREATE INDEX CONCURRENTLY waits for every snapshot in the database, and a blocked waiter has
one), on a connection of its own that is otherwise idle. Why it is fenced: docs/decisions/migration-lock.md.
"""

import random
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.db import connect_for_changes
from dbtool.errors import DatabaseRefused, LockNotHad
from dbtool.queries import query
from dbtool.report import seconds
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn

# The first of the two keys of every advisory lock of ours: "dbt\0", read as a number.
NAMESPACE = 0x64627400
_POLL = 0.2  # seconds between two tries, with jitter
_PATIENCE = 5.0  # seconds until the session of an earlier, lost run is ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock."""

    pid: int
    role: str
    application: str
    address: str
    seconds: float

    def __str__(self) -> str:
        client = f"{self.application or 'no name'}, {self.role} from {self.address}"
        return f"pid {self.pid} ({client}, for {seconds(self.seconds)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationLock:
    """The lock while it is held: ``run`` is the key by which this run's transactions see that it still is."""

    conn: "Conn"
    run: int

    def is_held(self) -> bool:
        """Return whether the lock's connection still stands, as far as can be seen without asking."""
        import select

        pgconn = self.conn.pgconn
        readable, _, _ = select.select([pgconn.socket], [], [], 0)
        if readable:
            try:
                pgconn.consume_input()
            except Exception as error:  # psycopg.OperationalError: the server closed it
                if type(error).__name__ != "OperationalError":
                    raise
        return pgconn.status == 0

    def is_among(self, pids: Iterable[int]) -> bool:
        """Return whether the lock's own session is one of *pids*."""
        return self.conn.info.backend_pid in pids

    def let_yoyo_in(self) -> None:
        """Give back what keeps yoyo out, and nothing else: a lock goes with the savepoint it was taken behind."""
        self.conn.execute("ROLLBACK TO SAVEPOINT yoyo")


@contextmanager
def migration_lock(target: Target, *, wait: float, say: Callable[[str], None]) -> Generator[MigrationLock]:
    """Hold the migration lock of the target's database, on a second connection. Writes nothing.

    Tells *say* who holds it while it waits. Raises LockNotHad after *wait* seconds, naming the holder.
    """
    with closing(connect_for_changes(target, purpose="migration lock")) as conn:
        run = random.randrange(3, 2**31)
        deadline = time.monotonic() + wait
        told = 0.0
        while not _take(conn, run):
            holder = read_holder(conn)
            if time.monotonic() >= deadline:
                raise LockNotHad(
                    f"the migration lock was not had within {seconds(wait)}: held by {holder or 'nobody any more'}",
                    hint="another dbtool is at work: wait for it, or give more time with --lock-wait",
                )
            if holder and time.monotonic() - told > 5:
                told = time.monotonic()
                say(f"waiting for the migration lock: held by {holder}")
            time.sleep(min(_POLL * random.uniform(0.5, 1.5), max(deadline - time.monotonic(), 0.01)))
        yield MigrationLock(conn=conn, run=run)


def read_holder(conn: "Conn") -> Holder | None:
    """Return who holds the migration lock of this database, or None. Read-only."""
    row = cast(Any, conn.execute(query("lock/holder"), {"namespace": NAMESPACE}).fetchone())
    return Holder(pid=row[0], role=row[1], application=row[2], address=row[3], seconds=row[4]) if row else None


def wait_until_free(
    conn: "Conn", target: Target, deadline: float, *, left: str, hint: str, say: Callable[[str], None]
) -> None:
    """Return when nobody holds the migration lock, for those who take it in a transaction of their own. Read-only.

    Raises LockNotHad at *deadline* (of time.monotonic()), which says what was *left* undone.
    """
    told = 0.0
    while holder := read_holder(conn):
        if time.monotonic() >= deadline:
            waited = seconds(target.project.lock_wait / 1000)
            raise LockNotHad(f"the migration lock was not had within {waited}: held by {holder}; {left}", hint=hint)
        if time.monotonic() - told > 5:
            told = time.monotonic()
            say(f"waiting for the migration lock: held by {holder}")
        time.sleep(_POLL * random.uniform(0.5, 1.5))


def drain(conn: "Conn", *, wait: float, say: Callable[[str], None]) -> None:
    """Return when no transaction of an earlier run is under way, so that the ledger tells all. Needs the lock.

    The server ends the session of a killed client within a second (client_connection_check_interval). One
    whose network fell silent would stay: after a while it is ended here; its lock is gone, so it may not commit.
    Raises LockNotHad after *wait* seconds where it belongs to a role that ours may not end.
    """
    import psycopg

    started = time.monotonic()
    may_end = True
    while not cast(Any, conn.execute(query("lock/drain"), {"namespace": NAMESPACE}).fetchone())[0]:
        waited = time.monotonic() - started
        if may_end and waited > _PATIENCE:
            may_end = False
            try:
                ended = cast(Any, conn.execute(query("lock/end_orphans"), {"namespace": NAMESPACE}).fetchone())[0]
                say(f"ended {ended} session(s) that an earlier, lost run left behind")
            except psycopg.errors.InsufficientPrivilege:
                say("an earlier run that lost its lock is still at work; waiting for it")
        if waited > max(wait, 2 * _PATIENCE):
            rows = cast(Any, conn.execute(query("lock/orphans"), {"namespace": NAMESPACE}).fetchall())
            raise LockNotHad(
                "an earlier run that lost its lock is still at work: "
                + ", ".join(f"pid {pid} (role {role})" for pid, role in rows),
                hint="end it as that role or as a superuser: SELECT pg_terminate_backend(pid)",
            )
        time.sleep(0.05)


def keep_yoyo_out(lock: MigrationLock, schema: str, *, wait: float, say: Callable[[str], None]) -> None:
    """Hold plain yoyo back until the lock is released; waits while yoyo itself is at work.

    yoyo inserts a row into its lock table and deletes it when done. A SHARE lock on the table keeps that
    INSERT waiting and goes with our transaction, whereas a row of ours would outlive a kill. Raises
    LockNotHad where yoyo's own row stays, and DatabaseRefused where the table may not be locked.
    """
    import psycopg

    deadline = time.monotonic() + wait
    told = False
    while True:
        lock.conn.execute("SAVEPOINT yoyo")
        try:
            lock.conn.execute(query("lock/keep_yoyo_out", schema=schema))
            row = cast(Any, lock.conn.execute(query("lock/yoyo", schema=schema)).fetchone())
            if row is None:
                return
            holder = f"yoyo, process {row[0]}, since {row[1]:%Y-%m-%d %H:%M:%S} UTC"
        except psycopg.errors.UndefinedTable:
            raise DatabaseRefused(
                f"the table {schema}.yoyo_lock is missing beside the ledger",
                hint=f"CREATE TABLE {schema}.yoyo_lock (locked int DEFAULT 1 PRIMARY KEY, ctime timestamp, "
                "pid int NOT NULL), as yoyo makes it",
            ) from None
        except psycopg.errors.LockNotAvailable:
            holder = "yoyo, which is just taking it"
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseRefused(
                f"the table {schema}.yoyo_lock cannot be locked: {error}",
                hint=f"connect as the owner of {schema}.yoyo_lock, or GRANT ALL on it",
            ) from None
        lock.conn.execute("ROLLBACK TO SAVEPOINT yoyo")
        if time.monotonic() >= deadline:
            raise LockNotHad(
                f"yoyo's lock was not had within {seconds(wait)}: held by {holder}",
                hint="if that process is gone, `yoyo break-lock` takes its row away",
            )
        if not told:
            say(f"waiting for yoyo's lock: held by {holder}")
            told = True
        time.sleep(_POLL)


def _take(conn: "Conn", run: int) -> bool:
    # READ COMMITTED whatever the default is: CREATE INDEX CONCURRENTLY would wait for the snapshot of any other level
    conn.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    taken = cast(Any, conn.execute(query("lock/take"), {"namespace": NAMESPACE, "run": run}).fetchone())[0]
    if not taken:
        conn.execute("ROLLBACK")
    return bool(taken)
