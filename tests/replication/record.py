"""Record what `replication doctor` reads in each scenario, for tests without a server: python -m tests.replication.record

    python -m tests.replication.record [--major 18]... [--into FOLDER] [scenario]...

Writes tests/replication/recorded/<scenario>-<major>.json: two looks a second apart, and what is expected of them. Without
--major each scenario on one major of its own, so that all have their share.
"""

import argparse
import json
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from dbtool.queries import query
from dbtool.replication.look import read_document
from tests.replication.bed import Bed
from tests.replication.scenarios import SCENARIOS
from tests.replication.scene import Scenario, Scene
from tests.servers import binaries

FOLDER = Path(__file__).with_name("recorded")


def record(scenario: Scenario, major: int, folder: Path = FOLDER) -> Path:
    """Make the scene, look twice, and return the file that has it."""
    with Bed(major) as bed:
        scene = scenario.make(bed)
        with psycopg.connect(scene.url, autocommit=True) as conn:
            before = read_document(conn, published=True)
            time.sleep(1)
            after = {**read_document(conn, published=True), "publishing": _publishing(conn)}
    path = folder / f"{scenario.name}-{major}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    # What does not change between the looks is written once, and each key has a line of its own.
    same = {key: value for key, value in after.items() if before.get(key) == value}
    parts = {"scene": _told(scene), "both": same, "before": _other(before, same), "after": _other(after, same)}
    path.write_text("{\n" + ",\n".join(f'"{name}": {_lines(part)}' for name, part in parts.items()) + "\n}\n")
    return path


def _publishing(conn: "psycopg.Connection[Any]") -> Any:
    row = conn.execute(query("replication/published")).fetchone()
    assert row
    return row[0]


def filled(recorded: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the two looks of a recorded scene."""
    return {**recorded["both"], **recorded["before"]}, {**recorded["both"], **recorded["after"]}


def _other(document: Mapping[str, Any], same: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in same}


def _lines(part: Mapping[str, Any]) -> str:
    lines = [f" {json.dumps(key)}: {json.dumps(value, default=str)}" for key, value in sorted(part.items())]
    return "{\n" + ",\n".join(lines) + "\n}"


def _told(scene: Scene) -> dict[str, Any]:
    return {
        "expected": sorted(scene.expected),
        "subject": scene.subject,
        "evidence": [word for word in scene.evidence if word != "pg_monitor"],
        "may": sorted(scene.may),
        "never": sorted(scene.never),
    }


def _one_of(scenario: Scenario) -> int:
    majors = [major for major in binaries() if major in scenario.majors]
    return majors[zlib.crc32(scenario.name.encode()) % len(majors)]


def main() -> None:
    """Record what the command line names, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--major", type=int, action="append", choices=list(binaries()))
    parser.add_argument("--into", type=Path, default=FOLDER)
    parser.add_argument("scenario", nargs="*", choices=[*SCENARIOS, []])
    asked = parser.parse_args()
    for name in asked.scenario or SCENARIOS:
        for major in asked.major or [_one_of(SCENARIOS[name])]:
            if major in SCENARIOS[name].majors:
                print(record(SCENARIOS[name], major, asked.into), flush=True)


if __name__ == "__main__":
    main()
