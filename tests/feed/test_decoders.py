"""The decoders on recorded bytes: what PostgreSQL 14 and 18 sent, and what is no message at all."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbtool.errors import DatabaseRefused
from dbtool.feed.assembled import Assembled, wanted_tables
from dbtool.feed.change import UNCHANGED, Begin, Change, Column, Commit, Event, Form, Message, Raw, Truncate
from dbtool.feed.counted import count
from dbtool.feed.decoded_text import DecodedText
from dbtool.feed.drawn import drawn
from dbtool.feed.line import line_of, value_in_json
from dbtool.feed.pgoutput import NotUnderstood, PgOutput
from dbtool.feed.plugin import pgoutput
from dbtool.feed.tail import Told
from dbtool.feed.wal2json import Wal2Json

# CREATE TABLE t (id integer PRIMARY KEY, v text), as PostgreSQL 18 sent it.
RELATION = b"R\0\0@\0public\0t\0d\0\x02\x01id\0\0\0\0\x17\xff\xff\xff\xff\0v\0\0\0\0\x19\xff\xff\xff\xff"
BEGIN = b"B\0\0\0\0\x01w@\xc0\0\x03\x03\xc8O\x1cp\x05\0\0\x02\xf3"
COMMIT = b"C\0\0\0\0\0\x01w@\xc0\0\0\0\0\x01w@\xf0\0\x03\x03\xc8O\x1cp\x05"
INSERT = b"I\0\0@\0N\0\x02t\0\0\0\x011t\0\0\0\x01x"
UPDATE_OF_KEY = b"U\0\0@\0K\0\x02t\0\0\0\x011nN\0\x02t\0\0\0\x0210t\0\0\0\x01x"
UPDATE_OF_ALL = b"U\0\0@\0O\0\x02t\0\0\0\x011nN\0\x02t\0\0\0\x011u"
DELETE = b"D\0\0@\0K\0\x02t\0\0\0\x012n"
TRUNCATE = b"T\0\0\0\x01\x03\0\0@\0"
MESSAGE = b"M\x01\0\0\0\0\x01w@\xc0pre\0\0\0\0\x05hello"
ORIGIN = b"O\0\0\0\0\x01w@\xc0elsewhere\0"
TYPE = b"Y\0\0@\x01public\0mood\0"
ALL = (BEGIN, RELATION, INSERT, UPDATE_OF_KEY, UPDATE_OF_ALL, DELETE, TRUNCATE, MESSAGE, ORIGIN, TYPE, COMMIT)

ID, V = Column("id", Form.NUMBER, True), Column("v")


def read(*messages: bytes) -> list[Event]:
    reader = PgOutput()
    return [event for number, message in enumerate(messages, 1) for event in reader.read(number, message)]


def test_what_pgoutput_said() -> None:
    begin, insert, of_key, of_all, delete, truncate, message, commit = read(*ALL)
    assert (begin, commit) == (
        Begin(755, 0x17740C0, begin.time),  # type: ignore[union-attr]
        Commit(755, 0x17740C0, 0x17740F0, commit.time),  # type: ignore[union-attr]
    )
    assert begin.time.isoformat() == "2026-11-21T13:43:05.738245+00:00"  # type: ignore[union-attr]
    assert insert == Change("insert", "public", "t", 755, 3, new=[(ID, "1"), (V, "x")])
    assert of_key == Change("update", "public", "t", 755, 4, new=[(ID, "10"), (V, "x")], key=[(ID, "1")])
    assert of_all == Change(
        "update", "public", "t", 755, 5, new=[(ID, "1"), (V, UNCHANGED)], old=[(ID, "1"), (V, None)]
    )
    assert delete == Change("delete", "public", "t", 755, 6, key=[(ID, "2")])
    assert truncate == Truncate("public", "t", 755, 7, cascade=True, restart_identity=True)
    assert message == Message("pre", b"hello", True, 755, 0x17740C0)


@pytest.mark.parametrize("message", ALL, ids=lambda m: m[:1].decode())
def test_no_part_of_a_message_is_taken_for_a_message(message: bytes) -> None:
    for length in range(len(message)):
        reader = PgOutput()
        if message is not RELATION:
            list(reader.read(0, RELATION))
        if (message[:length] in (b"O"[:length], b"Y"[:length]) and length) or (message[:1] in (b"O", b"Y") and length):
            continue  # nothing of these is told
        with pytest.raises(NotUnderstood):
            list(reader.read(1, message[:length]))


@pytest.mark.parametrize("message", [b"X", b"S\0\0\0\x01\x01", INSERT, b"I\0\0@\0N\0\x02b\0\0\0\x011n"])
def test_what_is_of_another_version_or_of_a_table_that_was_not_described(message: bytes) -> None:
    reader = PgOutput()
    if message is not INSERT:
        list(reader.read(0, RELATION))
    with pytest.raises(NotUnderstood):
        list(reader.read(1, message))


def test_a_table_that_is_altered_is_described_anew() -> None:
    altered = RELATION.replace(b"\0\x02\x01id", b"\0\x01\x01id")[: RELATION.index(b"\0v\0")]
    events = read(RELATION, INSERT, altered, b"I\0\0@\0N\0\x01t\0\0\0\x019")
    assert [[value for _, value in event.new] for event in events] == [["1", "x"], ["9"]]  # type: ignore[union-attr]


def test_names_of_publications_are_quoted() -> None:
    assert pgoutput(["a", 'b"c', "D e"]).options["publication_names"] == '"a","b""c","D e"'


# ---- test_decoding


def text(*lines: str) -> list[Event]:
    reader = DecodedText()
    return [event for line in lines for event in reader.read(9, line.encode())]


def row(event: Event, which: str = "new") -> dict[str, object] | None:
    found = getattr(event, which)
    return None if found is None else {column.name: value for column, value in found}


@pytest.mark.parametrize(
    ("line", "key", "new"),
    [
        ("INSERT: id[integer]:1 v[text]:'a b'", None, {"id": "1", "v": "a b"}),
        ("INSERT: v[character varying]:'it''s' n[numeric]:null", None, {"v": "it's", "n": None}),
        ("INSERT: a[integer[]]:'{1,2}' \"q[x]:\"[\"weird]type\"]:'y'", None, {"a": "{1,2}", "q[x]:": "y"}),
        ("INSERT: f[double precision]:NaN b[boolean]:true bits[bit varying]:B'101'", None, {"f": "NaN", "b": "t", "bits": "101"}),
        ("INSERT: v[text]:'x\ny z[text]:''q'''", None, {"v": "x\ny z[text]:'q'"}),
        ("UPDATE: id[integer]:1 v[text]:unchanged-toast-datum", None, {"id": "1", "v": UNCHANGED}),
        ("UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 v[text]:null", {"id": "1"}, {"id": "2", "v": None}),
        ("UPDATE: old-key: v[text]:' new-tuple: id[integer]:7' new-tuple: v[text]:''", {"v": " new-tuple: id[integer]:7"}, {"v": ""}),
        ("DELETE: id[integer]:2", {"id": "2"}, None),
        ("DELETE: (no-tuple-data)", None, None),
    ],
)  # fmt: skip
def test_what_test_decoding_said(line: str, key: object, new: object) -> None:
    (event,) = text(f"table public.t: {line}")
    assert isinstance(event, Change)
    assert (row(event, "key"), row(event)) == (key, new)


def test_its_other_lines() -> None:
    events = text(
        "BEGIN 529",
        'table public.a, "b, c"."d.e": TRUNCATE: restart_seqs cascade',
        "message: transactional: 1 prefix: p, q, sz: 3 content:a\nb",
        "COMMIT 529 (at 2026-11-21 13:43:44.131077+00)",
        "COMMIT 530",
        "BEGIN",
    )
    assert [type(event).__name__ for event in events] == [
        "Begin",
        "Truncate",
        "Truncate",
        "Message",
        "Commit",
        "Commit",
        "Begin",
    ]
    assert [(e.schema, e.table) for e in events[1:3]] == [("public", "a"), ("b, c", "d.e")]  # type: ignore[union-attr]
    assert events[3] == Message("p, q", b"a\nb", True, 529, 9)
    assert events[4].end_lsn == 9 and events[4].time.hour == 13  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "line",
    [
        "", "table", "table public.t: INSERT:", "table public.t: INSERT: id[integer]", "table public.t: INSERT: id[integer]:1 and more",
        "table public.t: MERGE: id[integer]:1", "opening a streamed block for transaction TXN 5", "table public.t: UPDATE: old-key: id[integer]:1",
        "table public.t: INSERT: v[text]:'no end",
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_told_as_it_came(line: str) -> None:
    assert text("BEGIN 5", line)[1:] == [Raw(line, 5, 9)]


def test_wal2json() -> None:
    lines = [
        '{"action":"B","xid":7}',
        '{"action":"U","schema":"s","table":"t","columns":[{"name":"id","type":"integer","value":1},'
        '{"name":"n","type":"numeric","value":1.10},{"name":"b","type":"boolean","value":true}],'
        '"identity":[{"name":"id","type":"integer","value":0}]}',
        '{"action":"D","schema":"s","table":"t","identity":[{"name":"id","type":"integer","value":1}]}',
        '{"action":"T","schema":"s","table":"t"}',
        '{"action":"M","transactional":true,"prefix":"p","content":"c"}',
        '{"action":"C","xid":7}',
        '{"change":[]}',
    ]
    reader = Wal2Json()
    events = [event for line in lines for event in reader.read(9, line.encode())]
    assert row(events[1]) == {"id": "1", "n": "1.10", "b": "t"}
    assert (row(events[1], "key"), row(events[2], "key")) == ({"id": "0"}, {"id": "1"})
    assert [type(event).__name__ for event in events] == [
        "Begin",
        "Change",
        "Change",
        "Truncate",
        "Message",
        "Commit",
        "Raw",
    ]


# ---- lines


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (Form.NUMBER, "-5", "-5"), (Form.NUMBER, "1e+300", "1e+300"), (Form.NUMBER, "NaN", '"NaN"'), (Form.NUMBER, "-Infinity", '"-Infinity"'),
        (Form.NUMBER, "9007199254740991", "9007199254740991"), (Form.NUMBER, "9007199254740992", '"9007199254740992"'),
        (Form.NUMBER, "0.1", "0.1"), (Form.JSON, '{"a":\n1.10}', '{"a": 1.10}'), (Form.BOOLEAN, "f", "false"), (Form.TEXT, None, "null"),
        (Form.TEXT, 'a"\\\n\x00', json.dumps('a"\\\n\x00')),
    ],
)  # fmt: skip
def test_values_are_typed_where_json_can_hold_them(form: Form, value: str | None, expected: str) -> None:
    assert value_in_json(Column("c", form), value) == expected


def test_every_line_is_an_object_of_json_on_one_line() -> None:
    bytes_ = Message("p", b"\xff\x00", False, 0, 16)
    for event in (*read(*ALL), *text("BEGIN 1", "nonsense\n"), bytes_):
        line = line_of(event)
        assert "\n" not in line
        assert json.loads(line)["kind"]
    assert json.loads(line_of(bytes_))["content_base64"] == "/wA="


def test_empty_transactions_are_not_told() -> None:
    assembled = Assembled(wanted_tables(["t"]))
    other = Change("insert", "public", "other", 1, 5)
    mine = Change("insert", "public", "t", 2, 6)
    told = [
        line
        for event in (Begin(1, 1), other, Commit(1, 1, 2), Begin(2, 3), other, mine, Commit(2, 3, 4))
        for line in assembled.told(event)
    ]
    assert told == [Begin(2, 3), mine, Commit(2, 3, 4, changes=1)]


@given(st.data())
def test_what_was_told_before_a_cut_is_not_told_again(data: st.DataObject) -> None:
    """Wherever it is cut, and however often, also while an unfinished transaction is passed over."""
    sizes = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))
    events: list[Event] = []
    for number, size in enumerate(sizes, 1):
        at = number * 100
        if data.draw(st.booleans()):
            events.append(Message("beat", b"", False, 0, at - 1))
        changes = [Change("insert", "s", f"t{number}_{n}", number, at + n) for n in range(size)]
        events += [Begin(number, at + 50), *changes, Commit(number, at + 50, at + 60)]
    told, heard = Told(), list[Event]()
    for _ in range(data.draw(st.integers(0, 6))):
        left = _after(events, told.position)
        for event in left[: data.draw(st.integers(0, len(left)))]:
            if not told.again(event):
                heard.append(event)
        told.cut()
    heard += [event for event in _after(events, told.position) if not told.again(event)]
    assert heard == events


def _after(events: list[Event], position: int) -> list[Event]:
    """What a server sends from a position on: whole transactions that committed there or later."""
    ends = {event.xid: event.lsn for event in events if isinstance(event, Commit)}
    return [event for event in events if (ends[event.xid] if event.xid else event.lsn) >= position]  # type: ignore[union-attr]


def test_another_transaction_in_the_place_of_the_one_that_was_cut_is_an_error() -> None:
    told = Told()
    told.again(Begin(7, 50))
    told.cut()
    with pytest.raises(DatabaseRefused, match="transaction 7 was cut in its middle, and 8 comes in its place"):
        told.again(Begin(8, 60))


def test_counting() -> None:
    found = count([*read(*ALL), Begin(9, 1), Commit(9, 1, 2)])
    (table,) = found.most_first
    assert (table.inserts, table.updates, table.deletes, table.truncates, table.transactions) == (1, 2, 1, 1, 1)
    assert (found.changes, found.transactions, found.messages, found.largest_xid) == (5, 1, 1, 755)


def test_what_a_person_reads() -> None:
    said = [drawn(event) for event in read(*ALL) if not isinstance(event, Begin | Commit)]
    assert said == [
        "INSERT public.t id=1  v=x",
        "UPDATE public.t id: 1 -> 10  v=x",
        "UPDATE public.t id=1",
        "DELETE public.t id=2",
        "TRUNCATE public.t CASCADE RESTART IDENTITY",
        "MESSAGE pre: hello",
    ]


def test_many_columns(tmp_path) -> None:
    """As many as a table can have, and a value of a megabyte."""
    columns = b"".join(b"\0c%d\0" % n + struct.pack(">Ii", 25, -1) for n in range(1600))
    relation = b"R\0\0\0\x01public\0wide\0d" + struct.pack(">h", 1600) + columns
    value = b"t" + struct.pack(">I", 1 << 20) + b"x" * (1 << 20)
    insert = b"I\0\0\0\x01N" + struct.pack(">h", 1600) + b"n" * 1599 + value
    (event,) = read(relation, insert)
    assert len(event.new) == 1600 and len(event.new[-1][1]) == 1 << 20  # type: ignore[union-attr]
    assert len(drawn(event)) <= 140
