"""What the engine writes for views, routines, triggers, policies and rules makes what was wanted, there and back.

The changes are those of the catalog's tests, and more. Each runs in a transaction that is rolled back: what it makes
is read, undone, and made again by the engine's statements.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
import pytest

from dbtool.queries import query
from dbtool.schema.catalog import Record, record_of
from dbtool.schema.kinds import aggregates, functions, policies, rules, triggers, views
from dbtool.schema.kinds.kind import Kind
from dbtool.schema.statement import Statement
from dbtool.schema.whole import Schema, parts_of
from tests.database import test_catalog_r, test_catalog_t
from tests.servers import Server

KINDS: dict[str, Kind] = {
    **functions.KINDS, **aggregates.KINDS, **views.KINDS, **triggers.KINDS, **rules.KINDS, **policies.KINDS,
}  # fmt: skip
FAMILIES = ("functions", "views", "triggers", "event_triggers", "rules", "policies", "tables")

BASE = """
CREATE SCHEMA app;
CREATE SCHEMA "a.B";
CREATE COLLATION app.by_bytes (provider = libc, locale = 'C');
CREATE TABLE app.t (a int PRIMARY KEY, b text, c varchar(20), d numeric(10, 2), e int[]);
CREATE TABLE "a.B"."T" (a int PRIMARY KEY, "select" text);
CREATE TYPE app.pair AS (a int, b text);
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE EXTENSION hstore SCHEMA public;
CREATE EXTENSION citext SCHEMA public;

CREATE VIEW app.v AS SELECT a, b FROM app.t WHERE a > 0;
CREATE VIEW app.checked WITH (security_barrier) AS SELECT a, b, c FROM app.t WHERE a > 0 WITH CASCADED CHECK OPTION;
CREATE RECURSIVE VIEW app.counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 9;
CREATE VIEW app.ordered AS SELECT a AS "Order", 'it''s; $$' AS "q u o""te" FROM app.t ORDER BY b DESC NULLS LAST LIMIT 3;
CREATE VIEW app.nothing AS SELECT;
CREATE VIEW "a.B"."V;" AS SELECT "T".*, "T" AS whole FROM "a.B"."T";
CREATE MATERIALIZED VIEW app.m AS SELECT a, b FROM app.t;
CREATE MATERIALIZED VIEW app.full WITH (fillfactor = 70, toast.autovacuum_enabled = off) AS
    SELECT a, b FROM app.t WHERE b <> '' WITH NO DATA;

CREATE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT a + b';
CREATE FUNCTION app.unnamed(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION app.outs(x int, OUT a int, OUT b text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;
CREATE FUNCTION app.out1(x int, OUT a int) LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION app.inout(INOUT x int, INOUT y text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;
CREATE FUNCTION app.columns(x int) RETURNS TABLE (a int, "B" timestamptz) LANGUAGE sql AS 'SELECT 1, now()';
CREATE FUNCTION app.every(VARIADIC a int[] DEFAULT '{}') RETURNS SETOF int ROWS 7 LANGUAGE sql AS 'SELECT unnest(a)';
CREATE FUNCTION app.any(a anyelement, b anyelement DEFAULT 1) RETURNS anyelement LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION app.of_row(x app.t, y app.pair) RETURNS app.t LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION app.all_words(x int) RETURNS SETOF int LANGUAGE sql IMMUTABLE LEAKPROOF STRICT SECURITY DEFINER
    PARALLEL SAFE COST 0.25 ROWS 12 SET search_path = app, "$user", "a.B", pg_temp SET work_mem = '1MB'
    SET "app.Setting" = 'it''s' SET timezone = 'UTC' SET datestyle = 'ISO, DMY' SET temp_tablespaces = ''
    AS 'SELECT x';
CREATE FUNCTION app.dollars() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $$ $body$ it''s \\ $body$ $$; END -- $';
CREATE FUNCTION app.lines() RETURNS text LANGUAGE sql AS E'\\n  SELECT ''a''\\r\\n;\\n';
CREATE FUNCTION app.atomic(x int, y int DEFAULT 2) RETURNS int BEGIN ATOMIC SELECT x + y; SELECT x FROM app.t; END;
CREATE FUNCTION app.expression(x int) RETURNS int IMMUTABLE RETURN x + 1;
CREATE FUNCTION app.numbered() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
CREATE FUNCTION app.inner(internal) RETURNS internal LANGUAGE internal STRICT COST 3 AS 'numeric_support';
CREATE FUNCTION app.in_c(internal) RETURNS internal LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION "a.B"."F (x)"("In put" "a.B"."T") RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION app.with_extension() RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION app.with_extension() DEPENDS ON EXTENSION hstore;
CREATE PROCEDURE app.proceed(a int, b text DEFAULT 'x') LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE app.proceed(a int, OUT b text) LANGUAGE sql AS $$ SELECT 'x' $$;
CREATE PROCEDURE app.many(VARIADIC a int[]) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE app.bare() LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS 'BEGIN END';
ALTER PROCEDURE app.bare() DEPENDS ON EXTENSION citext;
CREATE PROCEDURE app.inout(INOUT a int) BEGIN ATOMIC SELECT a + 1; END;

CREATE FUNCTION app.step(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION app.third(int, int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $3';
CREATE FUNCTION app."Final (x)"(int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text';
CREATE OPERATOR app.<<< (LEFTARG = int, RIGHTARG = int, FUNCTION = int4lt, COMMUTATOR = OPERATOR(app.>>>));
CREATE AGGREGATE app.total(int) (SFUNC = app.step, STYPE = int, FINALFUNC = app."Final (x)", INITCOND = '0');
CREATE AGGREGATE app.named(value int) (SFUNC = int4larger, STYPE = int, SORTOP = >, PARALLEL = SAFE);
CREATE AGGREGATE app.moving(int) (SFUNC = int4pl, STYPE = int, SSPACE = 8, MSFUNC = int4pl, MINVFUNC = int4mi,
    MSTYPE = int, MSSPACE = 9, MFINALFUNC = int4abs, MFINALFUNC_MODIFY = SHAREABLE, MINITCOND = '1', FINALFUNC = int4abs);
CREATE AGGREGATE app.rows(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE FUNCTION app.join_all(text[], VARIADIC text[]) RETURNS text[] LANGUAGE sql AS 'SELECT $1 || $2';
CREATE AGGREGATE app.every(VARIADIC text[]) (SFUNC = app.join_all, STYPE = text[]);
CREATE AGGREGATE app.mean(int8) (SFUNC = int8_avg_accum, STYPE = internal, FINALFUNC = numeric_poly_avg,
    COMBINEFUNC = int8_avg_combine, SERIALFUNC = int8_avg_serialize, DESERIALFUNC = int8_avg_deserialize,
    PARALLEL = RESTRICTED, FINALFUNC_MODIFY = SHAREABLE);
CREATE AGGREGATE app.middle(float8 ORDER BY anyelement)
    (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE app.mode(ORDER BY x anyelement)
    (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = mode_final, FINALFUNC_EXTRA,
     FINALFUNC_MODIFY = READ_ONLY);
CREATE AGGREGATE app.place(VARIADIC "any" ORDER BY VARIADIC "any")
    (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);

CREATE FUNCTION app.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE app.spread (id int, at date, note text) PARTITION BY RANGE (at);
CREATE TABLE app.spread_1 PARTITION OF app.spread FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.spread_2 PARTITION OF app.spread FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
    PARTITION BY RANGE (at);
CREATE TABLE app.spread_2a PARTITION OF app.spread_2 FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
CREATE TABLE app.spread_2b PARTITION OF app.spread_2 FOR VALUES FROM ('2025-07-01') TO ('2026-01-01');
CREATE TRIGGER fires AFTER UPDATE OF note ON app.spread FOR EACH ROW WHEN (new.id > 0) EXECUTE FUNCTION app.fire('x');
CREATE TRIGGER apart AFTER INSERT ON app.spread FOR EACH ROW EXECUTE FUNCTION app.fire();
ALTER TABLE app.spread_2 ENABLE ALWAYS TRIGGER apart;
ALTER TABLE app.spread_2b DISABLE TRIGGER apart;
CREATE TRIGGER "Own ;" BEFORE INSERT ON "a.B"."T" FOR EACH ROW EXECUTE FUNCTION app.fire('it''s', '\\');
ALTER TABLE "a.B"."T" ENABLE REPLICA TRIGGER "Own ;";
CREATE TRIGGER seen AFTER UPDATE ON app.t REFERENCING OLD TABLE AS was NEW TABLE AS is_now
    FOR EACH STATEMENT EXECUTE FUNCTION app.fire();
CREATE CONSTRAINT TRIGGER checks AFTER INSERT ON app.t DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION app.fire();
COMMENT ON CONSTRAINT checks ON app.t IS 'it''s';
CREATE TRIGGER instead INSTEAD OF INSERT ON app.v FOR EACH ROW EXECUTE FUNCTION app.fire();
CREATE FUNCTION app.starts() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER starts ON ddl_command_start WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE')
    EXECUTE FUNCTION app.starts();
CREATE EVENT TRIGGER "Drops" ON sql_drop EXECUTE FUNCTION app.starts();
ALTER EVENT TRIGGER "Drops" DISABLE;

CREATE RULE nothing AS ON DELETE TO app.t DO INSTEAD NOTHING;
CREATE RULE "Two ;" AS ON UPDATE TO app.t WHERE old.a > 1
    DO ALSO (INSERT INTO app.t VALUES (new.a + 1, 'x;'); SELECT 1; DELETE FROM app.t WHERE a = new.a);
ALTER TABLE app.t DISABLE RULE "Two ;";
CREATE RULE on_view AS ON DELETE TO app.ordered DO INSTEAD DELETE FROM app.t WHERE b = 'it''s' RETURNING a, b;

CREATE POLICY see ON app.t FOR SELECT TO catalog_reader USING (a > 0);
CREATE POLICY put ON app.t FOR INSERT WITH CHECK (a > 0 AND b <> ') (');
CREATE POLICY strict ON app.t AS RESTRICTIVE TO PUBLIC USING (true) WITH CHECK (EXISTS (SELECT FROM "a.B"."T" AS x WHERE x.a = t.a));
CREATE POLICY "No ""one"" here" ON "a.B"."T" TO catalog_reader, CURRENT_USER;
"""


@dataclass(frozen=True)
class Case:
    """A change of a base, and whether it is to be made without dropping anything: None for whatever comes."""

    sql: str
    in_place: bool | None = None
    since: int = 14
    until: int = 99

    def __str__(self) -> str:
        return self.sql


def places(create: str, *, since: int = 14) -> Case:
    """What CREATE OR REPLACE can do."""
    return Case(create.replace("CREATE ", "CREATE OR REPLACE ", 1), True, since)


def replaces(what: str, create: str, since: int = 14) -> Case:
    """What needs a DROP."""
    return Case(f"DROP {what}; {create}", False, since)


CASES = [
    # views
    places("CREATE VIEW app.v AS SELECT a, b FROM app.t WHERE a > 1"),
    places("CREATE VIEW app.v WITH (security_barrier) AS SELECT a, b FROM app.t WHERE a > 1 WITH LOCAL CHECK OPTION"),
    places("CREATE VIEW app.checked AS SELECT a, b, c FROM app.t"),
    places("CREATE VIEW app.nothing WITH (security_invoker = true) AS SELECT WHERE false", since=15),
    Case("CREATE OR REPLACE VIEW app.checked AS SELECT a, b, c, e FROM app.t"),  # back: a column is taken away
    Case("ALTER VIEW app.checked SET (security_barrier = off, check_option = local)", True),
    Case("ALTER VIEW app.checked RESET (security_barrier, check_option)", True),
    Case("ALTER VIEW app.v SET (security_invoker, security_barrier)", True, 15),
    replaces("VIEW app.counting", "CREATE VIEW app.counting AS SELECT 1::bigint AS n"),
    replaces("VIEW app.checked", "CREATE VIEW app.checked AS SELECT a, b, c::varchar(30) FROM app.t"),
    replaces("VIEW app.checked", "CREATE VIEW app.checked AS SELECT a, b COLLATE app.by_bytes AS b, c FROM app.t"),
    replaces("VIEW app.checked", "CREATE VIEW app.checked AS SELECT a, c, b FROM app.t"),
    replaces("VIEW app.checked", 'CREATE VIEW app.checked AS SELECT a, b, c AS "C" FROM app.t'),
    Case("DROP VIEW app.ordered CASCADE"),
    Case("DROP VIEW app.counting; CREATE MATERIALIZED VIEW app.counting AS SELECT 1 AS n"),
    # materialized views
    replaces("MATERIALIZED VIEW app.m", "CREATE MATERIALIZED VIEW app.m AS SELECT a FROM app.t"),
    replaces("MATERIALIZED VIEW app.m", "CREATE MATERIALIZED VIEW app.m AS SELECT a, b FROM app.t WHERE a > 2"),
    Case("REFRESH MATERIALIZED VIEW app.full", True),
    Case("ALTER MATERIALIZED VIEW app.full SET (fillfactor = 80, autovacuum_enabled = on)", True),
    Case("ALTER MATERIALIZED VIEW app.full RESET (fillfactor, toast.autovacuum_enabled)", True),
    Case("ALTER MATERIALIZED VIEW app.m SET ACCESS METHOD heap_too, SET (fillfactor = 50)", True, 15),
    Case("ALTER MATERIALIZED VIEW app.m SET TABLESPACE catalog_space", True, 15),
    Case("CREATE MATERIALIZED VIEW app.new USING heap_too WITH (fillfactor = 50) TABLESPACE catalog_space AS SELECT 1 AS a"
         " WITH NO DATA", since=15),
    # functions
    places("CREATE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT b + a'"),
    places("CREATE FUNCTION app.add(a int, b int DEFAULT 5) RETURNS int LANGUAGE sql AS 'SELECT a + b'"),
    places("CREATE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int IMMUTABLE STRICT RETURN a + b"),
    places("CREATE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int LANGUAGE plpgsql STABLE COST 7 SECURITY DEFINER"
           " SET search_path = '' PARALLEL RESTRICTED AS 'BEGIN RETURN a; END'"),
    places("CREATE FUNCTION app.atomic(x int, y int DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT x + y'"),
    Case("CREATE OR REPLACE FUNCTION app.add(a int DEFAULT 4, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT b'"),
    Case("CREATE OR REPLACE FUNCTION app.unnamed(x int, y text) RETURNS int LANGUAGE sql AS 'SELECT x'"),
    Case("CREATE OR REPLACE FUNCTION app.unnamed(int, y text DEFAULT 'y') RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    places("CREATE FUNCTION app.outs(x int, OUT a int, OUT b text) LANGUAGE sql AS $$ SELECT 2, 'x' $$"),
    places("CREATE FUNCTION app.out1(x int, OUT other int) LANGUAGE sql AS $$ SELECT 1 $$"),
    places("CREATE FUNCTION app.out1(x int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$"),
    places("CREATE FUNCTION app.columns(x int, OUT a int, OUT \"B\" timestamptz) RETURNS SETOF record LANGUAGE sql"
           " AS 'SELECT 1, now()'"),
    places("CREATE FUNCTION app.every(VARIADIC a int[] DEFAULT '{1}') RETURNS SETOF int LANGUAGE sql AS 'SELECT unnest(a)'"),
    places("CREATE FUNCTION app.every(a int[] DEFAULT '{}') RETURNS SETOF int LANGUAGE sql AS 'SELECT unnest(a)'"),
    places("CREATE FUNCTION app.any(a anyelement, b anyelement DEFAULT 1) RETURNS anyelement LANGUAGE sql AS 'SELECT b'"),
    Case("DROP FUNCTION app.any(anyelement, anyelement); CREATE FUNCTION app.any(a anyelement, b anyelement DEFAULT"
         " 'x'::text) RETURNS anyelement LANGUAGE sql AS 'SELECT a'", False),
    replaces("FUNCTION app.add", "CREATE FUNCTION app.add(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT a + b'"),
    replaces("FUNCTION app.add", "CREATE FUNCTION app.add(a int, c int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT a'"),
    replaces("FUNCTION app.add", "CREATE FUNCTION app.add(a int, int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT a'"),
    replaces("FUNCTION app.add", "CREATE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int[] LANGUAGE sql AS 'SELECT e FROM app.t'"),
    replaces("FUNCTION app.outs", "CREATE FUNCTION app.outs(x int, OUT a int, OUT c text) LANGUAGE sql AS $$ SELECT 1, 'x' $$"),
    replaces("FUNCTION app.columns", "CREATE FUNCTION app.columns(x int) RETURNS TABLE (a int) LANGUAGE sql AS 'SELECT 1'"),
    replaces("FUNCTION app.inout", "CREATE FUNCTION app.inout(INOUT x int, y text) LANGUAGE sql AS 'SELECT 1'"),
    replaces("FUNCTION app.numbered()", "CREATE FUNCTION app.numbered() RETURNS bigint LANGUAGE sql AS 'SELECT 1'"),
    Case("DROP FUNCTION app.out1; CREATE PROCEDURE app.out1(x int, OUT a int) LANGUAGE sql AS 'SELECT 1'"),
    Case("DROP FUNCTION app.add; CREATE AGGREGATE app.add(int, int) (SFUNC = app.third, STYPE = int)"),
    Case("ALTER FUNCTION app.all_words(int) RESET ALL VOLATILE NOT LEAKPROOF CALLED ON NULL INPUT PARALLEL UNSAFE", True),
    Case("ALTER FUNCTION app.all_words(int) SET search_path = ''", True),
    Case("ALTER FUNCTION app.all_words(int) SET search_path = \"user\", \"A b\", \"q\"\"\", select_all, \"x,y\"", True),
    Case("ALTER FUNCTION app.all_words(int) SET search_path FROM CURRENT", True),
    Case("ALTER FUNCTION app.in_c(internal) COST 2", True),
    Case("ALTER FUNCTION app.expression(int) SUPPORT app.inner", True),
    Case("ALTER FUNCTION app.dollars() SET role = postgres", True),
    places("CREATE FUNCTION app.with_extension() RETURNS int LANGUAGE sql AS 'SELECT 2';"
           " ALTER FUNCTION app.with_extension() DEPENDS ON EXTENSION hstore"),
    Case("ALTER FUNCTION app.with_extension() NO DEPENDS ON EXTENSION hstore;"
         " ALTER FUNCTION app.with_extension() DEPENDS ON EXTENSION citext", True),
    Case("DROP FUNCTION \"a.B\".\"F (x)\""),
    # procedures
    places("CREATE PROCEDURE app.proceed(a int, b text DEFAULT 'y') LANGUAGE sql AS 'SELECT 2'"),
    places("CREATE PROCEDURE app.bare() LANGUAGE sql AS 'SELECT 1'; ALTER PROCEDURE app.bare() DEPENDS ON EXTENSION hstore"),
    replaces("PROCEDURE app.proceed(IN int)", "CREATE PROCEDURE app.proceed(a int, OUT c text) LANGUAGE sql AS $$ SELECT 'x' $$"),
    replaces("PROCEDURE app.proceed(IN int)", "CREATE PROCEDURE app.proceed(a int) LANGUAGE sql AS $$ SELECT 'x' $$"),
    replaces("PROCEDURE app.inout", "CREATE PROCEDURE app.inout(a int) LANGUAGE sql AS $$ SELECT 'x' $$"),
    Case("DROP PROCEDURE app.proceed(IN int)"),
    # aggregates
    places("CREATE AGGREGATE app.total(int) (SFUNC = int4larger, STYPE = int, FINALFUNC = app.\"Final (x)\", INITCOND = '1',"
           " SORTOP = OPERATOR(app.<<<))"),
    places("CREATE AGGREGATE app.named(value int) (SFUNC = int4larger, STYPE = int)"),
    places("CREATE AGGREGATE app.middle(float8 ORDER BY anyelement)"
           " (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA,"
           " FINALFUNC_MODIFY = SHAREABLE)"),
    places("CREATE AGGREGATE app.moving(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = int4abs)"),
    replaces("AGGREGATE app.total(int)", "CREATE AGGREGATE app.total(int) (SFUNC = app.step, STYPE = int)"),
    replaces("AGGREGATE app.named(int)", "CREATE AGGREGATE app.named(v int) (SFUNC = int4larger, STYPE = int)"),
    Case("ALTER ROUTINE app.total(int) DEPENDS ON EXTENSION hstore", True),
    Case("ALTER ROUTINE app.rows() DEPENDS ON EXTENSION hstore", True),
    Case("ALTER ROUTINE app.place(\"any\") DEPENDS ON EXTENSION hstore", True),
    Case("ALTER ROUTINE app.middle(float8, anyelement) DEPENDS ON EXTENSION hstore", True),
    Case("DROP AGGREGATE app.place(VARIADIC \"any\" ORDER BY VARIADIC \"any\"); DROP AGGREGATE app.mode(ORDER BY anyelement)"),
    # triggers
    places("CREATE TRIGGER fires AFTER INSERT ON app.spread FOR EACH ROW EXECUTE FUNCTION app.fire()"),
    places("CREATE TRIGGER seen BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION app.fire()"),
    Case('CREATE OR REPLACE TRIGGER "Own ;" AFTER INSERT ON "a.B"."T" FOR EACH ROW EXECUTE FUNCTION app.fire();'
         ' ALTER TABLE "a.B"."T" ENABLE ALWAYS TRIGGER "Own ;"', True),
    Case('CREATE OR REPLACE TRIGGER "Own ;" AFTER INSERT ON "a.B"."T" FOR EACH ROW EXECUTE FUNCTION app.fire();'
         ' ALTER TABLE "a.B"."T" ENABLE REPLICA TRIGGER "Own ;"', True),
    Case("CREATE OR REPLACE TRIGGER apart AFTER DELETE ON app.spread FOR EACH ROW EXECUTE FUNCTION app.fire();"
         " ALTER TABLE app.spread_2 ENABLE ALWAYS TRIGGER apart; ALTER TABLE app.spread_2b DISABLE TRIGGER apart", True),
    Case("ALTER TABLE app.spread DISABLE TRIGGER fires", True),
    Case("ALTER TABLE app.spread ENABLE REPLICA TRIGGER apart; ALTER TABLE app.spread_2 ENABLE ALWAYS TRIGGER apart;"
         " ALTER TABLE app.spread_2b DISABLE TRIGGER apart", True),
    Case("ALTER TABLE app.spread_2 ENABLE REPLICA TRIGGER apart; ALTER TABLE app.spread_2b DISABLE TRIGGER apart", True),
    Case("ALTER TABLE app.spread_1 DISABLE TRIGGER apart", True),
    Case("ALTER TABLE app.spread_2 ENABLE TRIGGER apart"),
    Case("ALTER TABLE app.spread DISABLE TRIGGER apart"),
    Case("ALTER TABLE ONLY app.spread DISABLE TRIGGER apart"),
    replaces("TRIGGER checks ON app.t", "CREATE CONSTRAINT TRIGGER checks AFTER UPDATE ON app.t"
             " FOR EACH ROW EXECUTE FUNCTION app.fire()"),
    Case("COMMENT ON CONSTRAINT checks ON app.t IS NULL", True),
    Case("COMMENT ON CONSTRAINT checks ON app.t IS 'other'; ALTER TABLE app.t DISABLE TRIGGER checks", True),
    Case("DROP TRIGGER instead ON app.v; DROP TRIGGER checks ON app.t; DROP TRIGGER apart ON app.spread"),
    # event triggers
    Case('ALTER EVENT TRIGGER "Drops" ENABLE; ALTER EVENT TRIGGER starts ENABLE ALWAYS', True),
    replaces("EVENT TRIGGER starts", "CREATE EVENT TRIGGER starts ON ddl_command_end EXECUTE FUNCTION app.starts()"),
    Case('DROP EVENT TRIGGER "Drops"'),
    # rules
    places("CREATE RULE nothing AS ON INSERT TO app.t DO ALSO NOTIFY changed"),
    places('CREATE RULE "Two ;" AS ON UPDATE TO app.t DO INSTEAD NOTHING'),
    Case('CREATE OR REPLACE RULE "Two ;" AS ON UPDATE TO app.t DO ALSO NOTIFY x; ALTER TABLE app.t ENABLE ALWAYS RULE "Two ;"', True),
    Case("DROP RULE on_view ON app.ordered"),
    # policies
    Case("ALTER POLICY strict ON app.t TO catalog_reader USING (a = 1 OR b = '(') WITH CHECK (a IN (1, 2))", True),
    Case('ALTER POLICY "No ""one"" here" ON "a.B"."T" TO PUBLIC', True),
    Case('ALTER POLICY "No ""one"" here" ON "a.B"."T" USING (a = 1)'),
    Case('ALTER POLICY "No ""one"" here" ON "a.B"."T" USING (a = 1) WITH CHECK (("T").a = ("T").a)'),
    replaces("POLICY strict ON app.t", "CREATE POLICY strict ON app.t USING (true) WITH CHECK (true)"),
    replaces("POLICY see ON app.t", "CREATE POLICY see ON app.t FOR DELETE USING (a > 0)"),
]  # fmt: skip


def read(conn: psycopg.Connection) -> Schema:
    """Return the parts of these families within the transaction that is open. Read-only."""
    with conn.transaction():
        conn.execute("SELECT set_config('search_path', '', true)")
        rows = [row for name in FAMILIES for row in conn.execute(query(f"schema/{name}"), {"ledger": "public"})]
        conn.execute("SELECT set_config('search_path', 'public', true)")
    catalog = {record.key: record for record in map(record_of, rows)}
    return Schema(parts=parts_of(catalog), needs={}, version=conn.info.server_version, role="postgres")


def mine(schema: Schema) -> dict[tuple[str, str, str, str], dict[str, object]]:
    """What is told of the kinds under test, without what words.py says of all kinds."""
    return {key: dict(record.is_) for key, record in schema.parts.items() if record.kind in KINDS}


@dataclass(frozen=True)
class Written:
    """The statements from one schema to another, and what was dropped for them."""

    drops: list[Statement]
    alters: list[Statement]
    creates: list[Statement]

    @property
    def sql(self) -> list[str]:
        return [s.sql for s in (*self.drops, *self.alters, *self.creates)]


def written(current: Schema, wanted: Schema) -> Written:
    """Return what the kinds write, in an order that does for things which need little of each other."""
    was, is_ = mine(current), mine(wanted)
    gone = [key for key in was if key not in is_]
    new = [key for key in is_ if key not in was]
    alters: list[Statement] = []
    for key in sorted((k for k in was if k in is_ and was[k] != is_[k]), key=_place):
        changed = KINDS[key[0]].alter(current.parts[key], wanted.parts[key], current, wanted)
        if changed is None:
            gone.append(key)
            new.append(key)
        else:
            alters += changed
    drops = [
        s for key in sorted(gone, key=_place, reverse=True) for s in KINDS[key[0]].dropped(current.parts[key], current)
    ]
    creates = [s for key in sorted(new, key=_place) for s in KINDS[key[0]].create(wanted.parts[key], wanted, ())]
    return Written(drops, alters, creates)


def _place(key: tuple[str, str, str, str]) -> tuple[int, str, str]:
    return list(KINDS).index(key[0]), key[2], key[3]


def execute(conn: psycopg.Connection, statements: Sequence[str]) -> None:
    """Execute each by itself, as a migration does. Writes."""
    conn.execute("SET LOCAL check_function_bodies = off")
    for statement in statements:
        assert not statement.rstrip().endswith(";")
        conn.execute(statement)  # type: ignore[arg-type]


def there_and_back(conn: psycopg.Connection, before: Schema, case: Case) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute(case.sql)  # type: ignore[arg-type]
        after = read(conn)
    assert mine(before) != mine(after) or case.in_place is None, "no difference to write"
    forward, back = written(before, after), written(after, before)
    if case.in_place is not None:
        assert bool(forward.drops) != case.in_place, forward.sql
    with conn.transaction(force_rollback=True):
        execute(conn, forward.sql)
        assert mine(read(conn)) == mine(after), forward.sql
        execute(conn, back.sql)
        assert mine(read(conn)) == mine(before), back.sql


def _applies(conn: psycopg.Connection, case: Case) -> bool:
    return case.since <= conn.info.server_version // 10000 <= case.until


@pytest.fixture(scope="module")
def own(each_server: Server) -> Iterator[tuple[psycopg.Connection, Schema]]:
    with test_catalog_r.database_of(each_server, f"kinds_code_{os.getpid()}") as conn:
        conn.execute(BASE)  # type: ignore[arg-type]
        yield conn, read(conn)


@pytest.fixture(scope="module")
def relations(each_server: Server) -> Iterator[tuple[psycopg.Connection, Schema]]:
    with test_catalog_r.database_of(each_server, f"kinds_code_r_{os.getpid()}") as conn:
        conn.execute(test_catalog_r.BASE)  # type: ignore[arg-type]
        yield conn, read(conn)


@pytest.fixture(scope="module")
def types(each_server: Server) -> Iterator[tuple[psycopg.Connection, Schema]]:
    with test_catalog_t.database_of(each_server, f"kinds_code_t_{os.getpid()}") as conn:
        with conn.transaction():
            conn.execute(test_catalog_t.BASE)  # type: ignore[arg-type]
        yield conn, read(conn)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_change_is_written_there_and_back(own: tuple[psycopg.Connection, Schema], case: Case) -> None:
    if _applies(own[0], case):
        there_and_back(*own, case)


def _of_kinds(cases: Sequence[test_catalog_r.Case | test_catalog_t.Case]) -> list[Case]:
    return [
        Case(case.sql, None, case.since, case.until)
        for case in cases
        if any(f" {kind} " in f" {told}" for told in case.told for kind in KINDS)
    ]


@pytest.mark.parametrize("case", _of_kinds(test_catalog_r.CASES), ids=str)
def test_changes_of_relations(relations: tuple[psycopg.Connection, Schema], case: Case) -> None:
    if _applies(relations[0], case):
        there_and_back(*relations, case)


@pytest.mark.parametrize("case", _of_kinds(test_catalog_t.CASES), ids=str)
def test_changes_of_routines(types: tuple[psycopg.Connection, Schema], case: Case) -> None:
    if _applies(types[0], case):
        there_and_back(*types, case)


def test_each_thing_is_made_as_it_was(own: tuple[psycopg.Connection, Schema]) -> None:
    conn, schema = own
    records: list[Record] = [r for r in schema.parts.values() if r.kind in KINDS]
    assert {r.kind for r in records} == set(KINDS)
    for record in records:
        kind = KINDS[record.kind]
        with conn.transaction(force_rollback=True):
            for statement in kind.dropped(record, schema):
                cascade = " CASCADE" if statement.sql.startswith("DROP") else ""
                conn.execute(statement.sql + cascade)  # type: ignore[arg-type]
            assert record.key not in read(conn).parts
            made = [s.sql for s in kind.create(record, schema, ())]
            execute(conn, made)
            assert read(conn).parts[record.key].is_ == record.is_, made
            conn.execute(f"COMMENT ON {kind.reference(record)} IS 'x'")  # type: ignore[arg-type]
            if kind.grant_word == "FUNCTION" and record.kind == "aggregate":
                name = aggregates.named_as_function(record)
                conn.execute(f"GRANT EXECUTE ON FUNCTION {name} TO catalog_reader")  # type: ignore[arg-type]
