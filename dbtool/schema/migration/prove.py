"""prove(conn, scripts, wanted): tries a change and its way back on a throw-away database, and keeps what was seen.

Nothing that the engine writes is trusted because it was thought out: the scripts are applied to a copy of the schema
that they start from, and what that gives has to be the wanted schema; then the rollbacks, and the first one again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DbtoolError
from dbtool.queries import query
from dbtool.schema.catalog import Difference, compare
from dbtool.schema.migration.scripts import Script, in_one
from dbtool.schema.planning.engine import difference
from dbtool.schema.planning.online import online
from dbtool.schema.reading.read import read_schema
from dbtool.schema.statement import Hazard, Unmanageable
from dbtool.schema.whole import Schema

if TYPE_CHECKING:
    from dbtool.db import Conn


class NotProved(DbtoolError):
    """What was made does not do what it should: dbtool's mistake, told before anything is written."""

    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A script that gives what it should, with the rollback that takes it back."""

    script: Script
    rollback: Script | None  # None: there is nothing to take back
    locks: Mapping[str, str]  # the strongest lock that was seen on each relation that was there before, by its name
    lost: tuple[Hazard, ...]  # what the rollback cannot bring back


def prove(
    conn: "Conn", scripts: Sequence[Script], start: Schema, wanted: Schema, *, ledger_schema: str
) -> tuple[Proved, ...]:
    """Apply *scripts* to the connected throw-away database, then their rollbacks; return both. Leaves it as it was.

    *start* is its schema, *wanted* the one to come to. Raises NotProved where that does not give *wanted*, or not the
    schema from before.
    """

    def read() -> Schema:
        return read_schema(conn, ledger_schema=ledger_schema)

    states = [start]
    tried: list[tuple[Script, Schema, Mapping[str, str]]] = []
    for script in scripts:
        renamed = states[-1]
        if script.renames:  # what the rollback comes back to before it takes the renames back
            renamed = _renamed(conn, script, read)
        locks = _run(conn, script, "the migration")
        states.append(read())
        tried.append((script, renamed, locks))
    _same(states[-1], wanted, scripts, "applying it does not give the wanted schema")
    proved: list[Proved] = []
    for (script, renamed, locks), before, after in reversed(list(zip(tried, states, states[1:], strict=False))):
        try:
            steps = difference(after, renamed, at_once=script.transactional)
        except Unmanageable as no_way:
            # nor can those before it be tried any more: the database does not come back to where they ended
            return (*_without_way_back(tried[: len(tried) - len(proved)], str(no_way)), *proved)
        rollback = in_one(steps if script.transactional else online(steps, after, renamed), script.renames)
        if rollback:
            _run(conn, rollback, "the rollback")
            _same(read(), before, [rollback], "the rollback does not restore the schema")
        lost = tuple(h for h in script.hazards if h.id in LOSES)
        proved.insert(0, Proved(script=script, rollback=rollback, locks=locks, lost=lost))
    return tuple(proved)


def _without_way_back(tried: "Sequence[tuple[Script, Schema, Mapping[str, str]]]", why: str) -> Iterator[Proved]:
    for script, _, locks in tried:
        lost = (*(h for h in script.hazards if h.id in LOSES), Hazard("no-rollback", why))
        yield Proved(script=script, rollback=None, locks=locks, lost=lost)


def _renamed(conn: "Conn", script: Script, read: Callable[[], Schema]) -> Schema:
    """Return the schema between the renames of *script* and the rest of it."""
    for rename in script.renames:
        for sql in rename.sql:
            conn.execute(cast(Any, sql))
    found = read()
    for rename in reversed(script.renames):
        for sql in rename.back:
            conn.execute(cast(Any, sql))
    return found


# The hazards that are about rows, which no rollback brings back.
LOSES = frozenset(
    {
        "drop-table", "drop-column", "drop-attribute", "narrow-column", "drop-enum-value", "drop-sequence",
        "drop-extension", "replication-slot-left",
    }
)  # fmt: skip


def _run(conn: "Conn", script: Script, what: str) -> Mapping[str, str]:
    import psycopg

    sql = ""
    try:
        if not script.transactional:
            for statement in script.statements:
                sql = statement.sql
                conn.execute(cast(Any, sql))
            return {}
        with conn.transaction():
            before = conn.execute(query("schema_locks/last")).fetchone()
            for statement in script.statements:
                sql = statement.sql
                conn.execute(cast(Any, sql))
            rows = conn.execute(query("schema_locks/held"), {"last": before and before[0]}).fetchall()
        return dict(cast(list[tuple[str, str]], rows))
    except psycopg.Error as error:
        said = (error.diag.message_primary or str(error)).strip()
        raise NotProved(
            f"{what} that was made is refused on the shadow: {said}\n{sql}",
            hint="this is a mistake of dbtool's: please report it; meanwhile write the change by hand: dbtool new",
        ) from error
    finally:
        if not script.transactional:
            conn.execute("RESET check_function_bodies")


def _same(found: Schema, wanted: Schema, scripts: Sequence[Script], what: str) -> None:
    differences = compare(wanted.parts, found.parts)
    if not differences:
        return
    told = "\n".join(f"  {_told(d)}" for d in differences[:20])
    sql = "\n".join(script.text() for script in scripts)
    raise NotProved(
        f"{what}:\n{told}\nwhat was tried:\n{sql}",
        hint="this is a mistake of dbtool's: please report it; meanwhile write the change by hand: dbtool new",
    )


def _told(difference: Difference) -> str:
    changes = "; ".join(f"{c.attribute}: wanted {c.wanted!r}, found {c.found!r}" for c in difference.changes)
    return f"{difference.what} {difference.record}" + (f" ({changes})" if changes else "")
