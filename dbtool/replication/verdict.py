"""The verdict on a server's slots: which is the worst, why, and what to type next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dbtool.finding import Severity
from dbtool.replication.cause import Cause
from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.replication.sampled import Sampled
from dbtool.replication.told import growing, kept_of_limit
from dbtool.report import counted

WORDS = {Severity.ERROR: "CRITICAL", Severity.WARNING: "WARNING"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The one line to read first."""

    level: str  # OK, WARNING, CRITICAL
    slot: str
    message: str
    next: str


def verdict_on(sampled: Sampled) -> Verdict:
    """Return the verdict: the first of the worst causes, else that all is well."""
    grave = [cause for cause in sampled.causes if cause.severity is not Severity.NOTE]
    if grave:
        first = grave[0]
        more = f" (and {len(grave) - 1} more)" if len(grave) > 1 else ""
        return Verdict(level=WORDS[first.severity], slot=first.subject, message=first.message + more, next=_next(first))
    return Verdict(level="OK", slot="", message=_well(sampled.measured, sampled.after), next="")


def ranked(sampled: Sampled) -> tuple[Measured, ...]:
    """Return the slots, the worst first: by their causes, then by what they keep."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}

    def rank(m: Measured) -> tuple[int, int]:
        return min((order[c.severity] for c in causes_of(m, sampled.causes)), default=3), -(m.retained or 0)

    return tuple(sorted(sampled.measured, key=rank))


def causes_of(m: Measured, causes: Sequence[Cause]) -> list[Cause]:
    """Return the causes that are about a slot."""
    return [cause for cause in causes if m.slot.name in cause.subject.split(", ")]


def unseen(facts: Facts) -> tuple[str, ...]:
    """Return what the role may not see, and what would let it."""
    told: list[str] = []
    if not facts.sees_all:
        told.append("who reads, what is sent to whom, and the statements of others")
    if facts.wal is None:
        told.append("pg_wal: the lag in time, and what waits for the archiver")
    return tuple(f"not seen: {what} (GRANT pg_monitor TO this role)" for what in told)


def _next(cause: Cause) -> str:
    """Return what to do first; with the second line where the first leads up to it."""
    first, *rest = cause.remedy or ("",)
    return f"{first} {rest[0]}" if rest and first.endswith(":") else first


def _well(measured: Sequence[Measured], facts: Facts) -> str:
    if not measured:
        return "there is no replication slot"
    most = max(measured, key=lambda m: m.retained or 0)
    kept = f"{most.slot.name} keeps the most, {kept_of_limit(most, facts)}{growing(most)}"
    return f"{counted(len(measured), 'slot')}, all are well; {kept}"
