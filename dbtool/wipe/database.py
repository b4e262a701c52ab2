"""drop: the whole database, from another one of the same server."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, DbtoolError, Refused, Unreachable
from dbtool.guard.mark import parse, read_mark
from dbtool.guard.settle import Settled
from dbtool.queries import query
from dbtool.secrets import redact
from dbtool.wipe.transaction import require

if TYPE_CHECKING:
    import psycopg

    from dbtool.db import Conn

_GHOSTS = 1.5  # seconds that the server may take to see that a session was closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What drop did."""

    database: str
    ended: tuple[str, ...]  # the sessions that --force ended
    slots: tuple[str, ...]  # went with the database
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    oid: int
    system: str
    comment: str
    sessions: list[str]
    active_slots: list[str]
    slots: list[str]
    subscriptions: list[str]
    prepared: list[str]


def drop_database(conninfo: str, settled: Settled, *, force: bool) -> Dropped:
    """Drop the database that was settled; every connection of ours to it must be closed before. Writes.

    Raises Refused where it is another database or others are connected (without *force*), DatabaseRefused where
    something else hinders it, and Unreachable where no other database of the server can be connected to.
    """
    import psycopg
    from psycopg import sql

    require(settled, "drop")
    started = time.monotonic()
    with _connect_beside(conninfo, settled.database) as conn:
        try:
            seen = _look(conn, settled)
            _refuse_another(seen, settled)
            _refuse_hindered(seen, settled)
            while seen.sessions and not force:
                if time.monotonic() - started > _GHOSTS:
                    raise _in_use(seen, settled)
                time.sleep(0.1)
                seen = _look(conn, settled)
                _refuse_another(seen, settled)
            statement = sql.SQL("DROP DATABASE {} WITH (FORCE)" if force else "DROP DATABASE {}")
            conn.execute(statement.format(sql.Identifier(settled.database)))
        except psycopg.Error as error:
            raise _explained(conn, settled, error) from None
    return Dropped(
        database=settled.database, ended=tuple(seen.sessions), slots=tuple(seen.slots),
        seconds=time.monotonic() - started,
    )  # fmt: skip


def _connect_beside(conninfo: str, database: str) -> "Conn":
    """Return a connection to another database of the same server. Raises Unreachable."""
    import psycopg

    reasons: list[str] = []
    for beside in ("postgres", "template1"):
        if beside == database:
            continue
        try:
            return psycopg.connect(
                conninfo, dbname=beside, autocommit=True, prepare_threshold=None, connect_timeout=10,
                application_name="dbtool drop", client_encoding="UTF8",
            )  # fmt: skip
        except psycopg.Error as error:
            reasons.append(f"{beside}: {redact(str(error).strip())}")
    raise Unreachable(
        f"{database} can only be dropped from another database of its server, and none can be connected to\n  "
        + "\n  ".join(reasons),
        hint="let this role connect to postgres or template1; or dbtool nuke, which drops all that is in the database",
    )


def _look(conn: "Conn", settled: Settled) -> _Seen:
    row = conn.execute(query("wipe/database"), {"database": settled.database}).fetchone()
    if row is None:
        raise DatabaseRefused(f"there is no database {settled.database} on this server any more")
    oid, *others = cast(Any, row)
    names = [name for name in _Seen.__dataclass_fields__ if name not in ("oid", "system")]
    return _Seen(oid=oid, system=read_mark(conn).system, **dict(zip(names, others, strict=True)))


def _refuse_another(seen: _Seen, settled: Settled) -> None:
    """Raise Refused where it is not the database that was judged, or its mark changed since."""
    if (seen.system, seen.oid) != (settled.system, settled.oid):
        raise Refused(
            f"{settled.database} is another database here than the one that was judged "
            f"(system {seen.system}, oid {seen.oid} instead of {settled.system}, {settled.oid})",
            hint="nothing was done; it was made anew meanwhile: run the command again"
            if seen.system == settled.system
            else "nothing was done; do several servers, or a failover, stand behind this address?",
        )
    mark, _ = parse(seen.comment, system=seen.system, oid=seen.oid)
    if mark != settled.mark:
        raise Refused(
            f"the database's mark changed meanwhile: {settled.mark or 'none'} was judged, {mark or 'none'} it is now",
            hint="nothing was done; run the command again",
        )


def _refuse_hindered(seen: _Seen, settled: Settled) -> None:
    """Raise DatabaseRefused for what even --force does not end: manual, DROP DATABASE."""
    hindrances = [
        *(f"the logical slot {slot} is in use: stop who reads from it, or drop it" for slot in seen.active_slots),
        *(
            f"the subscription {name} lives in it: there, ALTER SUBSCRIPTION {name} DISABLE, "
            f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE), DROP SUBSCRIPTION {name}; "
            "and drop its slot on the server that publishes"
            for name in seen.subscriptions
        ),
        *(f"the prepared transaction {gid} is open: there, ROLLBACK PREPARED {gid}" for gid in seen.prepared),
    ]
    if hindrances:
        raise DatabaseRefused(
            f"{settled.database} cannot be dropped yet, and nothing was done:\n  " + "\n  ".join(hindrances),
            hint="then run dbtool drop again",
        )


def _in_use(seen: _Seen, settled: Settled) -> Refused:
    more = [f"and {len(seen.sessions) - 10} more"] if len(seen.sessions) > 10 else []
    pooled = any("(dbtool drop," in session for session in seen.sessions)
    pooler = "a pooler keeps connections: give the direct URL (DBTOOL_DIRECT_URL); or " if pooled else ""
    return Refused(
        f"{len(seen.sessions)} other session(s) are connected to {settled.database}, and nothing was done:\n  "
        + "\n  ".join([*seen.sessions[:10], *more]),
        hint=pooler + "close them, or end them together with the database: --force",
    )


def _explained(conn: "Conn", settled: Settled, error: "psycopg.Error") -> DbtoolError:
    reason = redact(str(error).strip())
    if conn.broken or conn.closed:
        return Unreachable(
            f"the connection was lost while {settled.database} was dropped: {reason}",
            hint="it is gone, or it was begun: if it cannot be connected to, DROP DATABASE it once more by hand",
        )
    hints = {
        "42501": "only the database's owner or a superuser may drop it",
        "55006": "somebody connected meanwhile: run it again, or with --force",
        "42809": "ALTER DATABASE ... IS_TEMPLATE false, if it is meant",
    }
    return DatabaseRefused(f"{settled.database} was not dropped: {reason}", hint=hints.get(error.sqlstate or "", ""))
