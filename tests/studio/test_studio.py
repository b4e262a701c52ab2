"""`dbtool studio` at a terminal: what it opens, on which database, and what is kept from it."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from psycopg import sql

from dbtool.guard.mark import read_mark, write_mark
from tests.conftest import Database, Project
from tests.faults.poolers import pgbouncer, pgbouncer_program
from tests.servers import Server, free_port
from tests.studio.terminal import studio

PSQL = shutil.which("psql")
needs_psql = pytest.mark.skipif(PSQL is None, reason="psql is not installed (apt-get install postgresql-client)")
needs_pgbouncer = pytest.mark.skipif(pgbouncer_program() is None, reason="PgBouncer is not installed")
PASSWORD = "Zq7 it's"

# Takes harlequin's place: says how it was called, and ends as it is told.
_STAND_IN = """#!{python}
import json, os, sys
names = ("PGPASSWORD", "DBTOOL_STUDIO_LINE", "DBTOOL_STUDIO_COLOURS", "DBTOOL_STUDIO_READ_ONLY", "XDG_CACHE_HOME")
print("CALLED", json.dumps([sys.argv[1:], {{name: os.environ.get(name) for name in names}}]), flush=True)
sys.exit(23)
"""


def stand_in(folder: Path, adapters: str = "postgres = x:y") -> dict[str, str]:
    """Make a harlequin that has these adapters; the variables with which it is found."""
    program, metadata = folder / "bin" / "harlequin", folder / "lib" / "harlequin_postgres-1.dist-info"
    program.parent.mkdir()
    metadata.mkdir(parents=True)
    program.write_text(_STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: harlequin-postgres\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[harlequin.adapter]\n{adapters}\n")
    python = f"{folder / 'lib'}{os.pathsep}{Path(__file__).parents[2]}"
    return {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": python}


def marked(database: Database, name: str) -> None:
    with database.connect() as conn:
        write_mark(conn, read_mark(conn), name)


def answer(project: Project, *arguments: str, env: dict[str, str] | None = None) -> dict[str, object]:
    return json.loads(project.run("studio", *arguments, "--json", env=env).stdout)


# ---- before anything is opened


def test_without_a_terminal_it_is_refused_before_anything_is_opened(project: Project) -> None:
    nowhere = {"DATABASE_URL": f"postgresql://127.0.0.1:{free_port()}/db"}
    done = project.run("studio", "--write", env=nowhere)
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a terminal" in done.stderr


def test_what_is_said_for_writing_alone_is_not_passed_over(project: Project) -> None:
    done = project.run("studio", "--json", "--confirm", "app")
    assert done.returncode == 2
    assert "belong to --write" in done.stdout


def test_where_no_server_answers_nothing_is_opened(project: Project, tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": f"postgresql://127.0.0.1:{free_port()}/db"}
    with studio(project, env=nowhere | stand_in(tmp_path)) as terminal:
        assert terminal.end() == 7
        assert "Connection refused" in terminal.text
        assert "CALLED" not in terminal.text


def test_a_secret_that_no_program_can_be_given_is_not_given(project: Project, tmp_path: Path) -> None:
    url = project.environment["DATABASE_URL"] + "?sslpassword=Zq7secret&sslmode=disable"
    done = project.run("studio", "--json", env={"DATABASE_URL": url} | stand_in(tmp_path))
    assert done.returncode == 2
    assert "has sslpassword" in done.stdout
    assert "Zq7" not in done.stdout + done.stderr


# ---- harlequin


def test_harlequin_is_opened_on_the_database_that_is_meant(
    project: Project, database: Database, tmp_path: Path, server: Server
) -> None:
    marked(database, "production")
    with server.connect("postgres") as conn:
        conn.execute("DROP ROLE IF EXISTS studio_reader")
        conn.execute(sql.SQL("CREATE ROLE studio_reader LOGIN PASSWORD {}").format(sql.Literal(PASSWORD)))
    url = f"postgresql://studio_reader:Zq7%20it%27s@127.0.0.1:{server.port}/{database.name}"
    elsewhere = {
        "PGHOST": "nowhere.example",
        "PGDATABASE": "other",
        "PGOPTIONS": "-c work_mem=5MB",
    }
    with studio(project, env={"DATABASE_URL": url} | elsewhere | stand_in(tmp_path)) as terminal:
        assert terminal.end() == 23, terminal.text  # "its exit code is passed on"
    before, after = terminal.drawn.split("CALLED")
    assert f"\x1b[22;2t\x1b]2;production, called development: {database.name} (read-only)\x07" in before
    assert "\x1b[23;2t" in after, "the title of the window is put back"
    called = next(line for line in terminal.text.splitlines() if line.startswith("CALLED"))
    arguments, variables = json.loads(called.removeprefix("CALLED "))
    *words, conninfo = arguments
    assert words == ["-P", "None", "-a", "dbtool"]
    assert f"dbname={database.name} host=127.0.0.1 hostaddr='' port={server.port}" in conninfo
    assert "user=studio_reader" in conninfo
    assert "application_name='dbtool studio'" in conninfo
    assert "options='-c work_mem=5MB -c default_transaction_read_only=on'" in conninfo
    assert "Zq7" not in " ".join(arguments), "everybody can see the arguments"
    assert variables.pop("PGPASSWORD") == PASSWORD
    assert variables.pop("XDG_CACHE_HOME").startswith(str(project.root / ".cache/dbtool/studio/"))
    assert variables == {
        "DBTOOL_STUDIO_LINE": f" production, called development | read-only | {database.name} on 127.0.0.1:{server.port} "
        "as studio_reader | marked production",
        "DBTOOL_STUDIO_COLOURS": "#ffffff on #c1121f",
        "DBTOOL_STUDIO_READ_ONLY": "on",
    }
    with server.connect("postgres") as conn:
        conn.execute("DROP ROLE studio_reader")


def test_of_several_hosts_the_one_that_was_judged_is_opened(
    project: Project, database: Database, server: Server, tmp_path: Path
) -> None:
    url = f"postgresql://postgres@127.0.0.1:{free_port()},127.0.0.1:{server.port}/{database.name}"
    *_, conninfo = answer(project, "--url", url, env=stand_in(tmp_path))["arguments"]  # type: ignore[misc]
    assert f"host=127.0.0.1 hostaddr=127.0.0.1 port={server.port} " in conninfo


def test_where_its_python_does_not_see_our_adapter_its_own_connects(project: Project, tmp_path: Path) -> None:
    found = stand_in(tmp_path)
    program = tmp_path / "bin" / "harlequin"
    # -E: PYTHONPATH is not looked at; so its adapters have to lie elsewhere
    program.write_text(program.read_text().replace(sys.executable, str(tmp_path / "python"), 1))
    (tmp_path / "python").write_text(
        f'#!/bin/sh\nexport PYTHONPATH="{tmp_path / "lib"}"\nexec "{sys.executable}" "$@"\n'
    )
    (tmp_path / "python").chmod(0o755)
    said = answer(project, env=found)
    assert said["arguments"][1:5] == ["-P", "None", "-a", "postgres"]  # type: ignore[index]


def test_a_harlequin_without_postgresql_is_told_what_it_lacks(project: Project, tmp_path: Path) -> None:
    found = stand_in(tmp_path, "duckdb = x:y")
    with studio(project, env=found | {"CI": "1"}) as terminal:
        assert terminal.end() == 2
    assert "harlequin has no adapter for PostgreSQL" in terminal.text
    assert f"{sys.executable} -m pip install harlequin-postgres" in terminal.text


@pytest.mark.skipif(shutil.which("harlequin") is not None, reason="harlequin is installed here")
def test_where_harlequin_is_missing_one_command_installs_it(project: Project, tmp_path: Path) -> None:
    empty = {"PATH": str(tmp_path)}
    with studio(project, env=empty) as terminal:
        assert terminal.end() == 2
    assert "error: harlequin is not installed" in terminal.text
    assert "pip install" in terminal.text
    assert "dbtool-pg[studio]" in terminal.text
    with studio(project, "--psql", env=empty) as terminal:
        assert terminal.end() == 2
    assert "psql is not installed" in terminal.text


@needs_psql
@pytest.mark.skipif(shutil.which("harlequin") is not None, reason="harlequin is installed here")
@pytest.mark.parametrize(("typed", "code"), [("\n", 2), ("y\n", 0)])
def test_where_harlequin_is_missing_psql_is_offered(typed: str, code: int, project: Project) -> None:
    with studio(project) as terminal:
        terminal.until("open psql instead? [y/N]")
        terminal.type(typed)
        if code == 0:
            terminal.until("=# ")
            terminal.type("\\q\n")
        assert terminal.end() == code


# ---- psql


@needs_psql
def test_psql_reads_and_does_not_write(project: Project, database: Database) -> None:
    marked(database, "production")
    with database.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT 1 AS n")
    (project.root / ".psqlrc").write_text("\\set PROMPT1 'mine> '\n\\pset null NOTHING\n")
    with studio(project, "--psql") as terminal:
        terminal.until(f"production, called development, read-only  {database.name}=# ")
        assert "\x1b[1;97;41m production, called development, read-only " in terminal.drawn, "in its colour: red"
        terminal.type("DELETE FROM t;\n")
        terminal.until("cannot execute DELETE in a read-only transaction")
        terminal.type("SELECT n, NULL, current_setting('application_name') FROM t;\n")
        terminal.until("1 | NOTHING")  # ~/.psqlrc was read
        assert "dbtool studio" in terminal.until("(1 row)")
        terminal.type("\\c postgres\n")
        terminal.until("read-only  postgres=# ")
        terminal.type("CREATE TABLE t (n int);\n")
        terminal.until("cannot execute CREATE TABLE")  # also on a connection that psql opened anew
        terminal.type("SELECT pg_sleep(60);\n")
        terminal.until("pg_sleep(60)")
        terminal.type("\x03")  # ctrl-C is psql's: the query is cancelled, and psql stays
        terminal.until("read-only  postgres=# ")
        terminal.type("\\! exit 3\n\\q\n")
        assert terminal.end() == 0
    assert database.rows("SELECT count(*) FROM t") == [(1,)]


@needs_psql
@pytest.mark.slow
@pytest.mark.parametrize(("mark", "colour"), [("", "30;43"), ("staging", "30;43"), ("development", "30;42")])
def test_the_colour_is_that_of_what_the_guard_takes_it_for(
    mark: str, colour: str, project: Project, database: Database
) -> None:
    marked(database, mark)
    with studio(project, "--psql") as terminal:
        terminal.until("read-only  test_")
        assert f"\x1b[1;{colour}m" in terminal.drawn
        terminal.type("\\q\n")
        assert terminal.end() == 0
    with studio(project, "--psql", env={"NO_COLOR": "1"}) as terminal:
        terminal.until("read-only] test_")
        assert f"{colour}m" not in terminal.drawn


@needs_psql
def test_the_end_of_dbtool_is_the_end_of_psql(project: Project) -> None:
    with studio(project, "--psql") as terminal:
        terminal.until("=# ")
        terminal.type("SELECT pg_sleep(60);\n")
        terminal.process.terminate()
        assert terminal.end() == 128 + 15


# ---- for writing, as the guard lets it


@needs_psql
def test_a_marked_development_database_is_opened_for_writing(project: Project, database: Database) -> None:
    marked(database, "development")
    with studio(project, "--psql", "--write") as terminal:
        shown = terminal.until("development, read-write  ")
        assert "dbtool studio --write opens the database for writing" in shown
        terminal.type("CREATE TABLE t AS SELECT 5 AS n;\n")
        terminal.until("SELECT 1")
        terminal.type("\\q\n")
        assert terminal.end() == 0
    assert database.rows("SELECT n FROM t") == [(5,)]


@needs_psql
def test_what_is_not_marked_is_asked_about(project: Project, database: Database) -> None:
    with studio(project, "--psql", "--write") as terminal:
        terminal.until(f"to go on with studio --write, type the database's name ({database.name}): ")
        terminal.type("shop\n")
        assert terminal.end() == 6
    with studio(project, "--psql", "--write", "--confirm", database.name) as terminal:
        terminal.until("read-write  ")
        terminal.type("\\q\n")
        assert terminal.end() == 0


def test_production_is_not_opened_for_writing(project: Project, database: Database, tmp_path: Path) -> None:
    found = stand_in(tmp_path)
    with studio(project, "--write", env=found | {"NODE_ENV": "production"}) as terminal:
        assert terminal.end() == 6
    assert "NODE_ENV=production means production" in terminal.text
    marked(database, "production")
    with studio(project, "--write", "--confirm", database.name, env=found) as terminal:
        assert terminal.end() == 6
    assert "dbtool studio --write is refused" in terminal.text
    assert "CALLED" not in terminal.text
    said = answer(project, "--write", env=found)
    assert (said["exit_code"], said["verdict"]) == (6, "block")


# ---- poolers


@needs_pgbouncer
def test_behind_a_pooler_it_says_what_to_do(project: Project, database: Database, tmp_path: Path) -> None:
    found = stand_in(tmp_path)
    with pgbouncer(database.server, tmp_path, "transaction") as port:
        pooled = {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port}/{database.name}"}
        done = project.run("studio", "--json", env=pooled | found)
        assert done.returncode == 1
        assert "a pooler" in done.stdout
        assert "DBTOOL_DIRECT_URL" in done.stdout
        around = pooled | {"DBTOOL_DIRECT_URL": database.url}
        assert answer(project, env=around | found)["program"] == "harlequin"


@pytest.mark.slow
@needs_pgbouncer
def test_a_pooler_that_drops_the_setting_is_seen(project: Project, database: Database, tmp_path: Path) -> None:
    found = stand_in(tmp_path)
    settings = "ignore_startup_parameters = options\n"
    for mode, wanted in (("session", "is not read-only"), ("transaction", "a pooler in transaction mode")):
        folder = tmp_path / mode
        folder.mkdir()
        with pgbouncer(database.server, folder, mode, settings) as port:
            url = f"postgresql://postgres@127.0.0.1:{port}/{database.name}"
            done = project.run("studio", "--json", env={"DATABASE_URL": url} | found)
            assert done.returncode == 1, done.stdout
            assert wanted in done.stdout


# ---- the real one


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("DBTOOL_TEST_HARLEQUIN") and shutil.which("harlequin") is None,
    reason="harlequin is not installed here; DBTOOL_TEST_HARLEQUIN may name the folder it is in",
)
@pytest.mark.parametrize("size", [(24, 80), (40, 160)])
def test_harlequin_itself_shows_the_line_and_does_not_write(
    size: tuple[int, int], project: Project, database: Database
) -> None:
    marked(database, "production")
    folder = os.environ.get("DBTOOL_TEST_HARLEQUIN", "")
    with studio(project, env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}, size=size) as terminal:
        terminal.until("Database Connected", 60)
        assert " production, called development | read-only | " in terminal.text
        assert "48;2;193;18;31m" in terminal.drawn or "48;5;" in terminal.drawn, "on its ground"
        terminal.type("CREATE TABLE t (n int)")
        terminal.type("\x1b[15~")
        terminal.type("\n")
        terminal.until("Query Error", 60)  # its text has no room on a small screen
        terminal.type("q")
        terminal.type("\x11")  # ctrl-Q
        terminal.end(30)
    assert database.rows("SELECT to_regclass('t')::text") == [(None,)]
