"""What push does to a development database: the statements, what they cost in rows, and one transaction for all."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, DbtoolError, Interrupted
from dbtool.guard.settle import Settled, recheck
from dbtool.queries import query
from dbtool.report import counted
from dbtool.schema.catalog import Key, Record, compare
from dbtool.schema.family import parent_of
from dbtool.schema.migration.scripts import Script, in_one
from dbtool.schema.names import quoted
from dbtool.schema.planning.comparable import OWNER, comparable, main_role_of_shared, owned, without_new_partitions
from dbtool.schema.planning.engine import Step, difference
from dbtool.schema.reading.read import read_schema
from dbtool.schema.whole import Schema
from dbtool.wipe.transaction import require

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What is to be done to a database; ``left``: what sql/schema does not have, and others own."""

    script: Script | None
    current: Schema
    wanted: Schema
    left: tuple[Record, ...]
    role: str  # that owns what the project has there

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, in order."""
        return self.script.steps if self.script else ()


def plan_push(live: Schema, wanted: Schema) -> Push:
    """Return what makes *live* what *wanted* says, but for what others own. Pure. Raises Unmanageable."""
    live = without_new_partitions(live, wanted)
    role = main_role_of_shared(live, wanted) or live.role  # never one that has nothing but what is not ours
    left, right = comparable(live, wanted, role=role), comparable(wanted, live)
    foreign = _foreign(left, right)
    kept = {key: record for key, record in left.parts.items() if key not in foreign}
    current = replace(left, parts=kept)
    others = tuple(left.parts[key] for key in sorted(foreign) if not left.parts[key].parent)
    script = in_one(owned(difference(current, right, at_once=True), role))
    return Push(script=script, current=current, wanted=right, left=others, role=role)


def _foreign(live: Schema, wanted: Schema) -> set[Key]:
    """Return what is too much and of another owner, with all that belongs to it."""
    found = {
        key
        for key, record in live.parts.items()
        if key not in wanted.parts and record.owner not in (None, OWNER) and record.kind != "extension"
    }
    return found | {key for key, record in live.parts.items() if parent_of(record, live) in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Rows that go: all of a table, or the values of a column that are not null."""

    what: str
    rows: int


def read_losses(conn: "Conn", push: Push) -> tuple[Loss, ...]:
    """Return what the push would lose, counted; nothing for what is empty. Read-only."""
    from psycopg import sql

    found: list[Loss] = []
    for record in _dropped(push):
        relation = record.parent or f"{quoted(record.schema)}.{quoted(record.name)}"
        counted = f"count({quoted(record.name)})" if record.parent else "count(*)"
        # both are quoted: by the server that told them, or by quoted()
        text = f"SELECT {counted} FROM ONLY {relation}" if not record.parent else f"SELECT {counted} FROM {relation}"
        ((rows,),) = cast(list[tuple[int]], conn.execute(sql.SQL(cast(Any, text))).fetchall())
        if rows:
            found.append(Loss(what=f"{relation}.{quoted(record.name)}" if record.parent else relation, rows=rows))
    return tuple(found)


def _dropped(push: Push) -> Iterator[Record]:
    for step in push.steps:
        record = step.record
        if step.verb.value != "drop" or record.kind not in ("table", "column"):
            continue
        if "generated as" not in record.is_ and "partition by" not in record.is_:
            yield record


def apply_push(
    conn: "Conn", settled: Settled, push: Push, *, ledger_schema: str, lock_timeout_ms: int, command: str = "push"
) -> float:
    """Change the database that was settled, in one transaction; return the seconds. Writes, all or nothing.

    Raises Refused where another command or database was settled, DatabaseRefused for what the server refuses, and
    where the result is not what sql/schema says; then nothing has changed.
    """
    import psycopg
    from psycopg import sql as sql_text

    require(settled, command)
    started = time.monotonic()
    sql = ""
    try:
        with conn.transaction():
            psycopg.ClientCursor(conn).execute(query("wipe/begin"), {"lock_timeout": str(lock_timeout_ms)})
            recheck(conn, settled)
            _refuse_another(push, read_schema(conn, ledger_schema=ledger_schema))
            conn.execute("SET LOCAL search_path TO DEFAULT")
            if push.role != conn.info.user:  # what is made is to be that role's as well
                conn.execute(sql_text.SQL("SET LOCAL ROLE {}").format(sql_text.Identifier(push.role)))
            for statement in push.script.statements if push.script else ():
                sql = statement.sql
                conn.execute(cast(Any, sql))
            conn.execute("RESET ROLE")
            _refuse_result(push, read_schema(conn, ledger_schema=ledger_schema))
    except KeyboardInterrupt:
        raise Interrupted("interrupted: nothing was changed, its transaction was rolled back") from None
    except psycopg.Error as error:
        said = (error.diag.message_primary or str(error)).strip()
        detail = f"\n  {error.diag.message_detail}" if error.diag.message_detail else ""
        raise DatabaseRefused(
            f"{said} (SQLSTATE {error.sqlstate})\n{sql}{detail}\nnothing was changed: all is one transaction",
            hint=error.diag.message_hint or "change the rows or sql/schema, and push again",
        ) from None
    return time.monotonic() - started


def _refuse_another(push: Push, now: Schema) -> None:
    here = comparable(now, push.wanted, role=push.role).parts
    seen = {key: record for key, record in here.items() if key in push.current.parts or key in push.wanted.parts}
    if compare(push.current.parts, seen):
        raise _changed("the database changed since the plan was shown")


def _refuse_result(push: Push, now: Schema) -> None:
    here = comparable(without_new_partitions(now, push.wanted), push.wanted, role=push.role).parts
    names = {record.key for record in push.left}
    differences = [d for d in compare(push.wanted.parts, here) if d.found is None or not _is_left(d.record, names, now)]
    if differences:
        told = ", ".join(f"{d.what} {d.record}" for d in differences[:5])
        raise _changed(f"what came of it is not what sql/schema says ({told})")


def _is_left(record: Record, names: set[Key], now: Schema) -> bool:
    return record.key in names or parent_of(record, now) in names


def _changed(what: str) -> DbtoolError:
    return DatabaseRefused(f"{what}: nothing was changed", hint="run it again")


def losses_told(losses: Sequence[Loss]) -> str:
    """Return what is lost, in a line.

    >>> losses_told([Loss(what="public.users", rows=1200)])
    'loses 1,200 rows of public.users'
    """
    return "loses " + ", ".join(f"{counted(loss.rows, 'row')} of {loss.what}" for loss in losses)
