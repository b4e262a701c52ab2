"""Throw-away databases: where they are made, that they are gone afterwards, that nothing else is touched."""

import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dbtool.config import Project, load_project
from dbtool.errors import DatabaseRefused, Refused
from dbtool.shadow import shadow
from dbtool.shadow.databases import MARK, Made, drop
from dbtool.shadow.places import begin_anew, remove_unused, state_for
from dbtool.shadow.roles import COMMENT
from dbtool.shadow.servers import open_server
from dbtool.shadow.tamed import tame
from dbtool.target import Target, load_target
from tests.conftest import Database
from tests.servers import Server

Make = Callable[..., tuple[Project, Target]]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A project whose shadow, and whose target, are as told."""
    for variable in ("DATABASE_URL", "DBTOOL_DIRECT_URL"):
        monkeypatch.delenv(variable, raising=False)

    def laid_out(shadow: str = "", url: str | None = None) -> tuple[Project, Target]:
        said = f'[environments.development]\nshadow = "{shadow}"\n' if shadow else ""
        (tmp_path / "dbtool.toml").write_text(said)
        project = load_project(tmp_path)
        return project, load_target(project, url=url)

    return laid_out


def shadows(server: Server) -> list[str]:
    with server.connect("postgres") as conn:
        found = conn.execute("SELECT datname FROM pg_database WHERE datname LIKE 'dbtool\\_shadow\\_%'").fetchall()
    return [name for (name,) in found]


def test_it_is_empty_and_gone_afterwards(each_database: Database, make: Make) -> None:
    project, target = make(each_database.url)
    with shadow(project, target) as first, shadow(project, target) as second:
        assert len(shadows(each_database.server)) == 2
        first.execute("CREATE TABLE t ()")
        assert second.execute("SELECT to_regclass('t')").fetchone() == (None,)
        assert first.autocommit
    assert shadows(each_database.server) == []
    assert each_database.rows("SELECT to_regclass('t')") == [(None,)]


def test_it_is_gone_after_an_exception_and_with_others_in_it(database: Database, make: Make) -> None:
    others: list[psycopg.Connection] = []
    with pytest.raises(ZeroDivisionError), shadow(*make(database.url)) as conn:
        others.append(psycopg.connect(database.server.url(conn.info.dbname)))
        raise ZeroDivisionError
    assert shadows(database.server) == []
    with pytest.raises(psycopg.OperationalError):
        others[0].execute("SELECT 1")


def test_many_at_once(database: Database, make: Make) -> None:
    project, target = make(database.url)
    names: list[str] = []

    def one() -> None:
        with shadow(project, target) as conn:
            conn.execute("CREATE TABLE t ()")
            names.append(conn.info.dbname)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 6
    assert shadows(database.server) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from dbtool.config import load_project
from dbtool.shadow import shadow
from dbtool.target import load_target
project = load_project(Path(sys.argv[1]))
with shadow(project, load_target(project)):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_dropped_by_the_next(each_database: Database, make: Make, tmp_path: Path) -> None:
    project, target = make(each_database.url)
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DBTOOL_ENV")}
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = shadows(each_database.server)
    with shadow(project, target) as conn:
        assert shadows(each_database.server) == [conn.info.dbname]
    assert left not in shadows(each_database.server)


def test_what_others_made_is_left(database: Database, make: Make) -> None:
    """A name of our form with somebody's comment on it, and a database that is another one than was made."""
    name = f"dbtool_shadow_{secrets.token_hex(8)}"
    project, target = make(database.url)
    with database.server.connect("postgres") as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        conn.execute(sql.SQL("COMMENT ON DATABASE {} IS 'mine'").format(sql.Identifier(name)))
        try:
            with shadow(project, target):
                pass
            with open_server(project, target) as server:
                drop(server, Made(name=database.name, oid=1))
            assert shadows(database.server) == [name]
            conn.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database.name), sql.Literal(MARK))
            )
            with open_server(project, target) as server:
                drop(server, Made(name=database.name, oid=1))
        finally:
            conn.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    assert database.rows("SELECT 1") == [(1,)]


# ---- where


@pytest.mark.parametrize(
    "made", ["CREATE TABLE t ()", "CREATE SCHEMA s", "CREATE TYPE e AS ENUM ()", "SELECT lo_create(0)",
             "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE SEQUENCE s"],
)  # fmt: skip
def test_a_shadow_that_has_anything_in_it_is_refused(made: str, each_database: Database, make: Make) -> None:
    with each_database.connect() as conn:
        conn.execute(made)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="is not empty"), shadow(*make(each_database.url)):
        pass
    assert shadows(each_database.server) == []


def test_extensions_alone_are_nothing(database: Database, make: Make) -> None:
    with shadow(*make(database.url)) as conn:
        assert conn.execute("SELECT extname FROM pg_extension").fetchall() == [("plpgsql",)]


def test_the_target_itself_is_no_shadow(database: Database, make: Make) -> None:
    with pytest.raises(Refused, match="itself"), shadow(*make(database.url, database.url)):
        pass


def test_a_role_that_may_not_make_databases_is_told_so(database: Database, make: Make) -> None:
    with database.connect() as conn:
        conn.execute("DROP ROLE IF EXISTS unable")
        conn.execute("CREATE ROLE unable LOGIN")
    with (
        pytest.raises(DatabaseRefused, match="throw-away") as caught,
        shadow(*make(database.server.url(database.name, "unable"))),
    ):
        pass
    assert "CREATEDB" in caught.value.hint


def test_without_any_it_is_a_server_of_its_own(make: Make, each_database: Database) -> None:
    """In memory, and faster than the disk; the target is not even connected to."""
    project, target = make(url=each_database.url)
    with shadow(project, target) as conn:
        assert conn.execute("SHOW fsync").fetchone() == ("off",)
        assert conn.execute("SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1").fetchone() == ("UTF8",)
    said: list[str] = []
    with each_database.connect() as like, shadow(project, target, like=like, say=said.append) as conn:
        same = conn.info.server_version // 10_000 == like.info.server_version // 10_000
    assert bool(said) != same
    assert same or "the target is PostgreSQL" in said[0]
    assert shadows(each_database.server) == []


def test_encoding_and_locale_are_the_targets(database: Database, make: Make) -> None:
    name = f"{database.name}_latin"
    locale = "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
    with database.server.connect("postgres") as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")  # type: ignore[arg-type]
        try:
            with (
                database.server.connect(name) as like,
                shadow(*make(database.url, database.server.url(name)), like=like) as conn,
            ):
                assert conn.execute(locale).fetchone() == ("LATIN1", "C")
        finally:
            admin.execute(f"DROP DATABASE {name}")  # type: ignore[arg-type]


def test_places_in_memory_are_our_own_and_go_when_they_are_not_used(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    project = tmp_path / "project" / ".dbtool"
    place = state_for(project, memory=memory)
    assert place.is_relative_to(memory)
    assert state_for(project, memory=memory) == place
    assert state_for(tmp_path / "other" / ".dbtool", memory=memory) == place
    other = state_for(project, binaries=Path("/other"), memory=memory)
    long_ago = 1_000_000_000
    os.utime(other, (long_ago, long_ago))
    remove_unused(place, memory=memory)
    assert place.exists()
    assert not other.exists()
    place.parent.chmod(0o777)  # somebody else could have put it there
    assert state_for(project, memory=memory) == project / "shadow"
    assert state_for(project, memory=tmp_path / "none") == project / "shadow"


def test_data_of_no_server_are_begun_anew(tmp_path: Path) -> None:
    assert not begin_anew(tmp_path)
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    assert begin_anew(tmp_path)
    assert not (tmp_path / "postgres").exists()


# ---- what statements become


@pytest.mark.parametrize(
    "statement",
    [
        "DROP /* x */ DATABASE production", "CREATE DATABASE d", "ALTER DATABASE d SET x = 1", "ALTER SYSTEM SET x = 1",
        "ALTER ROLE ALL SET x = 1", "DROP ROLE x", "GRANT a TO b", "GRANT CONNECT ON DATABASE d TO a",
        "COMMENT ON DATABASE d IS 'x'", "COMMENT ON ROLE d IS 'x'", "ALTER DATABASE d RENAME TO e",
        "ALTER DATABASE d OWNER TO e", "ALTER GROUP g ADD USER u", "DROP USER u", "DROP TABLESPACE t",
        "ALTER ROLE a RENAME TO b", "GRANT SET ON PARAMETER work_mem TO a", "CREATE USER u", "VACUUM", "REINDEX DATABASE",
        "ALTER SUBSCRIPTION s ENABLE", "ALTER SUBSCRIPTION s REFRESH PUBLICATION", "CHECKPOINT",
    ],
)  # fmt: skip
def test_what_is_the_servers_is_passed_over(statement: str) -> None:
    assert tame(statement.encode()).passed_over
    assert tame(statement.encode()).run == ()


@pytest.mark.parametrize(
    ("statement", "run"),
    [
        ("CREATE USER MAPPING FOR CURRENT_USER SERVER s", None),
        ("GRANT SELECT ON t TO a", None),
        ("COMMENT ON TABLE database IS 'x'", None),
        ("ALTER TABLE \"user\" RENAME TO role", None),
        ("DROP INDEX CONCURRENTLY i", "DROP INDEX              i"),
        ("CREATE INDEX CONCURRENTLY concurrently_i ON t (a)", "CREATE INDEX              concurrently_i ON t (a)"),
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p, \"Q\" WITH (copy_data, slot_name = 'x', binary)",
            "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p, \"Q\" "
            "WITH (connect = false, slot_name = 'x', \"binary\" = 'true')",
        ),
        ("ALTER SUBSCRIPTION s SET PUBLICATION p", "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)"),
    ],
)  # fmt: skip
def test_what_is_run_in_place_of_a_statement(statement: str, run: str | None) -> None:
    assert tame(statement.encode()).run == ((run or statement).encode(),)


def test_a_subscription_reaches_no_publisher_and_hinders_nothing(each_database: Database, make: Make) -> None:
    (made,) = tame(b"CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p WITH (slot_name = 'x')").run
    with shadow(*make(each_database.url)) as conn:
        conn.execute(made)
        assert conn.execute("SELECT subslotname, subenabled FROM pg_subscription").fetchall() == [("x", False)]
    assert shadows(each_database.server) == []


@pytest.fixture
def roles(database: Database) -> Iterator[str]:
    """The name of a role that is not there, and gone afterwards."""
    name = f"Role {secrets.token_hex(4)}"
    yield name
    with database.connect() as conn:
        conn.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def test_roles_that_are_made_say_whose_they_are(database: Database, make: Make, roles: str) -> None:
    from dbtool.shadow.roles import make_roles

    with shadow(*make(database.url)) as conn:
        make_roles(conn, [roles, "postgres"])
        make_roles(conn, [roles])
    with database.connect() as conn:
        said = "SELECT rolcanlogin, shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s"
        assert conn.execute(said, [roles]).fetchone() == (False, COMMENT)
        with pytest.raises(ValueError, match="is no shadow"):
            make_roles(conn, ["x"])
