"""The lines of the plugin wal2json, format version 2 -> events. Pure. Another line is told as it came.

https://github.com/eulerto/wal2json: one object for each change, numbers and booleans as JSON's own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbtool.feed.change import Begin, Change, Column, Commit, Event, Form, Message, Raw, Row, Truncate, Value
from dbtool.feed.decoded_text import FORMS_BY_NAME

_KINDS = {"I": "insert", "U": "update", "D": "delete"}


@dataclass(slots=True)
class Wal2Json:
    """Reads lines one after the other; it remembers the transaction."""

    xid: int = 0

    def read(self, lsn: int, data: bytes) -> Iterator[Event]:
        """Yield what a line says."""
        text = data.decode("utf-8", "replace")
        try:
            # numbers stay the text that they are: 0.10 is not 0.1
            said: Mapping[str, Any] = json.loads(text, parse_float=str, parse_int=str)
            yield self._event(said, lsn)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield Raw(text, self.xid, lsn)

    def _event(self, said: Mapping[str, Any], lsn: int) -> Event:
        action = said["action"]
        if action == "B":
            self.xid = int(said.get("xid") or 0)
            return Begin(self.xid, 0)
        if action == "C":
            xid, self.xid = self.xid, 0
            return Commit(xid, 0, lsn)
        if action == "T":
            return Truncate(said["schema"], said["table"], self.xid, lsn)
        if action == "M":
            transactional = bool(said["transactional"])
            content = str(said["content"]).encode()
            return Message(said["prefix"], content, transactional, self.xid if transactional else 0, lsn)
        new, key = _row(said.get("columns")), _row(said.get("identity"))
        return Change(_KINDS[action], said["schema"], said["table"], self.xid, lsn, new=new, key=key)


def _row(columns: Sequence[Mapping[str, Any]] | None) -> Row | None:
    if columns is None:
        return None
    return [(Column(c["name"], FORMS_BY_NAME.get(c.get("type", ""), Form.TEXT)), _value(c["value"])) for c in columns]


def _value(value: object) -> Value:
    if isinstance(value, bool):
        return "t" if value else "f"
    return value if value is None or isinstance(value, str) else json.dumps(value)
