"""dbtool generate: from a changed sql/schema to files that migrate applies, and what stands in the way."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, refused
from tests.conftest import Database, Project

USERS = (
    "CREATE TYPE status AS ENUM ('open', 'done');\nCREATE TABLE users (\n  id bigint PRIMARY KEY,\n  name text\n);\n"
)


def define(project: Project, text: str, name: str = "main.sql") -> None:
    """Write a file of sql/schema."""
    path = project.root / "sql" / "schema" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def written(project: Project) -> list[str]:
    """Return the migrations that are there, without the digits of their ids."""
    return sorted(re.sub(r"^\d+_", "", path.name) for path in (project.root / "migrations").glob("*.sql"))


@pytest.fixture
def users(project: Project, run_here: Run) -> Project:
    """A project whose one migration, generated, makes the table users."""
    define(project, USERS)
    done = run_here("generate", "users")
    assert done.returncode == 0, done.both
    return project


def test_the_example_has_nothing_to_do(example: Project, run_here: Run) -> None:
    before = written(example)
    done = run_here("generate", "nothing")
    assert (done.returncode, done.stdout) == (0, "nothing to do: the migrations make what sql/schema says\n")
    assert written(example) == before


def test_a_new_table_goes_there_and_back(example: Project, run_here: Run) -> None:
    define(
        example,
        "CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants (id));\n"
        "COMMENT ON TABLE invoices IS $$it's one$$;",
        "invoices.sql",
    )
    done = run_here("generate", "add invoices")
    assert done.returncode == 0, done.both
    assert "+ create table public.invoices: 2 columns" in done.stdout
    assert "takes SHARE ROW EXCLUSIVE on tenants" in done.stdout
    assert "next: read it, then: dbtool migrate" in done.stdout
    (path,) = (example.root / "migrations").glob("*_add_invoices.sql")
    assert path.read_text().startswith("-- depends: 20250603093000_triggers_by_category\n")
    assert run_here("migrate").returncode == 0
    assert run_here("types").returncode == 0
    assert run_here("check").returncode == 0
    assert run_here("generate", "again").stdout.startswith("nothing to do")
    assert run_here("rollback", "--yes").returncode == 0
    assert run_here("check").returncode == 3  # it waits again, and all the rest is in step


def test_an_index_of_a_table_with_rows_gets_a_file_of_its_own(users: Project, run_here: Run) -> None:
    define(users, USERS + "ALTER TABLE users ADD COLUMN mail text; CREATE INDEX users_mail ON users (mail);")
    assert run_here("migrate").returncode == 0
    done = run_here("generate", "mail", "--json")
    first, second = json.loads(done.stdout)["files"]
    assert (first["transactional"], second["transactional"]) == (True, False)
    assert "CREATE INDEX CONCURRENTLY users_mail" in second["statements"][0]
    assert Path(first["path"]).name < Path(second["path"]).name
    assert run_here("migrate").returncode == 0
    assert run_here("check").returncode == 0
    for _ in range(2):
        assert run_here("rollback", "--yes").returncode == 0
        assert run_here("check").returncode == 3
    assert run_here("migrate").returncode == 0
    assert run_here("check").returncode == 0


def test_a_dropped_column_is_marked_until_it_is_allowed(users: Project, run_here: Run) -> None:
    define(users, USERS.replace(",\n  name text", ""))
    marked = run_here("generate", "drop name", "--stdout")
    assert "-- dbtool: hazard drop-column: drops the column public.users.name" in marked.stdout
    assert "[drop-column]" in marked.stderr
    allowed = run_here("generate", "drop name", "--allow", "drop-column")
    assert "! drop column name on public.users" in allowed.stdout
    (path,) = (users.root / "migrations").glob("*_drop_name.sql")
    assert "-- dbtool: allow drop-column because drops the column public.users.name" in path.read_text()
    assert "does not come back" in path.with_suffix(".rollback.sql").read_text()


def test_a_hazard_that_is_not_there_cannot_be_allowed(users: Project, run_here: Run) -> None:
    define(users, USERS.replace(",\n  name text", ""))
    before = written(users)
    refused(run_here("generate", "x", "--allow", "drop-colum"), 2, "--allow drop-colum", "it has drop-column")
    assert written(users) == before


def test_stdout_is_the_sql_and_nothing_is_written(users: Project, run_here: Run) -> None:
    define(users, USERS + "CREATE TABLE more (id int);")
    before = written(users)
    assert run_here("generate", "more", "--stdout").stdout == "CREATE TABLE public.more (\n    id integer\n);\n"
    told = json.loads(run_here("generate", "more", "--stdout", "--json").stdout)
    assert told["files"][0]["statements"] == ["CREATE TABLE public.more (\n    id integer\n)"]
    assert told["files"][0]["path"] is None
    assert written(users) == before


@pytest.mark.parametrize(
    ("wish", "old", "new", "sql"),
    [
        ("users=people", "TABLE users", "TABLE people", "ALTER TABLE public.users RENAME TO people;"),
        ("users.name=users.full_name", "name text", "full_name text", "RENAME COLUMN name TO full_name;"),
        ("status.open=status.new", "'open'", "'new'", "ALTER TYPE public.status RENAME VALUE 'open' TO 'new';"),
        ("status=state", "TYPE status", "TYPE state", "ALTER TYPE public.status RENAME TO state;"),
        (
            "users_pkey=users_key",
            "PRIMARY KEY",
            "CONSTRAINT users_key PRIMARY KEY",
            "RENAME CONSTRAINT users_pkey TO users_key;",
        ),
    ],
)
def test_a_rename_that_is_told(users: Project, run_here: Run, wish: str, old: str, new: str, sql: str) -> None:
    define(users, USERS.replace(old, new))
    done = run_here("generate", "rename", "--rename", wish, "--stdout")
    assert done.returncode == 0, done.both
    assert sql in done.stdout
    assert "DROP" not in done.stdout
    assert done.stderr == ""


def test_renames_are_in_a_transaction_and_an_index_beside_them_is_not(users: Project, run_here: Run) -> None:
    define(users, USERS.replace("name text", "full_name text") + "CREATE INDEX beside ON users (id);\n")
    done = run_here("generate", "both", "--rename", "users.name=users.full_name")
    assert done.returncode == 0, done.both
    texts = {path.name.split("_", 1)[1]: path.read_text() for path in (users.root / "migrations").glob("*_both*.sql")}
    assert "RENAME COLUMN" in texts["both.sql"]
    assert "transactional" not in texts["both.sql"]
    assert "CREATE INDEX CONCURRENTLY beside" in texts["both_online.sql"]
    assert "-- transactional: false" in texts["both_online.sql"]
    assert "RENAME" not in texts["both_online.sql"]


def test_a_rename_that_fits_nothing(users: Project, run_here: Run) -> None:
    define(users, USERS.replace("name text", "full_name text"))
    for wish in ("users.nope=users.full_name", "users.name=users.nope"):
        old, new = wish.split("=")
        refused(run_here("generate", "x", "--rename", wish), 2, old, new, "what could be renamed: public.users.name")
    refused(run_here("generate", "x", "--rename", "name"), 2, "old=new", "'name'")


def test_a_likely_rename_is_hinted_and_not_guessed(users: Project, run_here: Run) -> None:
    define(users, USERS.replace("name text", "full_name text"))
    done = run_here("generate", "x", "--stdout")
    assert "DROP COLUMN name" in done.stdout
    assert "--rename public.users.name=public.users.full_name" in done.stderr
    assert "[likely-rename]" in done.stderr


@pytest.mark.parametrize(("answer", "sql"), [("y", "RENAME COLUMN"), ("", "DROP COLUMN")])
def test_a_likely_rename_is_asked_for_at_a_terminal(
    users: Project, run_here: Run, monkeypatch: pytest.MonkeyPatch, answer: str, sql: str
) -> None:
    questions: list[str] = []
    monkeypatch.setattr("dbtool.console.can_ask", lambda: True)
    monkeypatch.setattr("dbtool.console.ask", lambda question: [answer, questions.append(question)][0])
    define(users, USERS.replace("name text", "full_name text"))
    done = run_here("generate", "x")
    assert questions == ["rename column name on public.users to full_name? [y/N]"]
    assert "likely-rename" not in done.both
    (path,) = (users.root / "migrations").glob("*_x.sql")
    assert sql in path.read_text()


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("CREATE TABLE a (\n  id int,\n  b nosuchtype\n);", "3:5", 'type "nosuchtype" does not exist'),
        ("CREATE TABL a ();", "1:8", 'syntax error at or near "TABL"'),
        ("CREATE TABLE a ();\nINSERT INTO a VALUES (1);", "2:1", "rows go into sql/seeds/"),
        ("SET search_path = x;", "1:1", "SET is no schema"),
        ("DO $$ BEGIN END $$;", "1:1", "DO is no schema"),
        ("DROP TABLE a;", "1:1", "take out what is no longer wanted"),
        ("CREATE DATABASE other;", "1:1", "about the server"),
        ("\\connect other", "1:1", "a command of psql"),
        ("CREATE VIEW a AS SELECT * FROM b;\nCREATE VIEW b AS SELECT * FROM a;", "1:1", "2:1: b needs a"),
        ("CREATE TABLE a ();\nCREATE TABLE a ();", "2:1", "defined twice: here, and at sql/schema/main.sql:1:1"),
    ],
)
def test_what_cannot_be_a_schema(project: Project, run_here: Run, text: str, place: str, said: str) -> None:
    define(project, text)
    refused(run_here("generate", "x"), 2, f"sql/schema/main.sql:{place}: error: ", said)
    assert not (project.root / "migrations").exists()


def test_a_role_that_is_nowhere_else_can_be_named(project: Project, run_here: Run) -> None:
    role = f"reader_{os.getpid()}"
    define(project, f"CREATE TABLE t (id int);\nGRANT SELECT ON t TO {role};")
    assert f"GRANT SELECT ON TABLE public.t TO {role};" in run_here("generate", "x", "--stdout").stdout


def test_an_extension_that_is_nowhere_is_named_with_the_ways_out(project: Project, run_here: Run) -> None:
    define(project, "CREATE EXTENSION nosuchextension;")
    refused(run_here("generate", "x"), 1, "nosuchextension", 'shadow = "', "[server] bin", "DATABASE_URL")


def test_a_folder_that_is_not_there_drops_nothing(users: Project, run_here: Run) -> None:
    before = written(users)
    (users.root / "sql" / "schema").rename(users.root / "sql" / "away")
    refused(run_here("generate", "x"), 2, "sql/schema is not there")
    refused(run_here("push", "--dry-run"), 2, "sql/schema is not there")
    done = run_here("check", "--offline")
    assert (done.returncode, "? schema   skipped  sql/schema is not there" in done.stdout) == (0, True)
    assert written(users) == before


@pytest.mark.parametrize("name", ["", "!!!"])
def test_a_name_without_a_word(users: Project, run_here: Run, name: str) -> None:
    define(users, USERS + "CREATE TABLE more (id int);")
    refused(run_here("generate", name), 2)


def test_a_name_is_no_path(users: Project, run_here: Run) -> None:
    define(users, USERS + "CREATE TABLE more (id int);")
    assert run_here("generate", "../a/Ünder score").returncode == 0
    assert len(written(users)) == 4
    assert all(re.fullmatch(r"\w+(\.rollback)?\.sql", name) for name in written(users))


def test_a_shadow_that_is_not_there(users: Project, run_here: Run, database: Database) -> None:
    config = users.root / "dbtool.toml"
    config.write_text('[environments.development]\nshadow = "postgresql://localhost:1/x"\n')
    refused(run_here("generate", "x"), 7, "environments.development.shadow", "port 1")
    config.write_text('[environments.development]\nshadow = "env:NOT_SET"\n')
    refused(run_here("generate", "x"), 2, "NOT_SET is not set")


def test_a_shadow_with_something_in_it_is_refused(users: Project, run_here: Run, database: Database) -> None:
    with database.connect() as conn:
        conn.execute("CREATE TABLE precious (id int)")
    (users.root / "dbtool.toml").write_text('[environments.development]\nshadow = "env:SHADOW"\n')
    done = run_here("generate", "x", env={"SHADOW": database.url, "DATABASE_URL": database.server.url("postgres")})
    refused(done, 6, "is not empty", "precious")


def test_an_interrupted_run_leaves_no_database(
    make_project: Callable[..., Project], database: Database, server: object
) -> None:
    """With a shadow on the test's own server, where all that is left can be seen."""
    project = make_project(database, "interrupted")
    tables = "\n".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, a text, b text);" for n in range(300))
    define(project, tables)
    with database.server.connect("postgres") as conn:
        conn.execute("CREATE DATABASE shadow_of_test")
    try:
        (project.root / "dbtool.toml").write_text('[environments.development]\nshadow = "env:SHADOW"\n')
        process = project.start("generate", "x", env={"SHADOW": database.server.url("shadow_of_test")})
        _wait_for_shadow(database)
        os.kill(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130, told
        assert "Traceback" not in told
        assert _shadows(database) == []
        assert not (project.root / "migrations").exists()
    finally:
        with database.server.connect("postgres") as conn:
            conn.execute("DROP DATABASE shadow_of_test WITH (FORCE)")


def _shadows(database: Database) -> list[tuple[object, ...]]:
    return database.rows("SELECT datname FROM pg_database WHERE datname LIKE 'dbtool%'")


def _wait_for_shadow(database: Database) -> None:
    until = time.monotonic() + 30
    while not _shadows(database):
        assert time.monotonic() < until
        time.sleep(0.01)


def git(project: Project, *words: str) -> None:
    """Run git in the project's folder."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *words], cwd=project.root, check=True, capture_output=True)


@pytest.fixture
def merged(users: Project, run_here: Run) -> Project:
    """Two branches that each made a migration, merged: two heads. `main` was merged into `mine`."""
    git(users, "init", "-q", "-b", "main")
    (users.root / ".gitignore").write_text(".dbtool/\n")
    git(users, "add", "-A")
    git(users, "commit", "-qm", "both")
    for branch, text in (("mine", "CREATE TABLE mine (id int);"), ("main", "CREATE TABLE theirs (id int);")):
        git(users, "checkout", "-q", *(["-b"] if branch == "mine" else []), branch)
        define(users, text, f"{branch}.sql")
        assert run_here("generate", branch).returncode == 0
        git(users, "add", "-A")
        git(users, "commit", "-qm", branch)
    git(users, "checkout", "-q", "mine")
    git(users, "merge", "-q", "main", "-m", "merge")
    return users


def test_rebase_puts_this_branch_after_the_other(merged: Project, run_here: Run) -> None:
    two_heads = run_here("check", "--offline")
    assert (two_heads.returncode, "[two-heads]" in two_heads.stderr) == (4, True)
    done = run_here("generate", "--rebase")
    assert done.returncode == 0, done.both
    (theirs,) = (merged.root / "migrations").glob("*_main.sql")
    (mine,) = (merged.root / "migrations").glob("*_mine.sql")
    assert mine.read_text().startswith(f"-- depends: {theirs.stem}\n")
    assert run_here("check", "--offline").returncode == 0
    assert "nothing to do" in run_here("generate", "--rebase").stdout
    assert run_here("migrate").returncode == 0
    assert run_here("check", "--base", "main").returncode == 0


def test_rebase_after_it_was_applied_here(merged: Project, run_here: Run) -> None:
    assert run_here("migrate").returncode == 0
    assert run_here("generate", "--rebase").returncode == 0
    assert run_here("check").returncode == 0


def test_rebase_writes_anew_what_does_not_fit_any_more(merged: Project, run_here: Run) -> None:
    """Both branches made the same column; what is left for this one to do is a table."""
    git(merged, "checkout", "-q", "main")
    define(merged, "CREATE TABLE theirs (id int); CREATE TABLE shared (id int);", "main.sql")
    assert run_here("generate", "shared").returncode == 0
    git(merged, "add", "-A")
    git(merged, "commit", "-qm", "shared")
    git(merged, "checkout", "-q", "mine")
    (mine,) = (merged.root / "migrations").glob("*_mine.sql")
    mine.write_text(mine.read_text() + "\nCREATE TABLE public.shared (id int);\n")
    git(merged, "commit", "-qam", "shared here too")
    git(merged, "merge", "-q", "main", "-m", "merge again")
    done = run_here("generate", "--rebase")
    assert done.returncode == 0, done.both
    assert f"in place of {mine.name}" in done.stdout
    assert not mine.exists()
    assert run_here("check", "--offline").returncode == 0


def test_rebase_leaves_what_another_environment_has_applied(merged: Project, run_here: Run, database: Database) -> None:
    assert run_here("migrate").returncode == 0  # to what is staging below
    (merged.root / "dbtool.toml").write_text(
        '[environments.development]\nurl = "env:HERE"\n[environments.staging]\nurl = "env:DATABASE_URL"\n'
    )
    before = written(merged)
    done = run_here("generate", "--rebase", env={"HERE": database.server.url("postgres")})
    refused(done, 2, "was applied to staging")
    assert written(merged) == before
