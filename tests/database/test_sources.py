"""sql/schema -> a database: in any order of files, and every mistake with its place."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dbtool.config import load_project
from dbtool.errors import BadFile, DatabaseRefused
from dbtool.families.family import read_families
from dbtool.schema.catalog import compare, read_catalog
from dbtool.schema.files.definitions import made_by
from dbtool.schema.files.sources import apply_schema
from dbtool.shadow import shadow
from dbtool.target import load_target
from tests.conftest import ROOT, Database

Conn = psycopg.Connection


@pytest.fixture
def conn(each_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conn]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "dbtool.toml").write_text(f'[environments.development]\nshadow = "{each_database.url}"\n')
    project = load_project(tmp_path)
    with shadow(project, load_target(project)) as conn:
        yield conn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sql" / "schema").mkdir(parents=True)
    return tmp_path / "sql" / "schema"


def names(conn: Conn) -> set[str]:
    found = conn.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchall()
    return {str(name) for (name,) in found}


def refusal(conn: Conn, folder: Path) -> list[tuple[str, str, str]]:
    """The id, the place and the message of each finding."""
    with pytest.raises(BadFile) as caught:
        apply_schema(conn, folder)
    return [(f.id, str(f.place).removeprefix(f"{folder}/"), f.message) for f in caught.value.findings]


def test_nothing_is_nothing(conn: Conn, folder: Path) -> None:
    apply_schema(conn, folder / "none")
    apply_schema(conn, folder)
    (folder / "a.sql").write_text("-- nothing yet\n")
    apply_schema(conn, folder)
    assert names(conn) == set()


ANY_ORDER = """
CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION note();
GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
CREATE VIEW v AS SELECT f(a) FROM t;
CREATE TABLE t (a int DEFAULT nextval('app.s') REFERENCES u (id), m mood DEFAULT 'new', d app.positive);
CREATE TABLE u (id int);
CREATE UNIQUE INDEX CONCURRENTLY u_id ON u (id);
COMMENT ON TABLE u IS 'x';
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT count(*)::int FROM u; END;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TYPE mood ADD VALUE 'new';
CREATE TYPE mood AS ENUM ('a');
CREATE DOMAIN app.positive AS int CHECK (VALUE > app.zero());
CREATE FUNCTION app.zero() RETURNS int LANGUAGE sql AS 'SELECT a FROM nowhere';
CREATE SEQUENCE app.s;
CREATE SCHEMA app;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''too early''; END';
"""


@pytest.mark.parametrize("backwards", [False, True])
def test_any_order_will_do(backwards: bool, conn: Conn, folder: Path) -> None:
    statements = ANY_ORDER.strip().splitlines()
    for number, statement in enumerate(reversed(statements) if backwards else statements):
        (folder / f"{number:02}.sql").write_text(statement)
    apply_schema(conn, folder)
    assert names(conn) >= {"t", "u", "v", "u_id"}
    assert conn.execute("SELECT has_table_privilege('public', 't', 'SELECT')").fetchone() == (True,)
    assert conn.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal").fetchone() == (1,)
    assert conn.execute("SHOW check_function_bodies").fetchone() == ("on",)


def test_the_examples_schema_in_any_order(conn: Conn, folder: Path, each_database: Database) -> None:
    from tests.database.test_example import apply_schema as by_hand

    for number, path in enumerate(sorted((ROOT / "sql/schema").glob("*.sql"), reverse=True)):
        (folder / f"{number}.sql").write_bytes(path.read_bytes())
    apply_schema(conn, folder, read_families(ROOT / "sql/triggers"))
    conn.execute("DROP TABLE outbox")  # of clients alone
    with each_database.connect() as other:
        by_hand(other)
        there = read_catalog(other, ledger_schema="public")
    assert compare(there, read_catalog(conn, ledger_schema="public")) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INSERT INTO t VALUES (1)", "INSERT is no schema"),
        ("SET search_path = x", "SET is no schema"),
        ("DO $$ BEGIN END $$", "DO is no schema"),
        ("SELECT 1", "SELECT is no schema"),
        ("DROP TABLE t", "DROP is no schema"),
        ("BEGIN; CREATE TABLE t (); COMMIT", "transaction control is no schema"),
        ("COPY t FROM STDIN;\n1\n\\.\n", "COPY is no schema"),
        ("CREATE ROLE x", "about the server"),
        ("ALTER DATABASE development SET x = 1", "about the server"),
        ("GRANT a TO b", "about the server"),
        ("GRANT CONNECT ON DATABASE development TO a", "about the server"),
        ("CREATE TABEL t ()", "syntax error"),
    ],
)
def test_what_is_no_schema_is_refused_with_its_place(text: str, said: str, conn: Conn, folder: Path) -> None:
    (folder / "a.sql").write_text(f"-- one\n  {text}")
    (folder / "b.sql").write_text("CREATE TABLE kept ()")
    told = refusal(conn, folder)
    assert all(place.startswith("a.sql:2:") for _, place, _ in told)
    assert said in told[0][2]
    assert names(conn) == set()


def test_every_mistake_is_told_at_once(conn: Conn, folder: Path) -> None:
    (folder / "a.sql").write_text("SET x = 1;\nDROP TABLE t;\nCREATE TABLE t ()")
    (folder / "b.sql").write_text('CREATE VIEW "t" AS SELECT 1;\nUPDATE t SET a = 1')
    told = refusal(conn, folder)
    assert [(id, place) for id, place, _ in told] == [
        ("not-schema", "a.sql:1:1"), ("not-schema", "a.sql:2:1"), ("not-schema", "b.sql:2:1"),
        ("defined-twice", "b.sql:1:1"),
    ]  # fmt: skip
    assert "a.sql:3:1" in told[3][2]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("CREATE TABLE app.t ()", "CREATE MATERIALIZED VIEW app.t AS SELECT 1 AS a"),
        ("CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
         "CREATE FUNCTION public.f(b int4) RETURNS int LANGUAGE sql AS 'SELECT 2'"),
        ("CREATE TABLE app.t (a int CONSTRAINT c CHECK (a > 0))", "ALTER TABLE app.t ADD CONSTRAINT c CHECK (a > 1)"),
        ("CREATE INDEX i ON app.x (a)", "CREATE INDEX i ON app.x (a, a)"),
        ("CREATE POLICY p ON app.x USING (true)", "CREATE POLICY p ON app.x USING (false)"),
        ("CREATE TABLE app.t (a int)", "ALTER TABLE app.t ADD COLUMN a text"),
    ],
)  # fmt: skip
def test_what_is_defined_twice_is_told_with_both_places(first: str, again: str, conn: Conn, folder: Path) -> None:
    (folder / "0.sql").write_text("CREATE SCHEMA IF NOT EXISTS app; CREATE TABLE app.x (a int)")
    (folder / "a.sql").write_text(f"CREATE SCHEMA IF NOT EXISTS app;\n{first}")
    (folder / "b.sql").write_text(f"\n\n{again}")
    ((id, place, message),) = refusal(conn, folder)
    assert (id, place) == ("defined-twice", "b.sql:3:1")
    assert "a.sql:2:1" in message


def test_overloads_are_not_the_same(conn: Conn, folder: Path) -> None:
    (folder / "a.sql").write_text(
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "CREATE TABLE a (); CREATE TABLE b (x int); CREATE INDEX ON b (x); CREATE INDEX ON b (x);"
        "CREATE POLICY p ON a; CREATE POLICY p ON b; CREATE SCHEMA s; CREATE TABLE s.a (x int); CREATE INDEX i ON s.a (x);"
        "CREATE INDEX i ON b (x)"
    )
    apply_schema(conn, folder)


def test_what_the_server_refuses_is_told_with_its_place_and_words(conn: Conn, folder: Path) -> None:
    (folder / "a.sql").write_text("CREATE VIEW v AS SELECT * FROM t;\nCREATE TABLE t (a int,\n  b int CHECK ('x' > 5))")
    ((id, place, message),) = refusal(conn, folder)
    assert (id, place) in {("schema-refused", "a.sql:3:16"), ("schema-refused", "a.sql:2:1")}
    assert "invalid input syntax" in message


def test_causes_are_told_and_not_what_follows(conn: Conn, folder: Path) -> None:
    (folder / "a.sql").write_text("CREATE VIEW v AS SELECT * FROM w;\nCREATE VIEW w AS SELECT * FROM ünknown, x")
    assert [(id, place) for id, place, _ in refusal(conn, folder)] == [("schema-refused", "a.sql:2:32")]


def test_a_circle_is_named(conn: Conn, folder: Path) -> None:
    (folder / "a.sql").write_text("CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES b);\nCREATE VIEW c AS TABLE a")
    (folder / "b.sql").write_text("CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a)")
    ((id, _, message),) = refusal(conn, folder)
    assert id == "schema-cycle"
    assert "a needs b" in message
    assert "b needs a" in message
    assert "c needs" not in message


def test_a_missing_extension_is_named_with_the_ways_out(conn: Conn, folder: Path) -> None:
    (folder / "a.sql").write_text("\nCREATE EXTENSION IF NOT EXISTS no_such_thing")
    with pytest.raises(DatabaseRefused, match=r"a\.sql:2:1: the extension no_such_thing is not installed") as caught:
        apply_schema(conn, folder)
    assert all(way in caught.value.hint for way in ("shadow =", "[server] bin", "DATABASE_URL"))


def test_roles_that_are_not_there_do_not_matter(conn: Conn, folder: Path, each_database: Database) -> None:
    roles = [f"Role {secrets.token_hex(4)}" for _ in range(3)]
    quoted = [sql.Identifier(role).as_string(None) for role in roles]
    (folder / "a.sql").write_text(
        f"CREATE TABLE t (); ALTER TABLE t OWNER TO {quoted[0]}; GRANT SELECT ON t TO {quoted[1]};"
        f"CREATE POLICY p ON t TO {quoted[2]}"
    )
    apply_schema(conn, folder)
    assert conn.execute("SELECT tableowner FROM pg_tables WHERE tablename = 't'").fetchone() == (roles[0],)
    conn.execute("DROP TABLE t")
    with each_database.connect() as other:
        for role in quoted:
            other.execute(f"DROP ROLE {role}")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("statement", "made"),
    [
        ('CREATE TABLE "A b"."c""d" ()', 'A b.c"d'),
        ("create or replace view v as select 1", "public.v"),
        ("CREATE INDEX ON t (a)", None),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY app.t (a)", "app.i"),
        ("CREATE RULE r AS ON INSERT TO t DO NOTHING", ".r on public.t"),
        ("ALTER TABLE t ADD a int", None),
    ],
)
def test_what_a_statement_makes(statement: str, made: str | None) -> None:
    found = made_by(statement.encode())
    assert (found and f"{found.schema}.{found}") == made
