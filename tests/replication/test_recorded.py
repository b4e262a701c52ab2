"""The diagnosis alone, on facts that real servers gave: `record.py` makes the files, no server is needed to judge them."""

import json
from pathlib import Path
from typing import Any

import pytest

from dbtool.config import Replication
from dbtool.replication.causes.publications import publication_causes
from dbtool.replication.causes.subscriptions import in_doubt as subscription_in_doubt
from dbtool.replication.document import facts_of
from dbtool.replication.published import publishing_of
from dbtool.replication.sampled import conclude, limits_of
from dbtool.replication.state import in_doubt
from tests.replication.record import FOLDER, filled
from tests.replication.scene import Scene, differences

_FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_the_cause_is_named(path: Path):
    scene, causes, told = judged(path)
    assert not (wrong := differences(scene, causes, told)), wrong


def judged(path: Path) -> tuple[Scene, list[dict[str, Any]], str]:
    """Return what was expected, and what is said of the two looks; where a longer look was due, nothing is said."""
    recorded = json.loads(path.read_text())
    first, second = filled(recorded)
    before, after = facts_of(first), facts_of(second)
    published = publication_causes(publishing_of({"version": second["version"]} | second["publishing"]), deep=False)
    settings = Replication()
    sampled = conclude(before, after, (), settings, limits_of(settings))
    doubted = {m.slot.name for m in sampled.measured if in_doubt(m, after)}
    doubted |= {subscription.name for subscription in after.subscriptions if subscription_in_doubt(subscription)}
    causes = [
        {"code": cause.code, "severity": cause.severity.value, "subject": cause.subject}
        for cause in (*sampled.causes, *published)
        if cause.subject not in doubted
    ]
    return _scene(recorded["scene"], doubted=bool(doubted)), causes, str(sampled.causes)


def _scene(told: dict[str, Any], *, doubted: bool) -> Scene:
    expected = frozenset((code, severity) for code, severity in told["expected"])
    if doubted:  # only what is not so can be seen
        return Scene(
            url="", may=frozenset({code for code, _ in expected} | {*told["may"]}), never=frozenset(told["never"])
        )
    return Scene(
        url="", expected=expected, subject=told["subject"], evidence=tuple(told["evidence"]),
        may=frozenset(told["may"]), never=frozenset(told["never"]),
    )  # fmt: skip


@pytest.mark.parametrize("path", [p for p in _FILES if p.stem.startswith("healthy")], ids=lambda path: path.stem)
def test_one_look_alone_accuses_nobody_who_is_well(path: Path):
    recorded = json.loads(path.read_text())
    settings = Replication()
    sampled = conclude(None, facts_of(filled(recorded)[1]), (), settings, limits_of(settings))
    may = {*recorded["scene"]["may"]}
    assert not [c for c in sampled.causes if c.severity != "note" and c.code not in may], sampled.causes


@pytest.mark.parametrize(
    "path", [p for p in _FILES if p.stem.startswith(("slot_lost", "slot_nearly"))], ids=lambda p: p.stem
)
def test_one_look_is_enough_for_what_is_lost(path: Path):
    recorded = json.loads(path.read_text())
    settings = Replication()
    sampled = conclude(None, facts_of(filled(recorded)[1]), (), settings, limits_of(settings))
    assert {code for code, _ in recorded["scene"]["expected"]} <= {cause.code for cause in sampled.causes}
