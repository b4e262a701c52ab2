"""`dbtool slots --json --no-rate` beside `psql -c "select * from pg_replication_slots"`: one answer, one round trip."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import psycopg

from bench.databases import drop_database, fresh_database
from bench.engine import ratio_of_pairs
from bench.figures import Figure
from bench.installs import find_beside_python
from bench.measure import Command, Outcome, run
from bench.rounds import Stage, say, told

SLOTS = 5


def slots_rounds(stage: Stage, rounds: int) -> tuple[Figure, ...]:
    """Both, in turn, on a server with a few slots. Writes."""
    database = fresh_database(stage.server, "bench_slots")
    folder = stage.folder / "slots"
    folder.mkdir()
    (folder / "dbtool.toml").write_text("")
    psql = shutil.which("psql")
    if psql is None:
        raise SystemExit("bench: psql is needed to compare with")
    asked = ("-X", "-c", "select * from pg_replication_slots", database.url())
    looked = ("slots", "--json", "--no-rate", "--url", database.url())
    commands = {
        "dbtool": _command(find_beside_python("dbtool"), folder, *looked),
        "psql": _command(Path(psql), folder, *asked),
    }
    outcomes: dict[str, list[Outcome]] = {name: [] for name in commands}
    with psycopg.connect(database.url(), autocommit=True) as connection:
        names = [f"bench_{number}" for number in range(SLOTS)]
        for name in names:
            connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [name])
        for number in range(rounds):
            for name, command in commands.items():
                outcomes[name].append(run(command))
            say(f"slots, round {number + 1}: " + ", ".join(f"{n} {told(o[-1])}" for n, o in outcomes.items()))
        for name in names:
            connection.execute("SELECT pg_drop_replication_slot(%s)", [name])
    drop_database(stage.server, "bench_slots")
    return (
        _figure("dbtool", "slots --json --no-rate", outcomes["dbtool"]),
        _figure("psql", "select * from pg_replication_slots", outcomes["psql"]),
    )


def ratio(figures: Sequence[Figure]) -> str:
    """How many times as long it takes; no limit is set."""
    found = ratio_of_pairs(figures, "dbtool", "psql")
    return "cannot be told" if found is None else f"dbtool / psql is {found:.2f}, by the median of the pairs"


def _command(program: Path, folder: Path, *arguments: str) -> Command:
    # 1 says that a slot is in danger: nobody reads these
    environment = {"DBTOOL_ENV": "development"}
    return Command(argv=(program, *arguments), folder=folder, environment=environment, exit_codes=(0, 1))


def _figure(name: str, about: str, outcomes: Sequence[Outcome]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    values = tuple(outcome.seconds for outcome in outcomes)
    return Figure(tool=name, about=about, values=values, cpu=tuple(o.cpu_seconds for o in outcomes), problem=problem)
