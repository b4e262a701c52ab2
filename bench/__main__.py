"""`python -m bench`: measures, prints the ratios, and never fails because of a time."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from bench import (
    demo,
    differs,
    engine,
    languages,
    link,
    lint,
    local,
    memory,
    plan,
    report,
    rows_file,
    slots,
    standings,
    tools,
    triggers,
)
from bench.databases import server_version
from bench.differs import Differ
from bench.figures import Section, Verdict, compare
from bench.installs import Missing, Setup, find_beside_python
from bench.proxy import slow_link
from bench.report import About
from bench.rounds import Stage, migrate_rounds, nothing_rounds
from bench.server import find_binaries, running_server, scratch_parent
from bench.tools import Tool
from bench.workload import make_migrations

SECTIONS = (
    "migrate",
    "nothing",
    "link",
    "memory",
    "diff",
    "generate",
    "size",
    "lint",
    "plan",
    "slots",
    "triggers",
    "standings",
    "types",
    "up",
    "demo",
    "import",
)
KNOWN = tuple(dict.fromkeys((*tools.ALL, *differs.ALL)))
T = TypeVar("T")
LEFT_OUT = ("sqitch",)  # takes minutes: with --slow, or when it is named


def main() -> int:
    """0 when it has come to its end, 130 when interrupted."""
    options = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, _interrupt)  # so that the server stops then, too
    binaries = find_binaries(options.server_bin)
    able, missing = find_tools(Setup(binaries=binaries, install=options.install), options)
    sections: list[Section] = []
    try:
        # The files lie outside of this checkout, which is a dbtool project itself and would be found from
        # below. Their folder is 0700: some tools have the password in a file.
        scratch = tempfile.TemporaryDirectory(prefix="dbtool-bench-files-", dir=scratch_parent())
        with running_server(binaries) as server, scratch as folder:
            about = describe(server_version(server), able, missing, options.seed)
            print(report.heading(about), flush=True)
            for section in measure(Stage(server=server, seen=server, folder=Path(folder)), able, options):
                sections.append(section)
                print(report.draw(section), flush=True)
    except KeyboardInterrupt:
        print("bench: interrupted; the server is stopped and its folder removed", file=sys.stderr)
        return 130
    if options.json:
        options.json.write_text(json.dumps(report.to_json(about, sections), indent=2) + "\n")
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--only", metavar="TOOL,...", type=_words(KNOWN), help=", ".join(KNOWN))
    parser.add_argument("--sections", type=_words(SECTIONS), default=SECTIONS, help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, default=3, help="of all files (default 3)")
    parser.add_argument("--nothing-rounds", type=int, default=15, help="of nothing to do (default 15)")
    parser.add_argument("--files", type=int, default=1000, help="migrations (default 1000)")
    parser.add_argument("--tables", type=int, default=300, help="of diff and plan (default 300)")
    parser.add_argument("--sizes", type=_numbers, default=engine.SIZES, help="tables of size (100,300,1000,3000)")
    parser.add_argument("--demo-scale", default="1", metavar="FACTOR", help="rows of demo, as seed demo has it (1)")
    parser.add_argument("--sample", type=int, default=100, help="of them over the slow link, but for dbtool")
    parser.add_argument("--seed", type=int, default=1, help="of the generated migrations")
    parser.add_argument("--server-bin", default=os.environ.get("DBTOOL_BENCH_BIN"), metavar="DIR")
    parser.add_argument("--slow", action="store_true", help=f"with {', '.join(LEFT_OUT)}, too")
    parser.add_argument("--no-install", dest="install", action="store_false", help="fetch nothing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    return parser.parse_args(arguments)


def find_tools(setup: Setup, options: argparse.Namespace) -> tuple[list[Tool], dict[str, str]]:
    """The tools that take part, and why each other one does not. May install some below bench/.work."""
    if not {"migrate", "nothing", "link", "memory"} & set(options.sections):
        return [], {}
    chosen = {name: find for name, find in tools.ALL.items() if options.only or options.slow or name not in LEFT_OUT}
    able, missing = _find(chosen, setup, options.only)
    if not options.only:
        missing |= {name: "left out: it takes minutes (--slow)" for name in LEFT_OUT if name not in chosen}
    return able, missing


def _find(
    known: Mapping[str, Callable[[Setup], T]], setup: Setup, only: Sequence[str]
) -> tuple[list[T], dict[str, str]]:
    able: list[T] = []
    missing: dict[str, str] = {}
    for name, find in known.items():
        if only and name not in only:
            continue
        try:
            able.append(find(setup))
        except Missing as why:
            missing[name] = f"MISSING: {why}"
    return able, missing


def measure(stage: Stage, able: list[Tool], options: argparse.Namespace) -> Iterator[Section]:
    """Section by section. Writes."""
    migrations = make_migrations(options.files, seed=options.seed)
    files = f"{len(migrations):,} migrations"
    if "migrate" in options.sections:
        figures = migrate_rounds(stage, able, migrations, options.rounds)
        rivals = [figure.tool for figure in figures if figure.tool not in ("dbtool", "psycopg")]
        faster = [verdict for name in rivals for verdict in compare(figures, name, 1)]
        verdicts = (*compare(figures, "psycopg", 1.15), *faster)
        title = f"{files} from an empty database"
        yield Section(name="migrate", title=title, unit="s", figures=figures, verdicts=verdicts)
    if "nothing" in options.sections:
        figures = nothing_rounds(stage, able, migrations, options.nothing_rounds)
        verdicts = compare(figures, "psycopg", 1.3)
        title = f"{files}, nothing to do"
        yield Section(name="nothing", title=title, unit="s", figures=figures, verdicts=verdicts)
    if "link" in options.sections:
        yield from _link(stage, able, options)
    if "memory" in options.sections:
        chosen = [tool for tool in able if tool.name in memory.TOOLS]
        figures = memory.measure_memory(stage, chosen, seed=options.seed)
        verdicts = tuple(
            Verdict(what=f"dbtool, {figure.about}, MB", found=figure.median, limit=200)
            for figure in figures
            if figure.tool == "dbtool"
        )
        title = "Peak memory of the command (not of the server)"
        note = "what starts the commands has about 40 MB itself, and no figure can be lower than that"
        yield Section(name="memory", title=title, unit="MB", figures=figures, verdicts=verdicts, note=note)
    if {"diff", "generate", "size"} & set(options.sections):
        yield from measure_engine(stage, options)
    if "lint" in options.sections:
        figures = lint.lint_rounds(stage.folder, options.files, options.rounds, options.seed)
        title = f"{options.files:,} files, about {12.3 * options.files:,.0f} statements, linted"
        yield Section(name="lint", title=title, unit="s", figures=figures, verdicts=lint.verdicts(figures))
    if "plan" in options.sections:
        figures = plan.plan_rounds(stage, options.tables, 2 * options.rounds + 1, options.seed)
        title = f"One pending migration on {options.tables} tables, rehearsed"
        note = "the shadows' own server was running"
        yield Section(name="plan", title=title, unit="s", figures=figures, verdicts=plan.verdicts(figures), note=note)
    if "slots" in options.sections:
        figures = slots.slots_rounds(stage, options.nothing_rounds)
        title = f"The state of {slots.SLOTS} replication slots"
        yield Section(name="slots", title=title, unit="s", figures=figures, note=slots.ratio(figures))
    if "triggers" in options.sections:
        figures = triggers.triggers_rounds(stage, options.rounds)
        title = f"An UPDATE of {triggers.ROWS:,} rows, by trigger family"
        yield Section(name="triggers", title=title, unit="s", figures=figures, drawing=triggers.ratios(figures))
    if "standings" in options.sections:
        figures = standings.standing_rounds(stage, standings.SIZES, options.rounds)
        title = "`triggers status`, by the number of tables"
        note = f"{standings.ratio(figures)}; a shadow is made of sql/schema, or copied from the one that was kept"
        yield Section(name="standings", title=title, unit="s", figures=figures, note=note)
    if "types" in options.sections:
        figures = languages.types_rounds(stage, languages.SIZES, options.rounds, options.seed)
        title = "The types of a database, by the number of tables"
        note = "`types --from target --stdout`: without the making of a shadow"
        yield Section(
            name="types", title=title, unit="s", figures=figures, drawing=engine.curve(figures, "typescript"),
            verdicts=engine.growth(figures, "typescript"), note=note,
        )  # fmt: skip
    if "up" in options.sections:
        binaries = find_binaries(options.server_bin)
        cold, warm = local.up_rounds(stage, binaries, 2 * options.rounds + 1, options.nothing_rounds, options.seed)
        of_cold, of_warm = local.verdicts(cold, warm)
        title = f"`up --embedded` from nothing to {local.FILES} migrations"
        yield Section(name="up", title=title, unit="s", figures=cold, verdicts=of_cold)
        title = "`up` with nothing to do"
        yield Section(name="up-warm", title=title, unit="s", figures=warm, verdicts=of_warm)
    if "demo" in options.sections:
        seconds, peaks = demo.demo_rounds(stage, options.rounds, options.demo_scale)
        title = "`seed demo` into migrated tables: indexes, foreign keys and triggers are at work"
        yield Section(name="demo", title=title, unit="s", figures=seconds, verdicts=demo.verdicts(seconds, peaks))
    if "import" in options.sections:
        seconds, peaks = rows_file.import_rounds(stage, 2 * options.rounds + 1, seed=options.seed)
        title = f"`seed import` of {rows_file.ROWS:,} rows of five columns"
        yield Section(
            name="import", title=title, unit="s", figures=seconds, verdicts=rows_file.verdicts(seconds, peaks)
        )


def measure_engine(stage: Stage, options: argparse.Namespace) -> Iterator[Section]:
    """The sections of the schema engine. Writes; may install some tools below bench/.work."""
    setup = Setup(binaries=find_binaries(options.server_bin), install=options.install)
    able, missing = _find(differs.ALL, setup, options.only)
    left_out = "; ".join(f"without {name}: {why}" for name, why in missing.items())
    both = [tool for tool in able if tool.name in ("dbtool", "pg_dump")]
    if "diff" in options.sections:
        found = engine.compare_rounds(stage, able, options.tables, options.rounds, options.seed)
        for name, what, figures in zip(("diff-equal", "diff-20"), ("equal", "with 20 changes"), found, strict=True):
            verdicts = engine.verdict(figures, f"diff, {what} / pg_dump of both", "dbtool", "pg_dump", 2)
            title = f"Two databases of {options.tables} tables, {what}"
            yield Section(name=name, title=title, unit="s", figures=figures, verdicts=verdicts, note=left_out)
    dump = next((tool for tool in both if tool.name == "pg_dump"), None)
    if "generate" in options.sections and dump is not None:
        yield from _project(stage, dump, options)
    if "size" in options.sections:
        seconds, peaks = engine.size_rounds(stage, both, options.sizes, options.rounds, options.seed)
        title = "dbtool diff with 20 changes, and pg_dump of both, by the number of tables"
        yield Section(
            name="size", title=title, unit="s", figures=seconds, drawing=engine.curve(seconds, "dbtool"),
            verdicts=engine.growth(seconds, "dbtool"),
        )  # fmt: skip
        title = "The same: peak memory of the command"
        yield Section(name="size-memory", title=title, unit="MB", figures=peaks, drawing=engine.curve(peaks, "dbtool"))


def _project(stage: Stage, dump: Differ, options: argparse.Namespace) -> Iterator[Section]:
    program = find_beside_python("dbtool")
    found = engine.project_rounds(stage, dump, program, options.files, options.rounds, options.seed)
    for name, figures in found.items():
        verdicts = engine.verdict(figures, f"{name}, replay kept / pg_dump of both", "dbtool", "pg_dump", 4)
        title = f"{name}: {options.files:,} applied migrations, one changed file of sql/schema"
        note = "the shadows' own server was running"
        yield Section(name=name, title=title, unit="s", figures=figures, verdicts=verdicts, note=note)


def _link(stage: Stage, able: list[Tool], options: argparse.Namespace) -> Iterator[Section]:
    chosen = [tool for tool in able if tool.name in link.TOOLS]
    migrations = make_migrations(options.files, seed=options.seed)
    with slow_link(stage.server, delay=link.DELAY) as seen:
        far = Stage(server=stage.server, seen=seen, folder=stage.folder)
        done, nothing = link.link_rounds(far, chosen, migrations, options.sample, options.rounds)
    verdicts = (*compare(done, "dbmate", 1 / 4), *compare(done, "dbmate", 1 / 10))
    title = f"{len(migrations):,} migrations over a link with 20 ms each way"
    note = "an estimate is the time for nothing to do, and the rest of the sample's time in proportion"
    yield Section(name="link", title=title, unit="s", figures=done, verdicts=verdicts, note=note)
    yield Section(name="link-nothing", title="The same link, nothing to do", unit="s", figures=nothing)


def describe(server: str, able: list[Tool], missing: dict[str, str], seed: int) -> About:
    """What the figures depend on."""
    return About(
        server=server,
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        seed=seed,
        versions={tool.name: tool.version for tool in able},
        missing=missing,
    )


def _words(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        words = tuple(word.strip() for word in text.split(",") if word.strip())
        unknown = [word for word in words if word not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(known)}")
        return words

    return read


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
