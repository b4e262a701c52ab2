"""`dbtool plan` of one pending migration beside `dbtool migrate` of it: what it costs to try, in terms of doing it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg

from bench.databases import Database, drop_database, fresh_database
from bench.engine import verdict
from bench.figures import Figure, Verdict
from bench.installs import find_beside_python
from bench.layouts import write_yoyo
from bench.measure import Command, Outcome, run
from bench.rounds import Stage, say, told
from bench.schemas import PER_TABLE, copy_schema
from bench.workload import make_migrations

PENDING = "29990101000000_wanted"
SQL = "ALTER TABLE app.tenants ADD COLUMN wanted text;\nCREATE INDEX tenants_wanted_idx ON app.tenants (wanted);\n"
UNDO = "DROP INDEX app.tenants_wanted_idx;\nALTER TABLE app.tenants DROP COLUMN wanted;\n"


def plan_rounds(stage: Stage, tables: int, rounds: int, seed: int) -> tuple[Figure, ...]:
    """`plan` on a database where all but the last migration is applied, `migrate` on copies of it, in turn. Writes."""
    live = fresh_database(stage.server, "bench_plan")
    folder, program = stage.folder / "plan", find_beside_python("dbtool")
    _write_project(folder, tables, seed, _command(program, folder, live, "migrate"))
    plan = _command(program, folder, live, "plan")
    say(f"plan, to keep the replay: {told(run(plan))}")
    outcomes: dict[str, list[Outcome]] = {"dbtool": [], "migrate": []}
    for number in range(rounds):
        copy = copy_schema(stage.server, live, "bench_plan_copy")
        with psycopg.connect(stage.server.url(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")  # what the copy left is not paid for by the next measurement
        outcomes["dbtool"].append(run(plan))
        outcomes["migrate"].append(run(_command(program, folder, copy, "migrate")))
        say(f"plan, round {number + 1}: " + ", ".join(f"{name} {told(found[-1])}" for name, found in outcomes.items()))
    for name in ("bench_plan", "bench_plan_copy"):
        drop_database(stage.server, name)
    return (
        _figure("dbtool", "plan, replay kept", outcomes["dbtool"]),
        _figure("migrate", "dbtool migrate of the same file, on a copy", outcomes["migrate"]),
    )


def verdicts(figures: Sequence[Figure]) -> tuple[Verdict, ...]:
    """Three times what it takes to apply it."""
    return verdict(figures, "plan / migrate of the same file", "dbtool", "migrate", 3)


def _write_project(folder: Path, tables: int, seed: int, migrate: Command) -> None:
    """A project whose migrations are applied, but for the last one. Writes."""
    migrations = make_migrations(round(tables * PER_TABLE), seed=seed)
    write_yoyo(folder, migrations)
    (folder / "dbtool.toml").write_text("")
    if problem := run(migrate).problem:
        raise SystemExit(f"bench: dbtool migrate: {problem}")
    pending = folder / "migrations" / f"{PENDING}.sql"
    pending.write_text(f"-- depends: {migrations[-1].id}\n\n{SQL}")
    pending.with_suffix(".rollback.sql").write_text(UNDO)


def _command(program: Path, folder: Path, database: Database, *arguments: str) -> Command:
    environment = {"DATABASE_URL": database.url(), "DBTOOL_ENV": "development"}
    return Command(argv=(program, *arguments), folder=folder, environment=environment)


def _figure(name: str, about: str, outcomes: Sequence[Outcome]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    values = tuple(outcome.seconds for outcome in outcomes)
    return Figure(tool=name, about=about, values=values, cpu=tuple(o.cpu_seconds for o in outcomes), problem=problem)
