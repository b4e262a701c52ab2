"""What read_catalog says of relations: each thing that can be altered is seen, there and nowhere else.

One database for the whole file; each case changes it in a transaction that is rolled back, and tells what differs.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from dbtool.queries import query
from dbtool.schema.catalog import Catalog, compare, read_catalog, record_of
from tests.conftest import Database
from tests.servers import Server

FAMILIES = (
    "schemas", "tables", "columns", "constraints", "indexes", "sequences", "views", "triggers", "rules", "policies",
    "statistics",
)  # fmt: skip

BASE = """
CREATE SCHEMA app;
CREATE TYPE app.typed AS (a int, b text);
CREATE COLLATION app.by_bytes (provider = libc, locale = 'C');
CREATE FUNCTION app.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION app.fire_too() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER far FOREIGN DATA WRAPPER nowhere;

CREATE TABLE app.parents (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE app.t (
    id int CONSTRAINT t_pk PRIMARY KEY,
    a int,
    b text,
    c varchar(10) COLLATE app.by_bytes,
    d numeric(10, 2) DEFAULT 1.5,
    n int NOT NULL,
    i int GENERATED ALWAYS AS IDENTITY,
    g int GENERATED ALWAYS AS (a * 2) STORED,
    s serial,
    at tstzrange,
    parent int CONSTRAINT t_parent REFERENCES app.parents,
    CONSTRAINT t_check CHECK (a > 0),
    CONSTRAINT t_unique UNIQUE (b) DEFERRABLE,
    CONSTRAINT t_exclude EXCLUDE USING gist (at WITH &&)
);
CREATE INDEX t_a ON app.t (a) WITH (fillfactor = 70, deduplicate_items = off) WHERE b <> ' WITH ';
CREATE INDEX t_expression ON app.t (lower(b) DESC NULLS LAST, c) INCLUDE (n);
CREATE UNIQUE INDEX t_n ON app.t (n);
CREATE TRIGGER fires BEFORE UPDATE OF a ON app.t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION app.fire();
CREATE CONSTRAINT TRIGGER checks AFTER INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.fire();
CREATE RULE nothing AS ON DELETE TO app.t DO INSTEAD NOTHING;
CREATE POLICY see ON app.t FOR SELECT TO catalog_reader USING (a > 0);
CREATE POLICY put ON app.t FOR INSERT WITH CHECK (a > 0);
CREATE STATISTICS app.both (dependencies) ON a, n FROM app.t;
CREATE VIEW app.v AS SELECT a, b FROM app.t WHERE a > 0;
CREATE MATERIALIZED VIEW app.m AS SELECT a, b FROM app.t;
CREATE INDEX m_a ON app.m (a);
CREATE SEQUENCE app.plain;

CREATE TABLE app.spread (id int NOT NULL, at date NOT NULL, note text, parent int REFERENCES app.parents)
    PARTITION BY RANGE (at);
CREATE TABLE app.spread_1 PARTITION OF app.spread FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.spread_2 (id int NOT NULL, at date NOT NULL, note text, parent int);
CREATE INDEX spread_note ON app.spread (note);
CREATE TRIGGER spread_fires AFTER INSERT ON app.spread FOR EACH ROW EXECUTE FUNCTION app.fire();
CREATE TABLE app.base (x int, y text);
CREATE TABLE app.base_too (z int);
CREATE TABLE app.heir (own int) INHERITS (app.base);
CREATE TABLE app.of_type OF app.typed;
CREATE FOREIGN TABLE app.remote (a int OPTIONS (column_name 'A'), b text) SERVER far OPTIONS (table_name 'x');
"""


@dataclass(frozen=True)
class Case:
    """A change of BASE, what it is told as, and on which versions that is so."""

    sql: str
    told: tuple[str, ...]
    since: int = 14
    until: int = 99

    def __str__(self) -> str:
        return self.sql


def case(sql: str, *told: str, since: int = 14, until: int = 99) -> Case:
    return Case(sql, told, since, until)


def on_t(change: str, *told: str, since: int = 14, until: int = 99) -> Case:
    return Case(f"ALTER TABLE app.t {change}", told, since, until)


CASES = [
    # schemas
    case("CREATE SCHEMA other", "extra schema other"),
    case("COMMENT ON SCHEMA app IS 'x'", "changed schema app: comment"),
    case("GRANT USAGE ON SCHEMA app TO catalog_reader", "changed schema app: grants"),
    case("ALTER SCHEMA app OWNER TO catalog_reader", "changed schema app: grants owner"),
    case("REVOKE ALL ON SCHEMA app FROM postgres", "changed schema app: grants"),
    case("DROP SCHEMA public CASCADE", "missing schema public"),
    # tables
    case("CREATE TABLE app.new (id int PRIMARY KEY)", "extra table app.new"),
    case("DROP TABLE app.of_type", "missing table app.of_type"),
    case("COMMENT ON TABLE app.t IS 'x'", "changed table app.t: comment"),
    case("COMMENT ON TABLE app.t IS ''"),
    case("GRANT SELECT ON app.t TO PUBLIC", "changed table app.t: grants"),
    case("GRANT SELECT ON app.t TO catalog_reader WITH GRANT OPTION", "changed table app.t: grants"),
    case("REVOKE TRUNCATE ON app.t FROM postgres", "changed table app.t: grants"),
    case("GRANT ALL ON app.t TO postgres"),
    case("ALTER TABLE app.base OWNER TO catalog_reader", "changed table app.base: grants owner"),
    case("ALTER TABLE app.base SET UNLOGGED", "changed table app.base: persistence"),
    on_t("SET (fillfactor = 80)", "changed table app.t: options"),
    on_t("SET (autovacuum_enabled = off)", "changed table app.t: options"),
    on_t("SET (toast.autovacuum_enabled = off)", "changed table app.t: toast options"),
    case("ALTER TABLE app.base SET ACCESS METHOD heap_too", "changed table app.base: access method", since=15),
    case("ALTER TABLE app.base SET TABLESPACE catalog_space", "changed table app.base: tablespace", since=15),
    on_t("REPLICA IDENTITY FULL", "changed table app.t: replica identity"),
    on_t("REPLICA IDENTITY NOTHING", "changed table app.t: replica identity"),
    on_t("REPLICA IDENTITY USING INDEX t_n", "changed table app.t: replica identity"),
    on_t("CLUSTER ON t_expression", "changed table app.t: clustered on"),
    on_t("ENABLE ROW LEVEL SECURITY", "changed table app.t: row security"),
    on_t("FORCE ROW LEVEL SECURITY", "changed table app.t: force row security"),
    case(
        "ALTER TABLE app.heir NO INHERIT app.base",
        "changed column x on app.heir: inherited",
        "changed column y on app.heir: inherited",
        "changed table app.heir: inherits",
    ),
    case(
        "ALTER TABLE app.heir ADD z int; ALTER TABLE app.heir INHERIT app.base_too",
        "extra column z on app.heir",
        "changed table app.heir: inherits",
    ),
    case("ALTER TABLE app.of_type NOT OF", "changed table app.of_type: of type"),
    case(
        "ALTER TABLE app.spread ATTACH PARTITION app.spread_2 DEFAULT",
        "changed column at on app.spread_2: inherited",
        "changed column id on app.spread_2: inherited",
        "changed column note on app.spread_2: inherited",
        "changed column parent on app.spread_2: inherited",
        "extra index spread_2_note_idx on app.spread_2",
        "changed table app.spread_2: bound partition of",
        until=17,
    ),
    case(
        "ALTER TABLE app.spread ATTACH PARTITION app.spread_2 DEFAULT",
        "changed column at on app.spread_2: inherited",
        "changed column id on app.spread_2: inherited",
        "changed column note on app.spread_2: inherited",
        "changed column parent on app.spread_2: inherited",
        "changed constraint spread_2_at_not_null on app.spread_2: inherited",
        "changed constraint spread_2_id_not_null on app.spread_2: inherited",
        "extra index spread_2_note_idx on app.spread_2",
        "changed table app.spread_2: bound partition of",
        since=18,
    ),
    case(
        "CREATE TABLE app.spread_3 PARTITION OF app.spread FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        "extra table app.spread_3",
    ),
    case("ALTER FOREIGN TABLE app.remote OPTIONS (SET table_name 'y')",
         "changed foreign table app.remote: foreign options"),
    case(
        "ALTER TABLE app.spread DETACH PARTITION app.spread_1;"
        " ALTER TABLE app.spread ATTACH PARTITION app.spread_1 FOR VALUES FROM ('2024-01-01') TO ('2024-07-01')",
        "changed table app.spread_1: bound",
    ),
    # columns
    on_t("ADD new int", "extra column new on app.t"),
    on_t("DROP d", "missing column d on app.t"),
    on_t("DROP d, ADD d numeric(10, 2) DEFAULT 1.5"),
    on_t("ALTER d TYPE numeric(12, 2)", "changed column d on app.t: type"),
    on_t("ALTER parent TYPE bigint", "changed column parent on app.t: type"),
    on_t("ALTER c TYPE varchar(10)", "changed column c on app.t: collation"),
    on_t("ALTER d SET DEFAULT 2.5", "changed column d on app.t: default"),
    on_t("ALTER d DROP DEFAULT", "changed column d on app.t: default"),
    on_t("ALTER a SET NOT NULL", "changed column a on app.t: not null", until=17),
    on_t("ALTER a SET NOT NULL", "changed column a on app.t: not null", "extra constraint t_a_not_null on app.t",
         since=18),
    on_t("ALTER i SET GENERATED BY DEFAULT", "changed column i on app.t: identity"),
    on_t("ALTER i DROP IDENTITY", "changed column i on app.t: identity identity options"),
    on_t("ALTER i SET INCREMENT 5", "changed column i on app.t: identity options"),
    on_t("ALTER i SET CACHE 5", "changed column i on app.t: identity options"),
    on_t("ALTER i SET CYCLE", "changed column i on app.t: identity options"),
    on_t("ALTER i SET START 7", "changed column i on app.t: identity options"),
    on_t("ALTER i SET MAXVALUE 700", "changed column i on app.t: identity options"),
    on_t("ALTER i RESTART 70"),
    case("ALTER SEQUENCE app.t_i_seq RENAME TO other", "changed column i on app.t: identity options"),
    on_t("ALTER n ADD GENERATED ALWAYS AS IDENTITY", "changed column n on app.t: identity identity options"),
    case("ALTER TABLE app.spread ALTER id ADD GENERATED ALWAYS AS IDENTITY",
         "changed column id on app.spread: identity identity options",
         "changed column id on app.spread_1: identity", since=17),
    on_t("ALTER g DROP EXPRESSION", "changed column g on app.t: generated generated as"),
    on_t("ALTER g SET EXPRESSION AS (a * 3)", "changed column g on app.t: generated", since=17),
    on_t("DROP g, ADD g int GENERATED ALWAYS AS (a * 2) VIRTUAL", "changed column g on app.t: generated as", since=18),
    on_t("ALTER b SET STORAGE EXTERNAL", "changed column b on app.t: storage"),
    on_t("ALTER b SET COMPRESSION pglz", "changed column b on app.t: compression"),
    on_t("ALTER a SET STATISTICS 500", "changed column a on app.t: statistics"),
    on_t("ALTER a SET STATISTICS 0", "changed column a on app.t: statistics"),
    on_t("ALTER a SET (n_distinct = -0.5)", "changed column a on app.t: options"),
    case("COMMENT ON COLUMN app.t.a IS 'x'", "changed column a on app.t: comment"),
    case("GRANT SELECT (a), UPDATE (b) ON app.t TO catalog_reader",
         "changed column a on app.t: grants", "changed column b on app.t: grants"),
    case("GRANT SELECT (a) ON app.t TO catalog_reader; REVOKE SELECT (a) ON app.t FROM catalog_reader"),
    case("ALTER FOREIGN TABLE app.remote ALTER a OPTIONS (SET column_name 'B')",
         "changed column a on app.remote: foreign options"),
    case("COMMENT ON COLUMN app.v.a IS 'x'", "extra column a on app.v"),
    case("GRANT SELECT (a) ON app.v TO catalog_reader", "extra column a on app.v"),
    case("ALTER VIEW app.v ALTER a SET DEFAULT 5", "extra column a on app.v"),
    case("COMMENT ON COLUMN app.m.a IS 'x'", "extra column a on app.m"),
    case("ALTER MATERIALIZED VIEW app.m ALTER b SET STORAGE EXTERNAL", "extra column b on app.m"),
    # constraints
    on_t("DROP CONSTRAINT t_check", "missing constraint t_check on app.t"),
    on_t("DROP CONSTRAINT t_check, ADD CONSTRAINT t_check CHECK (a > 1)",
         "changed constraint t_check on app.t: definition"),
    on_t("DROP CONSTRAINT t_check, ADD CONSTRAINT t_check CHECK (a > 0) NO INHERIT",
         "changed constraint t_check on app.t: definition"),
    on_t("DROP CONSTRAINT t_check, ADD CONSTRAINT t_check CHECK (a > 0) NOT VALID",
         "changed constraint t_check on app.t: not valid"),
    on_t("DROP CONSTRAINT t_check, ADD CONSTRAINT t_check CHECK (a > 0) NOT ENFORCED",
         "changed constraint t_check on app.t: not enforced", since=18),
    on_t("RENAME CONSTRAINT t_check TO t_checks", "missing constraint t_check on app.t",
         "extra constraint t_checks on app.t"),
    on_t("ALTER CONSTRAINT t_parent DEFERRABLE", "changed constraint t_parent on app.t: deferrable"),
    on_t("ALTER CONSTRAINT t_parent DEFERRABLE INITIALLY DEFERRED",
         "changed constraint t_parent on app.t: deferrable initially deferred"),
    on_t("ALTER CONSTRAINT t_parent NOT ENFORCED", "changed constraint t_parent on app.t: not enforced", since=18),
    on_t("DROP CONSTRAINT t_parent, ADD CONSTRAINT t_parent FOREIGN KEY (parent) REFERENCES app.parents NOT VALID",
         "changed constraint t_parent on app.t: not valid"),
    on_t("DROP CONSTRAINT t_parent, ADD CONSTRAINT t_parent FOREIGN KEY (parent) REFERENCES app.parents"
         " ON DELETE CASCADE", "changed constraint t_parent on app.t: definition"),
    on_t("DISABLE TRIGGER ALL", "changed constraint t_parent on app.t: triggers",
         "changed constraint t_unique on app.t: triggers",
         "changed trigger checks on app.t: enabled", "changed trigger fires on app.t: enabled"),
    on_t("DROP CONSTRAINT t_unique, ADD CONSTRAINT t_unique UNIQUE (b)",
         "changed constraint t_unique on app.t: deferrable"),
    on_t("DROP CONSTRAINT t_unique, ADD CONSTRAINT t_unique UNIQUE NULLS NOT DISTINCT (b) DEFERRABLE",
         "changed constraint t_unique on app.t: definition", since=15),
    on_t("DROP CONSTRAINT t_exclude, ADD CONSTRAINT t_exclude EXCLUDE USING gist (at WITH &&) WHERE (a > 0)",
         "changed constraint t_exclude on app.t: definition"),
    on_t("RENAME CONSTRAINT t_n_not_null TO n_is_there", "missing constraint t_n_not_null on app.t",
         "extra constraint n_is_there on app.t", since=18),
    on_t("ADD CONSTRAINT t_a_there NOT NULL a NOT VALID", "changed column a on app.t: not null",
         "extra constraint t_a_there on app.t", since=18),
    on_t("ALTER CONSTRAINT t_n_not_null NO INHERIT", "changed constraint t_n_not_null on app.t: definition", since=18),
    case("ALTER TABLE app.heir ADD CONSTRAINT positive CHECK (x > 0)", "extra constraint positive on app.heir"),
    on_t("ADD during tstzrange NOT NULL, ADD k int4range, ADD CONSTRAINT temporal UNIQUE (k, during WITHOUT OVERLAPS)",
         "extra column during on app.t", "extra column k on app.t", "extra constraint temporal on app.t",
         "extra constraint t_during_not_null on app.t", since=18),
    case("COMMENT ON CONSTRAINT t_check ON app.t IS 'x'", "changed constraint t_check on app.t: comment"),
    case("COMMENT ON CONSTRAINT checks ON app.t IS 'x'", "changed trigger checks on app.t: constraint comment"),
    case("ALTER TABLE app.base ADD CONSTRAINT positive CHECK (x > 0)",
         "extra constraint positive on app.base", "extra constraint positive on app.heir"),
    case("ALTER TABLE app.spread ADD PRIMARY KEY (id, at)",
         "extra constraint spread_pkey on app.spread", "extra constraint spread_1_pkey on app.spread_1"),
    # indexes
    case("CREATE INDEX t_new ON app.t (n, a)", "extra index t_new on app.t"),
    case("DROP INDEX app.t_a", "missing index t_a on app.t"),
    case("DROP INDEX app.t_n; CREATE INDEX t_n ON app.t (n)", "changed index t_n on app.t: definition"),
    case("DROP INDEX app.t_n; CREATE UNIQUE INDEX t_n ON app.t (n) INCLUDE (a)",
         "changed index t_n on app.t: definition"),
    case("DROP INDEX app.t_n; CREATE UNIQUE INDEX t_n ON app.t (n DESC)", "changed index t_n on app.t: definition"),
    case("DROP INDEX app.t_n; CREATE UNIQUE INDEX t_n ON app.t (n) NULLS NOT DISTINCT",
         "changed index t_n on app.t: definition", since=15),
    case("ALTER INDEX app.t_a SET (fillfactor = 75)", "changed index t_a on app.t: options"),
    case("ALTER INDEX app.t_a RESET (fillfactor, deduplicate_items)", "changed index t_a on app.t: options"),
    case("ALTER INDEX app.t_pk SET (fillfactor = 75)", "extra index t_pk on app.t"),
    case("ALTER INDEX app.t_a SET TABLESPACE catalog_space", "changed index t_a on app.t: tablespace", since=15),
    case("ALTER INDEX app.t_expression ALTER 1 SET STATISTICS 500", "changed index t_expression on app.t: statistics"),
    case("COMMENT ON INDEX app.t_a IS 'x'", "changed index t_a on app.t: comment"),
    case("COMMENT ON INDEX app.t_pk IS 'x'", "extra index t_pk on app.t"),
    case("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.t_a'::regclass",
         "changed index t_a on app.t: valid"),
    case("CREATE INDEX ON ONLY app.spread (id)", "extra index spread_id_idx on app.spread"),
    case("CREATE INDEX i ON ONLY app.spread (id); CREATE INDEX i_1 ON app.spread_1 (id);"
         " ALTER INDEX app.i ATTACH PARTITION app.i_1",
         "extra index i on app.spread", "extra index i_1 on app.spread_1"),
    case("DROP INDEX app.m_a", "missing index m_a on app.m"),
    # sequences
    case("CREATE SEQUENCE app.new", "extra sequence app.new"),
    case("ALTER SEQUENCE app.plain INCREMENT 2", "changed sequence app.plain: increment"),
    case("ALTER SEQUENCE app.plain START 2", "changed sequence app.plain: start"),
    case("ALTER SEQUENCE app.plain MINVALUE -5", "changed sequence app.plain: min"),
    case("ALTER SEQUENCE app.plain MAXVALUE 500", "changed sequence app.plain: max"),
    case("ALTER SEQUENCE app.plain CACHE 5", "changed sequence app.plain: cache"),
    case("ALTER SEQUENCE app.plain CYCLE", "changed sequence app.plain: cycle"),
    case("ALTER SEQUENCE app.plain AS int", "changed sequence app.plain: max type"),
    case("ALTER SEQUENCE app.plain SET UNLOGGED", "changed sequence app.plain: persistence", since=15),
    case("ALTER SEQUENCE app.plain OWNED BY app.t.a", "changed sequence app.plain: owned by"),
    case("ALTER SEQUENCE app.t_s_seq OWNED BY NONE", "changed sequence app.t_s_seq: owned by"),
    case("SELECT nextval('app.plain')"),
    case("COMMENT ON SEQUENCE app.plain IS 'x'", "changed sequence app.plain: comment"),
    case("GRANT USAGE ON SEQUENCE app.plain TO catalog_reader", "changed sequence app.plain: grants"),
    case("ALTER SEQUENCE app.plain OWNER TO catalog_reader", "changed sequence app.plain: grants owner"),
    case("GRANT USAGE ON SEQUENCE app.t_i_seq TO catalog_reader", "extra sequence app.t_i_seq"),
    case("COMMENT ON SEQUENCE app.t_i_seq IS 'x'", "extra sequence app.t_i_seq"),
    # views
    case("CREATE VIEW app.new AS SELECT 1 AS one", "extra view app.new"),
    case("CREATE OR REPLACE VIEW app.v AS SELECT a, b FROM app.t", "changed view app.v: definition"),
    case("ALTER VIEW app.v RENAME a TO aa", "changed view app.v: columns definition"),
    case("ALTER VIEW app.v SET (security_barrier)", "changed view app.v: options"),
    case("ALTER VIEW app.v SET (security_invoker)", "changed view app.v: options", since=15),
    case("ALTER VIEW app.v SET (check_option = local)", "changed view app.v: check option"),
    case("COMMENT ON VIEW app.v IS 'x'", "changed view app.v: comment"),
    case("GRANT SELECT ON app.v TO catalog_reader", "changed view app.v: grants"),
    case("ALTER VIEW app.v OWNER TO catalog_reader", "changed view app.v: grants owner"),
    case("REFRESH MATERIALIZED VIEW app.m WITH NO DATA", "changed materialized view app.m: populated"),
    case("ALTER MATERIALIZED VIEW app.m SET (fillfactor = 70)", "changed materialized view app.m: options"),
    case("ALTER MATERIALIZED VIEW app.m SET (toast.autovacuum_enabled = off)",
         "changed materialized view app.m: toast options"),
    case("ALTER MATERIALIZED VIEW app.m CLUSTER ON m_a", "changed materialized view app.m: clustered on"),
    case("ALTER MATERIALIZED VIEW app.m SET ACCESS METHOD heap_too",
         "changed materialized view app.m: access method", since=15),
    case("COMMENT ON MATERIALIZED VIEW app.m IS 'x'", "changed materialized view app.m: comment"),
    # triggers
    on_t("DISABLE TRIGGER fires", "changed trigger fires on app.t: enabled"),
    on_t("ENABLE REPLICA TRIGGER fires", "changed trigger fires on app.t: enabled"),
    on_t("ENABLE ALWAYS TRIGGER fires", "changed trigger fires on app.t: enabled"),
    case("DROP TRIGGER fires ON app.t", "missing trigger fires on app.t"),
    *(
        case(f"DROP TRIGGER fires ON app.t; CREATE TRIGGER fires {text}", "changed trigger fires on app.t: definition")
        for text in (
            "AFTER UPDATE OF a ON app.t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION app.fire()",
            "BEFORE UPDATE OF b ON app.t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION app.fire()",
            "BEFORE UPDATE OF a ON app.t FOR EACH ROW WHEN (new.a > 2) EXECUTE FUNCTION app.fire()",
            "BEFORE UPDATE OF a ON app.t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION app.fire_too()",
            "BEFORE UPDATE OF a ON app.t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION app.fire('x')",
            "BEFORE UPDATE OF a ON app.t FOR EACH STATEMENT EXECUTE FUNCTION app.fire()",
            "AFTER UPDATE ON app.t REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.fire()",
        )
    ),
    case("DROP TRIGGER checks ON app.t; CREATE CONSTRAINT TRIGGER checks AFTER INSERT ON app.t"
         " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.fire()",
         "changed trigger checks on app.t: definition"),
    case("CREATE TRIGGER vt INSTEAD OF INSERT ON app.v FOR EACH ROW EXECUTE FUNCTION app.fire()",
         "extra trigger vt on app.v"),
    case("COMMENT ON TRIGGER fires ON app.t IS 'x'", "changed trigger fires on app.t: comment"),
    case("ALTER TABLE app.spread_1 DISABLE TRIGGER spread_fires", "extra trigger spread_fires on app.spread_1"),
    case("ALTER TABLE ONLY app.spread DISABLE TRIGGER spread_fires",
         "changed trigger spread_fires on app.spread: enabled", "extra trigger spread_fires on app.spread_1"),
    # rules
    case("DROP RULE nothing ON app.t", "missing rule nothing on app.t"),
    case("CREATE OR REPLACE RULE nothing AS ON DELETE TO app.t WHERE a > 0 DO INSTEAD NOTHING",
         "changed rule nothing on app.t: definition"),
    on_t("DISABLE RULE nothing", "changed rule nothing on app.t: enabled"),
    on_t("ENABLE REPLICA RULE nothing", "changed rule nothing on app.t: enabled"),
    case("COMMENT ON RULE nothing ON app.t IS 'x'", "changed rule nothing on app.t: comment"),
    case("CREATE RULE vr AS ON INSERT TO app.v DO INSTEAD NOTHING", "extra rule vr on app.v"),
    # policies
    case("ALTER POLICY see ON app.t TO PUBLIC", "changed policy see on app.t: roles"),
    case("ALTER POLICY see ON app.t TO postgres, catalog_reader", "changed policy see on app.t: roles"),
    case("ALTER POLICY see ON app.t USING (a > 1)", "changed policy see on app.t: using"),
    case("ALTER POLICY put ON app.t WITH CHECK (a > 1)", "changed policy put on app.t: check"),
    case("DROP POLICY see ON app.t; CREATE POLICY see ON app.t FOR DELETE TO catalog_reader USING (a > 0)",
         "changed policy see on app.t: command"),
    case("DROP POLICY see ON app.t; CREATE POLICY see ON app.t AS RESTRICTIVE FOR SELECT TO catalog_reader"
         " USING (a > 0)", "changed policy see on app.t: restrictive"),
    case("COMMENT ON POLICY see ON app.t IS 'x'", "changed policy see on app.t: comment"),
    # extended statistics
    case("ALTER STATISTICS app.both SET STATISTICS 50", "changed statistics object both on app.t: target"),
    case("ALTER STATISTICS app.both OWNER TO catalog_reader", "changed statistics object both on app.t: owner"),
    case("COMMENT ON STATISTICS app.both IS 'x'", "changed statistics object both on app.t: comment"),
    case("DROP STATISTICS app.both; CREATE STATISTICS app.both (dependencies, mcv) ON a, n FROM app.t",
         "changed statistics object both on app.t: definition"),
    case("CREATE STATISTICS app.more ON lower(b), a FROM app.t", "extra statistics object more on app.t"),
]  # fmt: skip


def read(conn: psycopg.Connection) -> Catalog:
    """Return what the queries of relations say within the transaction that is open. Read-only."""
    conn.execute("SELECT set_config('search_path', '', true)")
    rows = [row for name in FAMILIES for row in conn.execute(query(f"schema/{name}"), {"ledger": "public"})]
    records = [record_of(row) for row in rows]
    assert len({record.key for record in records}) == len(records), "two things have one key"
    return {record.key: record for record in records}


def told(before: Catalog, after: Catalog) -> set[str]:
    """Return the differences of two catalogs in words."""
    return {
        f"{d.what} {d.record}" + (f": {' '.join(c.attribute for c in d.changes)}" if d.changes else "")
        for d in compare(before, after)
    }


@contextmanager
def database_of(server: Server, name: str) -> Generator[psycopg.Connection]:
    """A database of its own, beside a role and a tablespace for the cases. Writes."""
    with server.connect("postgres") as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'catalog_reader'").fetchone():
            admin.execute("CREATE ROLE catalog_reader")
            if server.major >= 15:
                admin.execute("SET allow_in_place_tablespaces = on")
                admin.execute("CREATE TABLESPACE catalog_space LOCATION ''")
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        try:
            with server.connect(name) as conn:
                yield conn
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def base(each_server: Server) -> Iterator[tuple[psycopg.Connection, Catalog]]:
    """A connection to a database that holds BASE, and what is told of it."""
    with database_of(each_server, f"catalog_{os.getpid()}") as conn:
        conn.execute(BASE)  # type: ignore[arg-type]
        with conn.transaction():
            catalog = read(conn)
        yield conn, catalog


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_change_is_seen_where_it_is_and_nowhere_else(base: tuple[psycopg.Connection, Catalog], case: Case) -> None:
    conn, before = base
    if not case.since <= conn.info.server_version // 10000 <= case.until:
        return
    with conn.transaction(force_rollback=True):
        conn.execute(case.sql)  # type: ignore[arg-type]
        assert told(before, read(conn)) == set(case.told)


def test_who_may_read_nothing_reads_the_same(base: tuple[psycopg.Connection, Catalog]) -> None:
    conn, before = base
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL ROLE catalog_reader")
        assert read(conn) == before


def test_two_databases_of_one_schema_are_equal_in_whatever_order_it_was_made(each_server: Server) -> None:
    # columns, grants, options, policies' roles, children, what was altered and altered back; auto-made names the same
    one = """
        CREATE SCHEMA app;
        CREATE TABLE app.a (id int PRIMARY KEY, b text DEFAULT 'x', c int NOT NULL CHECK (c > 0), s serial);
        CREATE TABLE app.b (id int UNIQUE, a int REFERENCES app.a) WITH (fillfactor = 70, autovacuum_enabled = off);
        CREATE TABLE app.c () INHERITS (app.a, app.b);
        CREATE INDEX a_b ON app.a (b);
        CREATE INDEX a_c ON app.a (c);
        CREATE VIEW app.v AS SELECT id, b, c FROM app.a;
        ALTER TABLE app.a ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON app.a TO catalog_reader, postgres USING (true);
        GRANT SELECT ON app.a TO catalog_reader; GRANT UPDATE ON app.a TO catalog_reader; GRANT SELECT ON app.a TO PUBLIC;
    """
    other = """
        CREATE SCHEMA app;
        CREATE TABLE app.b (a int, gone text, id int UNIQUE) WITH (autovacuum_enabled = off, fillfactor = 70);
        ALTER TABLE app.b DROP gone;
        CREATE TABLE app.a (c int NOT NULL CHECK (c > 0), s serial, b text, id int PRIMARY KEY);
        ALTER TABLE app.b ADD FOREIGN KEY (a) REFERENCES app.a;
        CREATE TABLE app.c () INHERITS (app.b, app.a);
        ALTER TABLE app.a ALTER b SET DEFAULT 'y';
        ALTER TABLE app.a ALTER b SET DEFAULT 'x';
        CREATE VIEW app.v AS SELECT id, b, c FROM app.a;
        GRANT UPDATE ON app.a TO catalog_reader; GRANT SELECT ON app.a TO PUBLIC; GRANT SELECT ON app.a TO catalog_reader;
        GRANT ALL ON app.b TO postgres;
        CREATE POLICY p ON app.a TO postgres, catalog_reader USING (true);
        CREATE INDEX a_c ON app.a (c);
        CREATE INDEX a_b ON app.a (b);
        COMMENT ON TABLE app.a IS 'x';
        COMMENT ON TABLE app.a IS NULL;
        ALTER TABLE app.a ENABLE ROW LEVEL SECURITY;
    """
    with database_of(each_server, f"catalog_order_{os.getpid()}") as conn:
        catalogs: list[Catalog] = []
        for sql in (one, other):
            with conn.transaction(force_rollback=True):
                conn.execute(sql)  # type: ignore[arg-type]
                catalogs.append(read(conn))
    assert told(*catalogs) == set()
    assert catalogs[0] == catalogs[1]


def test_what_is_an_extension_s_or_the_server_s_or_dbtool_s_own_is_not_told(each_database: Database) -> None:
    with each_database.connect() as conn:
        empty = read_catalog(conn, ledger_schema="public")
        assert [str(r) for r in empty.values() if r.kind == "schema"] == ["schema public"]
        conn.execute("""
            CREATE SCHEMA ledger;
            CREATE TABLE ledger.yoyo_lock (id int PRIMARY KEY);
            CREATE TABLE ledger._yoyo_log (id int REFERENCES ledger.yoyo_lock);
            CREATE INDEX ON ledger._yoyo_log (id);
            COMMENT ON COLUMN ledger._yoyo_log.id IS 'x';
            CREATE TEMPORARY TABLE passing (id serial PRIMARY KEY, i int GENERATED ALWAYS AS IDENTITY);
            CREATE TEMPORARY VIEW glimpse AS SELECT 1 AS one;
            CREATE TABLE public.member (id serial PRIMARY KEY, i int GENERATED ALWAYS AS IDENTITY, n int CHECK (n > 0));
            CREATE INDEX ON public.member (n);
            CREATE SCHEMA members;
            CREATE VIEW members.view AS SELECT 1 AS one;
            ALTER EXTENSION plpgsql ADD TABLE public.member;
            ALTER EXTENSION plpgsql ADD SEQUENCE public.member_id_seq;
            ALTER EXTENSION plpgsql ADD VIEW members.view;
            ALTER EXTENSION plpgsql ADD SCHEMA members;
            CREATE TABLE members.not_one ();
        """)
        found = compare(empty, read_catalog(conn, ledger_schema="ledger"))
        assert [str(d.record) for d in found] == ["table members.not_one"]
        # the same schema, when it is a schema like any other
        assert "schema ledger" in {str(r) for r in read_catalog(conn, ledger_schema="public").values()}
        # the ledger's, when there is more in it
        conn.execute("ALTER TABLE ledger.yoyo_lock ADD s serial, ADD i int GENERATED ALWAYS AS IDENTITY")
        conn.execute("GRANT SELECT ON SEQUENCE ledger.yoyo_lock_i_seq TO PUBLIC")
        conn.execute("CREATE TABLE ledger.ours ()")
        found = compare(empty, read_catalog(conn, ledger_schema="ledger"))
        assert [str(d.record) for d in found] == ["schema ledger", "table ledger.ours", "table members.not_one"]


def test_names_of_any_kind_stay_what_they_are(each_database: Database) -> None:
    with each_database.connect() as conn:
        conn.execute("""
            CREATE SCHEMA "Größe "" & .Co";
            SET search_path = "Größe "" & .Co";
            CREATE TABLE "Order" (
                "select" int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "Größe "" & .Co"."the Seq"),
                "a.b" serial, "日本" text DEFAULT E'it''s \\\\ {brace} %s', CONSTRAINT "C %" CHECK ("a.b" > 0)
            );
            CREATE INDEX "I ""x"" y" ON "Order" ("日本") WITH (fillfactor = 50);
            CREATE TABLE "order" ("Order" int);
            CREATE VIEW "View" AS SELECT "日本" FROM "Order";
            CREATE POLICY "P 1" ON "order";
            CREATE RULE "R" AS ON INSERT TO "View" DO INSTEAD NOTHING;
            CREATE STATISTICS "S t" ON "a.b", "日本" FROM "Order";
        """)
        catalog = {(r.kind, r.parent, r.name): r for r in read_catalog(conn, ledger_schema="public").values()}
    schema = '"Größe "" & .Co"'
    assert ("table", "", "Order") in catalog
    column = catalog["column", f'{schema}."Order"', "日本"]
    assert column.schema == 'Größe " & .Co'
    assert column.is_ == {"type": "text", "default": r"'it''s \ {brace} %s'::text"}
    assert catalog["column", f'{schema}."Order"', "select"].is_["identity options"]["sequence"] == "the Seq"
    assert catalog["sequence", "", "Order_a.b_seq"].is_["owned by"] == f'{schema}."Order"."a.b"'
    assert ("column", f'{schema}."order"', "Order") in catalog
    assert catalog["index", f'{schema}."Order"', 'I "x" y'].is_ == {
        "definition": f'CREATE INDEX "I ""x"" y" ON {schema}."Order" USING btree ("日本")',
        "options": {"fillfactor": "50"},
    }
    for kind, parent, name in (
        ("constraint", "Order", "C %"), ("policy", "order", "P 1"), ("rule", "View", "R"),
        ("statistics object", "Order", "S t"),
    ):  # fmt: skip
        assert (kind, f'{schema}."{parent}"', name) in catalog


def test_grants_say_who_gave_what_to_whom(each_server: Server) -> None:
    with database_of(each_server, f"catalog_grants_{os.getpid()}") as conn, conn.transaction(force_rollback=True):
        conn.execute("""
            CREATE ROLE "a ""=/,b"; CREATE ROLE "PUBLIC";
            CREATE TABLE t (a int);
            REVOKE ALL ON t FROM postgres;
            GRANT UPDATE, SELECT, INSERT ON t TO "a ""=/,b" WITH GRANT OPTION;
            GRANT DELETE ON t TO "a ""=/,b";
            GRANT SELECT ON t TO PUBLIC, "PUBLIC";
            GRANT REFERENCES (a) ON t TO PUBLIC;
            SET LOCAL ROLE "a ""=/,b";
            GRANT INSERT ON t TO catalog_reader;
            RESET ROLE;
            CREATE TABLE mine (); REVOKE ALL ON mine FROM postgres;
        """)
        records = {str(r): r for r in read(conn).values()}
    assert records["table public.t"].grants == (
        "PUBLIC=SELECT/postgres",
        '"PUBLIC"=SELECT/postgres',
        '"a ""=/,b"=DELETE,INSERT*,SELECT*,UPDATE*/postgres',
        'catalog_reader=INSERT/"a ""=/,b"',
    )
    assert records["table public.mine"].grants == ()
    assert records["column a on public.t"].grants == ("PUBLIC=REFERENCES/postgres",)


def test_a_partition_tells_what_is_its_own(each_database: Database) -> None:
    with each_database.connect() as conn:
        conn.execute("""
            CREATE TABLE parents (id int PRIMARY KEY);
            CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TABLE spread (id int, at date, parent int REFERENCES parents, PRIMARY KEY (id, at))
                PARTITION BY RANGE (at);
            CREATE INDEX spread_parent ON spread (parent);
            CREATE TRIGGER fires AFTER INSERT ON spread FOR EACH ROW EXECUTE FUNCTION fire();
            CREATE TABLE first PARTITION OF spread FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
            CREATE TABLE second (id int NOT NULL, at date NOT NULL, parent int, CONSTRAINT own_key PRIMARY KEY (id, at));
            CREATE INDEX own_index ON second (parent);
            ALTER TABLE spread ATTACH PARTITION second FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
            ALTER TABLE second ALTER parent SET DEFAULT 5;
            ALTER TABLE second DISABLE TRIGGER ALL;
        """)
        catalog = {str(r): dict(r.is_) for r in read_catalog(conn, ledger_schema="public").values()}
    assert catalog["table public.spread"] == {"partition by": "RANGE (at)"}
    assert catalog["table public.second"] == {
        "partition of": "public.spread",
        "bound": "FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)",
    }
    assert catalog["column parent on public.second"] == {"type": "integer", "default": "5", "inherited": True}
    assert catalog["constraint own_key on public.second"] == {
        "type": "primary key", "definition": "PRIMARY KEY (id, at)", "inherited": True, "partition of": "public.spread_pkey",
    }  # fmt: skip
    assert catalog["index own_index on public.second"]["partition of"] == "public.spread_parent"
    assert catalog["index first_parent_idx on public.first"]["partition of"] == "public.spread_parent"
    assert catalog["trigger fires on public.second"] == {"enabled": "disabled", "inherited": True}
    assert "trigger fires on public.first" not in catalog
    foreign_keys = {name: is_ for name, is_ in catalog.items() if is_.get("type") == "foreign key"}
    # the one whose triggers do not fire says so, though the parent says the rest
    assert foreign_keys.keys() == {"constraint spread_parent_fkey on public.spread",
                                   "constraint spread_parent_fkey on public.second"}  # fmt: skip
    assert set(foreign_keys["constraint spread_parent_fkey on public.second"]["triggers"].values()) == {"disabled"}
