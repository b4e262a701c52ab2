"""Publications with the tables and schemas in them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.names import quoted, unquoted
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

_RELATION, _NAMESPACE = "publication relation", "publication namespace"
_WORDS = {_RELATION: "TABLE", _NAMESPACE: "TABLES IN SCHEMA"}
_ACTIONS = ("insert", "update", "delete", "truncate")


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    lines = [f"CREATE PUBLICATION {named(record)}"]
    if "all tables" in record.is_:
        lines.append("FOR ALL TABLES")
    elif parts:
        lines.append("FOR " + ",\n        ".join(_entries(parts, wanted)))
    if options := [said for name, said in _options(record).items() if said != _options(None)[name]]:
        lines.append(f"WITH ({', '.join(options)})")
    return statements("\n    ".join(lines))


def _entries(parts: Sequence[Record], schema: Schema) -> Iterator[str]:
    """Tables before schemas, each by name; the word before the first of each (14 takes it nowhere else)."""
    for kind in (_RELATION, _NAMESPACE):
        found = sorted((part for part in parts if part.kind == kind), key=lambda part: part.name)
        for place, part in enumerate(found):
            yield (f"{_WORDS[kind]} " if place == 0 else "") + _entry(part, schema)


def _options(record: Record | None) -> Mapping[str, str]:
    """All options as WITH and SET say them; without *record*, as they are when nothing is said."""
    is_: Mapping[str, Any] = dict.fromkeys(_ACTIONS, True) if record is None else record.is_
    publish = ", ".join(action for action in _ACTIONS if is_[action])
    root = "true" if "via partition root" in is_ else "false"
    return {
        "publish": f"publish = '{publish}'",
        "root": f"publish_via_partition_root = {root}",
        "generated": f"publish_generated_columns = {is_.get('generated columns', 'none')}",  # from 18 on
    }


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if old.is_.get("all tables") != new.is_.get("all tables"):
        return None
    options = [said for name, said in _options(new).items() if said != _options(old)[name]]
    return statements(f"ALTER PUBLICATION {named(new)} SET ({', '.join(options)})")


def _entry(part: Record, schema: Schema) -> str:
    if part.kind == _NAMESPACE:
        return quoted(part.name)
    columns = f" ({', '.join(map(quoted, part.is_['columns']))})" if "columns" in part.is_ else ""
    where = f" WHERE {enclosed(part.is_['where'])}" if "where" in part.is_ else ""
    return f"{_only(part, schema)}{part.name}{columns}{where}"


def _only(part: Record, schema: Schema) -> str:
    """ONLY before a table that others inherit from: each of those is told by itself."""
    namespace, name = unquoted(part.name)
    others = (schema.parts[key] for key in schema.dependents.get(("table", namespace, "", name), ()))
    return "ONLY " if any(part.name in other.is_.get("inherits", ()) for other in others) else ""


def enclosed(expression: str) -> str:
    """Return *expression* in parentheses; pg_get_expr() gives them to operators, and not to a function or a column.

    >>> enclosed("(a > 1)"), enclosed("active"), enclosed("(a).b IN (')')")
    ('(a > 1)', '(active)', "((a).b IN (')'))")
    """
    depth, quote = 0, ""
    for place, sign in enumerate(expression):
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
            continue
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and place < len(expression) - 1:
            return f"({expression})"
    return expression


def _add(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return statements(f"ALTER PUBLICATION {record.parent} ADD {_WORDS[record.kind]} {_entry(record, wanted)}")


def _change(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    return [*_remove(old, current), *_add(new, wanted, ())]


def _remove(record: Record, current: Schema) -> list[Statement]:
    name = quoted(record.name) if record.kind == _NAMESPACE else f"{_only(record, current)}{record.name}"
    return statements(f"ALTER PUBLICATION {record.parent} DROP {_WORDS[record.kind]} {name}")


KINDS: Mapping[str, Kind] = {
    "publication": Kind(word="PUBLICATION", create=_create, alter=_alter, holds=frozenset({_RELATION, _NAMESPACE})),
    _RELATION: Kind(word="PUBLICATION", create=_add, alter=_change, drop=_remove),
    _NAMESPACE: Kind(word="PUBLICATION", create=_add, alter=_change, drop=_remove),
}
