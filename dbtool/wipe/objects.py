"""nuke: drops every object of the project, and nothing of others, in one transaction."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, Refused
from dbtool.guard.settle import Settled
from dbtool.queries import query
from dbtool.wipe.scope import DEFAULT_PRIVILEGES, LARGE_OBJECTS, Left, Scope, Subscription, read_scope
from dbtool.wipe.transaction import owner_options, run, unlinking, wiping

if TYPE_CHECKING:
    from dbtool.db import Conn

# What pg_identify_object() calls a kind, and how DROP does, in the order of the drops: event triggers first, for they
# may forbid the others; operator classes before what may hold their access method; sequences after their tables.
_VERBS = {
    "event trigger": "EVENT TRIGGER",
    "subscription": "SUBSCRIPTION",
    "publication": "PUBLICATION",
    "operator class": "OPERATOR CLASS",
    "operator family": "OPERATOR FAMILY",
    "schema": "SCHEMA",
    "materialized view": "MATERIALIZED VIEW",
    "view": "VIEW",
    "table": "TABLE",
    "foreign table": "FOREIGN TABLE",
    "sequence": "SEQUENCE",
    "statistics object": "STATISTICS",
    "cast": "CAST",
    "transform": "TRANSFORM",
    "operator": "OPERATOR",
    "aggregate": "AGGREGATE",
    "text search configuration": "TEXT SEARCH CONFIGURATION",
    "text search dictionary": "TEXT SEARCH DICTIONARY",
    "text search parser": "TEXT SEARCH PARSER",
    "text search template": "TEXT SEARCH TEMPLATE",
    "conversion": "CONVERSION",
    "access method": "ACCESS METHOD",
    "server": "SERVER",
    "foreign-data wrapper": "FOREIGN DATA WRAPPER",
    "language": "LANGUAGE",
    "extension": "EXTENSION",
    "domain": "DOMAIN",
    "type": "TYPE",
    "procedure": "PROCEDURE",
    "function": "FUNCTION",
    "collation": "COLLATION",
}
_FIRST = ("operator class", "operator family")
_WITH_ITS_SERVER = "user mapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class WipedObjects:
    """What nuke did, and what it left."""

    dropped: Mapping[str, int]  # by kind
    left: tuple[Left, ...]
    remote_slots: tuple[Subscription, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    identity: str
    owner: str


def wipe_objects(conn: "Conn", settled: Settled, scope: Scope, *, lock_timeout_ms: int) -> WipedObjects:
    """Drop every object of the project; what others own is there afterwards as it was. Writes, all or nothing.

    Raises Refused where something of others would be lost with it, or where more would go than *scope* shows.
    """
    started = time.monotonic()
    with wiping(conn, settled, scope, command="nuke", lock_timeout_ms=lock_timeout_ms) as now:
        before = _read_others(conn, now)
        run(conn, (*drop_statements(now), *unlinking(conn, now)))
        # the ledger that told one of the owners is gone
        owners = {*now.owners, *(item.owner for item in now.items if item.ours and item.relkind)}
        after = read_scope(conn, ledger_schema=now.ledger_schema, owners=sorted(owners))
        _refuse_losses(before, _read_others(conn, after, of=now))
        if after.taken:
            raise DatabaseRefused(
                "not all was dropped, and so nothing was: " + ", ".join(map(str, after.taken[:10])),
                hint="this is a mistake of dbtool: please report it, with the kind of the object",
            )
    return WipedObjects(
        dropped=now.counts(), left=now.left_by_nuke(), remote_slots=now.remote_slots(),
        seconds=time.monotonic() - started,
    )  # fmt: skip


def drop_statements(scope: Scope) -> Iterator[str]:
    """Yield what drops the project's objects, in an order in which none is missed for want of another. Pure."""
    schemas = {item.schema for item in scope.taken if item.kind == "schema"}
    slots = {subscription.identity: subscription for subscription in scope.subscriptions}
    order = {kind: number for number, kind in enumerate(_VERBS)}
    for item in sorted(scope.taken, key=lambda item: order.get(item.kind, len(order))):
        if item.internal or item.kind in (_WITH_ITS_SERVER, LARGE_OBJECTS, DEFAULT_PRIVILEGES):
            continue
        if item.schema in schemas and item.kind not in ("schema", "extension", *_FIRST):
            continue  # it goes with its schema
        if item.kind == "subscription" and slots[item.identity].slot:
            # with a slot it could not be dropped in a transaction: manual, DROP SUBSCRIPTION
            yield f"ALTER SUBSCRIPTION {item.identity} DISABLE"
            yield f"ALTER SUBSCRIPTION {item.identity} SET (slot_name = NONE)"
        yield f"DROP {_VERBS[item.kind]} IF EXISTS {item.identity} CASCADE"
    yield from (
        scope.default_privileges[item.oid]
        for item in scope.taken
        if item.kind == DEFAULT_PRIVILEGES and item.schema not in schemas
    )


def _read_others(conn: "Conn", scope: Scope, *, of: Scope | None = None) -> dict[tuple[int, int, int], _Part]:
    """Return what others own, with the parts of their relations; of the relations in *of* where that is given."""
    others = [item for item in scope.items if not item.ours and item.kind != DEFAULT_PRIVILEGES]
    found = {(i.catalog, i.oid, 0): _Part(identity=str(i), owner=i.owner) for i in others}
    relations = [i.oid for i in (of or scope).items if not i.ours and i.relkind]
    if relations:
        rows = cast(Any, conn.execute(query("wipe/parts"), {"relations": relations}).fetchall())
        for catalog, oid, part, kind, identity, owner in rows:
            found[(catalog, oid, part)] = _Part(identity=f"{kind} {identity}", owner=owner)
    return found


def _refuse_losses(before: Mapping[tuple[int, int, int], _Part], after: Mapping[tuple[int, int, int], _Part]) -> None:
    """Raise Refused where something of others is there no more: it depends on something of the project."""
    lost = [part for key, part in before.items() if key not in after]
    if not lost:
        return
    more = [f"  and {len(lost) - 10} more"] if len(lost) > 10 else []
    raise Refused(
        f"{len(lost)} object(s) of other owners depend on the project's, and would be lost: nothing was done\n"
        + "\n".join([*(f"  {part.identity} (of {part.owner})" for part in lost[:10]), *more]),
        hint="when they are to go as well: " + owner_options(part.owner for part in lost),
    )
