"""Projects with containers of their own, on the machine's own engine. What a test made is removed with it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dbtool.server.containers.engine import Engine, engine
from dbtool.server.containers.making import KIND, PROJECT, volumes_of
from tests.containers import images
from tests.docker.place import Place

OWNER = "owner.pid"  # beside the project: the test run


@pytest.fixture(scope="session")
def machine() -> Engine:
    """The engine; where the suite was told to do without, or has none and was not told to use it, tests are skipped."""
    if os.environ.get("DBTOOL_TEST_SERVER") == "binaries":
        pytest.skip("DBTOOL_TEST_SERVER=binaries: `make test-docker` runs this")
    found = engine()
    lacking = pytest.fail if os.environ.get("DBTOOL_TEST_SERVER") == "docker" else pytest.skip
    if not isinstance(found, Engine):
        lacking(f"no Docker engine: {found.message}")
    if not images():
        lacking("no image postgres:18 at hand: tests/tools/docker-postgres-image.sh makes one")
    assert isinstance(found, Engine)
    for container in found.containers(KIND):  # of a run that was killed
        owner = Path(container.labels.get(PROJECT, "/")).parent / OWNER
        if owner.exists() and not Path("/proc", owner.read_text()).exists():
            found.remove(container.name)
            for volume in volumes_of(found, container.name).values():
                found.remove_volume(volume)
    return found


@pytest.fixture
def make_place(machine: Engine, tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    """Folders of projects; their containers and volumes go with the test."""
    made: list[Path] = []
    (tmp_path / OWNER).write_text(str(os.getpid()))

    def make(name: str) -> Place:
        root = tmp_path / name
        root.mkdir()
        made.append(root)
        return Place(machine, root)

    yield make
    for container in machine.containers(KIND):
        if Path(container.labels.get(PROJECT, "/")).parent == tmp_path:
            machine.remove(container.id)
    for volume, labels in machine.volumes().items():
        if Path(labels.get(PROJECT, "/")).parent == tmp_path:
            machine.remove_volume(volume)


@pytest.fixture
def place(make_place: Callable[[str], Place]) -> Place:
    """One folder of a project."""
    return make_place("shop")
