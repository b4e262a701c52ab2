"""The verdict's own words: what it says of hazards, it says of hazards that there are."""

import pytest

from dbtool.lint.hazards import known_hazards
from dbtool.rehearsal import verdict


@pytest.mark.parametrize("ids", [verdict.ONLINE, verdict.REWRITES, verdict.WORKS, verdict.LOCKS])
def test_every_hazard_that_is_named_is_one(ids: frozenset[str]) -> None:
    assert ids - known_hazards() == set()
