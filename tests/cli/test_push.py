"""dbtool push: a development database becomes what sql/schema says, and what it does not do."""

import json
import os
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Catalog, Run, refused
from tests.conftest import Database, Project

T = "CREATE TABLE public.t (id int PRIMARY KEY, name text);"


def define(project: Project, text: str) -> None:
    (project.root / "sql" / "schema").mkdir(parents=True, exist_ok=True)
    (project.root / "sql" / "schema" / "main.sql").write_text(text)


@pytest.fixture
def pushed(project: Project, run_here: Run, database: Database) -> Project:
    """A project without migrations whose one table, with three rows, is in the database."""
    define(project, T)
    done = run_here("push")
    assert done.returncode == 0, done.both
    with database.connect() as conn:
        conn.execute("INSERT INTO t SELECT n, CASE n WHEN 1 THEN 'one' END FROM generate_series(1, 3) AS n")
    return project


@pytest.fixture(autouse=True)
def marked(project: Project, run_here: Run, database: Database) -> None:
    """The database says that it is for development, so that only what push itself asks about is asked."""
    done = run_here("env", "mark", "development", "--confirm", database.name)
    assert done.returncode == 0, done.both


@pytest.fixture
def other_role(database: Database) -> Iterator[str]:
    """A role of another application."""
    name = f"other_{os.getpid()}"
    with database.connect() as conn:
        conn.execute(f"CREATE ROLE {name}")  # type: ignore[arg-type]
    yield name
    with database.connect() as conn:
        conn.execute(f"DROP OWNED BY {name} CASCADE")  # type: ignore[arg-type]
        conn.execute(f"DROP ROLE {name}")  # type: ignore[arg-type]


def test_the_example_twice(example: Project, run_here: Run) -> None:
    for path in (example.root / "migrations").glob("*.sql"):
        path.unlink()
    done = run_here("push")
    assert done.returncode == 0, done.both
    assert "+ create table public.tenants" in done.both
    assert "nothing to do: the database is what sql/schema says" in run_here("push").stdout
    assert run_here("diff", "development", "sql/schema", "--exit-code").returncode == 0


def test_a_dry_run_shows_and_changes_nothing(pushed: Project, run_here: Run, catalog: Catalog) -> None:
    define(pushed, T + "CREATE TABLE public.more ();")
    before = catalog()
    done = run_here("push", "--dry-run")
    assert (done.returncode, "+ create table public.more" in done.both) == (0, True)
    assert run_here("push", "--dry-run", env={"CI": "true"}).returncode == 0
    told = json.loads(run_here("push", "--dry-run", "--json").stdout)
    assert told["statements"] == ["CREATE TABLE public.more ()"]
    assert catalog() == before


def test_losing_rows_asks_and_says_how_many(
    pushed: Project, run_here: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(pushed, T.replace(", name text", ""))
    done = run_here("push")
    assert done.returncode == 6
    assert "loses 1 row of public.t.name" in done.both
    assert "--confirm, followed by the name of the database" in done.both
    assert run_here("push", "--confirm", "another").returncode == 6
    assert database.rows("SELECT count(name) FROM t") == [(1,)]
    assert run_here("push", "--confirm", database.name).returncode == 0
    define(pushed, "")
    assert "loses 3 rows of public.t" in run_here("push").both
    for answer, code in (("no", 6), (database.name, 0)):
        monkeypatch.setattr("dbtool.console.can_ask", lambda: True)
        monkeypatch.setattr("dbtool.console.ask", lambda question, answer=answer: answer)
        assert run_here("push").returncode == code
    assert database.rows("SELECT to_regclass('public.t')::text") == [(None,)]


def test_empty_tables_go_without_a_question(pushed: Project, run_here: Run, database: Database) -> None:
    with database.connect() as conn:
        conn.execute("DELETE FROM t")
    define(pushed, "CREATE TABLE public.u ();")
    assert run_here("push").returncode == 0


def test_rows_that_do_not_fit_change_nothing(pushed: Project, run_here: Run, catalog: Catalog) -> None:
    before = catalog()
    define(pushed, "CREATE TABLE public.more ();" + T.replace("name text", "name text NOT NULL"))
    done = run_here("push")
    assert done.returncode == 1
    assert "contains null values (SQLSTATE 23502)" in done.stderr
    assert "nothing was changed" in done.stderr
    assert catalog() == before


def test_ci_and_production_are_refused(pushed: Project, run_here: Run, catalog: Catalog) -> None:
    define(pushed, T + "CREATE TABLE public.more ();")
    before = catalog()
    refused(run_here("push", env={"CI": "true"}), 6, "CI is set", "dbtool migrate")
    for variables in ({"NODE_ENV": "production"}, {"DBTOOL_ENV": "production"}):
        refused(run_here("push", env=variables), 6, "dbtool push is refused", "production")
    refused(run_here("push", "--env", "production", "--confirm", "x"), 6, "production")
    assert catalog() == before


def test_a_database_that_says_production_is_refused(pushed: Project, run_here: Run, database: Database) -> None:
    define(pushed, T + "CREATE TABLE public.more ();")
    assert run_here("env", "mark", "production", "--confirm", database.name).returncode == 0
    done = run_here("push", "--confirm", database.name)
    assert done.returncode == 6
    assert database.rows("SELECT to_regclass('more')::text") == [(None,)]


def test_what_another_role_owns_is_left(pushed: Project, run_here: Run, database: Database, other_role: str) -> None:
    """Also where it has more there than the project."""
    with database.connect() as conn:
        for n in range(5):
            conn.execute(f"CREATE TABLE theirs{n} (id int PRIMARY KEY)")  # type: ignore[arg-type]
            conn.execute(f"ALTER TABLE theirs{n} OWNER TO {other_role}")  # type: ignore[arg-type]
        conn.execute("CREATE TABLE by_hand ()")
    define(pushed, T + "CREATE TABLE public.more ();")
    done = run_here("push")
    assert done.returncode == 0, done.both
    assert f"left, since another role owns it: table public.theirs0, {other_role}" in done.both
    found = database.rows("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    names = {str(name) for (name,) in found}
    assert {"t", "more", *(f"theirs{n}" for n in range(5))} <= names
    assert "by_hand" not in names


def test_into_a_database_that_has_only_what_others_own(
    project: Project, run_here: Run, database: Database, other_role: str
) -> None:
    with database.connect() as conn:
        conn.execute("CREATE TABLE theirs ()")
        conn.execute(f"ALTER TABLE theirs OWNER TO {other_role}")  # type: ignore[arg-type]
    define(project, T)
    done = run_here("push")
    if done.returncode == 6:  # a database that is not empty is asked for
        done = run_here("push", "--confirm", database.name)
    assert done.returncode == 0, done.both
    assert database.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'theirs'") == [(other_role,)]


def test_a_table_that_was_given_away_is_taken_back(
    pushed: Project, run_here: Run, database: Database, other_role: str
) -> None:
    define(pushed, T + "CREATE TABLE public.u (); CREATE TABLE public.v ();")
    assert run_here("push").returncode == 0
    with database.connect() as conn:
        conn.execute(f"ALTER TABLE u OWNER TO {other_role}")  # type: ignore[arg-type]
    done = run_here("push")
    assert done.returncode == 0, done.both
    assert database.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'u'") == [("postgres",)]


def test_where_the_one_who_pushes_is_not_the_owner(
    pushed: Project, run_here: Run, database: Database, other_role: str
) -> None:
    with database.connect() as conn:
        conn.execute(f"ALTER TABLE t OWNER TO {other_role}")  # type: ignore[arg-type]
    define(pushed, T + "CREATE TABLE public.more ();")
    refused(run_here("push"), 1, "permission denied for schema public", "nothing was changed")
    with database.connect() as conn:
        conn.execute(f"ALTER DATABASE {database.name} OWNER TO {other_role}")  # type: ignore[arg-type]
    done = run_here("push")
    assert done.returncode == 0, done.both
    with database.connect() as conn:
        conn.execute(f"ALTER DATABASE {database.name} OWNER TO postgres")  # type: ignore[arg-type]
    assert database.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'more'") == [(other_role,)]
    assert "nothing to do" in run_here("push").stdout


def test_files_that_wait_are_asked_about(pushed: Project, run_here: Run, catalog: Catalog) -> None:
    pushed.write(a="CREATE TABLE public.more ();")
    define(pushed, T + "CREATE TABLE public.more ();")
    before = catalog()
    refused(run_here("push"), 6, "1 migration waits to be applied", "dbtool migrate", "--beside-migrations")
    assert catalog() == before
    assert run_here("push", "--beside-migrations").returncode == 0
