"""The recipe of every look at slots: look, wait a second, look again, measure, name the causes. Read-only."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dbtool.config import Project, Replication
from dbtool.replication.cause import Cause
from dbtool.replication.causes.subscriptions import in_doubt as subscription_in_doubt
from dbtool.replication.diagnose import diagnose
from dbtool.replication.facts import Facts
from dbtool.replication.kept import keep, read_kept
from dbtool.replication.look import look
from dbtool.replication.measure import Measured, Sample, measure, sample_of
from dbtool.replication.state import Limits, in_doubt

if TYPE_CHECKING:
    from dbtool.db import Conn

BETWEEN = 1.0  # seconds between two looks
LONGEST = 7.0  # seconds that a slot in doubt is waited for: an answer within ten is promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """What was seen, measured and concluded."""

    before: Facts | None
    after: Facts
    measured: tuple[Measured, ...]
    causes: tuple[Cause, ...]
    kept: tuple[Sample, ...]


def take_samples(
    conn: "Conn", project: Project, *, limits: Limits, rate: bool = True, say: Callable[[str], None] | None = None
) -> Sampled:
    """Return what two looks tell, or with *rate* False one. Read-only; keeps the look below .dbtool/.

    Where a slot may be one that is read now and then, it looks for some seconds more.
    """
    first = look(conn, published=rate)
    before, after = (first, _again(conn)) if rate else (None, first)
    server = server_of(conn, first)
    kept = read_kept(project.state, server)
    sampled = conclude(before, after, kept, project.replication, limits)
    began = first.at
    while rate and after.at - began < LONGEST and (doubted := _doubted(sampled)):
        if say:
            say(f"looking on for a few seconds: does {', '.join(doubted)} move now and then?")
            say = None
        sampled = conclude(before, after := _again(conn), kept, project.replication, limits)
    keep(project.state, server, [sample_of(after, sampled.measured)])
    return sampled


def conclude(
    before: Facts | None, after: Facts, kept: tuple[Sample, ...], settings: Replication, limits: Limits
) -> Sampled:
    """Return what two looks tell. Pure."""
    measured = tuple(
        _with_consumer(m, settings.consumers)
        for m in measure(before, after, kept=kept, disk_free=limits.disk_free)
        if m.slot.name not in settings.ignore
    )
    causes = diagnose(before, after, measured, limits=limits)
    return Sampled(before=before, after=after, measured=measured, causes=causes, kept=kept)


def server_of(conn: "Conn", facts: Facts) -> str:
    """Return what tells this server from every other: a standby and a copy have the identifier of their primary."""
    return "-".join(re.sub(r"\W", "_", str(part)) for part in (facts.system, conn.info.host, conn.info.port))


def limits_of(settings: Replication) -> Limits:
    """Return the limits that dbtool.toml sets."""
    return Limits(
        warn_share=settings.warn_share / 100,
        error_share=settings.critical_share / 100,
        warn_bytes=settings.warn_size,
        error_bytes=settings.critical_size,
        warn_seconds=settings.warn_age / 1000,
        error_seconds=None if settings.critical_age is None else settings.critical_age / 1000,
        loss_seconds=settings.critical_loss / 1000,
        disk_free=settings.disk_free,
    )


def _again(conn: "Conn") -> Facts:
    time.sleep(BETWEEN)
    return look(conn, published=True)


def _doubted(sampled: Sampled) -> list[str]:
    slots = [m.slot.name for m in sampled.measured if in_doubt(m, sampled.after)]
    failing = any(cause.code == "subscription-failing" for cause in sampled.causes)
    subscriptions = [] if failing else [s.name for s in sampled.after.subscriptions if subscription_in_doubt(s)]
    return [*slots, *subscriptions]


def _with_consumer(m: Measured, consumers: Mapping[str, str]) -> Measured:
    """Return the measures with who should read the slot, where nobody does and dbtool.toml says it."""
    said = consumers.get(m.slot.name, "")
    if not said or said in m.consumer:
        return m
    return replace(m, consumer=f"{said}, {m.consumer}" if m.consumer and m.slot.pid else said)
