"""What read_schema says that each part needs: as PostgreSQL recorded it, in the words of the parts."""

import os
from collections.abc import Iterator
from contextlib import suppress
from graphlib import TopologicalSorter
from types import ModuleType

import pytest
from psycopg.errors import InvalidTableDefinition, ObjectNotInPrerequisiteState

from dbtool.schema.catalog import Key, read_catalog
from dbtool.schema.kinds import KINDS
from dbtool.schema.reading.read import read_schema
from dbtool.schema.whole import Schema, parts_of
from tests.conftest import Database
from tests.database import test_catalog_r, test_catalog_t
from tests.servers import Server

MADE = r"""
CREATE SCHEMA app;
CREATE FUNCTION app.twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION app.greeting() RETURNS text LANGUAGE sql AS $$ SELECT 'hello' $$;
CREATE FUNCTION app.added(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2';
CREATE SEQUENCE app.alone;
CREATE EXTENSION hstore SCHEMA app;
CREATE EXTENSION pg_trgm SCHEMA app;

CREATE TYPE app.mood AS ENUM ('sad', 'happy');
CREATE TYPE app.inner AS (a int, m app.mood);
CREATE TYPE app.outer AS (i app.inner, many app.inner[]);
CREATE FUNCTION app.positive(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE DOMAIN app.number AS int CONSTRAINT number_positive CHECK (app.positive(VALUE));
CREATE DOMAIN app.small AS app.number;
CREATE FUNCTION app.width(app.number, app.number) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 1.0::float8';
CREATE FUNCTION app.distance(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = app.distance, multirange_type_name = app.spans);
CREATE TYPE app.cell;
CREATE FUNCTION app.cell_in(cstring) RETURNS app.cell LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.cell_out(app.cell) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE app.cell (INPUT = app.cell_in, OUTPUT = app.cell_out, INTERNALLENGTH = 4, PASSEDBYVALUE);
CREATE FUNCTION app.less(app.cell, app.cell) RETURNS bool LANGUAGE internal IMMUTABLE AS 'int4lt';
CREATE FUNCTION app.more(app.cell, app.cell) RETURNS bool LANGUAGE internal IMMUTABLE AS 'int4gt';
CREATE FUNCTION app.compare(app.cell, app.cell) RETURNS int LANGUAGE internal IMMUTABLE AS 'btint4cmp';
CREATE OPERATOR app.<< (LEFTARG = app.cell, RIGHTARG = app.cell, FUNCTION = app.less, COMMUTATOR = OPERATOR(app.>>));
CREATE OPERATOR app.>> (LEFTARG = app.cell, RIGHTARG = app.cell, FUNCTION = app.more, COMMUTATOR = OPERATOR(app.<<));
CREATE OPERATOR CLASS app.cells FOR TYPE app.cell USING btree AS
    OPERATOR 1 app.<<, OPERATOR 5 app.>>, FUNCTION 1 app.compare(app.cell, app.cell);
CREATE OPERATOR FAMILY app.loose USING btree;
ALTER OPERATOR FAMILY app.loose USING btree ADD OPERATOR 1 app.<< (app.cell, app.cell);
CREATE FUNCTION app.to_int(app.cell) RETURNS int LANGUAGE internal IMMUTABLE AS 'int4up';
CREATE CAST (app.cell AS int) WITH FUNCTION app.to_int(app.cell);
CREATE AGGREGATE app.sum_of(int) (SFUNC = app.added, STYPE = int4);
CREATE COLLATION app.bytes (provider = libc, locale = 'C');

CREATE TABLE app.kinds (id int CONSTRAINT kinds_pk PRIMARY KEY, code text NOT NULL, CONSTRAINT kinds_code UNIQUE (code));
CREATE TABLE app.t (
    id int GENERATED ALWAYS AS IDENTITY CONSTRAINT t_pk PRIMARY KEY,
    kind int CONSTRAINT t_kind REFERENCES app.kinds,
    mood app.mood DEFAULT 'sad',
    moods app.mood[],
    pair app.outer,
    number app.small,
    spans app.spans,
    cell app.cell,
    tags app.hstore,
    note text COLLATE app.bytes DEFAULT app.greeting(),
    doubled int GENERATED ALWAYS AS (app.twice(kind)) STORED,
    counter serial,
    CONSTRAINT t_check CHECK (app.positive(kind)),
    CONSTRAINT t_exclude EXCLUDE USING btree (kind WITH =)
);
CREATE INDEX t_cell ON app.t (cell app.cells);
CREATE INDEX t_twice ON app.t (app.twice(kind)) WHERE number > 0;
CREATE INDEX t_note ON app.t USING gin (note app.gin_trgm_ops);
CREATE UNIQUE INDEX t_counter ON app.t (counter);
ALTER TABLE app.t REPLICA IDENTITY USING INDEX t_counter;
ALTER TABLE app.kinds REPLICA IDENTITY USING INDEX kinds_code;
ALTER TABLE app.t ALTER counter SET NOT NULL;
ALTER TABLE app.t CLUSTER ON t_pk;
ALTER INDEX app.t_pk SET (fillfactor = 70);
COMMENT ON SEQUENCE app.t_id_seq IS 'an identity';
CREATE TABLE app.uses (id int DEFAULT nextval('app.t_id_seq'), n int DEFAULT nextval('app.alone'));

CREATE VIEW app.v AS SELECT id, note, count(*) OVER () FROM app.t;
CREATE VIEW app.grouped AS SELECT t.id, t.note FROM app.t AS t GROUP BY t.id;
CREATE VIEW app.on_v AS SELECT note FROM app.v;
ALTER VIEW app.v ALTER note SET DEFAULT app.greeting();
COMMENT ON COLUMN app.v.id IS 'x';
CREATE MATERIALIZED VIEW app.m AS SELECT id, app.twice(id) FROM app.v;
CREATE UNIQUE INDEX m_id ON app.m (id);
ALTER MATERIALIZED VIEW app.m CLUSTER ON m_id;
CREATE RULE keep AS ON DELETE TO app.v DO INSTEAD INSERT INTO app.kinds (id) VALUES (old.id);
CREATE FUNCTION app.row_of(app.t) RETURNS app.v[] LANGUAGE sql AS 'SELECT NULL::app.v[]';
CREATE FUNCTION app.all_v() RETURNS SETOF app.v LANGUAGE sql BEGIN ATOMIC SELECT * FROM app.v; END;
CREATE FUNCTION app.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER fires AFTER UPDATE OF note ON app.t FOR EACH ROW WHEN (new.kind > 1) EXECUTE FUNCTION app.fire();
CREATE CONSTRAINT TRIGGER checks AFTER INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.fire();
CREATE POLICY see ON app.t USING (app.positive(kind) AND EXISTS (SELECT FROM app.kinds WHERE code = note));
CREATE STATISTICS app.st (dependencies) ON kind, counter FROM app.t;
CREATE TABLE app.typed OF app.inner;
CREATE TABLE app.heir (own int) INHERITS (app.kinds);

CREATE TABLE app.years (id int, at date, kind int REFERENCES app.kinds, CONSTRAINT years_pk PRIMARY KEY (id, at))
    PARTITION BY RANGE (at);
CREATE TABLE app.y1 PARTITION OF app.years FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
CREATE TABLE app.y1h PARTITION OF app.y1 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX years_kind ON app.years (kind);
CREATE TRIGGER fires AFTER INSERT ON app.years FOR EACH ROW EXECUTE FUNCTION app.fire();
ALTER TABLE app.y1 DISABLE TRIGGER fires;
CREATE TABLE app.facts (id int, at date, CONSTRAINT facts_year FOREIGN KEY (id, at) REFERENCES app.years);
CREATE TABLE app.hashed (a int) PARTITION BY HASH (app.twice(a));
CREATE TABLE app.flat (id int, kind int REFERENCES app.kinds) PARTITION BY RANGE (id);
CREATE UNIQUE INDEX flat_id ON app.flat (id);
CREATE TABLE app.flat_1 (id int, kind int, CONSTRAINT flat_own UNIQUE (id));
ALTER TABLE app.flat ATTACH PARTITION app.flat_1 DEFAULT;
ALTER TABLE app.flat_1 DISABLE TRIGGER ALL;

CREATE TEXT SEARCH DICTIONARY app.stems (TEMPLATE = snowball, LANGUAGE = german);
CREATE TEXT SEARCH CONFIGURATION app.words (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION app.words ALTER MAPPING FOR word WITH app.stems;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
CREATE USER MAPPING FOR PUBLIC SERVER far;
CREATE FOREIGN TABLE app.remote (a app.mood) SERVER far;
CREATE PUBLICATION told FOR TABLE app.kinds;
CREATE FUNCTION app.starts() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER starts ON ddl_command_start EXECUTE FUNCTION app.starts();
ALTER EVENT TRIGGER starts DISABLE;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;
ALTER FUNCTION app.fire() DEPENDS ON EXTENSION hstore;

CREATE SCHEMA members;
CREATE TABLE members.listed (id int PRIMARY KEY, code text UNIQUE);
ALTER EXTENSION hstore ADD SCHEMA members;
ALTER EXTENSION hstore ADD TABLE members.listed;
CREATE TABLE members.ours (id int CONSTRAINT to_member REFERENCES members.listed (id), of members.listed);
"""
SINCE_15 = """
CREATE PUBLICATION parts FOR TABLE app.t (id, kind) WHERE (counter > 1);
CREATE PUBLICATION whole FOR TABLES IN SCHEMA app;
"""

# what each needs, without its schema and (for a child) its parent
NEEDS: dict[str, set[str]] = {
    # types
    "type app.mood": set(),
    "type app.inner": {"type app.mood"},
    "type app.outer": {"type app.inner"},
    "domain constraint number_positive on app.number": {"function app.positive(integer)"},
    "type app.small": {"type app.number"},
    "type app.span": {"function app.distance(double precision, double precision)"},
    "function app.width(app.number, app.number)": {"type app.number"},
    # a type's own functions need its shell, all others the type
    "shell type cell on app.cell": set(),
    "function app.cell_in(cstring)": {"shell type cell on app.cell"},
    "function app.cell_out(app.cell)": {"shell type cell on app.cell"},
    "type app.cell": {
        "shell type cell on app.cell", "function app.cell_in(cstring)", "function app.cell_out(app.cell)"
    },
    "function app.less(app.cell, app.cell)": {"type app.cell"},
    # neither of two operators needs its commutator
    "operator app.<<(app.cell, app.cell)": {"type app.cell", "function app.less(app.cell, app.cell)"},
    "operator app.>>(app.cell, app.cell)": {"type app.cell", "function app.more(app.cell, app.cell)"},
    "operator class app.cells USING btree": {
        "type app.cell", "operator family app.cells USING btree", "operator app.<<(app.cell, app.cell)",
        "operator app.>>(app.cell, app.cell)", "function app.compare(app.cell, app.cell)",
    },
    "operator family app.cells USING btree": set(),
    "operator family app.loose USING btree": {"operator app.<<(app.cell, app.cell)"},
    "cast (app.cell AS integer)": {"type app.cell", "function app.to_int(app.cell)"},
    "aggregate app.sum_of(integer)": {"function app.added(integer, integer)"},
    # columns and defaults
    "column kind on app.t": set(),
    "column mood on app.t": {"type app.mood"},
    "column moods on app.t": {"type app.mood"},
    "column pair on app.t": {"type app.outer"},
    "column number on app.t": {"type app.small"},
    "column spans on app.t": {"type app.span"},
    "column tags on app.t": {"extension hstore"},
    "column note on app.t": {"collation app.bytes"},
    "column doubled on app.t": {"column kind on app.t", "function app.twice(integer)"},
    "default mood on app.t": {"column mood on app.t", "type app.mood"},
    "default note on app.t": {"column note on app.t", "function app.greeting()"},
    "default counter on app.t": {"column counter on app.t", "sequence app.t_counter_seq"},
    "default n on app.uses": {"column n on app.uses", "sequence app.alone"},
    "default id on app.uses": {"column id on app.uses", "column id on app.t"},
    # a sequence is there before its column, and owned by it after
    "sequence app.t_counter_seq": set(),
    "ownership t_counter_seq on app.t_counter_seq": {"column counter on app.t"},
    "sequence app.t_id_seq": {"column id on app.t"},
    # constraints and indexes
    "constraint t_pk on app.t": {"column id on app.t"},
    "constraint t_check on app.t": {"column kind on app.t", "function app.positive(integer)"},
    "constraint t_exclude on app.t": {"column kind on app.t"},
    "constraint t_kind on app.t": {
        "column kind on app.t", "column id on app.kinds", "constraint kinds_pk on app.kinds"
    },
    "index t_pk on app.t": {"constraint t_pk on app.t"},
    "index t_cell on app.t": {"column cell on app.t", "operator class app.cells USING btree"},
    "index t_note on app.t": {"column note on app.t", "extension pg_trgm", "collation app.bytes"},
    "index t_twice on app.t": {"column kind on app.t", "column number on app.t", "function app.twice(integer)"},
    "replica identity t on app.t": {"index t_counter on app.t"},
    "replica identity kinds on app.kinds": {"constraint kinds_code on app.kinds"},
    "cluster mark t on app.t": {"constraint t_pk on app.t"},
    "cluster mark m on app.m": {"index m_id on app.m"},
    # views
    "view app.v": {"column id on app.t", "column note on app.t", "collation app.bytes"},
    "view app.grouped": {
        "column id on app.t", "column note on app.t", "constraint t_pk on app.t", "collation app.bytes"
    },
    "view app.on_v": {"view app.v", "column note on app.v", "collation app.bytes"},
    "column id on app.v": set(),
    "default note on app.v": {"column note on app.v", "function app.greeting()"},
    "materialized view app.m": {"view app.v", "column id on app.v", "function app.twice(integer)"},
    "rule keep on app.v": {"column id on app.v", "column id on app.kinds"},
    "function app.row_of(app.t)": {"table app.t", "view app.v"},
    # what a table has
    "trigger fires on app.t": {"column note on app.t", "column kind on app.t", "function app.fire()"},
    "trigger checks on app.t": {"function app.fire()"},
    "policy see on app.t": {
        "column kind on app.t", "column note on app.t", "column code on app.kinds",
        "function app.positive(integer)",
    },
    "statistics object st on app.t": {"column kind on app.t", "column counter on app.t"},
    "table app.typed": {"type app.inner"},
    "table app.heir": {"table app.kinds"},
    "column code on app.heir": set(),
    # partitions stand by themselves until they are attached
    "table app.y1": set(),
    "attachment y1 on app.y1": {"table app.years"},
    "attachment y1h on app.y1h": {"table app.y1"},
    "constraint y1_pkey on app.y1": {"column id on app.y1", "column at on app.y1"},
    "index attachment y1_pkey on app.y1": {
        "constraint y1_pkey on app.y1", "constraint years_pk on app.years", "attachment y1 on app.y1"
    },
    "index attachment y1h_pkey on app.y1h": {
        "constraint y1h_pkey on app.y1h", "constraint y1_pkey on app.y1", "attachment y1h on app.y1h"
    },
    "index y1_kind_idx on app.y1": {"column kind on app.y1"},
    "index attachment y1_kind_idx on app.y1": {
        "index y1_kind_idx on app.y1", "index years_kind on app.years", "attachment y1 on app.y1"
    },
    "trigger fires on app.y1": {"trigger fires on app.years", "function app.fire()", "attachment y1 on app.y1"},
    # a constraint's index that is attached to one without; a foreign key that the parent's made
    "index attachment flat_own on app.flat_1": {
        "constraint flat_own on app.flat_1", "index flat_id on app.flat", "attachment flat_1 on app.flat_1"
    },
    "constraint flat_kind_fkey on app.flat_1": {
        "constraint flat_kind_fkey on app.flat", "attachment flat_1 on app.flat_1", "column kind on app.flat_1",
        "column id on app.kinds", "constraint kinds_pk on app.kinds",
    },
    "constraint facts_year on app.facts": {
        "column id on app.facts", "column at on app.facts", "column id on app.years", "column at on app.years",
        "constraint years_pk on app.years",
    },
    "table app.hashed": {"function app.twice(integer)"},
    # the rest
    "text search configuration app.words": {"text search dictionary app.stems"},
    "server far": {"foreign-data wrapper nowhere"},
    "user mapping public on far": set(),
    "foreign table app.remote": {"server far"},
    "publication relation app.kinds on told": {"table app.kinds"},
    "event trigger starts": {"function app.starts()"},
    "default acl app.for role postgres on tables": set(),
    "function app.fire()": {"extension hstore"},
    "extension hstore": {"schema app"},
    # members of an extension, and what is on them, are the extension
    "table members.ours": {"extension hstore"},
    "column of on members.ours": {"extension hstore"},
    "constraint to_member on members.ours": {"column id on members.ours", "extension hstore"},
}  # fmt: skip
NEEDS_SINCE_15: dict[str, set[str]] = {
    "publication relation app.t on parts": {
        "table app.t",
        "column id on app.t",
        "column kind on app.t",
        "column counter on app.t",
    },
    "publication namespace app on whole": {"schema app"},
}
PARENTS = ("table", "foreign table", "view", "materialized view", "sequence", "server", "publication", "type")


@pytest.fixture(scope="module")
def made(each_server: Server) -> Iterator[Schema]:
    """The schema of a database that holds MADE."""
    name = f"needs_{os.getpid()}"
    with each_server.connect("postgres") as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        try:
            with each_server.connect(name) as conn:
                conn.execute(MADE)
                if each_server.major >= 15:
                    conn.execute(SINCE_15)
                yield read_schema(conn, ledger_schema="public")
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def key_of(schema: Schema, words: str) -> Key:
    (found,) = (key for key, record in schema.parts.items() if str(record) == words)
    return found


def told(schema: Schema, keys: frozenset[Key]) -> set[str]:
    return {str(schema.parts[key]) for key in keys}


@pytest.mark.parametrize("words", NEEDS)
def test_a_part_needs_what_it_is_made_of_and_nothing_else(made: Schema, words: str) -> None:
    needs_exactly(made, words, NEEDS[words])


@pytest.mark.parametrize("words", NEEDS_SINCE_15)
def test_a_publication_s_part_needs_what_it_publishes(made: Schema, words: str) -> None:
    if made.version >= 150000:
        needs_exactly(made, words, NEEDS_SINCE_15[words])


def needs_exactly(made: Schema, words: str, wanted: set[str]) -> None:
    key = key_of(made, words)
    record = made.parts[key]
    found = told(made, made.needs.get(key, frozenset()))
    if record.schema == "app":
        assert "schema app" in found
    parents = {f"{kind} {record.parent}" for kind in PARENTS} if record.parent else set[str]()
    if record.parent and record.kind != "shell type":
        assert found & parents
    implied = ({"schema app"} if record.schema == "app" else set[str]()) | parents
    found -= {str(r) for r in made.parts.values() if r.kind == "constraint" and r.is_["type"] == "not null"}
    assert found - implied == wanted - implied


def test_a_primary_key_needs_what_keeps_its_columns_from_being_null(made: Schema) -> None:
    found = told(made, made.needs[key_of(made, "constraint t_pk on app.t")])
    assert ("constraint t_id_not_null on app.t" in found) == (made.version >= 180000)  # a constraint from then on
    assert "constraint t_counter_not_null on app.t" not in found


def test_everything_needs_its_schema_and_nothing_is_said_of_what_is_no_part(made: Schema) -> None:
    for key, needed in made.needs.items():
        assert key in made.parts
        assert key not in needed
        assert needed <= made.parts.keys()
    schemas = {key[3] for key in made.parts if key[0] == "schema"}
    for key, record in made.parts.items():
        if record.schema in schemas:
            assert ("schema", "", "", record.schema) in made.needs[key]


def test_there_is_an_order(made: Schema) -> None:
    order = list(TopologicalSorter(made.needs).static_order())
    assert len(order) == len(set(order))


@pytest.mark.parametrize("base", [test_catalog_r, test_catalog_t], ids=["relations", "types"])
def test_there_is_an_order_of_all_that_the_catalog_s_tests_make(each_server: Server, base: ModuleType) -> None:
    with base.database_of(each_server, f"needs_order_{os.getpid()}") as conn:
        conn.execute(base.BASE)
        schema = read_schema(conn, ledger_schema="public")
        assert schema.parts == parts_of(read_catalog(conn, ledger_schema="public"))
    assert len(list(TopologicalSorter(schema.needs).static_order())) > 60


def test_nothing_that_is_left_needs_what_is_dropped_in_the_order_turned_round(each_database: Database) -> None:
    made = MADE[: MADE.index("CREATE SCHEMA members")]
    # taken along by what is dropped later: a type's functions, and an index whose partition is a constraint's
    along = {"function app.cell_in(cstring)", "function app.cell_out(app.cell)", "index flat_id on app.flat"}
    with each_database.connect() as conn:
        before = read_schema(conn, ledger_schema="public").parts
        conn.execute(made)  # type: ignore[arg-type]
        schema = read_schema(conn, ledger_schema="public")
        for key in reversed(
            [*TopologicalSorter({key: schema.needs.get(key, ()) for key in schema.parts}).static_order()]
        ):
            record = schema.parts[key]
            if key in before or str(record) in along:
                continue
            for statement in KINDS[record.kind].dropped(record, schema):
                # the columns of a partition key go with their table, as what keeps identities from being null
                with suppress(InvalidTableDefinition, ObjectNotInPrerequisiteState):
                    conn.execute(statement.sql)  # type: ignore[arg-type]
        assert read_schema(conn, ledger_schema="public").parts == before


def test_version_and_role_are_those_of_the_session(each_database: Database) -> None:
    with each_database.connect() as conn:
        conn.execute("CREATE ROLE needs_role; SET ROLE needs_role")
        try:
            schema = read_schema(conn, ledger_schema="public")
        finally:
            conn.execute("RESET ROLE; DROP ROLE needs_role")
        assert (schema.version, schema.role) == (conn.info.server_version, "needs_role")
        assert list(schema.parts) == [("schema", "", "", "public")]


def test_what_had_better_be_there_before(made: Schema) -> None:
    # a foreign key is refused while an index of the table that it refers to lacks partitions
    assert told(made, made.hints[key_of(made, "constraint facts_year on app.facts")]) == {
        "index attachment y1_pkey on app.y1", "index attachment y1h_pkey on app.y1h"
    }  # fmt: skip
    # attaching compares columns, and takes the indexes that are there
    hints = told(made, made.hints[key_of(made, "attachment y1 on app.y1")])
    assert hints >= {
        "column at on app.y1", "column at on app.years", "constraint y1_pkey on app.y1", "index y1_kind_idx on app.y1"
    }  # fmt: skip
    assert told(made, made.hints[key_of(made, "table app.y1h")]) == {"table app.y1"}
    assert told(made, made.hints[key_of(made, "column code on app.heir")]) == {"column code on app.kinds"}


BODIES = """
CREATE TABLE public.users (id int, name text, other int);
CREATE TABLE public."Order" (id int);
CREATE SCHEMA a; CREATE SCHEMA b;
CREATE TABLE a.same (x int); CREATE TABLE b.same (x int);
CREATE TYPE public.mood AS ENUM ();
SET check_function_bodies = off;
CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT id FROM USERS WHERE public.g(name)';
CREATE FUNCTION public.g(text) RETURNS bool LANGUAGE plpgsql AS
    $$ BEGIN PERFORM $1::mood, g(''), "order", "Order".id; RETURN false; END $$;
CREATE FUNCTION public.h() RETURNS int LANGUAGE sql AS 'SELECT x FROM b.same';
CREATE FUNCTION public.i() RETURNS int LANGUAGE sql AS 'SELECT x FROM same';
CREATE FUNCTION public.j() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE public."K"() LANGUAGE plpgsql AS 'BEGIN CALL public."K"(); PERFORM f(); END';
"""


def test_the_words_of_a_body_are_hints(database: Database) -> None:
    with database.connect() as conn:
        conn.execute(BODIES)
        schema = read_schema(conn, ledger_schema="public")
    hints = {str(schema.parts[key]): told(schema, others) for key, others in schema.hints.items()}
    assert hints == {
        "function public.f()": {
            "table public.users", "column id on public.users", "column name on public.users", "function public.g(text)"
        },
        "function public.g(text)": {"type public.mood", "table public.Order", "column id on public.\"Order\""},
        "function public.h()": {"table b.same", "column x on b.same"},
        "function public.i()": {
            "table a.same", "column x on a.same", "table b.same", "column x on b.same"
        },
        "procedure public.\"K\"()": {"function public.f()"},
    }  # fmt: skip
