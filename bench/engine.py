"""The schema engine beside pg_dump: two databases compared, a project's change generated and checked, and sizes."""

from __future__ import annotations

import itertools
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.databases import Database, drop_database, fresh_database
from bench.differs import Differ
from bench.figures import Figure, Verdict
from bench.layouts import write_yoyo
from bench.measure import Command, Outcome, run
from bench.rounds import Stage, say, told
from bench.schemas import changes_to, copy_schema, make_schema
from bench.workload import make_migrations

MEGABYTE = 1 << 20
SIZES = (100, 300, 1000, 3000)


def compare_rounds(
    stage: Stage, tools: Sequence[Differ], tables: int, rounds: int, seed: int
) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """Every tool on two databases that are equal, and on two with twenty changes, in turn. Writes."""
    one = make_schema(stage.server, "bench_one", tables, seed=seed)
    equal = copy_schema(stage.server, one, "bench_equal")
    changed = copy_schema(stage.server, one, "bench_changed", changes_to(one))
    able = [tool for tool in tools if not tool.only_equal]
    figures = (_rounds(stage, tools, one, equal, rounds), _rounds(stage, able, one, changed, rounds))
    _drop(stage, one, equal, changed)
    return figures


def ratio_of_pairs(figures: Sequence[Figure], tool: str, to: str) -> float | None:
    """The median of the rounds' ratios: what disturbs the machine disturbs both of a round.

    >>> one, two = (Figure(tool=name, about="", values=values) for name, values in (("a", (2.0, 9.0)), ("b", (1.0, 3.0))))
    >>> ratio_of_pairs((one, two), "a", "b")
    2.5
    """
    found = {figure.tool: figure for figure in figures if not figure.problem}
    if tool not in found or to not in found:
        return None
    return statistics.median(a / b for a, b in zip(found[tool].values, found[to].values, strict=False))


def verdict(figures: Sequence[Figure], what: str, tool: str, to: str, limit: float) -> tuple[Verdict, ...]:
    """Whether the ratio is within the limit; nothing where one of them took no part."""
    names = {figure.tool for figure in figures}
    if not {tool, to} <= names:
        return ()
    least = {figure.tool: min(figure.values, default=0.0) for figure in figures}
    by_least = least[tool] / least[to] if least[to] else None
    return (Verdict(what=what, found=ratio_of_pairs(figures, tool, to), limit=limit, by_least=by_least),)


# ---- a project with its history


def project_rounds(
    stage: Stage, dump: Differ, program: Path, files: int, rounds: int, seed: int
) -> dict[str, tuple[Figure, ...]]:
    """`generate` and `check` of a project with one changed file: the replay kept, and to be done. Writes."""
    live = fresh_database(stage.server, "bench_project")
    url = {"DATABASE_URL": live.url(), "DBTOOL_ENV": "development"}
    folder = stage.folder / "project"
    _write_project(folder, program, url, files, seed)
    commands = {"generate": ("generate", "wanted", "--stdout"), "check": ("check",)}
    turn = itertools.count(1)
    found: dict[str, tuple[Figure, ...]] = {}
    for name, arguments in commands.items():
        # check says by 4 that a file of sql/schema was changed
        command = Command(argv=(program, *arguments), folder=folder, environment=url, exit_codes=(0, 4))
        say(f"{name}, to keep the replay: {told(run(command))}")
        outcomes: dict[str, list[Outcome]] = {"dbtool": [], "dbtool cold": [], "pg_dump": []}
        for number in range(rounds):
            outcomes["dbtool"].append(run(command))
            outcomes["pg_dump"].append(run(dump.compare(folder, live, live)))
            outcomes["dbtool cold"].append(_cold(folder, command, next(turn)))
            run(command)  # the replay of the files as they are again is kept once more
            said = ", ".join(f"{tool} {told(found[-1])}" for tool, found in outcomes.items())
            say(f"{name}, round {number + 1}: {said}")
        abouts = (f"{name}, replay kept", f"{name}, replay to be done", "--schema-only of both, one after the other")
        found[name] = tuple(_figure(tool, about, outcomes[tool]) for tool, about in zip(outcomes, abouts, strict=True))
    drop_database(stage.server, live.name)
    return found


def _write_project(folder: Path, program: Path, url: dict[str, str], files: int, seed: int) -> None:
    """A project whose migrations are applied, with what they make in sql/schema, but for one column more. Writes."""
    write_yoyo(folder, make_migrations(files, seed=seed))
    (folder / "dbtool.toml").write_text("")
    beside = folder.parent / "pulled"
    (beside / "migrations").mkdir(parents=True)
    (beside / "dbtool.toml").write_text("")
    for where, arguments in ((folder, ("migrate",)), (beside, ("pull",))):
        done = run(Command(argv=(program, *arguments), folder=where, environment=url))
        if done.problem:
            raise SystemExit(f"bench: dbtool {arguments[0]}: {done.problem}")
    shutil.copytree(beside / "sql", folder / "sql")
    file = sorted((folder / "sql" / "schema" / "tables").glob("*.sql"))[0]
    text = file.read_text()
    table = file.stem
    file.write_text(f"{text}\nALTER TABLE {table} ADD COLUMN wanted text;\n")


def _cold(folder: Path, command: Command, number: int) -> Outcome:
    """The same where no replay is kept: the first file has another comment, so all states have other names."""
    files = (folder / "migrations").glob("*.sql")
    first = min(path for path in files if not path.name.endswith(".rollback.sql"))
    text = first.read_text()
    try:
        first.write_text(f"-- {number}: another comment\n{text}")
        return run(command)
    finally:
        first.write_text(text)


# ---- sizes


def size_rounds(
    stage: Stage, tools: Sequence[Differ], sizes: Sequence[int], rounds: int, seed: int
) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """Seconds and peak memory of dbtool and pg_dump for two databases with twenty changes, by their size. Writes."""
    seconds: list[Figure] = []
    peaks: list[Figure] = []
    for size in sizes:
        one = make_schema(stage.server, "bench_one", size, seed=seed)
        changed = copy_schema(stage.server, one, "bench_changed", changes_to(one))
        outcomes: dict[str, list[Outcome]] = {tool.name: [] for tool in tools}
        for number in range(rounds):
            for tool in tools:
                outcomes[tool.name].append(run(tool.compare(_folder(stage, tool), one, changed)))
            say(f"{size} tables, round {number + 1}: " + ", ".join(f"{n} {told(o[-1])}" for n, o in outcomes.items()))
        for tool in tools:
            figure = _figure(tool.name, f"{size:,} tables", outcomes[tool.name])
            seconds.append(figure)
            peak = tuple(outcome.peak_bytes / MEGABYTE for outcome in outcomes[tool.name])
            peaks.append(replace(figure, values=peak, cpu=()))
        _drop(stage, one, changed)
    return tuple(seconds), tuple(peaks)


def growth(figures: Sequence[Figure], tool: str) -> tuple[Verdict, ...]:
    """Whether 1,000 tables cost at most 3.4 times what 300 do: the time grows with the size, and no faster."""
    found = {figure.about: figure for figure in figures if figure.tool == tool}
    few, many = found.get("300 tables"), found.get("1,000 tables")
    if few is None or many is None:
        return ()
    ratio = many.median / few.median if many.median and few.median else None
    by_least = min(many.values) / min(few.values)
    return (Verdict(what="1,000 tables / 300 tables", found=ratio, limit=3.4, by_least=by_least),)


def curve(figures: Sequence[Figure], tool: str, width: int = 60) -> str:
    """The medians of one tool as bars, each with how many times the one before it is.

    >>> print(curve([Figure(tool="a", about="1", values=(1.0,)), Figure(tool="a", about="2", values=(4.0,))], "a", 8))
    1  ##        1
    2  ########  4  (4.0 times)
    """
    found = [(figure.about, figure.median) for figure in figures if figure.tool == tool]
    most = max((median for _, median in found if median), default=0)
    wide = max((len(about) for about, _ in found), default=0)
    lines: list[str] = []
    before: float | None = None
    for about, median in found:
        if median is None:
            continue
        times = f"  ({median / before:.1f} times)" if before else ""
        lines.append(f"{about:<{wide}}  {'#' * max(1, round(width * median / most)):<{width}}  {median:.3g}{times}")
        before = median
    return "\n".join(lines)


def _rounds(stage: Stage, tools: Sequence[Differ], one: Database, other: Database, rounds: int) -> tuple[Figure, ...]:
    outcomes: dict[str, list[Outcome]] = {tool.name: [] for tool in tools}
    for number in range(rounds):
        for tool in tools:
            outcome = run(tool.compare(_folder(stage, tool), one, other), timeout=300)
            outcomes[tool.name].append(outcome)
            say(f"{other.name}, round {number + 1}: {tool.name} {told(outcome)}")
    return tuple(_figure(tool.name, tool.about, outcomes[tool.name]) for tool in tools)


def _figure(tool: str, about: str, outcomes: Sequence[Outcome]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    values = tuple(outcome.seconds for outcome in outcomes)
    cpu = tuple(outcome.cpu_seconds for outcome in outcomes)
    return Figure(tool=tool, about=about, values=values, cpu=cpu, problem=problem)


def _folder(stage: Stage, tool: Differ) -> Path:
    folder = stage.folder / f"diff-{tool.name}"
    folder.mkdir(exist_ok=True)
    return folder


def _drop(stage: Stage, *databases: Database) -> None:
    for database in databases:
        drop_database(stage.server, database.name)
