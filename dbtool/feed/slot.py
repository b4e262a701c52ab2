"""A slot and its server as facts, and why a slot cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbtool.errors import DatabaseRefused, UsageError
from dbtool.lsn import lsn_of
from dbtool.queries import query

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the query feed/slot answers, field for field. ``slot`` is a row of pg_replication_slots, or None."""

    version: int
    database: str
    in_recovery: bool
    wal_level: str
    max_slots: int
    max_senders: int
    lsn: str | None
    publications: list[str]
    slots: list[str]
    slot: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A logical slot that can be read."""

    name: str
    plugin: str
    database: str
    active_pid: int | None
    application: str
    wal_status: str
    confirmed: int
    restart: int


def read_server(conn: "Conn", slot: str = "") -> Server:
    """Return the server's facts and those of the slot. Read-only, one round trip."""
    from psycopg.rows import class_row

    cursor = conn.cursor(row_factory=class_row(Server))
    found = cursor.execute(query("feed/slot"), {"slot": slot}).fetchone()
    assert found is not None, "a SELECT without FROM has one row"
    return found


def readable_slot(server: Server, name: str, *, url: str, command: str) -> Slot:
    """Return the slot. Raises UsageError or DatabaseRefused with the reason where it cannot be decoded here.

    *url*: of this server, with `{database}` in it; *command*: what to type for another slot or database.
    """
    refuse_server(server)
    if server.slot is None:
        raise _not_there(server, name, command)
    row = server.slot
    if row["slot_type"] != "logical":
        raise UsageError(
            f"slot {name} is a physical one: it keeps the log for a standby, and nothing can be decoded from it",
            hint="dbtool replication status shows its standby",
        )
    if row["database"] != server.database:
        there = url.format(database=row["database"])
        raise UsageError(
            f"slot {name} belongs to database {row['database']}, and this is {server.database}",
            hint=f"{command.format(slot=name)} --url {there}",
        )
    if reason := lost_because(row):
        raise DatabaseRefused(
            f"slot {name} is lost ({reason}): what waited in it is gone, and nothing can be read from it",
            hint="its consumer must be set up anew, from a fresh snapshot; dbtool replication doctor has the cause, "
            f"dbtool slots drop {name} removes what is left of it",
        )
    if row["confirmed_flush_lsn"] is None or row["restart_lsn"] is None:
        raise DatabaseRefused(f"slot {name} is still being made: it waits for transactions that run")
    return Slot(
        name=name,
        plugin=row["plugin"],
        database=row["database"],
        active_pid=row["active_pid"],
        application=row.get("application") or "",
        wal_status=row["wal_status"],
        confirmed=lsn_of(row["confirmed_flush_lsn"]),
        restart=lsn_of(row["restart_lsn"]),
    )


def lost_because(row: Mapping[str, Any]) -> str:
    """Return why a slot is lost, "" where it is not. 16 has one reason more than 14, 17 names it.

    >>> lost_because({"wal_status": "lost", "restart_lsn": None}), lost_because({"wal_status": "reserved"})
    ('its log was removed', '')
    """
    if reason := row.get("invalidation_reason"):
        words = {
            "wal_removed": "its log was removed", "rows_removed": "rows that it needs were removed",
            "wal_level_insufficient": "wal_level was lowered", "idle_timeout": "it was idle for too long",
        }  # fmt: skip
        return words.get(str(reason), str(reason))
    if row.get("wal_status") == "lost":
        return "its log was removed"
    return "it conflicted with recovery" if row.get("conflicting") else ""


def refuse_server(server: Server) -> None:
    """Raise DatabaseRefused where nothing can be decoded on this server."""
    if server.in_recovery and server.version < 160000:
        raise DatabaseRefused(
            f"this server is a standby of version {server.version // 10000}: a standby decodes changes from 16 on",
            hint="give the URL of the primary",
        )
    if server.wal_level != "logical":
        raise DatabaseRefused(
            f"wal_level is {server.wal_level}: the log does not hold what decoding needs",
            hint="ALTER SYSTEM SET wal_level = 'logical', then a restart; only what is written after that can be read",
        )


def chosen_publications(server: Server, given: Sequence[str]) -> tuple[str, ...]:
    """Return the publications that are meant: those that were named, else all. Raises UsageError for an unknown one."""
    from dbtool.spelling import close_words

    for name in given:
        if name not in server.publications:
            close = close_words(name, server.publications)
            known = ", ".join(server.publications) or "there is none"
            raise UsageError(
                f"publication {name} is not in database {server.database}; known: {known}",
                hint=f"did you mean {close[0]}?" if close else "SELECT pubname FROM pg_publication",
            )
    return tuple(dict.fromkeys(given)) or tuple(server.publications)


def _not_there(server: Server, name: str, command: str) -> UsageError:
    from dbtool.spelling import close_words

    close = close_words(name, server.slots)
    if close:
        hint = f"did you mean {close[0]}? {command.format(slot=close[0])}"
    else:
        hint = "dbtool slots shows those that are there" if server.slots else f"dbtool slots create {name} makes one"
    known = ", ".join(server.slots[:10]) or "none"
    return UsageError(f"slot {name} is not on this server; there are: {known}", hint=hint)
