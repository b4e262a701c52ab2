"""A change as a line for a person: values shortened, nothing that a terminal would take for a command. Pure."""

import re
from collections.abc import Mapping

from dbtool.feed.change import UNCHANGED, Change, Column, Event, Form, Message, Raw, Row, Truncate, Value

_LONGEST_VALUE = 40
_LONGEST_LINE = 140
_control = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def drawn(event: Event) -> str:
    """Return a change in words.

    >>> key, status = Column("id", Form.NUMBER, True), Column("status")
    >>> drawn(Change("update", "public", "executions", 7, 1, new=[(key, "5"), (status, "failed")],
    ...     old=[(key, "5"), (status, "running")]))
    'UPDATE public.executions id=5  status: running -> failed'
    """
    if isinstance(event, Change):
        text = f"{event.kind.upper()} {_table(event)} {_of(event)}".rstrip()
    elif isinstance(event, Truncate):
        flags = " CASCADE" * event.cascade + " RESTART IDENTITY" * event.restart_identity
        text = f"TRUNCATE {_table(event)}{flags}"
    elif isinstance(event, Message):
        text = f"MESSAGE {event.prefix}: {event.content.decode('utf-8', 'backslashreplace')}"
    elif isinstance(event, Raw):
        text = f"(as the plugin said it) {event.text}"
    else:
        text = type(event).__name__.upper()
    text = _control.sub(_escaped, text)
    return text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 3] + "..."


def _of(change: Change) -> str:
    if change.new is None:
        gone = change.key or change.old
        return _pairs(_identity(gone)) if gone else "(no old row: the table has no replica identity)"
    if change.kind == "insert" or not (change.old or change.key):
        key = [pair for pair in change.new if pair[0].key]
        return "  ".join(filter(None, (_pairs(key), _pairs([pair for pair in change.new if not pair[0].key]))))
    before = {column.name: value for column, value in change.old or change.key or ()}
    key = [pair for pair in _identity(change.new) if pair[0].key and not _differs(pair[0].name, pair[1], before)]
    moved = [pair for pair in change.new if _differs(pair[0].name, pair[1], before)]
    told = [
        f"{column.name}: {_short(before[column.name], column)} -> {_short(value, column)}" for column, value in moved
    ]
    others = [] if change.old else [p for p in change.new if p[0].name not in before and p[1] is not UNCHANGED]
    return "  ".join(filter(None, (_pairs(key), ", ".join(told), _pairs(others))))


def _identity(row: Row) -> Row:
    """Return the columns of the identity; of a table whose identity is the whole row (FULL), the first ones."""
    key = [pair for pair in row if pair[0].key]
    return row[:1] if len(key) == len(row) > 1 else key or row


def _differs(name: str, value: Value, before: Mapping[str, Value]) -> bool:
    return name in before and value is not UNCHANGED and before[name] != value


def _pairs(row: Row) -> str:
    return " ".join(f"{column.name}={_short(value, column)}" for column, value in row if value is not UNCHANGED)


def _table(event: Change | Truncate) -> str:
    return f"{_name(event.schema)}.{_name(event.table)}"


def _name(name: str) -> str:
    """Return a name as SQL has it."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_$]*", name) else '"' + name.replace('"', '""') + '"'


def _short(value: Value, column: Column) -> str:
    if value is None:
        return "null"
    if column.form is Form.BOOLEAN:
        return {"t": "true", "f": "false"}.get(str(value), str(value))
    if value is UNCHANGED:
        return "(unchanged)"
    text = str(value)
    shown = text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."
    return shown if re.fullmatch(r"[^\s'=]+", shown) else f"'{shown}'"


def _escaped(found: "re.Match[str]") -> str:
    return found[0].encode("unicode_escape").decode()
