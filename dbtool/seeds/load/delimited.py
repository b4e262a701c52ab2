"""CSV and TSV: sent as they are; the header is ours, since it names the columns."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence

from dbtool.errors import UsageError
from dbtool.seeds.load.columns import refuse_miscounted, refuse_unfit
from dbtool.seeds.load.records import first_lines, line_end, whole_records, without_end
from dbtool.seeds.load.rows import CHUNK, LONGEST, Chunk, Dialect, NotAsItIs, Run
from dbtool.seeds.load.source import BLOCK, Source
from dbtool.seeds.load.table import Table

# To a server before 18 a line of these two characters alone is the end of the data, and what follows is dropped without
# a word. https://www.postgresql.org/docs/17/sql-copy.html, File Formats
_END_MARK = b"\\."
_may_be_end = re.compile(rb"(?:^|[\r\n])\\\.(?:[\r\n]|$)")
_LONGEST_HEADER = 1 << 20


class DelimitedRows:
    """A CSV or TSV file."""

    unit = "line"

    def __init__(
        self, source: Source, table: Table, dialect: Dialect, *, said: Sequence[str] = (), has_header: bool = True
    ) -> None:
        """Read the header. Raises UsageError where it does not fit the table."""
        self.source, self.dialect = source, dialect
        start = self._start()
        self.header = b""
        self.end = line_end(start)
        self._skipped, self._line = self._blank_before(start), 1
        fields: list[str] = []
        if has_header:
            record = next(self._records_of(start[self._skipped :]), b"")
            if not record:
                raise UsageError(
                    f"{source.where} is empty: it has no header", hint="a file without a header: --no-header"
                )
            self._skipped += len(record)
            self.header = without_end(record) + self.line_end_of(record)
            fields = header_fields(without_end(record), dialect, source.where)
        self._line += start.count(self.end, 0, self._skipped)
        if said and fields:
            refuse_miscounted(said, fields)
        self.columns = tuple(said or fields or table.writable)
        where = "--columns" if said else f"the header of {source.where}"
        refuse_unfit(table, self.columns, where=where, hint=_other_delimiter(table, self.columns))

    def runs(self) -> Iterator[Run]:
        """Yield the file behind its header, for one COPY."""
        yield Run(columns=self.columns, blocks=self._as_it_is())

    def chunks(self) -> Iterator[Chunk]:
        """Yield the records, without blank lines where no row can be one."""
        line = self._line
        for records in whole_records(self._body(), self.end, size=CHUNK, longest=LONGEST, where=self.source.where):
            lines = first_lines(records, line, self.end)
            line = lines.pop()
            yield self._chunk(records, lines)

    def line_end_of(self, record: bytes) -> bytes:
        """Return what ends a line like this one, where it has an end at all."""
        return b"\r\n" if record.endswith(b"\r\n") else self.end

    def _chunk(self, records: list[bytes], lines: list[int]) -> Chunk:
        if len(self.columns) > 1 and any(len(record) < 3 and not without_end(record) for record in records):
            kept = [number for number, record in enumerate(records) if without_end(record)]
            records, lines = [records[number] for number in kept], [lines[number] for number in kept]
        sent = [_sendable(record) for record in records]
        return Chunk(columns=self.columns, records=sent, lines=lines, raw=records.__getitem__)

    def _as_it_is(self) -> Iterator[bytes]:
        """Yield the blocks to be sent; blank lines at the end are no rows, unless one column is all there is."""
        ended, tail = b"\n", b""
        for block in self._body():
            suspect = _END_MARK in block or ended.endswith((b"\\", _END_MARK))
            if suspect and _may_be_end.search(ended + block):
                raise NotAsItIs
            ended = (ended + block)[-3:]
            if len(self.columns) == 1:
                yield block
                continue
            kept = block.rstrip(b"\r\n")
            if kept:
                yield tail + kept if tail else kept
                tail = block[len(kept) :]
            else:
                tail += block
                if len(tail) > BLOCK:
                    raise NotAsItIs
        if tail:
            yield self.line_end_of(tail[:2])

    def _body(self) -> Iterator[bytes]:
        stream, left = self.source.unpacked(), self._skipped
        while block := self.source.read(stream):
            if left:
                block, left = block[left:], max(0, left - len(block))
            if block:
                yield block

    def _start(self) -> bytes:
        """Return as much of the file as its header can be."""
        stream, start = self.source.unpacked(), b""
        while len(start) < _LONGEST_HEADER and (block := self.source.read(stream)):
            start += block
            if b"\n" in start or b"\r" in start[:-1]:
                break
        return start

    def _records_of(self, start: bytes) -> Iterator[bytes]:
        for records in whole_records([start], self.end, size=1, longest=_LONGEST_HEADER, where=self.source.where):
            yield from records

    @staticmethod
    def _blank_before(start: bytes) -> int:
        return len(start) - len(start.lstrip(b"\r\n"))


def _sendable(record: bytes) -> bytes:
    """Return a record as it is tried by itself: with a line feed, whatever ended it."""
    if record.endswith(b"\n") and not record.endswith(b"\r\n") and record != b"\\.\n":
        return record
    body = without_end(record)
    return b'"\\."\n' if body == _END_MARK else body + b"\n"


def header_fields(header: bytes, dialect: Dialect, where: str) -> list[str]:
    """Return the names in a header. Raises UsageError where it is not written in the encoding that was said."""
    try:
        text = header.decode(python_encoding(dialect.encoding))
    except UnicodeDecodeError as error:
        byte = header[error.start]
        raise UsageError(
            f"the header of {where} is not in the encoding {dialect.encoding}: byte 0x{byte:02x}",
            hint="say which it is, e.g. --encoding latin1 or --encoding windows-1252",
        ) from None
    return next(csv.reader([text], delimiter=dialect.delimiter))


def python_encoding(name: str) -> str:
    """Return what Python calls an encoding of PostgreSQL. Raises UsageError for what it does not know.

    >>> python_encoding("WIN1252"), python_encoding("LATIN1"), python_encoding("UTF8")
    ('cp1252', 'iso8859-1', 'utf-8')
    """
    for word in (name, re.sub(r"^win", "cp", name.lower()), name.lower().replace("_", "")):
        try:
            return codecs.lookup(word).name
        except LookupError:
            continue
    raise UsageError(f"the encoding {name} is not known", hint="names such as UTF8, latin1, windows-1252, WIN1250")


def _other_delimiter(table: Table, columns: Sequence[str]) -> str:
    """Return the hint for a header that is one name with other names in it."""
    known = {column.name for column in table.columns}
    if len(columns) == 1:
        for character, shown in ((";", "';'"), ("\t", r"'\t'"), ("|", "'|'"), (",", "','")):
            if set(columns[0].split(character)) & known and columns[0] not in known:
                return f"the fields are divided by another character: --delimiter {shown}"
    return "name the columns for the fields, in their order: --columns a,b" if not set(columns) & known else ""
