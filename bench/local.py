"""`dbtool up --embedded`: from nothing to a migrated database, and when there is nothing to do."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.engine import verdict
from bench.figures import Figure, Verdict
from bench.installs import find_beside_python
from bench.layouts import write_yoyo
from bench.measure import Command, Outcome, run
from bench.rounds import Stage, say, told
from bench.server import running_server
from bench.tools import BASELINE
from bench.workload import make_migrations

FILES = 100
_NOWHERE = {"DOCKER_HOST": "unix:///nowhere"}


def up_rounds(
    stage: Stage, binaries: Path, rounds: int, nothing_rounds: int, seed: int
) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """From nothing: `up`, and initdb, a start and the bare script, in turn; then nothing to do: `up` and `migrate`.

    Writes. Both have the same programs and the same files; the first round is not counted.
    """
    folder = stage.folder / "up"
    write_yoyo(folder, make_migrations(FILES, seed=seed))
    (folder / "dbtool.toml").write_text(f"[server]\nbin = '{binaries}'\n")
    up, down = _command(folder, "up", "--embedded"), _command(folder, "down", "--volumes", "--yes")
    cold: dict[str, list[Outcome]] = {"up": [], "by themselves": []}
    for number in range(rounds + 1):
        found = run(up), _by_themselves(binaries, folder)
        say(f"up, round {number}: {told(found[0])}, by themselves {told(found[1])}")
        if problem := run(down).problem:
            raise SystemExit(f"bench: dbtool down: {problem}")
        if number:
            for outcomes, outcome in zip(cold.values(), found, strict=True):
                outcomes.append(outcome)
    warm: dict[str, list[Outcome]] = {"up": [], "migrate": []}
    try:
        run(up)
        for _ in range(nothing_rounds):
            warm["up"].append(run(up))
            warm["migrate"].append(run(_command(folder, "migrate")))
    finally:
        run(down)
    return (
        (
            _figure("up", "`dbtool up --embedded`", cold["up"]),
            _figure("by themselves", "initdb --no-sync, a start, the bare script", cold["by themselves"]),
        ),
        (
            _figure("up", "`dbtool up`, nothing to do", warm["up"]),
            _figure("migrate", "`dbtool migrate`, nothing to do", warm["migrate"]),
        ),
    )


def verdicts(cold: Sequence[Figure], warm: Sequence[Figure]) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """One and a half times what it is made of; and when there is nothing to do, about what `migrate` takes then."""
    return (
        verdict(cold, "up / its parts by themselves", "up", "by themselves", 1.5),
        verdict(warm, "warm up / migrate with nothing to do", "up", "migrate", 1.2),
    )


def _by_themselves(binaries: Path, folder: Path) -> Outcome:
    """initdb, a start, and the migrations by the bare script; its stop is not counted. Writes."""
    began = time.perf_counter()
    with running_server(binaries) as server:
        script = Command(
            argv=(sys.executable, BASELINE / "apply.py"), folder=folder, environment={"DATABASE_URL": server.url()}
        )
        return replace(run(script), seconds=time.perf_counter() - began)


def _command(folder: Path, *arguments: str) -> Command:
    return Command(argv=(find_beside_python("dbtool"), *arguments), folder=folder, environment=_NOWHERE)


def _figure(name: str, about: str, outcomes: Sequence[Outcome]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    values = tuple(outcome.seconds for outcome in outcomes)
    return Figure(tool=name, about=about, values=values, cpu=tuple(o.cpu_seconds for o in outcomes), problem=problem)
