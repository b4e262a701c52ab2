"""Who replicates from here, what keeps pg_wal in bytes each, and the settings in use. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from dbtool.lsn import lsn_text
from dbtool.replication.facts import Facts, Sender, Setting
from dbtool.replication.measure import reader
from dbtool.replication.sampled import Sampled
from dbtool.replication.shown import cause_data, slot_data, table_lines, verdict_lines
from dbtool.replication.state import Limits
from dbtool.replication.verdict import ranked, unseen, verdict_on
from dbtool.report import counted, seconds, sized


def status_lines(sampled: Sampled, limits: Limits) -> Iterator[str]:
    """Yield the answer of `replication status`."""
    facts = sampled.after
    yield from verdict_lines(verdict_on(sampled))
    role = "standby" if facts.in_recovery else "primary"
    yield f"\n{role}, PostgreSQL {facts.major}, at {lsn_text(facts.lsn)}{_upstream(facts)}"
    yield from _section("standbys and other streams", [_sender(s, facts) for s in facts.senders], _SENDERS)
    if sampled.measured:
        yield "\nslots"
        yield from table_lines(ranked(sampled), facts, limits)
    yield from _section("subscriptions", [_subscription(row) for row in _subscriptions(facts)], _SUBSCRIPTIONS)
    if facts.publications:
        yield f"\npublications: {', '.join(facts.publications)}"
    held = f" ({sized(facts.wal.bytes)})" if facts.wal else ""
    yield from _section(f"what keeps pg_wal{held}", [_keeper(row) for row in keepers(sampled)], ("", "bytes", "why"))
    yield from _section("settings", list(_settings(facts)), ("setting", "in use", "a change needs"))
    yield from ("", *unseen(facts)) if unseen(facts) else ()


_SENDERS = ("application", "client", "state", "sync", "unsent", "write", "flush", "replay", "replay lag")
_SUBSCRIPTIONS = ("subscription", "database", "state", "received", "errors", "conflicts")


def _section(title: str, rows: Sequence[Sequence[str]], head: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    yield f"\n{title}"
    for row in (head, *rows) if any(head) else rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _upstream(facts: Facts) -> str:
    if not facts.in_recovery:
        return ""
    replayed = facts.lsn - (facts.replay.lsn or facts.lsn) if facts.replay else 0
    paused = ", replay is paused" if facts.replay and facts.replay.paused else ""
    receiver = facts.receiver
    source = f", receives from {receiver.host}:{receiver.port} ({receiver.status})" if receiver else ", no receiver"
    return f"{source}, {sized(replayed)} to replay{paused}"


def _sender(sender: Sender, facts: Facts) -> tuple[str, ...]:
    def gap(position: int | None) -> str:
        return "?" if position is None else sized(max(0, facts.lsn - position))

    return (
        sender.application or str(sender.pid),
        reader("", sender.user, sender.client),
        sender.state or "?",
        sender.sync or "?",
        *(gap(position) for position in (sender.sent, sender.write, sender.flush, sender.replay)),
        "-" if sender.replay_lag is None else seconds(sender.replay_lag),
    )


def _subscriptions(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "name": s.name,
            "database": s.database,
            "enabled": s.enabled,
            "workers": s.workers,
            "slot": s.slot,
            "publications": s.publications,
            "received_lsn": None if s.received is None else lsn_text(s.received),
            "apply_errors": s.errors,
            "sync_errors": s.sync_errors,
            "conflicts": dict(s.conflicts),
        }
        for s in facts.subscriptions
    ]


def _subscription(row: dict[str, Any]) -> tuple[str, ...]:
    state = "disabled" if not row["enabled"] else "applying" if row["workers"] else "no worker"
    met = ", ".join(f"{key.removeprefix('confl_')} {number}" for key, number in row["conflicts"].items() if number)
    errors = "?" if row["apply_errors"] is None else f"{row['apply_errors']}"
    return row["name"], row["database"], state, row["received_lsn"] or "-", errors, met or "-"


def keepers(sampled: Sampled) -> list[dict[str, Any]]:
    """Return what keeps how many bytes of pg_wal, the most first: slots, the archiver, settings, the checkpoint."""
    facts = sampled.after
    found = [
        {"keeper": f"slot {m.slot.name}", "bytes": m.retained, "why": f"restart_lsn {lsn_text(m.slot.restart)}"}
        for m in sampled.measured
        if m.retained is not None and m.slot.restart is not None
    ]
    if keep := facts.number("wal_keep_size"):
        found.append({"keeper": "wal_keep_size", "bytes": keep, "why": "kept for standbys without a slot"})
    if facts.wal and facts.wal.unarchived:
        waiting = facts.wal.unarchived
        why = f"{counted(waiting, 'segment')} not archived yet"
        found.append({"keeper": "archiver", "bytes": waiting * facts.segment, "why": why})
    if facts.redo is not None:
        found.append(
            {"keeper": "checkpoint", "bytes": max(0, facts.lsn - facts.redo), "why": "written since the last one began"}
        )
    if least := facts.number("min_wal_size"):
        found.append({"keeper": "min_wal_size", "bytes": least, "why": "recycled for use to come, at most"})
    return sorted(found, key=lambda row: -row["bytes"])


def _keeper(row: dict[str, Any]) -> tuple[str, ...]:
    return row["keeper"], sized(row["bytes"]), row["why"]


_SETTINGS = (
    "wal_level", "max_slot_wal_keep_size", "idle_replication_slot_timeout", "wal_keep_size", "max_wal_size",
    "max_replication_slots", "max_wal_senders", "wal_sender_timeout", "synchronous_standby_names",
    "synchronized_standby_slots", "sync_replication_slots", "hot_standby_feedback", "archive_mode",
    "max_logical_replication_workers", "logical_decoding_work_mem",
)  # fmt: skip


def _settings(facts: Facts) -> Iterator[tuple[str, str, str]]:
    used = {
        "max_replication_slots": f" ({len(facts.slots)} taken)",
        "max_wal_senders": f" ({len(facts.senders)} taken)",
    }
    for name in _SETTINGS:
        if name in facts.settings:
            setting = facts.settings[name]
            yield name, _value(name, setting) + used.get(name, ""), "a restart" if setting.needs_restart else "a reload"


def _value(name: str, setting: Setting) -> str:
    if setting.number == -1:
        return "-1 (no limit)"
    if setting.number and name.endswith(("_size", "_mem")):
        return sized(setting.number)
    if setting.number and name.endswith("_timeout"):
        return seconds(setting.number / 1000)
    return setting.text or "''"


def status_data(sampled: Sampled, limits: Limits) -> dict[str, Any]:
    """Return the same for --json; bytes and seconds."""
    facts = sampled.after
    return {
        "in_recovery": facts.in_recovery,
        "lsn": lsn_text(facts.lsn),
        "standbys": [_sender_data(sender, facts) for sender in facts.senders],
        "slots": [slot_data(m, facts, limits) for m in ranked(sampled)],
        "subscriptions": _subscriptions(facts),
        "publications": facts.publications,
        "keepers": keepers(sampled),
        "pg_wal_bytes": facts.wal.bytes if facts.wal else None,
        "settings": {
            name: {"value": setting.text, "number": setting.number, "needs_restart": setting.needs_restart}
            for name in _SETTINGS
            if (setting := facts.settings.get(name))
        },
        "causes": [cause_data(cause) for cause in sampled.causes],
    }


def _sender_data(sender: Sender, facts: Facts) -> dict[str, Any]:
    def gap(position: int | None) -> int | None:
        return None if position is None else max(0, facts.lsn - position)

    return {
        "application": sender.application,
        "user": sender.user,
        "client": sender.client,
        "pid": sender.pid,
        "state": sender.state,
        "sync": sender.sync,
        "unsent_bytes": gap(sender.sent),
        "write_bytes": gap(sender.write),
        "flush_bytes": gap(sender.flush),
        "replay_bytes": gap(sender.replay),
        "replay_lag_seconds": sender.replay_lag,
    }
