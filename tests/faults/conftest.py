"""The fault tests' own fixtures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.harness import Forker


@pytest.fixture(scope="session")
def forker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forker]:
    """dbtool, ready to be forked."""
    forker = Forker(Path(tmp_path_factory.mktemp("forked")))
    yield forker
    forker.close()
