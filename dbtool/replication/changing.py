"""Create, advance and drop a slot. Writes, with a Settled alone."""

from typing import TYPE_CHECKING

from dbtool.errors import DatabaseRefused
from dbtool.guard.settle import Settled, recheck
from dbtool.lsn import lsn_text
from dbtool.queries import query

if TYPE_CHECKING:
    from dbtool.db import Conn


def create_slot(conn: "Conn", settled: Settled, name: str, *, plugin: str, failover: bool, two_phase: bool) -> str:
    """Create a slot that stays, physical where *plugin* is "". Writes. Returns the LSN from which it keeps the log."""
    if not plugin:
        return _run(conn, settled, "slots/create_physical", name=name)
    kind = "slots/create_failover" if failover else "slots/create_logical"
    return _run(conn, settled, kind, name=name, plugin=plugin, two_phase=two_phase)


def advance_slot(conn: "Conn", settled: Settled, name: str, to: int) -> str:
    """Move a slot on, past what its consumer has not read. Writes. Returns where it stands then."""
    return _run(conn, settled, "slots/advance", name=name, position=lsn_text(to))


def drop_slot(conn: "Conn", settled: Settled, name: str) -> None:
    """Drop a slot. Writes."""
    _run(conn, settled, "slots/drop", name=name)


def _run(conn: "Conn", settled: Settled, what: str, **values: object) -> str:
    import psycopg

    recheck(conn, settled)
    try:
        row = conn.execute(query(what), values).fetchone()
    except psycopg.Error as error:
        said = (error.diag.message_primary or str(error)).strip()
        raise DatabaseRefused(f"slot {values['name']}: {said}", hint=_HINTS.get(error.sqlstate or "", "")) from None
    return str(row[0]) if row and row[0] else ""


_HINTS = {
    "42501": "ALTER ROLE ... REPLICATION for this role, or connect as one that has it",
    "42710": "dbtool slots shows it; another name, or drop that one first",
    "42602": "lower-case letters, digits and underscores, 63 at most",
    "53400": "dbtool slots shows which nobody needs; or ALTER SYSTEM SET max_replication_slots, then a restart",
    "55000": "dbtool replication status shows wal_level and the slot's state",
    "55006": "it is in use: stop its consumer first, or SELECT pg_terminate_backend(<its pid>)",
    "58P01": "is the plugin installed on the server? pgoutput always is, test_decoding is in contrib",
}
