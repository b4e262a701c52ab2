"""Draws what was measured as text for people, and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bench.figures import REFERENCES, Figure, Section, Verdict, find, ratio, spread

# Above this factor between two runs of the same, medians of a few rounds say little.
DISTURBED = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the figures depend on, and which tools are not there and why."""

    server: str
    python: str
    machine: str
    seed: int
    versions: dict[str, str]
    missing: dict[str, str]


def heading(about: About) -> str:
    """The first lines of the printed result."""
    lines = [
        f"PostgreSQL {about.server}, Python {about.python}, {about.machine}, seed {about.seed}",
        "tools: " + ", ".join(f"{name} {version}" for name, version in about.versions.items()),
        *(f"without {name}: {why}" for name, why in about.missing.items()),
    ]
    return "\n".join(lines) + "\n"


def draw(section: Section) -> str:
    """The section's table, what is wrong with any of its figures, and its verdicts."""
    alike = len({figure.tool for figure in section.figures}) == len(section.figures)  # else: of which one?
    references = [name for name in REFERENCES if section.unit == "s" and alike and find(section.figures, name)]
    spent = ["cpu s"] if section.unit == "s" else []
    ratios = [f"/ {name}" for name in references]
    header = ["tool", f"median {section.unit}", "least", "most", *spent, *ratios, "", "runs"]
    rows = [_row(section, figure, references) for figure in section.figures]
    lines = [section.title, *_columns([header, *rows])]
    lines += [f"    {line}" for line in section.drawing.splitlines()]
    lines += [f"  INVALID {one.tool} ({one.about}): {one.problem}" for one in section.figures if one.problem]
    lines += [f"  note: {section.note}"] if section.note else []
    disturbed = spread(section.figures)
    if disturbed > DISTURBED:
        lines.append(
            f"  DISTURBED: runs of one tool differ by a factor of up to {disturbed:.1f}; measure again in quiet"
        )
    lines += [f"  target: {tell(verdict)}" for verdict in section.verdicts]
    return "\n".join(lines) + "\n"


def tell(verdict: Verdict) -> str:
    """A verdict in words.

    >>> tell(Verdict(what="dbtool / psycopg", found=1.1, by_least=1.2, limit=1.15))
    'dbtool / psycopg is 1.10 (by the least 1.20), at most 1.15: met'
    >>> tell(Verdict(what="dbtool / psycopg", found=None, limit=1.15))
    'dbtool / psycopg, at most 1.15: cannot be told, a figure is invalid'
    """
    if verdict.found is None:
        return f"{verdict.what}, at most {verdict.limit:g}: cannot be told, a figure is invalid"
    outcome = "met" if verdict.met else "NOT met"
    least = "" if verdict.by_least is None else f" (by the least {verdict.by_least:.2f})"
    return f"{verdict.what} is {verdict.found:.2f}{least}, at most {verdict.limit:g}: {outcome}"


def to_json(about: About, sections: Sequence[Section]) -> dict[str, object]:
    """Everything that was measured, each run of it."""
    return {**asdict(about), "sections": [_section(section) for section in sections]}


def _section(section: Section) -> dict[str, object]:
    figures = [{**asdict(one), "median": one.median} for one in section.figures]
    verdicts = [{**asdict(one), "met": one.met} for one in section.verdicts]
    return {**asdict(section), "figures": figures, "verdicts": verdicts}


def _row(section: Section, figure: Figure, references: Sequence[str]) -> list[str]:
    values = (figure.median, min(figure.values), max(figure.values))
    spent = [_number(statistics.median(figure.cpu))] if section.unit == "s" else []
    ratios = [_short(ratio(section.figures, figure.tool, name)) for name in references]
    if figure.median is None:
        values, spent = (None, None, None), [""] * len(spent)
    numbers = [_number(value) for value in values]
    numbers[0] = numbers[0] or "INVALID"
    return [figure.tool, *numbers, *spent, *ratios, figure.about, str(len(figure.values))]


def _number(value: float | None) -> str:
    """Three digits that count.

    >>> _number(0.0123), _number(2.3456), _number(368.4)
    ('0.0123', '2.35', '368')
    """
    if value is None:
        return ""
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _short(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(_aligned(row, widths)).rstrip() for row in rows]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Words to the left, numbers to the right."""
    last = len(row) - 2
    return [
        cell.ljust(width) if place in (0, last) else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
