"""The messages of the plugin pgoutput, protocol version 1 -> events. Pure.

https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct

from dbtool.feed.change import UNCHANGED, Begin, Change, Column, Commit, Event, Form, Message, Row, Truncate, Value
from dbtool.feed.change import time_of as _time

# The types whose text is JSON's as well, by their oid, which is fixed (pg_type.dat). A domain has an oid of its own.
FORMS = {
    16: Form.BOOLEAN,
    20: Form.NUMBER, 21: Form.NUMBER, 23: Form.NUMBER, 26: Form.NUMBER, 700: Form.NUMBER, 701: Form.NUMBER,
    114: Form.JSON, 3802: Form.JSON,
}  # fmt: skip

_int8, _int16, _int32, _int64 = Struct(">b"), Struct(">h"), Struct(">I"), Struct(">Q")
_CHANGES = {b"I": "insert", b"U": "update", b"D": "delete"}
_TEXT, _NULL, _UNCHANGED = b"tnu"
_begin, _commit, _column = Struct(">QqI"), Struct(">bQQq"), Struct(">Ii")


class NotUnderstood(ValueError):
    """Bytes that are no message of protocol version 1."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as the server described it, before the first change of it."""

    schema: str
    table: str
    identity: str  # d: the primary key, i: an index, f: the whole row, n: nothing
    columns: tuple[Column, ...]


@dataclass(slots=True)
class PgOutput:
    """Reads messages one after the other. It remembers the tables that were described, and the transaction.

    Without *rows* it does not look at the rows of a change: enough to count them.
    """

    rows: bool = True
    relations: dict[int, Relation] = field(default_factory=dict[int, Relation])
    xid: int = 0

    def read(self, lsn: int, data: bytes) -> Iterator[Event]:
        """Yield what a message says. Raises NotUnderstood for what is none."""
        try:
            yield from self._read(lsn, _Bytes(data))
        except (IndexError, KeyError, UnicodeDecodeError) as error:
            raise NotUnderstood(f"a message of pgoutput that cannot be read at {lsn:X}: {data[:40]!r}") from error

    def _read(self, lsn: int, data: "_Bytes") -> Iterator[Event]:
        kind = data.take(1)
        if not self.rows and kind in _CHANGES:
            relation = self._relation(data)
            yield Change(_CHANGES[kind], relation.schema, relation.table, self.xid, lsn)
        elif kind == b"I":
            relation = self._relation(data)
            data.expect(b"N")
            yield Change("insert", relation.schema, relation.table, self.xid, lsn, new=_row(relation, data))
        elif kind == b"U":
            relation = self._relation(data)
            which = data.take(1)
            before = _row(relation, data, keys=which == b"K") if which in (b"K", b"O") else None
            if before is not None:
                data.expect(b"N")
            new = _row(relation, data)
            key, old = (before, None) if which == b"K" else (None, before)
            yield Change("update", relation.schema, relation.table, self.xid, lsn, new=new, old=old, key=key)
        elif kind == b"D":
            relation = self._relation(data)
            which = data.take(1)
            before = _row(relation, data, keys=which == b"K")
            key, old = (before, None) if which == b"K" else (None, before)
            yield Change("delete", relation.schema, relation.table, self.xid, lsn, old=old, key=key)
        elif kind == b"B":
            commit_lsn, time, self.xid = data.unpack(_begin)
            yield Begin(self.xid, commit_lsn, _time(time))
        elif kind == b"C":
            _, commit_lsn, end_lsn, time = data.unpack(_commit)
            xid, self.xid = self.xid, 0
            yield Commit(xid, commit_lsn, end_lsn, _time(time))
        elif kind == b"R":
            oid, relation = _described(data)
            self.relations[oid] = relation
        elif kind == b"T":
            number, options = data.number(_int32), data.number(_int8)
            for _ in range(number):
                relation = self._relation(data)
                yield Truncate(relation.schema, relation.table, self.xid, lsn, bool(options & 1), bool(options & 2))
        elif kind == b"M":
            flags, at, prefix = data.number(_int8), data.number(_int64), data.text()
            content = data.take(data.number(_int32))
            yield Message(prefix, content, bool(flags & 1), self.xid if flags & 1 else 0, at)
        elif kind not in (b"O", b"Y"):  # where a transaction came from, and names of types: nothing to tell
            raise NotUnderstood(f"a message {kind!r} is not of protocol version 1")

    def _relation(self, data: "_Bytes") -> Relation:
        return self.relations[data.number(_int32)]


class _Bytes:
    """A message, read from its beginning to its end."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, number: int) -> bytes:
        found = self.data[self.at : self.at + number]
        if len(found) < number:
            raise IndexError("the message is too short")
        self.at += number
        return found

    def unpack(self, struct: Struct) -> tuple[int, ...]:
        return struct.unpack(self.take(struct.size))

    def number(self, struct: Struct) -> int:
        return self.unpack(struct)[0]

    def text(self) -> str:
        end = self.data.find(b"\0", self.at)
        if end < 0:
            raise IndexError("a text without an end")
        found = self.data[self.at : end].decode()
        self.at = end + 1
        return found

    def expect(self, letter: bytes) -> None:
        if self.take(1) != letter:
            raise IndexError(f"{letter!r} was expected")


def _described(data: _Bytes) -> tuple[int, Relation]:
    oid, schema, table, identity = data.number(_int32), data.text(), data.text(), data.take(1).decode()
    columns: list[Column] = []
    for _ in range(data.number(_int16)):
        flags, name = data.number(_int8), data.text()
        type_oid, _modifier = data.unpack(_column)
        columns.append(Column(name, FORMS.get(type_oid, Form.TEXT), bool(flags & 1)))
    return oid, Relation(schema or "pg_catalog", table, identity, tuple(columns))


def _row(relation: Relation, message: _Bytes, *, keys: bool = False) -> Row:
    """Return the row that comes next; of an identity alone (*keys*) all other columns are null, and none of them is.

    In one loop without calls: this is where the time goes.
    """
    if message.number(_int16) != len(relation.columns):
        raise IndexError("a row with another number of columns than its table")
    data, at, length = message.data, message.at, len(message.data)
    row: list[tuple[Column, Value]] = []
    for column in relation.columns:
        kind = data[at]
        at += 1
        if kind == _TEXT:
            start = at + 4
            at = start + int.from_bytes(data[at:start], "big")
            if at > length:
                raise IndexError("the message is too short")
            row.append((column, data[start:at].decode()))
        elif kind == _NULL:
            row.append((column, None))
        elif kind == _UNCHANGED:
            row.append((column, UNCHANGED))
        else:
            raise IndexError(f"a value {kind} is not of protocol version 1")
    message.at = at
    return [pair for pair in row if pair[0].key] if keys else row
