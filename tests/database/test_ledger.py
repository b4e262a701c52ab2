"""What the database says was applied: read in one round trip, wherever it lies, and never moved by search_path."""

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dbtool.errors import DatabaseRefused, UsageError
from dbtool.ledger import read_ledger
from dbtool.queries import query
from tests.conftest import Database, Project

NOW = datetime(2026, 1, 2, 3, 4, 5)


def make(database: Database, schema: str = "public") -> None:
    with database.connect() as conn:
        conn.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')  # type: ignore[arg-type]
        conn.execute(query("ledger/create", schema=schema))


def applied(
    database: Database, id: str, comment: str | None = "", schema: str = "public", operation: str = "apply"
) -> None:
    """Record a migration as yoyo (no comment) or dbtool does; operation "step": only that."""
    with database.connect() as conn:
        if operation != "step":
            conn.execute(f'INSERT INTO "{schema}"._yoyo_migration VALUES (%s, %s, %s)', [f"hash {id}", id, NOW])  # type: ignore[arg-type]
        conn.execute(
            f'INSERT INTO "{schema}"._yoyo_log VALUES (gen_random_uuid()::text, %s, %s, %s, %s, %s, %s, %s)',  # type: ignore[arg-type]
            [f"hash {id}", id, operation, "ann", "laptop", comment, NOW],
        )


def test_an_empty_database_has_none_and_gets_none(each_database: Database) -> None:
    with each_database.connect() as conn:
        ledger = read_ledger(conn, "public")
        assert (ledger.exists, ledger.applied, ledger.schema) == (False, {}, "public")
        assert ledger.server_pid == conn.info.backend_pid
    assert each_database.rows("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == [(0,)]


def test_what_dbtool_and_what_yoyo_wrote(each_database: Database) -> None:
    make(each_database)
    applied(each_database, "ours", "dbtool/1 sha256=ab sql=cd statements=2 ms=17")
    applied(each_database, "yoyos", None)
    applied(each_database, "somebodys", "a remark, sha256=no")
    with each_database.connect() as conn:
        ledger = read_ledger(conn, "public")
    ours, yoyos, somebodys = (ledger.applied[id] for id in ("ours", "yoyos", "somebodys"))
    assert (ours.checksum, ours.sql_checksum, ours.milliseconds) == ("ab", "cd", 17)
    assert (ours.by, ours.host, ours.at) == ("ann", "laptop", NOW.replace(tzinfo=UTC))
    assert (yoyos.checksum, yoyos.milliseconds, somebodys.checksum) == ("", None, "")


def test_it_costs_one_round_trip(database: Database) -> None:
    make(database)
    applied(database, "a")
    with database.connect() as conn, tempfile.TemporaryFile() as file:
        conn.pgconn.trace(os.dup(file.fileno()))
        read_ledger(conn, "public")
        conn.pgconn.untrace()
        file.seek(0)
        sent = [line for line in file.read().decode().splitlines() if "\tF\t" in line]
    assert len(sent) == 1, sent


def test_no_table_of_the_same_name_in_the_way_deceives_it(database: Database) -> None:
    make(database)
    applied(database, "a")
    with database.connect() as conn:
        conn.execute("CREATE SCHEMA other; SET search_path = other, public")
        conn.execute(
            "CREATE TEMP TABLE _yoyo_migration (migration_hash text, migration_id text, applied_at_utc timestamp)"
        )
        assert list(read_ledger(conn, "public").applied) == ["a"]


def test_half_done_is_told_apart_by_direction(database: Database) -> None:
    make(database)
    applied(database, "up", "dbtool/1 step=2/3 state=started statement=ff pid=7 backend_start=1.5", operation="step")
    applied(database, "up", "dbtool/1 step=1/3 state=done statement=ee", operation="step")
    applied(database, "down")
    applied(database, "down", "dbtool/1 step=1/2 state=done statement=dd", operation="step")
    with database.connect() as conn:
        ledger = read_ledger(conn, "public")
    assert [(s.number, s.of, s.state) for s in ledger.interrupted["up"]] == [(1, 3, "done"), (2, 3, "started")]
    assert (ledger.interrupted["up"][1].pid, ledger.interrupted["up"][1].backend_start) == (7, "1.5")
    assert list(ledger.undoing) == ["down"]


# ---- where it lies


def test_one_in_another_schema_is_found_and_stays_there(database: Database, project: Project) -> None:
    make(database, "app")
    applied(database, "a", schema="app")
    project.write(a="select nope;", b="create table public.b ();")
    assert project.run("migrate").returncode == 0
    assert database.rows("SELECT migration_id FROM app._yoyo_migration ORDER BY 1") == [("a",), ("b",)]
    assert database.rows("SELECT to_regclass('public._yoyo_migration')") == [(None,)]


def test_several_are_refused_until_one_is_named(database: Database, project: Project) -> None:
    for schema in ("one", "two"):
        make(database, schema)
    project.write(a="create table a ();")
    done = project.run("migrate")
    assert (done.returncode, "several schemas hold a ledger: one, two" in done.stderr) == (2, True)
    (project.root / "dbtool.toml").write_text('[ledger]\nschema = "two"\n')
    assert project.run("migrate").returncode == 0
    assert database.rows("SELECT count(*) FROM two._yoyo_migration") == [(1,)]


def test_the_schema_of_the_configuration_is_made(database: Database, project: Project) -> None:
    (project.root / "dbtool.toml").write_text('[ledger]\nschema = "My ledger"\n')
    project.write(a="create table a ();")
    assert project.run("migrate").returncode == 0
    assert database.rows('SELECT migration_id FROM "My ledger"._yoyo_migration') == [("a",)]
    assert project.run("migrate").stdout == "nothing to do: the one migration is applied\n"


# ---- what is refused


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("INSERT INTO _yoyo_version VALUES (3, now())", "newer yoyo"),
        ("UPDATE _yoyo_log SET comment = 'dbtool/2 x=y'", "newer dbtool"),
        ("ALTER TABLE _yoyo_migration DROP COLUMN migration_hash CASCADE", "yoyo 5 or older"),
    ],
)
def test_a_version_that_is_not_known_is_refused(change: str, said: str, database: Database) -> None:
    make(database)
    applied(database, "a")
    with database.connect() as conn:
        conn.execute(change)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match=said):
            read_ledger(conn, "public")


@pytest.fixture
def role(database: Database) -> Callable[[], str]:
    name = f"{database.name}_role"
    with database.connect() as conn:
        conn.execute(f"CREATE ROLE {name} LOGIN")  # type: ignore[arg-type]
    yield lambda: name  # type: ignore[misc]
    with database.connect() as conn:
        conn.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")  # type: ignore[arg-type]


def test_one_that_may_not_be_read_says_which_grant_is_missing(database: Database, role: Callable[[], str]) -> None:
    make(database)
    with (
        database.server.connect(database.name, role()) as conn,
        pytest.raises(DatabaseRefused, match="cannot be read") as caught,
    ):
        read_ledger(conn, "public")
    assert role() in caught.value.hint


def test_one_that_may_not_be_made_says_what_to_do(
    database: Database, project: Project, role: Callable[[], str]
) -> None:
    with database.connect() as conn:
        conn.execute("REVOKE CREATE ON SCHEMA public FROM public")  # as PostgreSQL 15 and later have it
    project.write(a="select 1")
    done = project.run("migrate", env={"DATABASE_URL": database.server.url(database.name, role())})
    assert done.returncode == 1
    assert f"GRANT CREATE ON SCHEMA public TO {role()}" in done.stderr
