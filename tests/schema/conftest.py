"""A sample of the kinds' cases in each run, all of them with `make test-all`."""

import zlib

import pytest

ONE_OF = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what is not in the sample: by name, so that it is the same one on each machine."""
    for item in items:
        if item.path.name.startswith("test_kinds_") and zlib.crc32(item.nodeid.encode()) % ONE_OF:
            item.add_marker(pytest.mark.slow)
