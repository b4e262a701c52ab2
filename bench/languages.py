"""`dbtool types` of a database: of one output and of three, beside psql asking for no more than the names of columns."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.databases import Database, drop_database
from bench.figures import Figure
from bench.installs import find_beside_python
from bench.measure import Command, Outcome, run
from bench.rounds import Stage, say, told
from bench.schemas import make_schema

SIZES = (300, 1000)
_THREE = """
[[types.outputs]]
path = "db.ts"
[[types.outputs]]
kind = "zod"
path = "zod.ts"
[[types.outputs]]
kind = "python"
path = "db.py"
style = "pydantic"
"""
_COLUMNS = (
    "SELECT c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_class AS c"
    " JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE c.relkind = 'r' AND a.attnum > 0"
)


def types_rounds(stage: Stage, sizes: Sequence[int], rounds: int, seed: int) -> tuple[Figure, ...]:
    """One output, three outputs and psql, in turn, on databases of each size. Writes."""
    figures: list[Figure] = []
    program, psql = find_beside_python("dbtool"), shutil.which("psql")
    if psql is None:
        raise SystemExit("bench: psql is needed to compare with")
    for size in sizes:
        database = make_schema(stage.server, "bench_types", size, seed=seed)
        commands = {
            "typescript": _types(program, _folder(stage, f"types-{size}", ""), database),
            "all three": _types(program, _folder(stage, f"types-three-{size}", _THREE), database),
            "psql": Command(
                argv=(psql, "-X", "-q", "-c", _COLUMNS, database.url()), folder=stage.folder, environment={}
            ),
        }
        outcomes: dict[str, list[Outcome]] = {name: [] for name in commands}
        for number in range(rounds):
            for name, command in commands.items():
                outcomes[name].append(run(command))
            say(f"types, {size} tables, {number + 1}: " + ", ".join(f"{n} {told(o[-1])}" for n, o in outcomes.items()))
        figures += [_figure(name, f"{size:,} tables", found) for name, found in outcomes.items()]
        drop_database(stage.server, "bench_types")
    return tuple(figures)


def _folder(stage: Stage, name: str, configuration: str) -> Path:
    folder = stage.folder / name
    folder.mkdir()
    (folder / "dbtool.toml").write_text(configuration)
    return folder


def _types(program: Path, folder: Path, database: Database) -> Command:
    arguments = ("types", "--from", "target", "--stdout", "--url", database.url())
    return Command(argv=(program, *arguments), folder=folder, environment={"DBTOOL_ENV": "development"})


def _figure(name: str, about: str, outcomes: Sequence[Outcome]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    values = tuple(outcome.seconds for outcome in outcomes)
    return Figure(tool=name, about=about, values=values, cpu=tuple(o.cpu_seconds for o in outcomes), problem=problem)
