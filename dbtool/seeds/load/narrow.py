"""Finds the rows that the server does not take: a COPY for many at once, for fewer where that fails, at last for one.

COPY names the line on which it failed, for most of what can be wrong with a row; what is before that line is tried by
itself, then the line, then what follows. A foreign key or an AFTER trigger names none: then it is halved. So each bad
row costs a few round trips, or about twice the logarithm of what is tried at once; what is good costs none of its own.
"""

import struct
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from enum import Enum
from itertools import accumulate, groupby, islice
from typing import TYPE_CHECKING, Any

from dbtool.seeds.load.refusal import CopyRefused, Refusal, problem_of, refusal_of
from dbtool.seeds.load.rows import Chunk, Problem, Rows, Unread
from dbtool.seeds.load.table import Table

if TYPE_CHECKING:
    from dbtool.db import Conn

Aside = Callable[[bytes, Problem], None]
Ticks = Generator[None, None, bool]  # a tick now and then; at last whether all was taken

_FEW = 16  # rows that are tried after a bad one, when it was the first
_GROWS = 4  # times as many after each success
_FOREIGN_KEY = "23503"


class _Patience(Enum):
    """With rows that refer to rows of their own table which are not there: later in the file, or nowhere."""

    WHOLE = 1  # all that are tried together wait for the end of the file
    EACH = 2  # each row that is refused by itself waits for the others
    NONE = 3  # they are put aside


class Narrowing:
    """All rows of a file, record by record, in the transaction that is open."""

    def __init__(self, conn: "Conn", rows: Rows, table: Table, aside: Aside) -> None:
        self.conn, self.rows, self.table = conn, rows, table
        self.sent = self.written = 0
        self._aside = aside
        self._own = frozenset(table.found.refers_to_itself)
        self._patience = _Patience.WHOLE if self._own else _Patience.NONE
        self._late = _Postponed()

    def run(self) -> Iterator[None]:
        """Write each row, or put it aside. Writes. Raises CopyRefused for what no row is to blame for."""
        self.conn.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is deferred is told now, not when it is committed
        self.conn.execute("SAVEPOINT dbtool")
        for chunk in self.rows.chunks():
            yield
            if isinstance(chunk, Unread):
                self._aside(chunk.raw, chunk.problem)
            else:
                yield from self._load(chunk, 0, len(chunk.records))
        yield from self._come_back()
        self.conn.execute("RELEASE SAVEPOINT dbtool")

    def close(self) -> None:
        """Forget the rows that wait."""
        self._late.close()

    def _come_back(self) -> Iterator[None]:
        """Try what refers to rows of its own table again, as those may be there by now, until nothing comes of it."""
        while self._late.count:
            again, self._late, before = self._late, _Postponed(), self.written
            with closing(again):
                yield
                if self._patience is _Patience.WHOLE:
                    self._patience = _Patience.EACH
                    if again.has_one_kind and self._copied(again.columns, again.records(), again.count) is None:
                        continue
                for chunk in again.chunks():
                    yield from self._load(chunk, 0, len(chunk.records))
                if self.written == before:
                    self._patience = _Patience.NONE

    def _load(self, chunk: Chunk, low: int, high: int) -> Ticks:
        """Write these records, or put aside what is bad among them; return whether none was."""
        if low == high:
            return True
        refusal = self._try(chunk, low, high)
        if refusal is None:
            return True
        yield
        if not refusal.of_a_row:
            raise CopyRefused(refusal, table=str(self.table))
        if high - low == 1 or (self._patience is _Patience.WHOLE and self._is_late(refusal)):
            for index in range(low, high):
                self._put_aside(chunk, index, refusal)
            return False
        at = _record_at(chunk.records[low:high], refusal.line)
        if at is None:
            middle = (low + high) // 2
            yield from self._load(chunk, low, middle)
            yield from self._load(chunk, middle, high)
            return False
        bad = low + at
        if refusal.line == 1 and chunk.records[low].count(b"\n") == 1:
            self._put_aside(chunk, low, refusal)  # nothing was before it that could have had a part in it
        else:
            yield from self._load(chunk, low, bad)
            yield from self._load(chunk, bad, bad + 1)
        at, step = bad + 1, max(_FEW, bad - low)
        while at < high:
            end = min(high, at + step)
            taken = yield from self._load(chunk, at, end)
            step = step * _GROWS if taken else max(_FEW, step // _GROWS)
            at = end
        return False

    def _try(self, chunk: Chunk, low: int, high: int) -> Refusal | None:
        """Return why the server refused these records together; None where they are written."""
        return self._copied(chunk.columns, iter((b"".join(chunk.records[low:high]),)), high - low)

    def _copied(self, columns: Sequence[str], blocks: Iterator[bytes], count: int) -> Refusal | None:
        copied = _returned(copy_in(self.conn, self.rows, self.table, columns, blocks))
        if isinstance(copied, int) and (copied == count or (copied < count and self.table.found.has_before)):
            self.conn.execute("RELEASE SAVEPOINT dbtool; SAVEPOINT dbtool")
            self.sent += count
            self.written += copied
            return None
        self.conn.execute("ROLLBACK TO SAVEPOINT dbtool")
        return copied if isinstance(copied, Refusal) else Refusal(message="a line break outside of quotes")

    def _is_late(self, refusal: Refusal) -> bool:
        return refusal.sqlstate == _FOREIGN_KEY and refusal.constraint in self._own

    def _put_aside(self, chunk: Chunk, index: int, refusal: Refusal) -> None:
        line, raw, record = chunk.lines[index], chunk.raw(index), chunk.records[index]
        if self._patience is not _Patience.NONE and self._is_late(refusal):
            self._late.add(chunk.columns, line, raw, record)
            return
        delimiter = self.rows.dialect.delimiter
        self._aside(raw, problem_of(refusal, line=line, record=record, columns=chunk.columns, delimiter=delimiter))


def copy_in(
    conn: "Conn", rows: Rows, table: Table, columns: Sequence[str], blocks: Iterator[bytes]
) -> Generator[bytes, None, int | Refusal]:
    """Yield each block that is sent; return how many rows the server wrote, or why it refused. Writes.

    Raises CopyRefused where it did not even begin.
    """
    import psycopg

    statement = rows.dialect.statement(table.found.schema, table.found.name, columns)
    with conn.cursor() as cursor:
        began = False
        try:
            with cursor.copy(statement) as copy:
                began = True
                for block in blocks:
                    copy.write(block)
                    yield block
            return max(cursor.rowcount, 0)
        except psycopg.Error as error:
            if conn.broken:
                raise
            refusal = refusal_of(error, table.found.name, columns)
            if not began:
                raise CopyRefused(refusal, table=str(table)) from None
            return refusal


def _returned(copying: Generator[bytes, None, int | Refusal]) -> int | Refusal:
    while True:
        try:
            next(copying)
        except StopIteration as end:
            return end.value


def _record_at(records: Sequence[bytes], line: int) -> int | None:
    """Return the index of the record that ends on this line of what was sent, or has it; None where none does.

    >>> _record_at([b"a\\n", b'"b\\nc"\\n', b"d\\n"], 3), _record_at([b"a\\n"], 0)
    (1, None)
    """
    ends = list(accumulate(record.count(b"\n") for record in records))
    return bisect_left(ends, line) if 0 < line <= ends[-1] else None


class _Postponed:
    """Records that wait in a temporary file for a row that they refer to."""

    _HEAD = struct.Struct(">IQII")
    _ROWS = 20_000

    def __init__(self) -> None:
        self._file: Any = tempfile.SpooledTemporaryFile(1 << 20)  # noqa: SIM115 - closed by close()
        self._columns: list[tuple[str, ...]] = []
        self.count = 0

    @property
    def has_one_kind(self) -> bool:
        return len(self._columns) == 1

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns[0]

    def add(self, columns: tuple[str, ...], line: int, raw: bytes, record: bytes) -> None:
        if columns not in self._columns:
            self._columns.append(columns)
        self._file.write(self._HEAD.pack(self._columns.index(columns), line, len(raw), len(record)) + raw + record)
        self.count += 1

    def close(self) -> None:
        self._file.close()

    def records(self) -> Iterator[bytes]:
        return (b"".join(chunk.records) for chunk in self.chunks())

    def chunks(self) -> Iterator[Chunk]:
        """Yield the records in their order, those of the same columns together."""
        self._file.seek(0)
        for group, entries in groupby(islice(self._entries(), self.count), key=_group_of):
            while held := tuple(islice(entries, self._ROWS)):
                yield Chunk(
                    columns=self._columns[group],
                    records=[record for _, _, _, record in held],
                    lines=[line for _, line, _, _ in held],
                    raw=[raw for _, _, raw, _ in held].__getitem__,
                )

    def _entries(self) -> Iterator[tuple[int, int, bytes, bytes]]:
        while head := self._file.read(self._HEAD.size):
            group, line, raw, record = self._HEAD.unpack(head)
            yield group, line, self._file.read(raw), self._file.read(record)


def _group_of(entry: tuple[int, int, bytes, bytes]) -> int:
    return entry[0]
