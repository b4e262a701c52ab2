"""What was kept of a slot over time, as a picture. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dbtool.replication.measure import Sample
from dbtool.replication.shown import sparkline
from dbtool.report import seconds, sized

_WIDTH = 60  # points of a picture


def retained_over_time(samples: Sequence[Sample]) -> Mapping[str, list[tuple[float, int | None]]]:
    """Return for each slot when it was looked at, and the bytes that it kept then; None: it was lost or unused."""
    found: dict[str, list[tuple[float, int | None]]] = {}
    for sample in samples:
        for name, kept in sample.slots.items():
            retained = None if kept.restart is None else max(0, sample.lsn - kept.restart)
            found.setdefault(name, []).append((sample.at, retained))
    return found


def picture(points: Sequence[tuple[float, int | None]]) -> str:
    """Return the points as a line of bars, the greatest of each stretch of time; a blank where nobody looked.

    >>> picture([(0, 0), (30, 10), (60, 70)])[::30]
    '▁▂'
    """
    known = [(at, value) for at, value in points if value is not None]
    if not known:
        return ""
    first, last = known[0][0], known[-1][0]
    cells: dict[int, int] = {}
    for at, value in known:
        cell = min(_WIDTH - 1, int((at - first) / (last - first) * _WIDTH)) if last > first else 0
        cells[cell] = max(cells.get(cell, 0), value)
    bars = dict(zip(cells, sparkline(list(cells.values())), strict=True))
    return "".join(bars.get(cell, " ") for cell in range(max(cells) + 1))


def history_lines(slots: Mapping[str, Sequence[tuple[float, int | None]]]) -> Iterator[str]:
    """Yield for each slot its picture, from when to when, the least, the most and the last."""
    for name, points in sorted(slots.items()):
        known = [value for _, value in points if value is not None]
        first, last = points[0][0], points[-1][0]
        span = f"{_at(first)} to {_at(last)} UTC ({seconds(last - first)}, {len(points)} looks)"
        yield f"{name}: retained, {span}"
        if not known:
            yield "  nothing was retained: lost, or never used"
            continue
        yield f"  {picture(points)}"
        now = "lost" if points[-1][1] is None else sized(known[-1])
        yield f"  least {sized(min(known))}, most {sized(max(known))}, now {now}{_trend(points)}"


def _trend(points: Sequence[tuple[float, int | None]]) -> str:
    (first, one), (last, other) = points[0], points[-1]
    if one is None or other is None or last <= first:
        return ""
    rate = (other - one) / (last - first)
    return f", {'+' if rate >= 0 else '-'}{sized(round(abs(rate) * 3600))}/h over all"


def _at(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"


def history_data(slots: Mapping[str, Sequence[tuple[float, int | None]]]) -> dict[str, Any]:
    """Return the points for --json: at, and bytes retained or null."""
    return {
        name: [{"at": datetime.fromtimestamp(at, UTC), "retained_bytes": value} for at, value in points]
        for name, points in slots.items()
    }
