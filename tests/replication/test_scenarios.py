"""Each scenario on real servers of each major: `replication doctor` names the cause, its severity, and nothing else."""

import json
from collections.abc import Callable

import pytest

from tests.conftest import Project
from tests.replication.bed import Bed
from tests.replication.scenarios import SCENARIOS
from tests.replication.scene import Scene, differences
from tests.servers import binaries

_CASES = [
    pytest.param(scenario, major, id=f"{name}-pg{major}")
    for name, scenario in SCENARIOS.items()
    for major in binaries()
    if major in scenario.majors
]


@pytest.mark.parametrize(("scenario", "major"), _CASES)
def test_the_cause_is_named(scenario, major: int, make_project: Callable[..., Project]):
    with Bed(major) as bed:
        scene = scenario.make(bed)
        done = make_project().run("replication", "doctor", "--json", "--url", scene.url, *scene.arguments)
        broken = [worker for worker in bed.workers if worker.failed and worker.name not in scene.may_break]
        assert not broken, [(worker.name, worker.failed) for worker in broken]
    assert done.stdout, done.stderr
    answer = json.loads(done.stdout)
    assert not (wrong := differences(scene, answer["causes"], done.stdout)), wrong
    assert done.returncode == exit_code(scene, answer), done.stderr


def exit_code(scene: Scene, answer: dict[str, list[dict[str, str]]]) -> int:
    """Return 1 where something is an error."""
    return int(any(cause["severity"] == "error" for cause in answer["causes"]))
