"""A value of JSON as a field of CSV, by the type of its column. Pure.

Numbers with a point or an exponent keep their text, so that a numeric gets the digits that stand in the file.
"""

import json
from collections.abc import Callable
from typing import Any, cast

from dbtool.seeds.load.table import Column

Encode = Callable[[Any], str]


class Number(str):
    """A number as it was written."""

    __slots__ = ()


_TRUE_FALSE = {True: "true", False: "false"}


def quoted(text: str) -> str:
    """Return a text as a field of CSV that is not NULL.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + text.replace('"', '""') + '"'


def to_json(value: Any) -> str:
    """Return JSON, with each Number as it was written.

    >>> to_json({"a": [Number("1.10"), None, "x", True]})
    '{"a": [1.10, null, "x", true]}'
    """
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        pairs = cast(dict[str, Any], value).items()
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {to_json(item)}" for key, item in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_json, cast(list[Any], value))) + "]"
    return json.dumps(value, ensure_ascii=False)


def encoder(column: Column) -> Encode:
    """Return what makes the field of a value, which is not None, for this column."""
    if column.is_json:
        return _of_json
    if column.is_array:
        return _of_array_of_json if column.holds_json else _of_array
    return _plain


def _plain(value: Any) -> str:
    kind = value.__class__
    if kind is str:
        return '"' + value.replace('"', '""') + '"'
    if kind is int:
        return str(value)
    if kind is bool:
        return _TRUE_FALSE[value]
    if kind is Number:
        return value
    return quoted(to_json(value))


def _of_json(value: Any) -> str:
    return quoted(to_json(value))


def _of_array(value: Any) -> str:
    return quoted(array(cast(list[Any], value))) if isinstance(value, list) else _plain(value)


def _of_array_of_json(value: Any) -> str:
    if not isinstance(value, list):
        return _plain(value)
    items = (None if item is None else to_json(item) for item in cast(list[Any], value))
    return quoted(array(list(items)))


def array(values: list[Any]) -> str:
    r"""Return an array as PostgreSQL reads it. https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO

    >>> array([1, None, 'a"b', [True]])
    '{1,NULL,"a\\"b",{true}}'
    """
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return _TRUE_FALSE[value]
    if isinstance(value, list):
        return array(cast(list[Any], value))
    if isinstance(value, int | Number):
        return str(value)
    text = value if isinstance(value, str) else to_json(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
