"""A database that does not exist is offered to be made where the environment is not production."""

from collections.abc import Iterator

import pytest

from tests.cli.conftest import Run, refused
from tests.conftest import Database, Project


@pytest.fixture(autouse=True)
def good_ones(project: Project) -> None:
    project.write(a="create table t1 (a int);", b="create table t2 (a int);")


@pytest.fixture
def missing(database: Database) -> Iterator[str]:
    """The URL of a database that the server does not have, dropped afterwards."""
    name = database.name + "_missing"
    yield database.server.url(name)
    with database.server.connect("postgres") as conn:
        conn.execute(f'DROP DATABASE IF EXISTS "{name}"')  # type: ignore[arg-type]


def exists(database: Database) -> bool:
    return bool(database.rows(f"SELECT FROM pg_database WHERE datname = '{database.name}_missing'"))


def test_a_missing_database_is_offered_to_be_made(missing: str, database: Database, run_here: Run) -> None:
    refused(run_here("migrate", "--url", missing), 7, "does not exist", "--create-database")
    assert not exists(database)
    done = run_here("migrate", "--url", missing, "--create-database")
    assert (done.returncode, "applied 2 migrations" in done.stdout) == (0, True), done.both
    assert "created database" in done.stderr
    assert "nothing to do" in run_here("migrate", "--url", missing, "--create-database").stdout


@pytest.mark.parametrize("command", ["status", "rollback"])
def test_other_commands_never_make_it(command: str, missing: str, database: Database, run_here: Run) -> None:
    assert run_here(command, "--url", missing).returncode == 7
    assert not exists(database)


def test_a_dry_run_makes_no_database(missing: str, database: Database, run_here: Run) -> None:
    run_here("migrate", "--url", missing, "--create-database", "--dry-run")
    assert not exists(database)


def test_in_production_it_is_not_offered_and_not_made_without_yes(
    missing: str, database: Database, run_here: Run
) -> None:
    production = ("migrate", "--url", missing, "--env", "production")
    assert "createdb" not in run_here(*production).stderr
    done = run_here(*production, "--create-database")
    assert done.returncode in (6, 7)
    assert "--yes" in done.stderr
    assert not exists(database)
    assert run_here(*production, "--create-database", "--yes").returncode == 0
    assert exists(database)
