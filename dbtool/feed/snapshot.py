"""The rows that were there when a slot was made, read in the snapshot that the slot exported. Read-only."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString, cast

from dbtool.db import connect
from dbtool.errors import DatabaseRefused
from dbtool.feed.assembled import Wanted
from dbtool.feed.change import Column, Form, Row
from dbtool.feed.pgoutput import FORMS
from dbtool.feed.stream import settle_texts
from dbtool.queries import query
from dbtool.target import direct_target

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult
    from psycopg.sql import Composed

    from dbtool.db import Conn
    from dbtool.target import Target

_AT_ONCE = 500  # rows: what is held in memory at a time
_FETCH: LiteralString = "FETCH 500 FROM dbtool_feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the query feed/published answers, field for field."""

    schema: str
    relation: str
    columns: list[str]
    filter: str | None
    partitioned: bool


def read_snapshot(
    target: "Target", name: str, publications: Sequence[str], wanted: Wanted
) -> Iterator[tuple[Published, Row]]:
    """Yield every published row of the exported snapshot *name*, table by table. Read-only; raises DatabaseRefused."""
    import psycopg

    with closing(connect(direct_target(target), purpose="feed tail snapshot")) as conn:
        settle_texts(conn)
        conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        conn.execute(_snapshot(name))
        # row-level security would leave rows out without a word: this makes it an error (manual, row_security)
        conn.execute("SET LOCAL row_security = off")
        for table in _published(conn, publications):
            if not wanted(table.schema, table.relation):
                continue
            try:
                for row in _rows(conn, table):
                    yield table, row
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable) as error:
                raise DatabaseRefused(
                    f"the snapshot cannot read {table.schema}.{table.relation}: {error.diag.message_primary}",
                    hint="GRANT SELECT on it to this role (BYPASSRLS where rows are hidden), or name others: --table",
                ) from None
        conn.execute("COMMIT")


def _snapshot(name: str) -> "Composed":
    from psycopg import sql

    return sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(name))


def _published(conn: "Conn", publications: Sequence[str]) -> list[Published]:
    from psycopg.rows import class_row

    cursor = conn.cursor(row_factory=class_row(Published))
    return cursor.execute(query("feed/published"), {"publications": list(publications)}).fetchall()


def _rows(conn: "Conn", table: Published) -> Iterator[Row]:
    conn.execute(_declared(table))
    columns: list[Column] | None = None
    while True:
        result = conn.execute(_FETCH).pgresult
        assert result is not None, "FETCH has a result"
        if columns is None:
            columns = _columns(result)
        for number in range(result.ntuples):
            yield [(column, _text(result, number, place)) for place, column in enumerate(columns)]
        if result.ntuples < _AT_ONCE:
            break
    conn.execute("CLOSE dbtool_feed")


def _declared(table: Published) -> "Composed":
    from psycopg import sql

    names = sql.SQL(", ").join([sql.Identifier(name) for name in table.columns])
    # a partitioned table has its rows in others, and each of another one's children is published by itself
    only = sql.SQL("" if table.partitioned else "ONLY ")
    # the filter is what pg_get_expr() made of an expression that the server has accepted
    where = sql.SQL(cast(LiteralString, f" WHERE {table.filter}")) if table.filter else sql.SQL("")
    select = sql.SQL("DECLARE dbtool_feed NO SCROLL CURSOR FOR SELECT {} FROM {}{}{}")
    return select.format(names, only, sql.Identifier(table.schema, table.relation), where)


def _columns(result: "PGresult") -> list[Column]:
    return [
        Column((result.fname(place) or b"").decode(), FORMS.get(result.ftype(place), Form.TEXT))
        for place in range(result.nfields)
    ]


def _text(result: "PGresult", row: int, column: int) -> str | None:
    value = result.get_value(row, column)
    return None if value is None else value.decode()
