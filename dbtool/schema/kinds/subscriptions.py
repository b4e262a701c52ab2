"""Subscriptions: all of them but where they connect to, which is a secret and not read. Pure.

What a subscription does on the other server is left to people: nothing here connects to it but what PostgreSQL itself
does for `failover` and `two_phase`, outside a transaction (manual, ALTER SUBSCRIPTION).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.names import literal, quoted
from dbtool.schema.statement import Hazard, Statement, Unmanageable, statements
from dbtool.schema.whole import Schema

# The attributes, the option that says each, and what holds where the attribute is not told.
_OPTIONS: Mapping[str, tuple[str, Any]] = {
    "synchronous commit": ("synchronous_commit", "off"),
    "binary": ("binary", False),
    "streaming": ("streaming", "off"),
    "disable on error": ("disable_on_error", False),
    "password required": ("password_required", True),
    "run as owner": ("run_as_owner", False),
    "origin": ("origin", "any"),
}
# These change the slot on the other server.
_REMOTE: Mapping[str, tuple[str, Any]] = {"two phase": ("two_phase", False), "failover": ("failover", False)}


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> NoReturn:
    publications = ", ".join(map(quoted, record.is_.get("publications", ())))
    raise Unmanageable(
        f"{record}: it cannot be made, since where it connects to is a secret and not read. Write it by hand: "
        f"dbtool new NAME, with CREATE SUBSCRIPTION {named(record)} CONNECTION '...' PUBLICATION {publications}"
    )


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    subscription = f"ALTER SUBSCRIPTION {named(new)}"
    found = list(_remote(old, new, wanted, subscription))
    pauses = bool(found) and old.is_["enabled"]
    if pauses or (old.is_["enabled"] and not new.is_["enabled"]):
        found.insert(0, Statement(f"{subscription} DISABLE", alone=pauses))
    if options := [said for name, said in _options(new).items() if said != _options(old)[name]]:
        found += statements(f"{subscription} SET ({', '.join(options)})")
    if old.is_.get("publications") != new.is_.get("publications"):
        names = ", ".join(map(quoted, new.is_.get("publications", ())))
        found += statements(f"{subscription} SET PUBLICATION {names} WITH (refresh = false)")
    if new.is_["enabled"] and (pauses or not old.is_["enabled"]):
        found += statements(f"{subscription} ENABLE")
    return found


def _options(record: Record) -> Mapping[str, str]:
    slot = _slot(record.is_.get("slot"))
    told = {name: f"{option} = {_value(record.is_.get(name, usual))}" for name, (option, usual) in _OPTIONS.items()}
    return {"slot": f"slot_name = {slot}"} | told


def _slot(name: str | None) -> str:
    return "NONE" if name is None else literal(name)


def _value(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else quoted(value)


def _remote(old: Record, new: Record, wanted: Schema, subscription: str) -> Iterator[Statement]:
    for name, (option, usual) in _REMOTE.items():
        if old.is_.get(name, usual) == new.is_.get(name, usual):
            continue
        if name == "two phase" and wanted.version < 180000:
            raise Unmanageable(f"{new}: two_phase cannot be changed before PostgreSQL 18; drop and create it by hand")
        value = _value(new.is_.get(name, usual))
        yield Statement(f"{subscription} SET ({option} = {value})", alone=True)


def _drop(record: Record, current: Schema) -> list[Statement]:
    """Without its slot, since a DROP that removes it cannot run in a transaction (manual, DROP SUBSCRIPTION)."""
    subscription, slot = f"ALTER SUBSCRIPTION {named(record)}", record.is_.get("slot")
    if slot is None:
        return statements(f"DROP SUBSCRIPTION {named(record)}")
    left = Hazard(
        "replication-slot-left",
        f"{record}: its slot {slot} stays on the server it read from, and keeps WAL there; "
        f"run there: SELECT pg_drop_replication_slot({literal(slot)})",
    )
    return [
        Statement(f"{subscription} DISABLE"),
        Statement(f"{subscription} SET (slot_name = NONE)"),
        Statement(f"DROP SUBSCRIPTION {named(record)}", (left,)),
    ]


KINDS: Mapping[str, Kind] = {
    "subscription": Kind(word="SUBSCRIPTION", create=_create, alter=_alter, drop=_drop),
}
