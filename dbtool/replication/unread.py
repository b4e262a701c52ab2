"""What waits in a slot and would be lost with it: counted from a temporary copy, and told. Read-only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbtool.errors import DbtoolError, UsageError
from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.replication.sampled import Sampled
from dbtool.replication.told import behind, kept_of_limit, named
from dbtool.report import counted, seconds, sized
from dbtool.spelling import close_words
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.feed.counted import Counts

_COUNTING = 20.0  # seconds that counting what waits may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What its consumer would not get any more; ``why`` where it could not be counted."""

    counts: "Counts | None" = None
    whole: bool = True  # all of it was counted
    why: str = ""


def slot_of(sampled: Sampled, name: str) -> Measured:
    """Return the slot of that name. Raises UsageError, with the name that may have been meant."""
    for m in sampled.measured:
        if m.slot.name == name:
            return m
    names = [m.slot.name for m in sampled.measured]
    close = close_words(name, names)
    known = f"known: {', '.join(names)}" if names else "there is none on this server"
    raise UsageError(f"there is no slot {name}; {known}", hint=f"did you mean {close[0]}?" if close else "dbtool slots")


def count_lost(target: Target, m: Measured, facts: Facts) -> Lost:
    """Return what waits in a slot, by table. Read-only: it is read from a temporary copy."""
    from dbtool.feed.peeked import Look, count_waiting

    if not m.slot.logical:
        return Lost(why="it is a standby's: what waits is log, not rows")
    if m.slot.lost:
        return Lost(why="it is lost: nothing can be read from it any more")
    if m.slot.database != facts.database:
        return Lost(why=f"it belongs to database {m.slot.database}: connect there to see")
    try:
        command = f"dbtool slots drop {{slot}}{target.flags}"
        counts, peeked = count_waiting(
            Look(target=target, slot=m.slot.name, publications=(), start=0, seconds=_COUNTING, command=command)
        )
    except DbtoolError as error:
        return Lost(why=error.message.splitlines()[0])
    return Lost(counts=counts, whole=not peeked.out_of_time)


def objections(m: Measured, lost: Lost) -> Iterator[str]:
    """Yield why the slot should not be touched, unless somebody says its name again. Pure."""
    if m.moved or m.read:
        yield f"it is being read: {sized(m.moved)} were confirmed in the last {seconds(m.seconds)}"
    if lost.counts and lost.counts.changes:
        yield f"{counted(lost.counts.changes, 'change')} in it are not read yet: {_by_table(lost.counts)}"
    elif lost.counts is None and not m.slot.lost and m.lag:
        yield f"{behind(m)} in it are not read yet ({lost.why})"


def lost_lines(m: Measured, facts: Facts, lost: Lost) -> Iterator[str]:
    """Yield what a person has to know before: what it keeps, who reads it, what is skipped, what is freed. Pure."""
    yield f"  slot {m.slot.name}: keeps {kept_of_limit(m, facts)}; reader: {named(m) if m.consumer else 'nobody'}"
    if lost.counts is None:
        yield f"  not read yet: {behind(m)} of log ({lost.why})"
        return
    more = "" if lost.whole else f", as far as {_COUNTING:.0f} s of counting reached"
    what = _by_table(lost.counts) if lost.counts.changes else "nothing of any published table"
    yield f"  not read yet: {what}{more}"


def _by_table(counts: "Counts") -> str:
    busiest = counts.most_first[:5]
    told = [f"{c.schema}.{c.table} {c.inserts + c.updates + c.deletes + c.truncates:,}" for c in busiest]
    more = f" and {counted(len(counts.tables) - 5, 'more table')}" if len(counts.tables) > 5 else ""
    return ", ".join(told) + more


def lost_data(m: Measured, lost: Lost) -> dict[str, Any]:
    """Return the same for --json. Pure."""
    return {
        "slot": m.slot.name,
        "retained_bytes": m.retained,
        "lag_bytes": m.lag,
        "unread": None if lost.counts is None else [count.as_json() for count in lost.counts.most_first],
        "unread_complete": lost.counts is not None and lost.whole,
        "not_counted": lost.why or None,
    }
