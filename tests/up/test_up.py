"""up and down with the embedded server: from nothing, again, elsewhere, on a port that is taken; what .env says."""

import json
import os
import socket
import stat
import time
from pathlib import Path

import psycopg
import pytest

from dbtool.config import load_project
from dbtool.errors import DbtoolError, Refused, Unreachable, UsageError
from dbtool.secrets import Secret
from dbtool.server import embedded
from dbtool.server.local import LocalServer
from dbtool.server.remembered import remember, write_remembered
from dbtool.target import load_target
from tests.conftest import Project, clean_environment
from tests.guard.terminal import at_terminal
from tests.servers import binaries
from tests.up.conftest import FILES, Local


def test_from_nothing_to_rows_and_then_nothing_to_do(empty: Local, capsys: pytest.CaptureFixture[str]) -> None:
    first = empty.up(embedded=False)  # no engine answers, so it is the embedded one
    assert "no Docker engine" in capsys.readouterr().err
    assert [(step.migration, step.action) for step in first.steps] == [
        ("20260101_notes", "applied"), ("reference/notes.sql", "seeded"),
    ]  # fmt: skip
    assert empty.rows("SELECT * FROM notes") == [(1, "one")]
    settings = "SELECT current_setting('wal_level'), current_setting('listen_addresses')"
    assert empty.rows(settings) == [("logical", "127.0.0.1")]
    again = empty.up(embedded=False)
    assert (again.summary, again.steps, again.data["url"]) == ("up: nothing to do", [], first.data["url"])
    assert "***" in str(first.data["url"]), "never the password"
    mode = stat.S_IMODE((empty.state / "up.json").stat().st_mode)
    assert mode == 0o600
    assert empty.call("migrate").returncode == 0, "the next command goes there by itself"
    status = json.loads(empty.call("up", "--status", "--json").stdout)
    assert (status["state"], status["port"], status["url"]) == ("running", first.data["port"], first.data["url"])
    with pytest.raises(UsageError, match="it is one server"):
        empty.up(docker=True)


def test_port_and_password_outlive_a_restart_and_another_command_brings_them_back(local: Local) -> None:
    local.up()
    before = local.remembered.url.reveal()
    assert "stopped the embedded server" in local.down().summary
    assert "nothing to do" in local.down().summary
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(before)
    embedded.ensure_running(local.state)  # as `dbtool migrate` would
    psycopg.connect(before).close()
    assert local.up().data["started"] is False
    assert local.remembered.url.reveal() == before


def test_it_stays_until_it_is_stopped(local: Local) -> None:
    (local.root / "dbtool.toml").write_text('[server]\nidle = "100ms"\n')
    local.up()
    time.sleep(0.7)
    assert embedded.find_served(local.state) is not None
    local.down()
    embedded.ensure_running(local.state, idle_seconds=0.1)  # what another command starts after `down` ends by itself
    deadline = time.monotonic() + 10
    while embedded.find_running(local.state):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_seed_that_changed_is_run_again_and_one_that_did_not_is_not(local: Local) -> None:
    assert local.up().steps == []
    (local.root / "sql/seeds/reference/notes.sql").write_text("INSERT INTO notes VALUES (2, 'two');\n")
    assert [step.action for step in local.up().steps] == ["seeded"]
    assert local.rows("SELECT id FROM notes ORDER BY id") == [(1,), (2,)]
    assert local.up().steps == []
    (local.root / "migrations/20260102_more.sql").write_text("CREATE TABLE more ();\n")
    assert local.up(no_migrate=True).steps == []
    (local.root / "sql/seeds/reference/notes.sql").write_text(FILES["sql/seeds/reference/notes.sql"])
    assert [step.action for step in local.up().steps] == ["applied", "seeded"]


def test_a_migration_that_fails_leaves_the_server_up(local: Local, capsys: pytest.CaptureFixture[str]) -> None:
    (local.root / "migrations/20260102_bad.sql").write_text("SELECT 1/0;\n")
    with pytest.raises(DbtoolError) as failure:
        local.up()
    assert failure.value.exit_code == 1
    assert "division by zero" in failure.value.message
    said = capsys.readouterr().err
    assert "the embedded server is up: postgresql://postgres:***@127.0.0.1" in said
    assert local.rows("SELECT id FROM notes") == [(1,)]


def test_what_was_dropped_is_made_anew(local: Local) -> None:
    local.up()
    with local.connect("template1") as conn:
        conn.execute("DROP DATABASE development WITH (FORCE)")
    assert [step.action for step in local.up().steps] == ["applied", "seeded"]
    made = embedded.data_version(local.state)
    with pytest.raises(UsageError, match=f"were made by PostgreSQL {made}") as failure:
        local.up(version=made - 1)
    assert "down --volumes" in failure.value.hint
    assert str(local.up(version=made).data["version"]).startswith(f"{made}.")


@pytest.mark.slow
@pytest.mark.parametrize("version", [v for v in binaries() if v != max(binaries())])
def test_each_version_at_hand(empty: Local, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{binaries()[version]}:{os.environ['PATH']}")
    assert str(empty.up(version=version).data["version"]).startswith(f"{version}.")
    assert empty.rows("SELECT * FROM notes") == [(1, "one")]
    empty.down()
    assert str(empty.up().data["version"]).startswith(f"{version}."), "the one of the data"


# ---- ports


def test_a_port_that_is_taken(local: Local) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=rf"port {port} of 127.0.0.1.*taken by process {os.getpid()} ") as failure:
            local.up(port=port)
        assert "--port" in failure.value.hint
        assert not (local.state / "postgres/wishes").exists() or str(port) not in _wishes(local)
    assert local.up(port=port).data["port"] == port
    local.down()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        server = embedded.ensure_running(local.state)  # a command that comes by the socket is served all the same
        psycopg.connect(server.conninfo).close()
        assert embedded.find_served(local.state) is None
        with pytest.raises(UsageError, match="taken"):
            local.up()
    assert local.up().data["port"] == port


def test_nobody_is_disconnected_by_another_port(local: Local) -> None:
    local.up()
    before = local.remembered.port
    with local.connect(application_name="an editor"):
        with pytest.raises(UsageError, match=r"would disconnect 1 client.*an editor") as failure:
            local.up(wal_level="replica")
        assert "disconnect" in failure.value.hint
        assert local.up().data["port"] == before, "nothing was remembered of what was refused"
    local.up(wal_level="replica")
    assert local.rows("SHOW wal_level") == [("replica",)]
    assert local.up().data["started"] is False, "as it was said last"


def _wishes(local: Local) -> str:
    return (local.state / "postgres/wishes").read_text()


# ---- what is around


def test_what_leads_elsewhere_is_told_and_the_own_server_is_migrated(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:long-secret@db.example.com/shop")
    (local.root / "migrations/20260102_more.sql").write_text("CREATE TABLE more ();\n")
    report = local.up()
    assert [finding.id for finding in report.findings] == ["database-elsewhere"]
    assert "db.example.com" in report.findings[0].message
    assert "long-secret" not in str(report)
    assert [step.action for step in report.steps] == ["applied", "seeded"]
    monkeypatch.setenv("NODE_ENV", "production")
    assert "production" in local.up().findings[0].message
    (local.root / "migrations/20260103_more.sql").write_text("CREATE TABLE again ();\n")
    with pytest.raises(Refused, match="NODE_ENV"):  # by the guard, as ever
        local.up()


def test_save_keeps_the_rest_of_the_file(local: Local) -> None:
    env = local.root / ".env"
    env.write_text("# mine\nA=1\nexport DATABASE_URL=postgresql://old@db.example.com/old # why\nB='x\ny'\n")
    env.chmod(0o640)
    assert [finding.id for finding in local.up().findings] == ["database-elsewhere"]
    report = local.up(save=True)
    url = local.remembered.url.reveal()
    assert env.read_text() == f"# mine\nA=1\nexport DATABASE_URL={url}\nB='x\ny'\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o640
    assert report.findings == []
    assert report.data["saved"] is True
    assert load_target(load_project()).url.reveal() == url
    assert local.call("status").returncode == 0
    local.down()
    failed = local.call("status")
    assert (failed.returncode, "dbtool up starts" in failed.stderr) == (7, True)


def test_a_new_env_file_is_its_owners_alone(local: Local) -> None:
    local.git("init", "-q")
    (local.root / ".env.example").write_text("# comment\nAPI_KEY=\n# DATABASE_URL=x\n")
    found = {finding.id: finding for finding in local.up(save=True).findings}
    assert set(found) == {"env-not-ignored", "missing-environment-key"}
    assert "API_KEY" in found["missing-environment-key"].message
    assert stat.S_IMODE((local.root / ".env").stat().st_mode) == 0o600


# ---- down --volumes


def test_volumes_are_deleted_when_it_was_said(local: Local) -> None:
    local.up(no_migrate=True)
    url = local.remembered.url.reveal()
    with pytest.raises(Refused, match="there is no terminal to ask on"):
        local.down(volumes=True)
    project = Project(local.root, clean_environment())
    wrong = at_terminal(project, "down", "--volumes", typed="development\n")
    assert (wrong.returncode, "all is as it was" in wrong.screen) == (6, True)
    assert local.rows("SELECT id FROM notes") == [(1,)]
    done = at_terminal(project, "down", "--volumes", typed=f"{local.root.name}\n")
    assert (done.returncode, "deleted the data" in done.screen) == (0, True)
    assert not (local.state / "up.json").exists()
    assert embedded.data_version(local.state) == 0
    assert local.down(volumes=True).summary.startswith("nothing to do")
    assert local.up().data["port"] == int(url.rpartition(":")[2].partition("/")[0])
    assert local.remembered.url.reveal() == url, "a URL in .env stays valid"


def test_only_what_is_this_projects_is_stopped(local: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local.up()
    monkeypatch.chdir(tmp_path)
    assert local.down(volumes=True, yes=True).summary.startswith("nothing to do")
    assert local.rows("SELECT id FROM notes") == [(1,)]


def test_damage_is_explained(empty: Local) -> None:
    empty.state.mkdir()
    (empty.state / "up.json").write_text("{")
    for command in (empty.up, empty.down, lambda: load_target(load_project())):
        with pytest.raises(UsageError, match="not as dbtool up wrote it") as failure:
            command()
        assert "delete it" in failure.value.hint


def test_a_copied_project_does_not_go_to_the_container_of_the_other(empty: Local, tmp_path: Path) -> None:
    server = LocalServer(
        kind="docker",
        name="container x",
        url=Secret("postgresql://a:b@127.0.0.1:1/d"),
        version="18.4",
        started=True,
        port=1,
    )
    for folder in (tmp_path, empty.root):
        remembered = remember(None, server, folder / ".dbtool", main="d", wal_level="logical")
        write_remembered(empty.state, remembered)
        if folder == tmp_path:
            with pytest.raises(UsageError, match=f"is of the project in {tmp_path}"):
                load_target(load_project())
        else:
            assert load_target(load_project()).url.reveal() == server.url.reveal()
    with pytest.raises(Unreachable, match="this project's server is container x"):
        empty.up(embedded=False)
