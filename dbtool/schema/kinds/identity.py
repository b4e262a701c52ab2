"""Identity columns: the clause that makes one, and what alters it and its sequence. Pure."""

from collections.abc import Mapping
from typing import Any

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.sequences import altered, options
from dbtool.schema.names import literal, made_name, qualified, quoted, unquoted
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def identity_clause(column: Record) -> str:
    """Return GENERATED ... AS IDENTITY with what its sequence does not have by itself."""
    sequence: Mapping[str, Any] = column.is_["identity options"]
    # the type is the column's
    words = [word for word in options(sequence) if not word.startswith("AS ")]
    if sequence["sequence"] != made_name(unquoted(column.parent)[1], column.name, "seq"):
        words.insert(0, f"SEQUENCE NAME {qualified(column.schema, sequence['sequence'])}")
    return f"GENERATED {column.is_['identity'].upper()} AS IDENTITY" + (f" ({' '.join(words)})" if words else "")


def persistence(column: Record, current: Mapping[str, Any], wanted: Schema) -> list[Statement]:
    """Return what makes the sequence as lasting as it should be, beside its table. From 15 on it can be set."""
    sequence = column.is_["identity options"]
    if wanted.version < 150000 or sequence.get("persistence") == current.get("persistence"):
        return []
    table = wanted.parts.get(("table", column.schema, "", unquoted(column.parent)[1]))
    usual = "unlogged" if table and table.is_.get("persistence") == "unlogged" else "logged"
    logged = sequence.get("persistence", usual).upper()
    return statements(f"ALTER SEQUENCE {qualified(column.schema, sequence['sequence'])} SET {logged}")


def has_own_identity(is_: Mapping[str, Any]) -> bool:
    """Return whether a column is an identity by itself: that of a partition is its parent's (17)."""
    return "identity options" in is_


def add_identity(column: Record, alter: str, wanted: Schema) -> list[Statement]:
    """Return what makes a column that is there an identity, which goes on after the largest value there is."""
    sequence = column.is_["identity options"]
    name, inner = qualified(column.schema, sequence["sequence"]), quoted(column.name)
    last, first = ("max", f">= {sequence['min']}") if sequence["increment"] > 0 else ("min", f"<= {sequence['max']}")
    rows = f"FROM {column.parent} HAVING {last}({inner}) {first}"
    moved = f"SELECT pg_catalog.setval({literal(name)}, {last}({inner})) {rows}"
    return [*statements(f"{alter} ADD {identity_clause(column)}", moved), *persistence(column, {}, wanted)]


def alter_identity(old: Record, new: Record, alter: str, wanted: Schema) -> list[Statement]:
    """Return what turns one identity into another without losing where its sequence stands."""
    before, after = dict(old.is_["identity options"]), new.is_["identity options"]
    made: list[Statement] = []
    if old.is_["identity"] != new.is_["identity"]:
        made += statements(f"{alter} SET GENERATED {new.is_['identity'].upper()}")
    if before["sequence"] != after["sequence"]:
        name = qualified(old.schema, before["sequence"])
        made += statements(f"ALTER SEQUENCE {name} RENAME TO {quoted(after['sequence'])}")
    if old.is_["type"] != new.is_["type"]:
        before = _of_type(before, new.is_["type"])
    made += altered(qualified(new.schema, after["sequence"]), before, after)
    return made + persistence(new, before, wanted)


def _of_type(sequence: Mapping[str, Any], type: str) -> dict[str, Any]:
    """Return the sequence as it is after ALTER COLUMN TYPE, which takes its own type and limits along."""
    if type not in _LARGEST:
        return dict(sequence)
    had, has = _LARGEST[sequence["type"]], _LARGEST[type]
    limits = {
        "max": has if sequence["max"] == had else sequence["max"],
        "min": -has - 1 if sequence["min"] == -had - 1 else sequence["min"],
    }
    return {**sequence, "type": type, **limits}
