"""`feed tail` from the target to its end: which slot, from where, with which plugin; the snapshot before it."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from dbtool.db import connect
from dbtool.errors import DatabaseRefused, DbtoolError, Interrupted, Refused, UsageError
from dbtool.feed.assembled import wanted_tables
from dbtool.feed.line import other_line, snapshot_line
from dbtool.feed.output import Output
from dbtool.feed.peek import PUBLICATION, explained
from dbtool.feed.peeked import address
from dbtool.feed.plugin import KNOWN, Plugin, pgoutput, plugin_of
from dbtool.feed.slot import Server, chosen_publications, read_server, readable_slot, refuse_server
from dbtool.feed.stream import connect_stream, identity, wait_for
from dbtool.feed.tail import Follower, Following, Told
from dbtool.lsn import lsn_of, lsn_text
from dbtool.queries import query
from dbtool.report import seconds
from dbtool.where import Where, where

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.guard.settle import Settled
    from dbtool.target import Target

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asked for."""

    slot: str | None
    start: int
    snapshot: bool
    publications: Sequence[str]
    tables: Sequence[str]
    until: int
    seconds: float
    limit: int
    retry_for: float
    acknowledge: "Callable[[Conn], Settled] | None" = None  # asks whether the slot may be moved


def follow(
    target: "Target", asked: Asked, output: Output, told: Told, say: Say, banner: Callable[[Where], None]
) -> None:
    """Follow until an end is reached; *told* says how far it came, also after an error. Raises DbtoolError."""
    import psycopg

    with closing(connect(target, purpose="feed tail", read_only=True)) as conn:
        server = _read_when_released(conn, asked.slot or "")
        banner(where(conn, target))
        url = address(conn)
        if asked.acknowledge:
            _following(server, asked, url, target)  # what cannot be followed is refused before anything is asked
            settled = asked.acknowledge(conn)
        else:
            settled = None
    following = _following(server, asked, url, target)
    told.position = following.start
    conn = connect_stream(target, purpose="feed tail")
    try:
        server_id = identity(conn)
        if settled and (settled.system or server_id[0], settled.oid) != server_id:
            raise Refused("this connection reaches another database than the one that was judged: nothing was done")
        if following.temporary:
            following = _made(conn, target, following, asked, output, told, say)
        Follower(target, replace(following, identity=server_id), output, told, say).run(conn)
    except psycopg.Error as error:
        raise explained(error, server, following.slot, following.plugin) or error from None
    except KeyboardInterrupt:
        raise Interrupted("interrupted", hint=resume(following, told)) from None
    finally:
        conn.close()


def _read_when_released(conn: "Conn", slot: str) -> Server:
    """Return the server's facts; where another `feed tail` has just ended, once the server has seen that. Read-only."""
    deadline = time.monotonic() + 2
    while True:
        server = read_server(conn, slot)
        user = (server.slot or {}).get("application") or ""
        if not user.startswith("dbtool feed tail") or time.monotonic() > deadline:
            return server
        conn.rollback()
        time.sleep(0.1)


def resume(following: Following, told: Told) -> str:
    """Return how to go on exactly here; "" where nothing can."""
    if following.temporary or not told.position:
        return ""
    return (
        f"to go on exactly after the last whole transaction: --slot {following.slot} --from {lsn_text(told.position)}"
    )


def _following(server: Server, asked: Asked, url: str, target: "Target") -> Following:
    publications = chosen_publications(server, asked.publications)
    common = Following(
        slot="", temporary=True, plugin=pgoutput(publications), wanted=wanted_tables(asked.tables), until=asked.until,
        limit=asked.limit, seconds=asked.seconds, retry_for=asked.retry_for, acknowledge=asked.acknowledge is not None,
    )  # fmt: skip
    if asked.slot is None:
        refuse_server(server)
        _refuse_no_publication(publications, server)
        return replace(common, slot=f"dbtool_tail_{secrets.token_hex(6)}")
    command = f"dbtool feed tail --slot {{slot}}{target.flags}"
    slot = readable_slot(server, asked.slot, url=url, command=command)
    if slot.plugin not in KNOWN:
        raise UsageError(
            f"slot {slot.name} decodes with {slot.plugin}, which dbtool does not read",
            hint=f"dbtool feed peek {slot.name} shows what waits in it, decoded another way",
        )
    if slot.active_pid:
        who = f"{slot.application}, " if slot.application else ""
        raise DatabaseRefused(
            f"slot {slot.name} is in use ({who}pid {slot.active_pid}): one consumer reads a slot at a time",
            hint="without --slot the same is followed from now on; dbtool feed peek shows what waits in it",
        )
    if asked.start and asked.start < slot.confirmed:
        raise DatabaseRefused(
            f"slot {slot.name} stands at {lsn_text(slot.confirmed)}, which is after {lsn_text(asked.start)}: what lies "
            "between was confirmed, and the server would pass over it without a word",
            hint=f"to take that: --from {lsn_text(slot.confirmed)}, or no --from",
        )
    if slot.plugin == "pgoutput":
        _refuse_no_publication(publications, server)
    plugin: Plugin = plugin_of(slot.plugin, publications)
    return replace(common, slot=slot.name, temporary=False, plugin=plugin, start=asked.start or slot.confirmed)


def _refuse_no_publication(publications: Sequence[str], server: Server) -> None:
    if not publications:
        raise DatabaseRefused(
            f"database {server.database} has no publication, which says what is to be followed",
            hint=f"make one, for all tables or some: {PUBLICATION};",
        )


def _made(
    conn: "Conn", target: "Target", following: Following, asked: Asked, output: Output, told: Told, say: Say
) -> Following:
    """Make the temporary slot on this connection, and tell the rows of its snapshot where that is asked for."""
    modern = conn.info.server_version >= 150000
    kind = "EXPORT_SNAPSHOT" if asked.snapshot else "NOEXPORT_SNAPSHOT"
    option = f"(SNAPSHOT '{'export' if asked.snapshot else 'nothing'}')" if modern else kind
    command = f'CREATE_REPLICATION_SLOT "{following.slot}" TEMPORARY LOGICAL pgoutput {option}'
    row = wait_for(conn, command, lambda: _tell_waiting(target, say))
    point, snapshot = lsn_of(row[1]), row[2]
    told.position = point
    if asked.snapshot:
        _tell_snapshot(target, following, snapshot, point, output)
    return replace(following, start=point)


def _tell_snapshot(target: "Target", following: Following, snapshot: str, point: int, output: Output) -> None:
    from dbtool.feed.snapshot import read_snapshot

    rows, tables = 0, set[tuple[str, str]]()
    for table, row in read_snapshot(target, snapshot, following.plugin.publications, following.wanted):
        output.write(snapshot_line(table.schema, table.relation, row, point))
        tables.add((table.schema, table.relation))
        rows += 1
    output.write(other_line("snapshot-end", lsn=lsn_text(point), rows=rows, tables=len(tables)))
    output.flush()


def _tell_waiting(target: "Target", say: Say) -> None:
    """Tell whom the new slot waits for. Read-only; never a reason to fail."""
    try:
        with closing(connect(target, purpose="feed tail", read_only=True)) as conn:
            row = conn.execute(query("feed/oldest")).fetchone()
    except DbtoolError:
        row = None
    if row is None:
        say("the slot begins when the transactions have ended that run now; still waiting")
        return
    pid, role, application, age, running = row
    who = f"pid {pid}, {role}" + (f", {application}" if application else "")
    say(
        f"the slot begins when the transactions have ended that run now; the oldest is {who}, "
        f"since {seconds(cast(float, age))}: {running}"
    )
