"""dbtool lint beside squawk alone: many files for the first time, and again with nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure, Verdict, ratio
from bench.installs import find_beside_python
from bench.measure import Command, Outcome, run
from bench.rounds import say, told
from bench.workload import make_migrations

# Migrations of the workload in one file: a thousand files then hold some 12,000 statements.
IN_ONE = 3
FOUND = (0, 1, 5)  # exit codes: squawk says 1 for a finding, dbtool 5


def lint_rounds(folder: Path, files: int, rounds: int, seed: int) -> tuple[Figure, ...]:
    """squawk, and dbtool that knows nothing, in turn; then dbtool again, at last with the style. Writes files."""
    project = folder / "lint"
    paths = write_project(project, files, seed)
    squawk = Command(
        argv=(find_beside_python("squawk"), "--config", "/dev/null", "--reporter", "json", "--assume-in-transaction", *paths),
        folder=project, exit_codes=FOUND,
    )  # fmt: skip
    program = find_beside_python("dbtool")
    safety = Command(argv=(program, "lint", "--all", "--no-style"), folder=project, exit_codes=FOUND)
    everything = Command(argv=(program, "lint", "--all"), folder=project, exit_codes=FOUND)
    outcomes: dict[str, list[Outcome]] = {"squawk": [], "dbtool": [], "dbtool-again": [], "dbtool-style-again": []}
    for _ in range(rounds):
        outcomes["squawk"].append(run(squawk))
        (project / ".dbtool" / "lint" / "findings.json").unlink(missing_ok=True)
        outcomes["dbtool"].append(run(safety))
        outcomes["dbtool-again"].append(run(safety))
    first = run(everything)
    say(f"{files} files, with their style for the first time: {told(first)}")
    outcomes["dbtool-style-again"] = [run(everything) for _ in range(rounds)]
    about = {
        "squawk": "one process for all files",
        "dbtool": "lint --all --no-style, nothing known",
        "dbtool-again": "the same, nothing changed",
        "dbtool-style-again": f"lint --all, nothing changed (the first time {told(first)})",
    }
    return tuple(_figure(name, about[name], found) for name, found in outcomes.items())


def write_project(folder: Path, files: int, seed: int) -> list[str]:
    """A project of migrations alone; return their paths from its folder. Writes files."""
    (folder / "migrations").mkdir(parents=True, exist_ok=True)
    (folder / "dbtool.toml").write_text("")
    made = make_migrations(files * IN_ONE, seed=seed)
    paths: list[str] = []
    for start in range(0, len(made), IN_ONE):
        path = f"migrations/{made[start].id}.sql"
        before = f"-- depends: {Path(paths[-1]).stem}\n\n" if paths else ""
        (folder / path).write_text(before + "\n".join(one.text for one in made[start : start + IN_ONE]))
        paths.append(path)
    return paths


def verdicts(figures: Sequence[Figure]) -> tuple[Verdict, ...]:
    """Twice the time of squawk alone; a second for what is known."""
    least = [Figure(tool=one.tool, about=one.about, values=(min(one.values),)) for one in figures if one.values]
    again = next(one for one in figures if one.tool == "dbtool-style-again")
    return (
        Verdict(
            what="dbtool / squawk, nothing known", found=ratio(figures, "dbtool", "squawk"), limit=2,
            by_least=ratio(least, "dbtool", "squawk"),
        ),
        Verdict(what="again, style included, seconds", found=again.median, limit=1, by_least=min(again.values)),
    )  # fmt: skip


def _figure(name: str, about: str, outcomes: Sequence[Outcome]) -> Figure:
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), "")
    values = tuple(outcome.seconds for outcome in outcomes)
    return Figure(tool=name, about=about, values=values, cpu=tuple(o.cpu_seconds for o in outcomes), problem=problem)
