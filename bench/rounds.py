"""The runs that are measured, and the proof that each did its work."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.databases import Database, count_objects, exists, fresh_database
from bench.figures import Figure
from bench.measure import Outcome, run
from bench.tools import Tool
from bench.workload import Migration, expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The server, where the tools see it (it may be behind a slow link), and the folder for their files."""

    server: Database
    seen: Database
    folder: Path


def migrate_anew(stage: Stage, tool: Tool, migrations: Sequence[Migration]) -> Outcome:
    """How the tool took an empty database to the end, checked by counting what is there. Writes."""
    folder = _write_files(stage, tool, migrations)
    database = fresh_database(stage.server, _name(tool))
    outcome = run(tool.migrate(folder, replace(stage.seen, name=database.name)))
    return replace(outcome, problem=outcome.problem or difference(expected(migrations), database))


def ask_again(stage: Stage, tool: Tool, migrations: Sequence[Migration]) -> Outcome:
    """How the tool saw that there is nothing to do."""
    folder = _write_files(stage, tool, migrations)
    return run(tool.again(folder, replace(stage.seen, name=_name(tool))))


def migrate_rounds(
    stage: Stage, tools: Sequence[Tool], migrations: Sequence[Migration], rounds: int
) -> tuple[Figure, ...]:
    """Every tool from an empty database, in turn, so that what disturbs one disturbs all. Writes."""
    outcomes: dict[str, list[Outcome]] = {tool.name: [] for tool in tools}
    for number in range(rounds):
        for tool in tools:
            if tool.slow and number:
                continue
            outcome = migrate_anew(stage, tool, migrations)
            outcomes[tool.name].append(outcome)
            say(f"{len(migrations)} files, round {number + 1}: {tool.name} {told(outcome)}")
    return tuple(seconds(tool, tool.about, outcomes[tool.name]) for tool in tools)


def nothing_rounds(
    stage: Stage, tools: Sequence[Tool], migrations: Sequence[Migration], rounds: int
) -> tuple[Figure, ...]:
    """Every tool, in turn, on its own database where all is applied and has to stay so. Writes."""
    for tool in tools:
        _prepare(stage, tool, migrations)
        say(f"nothing to do: {tool.name} {told(ask_again(stage, tool, migrations))}")  # warms what is cached
    outcomes: dict[str, list[Outcome]] = {tool.name: [] for tool in tools}
    for _ in range(rounds):
        for tool in tools:
            outcomes[tool.name].append(ask_again(stage, tool, migrations))
    figures = (seconds(tool, tool.asks or tool.about, outcomes[tool.name]) for tool in tools)
    changed = (difference(expected(migrations), replace(stage.server, name=_name(tool))) for tool in tools)
    return tuple(
        replace(figure, problem=figure.problem or problem) for figure, problem in zip(figures, changed, strict=True)
    )


def seconds(tool: Tool, about: str, outcomes: Sequence[Outcome]) -> Figure:
    """The figure of these runs. One that failed makes it invalid: half-done work is not to be compared."""
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    values = tuple(outcome.seconds for outcome in outcomes)
    cpu = tuple(outcome.cpu_seconds for outcome in outcomes)
    return Figure(tool=tool.name, about=about, values=values, cpu=cpu, problem=problem)


def difference(wanted: Counter[str], database: Database) -> str:
    """What the database holds other than wanted, or nothing. Read-only."""
    found = count_objects(database)
    wrong = [
        f"{found[kind]} {kind} instead of {wanted[kind]}"
        for kind in sorted(wanted.keys() | found.keys())
        if found[kind] != wanted[kind]
    ]
    return "the database holds " + ", ".join(wrong) if wrong else ""


def say(text: str) -> None:
    """Progress, to stderr."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def told(outcome: Outcome) -> str:
    """A run in a few words."""
    return f"{outcome.seconds:.2f} s" + (f", INVALID: {outcome.problem}" if outcome.problem else "")


def _prepare(stage: Stage, tool: Tool, migrations: Sequence[Migration]) -> None:
    """Takes the database as the rounds before have left it, if it is whole. Writes."""
    database = replace(stage.server, name=_name(tool))
    if not exists(stage.server, database.name) or difference(expected(migrations), database):
        say(f"{len(migrations)} files, to prepare: {tool.name} {told(migrate_anew(stage, tool, migrations))}")


def _write_files(stage: Stage, tool: Tool, migrations: Sequence[Migration]) -> Path:
    folder = stage.folder / f"{tool.name}-{len(migrations)}"
    if not folder.exists():
        folder.mkdir()
        tool.write(folder, migrations)
    return folder


def _name(tool: Tool) -> str:
    return "bench_" + tool.name.replace("-", "_")
