"""`dbtool seed import` beside `psql` with \\copy: the same file, five columns, a primary key."""

from __future__ import annotations

import random
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psycopg

from bench.databases import Database, drop_database, fresh_database
from bench.engine import verdict
from bench.figures import Figure, Verdict
from bench.installs import find_beside_python
from bench.measure import Command, Outcome, run
from bench.memory import MEGABYTE
from bench.rounds import Stage, say, told

ROWS = 1_000_000
LIMIT, MEMORY_LIMIT = 1 / 0.9, 100
TABLE = (
    "CREATE TABLE rows (id int PRIMARY KEY, tenant_id uuid NOT NULL, name text NOT NULL, amount numeric NOT NULL,"
    " created_at timestamptz NOT NULL)"
)


def import_rounds(
    stage: Stage, rounds: int, rows: int = ROWS, *, seed: int = 1
) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """Seconds and peaks of both, in turn, each into an empty table; the rows are counted. Writes."""
    folder = stage.folder / "import"
    folder.mkdir()
    (folder / "dbtool.toml").write_text("")
    _write_file(folder / "rows.csv", rows, seed)
    outcomes: dict[str, list[Outcome]] = {"dbtool": [], "psql": []}
    for number in range(rounds):
        order = tuple(outcomes) if number % 2 else tuple(outcomes)[::-1]  # whoever is second finds the file read
        for name in order:
            database = fresh_database(stage.server, f"bench_import_{name}")
            _execute(database, TABLE)
            outcome = run(_import(folder, database) if name == "dbtool" else _copy(folder, database))
            found = _execute(database, "SELECT count(*) FROM rows")
            wrong = "" if found == rows else f"{found} rows"
            outcomes[name].append(replace(outcome, problem=outcome.problem or wrong))
            drop_database(stage.server, database.name)
        say(f"import, round {number + 1}: " + ", ".join(f"{n} {told(o[-1])}" for n, o in outcomes.items()))
    about = f"{rows:,} rows of five columns"
    return (
        tuple(_figure(name, about, found, [o.seconds for o in found]) for name, found in outcomes.items()),
        tuple(
            _figure(name, about, found, [o.peak_bytes / MEGABYTE for o in found]) for name, found in outcomes.items()
        ),
    )


def verdicts(seconds: Sequence[Figure], peaks: Sequence[Figure]) -> tuple[Verdict, ...]:
    """Whether it has nine tenths of psql's rate, and whether its memory stays small."""
    peak = max((value for figure in peaks if figure.tool == "dbtool" for value in figure.values), default=None)
    memory = Verdict(what="dbtool's peak, MB", found=peak, limit=MEMORY_LIMIT)
    return (*verdict(seconds, "seed import / psql \\copy", "dbtool", "psql", LIMIT), memory)


def _write_file(path: Path, rows: int, seed: int) -> None:
    random_numbers = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        file.write("id,tenant_id,name,amount,created_at\n")
        for number in range(rows):
            tenant = uuid.UUID(int=random_numbers.getrandbits(128))
            amount = random_numbers.randrange(10**6) / 100
            file.write(f"{number},{tenant},customer {number},{amount},2024-01-{number % 28 + 1:02d} 10:00:00+00\n")


def _import(folder: Path, database: Database) -> Command:
    name = database.name
    argv = (
        find_beside_python("dbtool"),
        "seed",
        "import",
        "rows.csv",
        "rows",
        "--url",
        database.url(),
        "--confirm",
        name,
    )
    return Command(argv=argv, folder=folder, environment={"DBTOOL_ENV": "development"})


def _copy(folder: Path, database: Database) -> Command:
    psql = shutil.which("psql")
    if psql is None:
        raise SystemExit("bench: psql is needed to compare with")
    argv = (Path(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", "\\copy rows from rows.csv (format csv, header)")
    return Command(argv=argv, folder=folder, environment=database.libpq_environment())


def _execute(database: Database, query: str) -> object:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        cursor = connection.execute(query)  # pyright: ignore[reportArgumentType, reportCallIssue]
        row = cursor.fetchone() if cursor.description else None
        connection.execute("CHECKPOINT")
        return row[0] if row else None


def _figure(tool: str, about: str, outcomes: Sequence[Outcome], values: Sequence[float]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    cpu = tuple(outcome.cpu_seconds for outcome in outcomes)
    return Figure(tool=tool, about=about, values=tuple(values), cpu=cpu, problem=problem)
