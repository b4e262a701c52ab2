"""What is wrong with the server as a whole: limits, wal_level, the archiver. Pure."""

from collections.abc import Iterator, Sequence

from dbtool.finding import Severity
from dbtool.replication.cause import Cause
from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.replication.told import BOUND
from dbtool.report import counted, seconds, sized

_FILES = 10  # that wait for the archiver


def server_causes(measured: Sequence[Measured], before: Facts | None, after: Facts) -> Iterator[Cause]:
    """Yield what the settings and the archiver do to all slots."""
    yield from _archiver(before, after)
    yield from _wal_level(after)
    yield from _exhausted(after)
    yield from _pending_restart(after)
    if any(not m.slot.temporary for m in measured) and after.limit is None and not after.in_recovery:
        yield _no_limit(after)


def _no_limit(facts: Facts) -> Cause:
    return Cause(
        code="no-slot-wal-limit",
        severity=Severity.NOTE,
        subject="max_slot_wal_keep_size",
        message="nothing bounds what slots keep: a consumer that stops fills the disk, and the server stops with it",
        evidence=("max_slot_wal_keep_size = -1",),
        remedy=(BOUND,),
        consequence="a slot that falls further behind is lost, instead of the server; no restart is needed",
    )


def _archiver(before: Facts | None, facts: Facts) -> Iterator[Cause]:
    """It fails when the last try failed: log is kept until it is archived, slots or not."""
    archiver, wal = facts.archiver, facts.wal
    if facts.text("archive_mode") not in ("on", "always") or archiver.last_failed is None:
        return
    fails_now = before is not None and archiver.failed > before.archiver.failed
    if not fails_now and archiver.last_archived is not None and archiver.last_archived >= archiver.last_failed:
        return
    waiting = wal.unarchived if wal else None
    kept = f"; {counted(waiting, 'segment')} wait ({sized(waiting * facts.segment)})" if waiting else ""
    since = seconds(max(0.0, facts.at - (archiver.last_archived or archiver.last_failed)))
    last = f"nothing was archived for {since}" if archiver.last_archived else "nothing was ever archived"
    yield Cause(
        code="archiver-failing",
        severity=Severity.ERROR if (waiting or 0) >= _FILES else Severity.WARNING,
        subject="archiver",
        message=f"the archiver fails: {last}, and pg_wal keeps what is not archived{kept}",
        evidence=(f"{counted(archiver.failed, 'failure')}, the last of {archiver.last_failed_file} "
                  f"{seconds(max(0.0, facts.at - archiver.last_failed))} ago",),
        remedy=(
            "the server's log says what archive_command (or archive_library) answered: mend that",
            "SELECT * FROM pg_stat_archiver;  -- last_archived_time moves when it works again",
        ),
        consequence="it archives what waits, and the segments go at the next checkpoint; until then backups have a gap",
    )  # fmt: skip


def _wal_level(facts: Facts) -> Iterator[Cause]:
    if facts.text("wal_level") == "logical" or not facts.publications or facts.in_recovery:
        return
    names = ", ".join(facts.publications[:5])
    yield Cause(
        code="wal-level-too-low",
        severity=Severity.WARNING,
        subject="wal_level",
        message=f"nobody can subscribe to publication {names}: wal_level is {facts.text('wal_level')}, not logical",
        evidence=(f"wal_level = {facts.text('wal_level')}, in use since the server started",),
        remedy=("ALTER SYSTEM SET wal_level = logical;", "then restart the server: a reload does not do"),
        consequence="logical slots can be created; the log grows a little",
    )


def _exhausted(facts: Facts) -> Iterator[Cause]:
    slots, most = len(facts.slots), facts.number("max_replication_slots") or 0
    if most and slots >= most:
        unused = ", ".join(slot.name for slot in facts.slots if slot.pid is None) or "all are active"
        yield _full("slots-exhausted", "max_replication_slots", slots, most, f"not active: {unused}")
    senders, most = len(facts.senders), facts.number("max_wal_senders") or 0
    if most and senders >= most:
        yield _full("senders-exhausted", "max_wal_senders", senders, most, "each standby and each stream takes one")


def _full(code: str, setting: str, used: int, most: int, evidence: str) -> Cause:
    what = "slot" if "slots" in setting else "connection for replication"
    return Cause(
        code=code,
        severity=Severity.WARNING,
        subject=setting,
        message=f"no further {what} can be had: {used} of {setting} ({most}) are taken",
        evidence=(evidence,),
        remedy=(f"drop what nobody uses; or ALTER SYSTEM SET {setting} = {most * 2};", "then restart the server"),
        consequence="a consumer or standby that connects anew is refused until then",
    )


def _pending_restart(facts: Facts) -> Iterator[Cause]:
    waiting = [name for name, setting in facts.settings.items() if setting.pending_restart]
    if waiting:
        yield Cause(
            code="setting-pending-restart",
            severity=Severity.NOTE,
            subject=", ".join(waiting),
            message=f"{', '.join(waiting)} was changed and is not in use: the server has to be restarted for it",
            evidence=("pg_settings.pending_restart is true",),
            remedy=("restart the server",),
        )
