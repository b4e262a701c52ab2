"""What is wrong with standbys: seen from the primary, and on the standby itself. Pure."""

import re
from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.replication.cause import Cause
from dbtool.replication.facts import MB, Facts, Sender
from dbtool.replication.measure import reader
from dbtool.report import seconds, sized
from dbtool.schema.names import literal

_LATE = 30.0  # seconds
_FAR = 256 * MB


def standby_causes(before: Facts | None, after: Facts) -> Iterator[Cause]:
    """Yield standbys that lag, synchronous ones that are missing, replay that is paused, slots that are not synced."""
    for sender in after.senders:
        if not _is_logical(sender, after) and sender.state in ("streaming", "catchup"):
            yield from _lagging(sender, before, after)
    yield from _missing(after)
    yield from _paused(after)
    yield from _unsynced(after)


def _is_logical(sender: Sender, facts: Facts) -> bool:
    """Whether it streams from a logical slot: that is told with the slot."""
    return any(slot.logical and slot.pid == sender.pid for slot in facts.slots)


def _lagging(sender: Sender, before: Facts | None, after: Facts) -> Iterator[Cause]:
    """The first step at which it falls behind: the network, its disk, or its replay."""
    earlier = before.sender(sender.pid) if before else None
    steps = (
        ("sent", sender.sent, earlier.sent if earlier else None, after.lsn, None),
        ("flush", sender.flush, earlier.flush if earlier else None, sender.sent, sender.flush_lag),
        ("replay", sender.replay, earlier.replay if earlier else None, sender.flush, sender.replay_lag),
    )
    for name, position, was, ahead, lag in steps:
        if position is None or ahead is None:
            return
        gap, frozen = ahead - position, was is not None and was == position
        if (
            gap >= _FAR
            or (gap >= after.segment and (frozen or (lag or 0) >= _LATE))
            or (gap >= MB and (lag or 0) >= _LATE)
        ):
            yield _lag(sender, name, gap, lag, frozen=frozen)
            return


_WHY = {
    "sent": (
        "it does not take what is sent",
        ("look at the network between both, and at the standby's log: is its disk full, is it stopped?",),
    ),
    "flush": ("it receives and cannot write it to disk as fast", ("look at the standby's disk (iostat), and fsync",)),
    "replay": (
        "it has the log and does not replay it",
        (
            "on the standby: SELECT pg_is_wal_replay_paused();  -- then pg_wal_replay_resume()",
            "on the standby: queries that conflict with replay (max_standby_streaming_delay), recovery_min_apply_delay",
            "dbtool replication doctor --url <the standby>",
        ),
    ),
}


def _lag(sender: Sender, step: str, gap: int, lag: float | None, *, frozen: bool) -> Cause:
    who = reader(sender.application, sender.user, sender.client)
    why, remedy = _WHY[step]
    late = f" ({seconds(lag)})" if lag else ""
    still = ", and stands still" if frozen else ""
    return Cause(
        code="standby-lagging",
        severity=Severity.WARNING,
        subject=sender.application or str(sender.pid),
        message=f"standby {who} lags: {why}; {sized(gap)}{late} behind in {step}_lsn{still}",
        evidence=(f"walsender {sender.pid}, state {sender.state}, sync_state {sender.sync}",),
        remedy=remedy,
        consequence="queries there see old rows; a failover to it loses or waits for what it does not have",
    )


def _missing(facts: Facts) -> Iterator[Cause]:
    """Synchronous standbys that commits wait for, fewer of which are connected than are asked for."""
    setting = facts.text("synchronous_standby_names").strip()
    if not setting or facts.in_recovery or facts.text("synchronous_commit") in ("off", "local"):
        return
    needed, names = wanted_standbys(setting)
    streaming = [sender for sender in facts.senders if sender.state in ("streaming", "catchup")]
    serving = sum(sender.sync in ("sync", "quorum") for sender in streaming if sender.state == "streaming")
    if not facts.sees_all:
        serving = len(streaming) or len(facts.senders)  # the states of others cannot be seen
    if serving >= needed:
        return
    there = ", ".join(sorted({sender.application for sender in streaming})) or "none"
    yield Cause(
        code="sync-standby-missing",
        severity=Severity.ERROR,
        subject=", ".join(names),
        message=f"commits wait for {needed} synchronous standby{'s' if needed > 1 else ''} of {', '.join(names)}: "
        f"{serving} {'is' if serving == 1 else 'are'} there",
        evidence=(f"synchronous_standby_names = {literal(setting)}; connected: {there}",),
        remedy=(
            "start the standby again (its application_name has to be one of those names); or, until it is back:",
            "ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf();",
        ),
        consequence="every commit hangs until then; without it commits return, and are on this server alone",
    )


def wanted_standbys(setting: str) -> tuple[int, tuple[str, ...]]:
    """Return how many standbys commits wait for, and of which names.

    https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-SYNCHRONOUS-STANDBY-NAMES

    >>> wanted_standbys("ANY 2 (s1, s2, s3)"), wanted_standbys('"my-standby", s2'), wanted_standbys("2 (a, b)")
    ((2, ('s1', 's2', 's3')), (1, ('my-standby', 's2')), (2, ('a', 'b')))
    """
    found = re.fullmatch(r"(?:(?:FIRST|ANY)\s+)?(\d+)\s*\((.*)\)", setting, re.IGNORECASE | re.DOTALL)
    number, names = (int(found[1]), found[2]) if found else (1, setting)
    return number, tuple(name.strip().strip('"') for name in names.split(",") if name.strip())


def _paused(facts: Facts) -> Iterator[Cause]:
    if facts.replay is None or not facts.replay.paused:
        return
    gap = facts.lsn - (facts.replay.lsn or facts.lsn)
    yield Cause(
        code="replay-paused",
        severity=Severity.WARNING,
        subject="replay",
        message=f"replay is paused on this standby: {sized(gap)} are received and not replayed",
        evidence=("pg_is_wal_replay_paused() is true",),
        remedy=("SELECT pg_wal_replay_resume();",),
        consequence="it replays what it has; with a parameter lowered below the primary's, it shuts down instead: "
        "raise that first (max_connections, max_worker_processes, max_wal_senders, max_prepared_transactions, "
        "max_locks_per_transaction)",
    )


def _unsynced(facts: Facts) -> Iterator[Cause]:
    """Failover slots (17) that no standby could take over: on it by its settings, on the primary by who is there."""
    if facts.major < 17:
        return
    yield from _unsynced_here(facts) if facts.in_recovery else _unsynced_there(facts)


def _unsynced_here(facts: Facts) -> Iterator[Cause]:
    for slot in facts.slots:
        if slot.synced and (slot.temporary or slot.lost):
            why = f"it was invalidated ({slot.reason})" if slot.lost else "it has not caught up yet (temporary)"
            yield Cause(
                code="failover-slot-not-synced",
                severity=Severity.WARNING,
                subject=slot.name,
                message=f"failover slot {slot.name} is not ready on this standby: {why}",
                evidence=("pg_replication_slots: synced and " + ("invalidated" if slot.lost else "temporary"),),
                remedy=(
                    "let its consumer advance on the primary, then wait for the slot sync worker, or: "
                    "SELECT pg_sync_replication_slots();",
                ),
                consequence="after a failover now, its consumer would have to copy all rows again",
            )
    missing = [
        (facts.text("sync_replication_slots") != "on", "sync_replication_slots = on"),
        (facts.text("hot_standby_feedback") != "on", "hot_standby_feedback = on"),
        (not facts.text("primary_slot_name"), "primary_slot_name = '...'"),
        (facts.text("primary_conninfo") == "without dbname", "primary_conninfo with dbname=..."),
    ]
    wrong = [setting for is_wrong, setting in missing if is_wrong]
    if wrong and facts.text("sync_replication_slots") == "on":
        yield _settings(wrong, "failover slots cannot be synced to this standby", "sync_replication_slots is on")


def _unsynced_there(facts: Facts) -> Iterator[Cause]:
    failover = [slot for slot in facts.slots if slot.failover and slot.logical and not slot.lost]
    down = any(not slot.logical and slot.pid is None and slot.restart is not None for slot in facts.slots)
    if failover and facts.slot_syncs == 0 and not down:  # one that is down is told as such
        names = ", ".join(slot.name for slot in failover)
        yield Cause(
            code="failover-slot-not-synced",
            severity=Severity.WARNING,
            subject=names,
            message=f"failover slot {names} is synced to nobody: no standby's slot sync worker is connected",
            evidence=("slots with failover = true, and no session of a slotsync worker",),
            remedy=(
                "on the standby: primary_slot_name, hot_standby_feedback = on, sync_replication_slots = on, and dbname "
                "in primary_conninfo",
            ),
            consequence="after a failover now, its consumer would have to copy all rows again",
        )


def _settings(wrong: list[str], what: str, seen: str) -> Cause:
    return Cause(
        code="failover-slot-not-synced",
        severity=Severity.WARNING,
        subject="settings",
        message=f"{what}: {', '.join(wrong)} is missing",
        evidence=(seen,),
        remedy=("set it on this standby: " + ", ".join(wrong),),
        consequence="until then no slot of the primary exists here, and a failover loses their positions",
    )
