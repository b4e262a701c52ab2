"""What the engine writes for types, operators, casts, text search and their like makes what was wanted, there and back.

The changes are those of the catalog's tests, and more. Each runs in a transaction that is rolled back: what it makes
is read, and made from the base by the engine's statements; and the base from it.
"""

import os
from collections.abc import Iterator

import psycopg
import pytest

from dbtool.queries import query
from dbtool.schema.catalog import FAMILIES, Catalog, compare, record_of
from dbtool.schema.planning.engine import difference
from dbtool.schema.reading.hints import hints_of
from dbtool.schema.reading.needs import needs_of
from dbtool.schema.statement import Statement, Unmanageable
from dbtool.schema.whole import Schema, parts_of
from tests.database import test_catalog_t as catalog_t
from tests.servers import Server

KINDS = (
    "type", "domain constraint", "operator", "operator class", "operator family", "cast", "transform", "conversion",
    "collation", "language", "access method", "text search parser", "text search template", "text search dictionary",
    "text search configuration",
)  # fmt: skip

BASE = r"""
CREATE SCHEMA app; CREATE SCHEMA other; CREATE SCHEMA "Odd ""x"".y";
CREATE COLLATION app.by_bytes (provider = libc, locale = 'C');
CREATE TYPE app.status AS ENUM ('a', 'it''s', 'c\d');
CREATE TYPE app.pair AS (a int, b text, c varchar(10) COLLATE app.by_bytes);
COMMENT ON COLUMN app.pair.a IS 'the a';
CREATE TYPE app.inner_t AS (x int, y text);
CREATE TYPE app.outer_t AS (i app.inner_t, n int);
CREATE TYPE app.nothing AS ();
CREATE DOMAIN app.positive AS int CONSTRAINT is_positive CHECK (VALUE > 0);
CREATE DOMAIN app.more AS app.positive CHECK (VALUE > 10) DEFAULT 11;
CREATE DOMAIN app.plain AS text;
CREATE DOMAIN app.strict AS text NOT NULL;
ALTER DOMAIN app.plain ADD CONSTRAINT unsure CHECK (VALUE <> '') NOT VALID;
CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE app.timerange AS RANGE (subtype = time, multirange_type_name = other.many_times);
CREATE TYPE app.words AS RANGE (subtype = text, collation = app.by_bytes, subtype_opclass = pg_catalog.text_pattern_ops);
CREATE TYPE app.whole;
CREATE FUNCTION app.canon(app.whole) RETURNS app.whole LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE app.whole AS RANGE (subtype = int4, canonical = app.canon);
CREATE TABLE app.t (id int, p app.inner_t);
CREATE TABLE app.typed OF app.pair;
CREATE FUNCTION app.eq(int8, int4) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
CREATE FUNCTION app.eq2(int4, int8) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
CREATE FUNCTION app.ne(int8, int4) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> $2';
CREATE OPERATOR app.=~= (LEFTARG = int8, RIGHTARG = int4, FUNCTION = app.eq, COMMUTATOR = OPERATOR(app.=~=), NEGATOR = OPERATOR(app.<~>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR app.=~= (LEFTARG = int4, RIGHTARG = int8, FUNCTION = app.eq2, COMMUTATOR = OPERATOR(app.=~=));
CREATE OPERATOR app.<~> (LEFTARG = int8, RIGHTARG = int4, FUNCTION = app.ne);
CREATE OPERATOR "Odd ""x"".y".## (LEFTARG = int8, RIGHTARG = int4, FUNCTION = app.ne);
CREATE TYPE "Odd ""x"".y"."T (a, b)" AS (a int);
CREATE FUNCTION "Odd ""x"".y"."F(("("Odd ""x"".y"."T (a, b)", "Odd ""x"".y"."T (a, b)") RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR "Odd ""x"".y".<~ (LEFTARG = "Odd ""x"".y"."T (a, b)", RIGHTARG = "Odd ""x"".y"."T (a, b)", FUNCTION = "Odd ""x"".y"."F((", COMMUTATOR = OPERATOR("Odd ""x"".y".~>));
CREATE OPERATOR "Odd ""x"".y".~> (LEFTARG = "Odd ""x"".y"."T (a, b)", RIGHTARG = "Odd ""x"".y"."T (a, b)", FUNCTION = "Odd ""x"".y"."F((");
CREATE FUNCTION app.cmp("Odd ""x"".y"."T (a, b)", "Odd ""x"".y"."T (a, b)") RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR FAMILY "Odd ""x"".y"."fam USING ()" USING btree;
CREATE OPERATOR CLASS "Odd ""x"".y"."cls USING ()" DEFAULT FOR TYPE "Odd ""x"".y"."T (a, b)" USING btree FAMILY "Odd ""x"".y"."fam USING ()" AS
  OPERATOR 1 "Odd ""x"".y".<~, OPERATOR 5 "Odd ""x"".y".~>, FUNCTION 1 app.cmp("Odd ""x"".y"."T (a, b)", "Odd ""x"".y"."T (a, b)"), FUNCTION 4 btequalimage(oid);
ALTER OPERATOR FAMILY "Odd ""x"".y"."fam USING ()" USING btree ADD OPERATOR 1 <(int4, int8), FUNCTION 1 (int4, int8) btint48cmp(int4, int8);
CREATE FUNCTION app.dist(point, point) RETURNS float8 LANGUAGE internal IMMUTABLE STRICT AS 'point_distance';
CREATE OPERATOR app.<-> (LEFTARG = point, RIGHTARG = point, FUNCTION = app.dist, COMMUTATOR = OPERATOR(app.<->));
CREATE OPERATOR CLASS app.points FOR TYPE point USING gist AS
  OPERATOR 15 app.<-> (point, point) FOR ORDER BY pg_catalog.float_ops, OPERATOR 11 >^(point, point),
  FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal),
  FUNCTION 3 gist_point_compress(internal), FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal),
  FUNCTION 7 gist_box_same(box, box, internal), FUNCTION 8 (point, point) gist_point_distance(internal, point, smallint, oid, internal), STORAGE box;
CREATE TEXT SEARCH DICTIONARY app.syn (TEMPLATE = snowball, language = 'german', stopwords = 'german');
CREATE TEXT SEARCH DICTIONARY app.simple (TEMPLATE = pg_catalog.simple, accept = 'false', stopwords = 'english');
CREATE TEXT SEARCH CONFIGURATION app.conf (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION app.conf ADD MAPPING FOR asciiword, word WITH app.syn, app.simple;
ALTER TEXT SEARCH CONFIGURATION app.conf ADD MAPPING FOR int WITH pg_catalog.simple;
CREATE TEXT SEARCH CONFIGURATION app.empty (PARSER = pg_catalog."default");
CREATE TYPE "Odd ""x"".y"."Enum" AS ENUM ('x');
CREATE CAST ("Odd ""x"".y"."Enum" AS json) WITH INOUT AS IMPLICIT;
CREATE COLLATION "Odd ""x"".y"."C" (provider = icu, locale = 'de-u-co-phonebk', deterministic = false);
CREATE COLLATION app.two (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
CREATE FUNCTION app.user_label() RETURNS text LANGUAGE sql AS 'SELECT 1::text';
"""

# Types with rows of them.
ROWS = r"""
CREATE SCHEMA app;
CREATE TYPE app.status AS ENUM ('a', 'b', 'c');
CREATE DOMAIN app.stat_d AS app.status DEFAULT 'a' CHECK (VALUE <> 'b');
CREATE TYPE app.has_status AS (s app.status, n int);
CREATE TYPE app.inner_t AS (x int, y text);
CREATE DOMAIN app.positive AS int CONSTRAINT is_positive CHECK (VALUE > 0);
CREATE TYPE app.span AS RANGE (subtype = float8);
CREATE TYPE app.whole;
CREATE FUNCTION app.canon(app.whole) RETURNS app.whole LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE app.whole AS RANGE (subtype = int4, canonical = app.canon);
CREATE TYPE app.base;
CREATE FUNCTION app.base_in(cstring) RETURNS app.base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.base_out(app.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE app.base (INPUT = app.base_in, OUTPUT = app.base_out, INTERNALLENGTH = 4, PASSEDBYVALUE);
CREATE TABLE app.enums (id int PRIMARY KEY, s app.status NOT NULL DEFAULT 'b', m app.status[] DEFAULT '{a,b}', CONSTRAINT k CHECK (s <> 'b'));
CREATE INDEX enums_s ON app.enums (s) WHERE s = 'a';
CREATE TABLE app.enums_domain (id int PRIMARY KEY, d app.stat_d);
CREATE TABLE app.enums_composite (id int PRIMARY KEY, h app.has_status);
CREATE VIEW app.v AS SELECT id, s FROM app.enums WHERE s = 'b';
CREATE FUNCTION app.f(app.status) RETURNS app.status LANGUAGE sql AS 'SELECT $1';
CREATE TABLE app.comps (id int PRIMARY KEY, c app.inner_t);
CREATE TABLE app.doms (id int PRIMARY KEY, p app.positive DEFAULT 5, a app.positive[]);
CREATE TABLE app.ranges (id int PRIMARY KEY, r app.span, w app.whole, m app.span_multirange);
CREATE TABLE app.bases (id int PRIMARY KEY, b app.base);
INSERT INTO app.enums VALUES (1, 'a', '{a,b}');
INSERT INTO app.enums_domain VALUES (1, 'a');
INSERT INTO app.enums_composite VALUES (1, '(a,1)');
INSERT INTO app.comps VALUES (1, '(1,one)'), (2, NULL);
INSERT INTO app.doms VALUES (1, 1, '{1,2}');
INSERT INTO app.ranges VALUES (1, '[1,2]', '[1,5)', '{[1,2]}');
INSERT INTO app.bases VALUES (1, '5');
"""


def case(sql: str, since: int = 14) -> catalog_t.Case:
    return catalog_t.case(sql, since=since)


def anew(text: str, other: str, *more: tuple[str, str]) -> catalog_t.Case:
    """The schema of ROWS with another word in its place, made from nothing."""
    made = ROWS
    for old, new in ((text, other), *more):
        assert old in made
        made = made.replace(old, new)
    return case(f"DROP SCHEMA app CASCADE; {made}")


CASES = [
    case("ALTER TYPE app.status ADD VALUE 'first' BEFORE 'a'; ALTER TYPE app.status ADD VALUE 'zero' BEFORE 'first'; "
        r"""ALTER TYPE app.status ADD VALUE 'mid' AFTER 'a'; ALTER TYPE app.status ADD VALUE E'la\\st'; """
        "ALTER TYPE app.status ADD VALUE 'Über'"),
    case("DROP TYPE app.status; CREATE TYPE app.status AS ENUM ()"),
    case("DROP TYPE app.status"),
    case('ALTER TYPE app.status RENAME TO "Status"'),
    case("ALTER TYPE app.inner_t ADD ATTRIBUTE z int"),
    case("ALTER TYPE app.inner_t DROP ATTRIBUTE y"),
    case("ALTER TYPE app.inner_t DROP ATTRIBUTE y, ADD ATTRIBUTE z text COLLATE app.by_bytes; "
        "COMMENT ON COLUMN app.inner_t.z IS 'it''s'"),
    case("ALTER TYPE app.outer_t ALTER ATTRIBUTE n TYPE bigint, ADD ATTRIBUTE q text, DROP ATTRIBUTE i"),
    case(r"""ALTER TYPE app.nothing ADD ATTRIBUTE "A b" int; COMMENT ON COLUMN app.nothing."A b" IS 'x'"""),
    case("COMMENT ON COLUMN app.pair.a IS NULL; COMMENT ON COLUMN app.pair.b IS 'y'"),
    case("COMMENT ON COLUMN app.pair.a IS NULL; ALTER TYPE app.pair ADD ATTRIBUTE d int CASCADE"),
    case("ALTER TYPE app.pair ADD ATTRIBUTE d int CASCADE, ALTER ATTRIBUTE b TYPE varchar CASCADE, DROP ATTRIBUTE a CASCADE"),
    case(r"""CREATE TYPE app.nn AS (a int, b text COLLATE "C"); COMMENT ON COLUMN app.nn.a IS 'x'"""),
    case("DROP TABLE app.t; ALTER TYPE app.inner_t ALTER ATTRIBUTE x TYPE text"),
    case("DROP TYPE app.outer_t; CREATE TYPE app.outer_t AS (n int, i app.inner_t)"),
    case("CREATE FUNCTION app.usesit(app.outer_t) RETURNS int RETURN ($1).n"),
    case("ALTER DOMAIN app.positive SET DEFAULT 5; ALTER DOMAIN app.positive SET NOT NULL; "
        "ALTER DOMAIN app.positive ADD CONSTRAINT x CHECK (VALUE < 100)"),
    case("ALTER DOMAIN app.plain VALIDATE CONSTRAINT unsure"),
    case("ALTER DOMAIN app.plain DROP CONSTRAINT unsure; COMMENT ON DOMAIN app.plain IS 'x'"),
    case(r"""CREATE DOMAIN app.new AS varchar(5) COLLATE app.by_bytes DEFAULT 'x' NOT NULL CONSTRAINT a CHECK (VALUE <> 'y') CONSTRAINT "B b" CHECK (VALUE <> 'z'); """
        "ALTER DOMAIN app.new ADD CONSTRAINT c CHECK (VALUE <> 'c') NOT VALID; "
        "COMMENT ON CONSTRAINT a ON DOMAIN app.new IS 'x'; COMMENT ON CONSTRAINT c ON DOMAIN app.new IS 'x'"),
    case("DROP DOMAIN app.more; DROP DOMAIN app.positive; CREATE DOMAIN app.positive AS bigint; "
        "CREATE DOMAIN app.more AS app.positive CHECK (VALUE > 10) DEFAULT 11"),
    case("DROP DOMAIN app.more; CREATE TYPE app.more AS ENUM ('x')"),
    case("COMMENT ON CONSTRAINT is_positive ON DOMAIN app.positive IS 'x'"),
    case("ALTER DOMAIN app.strict DROP NOT NULL"),
    case("ALTER DOMAIN app.strict RENAME CONSTRAINT strict_not_null TO named", since=17),
    case("COMMENT ON CONSTRAINT strict_not_null ON DOMAIN app.strict IS 'x'", since=17),
    case('ALTER DOMAIN app.strict RENAME CONSTRAINT strict_not_null TO "N n"; '
        r"""COMMENT ON CONSTRAINT "N n" ON DOMAIN app.strict IS 'x'""", since=17),
    case("ALTER DOMAIN app.plain ADD CONSTRAINT named NOT NULL; COMMENT ON CONSTRAINT named ON DOMAIN app.plain IS 'x'", since=17),
    case("ALTER DOMAIN app.strict DROP NOT NULL; ALTER DOMAIN app.strict ADD CONSTRAINT b NOT NULL", since=17),
    case("CREATE DOMAIN app.nn AS int CONSTRAINT bb NOT NULL; COMMENT ON CONSTRAINT bb ON DOMAIN app.nn IS 'x'", since=17),
    case("DROP TYPE app.words; DROP TYPE app.timerange"),
    case("DROP TYPE app.words; CREATE TYPE app.words AS RANGE (subtype = text)"),
    case("DROP TYPE app.timerange; CREATE TYPE app.timerange AS RANGE (subtype = time)"),
    case("DROP TYPE app.whole CASCADE"),
    case("DROP TYPE app.whole CASCADE; CREATE TYPE app.whole AS RANGE (subtype = int4)"),
    case("DROP TYPE app.whole CASCADE; CREATE TYPE app.whole; "
        "CREATE FUNCTION app.canon(app.whole) RETURNS app.whole LANGUAGE internal IMMUTABLE STRICT AS 'int8range_canonical'; "
        "CREATE TYPE app.whole AS RANGE (subtype = int8, canonical = app.canon)"),
    case("DROP TYPE app.span; CREATE TYPE app.span"),
    case("CREATE TYPE app.rr; DROP TYPE app.status; CREATE TYPE app.status"),
    case("DROP OPERATOR app.<~> (int8, int4)"),
    case("DROP OPERATOR app.=~= (int4, int8)"),
    case("DROP OPERATOR app.<~> (int8, int4); DROP OPERATOR app.=~= (int8, int4); "
        "CREATE OPERATOR app.=~= (LEFTARG = int8, RIGHTARG = int4, FUNCTION = app.eq)"),
    case("DROP OPERATOR app.=~= (int4, int8); DROP OPERATOR app.<~> (int8, int4); DROP OPERATOR app.=~= (int8, int4)"),
    case("CREATE OR REPLACE FUNCTION app.ne2(int8, int4) RETURNS bool LANGUAGE sql AS 'SELECT $1 <> $2'; "
        "DROP OPERATOR app.<~> (int8, int4); "
        "CREATE OPERATOR app.<~> (LEFTARG = int8, RIGHTARG = int4, FUNCTION = app.ne2)"),
    case("ALTER OPERATOR app.=~= (int8, int4) SET (RESTRICT = NONE, JOIN = NONE); "
        "ALTER OPERATOR app.=~= (int4, int8) SET (RESTRICT = eqsel, JOIN = eqjoinsel)"),
    case("CREATE FUNCTION app.ne3(int4, int8) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> $2'; "
        "CREATE OPERATOR app.<~> (LEFTARG = int4, RIGHTARG = int8, FUNCTION = app.ne3, COMMUTATOR = OPERATOR(app.<~>), NEGATOR = OPERATOR(app.=~=))"),
    case('CREATE OPERATOR "Odd ""x"".y".#-# (LEFTARG = int8, RIGHTARG = int4, FUNCTION = app.ne, NEGATOR = OPERATOR("Odd ""x"".y".##))'),
    case("ALTER OPERATOR app.=~= (int4, int8) SET (HASHES, MERGES); "
        "ALTER OPERATOR app.<~> (int8, int4) SET (RESTRICT = neqsel)", since=17),
    case('ALTER OPERATOR "Odd ""x"".y".## (int8, int4) SET (HASHES)', since=17),
    case('ALTER OPERATOR FAMILY "Odd ""x"".y"."fam USING ()" USING btree DROP OPERATOR 1 (int4, int8), FUNCTION 1 (int4, int8)'),
    case('ALTER OPERATOR FAMILY "Odd ""x"".y"."fam USING ()" USING btree DROP OPERATOR 1 (int4, int8); '
        'ALTER OPERATOR FAMILY "Odd ""x"".y"."fam USING ()" USING btree ADD OPERATOR 1 >(int4, int8), OPERATOR 2 <= (int4, int8)'),
    case('DROP OPERATOR CLASS "Odd ""x"".y"."cls USING ()" USING btree'),
    case('DROP OPERATOR FAMILY "Odd ""x"".y"."fam USING ()" USING btree'),
    case(r"""COMMENT ON OPERATOR CLASS "Odd ""x"".y"."cls USING ()" USING btree IS 'x'; """
        r"""COMMENT ON OPERATOR FAMILY "Odd ""x"".y"."fam USING ()" USING btree IS 'y'; """
        r"""COMMENT ON OPERATOR "Odd ""x"".y".## (int8, int4) IS 'z'"""),
    case("DROP OPERATOR CLASS app.points USING gist"),
    case("DROP OPERATOR FAMILY app.points USING gist"),
    case("ALTER OPERATOR FAMILY app.points USING gist DROP OPERATOR 15 (point, point)"),
    case("DROP OPERATOR app.<->(point, point) CASCADE"),
    case("CREATE OPERATOR CLASS app.h FOR TYPE int8 USING hash AS OPERATOR 1 =, FUNCTION 1 hashint8(int8), FUNCTION 2 hashint8extended(int8, int8)"),
    case("CREATE OPERATOR CLASS app.b FOR TYPE int8 USING brin AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 brin_minmax_opcinfo(internal), FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal), FUNCTION 3 brin_minmax_consistent(internal, internal, internal), FUNCTION 4 brin_minmax_union(internal, internal, internal)"),
    case("CREATE OPERATOR CLASS app.g FOR TYPE _int8 USING gin AS OPERATOR 1 && (anyarray, anyarray), FUNCTION 1 btint8cmp(int8, int8), FUNCTION 2 ginarrayextract(anyarray, internal, internal), FUNCTION 3 ginqueryarrayextract(anyarray, internal, smallint, internal, internal, internal, internal), FUNCTION 4 ginarrayconsistent(internal, smallint, anyarray, int4, internal, internal, internal, internal), STORAGE int8"),
    case("ALTER TEXT SEARCH DICTIONARY app.syn (language = 'english')"),
    case("ALTER TEXT SEARCH DICTIONARY app.syn (stopwords)"),
    case("ALTER TEXT SEARCH DICTIONARY app.simple (accept = 'true', stopwords)"),
    case("ALTER TEXT SEARCH DICTIONARY app.simple (accept); ALTER TEXT SEARCH DICTIONARY app.simple (stopwords)"),
    case("DROP TEXT SEARCH CONFIGURATION app.conf; DROP TEXT SEARCH DICTIONARY app.syn; "
        "CREATE TEXT SEARCH DICTIONARY app.syn (TEMPLATE = pg_catalog.simple); "
        'CREATE TEXT SEARCH CONFIGURATION app.conf (PARSER = pg_catalog."default"); '
        "ALTER TEXT SEARCH CONFIGURATION app.conf ADD MAPPING FOR asciiword, email WITH app.syn, app.simple"),
    case("DROP TEXT SEARCH DICTIONARY app.simple CASCADE"),
    case("ALTER TEXT SEARCH CONFIGURATION app.conf DROP MAPPING FOR asciiword, int; "
        'ALTER TEXT SEARCH CONFIGURATION app.conf ADD MAPPING FOR url, "float" WITH simple; '
        "ALTER TEXT SEARCH CONFIGURATION app.conf ALTER MAPPING FOR word WITH german_stem"),
    case("CREATE TEXT SEARCH CONFIGURATION app.copied (COPY = pg_catalog.german); "
        "COMMENT ON TEXT SEARCH CONFIGURATION app.copied IS 'x'"),
    case("DROP TEXT SEARCH CONFIGURATION app.empty; "
        "CREATE TEXT SEARCH PARSER app.pp (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline); "
        "CREATE TEXT SEARCH CONFIGURATION app.empty (PARSER = app.pp); "
        "ALTER TEXT SEARCH CONFIGURATION app.empty ADD MAPPING FOR word WITH simple"),
    case('DROP CAST ("Odd ""x"".y"."Enum" AS json); CREATE CAST (text AS "Odd ""x"".y"."Enum") WITH INOUT AS ASSIGNMENT'),
    case('DROP COLLATION app.two; DROP COLLATION "Odd ""x"".y"."C"'),
    case('CREATE LANGUAGE "L l" HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator; '
        r"""COMMENT ON LANGUAGE "L l" IS 'x'"""),
    case(r"""CREATE DEFAULT CONVERSION "Odd ""x"".y"."Conv" FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8; """
        r"""COMMENT ON CONVERSION "Odd ""x"".y"."Conv" IS 'x'; """
        r"""CREATE ACCESS METHOD "A m" TYPE TABLE HANDLER heap_tableam_handler; COMMENT ON ACCESS METHOD "A m" IS 'x'"""),
    case(r"""CREATE COLLATION app.ruled (provider = icu, locale = 'de', rules = E'&a < g\\u0061')""", since=16),
    case("ALTER TYPE app.status OWNER TO catalog_writer; GRANT USAGE ON TYPE app.pair TO catalog_reader; "
        "REVOKE ALL ON DOMAIN app.plain FROM PUBLIC; ALTER DOMAIN app.plain OWNER TO catalog_writer"),
]  # fmt: skip

ROW_CASES = [
    anew("ENUM ('a', 'b', 'c')", "ENUM ('c', 'b', 'a')"),
    anew("ENUM ('a', 'b', 'c')", "ENUM ('x', 'a', 'b', 'y', 'c', 'z')"),
    anew("ENUM ('a', 'b', 'c')", "ENUM ('a', 'b')"),
    anew("(x int, y text)", "(x bigint, y text)"),
    anew("(x int, y text)", "(x int, y text, z int)", ("'(1,one)'", "'(1,one,2)'")),
    anew("(x int, y text)", "(x int)", ("'(1,one)'", "'(1)'")),
    anew("app.positive AS int", "app.positive AS bigint"),
    anew("app.positive AS int", "app.positive AS bigint NOT NULL DEFAULT 7"),
    anew("app.span AS RANGE (subtype = float8)", "app.span AS RANGE (subtype = numeric)"),
    anew("'int4range_canonical'", "'int8range_canonical'", ("subtype = int4", "subtype = int8")),
    anew("PASSEDBYVALUE", "PASSEDBYVALUE, DELIMITER = ';'"),
    case("DROP TYPE app.base CASCADE"),
    case("DROP TYPE app.whole CASCADE"),
    case("DROP TYPE app.inner_t CASCADE"),
]


def read(conn: psycopg.Connection) -> tuple[Catalog, Schema]:
    """Return all that is there within the transaction that is open. Read-only."""
    conn.execute(query("catalog/settings"))
    rows = [row for name in FAMILIES for row in conn.execute(query(f"schema/{name}"), {"ledger": "public"})]
    catalog = {record.key: record for record in map(record_of, rows)}
    parts = parts_of(catalog)
    needs, better = needs_of(parts, conn.execute(query("catalog/needs")).fetchall())
    schema = Schema(parts=parts, needs=needs, hints={**better, **hints_of(parts)}, version=conn.info.server_version,
                    role="postgres")  # fmt: skip
    return catalog, schema


def written(current: Schema, wanted: Schema) -> list[Statement]:
    return [statement for step in difference(current, wanted) for statement in step.statements]


def execute(conn: psycopg.Connection, statements: list[Statement]) -> None:
    """Execute each, as a migration does. Writes."""
    conn.execute("SET LOCAL check_function_bodies = off")
    for statement in statements:
        assert not statement.sql.rstrip().endswith(";")
        conn.execute(statement.sql)  # type: ignore[arg-type]


Base = tuple[psycopg.Connection, Catalog, Schema]


def there_and_back(base: Base, case: catalog_t.Case) -> None:
    conn, catalog, before = base
    if not case.since <= conn.info.server_version // 10000 <= case.until:
        return
    with conn.transaction(force_rollback=True):
        conn.execute(case.sql)  # type: ignore[arg-type]
        changed, after = read(conn)
    with conn.transaction(force_rollback=True):
        execute(conn, written(before, after))
        assert compare(changed, read(conn)[0]) == ()
    with conn.transaction(force_rollback=True):
        conn.execute(case.sql)  # type: ignore[arg-type]
        execute(conn, written(after, before))
        assert compare(catalog, read(conn)[0]) == ()


@pytest.fixture(scope="module")
def roles(each_server: Server) -> Iterator[Server]:
    """The server, with the roles of the cases. Writes."""
    with each_server.connect("postgres") as admin:
        admin.execute("CREATE ROLE catalog_writer SUPERUSER")
        admin.execute("CREATE ROLE catalog_reader")
        yield each_server
        admin.execute("DROP ROLE catalog_writer, catalog_reader")


def _base(server: Server, name: str, made: str) -> Iterator[Base]:
    """A database that holds *made*. Writes."""
    with server.connect("postgres") as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        with server.connect(name) as conn:
            with conn.transaction():
                conn.execute(made)  # type: ignore[arg-type]
            with conn.transaction():
                catalog, schema = read(conn)
            yield conn, catalog, schema
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def own(roles: Server) -> Iterator[Base]:
    yield from _base(roles, f"kinds_types_{os.getpid()}", BASE)


@pytest.fixture(scope="module")
def rows(roles: Server) -> Iterator[Base]:
    yield from _base(roles, f"kinds_rows_{os.getpid()}", ROWS)


@pytest.fixture(scope="module")
def told(roles: Server) -> Iterator[Base]:
    made = catalog_t.TYPES + catalog_t.FUNCTIONS + catalog_t.OPERATORS + catalog_t.SEARCH
    yield from _base(roles, f"kinds_told_{os.getpid()}", made)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_change_is_written_there_and_back(own: Base, case: catalog_t.Case) -> None:
    there_and_back(own, case)


@pytest.mark.parametrize("case", ROW_CASES, ids=str)
def test_a_change_of_a_type_that_columns_are_of(rows: Base, case: catalog_t.Case) -> None:
    there_and_back(rows, case)


def _of_these_kinds(case: catalog_t.Case) -> bool:
    return any(f" {kind} " in f" {told}" for told in case.told for kind in KINDS)


@pytest.mark.parametrize("case", [c for c in catalog_t.CASES if _of_these_kinds(c)], ids=str)
def test_each_change_that_the_catalog_tells(told: Base, case: catalog_t.Case) -> None:
    there_and_back(told, case)


def _after(base: Base, sql: str) -> Schema:
    with base[0].transaction(force_rollback=True):
        base[0].execute(sql)  # type: ignore[arg-type]
        return read(base[0])[1]


HAZARDS = [
    (anew("ENUM ('a', 'b', 'c')", "ENUM ('b', 'c')", ("DEFAULT 'a' ", ""), ("{a,b}", "{b}"), ("'a'", "'c'"), ("(a,1)", "(c,1)")),
     "drop-enum-value", "The enum app.status loses the value 'a': where a row holds one, this fails."),
    (anew("ENUM ('a', 'b', 'c')", "ENUM ('c', 'b', 'a')"), "rebuild-type", "in another order"),
    (case("ALTER TYPE app.inner_t DROP ATTRIBUTE y"), "drop-attribute", "loses the attribute y"),
    (case("DROP TABLE app.bases; DROP TYPE app.base CASCADE"), "drop-type-cascade", "app.base_in(cstring)"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "id", "message"), HAZARDS, ids=lambda value: str(value)[:40])
def test_what_can_be_lost_is_marked(rows: Base, case: catalog_t.Case, id: str, message: str) -> None:
    found = [h.message for s in written(rows[2], _after(rows, case.sql)) for h in s.hazards if h.id == id]
    assert any(message in text for text in found), found


def test_attributes_that_change_places_are_refused_where_rows_hold_them_inside(rows: Base) -> None:
    held = ("(1, '(1,one)'), (2, NULL)", "(1, NULL)")
    conn = rows[0]
    with conn.transaction(force_rollback=True):
        conn.execute(anew("c app.inner_t", "c app.inner_t[]", held).sql)  # type: ignore[arg-type]
        current = read(conn)[1]
    swapped = anew("(x int, y text)", "(y text, x int)", ("c app.inner_t", "c app.inner_t[]"), held)
    with pytest.raises(Unmanageable, match=r"app\.inner_t change their places, .* app\.comps\.c"):
        written(current, _after(rows, swapped.sql))


def test_attributes_that_change_places_take_their_values_along(rows: Base) -> None:
    swapped = anew("(x int, y text)", "(y text, z int, x int)", ("'(1,one)'", "'(one,,1)'"))
    wanted = _after(rows, swapped.sql)
    with rows[0].transaction(force_rollback=True):
        execute(rows[0], written(rows[2], wanted))
        assert rows[0].execute("SELECT c::text FROM app.comps ORDER BY id").fetchall() == [("(one,,1)",), (None,)]


def test_values_of_rows_survive(rows: Base) -> None:
    changed = anew(
        "ENUM ('a', 'b', 'c')", "ENUM ('c', 'b', 'a')", ("AS RANGE (subtype = float8)", "AS RANGE (subtype = numeric)")
    )
    wanted = _after(rows, changed.sql)
    values = "SELECT e.s, e.m, h.h, r.r, r.m FROM app.enums e, app.enums_composite h, app.ranges r"
    with rows[0].transaction(force_rollback=True):
        before = rows[0].execute(f"SELECT q::text FROM ({values}) AS q").fetchall()  # type: ignore[arg-type]
        execute(rows[0], written(rows[2], wanted))
        assert rows[0].execute(f"SELECT q::text FROM ({values}) AS q").fetchall() == before  # type: ignore[arg-type]
