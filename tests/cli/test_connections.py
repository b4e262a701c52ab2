"""It works with DATABASE_URL alone, with every form of a URL, and with nothing at all."""

import json
from collections.abc import Callable, Iterator

import pytest

from dbtool.server.embedded import stop
from tests.cli.conftest import Run
from tests.conftest import Database, Project


def test_database_url_alone_is_enough(project: Project, database: Database, run_here: Run) -> None:
    project.write(a="create table t ();")
    assert run_here("migrate").returncode == 0
    assert database.rows("SELECT to_regclass('t') IS NOT NULL") == [(True,)]


FORMS = (
    "postgresql://postgres@127.0.0.1:{port}/{name}",
    "postgres://postgres@127.0.0.1:{port}/{name}?sslmode=prefer",
    "postgresql:///{name}?host=127.0.0.1&port={port}&user=postgres",
    "host=127.0.0.1 port={port} dbname={name} user=postgres",
    "postgresql://postgres@127.0.0.1:1,127.0.0.1:{port}/{name}?target_session_attrs=read-write",
    "postgresql://postgres@127.0.0.1:{port}/{name}?application_name=mine&connect_timeout=3",
    "service:there",
    "env:ELSEWHERE",
)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_connection_string_leads_there(
    form: str, project: Project, database: Database, run_here: Run
) -> None:
    project.write(a="create table t ();")
    port, name = database.server.port, database.name
    (project.root / "services").write_text(f"[there]\nhost=127.0.0.1\nport={port}\nuser=postgres\ndbname={name}\n")
    variables = {"PGSERVICEFILE": str(project.root / "services"), "ELSEWHERE": database.url, "DATABASE_URL": ""}
    done = run_here("migrate", "--url", form.format(port=port, name=name), "--json", env=variables)
    assert done.returncode == 0, done.both
    target = json.loads(done.stdout)["target"]
    assert (target["database"], target["port"], target["role"]) == (name, port, "postgres")


def test_dotenv_and_libpqs_own_variables_count(project: Project, database: Database, run_here: Run) -> None:
    (project.root / ".env").write_text(f"DATABASE_URL=postgresql:///{database.name}\n")
    variables = {"DATABASE_URL": "", "PGHOST": "127.0.0.1", "PGPORT": str(database.server.port), "PGUSER": "postgres"}
    done = run_here("status", "--json", env=variables)
    assert json.loads(done.stdout)["target"]["database"] == database.name
    assert json.loads(done.stdout)["target"]["url_from"] == "DATABASE_URL in .env"


def test_a_folder_inside_the_project_serves_as_well(
    project: Project, database: Database, run_here: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / "dbtool.toml").write_text('migrations = "db/changes"\n')
    (project.root / "db/changes").mkdir(parents=True)
    (project.root / "db/changes/a.sql").write_text("create table t ();")
    done = Project(project.root / "db", project.environment).run("migrate")
    assert done.returncode == 0, done.stderr
    assert database.rows("SELECT to_regclass('t') IS NOT NULL") == [(True,)]


@pytest.fixture
def bare(make_project: Callable[..., Project]) -> Iterator[Project]:
    """A project that nothing points at a database."""
    project = make_project()
    yield project
    stop(project.root / ".dbtool")


def test_with_nothing_at_all_development_is_the_embedded_server(bare: Project) -> None:
    bare.write(a="create table t ();", a__rollback="drop table t;")
    done = bare.run("migrate")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("applied 1 migration in ")
    assert "development on the embedded server as postgres" in done.stderr
    assert bare.run("migrate").stdout == "nothing to do: the one migration is applied\n"
    assert bare.run("rollback").returncode == 0
    assert (bare.root / ".dbtool").is_dir()


def test_production_is_never_the_embedded_server(bare: Project) -> None:
    bare.write(a="create table t ();")
    done = bare.run("migrate", "--env", "production", "--yes")
    assert (done.returncode, "DATABASE_URL is not set" in done.stderr) == (2, True)
    assert not (bare.root / ".dbtool").exists()
