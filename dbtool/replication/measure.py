"""Measures: what two looks at a server, and those kept from before, say of each slot. Pure.

Bytes, seconds, bytes a second. Retained is measured from the current position, not from the last checkpoint's: between
two checkpoints that would show too little. https://www.postgresql.org/docs/current/view-pg-replication-slots.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from dbtool.replication.facts import MB, Backend, Facts, Sender, Slot

_SETTLED = 30.0  # seconds after which restart_lsn follows
_HELD = 32 * MB
_WINDOW = 60.0  # an earlier look counts as the beginning of the same movement up to here, in seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a slot from an earlier look: where it stood, and who read it then."""

    restart: int | None
    position: int | None
    consumer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One earlier look, as it is kept between two runs."""

    at: float
    lsn: int
    slots: Mapping[str, Kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A slot with its measures; None where something cannot be known."""

    slot: Slot
    sender: Sender | None
    backend: Backend | None
    consumer: str  # who reads it, or was seen to read it last
    retained: int | None  # bytes of log that it keeps
    lag: int | None  # bytes that its consumer has not confirmed
    unsent: int | None  # bytes that were not sent to it yet
    held: int | None  # bytes between what is confirmed and what must be kept for transactions that are open
    share: float | None  # retained, of max_slot_wal_keep_size
    lag_seconds: float | None  # at least: since the segment of its position was last written
    seconds: float  # between the two looks that the rates come from; 0 without a second one
    moved: int  # bytes its position has moved on meanwhile
    read: bool  # somebody was seen to read it meanwhile, whether or not it moved
    sent_moved: int  # bytes that were sent meanwhile
    wal_rate: float | None  # bytes that the server writes a second
    growth: float | None  # bytes a second that retained grows by; negative while it drains
    unmoved: float  # seconds for which its position is known not to have moved
    seconds_to_loss: float | None  # until it is lost, or until the disk is full, as it grows now
    decoded: int | None  # transactions decoded for it meanwhile
    spilling: bool  # a transaction too large for memory is being written to disk for it
    written: int | None  # rows written in its database meanwhile
    published: int | None  # rows written to published tables meanwhile, in the database that was looked into
    replied: bool  # its consumer said something meanwhile


def measure(
    before: Facts | None, after: Facts, *, kept: Sequence[Sample] = (), disk_free: int | None = None
) -> tuple[Measured, ...]:
    """Return the measures of each slot of *after*; without *before* those that one look can tell.

    *kept*: earlier looks, the oldest first.
    """
    return tuple(_measure(slot, before, after, kept, disk_free) for slot in after.slots)


def sample_of(facts: Facts, measured: Sequence[Measured]) -> Sample:
    """Return what to keep of a look."""
    slots = {m.slot.name: Kept(restart=m.slot.restart, position=m.slot.position, consumer=m.consumer) for m in measured}
    return Sample(at=facts.at, lsn=facts.lsn, slots=slots)


def _measure(slot: Slot, before: Facts | None, after: Facts, kept: Sequence[Sample], disk_free: int | None) -> Measured:
    sender, earlier = after.sender(slot.pid), before.slot(slot.name) if before else None
    earlier_sender = before.sender(slot.pid) if before else None
    retained = _behind(after.lsn, None if slot.lost else slot.restart)
    base = _base(slot, before, after, kept)
    seconds = after.at - base.at if base else 0.0
    rate = (after.lsn - base.lsn) / seconds if base and seconds > 0 else None
    was = base.slots[slot.name] if base else None
    growth = _growth(was, slot, after, rate, seconds)
    return Measured(
        slot=slot,
        sender=sender,
        backend=after.backend(slot.pid),
        consumer=_consumer(slot, sender, after, kept),
        retained=retained,
        lag=_behind(after.lsn, None if slot.lost else slot.position),
        unsent=_behind(after.lsn, sender.sent) if sender else None,
        held=_behind(slot.confirmed, slot.restart) if slot.logical and not slot.lost else None,
        share=retained / after.limit if retained is not None and after.limit else None,
        lag_seconds=_lag_seconds(slot, after),
        seconds=seconds,
        moved=_difference(was.position if was else None, slot.position),
        read=_read(earlier, slot),
        sent_moved=_difference(earlier_sender.sent if earlier_sender else None, sender.sent if sender else None),
        wal_rate=rate,
        growth=growth,
        unmoved=_unmoved(slot, before, after, kept),
        seconds_to_loss=_seconds_to_loss(slot, after, retained, growth, disk_free),
        decoded=_counted(earlier.transactions if earlier else None, slot.transactions),
        spilling=bool(_counted(earlier.spilled if earlier else None, slot.spilled)),
        written=_written(slot, before, after),
        published=_published(slot, before, after),
        replied=bool(earlier_sender and sender and sender.replied and sender.replied != earlier_sender.replied),
    )


def _base(slot: Slot, before: Facts | None, after: Facts, kept: Sequence[Sample]) -> Sample | None:
    """Return the look that rates are counted from: the oldest of the last minute that knew the slot."""
    window = takewhile(lambda sample: sample.at >= after.at - _WINDOW, reversed(kept))  # --watch keeps thousands
    recent = [s for s in window if s.at < after.at and slot.name in s.slots and s.lsn <= after.lsn]
    earlier = before.slot(slot.name) if before else None
    if before and earlier:
        here = Kept(restart=earlier.restart, position=earlier.position, consumer="")
        recent.append(Sample(at=before.at, lsn=before.lsn, slots={slot.name: here}))
    return min(recent, key=lambda sample: sample.at, default=None)


def _behind(ahead: int | None, position: int | None) -> int | None:
    return None if ahead is None or position is None else max(0, ahead - position)


def _difference(before: int | None, after: int | None) -> int:
    return _counted(before, after) or 0


def _counted(before: int | None, after: int | None) -> int | None:
    return max(0, after - before) if before is not None and after is not None else None


def _read(before: Slot | None, after: Slot) -> bool:
    """Return whether it was connected to between two looks: then it became inactive anew (17), or decoded something."""
    if before is None:
        return False
    anew = before.inactive_since is not None and before.inactive_since != after.inactive_since
    return anew or before.pid != after.pid or bool(_counted(before.transactions, after.transactions))


def _growth(was: Kept | None, slot: Slot, after: Facts, rate: float | None, seconds: float) -> float | None:
    """Return by how much it comes to keep more. restart_lsn moves every 15 s at most: position tells it sooner.

    But for what open transactions hold: then restart_lsn does not follow.
    """
    if was is None or rate is None or was.restart is None or slot.restart is None:
        return None
    moved = slot.restart - was.restart
    held = _held(was) and after.written_since(after.at - seconds)
    if seconds < _SETTLED and not held and was.position is not None and slot.position is not None:
        moved = slot.position - was.position
        if moved and after.lsn - slot.position < after.segment:
            return 0.0  # it follows
    return rate - moved / seconds


def _held(was: Kept) -> bool:
    """Return whether open transactions held the slot back at that look: much was confirmed, and is still kept."""
    return was.position is not None and was.restart is not None and was.position - was.restart >= _HELD


def _lag_seconds(slot: Slot, facts: Facts) -> float | None:
    """Return since when its consumer is behind, at least. The segment that is being written tells nothing: 0."""
    if slot.lost or slot.position is None:
        return None
    if slot.position // facts.segment >= facts.lsn // facts.segment:
        return 0.0
    written = facts.written_at(slot.position)
    return None if written is None else max(0.0, facts.at - written)


def _unmoved(slot: Slot, before: Facts | None, after: Facts, kept: Sequence[Sample]) -> float:
    since = after.at
    earlier = before.slot(slot.name) if before else None
    if before and earlier and earlier.position == slot.position:
        since = before.at
    for sample in reversed(kept):
        if sample.at >= after.at:
            continue
        if slot.name not in sample.slots or sample.slots[slot.name].position != slot.position:
            break
        since = min(since, sample.at)
    return after.at - since


def _seconds_to_loss(
    slot: Slot, facts: Facts, retained: int | None, growth: float | None, disk_free: int | None
) -> float | None:
    if slot.lost or retained is None or growth is None or growth <= 0:
        return None
    left = slot.safe if slot.safe is not None else disk_free
    return None if left is None else max(0, left) / growth


def _written(slot: Slot, before: Facts | None, after: Facts) -> int | None:
    if before is None or slot.database not in before.writes or slot.database not in after.writes:
        return None
    return max(0, after.writes[slot.database] - before.writes[slot.database])


def _published(slot: Slot, before: Facts | None, after: Facts) -> int | None:
    if before is None or slot.database != after.database:
        return None
    return _counted(before.published_writes, after.published_writes)


def _consumer(slot: Slot, sender: Sender | None, facts: Facts, kept: Sequence[Sample]) -> str:
    """Return who reads a slot: application, user and address of now, else of the last look that saw one."""
    if sender:
        return reader(sender.application, sender.user, sender.client)
    if backend := facts.backend(slot.pid):
        return reader(backend.application, backend.user, backend.client)
    seen = (sample.slots[slot.name].consumer for sample in reversed(kept) if slot.name in sample.slots)
    return next((consumer for consumer in seen if consumer), "")


def reader(application: str, user: str, client: str) -> str:
    """Return a session as a person reads it.

    >>> reader("cdc", "replicator", "10.0.0.7"), reader("", "replicator", "")
    ('cdc (replicator@10.0.0.7)', 'replicator@local')
    """
    account = f"{user}@{client or 'local'}" if user else client
    return f"{application} ({account})" if application and account else application or account
