"""All migrations over a slow link, where what counts is how often a tool waits for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.figures import Figure
from bench.measure import Outcome
from bench.rounds import Stage, ask_again, migrate_anew, say, seconds, told
from bench.tools import Tool
from bench.workload import Migration

DELAY = 0.020  # seconds, each way
WHOLE = ("dbtool",)  # applies all the files; the others a sample, for they take minutes
TOOLS = ("dbtool", "psycopg", "dbmate")


def link_rounds(
    stage: Stage, tools: Sequence[Tool], migrations: Sequence[Migration], sample: int, rounds: int
) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """Seconds for all the files, and for nothing to do. Writes."""
    done: dict[str, list[Outcome]] = {tool.name: [] for tool in tools}
    nothing: dict[str, list[Outcome]] = {tool.name: [] for tool in tools}
    for number in range(rounds):
        for tool in tools:
            files = migrations[: _files(tool, len(migrations), sample)]
            applied = migrate_anew(stage, tool, files)
            again = ask_again(stage, tool, files)
            say(f"slow link, {len(files)} files, round {number + 1}: {tool.name} {told(applied)}")
            done[tool.name].append(_whole(applied, again, len(migrations) / len(files)))
            nothing[tool.name].append(again)
    return (
        tuple(seconds(tool, _how(tool, len(migrations), sample), done[tool.name]) for tool in tools),
        tuple(seconds(tool, tool.asks or tool.about, nothing[tool.name]) for tool in tools),
    )


def extend(applied: float, again: float, factor: float) -> float:
    """What a number of files would take, from what a part of them took; what is not the files' is counted once.

    >>> extend(17.0, 1.0, 10), extend(17.0, 1.0, 1)
    (161.0, 17.0)
    """
    return again + (applied - again) * factor


def _whole(applied: Outcome, again: Outcome, factor: float) -> Outcome:
    return replace(
        applied,
        seconds=extend(applied.seconds, again.seconds, factor),
        cpu_seconds=extend(applied.cpu_seconds, again.cpu_seconds, factor),
        problem=applied.problem or again.problem,
    )


def _files(tool: Tool, count: int, sample: int) -> int:
    return count if tool.name in WHOLE else min(count, sample)


def _how(tool: Tool, count: int, sample: int) -> str:
    files = _files(tool, count, sample)
    return f"{count} files" if files == count else f"ESTIMATED for {count} files from {files}"
