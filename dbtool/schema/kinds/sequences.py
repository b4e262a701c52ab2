"""Sequences, and who owns them: how they are made, altered and dropped. Pure.

An identity column's own sequence is told by the column; what is told here of it has no statements but its words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.names import literal
from dbtool.schema.statement import Hazard, Statement, statements
from dbtool.schema.whole import Schema

_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def options(is_: Mapping[str, Any]) -> list[str]:
    """Return the words of a new sequence, those that its type and direction do not say already.

    >>> options({"type": "integer", "start": 5, "increment": 1, "min": 1, "max": 2147483647, "cache": 1})
    ['AS integer', 'START WITH 5']
    """
    usual = _usual(is_["type"], is_["increment"])
    first = is_["min"] if is_["increment"] > 0 else is_["max"]
    words = [] if is_["type"] == "bigint" else [f"AS {is_['type']}"]
    words += [_option(name, is_[name]) for name in ("increment", "min", "max") if is_[name] != usual.get(name, 1)]
    words += [_option("start", is_["start"])] if is_["start"] != first else []
    words += [_option("cache", is_["cache"])] if is_["cache"] != 1 else []
    return words + (["CYCLE"] if is_.get("cycle") else [])


def _usual(of_type: str, increment: int) -> Mapping[str, int]:
    largest = _LARGEST[of_type]
    return {"min": 1, "max": largest} if increment > 0 else {"min": -largest - 1, "max": -1}


_WORDS = {"increment": "INCREMENT BY", "min": "MINVALUE", "max": "MAXVALUE", "start": "START WITH", "cache": "CACHE"}


def _option(name: str, value: Any) -> str:
    if name == "cycle":
        return "CYCLE" if value else "NO CYCLE"
    return f"{_WORDS[name]} {value}"


def altered(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Statement]:
    """Return what turns one sequence's options into another's, without losing where it stands.

    *name* is qualified; an identity column's sequence may be altered so as well. START alone moves nothing.
    """
    keys = [key for key in (*_WORDS, "cycle") if old.get(key) != new.get(key)]
    words = [_option(key, new.get(key)) for key in keys]
    if old["type"] != new["type"]:  # which may take the limits along
        limits = [_option(key, new[key]) for key in ("min", "max") if key not in keys]
        words = [f"AS {new['type']}", *limits, *words]
    if not words:
        return []
    return [*_moved_into(name, old, new), Statement(f"ALTER SEQUENCE {name} {' '.join(words)}")]


def _moved_into(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Statement]:
    """Return what moves a sequence to its new start: PostgreSQL refuses limits that it stands outside of.

    One that is not used yet, or has not come to its first value. One that has gone too far is an error, and rightly so.
    """
    up = new["increment"] > 0
    early = new["min"] > old["min"] if up else new["max"] < old["max"]
    if not early and new["min"] <= old["start"] <= new["max"]:
        return []
    before, beyond = f"last_value < {new['min']}", f"last_value > {new['max']}"
    if not up:
        before, beyond = beyond, before
    low, high = min(old["min"], new["min"]), max(old["max"], new["max"])
    wide = max((old["type"], new["type"]), key=lambda each: _LARGEST[each])
    apart = not old["min"] <= new["start"] <= old["max"]
    widened = statements(f"ALTER SEQUENCE {name} AS {wide} MINVALUE {low} MAXVALUE {high}") if apart else []
    return widened + statements(
        f"SELECT pg_catalog.setval({literal(name)}, CASE WHEN {before} OR ({beyond} AND NOT is_called)"
        f" THEN {new['start']} ELSE last_value END, is_called AND NOT {before}) FROM {name}"
    )


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    if "identity of" in record.is_:
        return []
    kind = "UNLOGGED SEQUENCE" if "persistence" in record.is_ else "SEQUENCE"
    return statements(" ".join([f"CREATE {kind} {named(record)}", *options(record.is_)]))


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if "identity of" in new.is_ and "identity of" in old.is_:
        return []
    if "identity of" in new.is_ or "identity of" in old.is_:
        return None
    made = altered(named(new), old.is_, new.is_)
    if old.is_.get("persistence") != new.is_.get("persistence"):
        logged = "UNLOGGED" if "persistence" in new.is_ else "LOGGED"
        made += statements(f"ALTER SEQUENCE {named(new)} SET {logged}")
    return made


def _drop(record: Record, current: Schema) -> list[Statement]:
    if "identity of" in record.is_:
        return []
    owned = ("ownership", record.schema, named(record), record.name) in current.parts
    hazard = Hazard("drop-sequence", f"drops the sequence {named(record)} and forgets where it stood")
    return [Statement(f"DROP SEQUENCE {named(record)}", () if owned else (hazard,))]


def _own(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return statements(f"ALTER SEQUENCE {record.parent} OWNED BY {record.is_['owned by']}")


def _own_other(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    return _own(new, wanted, ())


def _disown(record: Record, current: Schema) -> list[Statement]:
    return statements(f"ALTER SEQUENCE {record.parent} OWNED BY NONE")


KINDS: Mapping[str, Kind] = {
    "sequence": Kind(word="SEQUENCE", create=_create, alter=_alter, drop=_drop, grant_word="SEQUENCE"),
    "ownership": Kind(word="SEQUENCE", create=_own, alter=_own_other, drop=_disown),
}
