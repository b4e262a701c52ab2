"""The fault tests' own fixtures: their projects fork dbtool instead of starting Python anew for each command."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Database, clean_environment
from tests.faults.harness import ForkedProject, Forker


@pytest.fixture(scope="session")
def forker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forker]:
    """dbtool, ready to be forked."""
    forker = Forker(Path(tmp_path_factory.mktemp("forked")))
    yield forker
    forker.close()


@pytest.fixture
def make_project(tmp_path: Path, forker: Forker) -> Callable[..., ForkedProject]:
    """An empty project that DATABASE_URL alone points at a database."""

    def make(database: Database | None = None, name: str = "project") -> ForkedProject:
        root = tmp_path / name
        root.mkdir()
        url = {"DATABASE_URL": database.url} if database else {}
        return ForkedProject(root, clean_environment() | url, forker)

    return make
