"""Watch: runs a statement on a shadow and sees from a second session what it holds meanwhile."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString, cast

from dbtool.beside import beside
from dbtool.lock_modes import Lock, lock_of
from dbtool.queries import query
from dbtool.rehearsal.seen import Relation, Relations, Seen, joined, of_new_transaction, seen_between

if TYPE_CHECKING:
    from dbtool.db import Conn

_FIELDS = ("oid", "schema", "name", "kind", "belongs_to", "file", "scans", "writes")
_PAUSE = 0.003  # seconds between two looks at a statement that runs
_LONGEST = 60.0  # seconds until a statement that was stopped to be looked at is let go, whatever it does


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A session that runs statements, and one that looks at its locks."""

    conn: "Conn"  # autocommit
    watcher: "Conn"
    database: int  # oid
    known: Relations  # what was there before the first pending migration

    def relations(self) -> Relations:
        """Return the relations as *conn* sees them now. Read-only."""
        rows = cast(list[Any], self.conn.execute(query("rehearsal/relations")).fetchall())
        found = (
            Relation(
                oid=oid, schema=schema, name=name, kind=kind, belongs_to=table, file=file, scans=scans, writes=writes
            )
            for oid, schema, name, kind, table, file, scans, writes in rows
        )
        return {relation.oid: relation for relation in found}

    def locks(self) -> dict[int, Lock]:
        """Return the strongest lock on each relation that *conn* has or waits for. Read-only."""
        asked = {"pid": self.conn.info.backend_pid, "database": self.database}
        found: dict[int, Lock] = {}
        for oid, mode in cast(list[Any], self.watcher.execute(query("rehearsal/locks"), asked).fetchall()):
            found[oid] = max(found.get(oid, Lock.ACCESS_SHARE), lock_of(mode))
        return found

    def waits(self) -> bool:
        """Return whether *conn* waits for somebody. Read-only."""
        asked = {"pid": self.conn.info.backend_pid}
        return bool(cast(Any, self.watcher.execute(query("rehearsal/waits"), asked).fetchone())[0])


@contextmanager
def transaction(watch: Watch) -> Generator[None]:
    """Give a transaction of the session that is watched; it is rolled back where anything is raised. Writes."""
    watch.conn.execute("BEGIN")
    try:
        yield
    except BaseException:
        if not watch.conn.broken:
            watch.conn.execute("ROLLBACK")
        raise
    watch.conn.execute("COMMIT")


def each_in_one(watch: Watch, runs: Sequence[Callable[[], None]]) -> tuple[list[Seen], Mapping[int, Lock]]:
    """Run all in one transaction, each looked at; return what each did, and the locks held at its end. Writes.

    A lock that an earlier one took already is not seen again.
    """
    seen: list[Seen] = []
    with transaction(watch):
        so_far = moment(watch)  # within: what an earlier transaction counted may not be sent to the statistics yet
        for run in runs:
            one, so_far = in_turn(watch, run, so_far)
            seen.append(one)
    return seen, so_far.locks


@dataclass(frozen=True, slots=True)
class Moment:
    """What there is at one moment of a transaction, and what it has locked."""

    relations: Relations
    locks: Mapping[int, Lock]


def moment(watch: Watch) -> Moment:
    """Return what *watch* shows now. Read-only."""
    return Moment(watch.relations(), watch.locks())


def in_turn(watch: Watch, run: Callable[[], None], before: Moment) -> tuple[Seen, Moment]:
    """Run the next statement of a transaction; return what it did since *before*, and the moment after it. Writes."""
    run()
    after = moment(watch)
    new = {oid: lock for oid, lock in after.locks.items() if lock > before.locks.get(oid, 0)}
    return seen_between(before.relations, after.relations, new, watch.known), after


def by_itself(watch: Watch, run: Callable[[], None]) -> Seen:
    """Run one statement in a transaction of its own, and return all that it did. Writes."""
    with transaction(watch):
        before = watch.relations()
        run()
        return seen_between(before, watch.relations(), watch.locks(), watch.known)


def outside(watch: Watch, run: Callable[[], None], blockers: "tuple[Conn, Conn]") -> Seen:
    """Run a statement that cannot run in a transaction, stopped on its way so that it can be looked at. Writes.

    *blockers*, two more sessions, hold every table that was there, in turn. The first stops it at its first lock. What
    runs CONCURRENTLY goes on from one wait for a blocker to the next, while the other one has taken over; what wants a
    strong lock waits to get it, and is let go then. What is held and what is waited for are seen.
    """
    before = of_new_transaction(watch.relations())
    tables = _tables(watch)
    seen = Seen()
    holder, other = blockers
    until = time.monotonic() + _LONGEST
    try:
        _take(holder, tables, "SHARE UPDATE EXCLUSIVE MODE")
        running = beside(run)
        while not running.done() and time.monotonic() < until:
            waits = watch.waits()
            seen = joined(seen, seen_between({}, {}, watch.locks(), watch.known))
            if not waits:
                time.sleep(_PAUSE)
                continue
            if not _take(other, tables, "ROW EXCLUSIVE MODE NOWAIT"):
                seen = joined(seen, seen_between({}, {}, watch.locks(), watch.known))  # it may have gone on meanwhile
                break
            holder.execute("ROLLBACK")
            holder, other = other, holder
    finally:
        for blocker in blockers:
            if not blocker.broken:
                blocker.execute("ROLLBACK")  # a warning where there is nothing
    while not running.done():
        seen = joined(seen, seen_between({}, {}, watch.locks(), watch.known))
        time.sleep(_PAUSE)
    running.result()
    return joined(seen, seen_between(before, of_new_transaction(watch.relations()), {}, watch.known))


def _tables(watch: Watch) -> list[tuple[str, str]]:
    return [(r.schema, r.name) for r in watch.relations().values() if r.kind in ("r", "p") and r.oid in watch.known]


def _take(blocker: "Conn", tables: Sequence[tuple[str, str]], mode: LiteralString) -> bool:
    """Begin a transaction that holds the tables; return False where that would have to wait, and hold none. Writes."""
    from psycopg import errors, sql

    blocker.execute("BEGIN")
    if not tables:
        return True
    names = sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
    try:
        blocker.execute(sql.SQL("LOCK TABLE {} IN " + mode).format(names))
    except errors.LockNotAvailable:
        blocker.execute("ROLLBACK")
        return False
    return True
