"""JSON Lines: an object for each row, its keys the columns.

A key that is missing means the column's default, as it does in an INSERT; COPY knows that of whole columns alone. So
rows go together by which columns with a default they leave out: those like the first row in one COPY, the others in a
COPY for each kind.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, cast

from dbtool.errors import UsageError
from dbtool.report import sized
from dbtool.seeds.load.columns import cut, refuse_unfit
from dbtool.seeds.load.rows import CHUNK, LONGEST, Chunk, Dialect, NotAsItIs, Problem, Run, Unread
from dbtool.seeds.load.source import BLOCK, Source
from dbtool.seeds.load.table import Table
from dbtool.seeds.load.values import Number, encoder
from dbtool.spelling import close_words

Missing = tuple[str, ...]


class BadLine(Exception):
    """A line that is no row: the message says why."""


class JsonRows:
    """A file of JSON Lines."""

    unit = "line"
    header = b""
    dialect = Dialect()

    def __init__(self, source: Source, table: Table, *, said: Sequence[str] = ()) -> None:
        """Take the columns that were said, or all. Raises UsageError for what the table has not."""
        self.source = source
        if said:
            refuse_unfit(table, said, where="--columns")
        self.columns = tuple(said or table.writable)
        self._said = bool(said)
        self._known = frozenset(self.columns)
        self._optional = tuple(c.name for c in table.columns if c.has_default and c.name in self._known)
        self._encoders = {c.name: encoder(c) for c in table.columns if c.name in self._known}
        self._fields: dict[Missing, tuple[str, ...]] = {}
        self._decode = json.JSONDecoder(parse_float=Number, parse_constant=Number).decode

    def runs(self) -> Iterator[Run]:
        """Yield the rows, by which columns they leave out."""
        with ExitStack() as open_:
            lines = self._lines()
            while first := next((line for line in lines if not line.isspace()), None):
                missing = self._checked(first)[1]
                others = open_.enter_context(tempfile.SpooledTemporaryFile(CHUNK))
                yield Run(columns=self._columns_of(missing), blocks=self._blocks(first, lines, missing, others))
                others.seek(0)
                lines = iter(others)

    def chunks(self) -> Iterator[Chunk | Unread]:
        """Yield the rows in chunks of the same columns, and each line that is no row by itself."""
        open_: dict[Missing, _Gathered] = {}
        held = 0
        for number, line in enumerate(self._lines(), start=1):
            if line.isspace():
                continue
            try:
                row, missing = self._row(line)
                record = self._record(row, missing)
            except BadLine as bad:
                shown = cut(line.decode(errors="replace").strip())
                yield Unread(raw=line, problem=Problem(line=number, message=str(bad), value=shown))
                continue
            gathered = open_.setdefault(missing, _Gathered())
            gathered.add(number, line, record)
            held += len(line) + len(record)
            if gathered.size >= CHUNK:
                held -= gathered.size
                yield open_.pop(missing).chunk(self._columns_of(missing))
            elif held > 4 * CHUNK:
                held = 0
                yield from (rows.chunk(self._columns_of(key)) for key, rows in open_.items())
                open_.clear()
        yield from (rows.chunk(self._columns_of(key)) for key, rows in open_.items())

    def _blocks(self, first: bytes, lines: Iterator[bytes], missing: Missing, others: Any) -> Iterator[bytes]:
        records = [self._checked_record(self._checked(first)[0], missing)]
        size = 0
        for line in lines:
            if line.isspace():
                continue
            row, found = self._checked(line)
            if found != missing:
                others.write(line if line.endswith(b"\n") else line + b"\n")
                continue
            record = self._checked_record(row, missing)
            records.append(record)
            size += len(record)
            if size >= BLOCK:
                yield b"".join(records)
                records.clear()
                size = 0
        yield b"".join(records)

    def _checked(self, line: bytes) -> tuple[dict[str, Any], Missing]:
        try:
            return self._row(line)
        except BadLine:
            raise NotAsItIs from None

    def _checked_record(self, row: dict[str, Any], missing: Missing) -> bytes:
        try:
            return self._record(row, missing)
        except BadLine:
            raise NotAsItIs from None

    def _row(self, line: bytes) -> tuple[dict[str, Any], Missing]:
        """Return the object of a line, and which columns with a default it leaves out. Raises BadLine."""
        try:
            row: Any = self._decode(line.decode())
        except UnicodeDecodeError as error:
            raise BadLine(f"not UTF-8: byte 0x{line[error.start]:02x} at {error.start + 1}") from None
        except RecursionError:
            raise BadLine("not JSON that can be read: it is nested too deeply") from None
        except ValueError as error:
            raise BadLine(f"not JSON: {error}") from None
        if type(row) is not dict:
            raise BadLine(f"not an object, but {_kinds.get(row.__class__, 'a value')}" + _whole_array(row))
        fields = cast(dict[str, Any], row)
        if not self._said and not fields.keys() <= self._known:
            raise BadLine(self._unknown(next(key for key in fields if key not in self._known)))
        missing = tuple(name for name in self._optional if name not in fields)
        if not self._columns_of(missing):
            raise BadLine("no key: COPY writes no row of defaults alone")
        return fields, missing

    def _record(self, row: dict[str, Any], missing: Missing) -> bytes:
        encoders, get = self._encoders, row.get
        fields = ["" if (value := get(name)) is None else encoders[name](value) for name in self._columns_of(missing)]
        try:
            return (",".join(fields) + "\n").encode()
        except UnicodeEncodeError:
            raise BadLine(r"half a surrogate pair (\ud800 to \udfff), which no text can hold") from None

    def _columns_of(self, missing: Missing) -> tuple[str, ...]:
        found = self._fields.get(missing)
        if found is None:
            found = self._fields[missing] = tuple(name for name in self.columns if name not in missing)
        return found

    def _unknown(self, key: str) -> str:
        close = close_words(key, self._known)
        return f"no column {cut(key)!r}" + (f": did you mean {close[0]}?" if close else "")

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines with their ends. Raises UsageError for one that is longer than LONGEST."""
        stream, held = self.source.unpacked(), b""
        while block := self.source.read(stream):
            *lines, last = block.split(b"\n")
            if lines:
                yield held + lines[0] + b"\n"
                for line in lines[1:]:
                    yield line + b"\n"
                held = last
            else:
                held += last
            if len(held) > LONGEST:
                raise UsageError(f"{self.source.where}: a line is longer than {sized(LONGEST)}: is it JSON Lines?")
        if held:
            yield held


class _Gathered:
    """Rows of the same columns, until they are enough."""

    def __init__(self) -> None:
        self._lines: list[int] = []
        self._raws: list[bytes] = []
        self._records: list[bytes] = []
        self.size = 0

    def add(self, number: int, raw: bytes, record: bytes) -> None:
        self._lines.append(number)
        self._raws.append(raw)
        self._records.append(record)
        self.size += len(raw) + len(record)

    def chunk(self, columns: tuple[str, ...]) -> Chunk:
        return Chunk(columns=columns, records=self._records, lines=self._lines, raw=self._raws.__getitem__)


_kinds = {
    list: "an array",
    str: "a text",
    int: "a number",
    Number: "a number",
    bool: "true or false",
    type(None): "null",
}


def _whole_array(row: object) -> str:
    return ": JSON Lines has an object on each line (jq -c '.[]' makes that of an array)" if type(row) is list else ""
