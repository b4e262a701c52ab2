"""The JSON of queries/replication/ -> Facts. Pure.

Whole rows of the statistics views: what a version does not have is a key that is not there.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from dbtool.lsn import lsn_of
from dbtool.replication.facts import (
    MB,
    Archiver,
    Backend,
    Facts,
    Prepared,
    Receiver,
    Replay,
    Sender,
    Setting,
    Slot,
    Subscription,
    Wal,
)
from dbtool.secrets import without_passwords

Row = Mapping[str, Any]
_UNITS = {"B": 1, "kB": 1024, "8kB": 8192, "MB": MB, "GB": 1024 * MB, "ms": 1, "s": 1000, "min": 60_000}


def facts_of(document: Row) -> Facts:
    """Return the facts in the JSON that queries/replication/facts.sql and its neighbours give."""
    counted = _row(document, "subscription_stats")
    return Facts(
        at=float(document["at"]),
        version=document["version"],
        database=document["database"],
        system=document["system"],
        sees_all=document["sees_all"],
        in_recovery=document["in_recovery"],
        lsn=_lsn(document.get("lsn")) or 0,
        redo=_lsn(document.get("redo_lsn")),
        slots=tuple(_slot(row) for row in _rows(document, "slots")),
        senders=tuple(_sender(row) for row in _rows(document, "senders")),
        backends=tuple(_backend(row) for row in _rows(document, "backends")),
        prepared=tuple(Prepared(**row) for row in _rows(document, "prepared")),
        subscriptions=tuple(_subscription(row, _row(counted, row["name"])) for row in _rows(document, "subscriptions")),
        publications=tuple(document.get("publications") or ()),
        writes=_row(document, "writes"),
        published_writes=document.get("published_writes"),
        settings={name: _setting(row) for name, row in _row(document, "settings").items()},
        archiver=_archiver(_row(document, "archiver")),
        slot_syncs=document.get("slot_syncs"),
        replay=_replay(document.get("replay")),
        receiver=_receiver(document.get("receiver")),
        wal=_wal(document.get("wal")),
    )


def _rows(document: Row, key: str) -> Iterable[Row]:
    return cast(Iterable[Row], document.get(key) or ())


def _row(document: Row, key: str) -> Row:
    return cast(Row, document.get(key) or {})


def _lsn(text: str | None) -> int | None:
    return None if text is None else lsn_of(text)


def _time(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()


def _slot(row: Row) -> Slot:
    stats = _row(row, "stats")
    return Slot(
        name=row["slot_name"],
        logical=row["slot_type"] == "logical",
        plugin=row["plugin"] or "",
        database=row["database"] or "",
        temporary=row["temporary"],
        pid=row["active_pid"],
        status=row["wal_status"] or "",
        restart=_lsn(row["restart_lsn"]),
        confirmed=_lsn(row["confirmed_flush_lsn"]),
        safe=row["safe_wal_size"],
        xmin_age=row["xmin_age"],
        catalog_xmin_age=row["catalog_xmin_age"],
        inactive_since=_time(row.get("inactive_since")),
        reason=_reason(row),
        failover=row.get("failover") or False,
        synced=row.get("synced") or False,
        transactions=stats.get("total_txns"),
        spilled=stats.get("spill_bytes"),
    )


def _reason(row: Row) -> str:
    """Return why a slot was invalidated. 16 has no word for it: `conflicting` is set for all, also on a primary."""
    if row.get("invalidation_reason"):
        return row["invalidation_reason"]
    return "wal_removed" if row["wal_status"] == "lost" and row["restart_lsn"] is None else ""


def _sender(row: Row) -> Sender:
    return Sender(
        pid=row["pid"],
        user=row["usename"] or "",
        application=row["application_name"] or "",
        client=row["client_addr"] or "",
        state=row["state"] or "",
        sync=row["sync_state"] or "",
        sent=_lsn(row["sent_lsn"]),
        write=_lsn(row["write_lsn"]),
        flush=_lsn(row["flush_lsn"]),
        replay=_lsn(row["replay_lsn"]),
        flush_lag=row["flush_lag"],
        replay_lag=row["replay_lag"],
        replied=row["reply_time"],
    )


def _backend(row: Row) -> Backend:
    texts = ("type", "user", "database", "application", "client", "state", "wait")
    return Backend(
        **{key: row[key] or "" for key in texts},
        pid=row["pid"],
        started=row["started"],
        transaction_started=row["transaction_started"],
        changed=row["changed"],
        has_xid=row["xid"] is not None,
        query=without_passwords(row["query"] or ""),
    )


def _subscription(row: Row, counted: Row) -> Subscription:
    # the leader that applies: a table's first copy has a relation, a parallel worker a leader
    workers = [w for w in row["workers"] or () if w.get("relid") is None and w.get("leader_pid") is None]
    return Subscription(
        name=row["name"],
        database=row["database"],
        enabled=row["enabled"],
        slot=row["slot"] or "",
        publications=tuple(row["publications"]),
        workers=len(workers),
        received=_lsn(workers[0]["received_lsn"]) if workers else None,
        errors=counted.get("apply_error_count"),
        sync_errors=counted.get("sync_error_count"),
        conflicts={key: number for key, number in counted.items() if key.startswith("confl_")},
    )


def _setting(row: Row) -> Setting:
    text, unit = row["value"], row["unit"]
    number = int(text) if text.lstrip("-").isdigit() else None
    if number is not None and number > 0:
        number *= _UNITS.get(unit, 1)
    return Setting(
        text=text, number=number, needs_restart=row["context"] == "postmaster", pending_restart=row["pending_restart"]
    )


def _archiver(row: Row) -> Archiver:
    return Archiver(
        archived=row.get("archived_count") or 0,
        failed=row.get("failed_count") or 0,
        last_archived=row.get("last_archived_time"),
        last_failed=row.get("last_failed_time"),
        last_failed_file=row.get("last_failed_wal") or "",
    )


def _replay(row: Row | None) -> Replay | None:
    if row is None:
        return None
    return Replay(lsn=_lsn(row["lsn"]), paused=row["paused"], last_transaction=row["last_transaction_at"])


def _receiver(row: Row | None) -> Receiver | None:
    if row is None:
        return None
    return Receiver(
        status=row.get("status") or "",
        slot=row.get("slot_name") or "",
        host=row.get("sender_host") or "",
        port=row.get("sender_port"),
    )


def _wal(row: Row | None) -> Wal | None:
    if row is None:
        return None
    return Wal(
        bytes=row["bytes"] or 0,
        segments=row["segments"] or {},
        unarchived=row["unarchived"],
    )
