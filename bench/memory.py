"""How much memory a command has at its peak: with few files, with many, and with a large one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bench.databases import fresh_database
from bench.figures import Figure
from bench.measure import Outcome, run
from bench.rounds import Stage, difference, migrate_anew, say
from bench.tools import Tool
from bench.workload import make_migrations

MEGABYTE = 1 << 20
TIMEOUT = 300.0  # seconds; the slowest of them takes about one minute
TOOLS = ("dbtool", "psql")  # psql reads a file statement by statement: the least that one can do
ROWS = 300_000
LINE = 175  # bytes; 300,000 such lines are 50 MB
TABLE = """\
CREATE SCHEMA app;
CREATE TABLE app.readings (
    id bigint PRIMARY KEY, device text NOT NULL, value numeric NOT NULL, note text NOT NULL
);
"""
COLUMNS = "app.readings (id, device, value, note)"


def measure_memory(stage: Stage, tools: list[Tool], *, seed: int) -> tuple[Figure, ...]:
    """Peaks in megabytes, of one run each. Writes."""
    figures: list[Figure] = []
    for tool in tools:
        for count in (10, 1000):
            outcome = migrate_anew(stage, tool, make_migrations(count, seed=seed))
            figures.append(_figure(tool, f"{count:,} files", outcome))
        for what, write in SHAPES.items():
            figures.append(_figure(tool, f"50 MB: {what}", _load(stage, tool, what, write)))
    return tuple(figures)


def one_insert() -> Iterator[str]:
    """A single statement."""
    yield f"INSERT INTO {COLUMNS} VALUES\n"
    for row in range(1, ROWS + 1):
        yield _padded(f"({row}, 'device-{row % 1000}', {row}.5, '", "');\n" if row == ROWS else "'),\n")


def many_inserts() -> Iterator[str]:
    """As many statements as rows."""
    for row in range(1, ROWS + 1):
        yield _padded(f"INSERT INTO {COLUMNS} VALUES ({row}, 'device-{row % 1000}', {row}.5, '", "');\n")


def copied_rows() -> Iterator[str]:
    r"""What pg_dump writes: COPY, the rows as text, and a line with \."""
    yield f"COPY {COLUMNS} FROM stdin;\n"
    for row in range(1, ROWS + 1):
        yield _padded(f"{row}\tdevice-{row % 1000}\t{row}.5\t", "\n")
    yield "\\.\n"


SHAPES: dict[str, Callable[[], Iterator[str]]] = {
    "one INSERT of 300,000 rows": one_insert,
    "300,000 INSERTs": many_inserts,
    "COPY FROM stdin": copied_rows,
}


def _padded(start: str, end: str) -> str:
    """A line of LINE bytes.

    >>> len(_padded("(1, '", "'),\\n")) == LINE
    True
    """
    return start + "x" * (LINE - len(start) - len(end)) + end


def _load(stage: Stage, tool: Tool, what: str, write: Callable[[], Iterator[str]]) -> Outcome:
    folder = stage.folder / f"{tool.name}-{write.__name__}"
    _write_files(folder, write)
    database = fresh_database(stage.server, f"bench_memory_{tool.name}")
    outcome = run(tool.migrate(folder, replace(stage.seen, name=database.name)), timeout=TIMEOUT)
    wrong = difference(Counter(tables=1, rows=ROWS), database)
    return replace(outcome, problem=outcome.problem or wrong)


def _write_files(folder: Path, write: Callable[[], Iterator[str]]) -> None:
    """Line by line: a child's peak is never below the memory that we ourselves have when we start it."""
    migrations = folder / "migrations"
    migrations.mkdir(parents=True)
    first, second = "20240101000000_create_readings", "20240101000700_load_readings"
    (migrations / f"{first}.sql").write_text(TABLE)
    (migrations / f"{first}.rollback.sql").write_text("DROP TABLE app.readings;\nDROP SCHEMA app;\n")
    with (migrations / f"{second}.sql").open("w") as file:
        file.write(f"-- depends: {first}\n\n")
        file.writelines(write())
    (migrations / f"{second}.rollback.sql").write_text("TRUNCATE app.readings;\n")
    script = "".join(f"BEGIN;\n\\i migrations/{name}.sql\nCOMMIT;\n" for name in (first, second))
    (folder / "each.sql").write_text(script)


def _figure(tool: Tool, about: str, outcome: Outcome) -> Figure:
    say(f"memory: {tool.name}, {about}: {outcome.peak_bytes / MEGABYTE:.0f} MB in {outcome.seconds:.1f} s")
    return Figure(tool=tool.name, about=about, values=(outcome.peak_bytes / MEGABYTE,), problem=outcome.problem)
