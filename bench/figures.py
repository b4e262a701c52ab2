"""What was measured, as data: figures, verdicts and the sections that hold them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

# What the figures of dbtool are compared with, in columns of their own.
REFERENCES = ("dbtool", "psycopg", "pg_dump")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What the runs of one tool came to. A problem in any of them makes the figure invalid."""

    tool: str
    about: str
    values: tuple[float, ...]
    cpu: tuple[float, ...] = ()  # seconds of the command itself: steadier than the clock on a busy machine
    problem: str = ""

    @property
    def median(self) -> float | None:
        """None where the figure is not valid."""
        return statistics.median(self.values) if self.values and not self.problem else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A target, what was found, and whether it was met; None where it could not be told."""

    what: str
    found: float | None
    limit: float
    by_least: float | None = None  # the same of the least values, which what else ran has disturbed least

    @property
    def met(self) -> bool | None:
        return None if self.found is None else self.found <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table of the printed result."""

    name: str
    title: str
    unit: str
    figures: tuple[Figure, ...]
    verdicts: tuple[Verdict, ...] = ()
    note: str = ""
    drawing: str = ""  # lines below the table


def find(figures: Sequence[Figure], tool: str) -> Figure | None:
    """The tool's figure, if it took part."""
    return next((figure for figure in figures if figure.tool == tool), None)


def ratio(figures: Sequence[Figure], tool: str, to: str) -> float | None:
    """One tool's median in terms of another's.

    >>> one = Figure(tool="one", about="", values=(3.0, 1.0, 2.0))
    >>> two = Figure(tool="two", about="", values=(4.0,))
    >>> ratio((one, two), "one", "two"), ratio((one, two), "one", "three")
    (0.5, None)
    """
    above, below = find(figures, tool), find(figures, to)
    if above is None or below is None or above.median is None or not below.median:
        return None
    return above.median / below.median


def compare(figures: Sequence[Figure], to: str, limit: float) -> tuple[Verdict, ...]:
    """The verdict on dbtool beside this tool, if both took part."""
    if find(figures, "dbtool") is None or find(figures, to) is None:
        return ()
    found = ratio(figures, "dbtool", to)
    least = ratio([_least(figure) for figure in figures], "dbtool", to)
    return (Verdict(what=f"dbtool / {to}", found=found, limit=limit, by_least=least),)


def spread(figures: Sequence[Figure]) -> float:
    """How many times its least value the most of a figure is, at the worst: what else the machine did.

    >>> spread([Figure(tool="one", about="", values=(2.0, 3.0, 6.0)), Figure(tool="two", about="", values=(1.0,))])
    3.0
    """
    return max((max(figure.values) / min(figure.values) for figure in figures if min(figure.values) > 0), default=1)


def _least(figure: Figure) -> Figure:
    return replace(figure, values=(min(figure.values),))
