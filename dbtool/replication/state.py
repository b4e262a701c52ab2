"""How a slot is doing, in one word. Pure.

The rules, and what each was measured on: docs/decisions/replication.md.
"""

from dataclasses import dataclass
from enum import StrEnum

from dbtool.replication.facts import MB, Facts
from dbtool.replication.measure import Measured


class State(StrEnum):
    """The states of a slot, the worst first."""

    LOST = "lost"
    ABANDONED = "abandoned"
    STANDBY_DOWN = "standby down"
    READER_STUCK = "reader stuck"
    NOT_CONFIRMING = "not confirming"
    QUIET = "quiet database"
    WAITS_FOR_STANDBY = "waits for standby"
    HELD = "held"
    TOO_SLOW = "too slow"
    LAGGING = "lagging"
    DRAINING = "draining"
    UNUSED = "unused"
    SYNCED = "synced"
    IDLE = "idle"
    POLLED = "polled"
    STREAMING = "streaming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on something is worth a word. Bytes, seconds, shares of max_slot_wal_keep_size."""

    warn_share: float = 0.5
    error_share: float = 0.8
    warn_bytes: int | None = None  # retained, whatever the share
    error_bytes: int | None = None
    warn_seconds: float = 300.0  # that its consumer is behind
    error_seconds: float | None = None
    loss_seconds: float = 3600.0  # until it is lost
    disk_free: int | None = None  # bytes, where there is no max_slot_wal_keep_size


_LITTLE = MB  # what a healthy slot of a quiet server may be behind
_FROZEN = 5.0  # seconds without a move after which nothing is about to be confirmed
_HELD = 2.0  # seconds that a transaction is open which may hold a slot back
_SILENCE = 11.0  # seconds between two status messages: wal_receiver_status_interval is 10 s
_WRITING = ("WalSenderWriteData", "ClientWrite")  # the walsender waits until its client takes what was sent
_WAITING = "WaitForStandbyConfirmation"  # 17: synchronized_standby_slots names a slot that lags


def state_of(m: Measured, facts: Facts, limits: Limits) -> State:
    """Return how the slot is doing."""
    if m.slot.lost:
        return State.LOST
    if m.slot.restart is None:
        return State.UNUSED
    if m.slot.synced and facts.in_recovery:
        return State.SYNCED
    if not m.slot.logical:
        return _physical(m, limits)
    if m.backend and m.backend.wait == _WAITING and (m.lag or 0) >= facts.segment:
        return State.WAITS_FOR_STANDBY
    if m.moved or (m.read and m.slot.pid is None):
        return _moving(m, facts, limits)
    return _reading(m, facts, limits) if m.slot.pid else _unread(m, facts, limits)


def in_doubt(m: Measured, facts: Facts) -> bool:
    """Return whether a longer look may tell a poller between two polls, or a consumer that confirms now and then."""
    if not m.slot.logical or m.slot.lost or m.slot.synced or m.moved or (m.lag or 0) < _LITTLE:
        return False
    if m.unmoved >= _FROZEN:
        return m.slot.pid is not None and _may_confirm_yet(m, facts)
    if m.slot.pid is None:
        inactive = None if m.slot.inactive_since is None else facts.at - m.slot.inactive_since
        recent = (m.lag_seconds or 0) < 30 if inactive is None else inactive < 15
        return recent and bool(m.slot.transactions) and not m.read
    wait = m.backend.wait if m.backend else ""
    return (m.unsent or 0) < _LITTLE and wait not in (*_WRITING, _WAITING)


def _may_confirm_yet(m: Measured, facts: Facts) -> bool:
    """Whether its consumer has been silent for less than it usually is: most say how far they are every ten seconds."""
    replied = m.sender.replied if m.sender else None
    return replied is not None and not m.replied and facts.at - replied < _SILENCE


def _physical(m: Measured, limits: Limits) -> State:
    if m.slot.pid is None:
        return State.STANDBY_DOWN if m.lag else State.IDLE
    # a standby that is connected and lags is told with the standby
    return State.LAGGING if _far(m, limits) and (m.sender is None or m.sender.sent is None) else State.STREAMING


def _moving(m: Measured, facts: Facts, limits: Limits) -> State:
    """It is read, by a stream or by polls. Too slow: it falls further behind although it reads."""
    lag, written = m.lag or 0, (m.wal_rate or 0) * m.seconds
    if lag >= 2 * facts.segment and m.moved < 0.9 * written and lag > 3 * m.moved:
        return State.TOO_SLOW
    reading = State.STREAMING if m.slot.pid else State.POLLED
    if _far(m, limits):
        if lag < facts.segment:
            return State.HELD if facts.written_since(facts.at - _HELD) else reading
        return State.DRAINING if (m.growth or 0) < 0 else State.LAGGING
    return reading


def _unread(m: Measured, facts: Facts, limits: Limits) -> State:
    """Nobody is connected, and nobody has read it meanwhile."""
    lag = m.lag or 0
    never_read = m.slot.transactions == 0
    long_unread = max(m.unmoved, m.lag_seconds or 0) >= limits.warn_seconds
    if not m.seconds and not never_read and not long_unread:  # one look cannot tell it from one between two polls
        return State.LAGGING if _far(m, limits) else State.IDLE
    if lag >= facts.segment or (lag >= _LITTLE and (never_read or long_unread or m.unmoved >= _FROZEN)):
        return State.ABANDONED
    return State.IDLE


def _reading(m: Measured, facts: Facts, limits: Limits) -> State:
    """Somebody is connected, and what is confirmed has not moved."""
    lag, wait = m.lag or 0, m.backend.wait if m.backend else ""
    streaming = State.STREAMING
    if _far(m, limits) and lag >= facts.segment:
        streaming = State.LAGGING
    elif _far(m, limits) and facts.written_since(facts.at - _HELD):
        streaming = State.HELD
    if lag < (facts.segment if wait in _WRITING or (m.unsent or 0) >= _LITTLE else _LITTLE):
        return streaming
    if (m.unsent or 0) >= _LITTLE:
        return _unsent(m, wait)
    if wait in _WRITING:  # in the midst of a large transaction sent_lsn stands still; who takes it answers
        return State.LAGGING if m.replied or m.sent_moved or not m.seconds else State.READER_STUCK
    if m.unmoved < _FROZEN or _may_confirm_yet(m, facts):
        return streaming
    return State.QUIET if _quiet(m) else State.NOT_CONFIRMING


def _unsent(m: Measured, wait: str) -> State:
    """Much is not sent yet: its client takes it slowly, or not at all; or the walsender is decoding."""
    if m.sent_moved:
        return State.TOO_SLOW if m.sent_moved < 0.9 * (m.wal_rate or 0) * m.seconds else State.LAGGING
    stuck = bool(m.seconds) and not m.spilling and (wait in _WRITING or not wait)
    return State.READER_STUCK if stuck else State.LAGGING


def _quiet(m: Measured) -> bool:
    """Whether there was nothing to confirm: the log comes from elsewhere."""
    if m.slot.transactions == 0:
        return True
    # what is decoded is counted before publications are looked at (15 and newer)
    return bool(m.wal_rate) and (m.published == 0 or (m.decoded == 0 and m.written == 0))


def _far(m: Measured, limits: Limits) -> bool:
    return (
        (m.share or 0) >= limits.warn_share
        or m.slot.status in ("extended", "unreserved")
        or (limits.warn_bytes is not None and (m.retained or 0) >= limits.warn_bytes)
        or ((m.lag_seconds or 0) >= limits.warn_seconds and (m.lag or 0) >= _LITTLE)
    )
