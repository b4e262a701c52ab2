"""`dbtool triggers status` on databases of 300 and 1,000 tables with two families each, beside psql listing triggers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.databases import drop_database, fresh_database
from bench.engine import ratio_of_pairs
from bench.figures import Figure
from bench.installs import find_beside_python
from bench.measure import Command, Outcome, run
from bench.rounds import Stage, say, told
from dbtool.families.installing import TEMPLATES

SIZES = (300, 1000)
FAMILIES = ("client-id", "updated-at")
_TABLE = """CREATE TABLE t{0} (
    id uuid PRIMARY KEY, title text NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(), client_id uuid
);
COMMENT ON TABLE t{0} IS '@category domain';
"""
_LIST = "SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"


def standing_rounds(stage: Stage, sizes: Sequence[int], rounds: int) -> tuple[Figure, ...]:
    """Both, in turn, on a database of each size whose tables have all their families. Writes."""
    figures: list[Figure] = []
    program, psql = find_beside_python("dbtool"), shutil.which("psql")
    if psql is None:
        raise SystemExit("bench: psql is needed to compare with")
    for size in sizes:
        database = fresh_database(stage.server, "bench_standings")
        folder = _project(stage.folder / f"standings-{size}", size)
        environment = {"DBTOOL_ENV": "development", "DATABASE_URL": database.url()}
        for arguments in (("generate", "first"), ("migrate",)):
            run(Command(argv=(program, *arguments), folder=folder, environment=environment))
        commands = {
            "dbtool": Command(argv=(program, "triggers", "status"), folder=folder, environment=environment),
            "psql": Command(argv=(psql, "-X", "-q", "-c", _LIST, database.url()), folder=folder, environment={}),
        }
        outcomes: dict[str, list[Outcome]] = {name: [] for name in commands}
        for number in range(rounds):
            for name, command in commands.items():
                outcomes[name].append(run(command))
            say(f"status, {size} tables, {number + 1}: " + ", ".join(f"{n} {told(o[-1])}" for n, o in outcomes.items()))
        figures += [_figure(name, f"{size:,} tables", found) for name, found in outcomes.items()]
        drop_database(stage.server, "bench_standings")
    return tuple(figures)


def ratio(figures: Sequence[Figure]) -> str:
    """How many times as long the larger takes as psql; no limit is set."""
    largest = [figure for figure in figures if figure.about == f"{SIZES[-1]:,} tables"]
    found = ratio_of_pairs(largest, "dbtool", "psql")
    return "cannot be told" if found is None else f"dbtool / psql is {found:.2f} on {SIZES[-1]:,} tables"


def _project(folder: Path, size: int) -> Path:
    schema, triggers = folder / "sql" / "schema", folder / "sql" / "triggers"
    schema.mkdir(parents=True)
    triggers.mkdir()
    (folder / "dbtool.toml").write_text("")
    (schema / "tables.sql").write_text("".join(_TABLE.format(number) for number in range(size)))
    for name in FAMILIES:
        shutil.copy(TEMPLATES / f"{name}.sql", triggers)
    return folder


def _figure(name: str, about: str, outcomes: Sequence[Outcome]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    values = tuple(outcome.seconds for outcome in outcomes)
    return Figure(tool=name, about=about, values=values, cpu=tuple(o.cpu_seconds for o in outcomes), problem=problem)
