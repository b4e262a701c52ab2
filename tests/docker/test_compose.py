"""A compose file's server: started by compose, found by its labels, stopped; compose itself runs, of whatever age."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dbtool.errors import Unreachable, UsageError
from dbtool.server.containers import compose
from dbtool.server.containers.engine import Engine
from dbtool.server.local import Wish
from dbtool.server.ports import choose_port
from tests.containers import images

FILE = """\
services:
  helper: {{image: "postgres:{major}", entrypoint: ["sleep", "600"], stop_signal: SIGKILL}}
  db:
    image: "postgres:{major}"
    command: postgres -c fsync=off -c wal_level=${{LEVEL:-logical}}
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD_FILE: /run/secret
      POSTGRES_DB: shop_dev
      POSTGRES_INITDB_ARGS: --no-sync
    ports: ["127.0.0.1:${{SHOP_PORT}}:5432"]
    volumes: ["data:{mount}", "./secret:/run/secret:ro"]
volumes: {{data: {{}}}}
"""


@pytest.fixture
def root(machine: Engine, tmp_path: Path) -> Iterator[Path]:
    """A project with a compose file, whose variables are in .env and whose password is in a file."""
    if not compose.program():
        pytest.skip("compose is not installed: neither `docker compose` nor docker-compose")
    root = tmp_path / f"shop{os.getpid()}"
    root.mkdir()
    major = max(images())
    mount = "/var/lib/postgresql" if major >= 18 else "/var/lib/postgresql/data"
    (root / "compose.yaml").write_text(FILE.format(major=major, mount=mount))
    (root / ".env").write_text(f"SHOP_PORT={choose_port(str(root))}\n")
    (root / "secret").write_text("pa ss/w@rd\n")
    old = time.time() - 60
    for file in root.iterdir():
        os.utime(file, (old, old))
    yield root
    compose.stop(root, True, lambda _: None)
    for network in machine._api.networks([f"{root.name}_default"]):
        machine._api.remove_network(network["Id"])


def test_it_is_started_found_stopped_and_removed_with_its_volume(root: Path, machine: Engine) -> None:
    said: list[str] = []
    first = compose.ensure(root, Wish(), said.append)
    assert (first.kind, first.name, first.started) == ("compose", "service db of compose.yaml", True)
    assert [word for word in said if "up -d db" in word] == said
    assert "pa%20ss%2Fw%40rd" in first.url.reveal() and "w%40rd" not in str(first.url)
    with psycopg.connect(first.url.reveal()) as conn:
        assert conn.execute("SELECT current_user, current_database()").fetchone() == ("shop", "shop_dev")
    assert len(machine.containers(f"{compose.OF_FOLDER}={root}")) == 1, "no other service was started"

    again = compose.ensure(root, Wish(port=first.port), said.append)
    assert not again.started and again.url == first.url and len(said) == 1
    with pytest.raises(UsageError, match=r"has PostgreSQL \d+, and PostgreSQL 14 is asked for"):
        compose.ensure(root, Wish(version=14), said.append)

    assert compose.stop(root, False, said.append) == ("stopped service db of compose.yaml",)
    assert compose.stop(root, False, said.append) == ()
    (root / ".env").write_text((root / ".env").read_text() + "LEVEL=replica\n")
    third = compose.ensure(root, Wish(), said.append)
    assert third.started and third.url == first.url
    assert "has wal_level = replica: change feeds and slots need logical" in said[-1]
    done = compose.stop(root, True, said.append)
    assert done[-1] == f"removed volume {root.name}_data" and compose.look(root) is None


def test_what_compose_says_of_a_bad_file_is_passed_on(root: Path) -> None:
    file = root / "compose.yaml"
    file.write_text(
        file.read_text().replace("${SHOP_PORT}", "${SHOP_PORT:?is missing here}").replace("command", "comand")
    )
    with pytest.raises(Unreachable, match=r"up -d db` failed with exit code \d+:\n[\s\S]*comand"):
        compose.ensure(root, Wish(), lambda _: None)


def test_a_port_that_is_not_published_is_told(root: Path) -> None:
    file = root / "compose.yaml"
    file.write_text("\n".join(line for line in file.read_text().splitlines() if "ports:" not in line))
    with pytest.raises(
        UsageError, match=r"service db of compose.yaml cannot be reached from here: its port 5432"
    ) as error:
        compose.ensure(root, Wish(), lambda _: None)
    assert 'ports: ["127.0.0.1:5432:5432"]' in error.value.hint
