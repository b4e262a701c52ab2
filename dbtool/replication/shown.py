"""Slots as a person reads them: the verdict, then two lines a slot, then why. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from dbtool.finding import Severity
from dbtool.lsn import lsn_text
from dbtool.replication.cause import Cause
from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.replication.sampled import Sampled
from dbtool.replication.state import Limits, state_of
from dbtool.replication.told import named
from dbtool.replication.verdict import Verdict, ranked, unseen, verdict_on
from dbtool.report import seconds, sized

_BAR = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_SPARKS = "▁▂▃▄▅▆▇█"


def slots_lines(sampled: Sampled, limits: Limits) -> Iterator[str]:
    """Yield the answer of `slots`: the verdict, the slots, the causes, what could not be seen."""
    yield from verdict_lines(verdict_on(sampled))
    if sampled.measured:
        yield ""
        yield from table_lines(ranked(sampled), sampled.after, limits)
    yield from cause_lines(sampled.causes)
    if told := unseen(sampled.after):
        yield from ("", *told)


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """Yield the verdict, and what to type next."""
    yield f"{verdict.level}: {verdict.message}"
    if verdict.next:
        yield f"  next: {verdict.next}"


def table_lines(
    slots: Sequence[Measured], facts: Facts, limits: Limits, sparks: dict[str, str] | None = None
) -> Iterator[str]:
    """Yield two lines for each slot: its measures, and what else is known of it."""
    head = ("slot", "state", "retained", "of limit", "behind", "for", "rate", "lost in", "reader")
    rows = [_row(m, facts, limits) for m in slots]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    yield _joined(head, widths)
    for m, row in zip(slots, rows, strict=True):
        yield _joined(row, widths)
        yield "  " + ", ".join(_details(m, facts)) + (f"  {sparks[m.slot.name]}" if sparks else "")


def _joined(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(m: Measured, facts: Facts, limits: Limits) -> tuple[str, ...]:
    return (
        m.slot.name,
        str(state_of(m, facts, limits)),
        "-" if m.retained is None else sized(m.retained),
        "none" if facts.limit is None else f"{bar(m.share)} {(m.share or 0) * 100:3.0f} %",
        "-" if m.lag is None else sized(m.lag),
        "?" if m.lag_seconds is None else "-" if m.lag_seconds < 1 else seconds(m.lag_seconds),
        _rate(m.growth),
        "-" if m.seconds_to_loss is None else seconds(m.seconds_to_loss),
        f"pid {m.slot.pid} {named(m)}" if m.slot.pid else f"nobody{f', for {m.consumer}' if m.consumer else ''}",
    )


def bar(share: float | None) -> str:
    """Return a share as a bar of ten cells.

    >>> bar(0.42), bar(None), bar(1.7)
    ('████▎     ', '          ', '██████████')
    """
    eighths = round(min(1.0, share or 0.0) * _BAR * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(_BAR)


def sparkline(values: Sequence[float]) -> str:
    """Return values as a line of bars, from the least to the greatest of them.

    >>> sparkline([0, 1, 2, 7]), sparkline([5, 5]), sparkline([])
    ('▁▂▃█', '▁▁', '')
    """
    if not values:
        return ""
    least, spread = min(values), max(values) - min(values)
    return "".join(_SPARKS[round((value - least) / spread * 7) if spread else 0] for value in values)


def _rate(growth: float | None) -> str:
    if growth is None:
        return "-"
    if abs(growth) < 1024:
        return "0"
    return f"{'+' if growth > 0 else '-'}{sized(round(abs(growth)))}/s"


def _details(m: Measured, facts: Facts) -> Iterator[str]:
    slot = m.slot
    yield f"logical, {slot.plugin}, database {slot.database}" if slot.logical else "physical"
    yield f"wal_status {slot.status or 'null'}"
    if slot.restart is not None:
        yield f"restart {lsn_text(slot.restart)}" + (
            f", confirmed {lsn_text(slot.confirmed)}" if slot.confirmed else ""
        )
    if slot.xmin_age is not None:
        yield f"xmin age {slot.xmin_age:,}"
    if slot.catalog_xmin_age is not None:
        yield f"catalog_xmin age {slot.catalog_xmin_age:,}"
    if slot.spilled:
        yield f"spilled {sized(slot.spilled)}"
    if slot.inactive_since is not None and not slot.pid:
        since = datetime.fromtimestamp(slot.inactive_since, UTC)
        yield f"inactive since {since:%Y-%m-%d %H:%M:%S} UTC ({seconds(max(0.0, facts.at - slot.inactive_since))})"
    if slot.reason:
        yield f"invalidated: {slot.reason}"
    flags = (("temporary", slot.temporary), ("failover", slot.failover), ("synced", slot.synced))
    yield from (name for name, flag in flags if flag)


def cause_lines(causes: Sequence[Cause]) -> Iterator[str]:
    """Yield each cause with its evidence, its remedy and what that brings about."""
    for cause in causes:
        yield ""
        yield f"{cause.severity.value}: {cause.message} [{cause.code}]"
        yield from (f"  seen:  {one}" for one in cause.evidence)
        yield from (f"  {'to do: ' if number == 0 else '       '}{one}" for number, one in enumerate(cause.remedy))
        if cause.consequence:
            yield f"  then:  {cause.consequence}"


def slot_data(m: Measured, facts: Facts, limits: Limits) -> dict[str, Any]:
    """Return a slot and its measures for --json; bytes, seconds, bytes a second, shares of the limit."""
    slot = m.slot
    return {
        "name": slot.name,
        "state": str(state_of(m, facts, limits)),
        "kind": "logical" if slot.logical else "physical",
        "plugin": slot.plugin or None,
        "database": slot.database or None,
        "active_pid": slot.pid,
        "consumer": m.consumer or None,
        "wal_status": slot.status or None,
        "restart_lsn": _text(slot.restart),
        "confirmed_flush_lsn": _text(slot.confirmed),
        "retained_bytes": m.retained,
        "share_of_limit": m.share,
        "safe_wal_size": slot.safe,
        "lag_bytes": m.lag,
        "unsent_bytes": m.unsent,
        "held_bytes": m.held,
        "lag_seconds": m.lag_seconds,
        "rate_bytes_per_second": m.growth,
        "seconds_to_loss": m.seconds_to_loss,
        "moved_bytes": m.moved if m.seconds else None,
        "xmin_age": slot.xmin_age,
        "catalog_xmin_age": slot.catalog_xmin_age,
        "spilled_bytes": slot.spilled,
        "inactive_since": None if slot.inactive_since is None else datetime.fromtimestamp(slot.inactive_since, UTC),
        "invalidation_reason": slot.reason or None,
        "temporary": slot.temporary,
        "failover": slot.failover,
        "synced": slot.synced,
    }


def _text(lsn: int | None) -> str | None:
    return None if lsn is None else lsn_text(lsn)


def cause_data(cause: Cause) -> dict[str, Any]:
    """Return a cause for --json."""
    return {
        "code": cause.code,
        "severity": cause.severity,
        "subject": cause.subject,
        "message": cause.message,
        "evidence": cause.evidence,
        "remedy": cause.remedy,
        "consequence": cause.consequence or None,
    }


def exit_code_of(causes: Sequence[Cause]) -> int:
    """Return 1 where a cause is an error, else 0."""
    return int(any(cause.severity is Severity.ERROR for cause in causes))
