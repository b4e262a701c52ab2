"""The rehearsal on the target itself: in one transaction with a small budget, always rolled back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from dbtool.migrations import Migration
from dbtool.rehearsal.pieces import Failed, Rehearsed, pieces_of, run_piece
from dbtool.rehearsal.rehearse import RehearsedFile
from dbtool.rehearsal.seen import named
from dbtool.rehearsal.watch import Moment, Watch, in_turn, moment
from dbtool.script import read_script

if TYPE_CHECKING:
    from dbtool.db import Conn

LOCK_TIMEOUT = 0.1  # seconds: who waits for a strong lock keeps others waiting behind
_AFTER = "it was tried on the target, and rolled back"
_CUT_OFF = {"55P03": "a lock was not had at once: the table is in use", "57014": "the time was up"}


@dataclass(slots=True)
class _Budget:
    """The time that is left for all statements together, in seconds."""

    ends: float

    def take(self, conn: "Conn") -> bool:
        """Give the next statement what is left; return whether that is anything. Writes a setting."""
        left = self.ends - time.monotonic()
        if left > 0:
            conn.execute(cast(Any, f"SET LOCAL statement_timeout = {max(1, int(left * 1000))}"))
        return left > 0


def rehearse_on_target(watch: Watch, migrations: Sequence[Migration], *, seconds: float) -> tuple[RehearsedFile, ...]:
    """Return what was seen of each migration, up to the first that cannot be tried in a transaction, or in time.

    Writes to the connected database, for *seconds* at the most, and rolls all of it back. What no rollback takes back
    stays: values that sequences gave out.
    """
    found: list[RehearsedFile] = []
    watch.conn.execute("BEGIN")
    try:
        watch.conn.execute(cast(Any, f"SET LOCAL lock_timeout = {int(LOCK_TIMEOUT * 1000)}"))
        budget = _Budget(time.monotonic() + seconds)
        so_far = moment(watch)
        for migration in migrations:
            file, so_far = _file(watch, migration, budget, so_far)
            found.append(file)
            if file.failure or file.unseen:
                break
    finally:
        if not watch.conn.broken:
            watch.conn.execute("ROLLBACK")
    return tuple(found)


def _file(watch: Watch, migration: Migration, budget: _Budget, so_far: Moment) -> tuple[RehearsedFile, Moment]:
    nothing = RehearsedFile(migration=migration, transactional=True, statements=(), held={})
    if migration.is_python:
        return replace(nothing, unseen="it is written in Python"), so_far
    script = read_script(migration.path)
    pieces = pieces_of(script, tamed=False)
    alone = next((piece.kind.outside for piece in pieces if piece.kind.outside), "")
    if alone or migration.transactional is False:
        why = f"{alone or 'its header says so'}: it cannot run in a transaction"
        return replace(nothing, transactional=False, unseen=f"{why}, nor can what follows it be tried here"), so_far
    seen: list[Rehearsed] = []
    for piece in pieces:
        try:
            if not budget.take(watch.conn):
                return replace(nothing, statements=tuple(seen), unseen=_CUT_OFF["57014"]), so_far
            running = partial(run_piece, watch.conn, migration, script, piece, aftermath=_AFTER)
            one, so_far = in_turn(watch, running, so_far)
            seen.append(piece.rehearsed(script, one))
        except Failed as failed:
            if why := _CUT_OFF.get(failed.error.sqlstate):
                return replace(
                    nothing, statements=tuple(seen), unseen=f"{why} ({script.place(piece.statement.start)})"
                ), so_far
            return replace(nothing, statements=tuple(seen), failure=failed.error), so_far
    return replace(nothing, statements=tuple(seen), held=dict(named(so_far.locks, watch.known))), so_far
