"""What is wrong with a slot, by its state. Pure."""

from collections.abc import Callable, Iterator

from dbtool.finding import Severity
from dbtool.replication.cause import Cause
from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.replication.state import Limits, State, state_of
from dbtool.replication.told import BOUND, ago, behind, growing, kept_of_limit, named
from dbtool.report import seconds, sized
from dbtool.schema.names import literal

_LASTING = 30.0  # seconds
Say = Callable[[Measured, Facts, Limits], Cause]


def slot_causes(m: Measured, facts: Facts, limits: Limits) -> Iterator[Cause]:
    """Yield what is wrong with the slot: that it is nearly lost, then why it keeps what it keeps."""
    if m.slot.status == "unreserved" and not m.slot.lost:
        yield _nearly_lost(m, facts)
    if told := _BY_STATE.get(state_of(m, facts, limits)):
        yield told(m, facts, limits)


def _graded(m: Measured, facts: Facts, limits: Limits, *, unread: bool = False) -> Severity:
    """Return an error where the loss is near, or where nobody reads and nothing bounds what is kept."""
    near = m.slot.status == "unreserved" or (m.share or 0) >= limits.error_share
    # the rate of one second alone is no reason to wake somebody up
    lasting = (m.share or 0) >= limits.warn_share or m.seconds >= _LASTING
    soon = lasting and m.seconds_to_loss is not None and m.seconds_to_loss < limits.loss_seconds
    much = limits.error_bytes is not None and (m.retained or 0) >= limits.error_bytes
    late = limits.error_seconds is not None and (m.lag_seconds or 0) >= limits.error_seconds
    unbounded = unread and facts.limit is None and (not m.slot.logical or (m.lag or 0) >= facts.segment)
    return Severity.ERROR if near or soon or much or late or unbounded else Severity.WARNING


def _drop(m: Measured) -> str:
    return f"SELECT pg_drop_replication_slot({literal(m.slot.name)});"


def _freed(m: Measured) -> str:
    return f"frees {sized(m.retained or 0)} of pg_wal at the next checkpoint"


def _cap(facts: Facts) -> tuple[str, ...]:
    return () if facts.limit is not None else (BOUND,)


_WHY_LOST = {
    "wal_removed": "more log was written than max_slot_wal_keep_size lets a slot keep",
    "rows_removed": "the primary removed catalog rows that it still needed (hot_standby_feedback was off)",
    "wal_level_insufficient": "the primary's wal_level was set below logical",
    "idle_timeout": "nobody read it for longer than idle_replication_slot_timeout",
}


def _lost(m: Measured, facts: Facts, limits: Limits) -> Cause:
    slot, reason = m.slot, m.slot.reason or "wal_removed"
    whose = f" of {m.consumer}" if m.consumer else ""
    if slot.logical:
        anew = (
            _drop(m),
            f"dbtool slots create {slot.name} --plugin {slot.plugin or 'pgoutput'}",
            "then let its consumer copy all rows again: what was written meanwhile cannot be had from the log",
        )
    else:
        anew = (
            _drop(m),
            f"SELECT pg_create_physical_replication_slot({literal(slot.name)}, true);",
            "then rebuild the standby with pg_basebackup, or let it catch up from the archive (restore_command)",
        )
    keep = {
        "wal_removed": "ALTER SYSTEM SET max_slot_wal_keep_size = ...;  -- more than its consumer may be behind",
        "rows_removed": "ALTER SYSTEM SET hot_standby_feedback = on;  -- on the standby",
        "wal_level_insufficient": "ALTER SYSTEM SET wal_level = logical;  -- on the primary, then restart it",
        "idle_timeout": "ALTER SYSTEM SET idle_replication_slot_timeout = ...;  -- longer than its consumer may rest",
    }.get(reason)
    return Cause(
        code="slot-lost",
        severity=Severity.ERROR,
        subject=slot.name,
        message=f"slot {slot.name}{whose} is lost: {_WHY_LOST.get(reason, reason)}",
        evidence=(f"wal_status {slot.status or 'null'}, invalidation reason {reason}, restart_lsn "
                  f"{'null' if slot.restart is None else 'kept'}",),
        remedy=(*anew, *([keep] if keep else [])),
        consequence="its consumer gets nothing any more and has a gap; it keeps no log, so the disk is not in danger",
    )  # fmt: skip


def _nearly_lost(m: Measured, facts: Facts) -> Cause:
    return Cause(
        code="slot-nearly-lost",
        severity=Severity.ERROR,
        subject=m.slot.name,
        message=f"slot {m.slot.name} is lost at the next checkpoint: it is past max_slot_wal_keep_size (unreserved)",
        evidence=(f"wal_status unreserved, {kept_of_limit(m, facts)}",),
        remedy=(
            f"ALTER SYSTEM SET max_slot_wal_keep_size = '{_roomier(m)}MB'; SELECT pg_reload_conf();  -- no restart",
            f"then let {named(m)} catch up",
        ),
        consequence=f"the log that it needs is kept: at least {sized(2 * (m.retained or 0))} of disk have to be free",
    )


def _roomier(m: Measured) -> int:
    return max(1, -(-2 * (m.retained or 0) // (1024 * 1024)))


def _abandoned(m: Measured, facts: Facts, limits: Limits) -> Cause:
    slot = m.slot
    whose = f" of {m.consumer}" if m.consumer else ""
    never = "nobody has ever read it" if slot.transactions == 0 and not whose else "nobody reads it"
    return Cause(
        code="slot-abandoned",
        severity=_graded(m, facts, limits, unread=True),
        subject=slot.name,
        message=f"slot {slot.name}{whose} is abandoned: {never}; it keeps {kept_of_limit(m, facts)}{growing(m)}",
        evidence=(
            f"not active, confirmed_flush_lsn has not moved for {seconds(m.unmoved)}{ago(m, facts)}",
            f"{behind(m)} wait to be read",
        ),
        remedy=(f"start {named(m)} again; or, if it is gone for good:", _drop(m), *_cap(facts)),
        consequence=f"dropping it {_freed(m)}; a consumer that comes back has to copy all rows again",
    )


def _standby_down(m: Measured, facts: Facts, limits: Limits) -> Cause:
    slot = m.slot
    return Cause(
        code="standby-down",
        severity=_graded(m, facts, limits, unread=True),
        subject=slot.name,
        message=f"the standby (or receiver) of slot {slot.name} is down: nothing is connected; the slot keeps "
        f"{kept_of_limit(m, facts)}{growing(m)}",
        evidence=(f"physical slot, not active{ago(m, facts)}, {behind(m)} behind",),
        remedy=(
            f"look at the log of {named(m)} and start it again (primary_slot_name = {literal(slot.name)}); "
            "or, if it is gone for good:",
            _drop(m),
            *_cap(facts),
        ),
        consequence=f"dropping it {_freed(m)}; a standby that comes back may have to be rebuilt with pg_basebackup",
    )


def _reader_stuck(m: Measured, facts: Facts, limits: Limits) -> Cause:
    wait = m.backend.wait if m.backend else ""
    waits = f", it waits in {wait}" if wait else ""
    return Cause(
        code="slot-reader-stuck",
        severity=_graded(m, facts, limits),
        subject=m.slot.name,
        message=f"{named(m)} does not read from slot {m.slot.name}: {sized(m.unsent or 0)} cannot be sent to it; "
        f"the slot keeps {kept_of_limit(m, facts)}{growing(m)}",
        evidence=(f"walsender {m.slot.pid} is active, sent_lsn stands still{waits}",),
        remedy=(
            f"restart {named(m)}, or look for what blocks it (its own database, a full queue, the network)",
            f"SELECT pg_terminate_backend({m.slot.pid});  -- cuts the connection, so that it connects anew",
        ),
        consequence="it goes on from what it confirmed; nothing is lost, some changes come twice",
    )


def _not_confirming(m: Measured, facts: Facts, limits: Limits) -> Cause:
    sent = "what was sent cannot be seen"
    if m.unsent is not None:
        sent = f"all but {sized(m.unsent)} is sent" if m.unsent else "all is sent"
    return Cause(
        code="slot-not-confirming",
        severity=_graded(m, facts, limits),
        subject=m.slot.name,
        message=f"{named(m)} receives and does not confirm: slot {m.slot.name} stands still, {behind(m)} behind; "
        f"it keeps {kept_of_limit(m, facts)}{growing(m)}",
        evidence=(f"walsender {m.slot.pid} is active, {sent}, confirmed_flush_lsn has not moved "
                  f"for {seconds(m.unmoved)}",),
        remedy=(
            f"look at {named(m)}: it fails after receiving, or never acknowledges (flush LSN in its status messages)",
            f"dbtool feed peek {m.slot.name} --count-by table  # what waits for it",
            f"SELECT pg_terminate_backend({m.slot.pid});  -- cuts the connection, so that it begins again",
        ),
        consequence="it is sent everything since its last confirmation again; nothing is lost",
    )  # fmt: skip


def quiet_database(m: Measured, facts: Facts, limits: Limits) -> Cause:
    """Return that a slot's consumer is well and has nothing to confirm."""
    slot = m.slot
    if m.published == 0 and m.decoded:
        quiet = f"no published table of database {slot.database} is written to"
        seen = f"no row of a published table was written in {seconds(m.seconds)}"
    else:
        quiet = f"database {slot.database} is quiet"
        never = slot.transactions == 0
        seen = "no transaction was ever decoded for it" if never else f"none was decoded in {seconds(m.seconds)}"
    return Cause(
        code="slot-quiet-database",
        severity=_graded(m, facts, limits),
        subject=slot.name,
        message=f"slot {slot.name} has nothing to confirm: {quiet} while the log grows; "
        f"it keeps {kept_of_limit(m, facts)}{growing(m)}",
        evidence=(f"walsender {slot.pid} is active, all is sent, {behind(m)} are not confirmed; {seen}",),
        remedy=(
            f"a heartbeat: a row that is written every minute to a published table of {slot.database}",
            "e.g. INSERT INTO heartbeat (id, at) VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET at = now();",
            f"or let {named(m)} confirm what keepalives tell it (heartbeat.action.query, flush on keepalive)",
        ),
        consequence="each heartbeat lets it confirm, and the log before it goes at the next checkpoint",
    )


def _waits_for_standby(m: Measured, facts: Facts, limits: Limits) -> Cause:
    """Its consumer gets nothing, whatever the limits."""
    names = facts.text("synchronized_standby_slots")
    return Cause(
        code="failover-slot-waits",
        severity=Severity.ERROR,
        subject=m.slot.name,
        message=f"slot {m.slot.name} is held back: synchronized_standby_slots ({names}) names a standby that lags or "
        f"is gone; it keeps {kept_of_limit(m, facts)}{growing(m)}",
        evidence=(f"walsender {m.slot.pid} waits in WaitForStandbyConfirmation",),
        remedy=(
            "start that standby again; or, if it is gone for good:",
            "ALTER SYSTEM SET synchronized_standby_slots = '...'; SELECT pg_reload_conf();  -- without its slot",
        ),
        consequence="the consumer goes on; after a failover it may be ahead of a standby that is not named",
    )


def _too_slow(m: Measured, facts: Facts, limits: Limits) -> Cause:
    how = "reads" if m.slot.pid else "is polled"
    each = f"{sized(round(m.moved / m.seconds))}/s" if m.seconds else "less"
    return Cause(
        code="slot-too-slow",
        severity=_graded(m, facts, limits),
        subject=m.slot.name,
        message=f"{named(m)} {how} too slowly: slot {m.slot.name} is {behind(m)} behind, keeps "
        f"{kept_of_limit(m, facts)}{growing(m)}",
        evidence=(f"it confirmed {each}, the server writes {sized(round(m.wal_rate or 0))}/s",),
        remedy=(
            "let it take more at a time or poll more often, split what it reads over several slots, or publish less",
            f"dbtool feed peek {m.slot.name} --count-by table  # what there is so much of",
        ),
        consequence="it falls behind until it is faster than what is written",
    )


def _lagging(m: Measured, facts: Facts, limits: Limits) -> Cause:
    over = f", {seconds(m.lag_seconds)} and more" if m.lag_seconds else ""
    return Cause(
        code="slot-lagging",
        severity=_graded(m, facts, limits),
        subject=m.slot.name,
        message=f"slot {m.slot.name} is far behind: {behind(m)}{over}; it keeps {kept_of_limit(m, facts)}{growing(m)}",
        evidence=(f"wal_status {m.slot.status}, its reader {named(m)} goes on",),
        remedy=(f"dbtool slots --watch  # does {named(m)} catch up?", *_cap(facts)),
        consequence="",
    )


def _waiting_for_nobody(m: Measured, facts: Facts, limits: Limits) -> Cause:
    return Cause(
        code="slot-unused",
        severity=Severity.NOTE,
        subject=m.slot.name,
        message=f"slot {m.slot.name} has never been used: it keeps nothing",
        evidence=("restart_lsn is null, and it is not invalidated",),
        remedy=(_drop(m) + "  -- if nobody is going to use it",),
    )


_BY_STATE: dict[State, Say] = {
    State.LOST: _lost,
    State.ABANDONED: _abandoned,
    State.STANDBY_DOWN: _standby_down,
    State.READER_STUCK: _reader_stuck,
    State.NOT_CONFIRMING: _not_confirming,
    State.QUIET: quiet_database,
    State.WAITS_FOR_STANDBY: _waits_for_standby,
    State.TOO_SLOW: _too_slow,
    State.LAGGING: _lagging,
    State.DRAINING: _lagging,
    State.UNUSED: _waiting_for_nobody,
}
