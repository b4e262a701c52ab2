"""What stands around a URL: the direct URL beside it, other environments of the project, the variable it comes from."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dbtool.commands.guard import explain
from dbtool.config import load_project
from dbtool.target import direct_target, load_target
from tests.conftest import Database, Project, clean_environment

HERE = "postgresql://localhost/app"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, and an environment that says nothing."""
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def verdict(**options: str | None) -> tuple[str, set[str]]:
    answer = explain(["reset"], **{"env": None, "url": None, "server_mark": "development", **options})  # type: ignore[arg-type]
    return str(answer.data["verdict"]), {str(reason["rule"]) for reason in answer.data["reasons"]}  # type: ignore[union-attr,index]


def test_another_environments_address_is_what_that_is(here: Path) -> None:
    (here / "dbtool.toml").write_text('[environments.production]\nurl = "postgresql://10.0.0.5/app"\n')
    assert verdict(url="postgresql://10.0.0.5/app") == ("block", {"same-as-production"})
    assert verdict(url="postgresql://10.0.0.5:5432/app?user=me") == ("block", {"same-as-production"})
    assert verdict(url="postgresql://10.0.0.5:5433/app") == ("allow", {"mark"})
    assert verdict(url="postgresql://10.0.0.5/other", env="development") == ("allow", {"mark"})


def test_a_protected_environments_address_is_protected(here: Path) -> None:
    (here / "dbtool.toml").write_text('[environments.shared]\nurl = "postgresql://localhost/app"\nprotected = true\n')
    assert verdict(url=HERE) == ("block", {"same-as-production"})


def test_a_variable_that_both_take_says_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "dbtool.toml").write_text('[environments.production]\nurl = "env:DATABASE_URL"\n')
    monkeypatch.setenv("DATABASE_URL", HERE)
    assert verdict() == ("allow", {"mark"})
    assert verdict(url=HERE) == ("allow", {"mark"})


def test_what_a_shell_took_over_from_a_file_of_production(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / ".env.production").write_text("DATABASE_URL=postgresql://127.0.0.1:5433/app\n")
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:5433/app")
    assert verdict() == ("block", {"same-as-production"})
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost:5433/app")
    assert verdict() == ("block", {"same-as-production"})
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost:5432/app")
    assert verdict() == ("allow", {"mark"})


def test_the_servers_own_database_is_not_dropped() -> None:
    for url in ("postgresql://postgres@localhost", "postgresql://localhost/template1"):
        answer = explain(["drop"], url=url, server_mark="development")
        assert [r["rule"] for r in answer.data["reasons"]] == ["server-database"]  # type: ignore[union-attr,index]
    assert verdict(url="postgresql://postgres@localhost") == ("allow", {"mark"})


def test_a_variable_of_another_tool_says_which_environment_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    far = "postgresql://postgres:5432/test"
    answer = explain(["migrate"], url=far)
    assert [r["rule"] for r in answer.data["reasons"]] == ["environment-unset"]  # type: ignore[union-attr,index]
    monkeypatch.setenv("RAILS_ENV", "test")
    assert explain(["migrate"], url=far).data["verdict"] == "allow"


def test_a_variable_called_production_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROD_DATABASE_URL", HERE)
    monkeypatch.setenv("PRODUCTS_URL", HERE)
    assert verdict(url="env:PROD_DATABASE_URL") == ("confirm", {"doubtful-name"})
    assert verdict(url="env:PRODUCTS_URL") == ("allow", {"mark"})


def test_a_direct_url_belongs_to_the_url_beside_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / ".env").write_text(f"DATABASE_URL={HERE}\nDBTOOL_DIRECT_URL=postgresql://localhost/direct\n")
    project = load_project()

    def database() -> str:
        return direct_target(load_target(project)).url.reveal().rpartition("/")[2]

    assert database() == "direct"
    monkeypatch.setenv("DATABASE_URL_SCRATCH", "postgresql://localhost/scratch")
    scratch = load_target(project, url="env:DATABASE_URL_SCRATCH")
    assert direct_target(scratch) is scratch
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/scratch")
    assert database() == "scratch"
    monkeypatch.setenv("DBTOOL_DIRECT_URL", "postgresql://localhost/scratch?sslmode=disable")
    assert database().startswith("scratch?")


def test_two_urls_of_different_databases_are_asked_about(here: Path) -> None:
    (here / ".env").write_text(f"DATABASE_URL={HERE}\nDBTOOL_DIRECT_URL=postgresql://localhost/other\n")
    assert verdict() == ("confirm", {"direct-url"})


@pytest.mark.parametrize("spelled", ["prod", "Production", "PROD", "live"])
def test_an_environment_is_found_by_each_of_its_names(spelled: str, here: Path) -> None:
    (here / "dbtool.toml").write_text(f'[environments.{spelled}]\nurl = "postgresql://10.0.0.5/app"\n')
    for said in ("production", "prod", "PRODUCTION", spelled):
        assert load_target(load_project(), said).url.reveal() == "postgresql://10.0.0.5/app"
    assert verdict(env="production")[0] == "block"


def test_a_managed_providers_server_is_known_behind_any_tunnel(database: Database, project: Project) -> None:
    project.write(m1="CREATE TABLE t (a int);")
    with database.connect() as conn:
        conn.execute("CREATE ROLE rdsadmin")  # as one makes who restores a dump: no superuser
        try:
            assert "marked" in project.run("migrate").stderr
            assert project.run("reset").returncode == 0
            conn.execute("ALTER ROLE rdsadmin SUPERUSER")
            said = project.run("reset", "--confirm", "other").stderr
            assert "public-host" not in said  # asked, for it is marked development; the name was wrong
            assert project.run("env", "mark", "none").returncode == 0
            refused = project.run("reset", "--confirm", database.name)
            assert (refused.returncode, "it has the superuser rdsadmin" in refused.stderr) == (6, True), refused.stderr
        finally:
            conn.execute("DROP ROLE rdsadmin")


@pytest.mark.parametrize("command", ["reset", "nuke", "drop"])
def test_production_without_a_url_is_refused_as_production(command: str, make_project: Callable[[], Project]) -> None:
    done = make_project().run(command, env={"NODE_ENV": "Production"})
    assert (done.returncode, "NODE_ENV=Production" in done.stderr) == (6, True), done.stderr
