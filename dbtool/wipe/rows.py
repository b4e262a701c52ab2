"""reset: one TRUNCATE over the project's tables, identities restarted, materialized views refreshed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from dbtool.errors import Refused
from dbtool.guard.settle import Settled
from dbtool.wipe.scope import Scope
from dbtool.wipe.transaction import owner_options, run, unlinking, wiping

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class WipedRows:
    """What reset did."""

    tables: int
    rows: int  # as estimated before
    bytes: int
    sequences: int
    materialized_views: int
    large_objects: int
    seconds: float


def wipe_rows(conn: "Conn", settled: Settled, scope: Scope, *, lock_timeout_ms: int) -> WipedRows:
    """Delete all rows of the project, restart its sequences, refresh its materialized views. Writes, all or nothing.

    Raises Refused where tables of others refer to the project's, or where more would go than *scope* shows.
    """
    started = time.monotonic()
    with wiping(conn, settled, scope, command="reset", lock_timeout_ms=lock_timeout_ms) as now:
        _refuse_inbound(now)
        run(conn, (*reset_statements(now), *unlinking(conn, now)))
    return WipedRows(
        tables=len(now.tables), rows=now.rows, bytes=now.bytes, sequences=len(now.sequences),
        materialized_views=len(now.materialized_views), large_objects=now.large_objects,
        seconds=time.monotonic() - started,
    )  # fmt: skip


def reset_statements(scope: Scope) -> Iterator[str]:
    """Yield what empties the project's tables. Pure."""
    whole = _whole(scope)
    covered = {child for child, parent in scope.partitions if parent in whole}
    named = [
        table.identity if table.relkind == "p" else f"ONLY {table.identity}"
        for table in scope.tables
        if table.oid not in covered and (table.relkind == "r" or table.oid in whole)
    ]
    if named:
        yield "TRUNCATE " + ", ".join(named) + " RESTART IDENTITY"
    restarted = whole | {table.oid for table in scope.tables if table.relkind == "r"}
    yield from (f"ALTER SEQUENCE {s.identity} RESTART" for s in scope.sequences if s.owned_by not in restarted)
    yield from refreshes(scope)


def _whole(scope: Scope) -> set[int]:
    """Return the partitioned tables all of which is the project's, to be truncated as one.

    Of others the partitions are named one by one, each with ONLY: to truncate the whole would empty a partition that
    lies on another server as well (manual, postgres_fdw: TRUNCATE), or one that is somebody else's.
    """
    ours = {table.oid: table.relkind for table in scope.tables}
    children: dict[int, list[int]] = {}
    for child, parent in scope.partitions:
        children.setdefault(parent, []).append(child)

    def is_whole(oid: int) -> bool:
        return oid in ours and all(is_whole(child) for child in children.get(oid, ()))

    return {oid for oid, relkind in ours.items() if relkind == "p" and is_whole(oid)}


def refreshes(scope: Scope) -> Iterator[str]:
    """Yield what refreshes the materialized views, each after those that it reads. Pure.

    What reads one that holds no rows by intention (WITH NO DATA) cannot be computed: it is emptied likewise.
    """
    sources: dict[int, set[int]] = {}
    for reader, source in scope.reads:
        sources.setdefault(reader, set()).add(source)
    views = {view.oid: view for view in scope.materialized_views}
    empty = {item.oid for item in scope.items if item.relkind == "m" and not item.populated}
    for oid in TopologicalSorter({**{view: set[int]() for view in views}, **sources}).static_order():
        unreadable = oid in empty or bool(sources.get(oid, set()) & empty)
        if unreadable:
            empty.add(oid)
        if view := views.get(oid):
            yield f"REFRESH MATERIALIZED VIEW {view.identity}" + (" WITH NO DATA" if unreadable else "")


def _refuse_inbound(scope: Scope) -> None:
    if keys := scope.inbound():
        lines = [f"  {key.identity} (of {key.owner}) refers to {key.referenced}" for key in keys[:10]]
        raise Refused(
            f"{len(keys)} foreign key(s) of tables that are not the project's refer to tables of it: "
            "these cannot be emptied, and nothing was done\n" + "\n".join(lines),
            hint=f"take their tables as well: {owner_options(key.owner for key in keys)}; or drop these foreign keys",
        )
