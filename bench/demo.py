"""`dbtool seed demo` beside `psql` with \\copy of the same rows: the example's tables, indexes, keys and triggers."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from bench.databases import Database, drop_database, fresh_database
from bench.engine import verdict
from bench.figures import Figure, Verdict
from bench.installs import find_beside_python
from bench.measure import Command, Outcome, run
from bench.memory import MEGABYTE
from bench.rounds import Stage, say, told

PROJECT = Path(__file__).resolve().parent.parent
TABLES = ("tenants", "entity_types", "users", "projects", "resources", "edges")  # in the order of their keys
LIMIT, MEMORY_LIMIT = 1.2, 200


def demo_rounds(stage: Stage, rounds: int, scale: str = "1") -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """Seconds and peaks of both, in turn, each into a database that was migrated anew; the rows are counted. Writes."""
    folder = stage.folder / "demo"
    _make_project(folder)
    wanted = _make_files(stage, folder, scale)
    outcomes: dict[str, list[Outcome]] = {"dbtool": [], "psql": []}
    for number in range(rounds):
        for name, found in outcomes.items():
            database = _migrated(stage, folder, f"bench_demo_{name}")
            outcome = run(_seed(folder, database, scale) if name == "dbtool" else _copy(folder, database))
            wrong = _difference(wanted, _counts(database))
            found.append(replace(outcome, problem=outcome.problem or wrong))
            drop_database(stage.server, database.name)
        say(f"demo, round {number + 1}: " + ", ".join(f"{n} {told(o[-1])}" for n, o in outcomes.items()))
    abouts = {"dbtool": f"seed demo, {wanted.total():,} rows", "psql": "\\copy of ready CSV files, one by one"}
    return (
        tuple(_figure(name, abouts[name], found, [o.seconds for o in found]) for name, found in outcomes.items()),
        tuple(
            _figure(name, abouts[name], found, [o.peak_bytes / MEGABYTE for o in found])
            for name, found in outcomes.items()
        ),
    )


def verdicts(seconds: Sequence[Figure], peaks: Sequence[Figure]) -> tuple[Verdict, ...]:
    """Whether it is about as fast as \\copy, and whether its memory stays small."""
    peak = max((value for figure in peaks if figure.tool == "dbtool" for value in figure.values), default=None)
    memory = Verdict(what="dbtool's peak, MB", found=peak, limit=MEMORY_LIMIT)
    return (*verdict(seconds, "seed demo / psql \\copy", "dbtool", "psql", LIMIT), memory)


def _make_project(folder: Path) -> None:
    folder.mkdir()
    (folder / "dbtool.toml").write_text("")
    for name in ("migrations", "sql", "safety"):
        shutil.copytree(PROJECT / name, folder / name)


def _make_files(stage: Stage, folder: Path, scale: str) -> Counter[str]:
    """Write what `seed demo` makes to CSV files, and return the rows of each table. Writes."""
    database = _migrated(stage, folder, "bench_demo_files")
    outcome = run(_seed(folder, database, scale))
    if outcome.problem:
        raise SystemExit(f"bench: seed demo failed: {outcome.problem}")
    counts = _counts(database)
    say(f"demo: {counts.total():,} rows, {told(outcome)}")
    with psycopg.connect(database.url()) as connection:
        for table in TABLES:
            # in the order in which they were made, as a dump of a living table would be
            query = sql.SQL("COPY (SELECT * FROM {} ORDER BY id) TO STDOUT (FORMAT csv)").format(sql.Identifier(table))
            with _file(folder, table).open("wb") as file, connection.cursor().copy(query) as copy:
                for data in copy:
                    file.write(data)
    drop_database(stage.server, database.name)
    script = "".join(f"\\copy {table} from '{_file(folder, table)}' (format csv)\n" for table in TABLES)
    (folder / "copy.sql").write_text(script)
    return counts


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.csv"


def _migrated(stage: Stage, folder: Path, name: str) -> Database:
    database = fresh_database(stage.server, name)
    outcome = run(_dbtool(folder, "migrate", "--url", database.url()))
    if outcome.problem:
        raise SystemExit(f"bench: the example cannot be migrated: {outcome.problem}")
    with psycopg.connect(stage.server.url(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # what came before is not paid for by the measurement
    return database


def _seed(folder: Path, database: Database, scale: str) -> Command:
    return _dbtool(folder, "seed", "demo", "--scale", scale, "--url", database.url())


def _dbtool(folder: Path, *arguments: str) -> Command:
    environment = {"DBTOOL_ENV": "development"}
    return Command(argv=(find_beside_python("dbtool"), *arguments), folder=folder, environment=environment)


def _copy(folder: Path, database: Database) -> Command:
    psql = shutil.which("psql")
    if psql is None:
        raise SystemExit("bench: psql is needed to compare with")
    argv = (Path(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", folder / "copy.sql")
    return Command(argv=argv, folder=folder, environment=database.libpq_environment())


def _counts(database: Database) -> Counter[str]:
    with psycopg.connect(database.url()) as connection:
        counts = Counter[str]()
        for table in TABLES:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            counts[table] = row[0] if row else 0
        return counts


def _difference(wanted: Counter[str], found: Counter[str]) -> str:
    """What is there other than wanted, or nothing.

    >>> _difference(Counter(users=2), Counter(users=1))
    '1 users instead of 2'
    """
    return ", ".join(
        f"{found[name]} {name} instead of {wanted[name]}" for name in wanted if found[name] != wanted[name]
    )


def _figure(name: str, about: str, outcomes: Sequence[Outcome], values: Sequence[float]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    cpu = tuple(outcome.cpu_seconds for outcome in outcomes)
    return Figure(tool=name, about=about, values=tuple(values), cpu=cpu, problem=problem)
