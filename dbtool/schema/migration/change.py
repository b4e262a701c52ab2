"""plan_change(wanted, current) -> Change: what turns one throw-away database into the other, tried out, in files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.schema.migration.prove import Proved, prove
from dbtool.schema.migration.rename import Rename, find_rename, free_renames, likely_renames, tagged_renames
from dbtool.schema.migration.scripts import scripts
from dbtool.schema.planning.engine import Step, difference
from dbtool.schema.planning.online import online
from dbtool.schema.reading.read import read_schema
from dbtool.schema.whole import Schema

if TYPE_CHECKING:
    from dbtool.db import Conn

Answer = Callable[[Rename], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How to get from one schema to the other: the files in order, each tried; none where they are the same."""

    files: tuple[Proved, ...]
    renames: tuple[Rename, ...]
    likely: tuple[Rename, ...]  # what looks like a rename, and is dropped and created
    current: Schema  # after the renames
    wanted: Schema

    @property
    def steps(self) -> tuple[Step, ...]:
        """All that is done, in order."""
        return tuple(step for file in self.files for step in file.script.steps)


def plan_change(
    conn: "Conn",
    wanted: Schema,
    *,
    ledger_schema: str,
    start: Schema | None = None,
    wishes: Sequence[str] = (),
    ask: Answer | None = None,
    alone: bool = False,
) -> Change:
    """Return what turns the connected throw-away database into *wanted*. Writes to it, and leaves it as it was.

    *start* is what was read of it, where that was done. *wishes* are renames as "old=new", beside those that sql/schema
    tells with @renamed-from; *ask* is put each likely one that was neither. *alone*: nobody else uses the database that
    it is for, so all is done in one transaction. Raises UsageError for a wish that fits nothing, Unmanageable for a
    change that no statement of ours makes, NotProved for a mistake of dbtool's.
    """
    start = start or read_schema(conn, ledger_schema=ledger_schema)
    renames, current = _rename(conn, start, wanted, ledger_schema=ledger_schema, wishes=wishes, ask=ask)
    steps = difference(current, wanted)
    if not alone:
        steps = online(steps, current, wanted)
    files = prove(conn, scripts(steps, renames), start, wanted, ledger_schema=ledger_schema)
    likely = likely_renames(current, wanted)
    return Change(files=files, renames=tuple(renames), likely=tuple(likely), current=current, wanted=wanted)


def _rename(
    conn: "Conn", current: Schema, wanted: Schema, *, ledger_schema: str, wishes: Sequence[str], ask: Answer | None
) -> tuple[list[Rename], Schema]:
    """Return the renames, and the schema after them. They are made, and taken back again."""
    done: list[Rename] = []

    def made(rename: Rename) -> Schema:
        _run(conn, rename.sql)
        done.append(rename)
        return read_schema(conn, ledger_schema=ledger_schema)

    def with_free_ones(current: Schema) -> Schema:
        while found := free_renames(current, wanted):
            for rename in found:
                _run(conn, rename.sql)
                done.append(rename)
            current = read_schema(conn, ledger_schema=ledger_schema)
        return current

    try:
        for wish in wishes:
            current = made(find_rename(wish, current, wanted))
        while tagged := tagged_renames(current, wanted):
            current = made(tagged[0])
        current = with_free_ones(current)
        refused: set[str] = set()
        while ask and (likely := [r for r in likely_renames(current, wanted) if r.told not in refused]):
            if ask(likely[0]):
                current = with_free_ones(made(likely[0]))
            else:
                refused.add(likely[0].told)
        return done, current
    finally:
        for rename in reversed(done):
            _run(conn, rename.back)


def _run(conn: "Conn", sql: Sequence[str]) -> None:
    for statement in sql:
        conn.execute(cast(Any, statement))
