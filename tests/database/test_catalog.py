"""read_catalog and compare as a whole; what each kind of thing tells is in test_catalog_r.py and test_catalog_t.py."""

from dbtool.schema.catalog import compare, read_catalog
from tests.conftest import Database, Project
from tests.database.test_example import apply_schema
from tests.servers import Server

SETTINGS = (
    "timezone = 'Asia/Tokyo'", "datestyle = 'German'", "intervalstyle = 'sql_standard'", "bytea_output = 'escape'",
    "quote_all_identifiers = on", "extra_float_digits = 3", "search_path = app",
)  # fmt: skip
MADE = r"""
CREATE SCHEMA app;
CREATE TABLE app."user" (
    id int PRIMARY KEY, at timestamptz DEFAULT '2026-01-02 03:04:05+00', "order" bytea DEFAULT '\x00ff',
    took interval DEFAULT '1 day 2:03:04', share float8 DEFAULT 0.1
);
CREATE INDEX ON app."user" (at) WHERE at > '2026-01-01 00:00:00+00';
CREATE VIEW app.late AS SELECT id FROM app."user" WHERE took > '1 hour';
"""


def test_no_setting_of_a_database_changes_what_is_told(database: Database) -> None:
    with database.connect() as conn:
        conn.execute(MADE)
        before = read_catalog(conn, ledger_schema="public")
        for setting in SETTINGS:
            conn.execute(f"ALTER DATABASE {database.name} SET {setting}")  # type: ignore[arg-type]
    with database.connect() as conn:
        assert compare(before, read_catalog(conn, ledger_schema="public")) == ()


def test_what_goes_with_something_missing_is_not_told_by_itself(database: Database) -> None:
    with database.connect() as conn:
        empty = read_catalog(conn, ledger_schema="public")
        conn.execute(MADE)
        full = read_catalog(conn, ledger_schema="public")
    told = {f"{d.what} {d.record}" for d in compare(full, empty)}
    assert told == {"missing schema app", "missing table app.user", "missing view app.late"}
    assert {f"{d.what} {d.record}" for d in compare(empty, full)} == {t.replace("missing", "extra") for t in told}


def test_the_examples_schema_is_what_its_migrations_make(example: Project, database: Database, server: Server) -> None:
    assert example.run("migrate").returncode == 0
    with database.connect() as conn, server.connect("postgres") as admin:
        migrated = read_catalog(conn, ledger_schema="public")
        admin.execute("CREATE DATABASE wanted_by_the_example")
        try:
            with server.connect("wanted_by_the_example") as other:
                apply_schema(other)
                wanted = read_catalog(other, ledger_schema="public")
                other.execute("ALTER TABLE users ALTER COLUMN name SET DEFAULT 'x'")
                changed = read_catalog(other, ledger_schema="public")
        finally:
            admin.execute("DROP DATABASE wanted_by_the_example WITH (FORCE)")
    assert len(wanted) > 100
    assert compare(wanted, migrated) == ()
    (difference,) = compare(wanted, changed)
    assert (difference.what, str(difference.record)) == ("changed", "column name on public.users")
    assert [(c.attribute, c.wanted, c.found) for c in difference.changes] == [("default", None, "'x'::text")]
