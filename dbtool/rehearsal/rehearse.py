"""rehearse(...): pending migrations on two shadows that stand where the target stands, statement by statement.

On the first, a file runs as `migrate` runs it: what its transaction holds at the end is seen there. On the second each
statement has a transaction of its own: a lock that is held already cannot be seen to be taken again.

The server reads a catalog for longer than it runs most migrations. So the second shadow, by a thread of its own, tells
first what there was before the first file; and while it tries statements, the rollbacks are tried on the first.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from dbtool.beside import beside
from dbtool.config import Project
from dbtool.errors import DbtoolError
from dbtool.lock_modes import Lock
from dbtool.migrations import Folder, Migration
from dbtool.rehearsal.pieces import Failed, Piece, Rehearsed, lasting, pieces_of, run_piece
from dbtool.rehearsal.seen import Relations, Seen, joined, named
from dbtool.rehearsal.watch import Watch, by_itself, each_in_one, outside
from dbtool.schema.catalog import Catalog, compare, read_catalog
from dbtool.schema.files.replay import replay_some
from dbtool.schema.files.replayed import replayed_on
from dbtool.script import Script, read_script
from dbtool.shadow.databases import Made, drop, throw_away
from dbtool.shadow.roles import make_roles, named_roles
from dbtool.shadow.servers import Server, open_server
from dbtool.shadow.tamed import tame
from dbtool.target import Target

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dbtool.db import Conn

T = TypeVar("T")


class Undone(StrEnum):
    """What came of the rollback."""

    RESTORES = "restores"  # the same catalog as before
    DIFFERS = "differs"
    FAILS = "fails"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedFile:
    """One pending migration, and what was seen of it."""

    migration: Migration
    transactional: bool  # all of it in one transaction
    statements: tuple[Rehearsed, ...]
    held: Mapping[str, Lock]  # the locks together at the end of the transaction
    failure: DbtoolError | None = None  # where it stops
    unseen: str = ""  # why nothing was looked at
    undone: Undone | None = None  # None: not tried
    undone_told: str = ""  # what differs, or fails


@contextmanager
def stages(
    project: Project, target: Target, applied: Folder, *, like: "Conn | None", say: Callable[[str], None] | None
) -> Generator["Stages"]:
    """Give the two shadows, with the migrations that the target has. Writes there; raises what replayed() raises."""
    with ExitStack() as stack:
        server = stack.enter_context(open_server(project, target, like=like, say=say))
        one = replayed_on(stack, server, project, applied)
        other = stack.enter_context(throw_away(server, template=one.name, name="rehearsal"))
        opened = Stages(stack, server, one, other, time_zone=_time_zone(like) if like else None)
        yield opened
        opened.wait()


class Stages:
    """Two databases that are kept in step. What is done on the second is done by a thread, in turn."""

    def __init__(
        self, stack: ExitStack, server: Server, one: Made, other: Made, *, time_zone: str | None = None
    ) -> None:
        self._time_zone = time_zone  # by it a timestamp becomes a timestamptz with or without a rewrite
        self.server, self.one, self.other = server, one, other
        self._stack = stack
        self._working: Future[Any] | None = None  # what the second one does, or did last
        self._alone: dict[str, Future[list[Seen] | None]] = {}  # what was seen there, by migration
        self._untouched = self._in_step = True
        with self._watch(one, {}) as watch:
            self.known: Relations = watch.relations()

    @contextmanager
    def _watch(self, made: Made, known: Relations) -> "Generator[Watch]":
        with self.server.connect(made.name, purpose="rehearsal") as conn:
            if self._time_zone:
                conn.execute("SELECT set_config('TimeZone', %s, false)", [self._time_zone])
            yield Watch(conn=conn, watcher=self.server.admin, database=made.oid, known=known)

    def _on_other(self, work: Callable[[], T]) -> "Future[T]":
        """Begin *work* on the second shadow, once what it does is done."""
        before = self._working

        def in_turn() -> T:
            if before:
                before.exception()
            return work()

        self._working = begun = beside(in_turn)
        return begun

    def wait(self) -> None:
        """Return when nothing is done on the second shadow."""
        if self._working:
            self._working.exception()

    def align(self) -> None:
        """Make the second shadow a copy of the first again, where it is none: before the next migration. Writes."""
        for alone in self._alone.values():
            alone.result()
        if not self._in_step:
            self.wait()
            drop(self.server, self.other)
            self.other = self._stack.enter_context(throw_away(self.server, template=self.one.name, name="rehearsal"))
            self._in_step = True

    def rehearse(self, migration: Migration) -> RehearsedFile:
        """Return what was seen of the next pending migration on the first shadow. Writes to the shadows.

        What the second one saw comes with whole().
        """
        self.align()
        self._untouched = False
        if migration.is_python:
            return self._unseen(migration, "it is written in Python")
        script = read_script(migration.path)
        pieces = pieces_of(script)
        self._make_roles([script.text(piece.statement) for piece in pieces])
        stepwise = migration.transactional is False or any(piece.kind.outside for piece in pieces)
        try:
            if stepwise:
                return self._stepwise(migration, script, pieces)
            return self._in_one(migration, script, pieces)
        except Failed as failed:
            return RehearsedFile(
                migration=migration, transactional=not stepwise, statements=(), held={}, failure=failed.error
            )

    def _make_roles(self, statements: Sequence[bytes]) -> None:
        named = {role for sql in statements for role in (*named_roles(sql), *tame(sql).roles)}
        if named:
            with self.server.connect(self.one.name, purpose="rehearsal") as conn:
                make_roles(conn, sorted(named))

    def _in_one(self, migration: Migration, script: Script, pieces: Sequence[Piece]) -> RehearsedFile:
        with self._watch(self.one, self.known) as watch:
            runs = [partial(run_piece, watch.conn, migration, script, piece) for piece in pieces]
            seen, held = each_in_one(watch, runs)
        self._alone[migration.id] = self._on_other(partial(self._each_alone, migration, script, pieces))
        return RehearsedFile(
            migration=migration,
            transactional=True,
            statements=_rehearsed(script, pieces, seen),
            held=dict(named(held, self.known)),
        )

    def whole(self, file: RehearsedFile) -> RehearsedFile:
        """Return what was seen on either shadow."""
        alone = self._alone.get(file.migration.id)
        if alone is None or (seen := alone.result()) is None:
            return file
        both = zip(file.statements, seen, strict=True)
        return replace(file, statements=tuple(replace(one, seen=joined(one.seen, other)) for one, other in both))

    def _each_alone(self, migration: Migration, script: Script, pieces: Sequence[Piece]) -> list[Seen] | None:
        """Return what each statement did in a transaction of its own; None where one needs those before it there."""
        with self._watch(self.other, self.known) as watch:
            try:
                runs = [partial(run_piece, watch.conn, migration, script, lasting(piece)) for piece in pieces]
                return [by_itself(watch, run) for run in runs]
            except Failed:
                self._in_step = False
                return None

    def _stepwise(self, migration: Migration, script: Script, pieces: Sequence[Piece]) -> RehearsedFile:
        seen: list[Seen] = []
        with (
            self._watch(self.one, self.known) as watch,
            self.server.connect(self.one.name, purpose="rehearsal") as blocker,
            self.server.connect(self.one.name, purpose="rehearsal") as other,
        ):
            for piece in pieces:
                run = partial(run_piece, watch.conn, migration, script, piece)
                seen.append(outside(watch, run, (blocker, other)) if piece.kind.outside else by_itself(watch, run))
        self._in_step = False
        return RehearsedFile(
            migration=migration, transactional=False, statements=_rehearsed(script, pieces, seen), held={}
        )

    def state(self, ledger_schema: str) -> Callable[[], Catalog]:
        """Begin to read what there is before the next migration; return what waits for it. Read-only."""
        if self._untouched:
            return self._on_other(lambda: self._catalog(self.other, ledger_schema)).result
        found = self._catalog(self.one, ledger_schema)
        return lambda: found

    def _catalog(self, made: Made, ledger_schema: str) -> Catalog:
        with self.server.connect(made.name, purpose="rehearsal") as conn:
            return read_catalog(conn, ledger_schema=ledger_schema)

    def undo(self, migration: Migration, before: Callable[[], Catalog], ledger_schema: str) -> tuple[Undone, str]:
        """Run the rollback of the last migration; return what came of it, and what differs or fails. Writes."""
        try:
            with self.server.connect(self.one.name, purpose="rehearsal") as conn:
                replay_some(conn, [migration.undoing])
                after = read_catalog(conn, ledger_schema=ledger_schema)
        except DbtoolError as error:
            return Undone.FAILS, str(error)
        differences = compare(before(), after)
        if not differences:
            return Undone.RESTORES, ""
        told = [f"{d.what} {d.record}" for d in differences]
        return Undone.DIFFERS, "; ".join(told[:5]) + (f" and {len(told) - 5} more" if len(told) > 5 else "")

    def _unseen(self, migration: Migration, why: str) -> RehearsedFile:
        failure: DbtoolError | None = None
        try:
            with self.server.connect(self.one.name, purpose="rehearsal") as conn:
                replay_some(conn, [migration])
        except DbtoolError as error:
            failure = error
        self._in_step = False
        return RehearsedFile(
            migration=migration, transactional=migration.transactional is not False, statements=(), held={},
            failure=failure, unseen=why,
        )  # fmt: skip


def _time_zone(conn: "Conn") -> str:
    return cast(Any, conn.execute("SELECT current_setting('TimeZone')").fetchone())[0]


def _rehearsed(script: Script, pieces: Sequence[Piece], seen: Sequence[Seen]) -> tuple[Rehearsed, ...]:
    return tuple(piece.rehearsed(script, one) for piece, one in zip(pieces, seen, strict=True))


def rehearse(stages: Stages, migrations: Sequence[Migration], *, ledger_schema: str) -> tuple[RehearsedFile, ...]:
    """Return what was seen of each pending migration, up to the first that fails, and of its rollback. Writes."""
    found: list[RehearsedFile] = []
    states: dict[int, Callable[[], Catalog]] = {}
    back_to = _back_to(migrations)
    for number, migration in enumerate(migrations):
        if number >= back_to:
            states[number] = stages.state(ledger_schema)
        found.append(stages.rehearse(migration))
        if found[-1].failure:
            return tuple(map(stages.whole, found))
    for number in range(len(found) - 1, -1, -1):
        if why := _untried(found[number].migration):
            undone, told = Undone.MISSING, why
        else:
            undone, told = stages.undo(found[number].migration, states[number], ledger_schema)
        found[number] = replace(found[number], undone=undone, undone_told=told)
        if undone is not Undone.RESTORES:
            break  # those before it would start from a state that never was
    return tuple(map(stages.whole, found))


def _back_to(migrations: Sequence[Migration]) -> int:
    """Return the number of the first one whose rollback may be tried, from the last one back."""
    return next((n + 1 for n in reversed(range(len(migrations))) if _untried(migrations[n])), 0)


def _untried(migration: Migration) -> str:
    """Return why there is no rollback to try, "" where there is."""
    if migration.is_python:
        return "it is written in Python: its rollback is not tried"
    return "there is no rollback file" if migration.rollback is None else ""
