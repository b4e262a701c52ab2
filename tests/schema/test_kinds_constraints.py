"""Constraints, indexes, sequences, statistics: what the engine writes for each change makes it, and takes it back.

Without the core's order: what differs is dropped, altered and created kind by kind. What comes along in a case and is
not of these kinds (a column's NOT NULL, a table's attachment) is left to PostgreSQL, or said by the case.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from dbtool.schema.catalog import Catalog, Key
from dbtool.schema.kinds import constraints, indexes, sequences, statistics
from dbtool.schema.kinds.constraint_words import by_index
from dbtool.schema.kinds.kind import Kind
from dbtool.schema.statement import Statement, Unmanageable
from dbtool.schema.whole import Schema, parts_of
from tests.database.test_catalog_r import BASE, database_of, read
from tests.database.test_catalog_r import CASES as CATALOG_CASES
from tests.servers import Server

KINDS: dict[str, Kind] = {**constraints.KINDS, **indexes.KINDS, **sequences.KINDS, **statistics.KINDS}
ORDER = tuple(KINDS)

MORE = """
CREATE TABLE app.far (id int, code int, UNIQUE (code), "Odd ""Name" text, CONSTRAINT "Odd one" CHECK (code > 0));
CREATE SEQUENCE app."Odd ""Seq";
CREATE TABLE app.parted (id int NOT NULL, at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE app.parted_1 PARTITION OF app.parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.parted_2 PARTITION OF app.parted FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
    PARTITION BY LIST (n);
CREATE TABLE app.parted_2_1 PARTITION OF app.parted_2 FOR VALUES IN (1);
CREATE TABLE app.top (x int, y int);
CREATE TABLE app.middle () INHERITS (app.top);
CREATE TABLE app.bottom (z int) INHERITS (app.middle);
CREATE TABLE app.keyed (id int PRIMARY KEY);
INSERT INTO app.far (id, code) VALUES (1, 1), (2, 2);
INSERT INTO app.parted VALUES (1, '2024-05-01', 1), (2, '2025-05-01', 1);
INSERT INTO app.bottom VALUES (1, 1, 1);
"""


@dataclass(frozen=True)
class Case:
    """A change of BASE and MORE and *before*, both ways unless the way back is *refused*."""

    sql: str
    before: str = ""
    since: int = 14
    until: int = 99
    refused: bool = False

    def __str__(self) -> str:
        return f"{self.before}; {self.sql}" if self.before else self.sql


FAR = "ALTER TABLE app.far"
OWN = [
    # constraints of a table
    Case(f"{FAR} ADD CONSTRAINT c CHECK (id > 0) NOT VALID"),
    Case(f"{FAR} VALIDATE CONSTRAINT c", f"{FAR} ADD CONSTRAINT c CHECK (id > 0) NOT VALID"),
    Case(f"{FAR} VALIDATE CONSTRAINT c", f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code) NOT VALID"),
    Case(f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code) MATCH FULL ON UPDATE CASCADE"
         " ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"),
    Case(f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code) ON DELETE SET NULL (id)", since=15),
    Case(f"{FAR} DROP CONSTRAINT c; {FAR} ADD CONSTRAINT c UNIQUE (id)", f"{FAR} ADD CONSTRAINT c CHECK (id > 0)"),
    Case(f"{FAR} ALTER CONSTRAINT c NOT DEFERRABLE",
         f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code) DEFERRABLE INITIALLY DEFERRED"),
    Case(f"{FAR} ALTER CONSTRAINT c INITIALLY IMMEDIATE",
         f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code) DEFERRABLE INITIALLY DEFERRED"),
    Case(f'{FAR} DROP CONSTRAINT "Odd one"'),
    Case(f"{FAR} ADD CONSTRAINT \"it's \"\"$$\" CHECK (\"Odd \"\"Name\" <> ' NOT VALID')"),
    Case(f"{FAR} ADD CONSTRAINT c PRIMARY KEY (id) INCLUDE (code) WITH (fillfactor = 70)", f"{FAR} ALTER id SET NOT NULL"),
    Case(f"{FAR} ADD CONSTRAINT c UNIQUE NULLS NOT DISTINCT (id) INCLUDE (code)", since=15),
    Case(f"{FAR} DROP CONSTRAINT c; CREATE UNIQUE INDEX c ON app.far (id)", f"{FAR} ADD CONSTRAINT c UNIQUE (id)"),
    Case(f"{FAR} DISABLE TRIGGER ALL", f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code)"),
    Case(f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code); {FAR} DISABLE TRIGGER ALL;"),
    Case(f"{FAR} ALTER CONSTRAINT c ENFORCED",
         f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code) NOT ENFORCED", since=18),
    Case(f"{FAR} ALTER CONSTRAINT c NOT ENFORCED DEFERRABLE INITIALLY DEFERRED",
         f"{FAR} ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.far (code)", since=18),
    Case(f"{FAR} DROP CONSTRAINT c; {FAR} ADD CONSTRAINT c CHECK (id > 0)",
         f"{FAR} ADD CONSTRAINT c CHECK (id > 0) NOT ENFORCED", since=18),
    Case(f"{FAR} ADD CONSTRAINT c NOT NULL id", since=18),
    Case(f"{FAR} ADD CONSTRAINT c NOT NULL id NO INHERIT", since=18),
    Case(f"{FAR} ADD CONSTRAINT c NOT NULL id NOT VALID", since=18),
    Case(f"{FAR} VALIDATE CONSTRAINT c", f"{FAR} ADD CONSTRAINT c NOT NULL id NOT VALID", since=18),
    Case(f"{FAR} ALTER CONSTRAINT c INHERIT", f"{FAR} ADD CONSTRAINT c NOT NULL id NO INHERIT", since=18),
    Case(f"{FAR} DROP CONSTRAINT c; {FAR} ADD CONSTRAINT c NOT NULL code", f"{FAR} ADD CONSTRAINT c NOT NULL id", since=18),
    # inherited ones
    Case("ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > 0)"),
    Case("ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > 0) NO INHERIT"),
    Case("ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > 0) NOT VALID"),
    Case("ALTER TABLE app.top VALIDATE CONSTRAINT c", "ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > 0) NOT VALID"),
    Case("ALTER TABLE app.top DROP CONSTRAINT c; ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > -1)",
         "ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > 0)"),
    Case("ALTER TABLE app.middle ADD CONSTRAINT c CHECK (x > 0)"),
    Case("ALTER TABLE app.middle ADD CONSTRAINT c CHECK (x > 0)", "ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > 0);"
         " COMMENT ON CONSTRAINT c ON app.top IS 'x'; COMMENT ON CONSTRAINT c ON app.bottom IS 'y'"),
    Case("ALTER TABLE ONLY app.top DROP CONSTRAINT c", "ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > 0)"),
    Case("ALTER TABLE app.top DROP CONSTRAINT c; ALTER TABLE app.middle ADD CONSTRAINT c CHECK (x > 0)",
         "ALTER TABLE app.top ADD CONSTRAINT c CHECK (x > 0)"),
    Case("ALTER TABLE app.top ADD CONSTRAINT c NOT NULL x", since=18),
    Case("ALTER TABLE app.top ALTER CONSTRAINT c NO INHERIT", "ALTER TABLE app.top ADD CONSTRAINT c NOT NULL x", since=18),
    Case("ALTER TABLE app.middle ALTER x SET NOT NULL", "ALTER TABLE app.top ADD CONSTRAINT c NOT NULL x", since=18),
    # partitions
    Case("ALTER TABLE app.parted ADD CONSTRAINT c CHECK (id > 0)"),
    Case("ALTER TABLE app.parted ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.keyed DEFERRABLE",
         "INSERT INTO app.keyed VALUES (1), (2)"),
    Case("ALTER TABLE app.parted ALTER CONSTRAINT c DEFERRABLE",
         "INSERT INTO app.keyed VALUES (1), (2);"
         " ALTER TABLE app.parted ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES app.keyed"),
    Case("ALTER TABLE app.parted ADD PRIMARY KEY (id, at, n)", "ALTER TABLE app.parted ALTER n SET NOT NULL"),
    Case("ALTER TABLE app.parted ADD CONSTRAINT c UNIQUE (id, at, n)"),
    Case("ALTER TABLE app.parted DROP CONSTRAINT c; ALTER TABLE app.parted ADD CONSTRAINT c UNIQUE (at, id, n)",
         "ALTER TABLE app.parted ADD CONSTRAINT c UNIQUE (id, at, n)"),
    Case("ALTER TABLE app.parted ADD CONSTRAINT c NOT NULL n", since=18),
    Case("CREATE INDEX i ON app.parted (n)"),
    Case("CREATE INDEX i ON app.parted (n) WHERE n > 1"),
    Case("DROP INDEX app.i; CREATE INDEX i ON app.parted (n DESC)", "CREATE INDEX i ON app.parted (n)"),
    Case("CREATE INDEX i ON ONLY app.parted (n)"),
    Case("ALTER INDEX app.i ATTACH PARTITION app.i_1",
         "CREATE INDEX i ON ONLY app.parted (n); CREATE INDEX i_1 ON app.parted_1 (n)", refused=True),
    Case("ALTER TABLE app.parted_1 ADD CONSTRAINT own UNIQUE (at, id)"),
    # indexes
    Case("CREATE INDEX i ON app.far USING brin (code) WITH (pages_per_range = 7, autosummarize = on) WHERE code > 1"),
    Case("CREATE INDEX i ON app.far USING gin (to_tsvector('simple', \"Odd \"\"Name\")) WITH (fastupdate = off)"),
    Case("CREATE INDEX \"Odd one's\" ON app.far (code, (id + code) DESC, \"Odd \"\"Name\" text_pattern_ops)"),
    Case("CREATE INDEX i ON app.far (code) WITH (fillfactor = 70) TABLESPACE catalog_space WHERE code > 1", since=15),
    Case("CREATE INDEX i ON app.far ((id + 1), (code + 1));"
         " ALTER INDEX app.i ALTER 1 SET STATISTICS 7; ALTER INDEX app.i ALTER 2 SET STATISTICS 0"),
    Case("ALTER INDEX app.i ALTER 1 SET STATISTICS 8; ALTER INDEX app.i ALTER 2 SET STATISTICS -1;"
         " ALTER INDEX app.i SET (fillfactor = 80); ALTER INDEX app.i RESET (deduplicate_items)",
         "CREATE INDEX i ON app.far ((id + 1), (code + 1)) WITH (deduplicate_items = off);"
         " ALTER INDEX app.i ALTER 1 SET STATISTICS 7; ALTER INDEX app.i ALTER 2 SET STATISTICS 0"),
    Case("DROP INDEX app.i; CREATE INDEX i ON app.far (code) WHERE code > 2", "CREATE INDEX i ON app.far (code) WHERE code > 1"),
    # sequences
    Case("CREATE SEQUENCE app.s AS smallint START 7 INCREMENT 3 MINVALUE 4 MAXVALUE 40 CACHE 5 CYCLE"),
    Case("CREATE SEQUENCE app.s INCREMENT -1"),
    Case("CREATE SEQUENCE app.s AS int INCREMENT -1 MINVALUE -7 START -3"),
    Case("CREATE UNLOGGED SEQUENCE app.s", since=15),
    Case("CREATE SEQUENCE app.s OWNED BY app.far.\"Odd \"\"Name\""),
    Case('ALTER SEQUENCE app."Odd ""Seq" OWNED BY app.far.id'),
    Case("ALTER SEQUENCE app.s OWNED BY app.far.code", "CREATE SEQUENCE app.s OWNED BY app.far.id"),
    Case("ALTER SEQUENCE app.s AS smallint CACHE 2", "CREATE SEQUENCE app.s"),
    Case("ALTER SEQUENCE app.s AS bigint MAXVALUE 99999999999", "CREATE SEQUENCE app.s AS int"),
    Case("ALTER SEQUENCE app.s MINVALUE 100 START 100 RESTART", "CREATE SEQUENCE app.s"),
    Case("ALTER SEQUENCE app.s MINVALUE 100 MAXVALUE 200 START 100 RESTART", "CREATE SEQUENCE app.s MAXVALUE 10"),
    Case("ALTER SEQUENCE app.s AS bigint MINVALUE 10000000000 MAXVALUE 20000000000 START 10000000000 RESTART",
         "CREATE SEQUENCE app.s AS smallint; SELECT nextval('app.s')"),
    Case("ALTER SEQUENCE app.s NO MINVALUE NO MAXVALUE INCREMENT -1 START -1 RESTART", "CREATE SEQUENCE app.s"),
    # statistics
    Case('CREATE STATISTICS app."S" (mcv) ON id, code FROM app.far; ALTER STATISTICS app."S" SET STATISTICS 0'),
    Case("ALTER STATISTICS app.both SET STATISTICS 0", "ALTER STATISTICS app.both SET STATISTICS 9"),
]  # fmt: skip

WORDS = {"owner", "grants", "comment"}


def _of_ours(told: str) -> bool:
    thing, _, attributes = told.split(" ", 1)[1].partition(": ")
    ours = thing.startswith(("constraint ", "index ", "sequence ", "statistics object "))
    return ours and not WORDS & set(attributes.split())


TAKEN = [
    Case(c.sql, since=c.since, until=c.until)
    for c in CATALOG_CASES
    if c.told and all(map(_of_ours, c.told)) and "UPDATE pg_index" not in c.sql and "COMMENT" not in c.sql
    and "GRANT" not in c.sql
]  # fmt: skip


@pytest.fixture(scope="module")
def conn(each_server: Server) -> Iterator[psycopg.Connection]:
    """A connection to a database that holds BASE and MORE."""
    with database_of(each_server, f"kinds_constraints_{os.getpid()}") as conn:
        conn.execute(BASE + MORE)  # type: ignore[arg-type]
        yield conn


def test_there_are_cases_of_the_catalog() -> None:
    assert len(TAKEN) > 35


@pytest.mark.parametrize("case", [*TAKEN, *OWN], ids=str)
def test_a_change_is_made_and_taken_back(conn: psycopg.Connection, case: Case) -> None:
    if not case.since <= conn.info.server_version // 10000 <= case.until:
        return
    with conn.transaction(force_rollback=True):
        conn.execute(case.before)  # type: ignore[arg-type]
        before = read(conn)
        with conn.transaction(force_rollback=True):
            conn.execute(case.sql)  # type: ignore[arg-type]
            after = read(conn)
        assert before != after
        make(conn, before, after)
        assert facts(read(conn)) == facts(after)
        if case.refused:
            with pytest.raises((Unmanageable, AssertionError)):
                make(conn, after, before)
                assert facts(read(conn)) == facts(before)
            return
        make(conn, after, before)
        assert facts(read(conn)) == facts(before)


def facts(catalog: Catalog) -> dict[Key, dict[str, object]]:
    return {key: record.facts() for key, record in catalog.items()}


def make(conn: psycopg.Connection, current: Catalog, wanted: Catalog) -> None:
    """Turn one schema into the other, as far as it is of our kinds. Writes."""
    version = conn.info.server_version
    one, other = (Schema(parts=parts_of(c), needs={}, version=version, role="postgres") for c in (current, wanted))
    for statement in found(one, other):
        print(statement.sql)
        conn.execute(statement.sql)  # type: ignore[arg-type]


def found(current: Schema, wanted: Schema) -> list[Statement]:
    """Return the statements: drops, last kinds first; then what is altered; then what is created, parents first."""
    keys = sorted(
        (k for k in current.parts.keys() | wanted.parts.keys() if k[0] in KINDS),
        key=lambda k: (ORDER.index(k[0]), _foreign(k, current, wanted), k[0] != "index attachment" and k[2], k[3]),
    )
    altered: list[Statement] = []
    gone, new = set[Key](), set[Key]()
    for key in keys:
        old, after = current.parts.get(key), wanted.parts.get(key)
        if old is None or after is None:
            (new if old is None else gone).add(key)
        elif old.is_ != after.is_:
            made = KINDS[key[0]].alter(old, after, current, wanted)
            if made is None:
                gone.add(key)
                new.add(key)
            else:
                altered += made
    # as the core knows by what needs what: what is attached goes along, and comes back
    new |= {k for k in wanted.parts if k[0] == "index attachment" and {("index", *k[1:]), ("constraint", *k[1:])} & new}
    dropped = [s for k in reversed(keys) if k in gone for s in KINDS[k[0]].dropped(current.parts[k], current)]
    created = [s for k in keys if k in new for s in KINDS[k[0]].create(wanted.parts[k], wanted, ())]
    return [*dropped, *altered, *created]


def _foreign(key: Key, current: Schema, wanted: Schema) -> bool:
    record = wanted.parts.get(key) or current.parts[key]
    return record.is_.get("type") == "foreign key"


@pytest.mark.parametrize(
    "definition",
    ["UNIQUE (id)", "UNIQUE (code, id) INCLUDE (\"Odd \"\"Name\") DEFERRABLE", "PRIMARY KEY (id)", "UNIQUE NULLS NOT DISTINCT (id)"],
)  # fmt: skip
def test_a_key_is_the_same_when_its_index_is_built_before(conn: psycopg.Connection, definition: str) -> None:
    if "NULLS" in definition and conn.info.server_version < 150000:
        return
    with conn.transaction(force_rollback=True):
        conn.execute(f"{FAR} ALTER id SET NOT NULL")  # type: ignore[arg-type]
        with conn.transaction(force_rollback=True):
            conn.execute(f'{FAR} ADD CONSTRAINT "By it" {definition}')  # type: ignore[arg-type]
            after = read(conn)
        record = after["constraint", "app", "app.far", "By it"]
        wanted = Schema(parts=after, needs={}, version=conn.info.server_version, role="postgres")
        made = by_index(record, KINDS["constraint"].create(record, wanted, ()))
        assert all(s.alone for s in made) and len(made) == 2
        for statement in made:
            conn.execute(statement.sql.replace("CONCURRENTLY ", ""))  # type: ignore[arg-type]
        assert facts(read(conn)) == facts(after)


def test_a_sequence_keeps_its_place_when_its_limits_move(conn: psycopg.Connection) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute("CREATE SEQUENCE app.s; SELECT nextval('app.s') FROM generate_series(1, 120)")
        before = read(conn)
        with conn.transaction(force_rollback=True):
            conn.execute("ALTER SEQUENCE app.s MINVALUE 100 START 100")
            after = read(conn)
        make(conn, before, after)
        row = conn.execute("SELECT nextval('app.s')").fetchone()
        assert row == (121,)
