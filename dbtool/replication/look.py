"""Look at a server: the one door through which replication's facts are read. Read-only, one round trip."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, LiteralString, cast

from dbtool.queries import text
from dbtool.replication.document import facts_of
from dbtool.replication.facts import Facts

if TYPE_CHECKING:
    from dbtool.db import Conn

_SUBSCRIPTION_STATS = 150000  # the first version that counts errors of subscriptions


def look(conn: "Conn", *, published: bool = False) -> Facts:
    """Return the facts of this moment. Read-only; raises psycopg.Error.

    One round trip for a role of pg_monitor; for another a second one, without what lies in pg_wal. No snapshot stays
    open between two looks. *conn* is in autocommit: each look is a read-only transaction of its own. *published*: also
    how much was written to published tables.
    """
    return facts_of(read_document(conn, published=published))


def read_document(conn: "Conn", *, published: bool = False) -> Mapping[str, Any]:
    """Return the JSON that facts_of() reads, to keep or to record. Read-only."""
    import psycopg

    names = ["facts"]
    if conn.info.server_version >= _SUBSCRIPTION_STATS:
        names.append("subscription_stats")
    if published:
        names.append("published_writes")
    try:
        return _read(conn, [*names, "wal_files"])
    except psycopg.errors.InsufficientPrivilege:
        conn.rollback()
        return _read(conn, names)


def _read(conn: "Conn", names: list[str]) -> Mapping[str, Any]:
    queries = ";\n".join(text(f"replication/{name}") for name in names)
    batch = f"BEGIN READ ONLY;\nSET LOCAL statement_timeout = '15s';\n{queries};\nCOMMIT"
    cursor = conn.execute(cast(LiteralString, batch))
    document: dict[str, Any] = {}
    while cursor.nextset():
        if cursor.description and (row := cursor.fetchone()):
            document |= cast(dict[str, Any], row[0])
    return document
