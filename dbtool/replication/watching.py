"""`slots --watch`: looks again and again, and draws what changes. Read-only."""

import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dbtool.config import Project
from dbtool.replication.facts import Facts
from dbtool.replication.kept import keep, read_kept
from dbtool.replication.look import look
from dbtool.replication.measure import Sample, sample_of
from dbtool.replication.sampled import Sampled, conclude, server_of
from dbtool.replication.shown import cause_data, cause_lines, slot_data, sparkline, table_lines, verdict_lines
from dbtool.replication.state import Limits
from dbtool.replication.verdict import ranked, verdict_on
from dbtool.report import Report, plain
from dbtool.screen import Screen

if TYPE_CHECKING:
    from dbtool.db import Conn

_POINTS = 40  # of a sparkline


def watch_slots(
    conn: "Conn", project: Project, limits: Limits, *, every: float, frames: int | None, json: bool
) -> Report:
    """Look every so many seconds until ctrl-C, or for so many frames. Read-only; no snapshot stays open in between."""
    before: Facts | None = None
    seen = 0
    retained: dict[str, deque[float]] = {}
    samples: list[Sample] = []
    with Screen(json=json) as screen:
        try:
            while frames is None or seen < frames:
                after = look(conn, published=True)
                samples = samples or list(read_kept(project.state, server_of(conn, after)))
                sampled = conclude(before, after, tuple(samples), project.replication, limits)
                _remember(sampled, retained)
                samples.append(one := sample_of(after, sampled.measured))
                keep(project.state, server_of(conn, after), [one])
                screen.show(_lines(sampled, limits, retained), _data(sampled, limits))
                before, seen = after, seen + 1
                if frames is None or seen < frames:
                    time.sleep(every)
        except KeyboardInterrupt:
            pass  # the way to end it
    return Report(command="slots", summary=f"{seen} looks", streamed=json)


def _remember(sampled: Sampled, retained: dict[str, deque[float]]) -> None:
    for m in sampled.measured:
        retained.setdefault(m.slot.name, deque(maxlen=_POINTS)).append(m.retained or 0)


def _lines(sampled: Sampled, limits: Limits, retained: dict[str, deque[float]]) -> list[str]:
    sparks = {name: sparkline(list(values)) for name, values in retained.items()}
    return [
        *verdict_lines(verdict_on(sampled)),
        "",
        *(table_lines(ranked(sampled), sampled.after, limits, sparks) if sampled.measured else ()),
        *cause_lines([cause for cause in sampled.causes if cause.severity != "note"]),
    ]


def _data(sampled: Sampled, limits: Limits) -> object:
    return plain(
        {
            "at": datetime.fromtimestamp(sampled.after.at, UTC),
            "verdict": verdict_on(sampled),
            "slots": [slot_data(m, sampled.after, limits) for m in ranked(sampled)],
            "causes": [cause_data(cause) for cause in sampled.causes],
        }
    )
