"""The lines of the plugin test_decoding -> events. Pure. What cannot be read is told as it came, never lost.

https://www.postgresql.org/docs/current/test-decoding.html, and contrib/test_decoding/test_decoding.c for its form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from dbtool.feed.change import UNCHANGED, Begin, Change, Column, Commit, Event, Form, Message, Raw, Row, Truncate, Value

FORMS_BY_NAME = {
    "boolean": Form.BOOLEAN,
    "smallint": Form.NUMBER, "integer": Form.NUMBER, "bigint": Form.NUMBER, "oid": Form.NUMBER,
    "real": Form.NUMBER, "double precision": Form.NUMBER,
    "json": Form.JSON, "jsonb": Form.JSON,
}  # fmt: skip
_NAME = r'(?:"(?:[^"]|"")*"|[^\s".:,\[]+)'
_table = re.compile(rf"({_NAME})\.({_NAME})")
_head = re.compile(rf"table ((?:{_NAME}\.{_NAME}(?:, )?)+): (INSERT|UPDATE|DELETE|TRUNCATE):")
_column = re.compile(rf'({_NAME})\[((?:"(?:[^"]|"")*"|[^"])*?)\]:')
_value = re.compile(r"(B)?'((?:[^']|'')*)'|(\S+)", re.DOTALL)
_edge = re.compile(r"(BEGIN|COMMIT)(?: (\d+))?(?: \(at (.+)\))?")
_message = re.compile(r"message: transactional: ([01]) prefix: (.*?), sz: (\d+) content:(.*)", re.DOTALL)


@dataclass(slots=True)
class DecodedText:
    """Reads lines one after the other; it remembers the transaction."""

    xid: int = 0

    def read(self, lsn: int, data: bytes) -> Iterator[Event]:
        """Yield what a line says."""
        text = data.decode("utf-8", "replace")
        if edge := _edge.fullmatch(text):
            yield self._edge(lsn, edge)
        elif message := _message.fullmatch(text):
            transactional = message[1] == "1"
            content = message[4].encode()
            yield Message(message[2], content, transactional, self.xid if transactional else 0, lsn)
        else:
            yield from _changes(text, self.xid, lsn) or [Raw(text, self.xid, lsn)]

    def _edge(self, lsn: int, edge: "re.Match[str]") -> Event:
        xid = int(edge[2] or self.xid)
        if edge[1] == "BEGIN":
            self.xid = xid
            return Begin(xid, 0)
        self.xid = 0
        return Commit(xid, 0, lsn, _time(edge[3]))


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:  # another DateStyle than ours
        return None


def _changes(text: str, xid: int, lsn: int) -> list[Event]:
    """Return the changes of a line that begins with a table; [] where it is not such a line, or no row can be read."""
    head = _head.match(text)
    if head is None:
        return []
    tables = [(_bare(schema), _bare(table)) for schema, table in _table.findall(head[1])]
    rest = text[head.end() :]
    if head[2] == "TRUNCATE":
        flags = rest.split()
        cascade, restart = "cascade" in flags, "restart_seqs" in flags
        return [Truncate(schema, table, xid, lsn, cascade, restart) for schema, table in tables]
    (schema, table), kind = tables[0], head[2].lower()
    if rest == " (no-tuple-data)":
        return [Change(kind, schema, table, xid, lsn)]
    if kind == "delete":
        row = _row(rest)
        return [Change(kind, schema, table, xid, lsn, key=row)] if row else []
    key: Row | None = None
    if rest.startswith(" old-key:"):
        before = _columns(rest, len(" old-key:"))
        if before is None or not rest.startswith(" new-tuple:", before[1]):
            return []
        key, rest = before[0], rest[before[1] + len(" new-tuple:") :]
    new = _row(rest)
    return [Change(kind, schema, table, xid, lsn, new=new, key=key)] if new else []


def _row(text: str) -> Row | None:
    """Return the row that fills a text to its end, None where something else is in it.

    >>> [(c.name, v) for c, v in _row(" id[integer]:1 \\"a b\\"[text]:'it''s' c[text]:null") or ()]
    [('id', '1'), ('a b', "it's"), ('c', None)]
    """
    found = _columns(text, 0)
    return found[0] if found and found[1] == len(text) else None


def _columns(text: str, at: int) -> tuple[Row, int] | None:
    row: list[tuple[Column, Value]] = []
    while at < len(text):
        column = _column.match(text, at + 1) if text[at] == " " else None
        value = _value.match(text, column.end()) if column else None
        if column is None or value is None:
            break
        form = FORMS_BY_NAME.get(column[2], Form.TEXT)
        row.append((Column(_bare(column[1]), form), _meant(value)))
        at = value.end()
    return (row, at) if row else None


def _meant(value: "re.Match[str]") -> Value:
    if value[3] is None:
        return value[2].replace("''", "'")
    return {"null": None, "unchanged-toast-datum": UNCHANGED, "true": "t", "false": "f"}.get(value[3], value[3])


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
