"""An event -> a line of JSON: the shape that `feed tail` and `feed peek --json` promise (docs/commands/feed.md). Pure.

Lines are put together as text, so that a number and a json value stay as PostgreSQL wrote them, digit for digit.
"""

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from json.encoder import encode_basestring

from dbtool.feed.change import UNCHANGED, Begin, Change, Column, Commit, Event, Form, Message, Raw, Row, Truncate, Value
from dbtool.lsn import lsn_text

_EXACT = 2**53  # from here on a reader that knows doubles alone would change a whole number
_number = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?")
_quoted = encode_basestring


def line_of(event: Event) -> str:
    """Return the line of an event, without its end.

    >>> line_of(Begin(750, 23738896))
    '{"kind":"begin","xid":750,"lsn":"0/16A3A10","time":null}'
    """
    if isinstance(event, Change):
        unchanged = [column.name for column, value in event.new or () if value is UNCHANGED]
        told = f',"unchanged":{json.dumps(unchanged, ensure_ascii=False)}' if unchanged else ""
        return (
            f'{{"kind":"{event.kind}",{_table(event)},"new":{_row(event.new)},"old":{_row(event.old)},'
            f'"key":{_row(event.key)}{told},{_at(event)}}}'
        )
    if isinstance(event, Begin):
        return f'{{"kind":"begin","xid":{event.xid},"lsn":{_lsn(event.lsn)},"time":{_time(event.time)}}}'
    if isinstance(event, Commit):
        return (
            f'{{"kind":"commit","xid":{event.xid},"lsn":{_lsn(event.lsn)},"end_lsn":{_lsn(event.end_lsn)},'
            f'"time":{_time(event.time)},"changes":{event.changes}}}'
        )
    if isinstance(event, Truncate):
        cascade, restart = json.dumps(event.cascade), json.dumps(event.restart_identity)
        flags = f'"cascade":{cascade},"restart_identity":{restart}'
        return f'{{"kind":"truncate",{_table(event)},{flags},{_at(event)}}}'
    if isinstance(event, Message):
        transactional = json.dumps(event.transactional)
        prefix = _quoted(event.prefix)
        return (
            f'{{"kind":"message","prefix":{prefix},{_content(event.content)},'
            f'"transactional":{transactional},{_at(event)}}}'
        )
    return f'{{"kind":"raw","text":{_quoted(event.text)},{_at(event)}}}'


def snapshot_line(schema: str, table: str, row: Row, lsn: int) -> str:
    """Return the line of a row that was there when the slot was made."""
    where = f'"schema":{_name(schema)},"table":{_name(table)}'
    return f'{{"kind":"snapshot",{where},"new":{_row(row)},"lsn":"{lsn_text(lsn)}"}}'


def other_line(kind: str, **values: object) -> str:
    """Return the line of something else."""
    return json.dumps({"kind": kind, **values}, ensure_ascii=False, separators=(",", ":"))


def _table(event: Change | Truncate) -> str:
    return f'"schema":{_name(event.schema)},"table":{_name(event.table)}'


def _at(event: Change | Truncate | Message | Raw) -> str:
    return f'"xid":{event.xid or "null"},"lsn":{_lsn(event.lsn)}'


def _lsn(position: int) -> str:
    return f'"{lsn_text(position)}"' if position else "null"


def _time(time: datetime | None) -> str:
    return f'"{time.isoformat()}"' if time else "null"


@cache
def _name(name: str) -> str:
    return _quoted(name)


def _row(row: Row | None) -> str:
    if row is None:
        return "null"
    return "{" + ",".join([f"{_name(c.name)}:{value_in_json(c, v)}" for c, v in row if v is not UNCHANGED]) + "}"


def value_in_json(column: Column, value: Value) -> str:
    """Return a value in JSON: as itself where JSON can hold it exactly, else as PostgreSQL's text.

    >>> value_in_json(Column("n", Form.NUMBER), "42"), value_in_json(Column("n", Form.NUMBER), "9007199254740993")
    ('42', '"9007199254740993"')
    >>> value_in_json(Column("b", Form.BOOLEAN), "t"), value_in_json(Column("x"), "1.50")
    ('true', '"1.50"')
    """
    if value is None or value is UNCHANGED:
        return "null"
    text, form = str(value), column.form
    if form is Form.TEXT:
        return _quoted(text)
    if form is Form.NUMBER:
        if text.isdecimal() and len(text) < 16:
            return text
        exact = _number.fullmatch(text) and (not text.lstrip("-").isdigit() or abs(int(text)) < _EXACT)
        return text if exact else _quoted(text)  # NaN and Infinity are none of JSON's numbers
    if form is Form.BOOLEAN:
        return {"t": "true", "f": "false"}.get(text, _quoted(text))
    return text.replace("\n", " ").replace("\r", " ")  # of type json, where line ends stand between its words only


def _content(content: bytes) -> str:
    try:
        return f'"content":{_quoted(content.decode())}'
    except UnicodeDecodeError:
        return f'"content":null,"content_base64":"{b64encode(content).decode()}"'


def names_of(tables: Sequence[tuple[str, str]]) -> str:
    """Return tables in words.

    >>> names_of([("public", "a"), ("public", "b")])
    'public.a, public.b'
    """
    return ", ".join(f"{schema}.{table}" for schema, table in tables)
