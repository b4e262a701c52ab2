"""dbtool diff: each kind of side, on both sides."""

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Catalog, Run, refused
from tests.conftest import Database, Project


@pytest.fixture
def sides(project: Project, run_here: Run) -> Project:
    """t in migrations and the database; t with another column in sql/schema; an empty folder; a file."""
    project.write(a="CREATE TABLE t (id int);", a__rollback="DROP TABLE t;")
    for folder in ("sql/schema", "empty"):
        (project.root / folder).mkdir(parents=True)
    (project.root / "sql" / "schema" / "t.sql").write_text("CREATE TABLE t (id int, name text);")
    (project.root / "other.sql").write_text("CREATE TABLE t (id int); CREATE TABLE other (id int);")
    assert run_here("migrate").returncode == 0
    return project


NAME = "ALTER TABLE public.t ADD COLUMN name text;\n"
NO_NAME = (
    "-- dbtool: hazard drop-column: drops the column public.t.name with all that is in it\n"
    "ALTER TABLE public.t DROP COLUMN name;\n"
)
OTHER = "CREATE TABLE public.other (\n    id integer\n);\n"


@pytest.mark.parametrize(
    ("a", "b", "sql"),
    [
        ("migrations", "sql/schema", NAME),
        ("sql/schema", "migrations", NO_NAME),
        ("development", "sql/schema/t.sql", NAME),
        ("sql/schema", "development", NO_NAME),
        ("URL", "other.sql", OTHER),
        ("env:DATABASE_URL", "sql/schema", NAME),
        ("other.sql", "URL", "-- dbtool: hazard drop-table: drops the table public.other with all its rows\n"
                             "DROP TABLE public.other;\n"),
    ],
)  # fmt: skip
def test_the_sql_that_turns_a_into_b(
    sides: Project, run_here: Run, database: Database, catalog: Catalog, a: str, b: str, sql: str
) -> None:
    before = catalog()
    done = run_here("diff", a.replace("URL", database.url) if a == "URL" else a, b.replace("URL", database.url))
    assert (done.returncode, done.stdout) == (0, sql), done.both
    assert catalog() == before


def test_nothing_and_exit_code(sides: Project, run_here: Run) -> None:
    done = run_here("diff", "migrations", "development", "--exit-code")
    assert (done.returncode, done.stdout) == (0, "migrations and development are the same\n")
    assert run_here("diff", "migrations", "sql/schema", "--exit-code").returncode == 4


def test_json_has_statements_and_hazards(sides: Project, run_here: Run) -> None:
    told = json.loads(run_here("diff", "sql/schema", "migrations", "--json").stdout)
    assert told["statements"] == ["ALTER TABLE public.t DROP COLUMN name"]
    assert told["hazards"] == ["drop-column"]
    assert [f["id"] for f in told["findings"]] == ["drop-column"]


def test_what_is_run_outside_a_transaction_is_told(sides: Project, run_here: Run) -> None:
    (sides.root / "other.sql").write_text("CREATE TABLE t (id int); CREATE INDEX t_id ON t (id);")
    done = run_here("diff", "migrations", "other.sql")
    assert done.stdout.startswith("-- outside a transaction\n\nCREATE INDEX CONCURRENTLY t_id ")


def test_a_side_that_is_nothing(sides: Project, run_here: Run) -> None:
    refused(run_here("diff", "nosuch", "migrations"), 2, "nosuch is no file or folder", "development")
    refused(run_here("diff", "migrations", "nosuch/x.sql"), 2, "nosuch/x.sql is no file")
    done = run_here("diff", "postgresql://u:secret-word@localhost:1/x", "migrations")
    refused(done, 7, "cannot connect")
    assert "secret-word" not in done.both


def test_a_file_that_fails(sides: Project, run_here: Run) -> None:
    (sides.root / "other.sql").write_text("CREATE TABLE t (\n  id nosuch);")
    refused(run_here("diff", "migrations", "other.sql"), 2, "other.sql:2:6", "nosuch")


def test_another_owner_is_no_placeholder(
    sides: Project, run_here: Run, make_project: Callable[..., Project], database: Database
) -> None:
    with database.connect() as conn:
        conn.execute("ALTER TABLE t OWNER TO pg_monitor")
        conn.execute("CREATE TABLE a (); CREATE TABLE b ()")
    (sides.root / "other.sql").write_text("CREATE TABLE t (id int); CREATE TABLE a (); CREATE TABLE b ();")
    done = run_here("diff", "development", "other.sql")
    assert done.stdout == "ALTER TABLE public.t OWNER TO CURRENT_USER;\n"
