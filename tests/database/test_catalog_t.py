"""What read_catalog says of types, functions and the rest: each thing that can be altered is seen, there and nowhere else.

One database for the whole file; each case changes it in a transaction that is rolled back, and tells what differs.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from dbtool.queries import query
from dbtool.schema.catalog import Catalog, compare, record_of
from tests.conftest import Database
from tests.servers import Server

FAMILIES = (
    "types", "functions", "operators", "casts", "collations", "conversions", "text_search", "foreign_data",
    "publications", "subscriptions", "event_triggers", "extensions", "default_privileges", "languages",
    "access_methods", "transforms", "security_labels",
)  # fmt: skip

TYPES = """
CREATE SCHEMA app;
CREATE SCHEMA other;
CREATE COLLATION app.by_bytes (provider = libc, locale = 'C');
CREATE COLLATION app.letters (provider = icu, locale = 'de');
CREATE TYPE app.status AS ENUM ('open', 'done');
CREATE TYPE app.pair AS (a int, b text, c varchar(10) COLLATE app.by_bytes);
CREATE DOMAIN app.positive AS int CONSTRAINT is_positive CHECK (VALUE > 0);
CREATE DOMAIN app.code AS varchar(10) COLLATE app.by_bytes DEFAULT 'x' NOT NULL;
CREATE DOMAIN app.loose AS text;
CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE app.shell;
CREATE TYPE app.base;
CREATE FUNCTION app.base_in(cstring) RETURNS app.base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.base_out(app.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE FUNCTION app.base_recv(internal) RETURNS app.base LANGUAGE internal IMMUTABLE STRICT AS 'int4recv';
CREATE TYPE app.base (INPUT = app.base_in, OUTPUT = app.base_out, INTERNALLENGTH = 4, PASSEDBYVALUE);
"""

FUNCTIONS = """
CREATE TABLE app.t (a int PRIMARY KEY, b text, c int);
CREATE TABLE app.u (a int PRIMARY KEY);
CREATE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT a + b';
CREATE FUNCTION app.add(a text, b text) RETURNS text LANGUAGE sql AS 'SELECT a || b';
CREATE FUNCTION app.several() RETURNS SETOF int LANGUAGE plpgsql AS 'BEGIN RETURN NEXT 1; END';
CREATE FUNCTION app.pairs(x int, OUT a int, OUT b text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;
CREATE FUNCTION app.atomic(x int) RETURNS int BEGIN ATOMIC SELECT x + 1; END;
CREATE PROCEDURE app.proceed(x int) LANGUAGE sql AS 'SELECT x';
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int4);
CREATE AGGREGATE app.moving(int) (SFUNC = int4pl, STYPE = int4, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int4);
CREATE AGGREGATE app.rows(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE app.middle(float8 ORDER BY anyelement)
    (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE app.place(VARIADIC "any" ORDER BY VARIADIC "any")
    (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE FUNCTION app.starts() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION app.starts_too() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER starts ON ddl_command_start WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE')
    EXECUTE FUNCTION app.starts();
ALTER EVENT TRIGGER starts ENABLE REPLICA;
"""

OPERATORS = """
CREATE FUNCTION app.same(app.pair, app.pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a = ($2).a';
CREATE FUNCTION app.unlike(app.pair, app.pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a <> ($2).a';
CREATE OPERATOR app.=== (LEFTARG = app.pair, RIGHTARG = app.pair, FUNCTION = app.same, RESTRICT = eqsel);
CREATE OPERATOR app.!== (LEFTARG = app.pair, RIGHTARG = app.pair, FUNCTION = app.unlike);
CREATE OPERATOR app.!!! (RIGHTARG = int, FUNCTION = int4um);
CREATE OPERATOR FAMILY app.family USING btree;
CREATE OPERATOR CLASS app.ints FOR TYPE int4 USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int4, int4);
CREATE FUNCTION app.text_of(app.pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).b';
CREATE CAST (app.pair AS text) WITH FUNCTION app.text_of(app.pair);
CREATE CAST (int AS json) WITH INOUT;
CREATE ACCESS METHOD another TYPE INDEX HANDLER bthandler;
CREATE CONVERSION app.converted FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE FUNCTION app.to_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'int4in';
CREATE LANGUAGE another HANDLER plpgsql_call_handler;
CREATE TRUSTED LANGUAGE trusted HANDLER plpgsql_call_handler;
CREATE TRANSFORM FOR int LANGUAGE another (FROM SQL WITH FUNCTION app.to_sql(internal));
CREATE TRANSFORM FOR text LANGUAGE another (FROM SQL WITH FUNCTION app.to_sql(internal));
"""

SEARCH = """
CREATE TEXT SEARCH PARSER app.parser
    (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE app.template (LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY app.stems (TEMPLATE = snowball, LANGUAGE = german);
CREATE TEXT SEARCH CONFIGURATION app.words (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION app.words ALTER MAPPING FOR word WITH app.stems, pg_catalog.simple;
"""

FOREIGN = """
CREATE FOREIGN DATA WRAPPER nowhere OPTIONS (debug 'true');
CREATE SERVER far TYPE 'old' VERSION '1' FOREIGN DATA WRAPPER nowhere OPTIONS (host 'h', port '1');
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'u', password 'p');
CREATE USER MAPPING FOR catalog_writer SERVER far;
CREATE PUBLICATION told FOR TABLE app.t WITH (publish = 'insert, update');
CREATE PUBLICATION all_told FOR ALL TABLES;
CREATE SUBSCRIPTION heard CONNECTION 'host=127.0.0.1 port=1 dbname=nowhere' PUBLICATION p, o
    WITH (connect = false, slot_name = NONE, enabled = false, create_slot = false);
CREATE EXTENSION hstore SCHEMA other;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO catalog_writer;
"""

BASE = TYPES + FUNCTIONS + OPERATORS + SEARCH + FOREIGN


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


def remade(kind: str, name: str, create: str, told: str, since: int = 14) -> Case:
    """What has no ALTER for it is dropped and made again."""
    return Case(f"DROP {kind} {name}; CREATE {kind} {create}", (told,), since)


ADD = "changed function app.add(integer, integer)"
TOTAL = "changed aggregate app.total(integer)"
MOVING = "changed aggregate app.moving(integer)"
SAME = "changed operator app.===(app.pair, app.pair)"
CODE = "changed type app.code"
BASE_TYPE = "changed type app.base"
ENUM = "changed type app.status"
PAIR = "changed type app.pair"
WORDS = "changed text search configuration app.words"


def owned(kind: str, name: str, told: str, *what: str) -> list[Case]:
    """Owner and comment of a kind; who has grants has them from another then."""
    return [
        case(f"ALTER {kind} {name} OWNER TO catalog_writer", f"{told}: {' '.join(what)}"),
        commented(f"{kind} {name}", told),
    ]


def commented(name: str, told: str) -> Case:
    return case(f"COMMENT ON {name} IS 'x'", f"{told}: comment")


def base_type(options: str, what: str, since: int = 14) -> Case:
    """The base type of BASE is made again with these options; its functions go and come along."""
    made = TYPES[TYPES.index("CREATE TYPE app.base;") :].replace("INTERNALLENGTH = 4, PASSEDBYVALUE", options)
    return Case(f"DROP TYPE app.base CASCADE; {made}", (f"{BASE_TYPE}: {what}",), since)


def aggregate(options: str, what: str) -> Case:
    return remade("AGGREGATE", "app.total(int)", f"app.total(int) ({options})", f"{TOTAL}: {what}")


def moving(options: str, what: str) -> Case:
    return remade("AGGREGATE", "app.moving(int)", f"app.moving(int) (SFUNC = int4pl, STYPE = int4, {options})",
                  f"{MOVING}: {what}")  # fmt: skip


CASES = [
    # enums
    case("CREATE TYPE app.new AS ENUM ()", "extra type app.new"),
    case("DROP TYPE app.status", "missing type app.status"),
    case("ALTER TYPE app.status ADD VALUE 'late'", f"{ENUM}: values"),
    case("ALTER TYPE app.status ADD VALUE 'late' BEFORE 'done'", f"{ENUM}: values"),
    case("ALTER TYPE app.status RENAME VALUE 'open' TO 'begun'", f"{ENUM}: values"),
    remade("TYPE", "app.status", "app.status AS ENUM ('done', 'open')", f"{ENUM}: values"),
    remade("TYPE", "app.status", "app.status AS (a int)", f"{ENUM}: attributes form values"),
    case("GRANT USAGE ON TYPE app.status TO catalog_writer", f"{ENUM}: grants"),
    case("REVOKE USAGE ON TYPE app.status FROM PUBLIC", f"{ENUM}: grants"),
    case("GRANT USAGE ON TYPE app.status TO PUBLIC"),
    *owned("TYPE", "app.status", ENUM, "grants", "owner"),
    case("ALTER TYPE app.status SET SCHEMA other", "missing type app.status", "extra type other.status"),
    # composites
    case("ALTER TYPE app.pair ADD ATTRIBUTE d int", f"{PAIR}: attributes"),
    case("ALTER TYPE app.pair DROP ATTRIBUTE c", f"{PAIR}: attributes"),
    case("ALTER TYPE app.pair DROP ATTRIBUTE a, ADD ATTRIBUTE a int", f"{PAIR}: attributes"),
    case("ALTER TYPE app.pair DROP ATTRIBUTE c, ADD ATTRIBUTE c varchar(10) COLLATE app.by_bytes"),
    case("ALTER TYPE app.pair RENAME ATTRIBUTE b TO bb", f"{PAIR}: attributes"),
    case("ALTER TYPE app.pair ALTER ATTRIBUTE c TYPE varchar(12) COLLATE app.by_bytes", f"{PAIR}: attributes"),
    case("ALTER TYPE app.pair ALTER ATTRIBUTE c TYPE varchar(10)", f"{PAIR}: attributes"),
    case("COMMENT ON COLUMN app.pair.a IS 'x'", f"{PAIR}: attributes"),
    *owned("TYPE", "app.pair", PAIR, "grants", "owner"),
    # domains
    case("CREATE DOMAIN app.new AS int CHECK (VALUE > 0)", "extra type app.new"),
    case("DROP DOMAIN app.positive", "missing type app.positive"),
    remade("DOMAIN", "app.code", "app.code AS varchar(12) COLLATE app.by_bytes DEFAULT 'x' NOT NULL", f"{CODE}: type"),
    remade("DOMAIN", "app.code", "app.code AS varchar(10) DEFAULT 'x' NOT NULL", f"{CODE}: collation"),
    case("ALTER DOMAIN app.code SET DEFAULT 'y'", f"{CODE}: default"),
    case("ALTER DOMAIN app.code DROP DEFAULT", f"{CODE}: default"),
    case("ALTER DOMAIN app.code DROP NOT NULL", f"{CODE}: not null"),
    case("ALTER DOMAIN app.loose SET NOT NULL", "changed type app.loose: not null"),
    case("ALTER DOMAIN app.loose ADD CONSTRAINT there NOT NULL",
         "changed type app.loose: not null not null constraint", since=17),
    case("COMMENT ON CONSTRAINT code_not_null ON DOMAIN app.code IS 'x'", f"{CODE}: not null comment", since=17),
    case("ALTER DOMAIN app.positive ADD CONSTRAINT small CHECK (VALUE < 9)",
         "extra domain constraint small on app.positive"),
    case("ALTER DOMAIN app.positive DROP CONSTRAINT is_positive",
         "missing domain constraint is_positive on app.positive"),
    case("ALTER DOMAIN app.positive DROP CONSTRAINT is_positive; "
         "ALTER DOMAIN app.positive ADD CONSTRAINT is_positive CHECK (VALUE > 1)",
         "changed domain constraint is_positive on app.positive: definition"),
    case("ALTER DOMAIN app.positive DROP CONSTRAINT is_positive; "
         "ALTER DOMAIN app.positive ADD CONSTRAINT is_positive CHECK (VALUE > 0) NOT VALID",
         "changed domain constraint is_positive on app.positive: not valid"),
    case("ALTER DOMAIN app.positive RENAME CONSTRAINT is_positive TO positive_is",
         "missing domain constraint is_positive on app.positive",
         "extra domain constraint positive_is on app.positive"),
    commented("CONSTRAINT is_positive ON DOMAIN app.positive",
              "changed domain constraint is_positive on app.positive"),
    *owned("DOMAIN", "app.code", CODE, "grants", "owner"),
    # ranges
    *(
        remade("TYPE", "app.span", f"app.span AS RANGE (subtype = {options})", f"changed type app.span: {what}")
        for options, what in (
            ("float4", "subtype subtype difference subtype operator class"),
            ("float8", "subtype difference"),
            ("float8, subtype_diff = float8mi, multirange_type_name = app.spans", "multirange type"),
        )
    ),
    case("CREATE TYPE app.a AS RANGE (subtype = text)", "extra type app.a"),
    case("CREATE TYPE app.words AS RANGE (subtype = text, collation = app.by_bytes)", "extra type app.words"),
    *owned("TYPE", "app.span", "changed type app.span", "grants", "owner"),
    # base types and shells
    base_type("INTERNALLENGTH = 8", "by value length"),
    base_type("INTERNALLENGTH = VARIABLE, STORAGE = extended", "by value length storage"),
    base_type("INTERNALLENGTH = 4", "by value"),
    base_type("INTERNALLENGTH = 4, PASSEDBYVALUE, CATEGORY = 'N'", "category"),
    base_type("INTERNALLENGTH = 4, PASSEDBYVALUE, CATEGORY = 'U', PREFERRED = true", "preferred"),
    base_type("INTERNALLENGTH = 4, PASSEDBYVALUE, DEFAULT = '5'", "default"),
    base_type("INTERNALLENGTH = 4, PASSEDBYVALUE, DELIMITER = ';'", "delimiter"),
    base_type("INTERNALLENGTH = 4, PASSEDBYVALUE, COLLATABLE = true", "collatable"),
    base_type("INTERNALLENGTH = 8, ALIGNMENT = double", "alignment by value length"),
    base_type("INTERNALLENGTH = 8, ELEMENT = float8, SUBSCRIPT = raw_array_subscript_handler",
              "by value element length subscript"),
    case("ALTER TYPE app.base SET (RECEIVE = app.base_recv)", f"{BASE_TYPE}: receive"),
    case("ALTER TYPE app.base SET (ANALYZE = array_typanalyze)", f"{BASE_TYPE}: analyze"),
    case("ALTER TYPE app.base SET (TYPMOD_IN = varchartypmodin)", f"{BASE_TYPE}: modifier input"),
    case("ALTER TYPE app.base SET (TYPMOD_OUT = varchartypmodout)", f"{BASE_TYPE}: modifier output"),
    case("DROP TYPE app.shell", "missing type app.shell"),
    # functions
    case("CREATE FUNCTION app.new() RETURNS int LANGUAGE sql AS 'SELECT 1'", "extra function app.new()"),
    case("DROP FUNCTION app.add(int, int)", "missing function app.add(integer, integer)"),
    case("CREATE FUNCTION app.add(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
         "extra function app.add(integer)"),
    case("CREATE OR REPLACE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT b + a'",
         f"{ADD}: body"),
    case("CREATE OR REPLACE FUNCTION app.add(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT a + b'",
         f"{ADD}: arguments"),
    remade("FUNCTION", "app.add(int, int)",
           "app.add(x int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT x + b'", f"{ADD}: arguments body"),
    remade("FUNCTION", "app.add(int, int)",
           "app.add(a int, b int DEFAULT 1) RETURNS bigint LANGUAGE sql AS 'SELECT a + b'", f"{ADD}: returns"),
    remade("FUNCTION", "app.add(int, int)",
           "app.add(a int, b int DEFAULT 1) RETURNS SETOF int LANGUAGE sql AS 'SELECT a + b'", f"{ADD}: returns"),
    remade("FUNCTION", "app.pairs(int)",
           "app.pairs(x int) RETURNS TABLE (a int, b text) LANGUAGE sql AS $$ SELECT 1, 'x' $$",
           "changed function app.pairs(integer): arguments returns"),
    case("SET LOCAL check_function_bodies = off; CREATE OR REPLACE FUNCTION app.several() RETURNS SETOF int "
         "LANGUAGE sql AS 'BEGIN RETURN NEXT 1; END'", "changed function app.several(): language"),
    remade("FUNCTION", "app.atomic(int)", "app.atomic(x int) RETURNS int BEGIN ATOMIC SELECT x + 2; END",
           "changed function app.atomic(integer): sql body"),
    remade("FUNCTION", "app.atomic(int)", "app.atomic(x int) RETURNS int RETURN x + 1",
           "changed function app.atomic(integer): sql body"),
    *(
        case(f"ALTER FUNCTION app.add(int, int) {change}", f"{ADD}: {what}")
        for change, what in (
            ("IMMUTABLE", "volatility"), ("STABLE", "volatility"), ("STRICT", "strict"),
            ("SECURITY DEFINER", "security definer"), ("LEAKPROOF", "leakproof"), ("PARALLEL SAFE", "parallel"),
            ("PARALLEL RESTRICTED", "parallel"), ("COST 5", "cost"), ("SET search_path = app, \"$user\"", "settings"),
            ("SET work_mem = '1MB'", "settings"), ("SET work_mem = '1MB' SET search_path = app", "settings"),
            ("SUPPORT generate_series_int4_support", "support"), ("DEPENDS ON EXTENSION hstore", "depends on extensions"),
        )
    ),
    case("ALTER FUNCTION app.several() ROWS 5", "changed function app.several(): rows"),
    case("ALTER FUNCTION app.several() COST 100 ROWS 1000 VOLATILE CALLED ON NULL INPUT SECURITY INVOKER"),
    case("CREATE FUNCTION app.row_number() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number'",
         "extra function app.row_number()"),
    case("CREATE FUNCTION app.every(VARIADIC a int[]) RETURNS int LANGUAGE sql AS 'SELECT 1'",
         "extra function app.every(integer[])"),
    case("CREATE OR REPLACE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int TRANSFORM FOR TYPE int "
         "LANGUAGE another AS 'SELECT a + b'", f"{ADD}: language transforms"),
    case("GRANT EXECUTE ON FUNCTION app.add(int, int) TO catalog_writer", f"{ADD}: grants"),
    case("REVOKE EXECUTE ON FUNCTION app.add(int, int) FROM PUBLIC", f"{ADD}: grants"),
    case("GRANT EXECUTE ON FUNCTION app.add(int, int) TO catalog_writer WITH GRANT OPTION", f"{ADD}: grants"),
    *owned("FUNCTION", "app.add(int, int)", ADD, "grants", "owner"),
    # procedures
    case("CREATE OR REPLACE PROCEDURE app.proceed(x int) LANGUAGE sql AS 'SELECT x + 1'",
         "changed procedure app.proceed(integer): body"),
    case("ALTER PROCEDURE app.proceed(int) SECURITY DEFINER",
         "changed procedure app.proceed(integer): security definer"),
    case("CREATE PROCEDURE app.new(a int, INOUT b text, OUT c int) LANGUAGE plpgsql AS 'BEGIN c := a; END'",
         "extra procedure app.new(integer, text)"),
    remade("PROCEDURE", "app.proceed(int)", "app.proceed(x int, OUT y int) LANGUAGE sql AS 'SELECT x'",
           "changed procedure app.proceed(integer): arguments"),
    *owned("PROCEDURE", "app.proceed(int)", "changed procedure app.proceed(integer)", "grants", "owner"),
    # aggregates
    aggregate("SFUNC = int4larger, STYPE = int4", "state function"),
    aggregate("SFUNC = int4_avg_accum, STYPE = int8[], INITCOND = '{0,0}'", "initial value state function state type"),
    aggregate("SFUNC = int4pl, STYPE = int4, SSPACE = 8", "state space"),
    aggregate("SFUNC = int4pl, STYPE = int4, FINALFUNC = int4abs", "final function"),
    aggregate("SFUNC = int4pl, STYPE = int4, FINALFUNC_MODIFY = SHAREABLE", "final modify"),
    aggregate("SFUNC = int4pl, STYPE = int4, FINALFUNC_MODIFY = READ_WRITE", "final modify"),
    aggregate("SFUNC = int4pl, STYPE = int4, COMBINEFUNC = int4pl", "combine function"),
    aggregate("SFUNC = int4pl, STYPE = int4, INITCOND = '7'", "initial value"),
    aggregate("SFUNC = int4pl, STYPE = int4, SORTOP = >", "sort operator"),
    aggregate("SFUNC = int4pl, STYPE = int4, PARALLEL = SAFE", "parallel"),
    case("CREATE AGGREGATE app.mean(int8) (SFUNC = int8_avg_accum, STYPE = internal, FINALFUNC = numeric_poly_avg,"
         " COMBINEFUNC = int8_avg_combine, SERIALFUNC = int8_avg_serialize, DESERIALFUNC = int8_avg_deserialize,"
         " PARALLEL = SAFE)", "extra aggregate app.mean(bigint)"),
    moving("MSFUNC = int4larger, MINVFUNC = int4mi, MSTYPE = int4", "moving state function"),
    moving("MSFUNC = int4pl, MINVFUNC = int4larger, MSTYPE = int4", "moving inverse function"),
    moving("MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int4, MSSPACE = 8", "moving state space"),
    moving("MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int4, MFINALFUNC = int4abs", "moving final function"),
    moving("MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int4, MINITCOND = '0'", "moving initial value"),
    moving("MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int4, MFINALFUNC_MODIFY = SHAREABLE", "moving final modify"),
    case("DROP AGGREGATE app.rows(*)", "missing aggregate app.rows(*)"),
    remade("AGGREGATE", "app.middle(float8 ORDER BY anyelement)",
           "app.middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,"
           " FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY)",
           "changed aggregate app.middle(double precision ORDER BY anyelement): final modify"),
    commented('AGGREGATE app.place(VARIADIC "any" ORDER BY VARIADIC "any")',
              'changed aggregate app.place("any" ORDER BY "any")'),
    case("GRANT EXECUTE ON FUNCTION app.total(int) TO catalog_writer", f"{TOTAL}: grants"),
    *owned("AGGREGATE", "app.total(int)", TOTAL, "grants", "owner"),
    # operators
    case("DROP OPERATOR app.!!! (NONE, int)", "missing operator app.!!!(NONE, integer)"),
    case("CREATE OPERATOR app.!!! (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)",
         "extra operator app.!!!(integer, integer)"),
    remade("OPERATOR", "app.!!! (NONE, int)", "app.!!! (RIGHTARG = int, FUNCTION = int4abs)",
           "changed operator app.!!!(NONE, integer): function"),
    *(
        remade("OPERATOR", "app.=== (app.pair, app.pair)",
               f"app.=== (LEFTARG = app.pair, RIGHTARG = app.pair, FUNCTION = app.same{options})", f"{SAME}: {what}")
        for options, what in (
            (", RESTRICT = eqsel, COMMUTATOR = OPERATOR(app.===)", "commutator"),
            (", RESTRICT = eqsel, NEGATOR = OPERATOR(app.<!>)", "negator"),
            ("", "restrict"),
            (", RESTRICT = eqsel, JOIN = eqjoinsel", "join"),
            (", RESTRICT = eqsel, HASHES", "hashes"),
            (", RESTRICT = eqsel, MERGES", "merges"),
        )
    ),
    case("DROP OPERATOR app.=== (app.pair, app.pair); CREATE OPERATOR app.=== (LEFTARG = app.pair,"
         " RIGHTARG = app.pair, FUNCTION = app.same, RESTRICT = eqsel, NEGATOR = OPERATOR(app.!==))",
         f"{SAME}: negator", "changed operator app.!==(app.pair, app.pair): negator"),
    *owned("OPERATOR", "app.=== (app.pair, app.pair)", SAME, "owner"),
    case("ALTER OPERATOR FAMILY app.family USING btree ADD OPERATOR 1 < (int4, int8)",
         "changed operator family app.family USING btree: operators"),
    case("ALTER OPERATOR FAMILY app.family USING btree ADD FUNCTION 1 (int4, int8) btint48cmp(int4, int8)",
         "changed operator family app.family USING btree: functions"),
    case("CREATE OPERATOR FAMILY app.family USING hash", "extra operator family app.family USING hash"),
    *owned("OPERATOR FAMILY", "app.family USING btree", "changed operator family app.family USING btree", "owner"),
    *(
        case("DROP OPERATOR CLASS app.ints USING btree; "
             f"CREATE OPERATOR CLASS app.ints {options} FUNCTION 1 btint4cmp(int4, int4)",
             f"changed operator {what}")
        for options, what in (
            ("FOR TYPE int4 USING btree FAMILY app.ints AS OPERATOR 1 <, OPERATOR 3 =,",
             "class app.ints USING btree: operators"),
            ("FOR TYPE int4 USING btree FAMILY app.family AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,"
             " OPERATOR 5 >,", "class app.ints USING btree: family"),
            # the server lets a support function that no class needs depend on the family
            ("FOR TYPE int4 USING btree FAMILY app.ints AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,"
             " OPERATOR 5 >, FUNCTION 4 btequalimage(oid),", "family app.ints USING btree: functions"),
        )
    ),
    *owned("OPERATOR CLASS", "app.ints USING btree", "changed operator class app.ints USING btree", "owner"),
    case("CREATE OPERATOR CLASS app.points DEFAULT FOR TYPE app.pair USING gist AS STORAGE box",
         "extra operator class app.points USING gist", "extra operator family app.points USING gist"),
    # casts
    case("DROP CAST (int AS json)", "missing cast (integer AS json)"),
    remade("CAST", "(app.pair AS text)", "(app.pair AS text) WITH FUNCTION app.text_of(app.pair) AS ASSIGNMENT",
           "changed cast (app.pair AS text): context"),
    remade("CAST", "(app.pair AS text)", "(app.pair AS text) WITH FUNCTION app.text_of(app.pair) AS IMPLICIT",
           "changed cast (app.pair AS text): context"),
    case("CREATE CAST (app.base AS int) WITHOUT FUNCTION", "extra cast (app.base AS integer)"),
    case("DROP CAST (app.pair AS text); CREATE CAST (app.pair AS text) WITH INOUT",
         "changed cast (app.pair AS text): function method"),
    commented("CAST (int AS json)", "changed cast (integer AS json)"),
    # collations
    case("CREATE COLLATION app.german (provider = icu, locale = 'de')", "extra collation app.german"),
    case("DROP COLLATION app.letters; CREATE COLLATION app.letters (provider = libc, locale = 'C')",
         "changed collation app.letters: lc_collate lc_ctype locale provider"),
    *(
        case(f"DROP COLLATION app.letters; CREATE COLLATION app.letters ({options})",
             f"changed collation app.letters: {what}", since=since)
        for options, what, since in (
            ("provider = icu, locale = 'fr'", "locale", 14),
            ("provider = icu, locale = 'de', deterministic = false", "nondeterministic", 14),
            ("provider = icu, locale = 'de', rules = '&a < g'", "rules", 16),
            ("provider = builtin, locale = 'C.UTF-8'", "locale provider", 17),
        )
    ),
    *owned("COLLATION", "app.by_bytes", "changed collation app.by_bytes", "owner"),
    case("DROP COLLATION app.by_bytes CASCADE", "missing collation app.by_bytes", f"{PAIR}: attributes",
         "missing type app.code"),
    # conversions
    *(
        case(f"DROP CONVERSION app.converted; CREATE {text}", f"changed conversion app.converted: {what}")
        for text, what in (
            ("DEFAULT CONVERSION app.converted FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8", "default"),
            ("CONVERSION app.converted FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1", "from function to"),
        )
    ),
    *owned("CONVERSION", "app.converted", "changed conversion app.converted", "owner"),
    # text search
    remade("TEXT SEARCH PARSER", "app.parser",
           "app.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype,"
           " HEADLINE = prsd_headline)", "changed text search parser app.parser: headline"),
    commented("TEXT SEARCH PARSER app.parser", "changed text search parser app.parser"),
    remade("TEXT SEARCH TEMPLATE", "app.template", "app.template (LEXIZE = dsimple_lexize, INIT = dsimple_init)",
           "changed text search template app.template: init"),
    remade("TEXT SEARCH TEMPLATE", "app.template", "app.template (LEXIZE = dispell_lexize)",
           "changed text search template app.template: lexize"),
    commented("TEXT SEARCH TEMPLATE app.template", "changed text search template app.template"),
    case("ALTER TEXT SEARCH DICTIONARY app.stems (StopWords = german)",
         "changed text search dictionary app.stems: options"),
    case("CREATE TEXT SEARCH DICTIONARY app.plain (TEMPLATE = app.template)",
         "extra text search dictionary app.plain"),
    *owned("TEXT SEARCH DICTIONARY", "app.stems", "changed text search dictionary app.stems", "owner"),
    case("ALTER TEXT SEARCH CONFIGURATION app.words ALTER MAPPING FOR word WITH pg_catalog.simple, app.stems",
         f"{WORDS}: mappings"),
    case("ALTER TEXT SEARCH CONFIGURATION app.words DROP MAPPING FOR url", f"{WORDS}: mappings"),
    case("ALTER TEXT SEARCH CONFIGURATION app.words ADD MAPPING FOR tag WITH pg_catalog.simple", f"{WORDS}: mappings"),
    case("CREATE TEXT SEARCH CONFIGURATION app.bare (PARSER = app.parser)", "extra text search configuration app.bare"),
    *owned("TEXT SEARCH CONFIGURATION", "app.words", WORDS, "owner"),
    # foreign data
    case("ALTER FOREIGN DATA WRAPPER nowhere OPTIONS (SET debug 'false')",
         "changed foreign-data wrapper nowhere: options"),
    case("ALTER FOREIGN DATA WRAPPER nowhere VALIDATOR postgresql_fdw_validator OPTIONS (DROP debug)",
         "changed foreign-data wrapper nowhere: options validator"),
    case("GRANT USAGE ON FOREIGN DATA WRAPPER nowhere TO catalog_writer",
         "changed foreign-data wrapper nowhere: grants"),
    commented("FOREIGN DATA WRAPPER nowhere", "changed foreign-data wrapper nowhere"),
    case("CREATE FOREIGN DATA WRAPPER new", "extra foreign-data wrapper new"),
    case("ALTER SERVER far OPTIONS (SET host 'i')", "changed server far: options"),
    case("ALTER SERVER far OPTIONS (ADD sslmode '')", "changed server far: options"),
    case("ALTER SERVER far OPTIONS (DROP host, DROP port); ALTER SERVER far OPTIONS (port '1', host 'h')"),
    case("ALTER SERVER far VERSION '2'", "changed server far: version"),
    case("CREATE SERVER new FOREIGN DATA WRAPPER nowhere", "extra server new"),
    case("GRANT USAGE ON FOREIGN SERVER far TO catalog_writer", "changed server far: grants"),
    *owned("SERVER", "far", "changed server far", "grants", "owner"),
    case("ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (SET user 'v')", "changed user mapping public on far: options"),
    case("ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (DROP password)",
         "changed user mapping public on far: options"),
    case("ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (SET password 'q')"),
    case("DROP USER MAPPING FOR catalog_writer SERVER far", "missing user mapping catalog_writer on far"),
    # publications
    *(
        case(f"ALTER PUBLICATION told SET ({option})", f"changed publication told: {what}", since=since)
        for option, what, since in (
            ("publish = 'insert'", "update", 14), ("publish = 'insert, update, delete'", "delete", 14),
            ("publish = 'insert, update, truncate'", "truncate", 14), ("publish = 'update'", "insert", 14),
            ("publish_via_partition_root", "via partition root", 14),
            ("publish_generated_columns = stored", "generated columns", 18),
        )
    ),
    case("ALTER PUBLICATION told ADD TABLE app.u", "extra publication relation app.u on told"),
    case("ALTER PUBLICATION told DROP TABLE app.t", "missing publication relation app.t on told"),
    case("ALTER PUBLICATION told SET TABLE app.t (c, a)", "changed publication relation app.t on told: columns", since=15),
    case("ALTER PUBLICATION told SET TABLE app.t WHERE (a > 1)", "changed publication relation app.t on told: where",
         since=15),
    case("ALTER PUBLICATION told ADD TABLES IN SCHEMA other", "extra publication namespace other on told", since=15),
    case("DROP PUBLICATION all_told; CREATE PUBLICATION all_told", "changed publication all_told: all tables"),
    *owned("PUBLICATION", "told", "changed publication told", "owner"),
    case("CREATE TABLE public._yoyo_log (id int); ALTER PUBLICATION told ADD TABLE public._yoyo_log"),
    # subscriptions
    *(
        case(f"ALTER SUBSCRIPTION heard SET ({option})", f"changed subscription heard: {what}", since=since)
        for option, what, since in (
            ("binary = true", "binary", 14), ("streaming = on", "streaming", 14),
            ("synchronous_commit = on", "synchronous commit", 14), ("slot_name = 'other'", "slot", 14),
            ("disable_on_error = true", "disable on error", 15), ("password_required = false", "password required", 16),
            ("run_as_owner = true", "run as owner", 16), ("origin = none", "origin", 16),
        )
    ),
    case("ALTER SUBSCRIPTION heard SET PUBLICATION p WITH (refresh = false)",
         "changed subscription heard: publications"),
    case("ALTER SUBSCRIPTION heard SET PUBLICATION o, p WITH (refresh = false)"),
    case("ALTER SUBSCRIPTION heard CONNECTION 'host=127.0.0.2 password=x'"),
    commented("SUBSCRIPTION heard", "changed subscription heard"),
    case("DROP SUBSCRIPTION heard", "missing subscription heard"),
    # event triggers
    case("ALTER EVENT TRIGGER starts DISABLE", "changed event trigger starts: enabled"),
    case("ALTER EVENT TRIGGER starts ENABLE ALWAYS", "changed event trigger starts: enabled"),
    *(
        case(f"DROP EVENT TRIGGER starts; CREATE EVENT TRIGGER starts {text}; ALTER EVENT TRIGGER starts ENABLE REPLICA",
             f"changed event trigger starts: {what}")
        for text, what in (
            ("ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION app.starts()", "event"),
            ("ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION app.starts()", "tags"),
            ("ON ddl_command_start WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE') EXECUTE FUNCTION app.starts_too()",
             "function"),
        )
    ),
    commented("EVENT TRIGGER starts", "changed event trigger starts"),
    # extensions
    case("CREATE EXTENSION citext SCHEMA other", "extra extension citext"),
    case("ALTER EXTENSION hstore SET SCHEMA app", "changed extension hstore: schema"),
    case("DROP EXTENSION hstore", "missing extension hstore"),
    commented("EXTENSION hstore", "changed extension hstore"),
    # default privileges
    case("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
         "extra default acl for role postgres on functions"),
    case("ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO PUBLIC",
         "changed default acl for role postgres on tables: grants"),
    case("ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC",
         "missing default acl for role postgres on tables"),
    case("ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO catalog_writer WITH GRANT OPTION",
         "changed default acl app.for role postgres on tables: grants"),
    case("ALTER DEFAULT PRIVILEGES FOR ROLE catalog_writer IN SCHEMA app GRANT USAGE ON SEQUENCES TO PUBLIC",
         "extra default acl app.for role catalog_writer on sequences"),
    case("ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC", "extra default acl for role postgres on types"),
    case("ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO PUBLIC",
         "extra default acl for role postgres on schemas"),
    # languages, access methods, transforms
    case("CREATE OR REPLACE LANGUAGE another HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler",
         "changed language another: inline"),
    case("CREATE OR REPLACE LANGUAGE another HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator",
         "changed language another: validator"),
    case("CREATE OR REPLACE TRUSTED LANGUAGE another HANDLER plpgsql_call_handler",
         "changed language another: trusted"),
    case("GRANT USAGE ON LANGUAGE trusted TO catalog_writer", "changed language trusted: grants"),
    *owned("LANGUAGE", "trusted", "changed language trusted", "grants", "owner"),
    case("DROP ACCESS METHOD another", "missing access method another"),
    case("DROP ACCESS METHOD another; CREATE ACCESS METHOD another TYPE INDEX HANDLER hashhandler",
         "changed access method another: handler"),
    case("DROP ACCESS METHOD another; CREATE ACCESS METHOD another TYPE TABLE HANDLER heap_tableam_handler",
         "changed access method another: handler type"),
    commented("ACCESS METHOD another", "changed access method another"),
    case("CREATE OR REPLACE TRANSFORM FOR int LANGUAGE another (TO SQL WITH FUNCTION int4recv(internal))",
         "changed transform for integer language another: from sql to sql"),
    case("DROP TRANSFORM FOR int LANGUAGE another", "missing transform for integer language another"),
    commented("TRANSFORM FOR int LANGUAGE another", "changed transform for integer language another"),
    # no module that gives labels is at hand: the catalog's row itself
    case("INSERT INTO pg_seclabel SELECT 'app.t'::regclass, 'pg_class'::regclass, 0, 'dummy', 'secret'",
         "extra security label dummy on table app.t"),
]  # fmt: skip


def read(conn: psycopg.Connection) -> Catalog:
    """Return what the queries of these families say within the transaction that is open. Read-only."""
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


def catalog_of(database: Database, *statements: str) -> Catalog:
    """Return the catalog that these statements make of an empty database. Writes nothing that stays."""
    with database.connect() as conn, conn.transaction(force_rollback=True):
        for statement in statements:
            conn.execute(statement)  # type: ignore[arg-type]
        return read(conn)


@contextmanager
def database_of(server: Server, name: str) -> Iterator[psycopg.Connection]:
    """A database and a role for the cases, for as long as they run. Writes."""
    with server.connect("postgres") as admin:
        admin.execute("CREATE ROLE catalog_writer SUPERUSER")  # some kinds can be owned by a superuser alone
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        try:
            with server.connect(name, options="-c allow_system_table_mods=on") as conn:
                yield conn
                conn.execute("ALTER SUBSCRIPTION heard SET (slot_name = NONE); DROP SUBSCRIPTION heard")
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
            admin.execute("DROP ROLE catalog_writer")


@pytest.fixture(scope="module")
def base(each_server: Server) -> Iterator[tuple[psycopg.Connection, Catalog]]:
    """A connection to a database that holds BASE, and what is told of it."""
    with database_of(each_server, f"catalog_t_{os.getpid()}") as conn:
        with conn.transaction():
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


def test_each_kind_is_there(base: tuple[psycopg.Connection, Catalog]) -> None:
    assert {kind for kind, *_ in base[1]} == {
        "type", "domain constraint", "function", "procedure", "aggregate", "operator", "operator class",
        "operator family", "cast", "collation", "conversion", "text search parser", "text search template",
        "text search dictionary", "text search configuration", "foreign-data wrapper", "server", "user mapping",
        "publication", "publication relation", "subscription", "event trigger", "extension", "default acl", "language",
        "access method", "transform",
    }  # fmt: skip


# Each line needs none of the others.
APART = (
    "CREATE TYPE public.e AS ENUM ('b', 'a')",
    "CREATE TYPE public.c AS (b int, a text)",
    "CREATE DOMAIN public.d AS int CHECK (VALUE > 0) CONSTRAINT under_nine CHECK (VALUE < 9)",
    "CREATE TYPE public.r AS RANGE (subtype = float8)",
    "CREATE FUNCTION public.f(int) RETURNS int LANGUAGE sql SET work_mem = '1MB' SET lock_timeout = '1s' AS 'SELECT 1'",
    "CREATE FUNCTION public.f(text) RETURNS int LANGUAGE sql SET lock_timeout = '1s' SET work_mem = '1MB' AS 'SELECT 1'",
    "CREATE AGGREGATE public.a(int) (SFUNC = int4pl, STYPE = int4)",
    "CREATE OPERATOR public.### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)",
    "CREATE OPERATOR CLASS public.o FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int4)",
    "CREATE CAST (int AS json) WITH INOUT",
    "CREATE TEXT SEARCH CONFIGURATION public.words (COPY = pg_catalog.english)",
    "CREATE FOREIGN DATA WRAPPER nowhere OPTIONS (a '1', b '2')",
    "CREATE PUBLICATION told FOR ALL TABLES",
    "CREATE EXTENSION hstore",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO PUBLIC",
)


def test_the_order_in_which_things_were_made_makes_no_difference(each_database: Database) -> None:
    first = catalog_of(each_database, *APART)
    assert len(first) > len(APART)
    assert told(first, catalog_of(each_database, *reversed(APART))) == set()
    # an oid that was used and is free again, a column that was dropped, a grant that was taken back
    rubbish = (
        "CREATE TYPE public.gone AS (a int)", "CREATE TYPE public.c AS (x int, b int)",
        "ALTER TYPE public.c DROP ATTRIBUTE x, ADD ATTRIBUTE a text", "DROP TYPE public.gone",
        "REVOKE ALL ON TYPE public.c FROM PUBLIC", "GRANT USAGE ON TYPE public.c TO PUBLIC",
    )  # fmt: skip
    assert (
        told(first, catalog_of(each_database, *rubbish, *(line for line in APART if "public.c " not in line))) == set()
    )


def test_grants_in_another_order_are_the_same(each_database: Database) -> None:
    grants = [
        f"GRANT EXECUTE ON FUNCTION public.f() TO {name}" for name in ("pg_monitor", "pg_read_all_stats", '"PUBLIC"')
    ]
    made = ('CREATE ROLE "PUBLIC"', "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    catalogs = [catalog_of(each_database, *made, *order) for order in itertools.permutations(grants)]
    assert catalogs == catalogs[:1] * 6
    assert catalogs[0]["function", "public", "", "f()"].grants == (
        "PUBLIC=EXECUTE/postgres", '"PUBLIC"=EXECUTE/postgres', "pg_monitor=EXECUTE/postgres",
        "pg_read_all_stats=EXECUTE/postgres", "postgres=EXECUTE/postgres",
    )  # fmt: skip


def test_what_belongs_to_an_extension_is_left_to_it(each_database: Database) -> None:
    names = [name for (name,) in each_database.rows(
        "SELECT name FROM pg_available_extensions WHERE name IN ('hstore', 'citext', 'ltree', 'cube', 'pg_trgm', "
        "'postgres_fdw', 'unaccent', 'isn', 'seg', 'intarray', 'bloom', 'dict_int', 'btree_gist') ORDER BY 1"
    )]  # fmt: skip
    assert len(names) >= 5
    catalog = catalog_of(each_database, *(f"CREATE EXTENSION {name}" for name in names))
    assert sorted((kind, name) for kind, _, _, name in catalog) == [("extension", name) for name in names]


def test_a_new_database_has_nothing(each_database: Database) -> None:
    assert catalog_of(each_database) == {}


def test_names_of_any_kind(each_database: Database) -> None:
    name = 'Größe "x" (a, b). ' + "é" * 20
    quoted = '"' + name.replace('"', '""') + '"'
    of = f"{quoted}.{quoted}"
    catalog = catalog_of(
        each_database,
        f"CREATE SCHEMA {quoted}",
        f"CREATE TYPE {of} AS ENUM ('{name}')",
        f'CREATE DOMAIN {quoted}."user" AS {of} CONSTRAINT {quoted} CHECK (VALUE IS NOT NULL)',
        f"CREATE FUNCTION {of}({quoted} {of}) RETURNS {of} LANGUAGE sql AS 'SELECT $1'",
        f"CREATE OPERATOR {quoted}.<%> (RIGHTARG = {of}, FUNCTION = {of})",
        f"CREATE OPERATOR FAMILY {of} USING btree",
        f"CREATE FOREIGN DATA WRAPPER {quoted}",
        f"CREATE SERVER {quoted} FOREIGN DATA WRAPPER {quoted} OPTIONS ({quoted} '=')",
        f"CREATE ROLE {quoted}",
        f"CREATE USER MAPPING FOR {quoted} SERVER {quoted}",
        f"CREATE TABLE {of} (a int)".replace("TABLE " + of, f'TABLE {quoted}."table"'),
        f'CREATE PUBLICATION {quoted} FOR TABLE {quoted}."table"',
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted} IN SCHEMA {quoted} GRANT SELECT ON TABLES TO {quoted}",
        f"GRANT USAGE ON TYPE {of} TO {quoted} WITH GRANT OPTION",
    )
    assert set(catalog) == {
        ("type", name, "", name),
        ("type", name, "", "user"),
        ("domain constraint", name, f'{quoted}."user"', name),
        ("function", name, "", f"{quoted}({of})"),
        ("operator", name, "", f"<%>(NONE, {of})"),
        ("operator family", name, "", f"{quoted} USING btree"),
        ("foreign-data wrapper", "", "", name),
        ("server", "", "", name),
        ("user mapping", "", quoted, name),
        ("publication", "", "", name),
        ("publication relation", "", quoted, f'{quoted}."table"'),
        ("default acl", name, "", f"for role {quoted} on tables"),
    }
    assert f"{quoted}=USAGE*/postgres" in (catalog["type", name, "", name].grants or ())
    assert catalog["function", name, "", f"{quoted}({of})"].is_["arguments"] == f"{quoted} {of}"
    assert catalog["server", "", "", name].is_["options"] == {name: "="}


def test_secrets_are_not_read_and_who_may_not_look_is_told(each_database: Database) -> None:
    options = (
        "user 'u', password 's3', \"aws_secret_key\" 's3', sslpassword 's3', password_required 'false', token 's3'"
    )
    role = f"plain_{os.getpid()}"
    made = (
        "CREATE FOREIGN DATA WRAPPER nowhere",
        "CREATE SERVER far FOREIGN DATA WRAPPER nowhere OPTIONS (api_key 's3', host 'h')",
        f"CREATE USER MAPPING FOR postgres SERVER far OPTIONS ({options})",
        "CREATE SUBSCRIPTION heard CONNECTION 'host=127.0.0.1 port=1 password=s3' PUBLICATION p"
        " WITH (connect = false, slot_name = NONE, enabled = false, create_slot = false)",
    )
    catalog = catalog_of(each_database, *made)
    assert "s3" not in str(catalog)
    hidden = "(not read)"
    assert catalog["user mapping", "", "far", "postgres"].is_["options"] == {
        "user": "u", "password": hidden, "aws_secret_key": hidden, "sslpassword": hidden, "password_required": "false",
        "token": hidden,
    }  # fmt: skip
    theirs = catalog_of(each_database, *made, f"CREATE ROLE {role}", f"SET LOCAL ROLE {role}")
    assert told(catalog, theirs) == {"changed user mapping postgres on far: options"}
    assert theirs["user mapping", "", "far", "postgres"].is_["options"] == "(not readable by this role)"
