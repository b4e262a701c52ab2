"""The law of the schema engine, over pairs of schemas that nobody wrote (grammar.py).

The difference applied to the first gives the second, a second difference is empty, the difference back gives the
first; rows stay where their columns do. Each pair is tried in one transaction that is rolled back: some 0.2 seconds.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, cast

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import errors, sql

from dbtool.schema.catalog import Key, Record, compare
from dbtool.schema.migration.scripts import in_one
from dbtool.schema.planning.engine import difference
from dbtool.schema.reading.read import read_schema
from dbtool.schema.statement import Unmanageable
from dbtool.schema.whole import Schema
from tests.schema.grammar import Pair, Part, pair, shrunk
from tests.servers import Server, binaries

Conn = psycopg.Connection[Any]
Rows = dict[tuple[str, str], list[Any]]  # by table and column

# What the engine may say instead: what PostgreSQL has no statement for. Anything else it has to do.
REFUSED = (
    r"is in the key that the table is partitioned by",
    r"a table inherits it from .* as well",
    r"gets another type .* and its table other parents",
    r"gets another type, and comes to be inherited",
    r"shall be its parents' alone: it has to be made anew for that",
)


# What rows can be refused for; functions of the grammar may call themselves.
OF_ROWS = (errors.DataError, errors.IntegrityError, errors.StatementTooComplex)


@pytest.fixture(scope="module", params=sorted({min(binaries()), max(binaries())}), ids=lambda v: f"pg{v}")
def pairs_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    server = Server(request.param).start()
    with server.connect("postgres") as conn:
        for role in ("case_owner", "case_reader", "case_writer"):
            conn.execute(cast(Any, f"CREATE ROLE {role} NOLOGIN"))
    yield server
    server.remove()


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    return pair(draw(st.randoms(use_true_random=False)))


def test_one_becomes_the_other_and_back(pairs_server: Server) -> None:
    _hold(pairs_server, 25)


@pytest.mark.slow
def test_many_become_the_other_and_back(pairs_server: Server) -> None:
    _hold(pairs_server, 500)


def _hold(server: Server, examples: int) -> None:
    found: Counter[str] = Counter()
    with server.connect("postgres") as conn:

        @settings(
            max_examples=examples, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(pairs())
        def holds(drawn: Pair) -> None:
            try:
                found[law(conn, drawn)] += 1
            except AssertionError:
                law(conn, shrunk(drawn, lambda smaller: _breaks(conn, smaller)))

        holds()
    assert found["refused"] <= examples / 10, found


def _breaks(conn: Conn, drawn: Pair) -> bool:
    try:
        law(conn, drawn)
    except AssertionError:
        return True
    return False


def law(conn: Conn, drawn: Pair) -> str:
    """Hold the engine to the law, and return what came of it: done, refused, or done without rows. Rolled back."""
    conn.execute("BEGIN")
    try:
        with suppress(*OF_ROWS):
            return _law(conn, drawn, rows=True)
        # a row that is there does not go with what is wanted: that is for a person to say
        conn.execute("ROLLBACK; BEGIN")
        return f"{_law(conn, drawn, rows=False)} without rows"
    except Unmanageable as error:
        assert any(re.search(reason, str(error)) for reason in REFUSED), f"refused: {error}\n{_text(drawn)}"
        return "refused"
    finally:
        conn.execute("ROLLBACK")


def _law(conn: Conn, drawn: Pair, *, rows: bool) -> str:
    first, second = drawn
    conn.execute("SAVEPOINT start")
    build(conn, second)
    wanted = _read(conn)
    conn.execute("ROLLBACK TO start")
    build(conn, first)
    current = _read(conn)
    if rows:
        _fill(conn, current)
    kept = _rows(conn, _lasting(current, wanted))
    there, found = _turn(conn, current, wanted, drawn)
    now = _rows(conn, list(kept))
    lost = [name for name in kept if now[name] != kept[name]]
    assert not lost, f"rows were lost: {lost}\n{there}\n{_text(drawn)}"
    _turn(conn, found, current, drawn)
    return "done"


def _turn(conn: Conn, current: Schema, wanted: Schema, drawn: Pair) -> tuple[str, Schema]:
    """Turn the schema into what is wanted, and return the SQL, and what it is then. Writes."""
    script = in_one(difference(current, wanted, at_once=True))
    statements = [s.sql for s in script.statements] if script else []
    text = ";\n".join(statements)
    for statement in statements:
        try:
            conn.execute(cast(Any, statement))
        except OF_ROWS:
            raise
        except psycopg.Error as error:
            said = f"{error.diag.message_primary} {error.diag.message_detail or ''}"
            raise AssertionError(f"{said}\n  in: {statement}\n\n{text}\n\n{_text(drawn)}") from error
    found = _read(conn)
    differences = compare(wanted.parts, found.parts)
    assert not differences, f"not what was wanted: {differences[:3]}\n\n{text}\n\n{_text(drawn)}"
    assert not difference(found, wanted), f"the second difference is not empty\n{text}\n{_text(drawn)}"
    return text, found


def _text(drawn: Pair) -> str:
    both = list(dict.fromkeys([*drawn[0], *drawn[1]]))
    marks = {part: " <>"[(part in drawn[0]) - (part in drawn[1])] for part in both}
    return "\n".join(f"{marks[part]} {part.sql};" for part in both)


def _read(conn: Conn) -> Schema:
    return read_schema(conn, ledger_schema="dbtool")


def build(conn: Conn, parts: Sequence[Part]) -> None:
    """Make what PostgreSQL makes of *parts*; what it refuses is left out. Writes."""
    _try(conn, [part.sql for part in parts])


def _try(conn: Conn, texts: Sequence[str]) -> None:
    each = (f"BEGIN EXECUTE $part${text}$part$; EXCEPTION WHEN OTHERS THEN NULL; END;" for text in texts)
    conn.execute(cast(Any, f"DO $do$ BEGIN {' '.join(each)} END $do$"))


# -- rows

_TEXTS = ("1", "2020-02-02", "t", "x", "{}", "(,)")


def _fill(conn: Conn, schema: Schema) -> None:
    """Put two rows into each table that takes them. Writes."""
    inserts: list[str] = []
    for key, record in schema.parts.items():
        if key[0] != "table" or "partition by" in record.is_:
            continue
        name = f'"{record.schema}"."{record.name}"'
        columns = [c for c in _columns(record, schema) if "generated as" not in c.is_]
        columns = [c for c in columns if c.is_.get("identity") != "always"]
        names = ", ".join(f'"{c.name}"' for c in columns)
        for number in (1, 2):
            values = ", ".join(_value(conn, column.is_["type"], number) for column in columns)
            what = f"({names}) VALUES ({values})" if columns else "DEFAULT VALUES"
            inserts += [f"INSERT INTO {name} {what}", "SET CONSTRAINTS ALL IMMEDIATE"]
    _try(conn, inserts)


def _value(conn: Conn, type: str, number: int) -> str:
    """Return a literal that the type takes, of two where it has two."""
    for text in (str(number), f"2020-02-0{number}", "tf"[number - 1], "xy"[number - 1], *_TEXTS):
        literal = f"{sql.Literal(text).as_string(conn)}::{type}"
        try:
            with conn.transaction():
                conn.execute(cast(Any, f"SELECT {literal}"))
        except psycopg.Error:
            continue
        return literal
    return "NULL"


def _columns(table: Record, schema: Schema) -> list[Record]:
    return [
        r
        for r in schema.parts.values()
        if r.kind == "column" and r.address and table.address and r.address[1] == table.address[1]
    ]


def _lasting(current: Schema, wanted: Schema) -> list[tuple[str, str]]:
    """Return the columns that are on both sides, each with its table's name."""
    found: list[tuple[str, str]] = []
    for key, record in current.parts.items():
        other = wanted.parts.get(key)
        if key[0] != "table" or other is None or "partition by" in {*record.is_, *other.is_}:
            continue
        for column in _columns(record, current):
            new = wanted.parts.get(column.key)
            if any(current.parts[k].is_ != wanted.parts[k].is_ for k in _composites(column, current, wanted)):
                continue  # an attribute that goes takes its values along
            if new and new.is_["type"] == column.is_["type"] and "generated as" not in {*new.is_, *column.is_}:
                found.append((f'"{record.schema}"."{record.name}"', f'"{column.name}"'))
    return found


def _composites(column: Record, current: Schema, wanted: Schema) -> list[Key]:
    keys = (key for key in current.needs.get(column.key, ()) if key in wanted.parts and key[0] == "type")
    return [key for key in keys if current.parts[key].is_["form"] == "composite"]


def _rows(conn: Conn, columns: Sequence[tuple[str, str]]) -> Rows:
    return {
        (table, column): conn.execute(cast(Any, f"SELECT {column}::text FROM ONLY {table} ORDER BY 1")).fetchall()
        for table, column in columns
    }
