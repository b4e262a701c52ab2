"""`dbtool up --docker` and `dbtool down`, from argv to exit code; and what is said where there is no engine."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dbtool.server.containers.engine import engine
from tests.conftest import Project, clean_environment
from tests.docker.place import Place

MIGRATION = "CREATE TABLE kept (id int);\n"


@pytest.fixture
def shop(place: Place) -> Project:
    """A project with one migration."""
    project = Project(place.root, clean_environment())
    project.write(_20260101000000_one=MIGRATION)
    return project


def test_it_is_up_again_down_and_gone(shop: Project, place: Place) -> None:
    done = shop.run("up", "--docker")
    assert done.returncode == 0, done.stderr
    name = place.container().name
    assert f"container {name}, PostgreSQL" in done.stdout and "applied 1 migration" in done.stdout
    password = place.container().environment["POSTGRES_PASSWORD"]
    assert password not in done.stdout + done.stderr and ":***@127.0.0.1:" in done.stdout
    again = shop.run("up")
    assert again.returncode == 0 and "runs already" in again.stdout
    assert "1 migration applied" in shop.run("status").stdout, "every other command goes to it"
    assert f"stopped container {name}" in shop.run("down").stdout
    third = shop.run("up")
    assert third.returncode == 0 and "started" in third.stdout and "applied" not in third.stdout
    gone = shop.run("down", "--volumes", "--yes")
    assert gone.returncode == 0 and f"removed volume {name}-pg" in gone.stdout, gone.stderr
    assert place.machine.container(name) is None


def test_an_engine_that_does_not_run(project_without_engine: Project) -> None:
    done = project_without_engine.run("up", "--docker", env={"DOCKER_HOST": "unix:///nonexistent/docker.sock"})
    assert done.returncode == 7
    assert "no Docker engine answers at unix:///nonexistent/docker.sock (DOCKER_HOST)" in done.stderr
    assert "dbtool up --embedded" in done.stderr and "Traceback" not in done.stderr


def test_an_engine_that_does_not_answer_is_given_two_seconds(project_without_engine: Project, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(tmp_path / "docker.sock"))
        hung.listen()
        began = time.monotonic()
        done = project_without_engine.run("up", "--docker", env={"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"})
        assert done.returncode == 7 and "does not answer as a Docker engine" in done.stderr
        assert time.monotonic() - began < 8  # with the start of Python on a busy machine


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_socket_that_lets_nobody_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(tmp_path / "docker.sock"))
        (tmp_path / "docker.sock").chmod(0o600)
        closed.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
        found = as_nobody(lambda: f"{engine()}")
    assert "why='no permission'" in found, found
    assert "nobody may not use its socket" in found and "usermod -aG docker" in found


def as_nobody(answer: Callable[[], str]) -> str:
    """What a function returns in a process of the user nobody, which can read what this one has loaded."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            os.write(writing, answer().encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()


def test_an_engine_of_another_machine_is_not_used(project_without_engine: Project) -> None:
    done = project_without_engine.run("up", "--docker", env={"DOCKER_HOST": "ssh://me@elsewhere"})
    assert done.returncode == 7 and "is on another machine" in done.stderr


@pytest.fixture
def project_without_engine(make_project: Callable[..., Project]) -> Project:
    return make_project()
