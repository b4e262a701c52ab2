"""Migrations on a shadow: the same schema as `migrate` makes, failures with their place, and what is kept."""

import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dbtool.config import Project, load_project
from dbtool.errors import BadFile, DatabaseRefused
from dbtool.migrations import Folder, read_migrations
from dbtool.runner.failure import StatementFailed
from dbtool.schema.catalog import compare, read_catalog
from dbtool.schema.files.kept import KEPT
from dbtool.schema.files.replay import replay
from dbtool.schema.files.replayed import replayed
from dbtool.shadow import shadow
from dbtool.target import Target, load_target
from tests.conftest import ROOT, Database
from tests.conftest import Project as Folders

Conn = psycopg.Connection
Write = Callable[..., Folder]


@pytest.fixture
def laid_out(each_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Target]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "dbtool.toml").write_text(f'[environments.development]\nshadow = "{each_database.url}"\n')
    project = load_project(tmp_path)
    return project, load_target(project)


@pytest.fixture
def conn(laid_out: tuple[Project, Target]) -> Iterator[Conn]:
    with shadow(*laid_out) as conn:
        yield conn


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*texts: str, **named: str) -> Folder:
        folder = tmp_path / "migrations"
        folder.mkdir(exist_ok=True)
        for number, text in enumerate(texts):
            (folder / f"{number:04}.sql").write_text(text)
        for name, text in named.items():
            (folder / name.lstrip("_").replace("__", ".")).write_text(text)
        return read_migrations(folder)

    return written


def test_the_example_becomes_what_migrate_makes(
    example: Folders, database: Database, laid_out: tuple[Project, Target]
) -> None:
    assert example.run("migrate").returncode == 0
    with shadow(*laid_out) as conn, database.connect() as other:
        replay(conn, read_migrations(ROOT / "migrations"))
        if conn.info.server_version == other.info.server_version:
            here, there = (read_catalog(c, ledger_schema="public") for c in (conn, other))
            assert compare(there, here) == ()
        assert conn.execute("SELECT to_regclass('_yoyo_migration')").fetchone() == (None,)


def test_what_migrate_runs_in_its_own_ways_runs(conn: Conn, write: Write) -> None:
    """Each of these fails in one transaction with the others, or outside of one, or leaves something behind."""
    folder = write(
        "CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood RENAME TO humour",
        "ALTER TYPE humour ADD VALUE 'b'",
        "CREATE TABLE t (a int, h humour DEFAULT 'b'); CREATE TEMP TABLE x (); SET search_path = nowhere",
        "CREATE INDEX CONCURRENTLY i ON t (a); DROP INDEX CONCURRENTLY i; VACUUM; REINDEX TABLE t",
        "CREATE TEMP TABLE x (); CREATE SCHEMA nowhere; SET ROLE postgres; SET SESSION AUTHORIZATION postgres",
        "-- transactional: false\nDO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$; SELECT 1",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; INSERT INTO t VALUES (2)",
        "COPY t (a) FROM STDIN;\n3\n4\n\\.\nCREATE TABLE after_copy ()",
        "ALTER DATABASE no_such_database SET timezone = 'UTC'; DROP DATABASE no_such_database",
        "CREATE TABLE parent (a int) PARTITION BY LIST (a); CREATE TABLE child PARTITION OF parent FOR VALUES IN (1)",
        "ALTER TABLE parent DETACH PARTITION child CONCURRENTLY",
        **{"post-apply__sql": "CREATE TABLE IF NOT EXISTS post ()"},
    )
    replay(conn, folder)
    assert conn.execute("SELECT array_agg(a ORDER BY a) FROM t").fetchone() == ([1, 2, 3, 4],)
    assert conn.execute(
        "SELECT to_regclass('after_copy') IS NOT NULL AND to_regclass('post') IS NOT NULL"
    ).fetchone() == (True,)
    assert conn.execute(
        "SELECT count(*) FROM pg_constraint WHERE conrelid = 'child'::regclass AND contype = 'c'"
    ).fetchone() == (1,)


def test_a_failure_is_told_with_its_place(conn: Conn, write: Write) -> None:
    folder = write("CREATE TABLE t (a int)", "SELECT 1;\n  ALTER TABLE t ADD a int", "CREATE TABLE never ()")
    with pytest.raises(StatementFailed, match=r"0001\.sql:2:3: ERROR: column") as caught:
        replay(conn, folder)
    assert "replayed on a shadow" in caught.value.message
    assert conn.execute("SELECT to_regclass('t'), to_regclass('never')").fetchone() == ("t", None)


def test_a_constraint_that_is_checked_at_the_end_names_its_file(conn: Conn, write: Write) -> None:
    folder = write(
        "CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO t VALUES (1), (1)",
        "CREATE TABLE u ()",
    )
    with pytest.raises(StatementFailed, match=r"0001\.sql: ERROR: duplicate"):
        replay(conn, folder)


def test_files_that_cannot_be_parsed_are_told_all_at_once(conn: Conn, write: Write) -> None:
    with pytest.raises(BadFile) as caught:
        replay(conn, write("CREATE TABEL t ()", "CREATE TABLE t ()", "BEGIN"))
    assert [f.id for f in caught.value.findings] == ["syntax-error", "transaction-control"]


def test_a_missing_extension_is_named(conn: Conn, write: Write) -> None:
    with pytest.raises(DatabaseRefused, match=r"0001\.sql:1:1: the extension no_such_thing"):
        replay(conn, write("SELECT 1", "CREATE EXTENSION no_such_thing"))


def test_a_python_migration_is_run(conn: Conn, write: Write) -> None:
    folder = write(
        "CREATE TABLE t (a int)", "", _0001__sql="SELECT 1",
        _0002__py='from yoyo import step\nsteps = [step("INSERT INTO t VALUES (1)")]\n',
        _0003__sql="ALTER TABLE t ADD b int",
    )  # fmt: skip
    replay(conn, folder)
    assert conn.execute("SELECT a, b FROM t").fetchall() == [(1, None)]


def test_a_python_migration_that_fails_is_told_with_its_line(conn: Conn, write: Write) -> None:
    folder = write(_0001__py="from yoyo import step\nsteps = [step(lambda c: 1 / 0)]\n")
    with pytest.raises(DatabaseRefused, match=r"0001\.py:2:1: ZeroDivisionError"):
        replay(conn, folder)


def test_roles_are_made_and_none_is_dropped(conn: Conn, write: Write, each_database: Database) -> None:
    made, named, stepwise, postgres = (*(f"role_{secrets.token_hex(4)}" for _ in range(3)), "postgres")
    replay(
        conn,
        write(
            f"CREATE ROLE {made} LOGIN PASSWORD 'x'; CREATE TABLE t (); GRANT SELECT ON t TO {made}",
            f"ALTER TABLE t OWNER TO {named}; DROP ROLE IF EXISTS {postgres}; ALTER ROLE {made} SUPERUSER",
            f"-- transactional: false\nCREATE TABLE u ();\nSET ROLE {stepwise};\nRESET ROLE",
        ),
    )
    with each_database.connect() as other:
        found = "SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = ANY (%s)"
        assert other.execute(found, [[made, named, stepwise]]).fetchall() == [(False, False)] * 3
        conn.execute("DROP TABLE t, u")
        for role in (made, named, stepwise):
            other.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


# ---- what is kept


def kept(database: Database) -> list[str]:
    found = database.rows("SELECT datname FROM pg_database WHERE datname LIKE 'dbtool\\_replay\\_%' ORDER BY 1")
    return [str(name) for (name,) in found]


@pytest.fixture
def clean(each_database: Database) -> Iterator[Database]:
    yield each_database
    with each_database.connect() as conn:
        for name in kept(each_database):
            conn.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


MANY = tuple(f"CREATE TABLE t{number} (a int)" for number in range(30))


def tables(conn: Conn) -> int:
    (count,) = conn.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND oid >= 16384").fetchone() or (0,)
    return int(str(count))


def test_only_what_is_new_is_run(laid_out: tuple[Project, Target], write: Write, clean: Database) -> None:
    with replayed(*laid_out, write(*MANY)) as conn:
        assert tables(conn) == 30
        conn.execute("DROP TABLE t0")  # of the copy, not of what is kept
    (name,) = kept(clean)
    with clean.connect() as other:  # a mark that only the kept one has
        other.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))
        with clean.server.connect(name) as inner:
            inner.execute("CREATE TABLE mark ()")
    with replayed(*laid_out, write(*MANY, "CREATE TABLE u ()")) as conn:
        assert tables(conn) == 32
        assert conn.execute("SELECT to_regclass('mark')").fetchone() == ("mark",)
    assert kept(clean) == [name]
    with replayed(*laid_out, write("CREATE TABLE t0 (b text)")) as conn:  # an edit of the first file: all anew
        assert tables(conn) == 31
    assert len(kept(clean)) == 2


def test_few_files_are_not_kept(laid_out: tuple[Project, Target], write: Write, clean: Database) -> None:
    with replayed(*laid_out, write(*MANY[:5])) as conn:
        assert tables(conn) == 5
    assert kept(clean) == []


def test_only_the_last_few_are_kept(laid_out: tuple[Project, Target], write: Write, clean: Database) -> None:
    seen: list[str] = []
    for number in range(KEPT + 2):
        with replayed(*laid_out, write(*MANY, _0000__sql=f"CREATE TABLE first{number} ()")):
            seen += set(kept(clean)) - set(seen)
    assert len(seen) == KEPT + 2
    assert len(kept(clean)) == KEPT
    assert seen[-1] in kept(clean)


def test_two_at_once_make_the_same(laid_out: tuple[Project, Target], write: Write, clean: Database) -> None:
    folder = write(*MANY)
    seen: list[int] = []

    def one() -> None:
        with replayed(*laid_out, folder) as conn:
            seen.append(tables(conn))

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [30, 30, 30]
    assert len(kept(clean)) == 1


def test_what_follows_python_is_run_each_time(laid_out: tuple[Project, Target], write: Write, clean: Database) -> None:
    python = 'from yoyo import step\nsteps = [step("CREATE TABLE python ()")]\n'
    folder = write(*MANY, _0025a__py=python)
    for _ in range(2):
        with replayed(*laid_out, folder) as conn:
            assert tables(conn) == 31
    (name,) = kept(clean)
    said = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = "
    ((comment,),) = clean.rows(f"{said} '{name}'")
    assert str(comment).endswith("the migrations up to 0025")
