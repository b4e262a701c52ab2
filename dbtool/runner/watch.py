"""Watches a run while the server is silent: who blocks it, and whether the lock is still held."""

import time
from dataclasses import dataclass
from typing import Any, cast

from dbtool.errors import DbtoolError
from dbtool.queries import query
from dbtool.report import seconds
from dbtool.runner.failure import StatementFailed
from dbtool.runner.pipeline import ConnectionLost
from dbtool.runner.session import Session, backend_pid


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A session that holds what ours waits for."""

    pid: int
    role: str
    application: str
    address: str
    state: str
    seconds: float  # age of its transaction
    query: str

    def __str__(self) -> str:
        return (
            f"pid {self.pid} ({self.application or 'no name'}, {self.role} from {self.address}, "
            f"{self.state} for {seconds(self.seconds)}): {self.query}"
        )


_LOOK_EVERY = 0.5  # seconds
_TELL_EVERY = 10.0
_PATIENCE = 5.0  # seconds until an orphan is ended


class Watch:
    """Called with the seconds since the last answer; remembers who blocked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pid = backend_pid(session.conn)
        self._blockers: tuple[Blocker, ...] = ()
        self._told = 0.0
        self._looked = 0.0
        self._blind = False
        self._patience = min(0.4, session.target.environment.lock_timeout / 3000)  # seconds

    def __call__(self, silent: float) -> None:
        """Look who blocks, and tell it once in a while. Raises ConnectionLost where the lock is gone."""
        import psycopg

        if not self._session.lock.is_held():
            raise ConnectionLost("the connection that holds the migration lock was closed")
        now = time.monotonic()
        if self._blind or silent < self._patience or now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        try:
            self._blockers = self._look() or self._blockers
        except (psycopg.Error, DbtoolError):
            self._blind = True  # no connection left for looking: the work goes on without
        lock = self._session.lock
        if lock.is_among(blocker.pid for blocker in self._blockers):
            # VACUUM and ANALYZE of every table want yoyo's lock table as well
            lock.let_yoyo_in()
            self._blockers = ()
        if silent > _PATIENCE:
            self._end_orphans()
        if self._blockers and time.monotonic() - self._told > _TELL_EVERY:
            self._told = time.monotonic()
            self._session.say(f"waiting for a lock: blocked by {self._blockers[0]}")

    def forget(self) -> None:
        """Begin anew: who blocked the last try may not be who blocks the next."""
        self._blockers, self._told, self._looked = (), 0.0, 0.0

    def reason(self, failure: StatementFailed) -> str:
        """Return why a try failed, with the blocker's name."""
        if failure.sqlstate != "55P03":
            return failure.message.splitlines()[0]
        return "a lock was not had in time" + self._names()

    def named(self, failure: StatementFailed) -> StatementFailed:
        """Return the failure with the blocker's name in it."""
        if not self._blockers:
            return failure
        return StatementFailed(
            failure.message + "\n  blocked by " + "\n  blocked by ".join(map(str, self._blockers)),
            hint=failure.hint,
            sqlstate=failure.sqlstate,
            place=failure.place,
            migration=failure.migration,
        )

    def _end_orphans(self) -> None:
        """End the session of an earlier run that blocks ours: the lock is ours, so nobody is there to go on with it."""
        import psycopg

        for blocker in self._blockers:
            if blocker.application == "dbtool migrate" and blocker.pid != self._pid:
                try:
                    self._session.monitor().execute("SELECT pg_terminate_backend(%s)", [blocker.pid])
                    self._session.say(f"ended pid {blocker.pid}, which an earlier, lost run left behind")
                except (psycopg.Error, DbtoolError) as error:
                    self._session.say(f"pid {blocker.pid} of an earlier, lost run cannot be ended: {error}")
                    self._blind = True

    def _names(self) -> str:
        return f"; blocked by {self._blockers[0]}" if self._blockers else ""

    def _look(self) -> tuple[Blocker, ...]:
        monitor = self._session.monitor()
        rows = cast(Any, monitor.execute(query("lock/blockers"), {"pid": self._pid}).fetchall())
        monitor.rollback()  # no snapshot is kept: CREATE INDEX CONCURRENTLY would wait for it
        return tuple(
            Blocker(pid=r[0], role=r[1], application=r[2], address=r[3], state=r[4], seconds=r[5], query=r[6])
            for r in rows
        )
