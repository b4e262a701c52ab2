"""One SQL file -> Script: its statements with their places, found by PostgreSQL's own parser."""

import hashlib
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.kinds import USUAL, WEAK, Kind, kind_of
from dbtool.parser import BITE, Span, SyntaxRefused, split_statements, statements_with_trees

# Larger files are mapped, not read: a 50 MB data file must not cost 50 MB of memory.
MAP_ABOVE = 4_000_000  # bytes

_bom = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a script: where it stands (in bytes), and the data lines that follow a COPY FROM STDIN."""

    start: int
    end: int
    data: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One SQL file, split. ``source`` is UTF-8 without its byte-order mark counted in: offsets are the file's."""

    path: Path
    source: bytes | mmap.mmap = field(repr=False)
    statements: tuple[Statement, ...] = field(repr=False)
    strong: bytearray = field(default_factory=bytearray, repr=False)  # a flag for each statement: it is USUAL
    special: dict[int, Kind] = field(default_factory=dict[int, Kind], repr=False)  # by number, from 0
    weak: bool = False  # no statement takes a lock that stops readers or writers of a whole table

    @property
    def kept_whole(self) -> bool:
        """Whether the text is in memory; a larger one is mapped, and its checksum counts byte for byte."""
        return isinstance(self.source, bytes)

    def text(self, statement: Statement) -> bytes:
        """Return the statement as it is sent to the server."""
        text = self.source[statement.start : statement.end]
        if isinstance(self.source, mmap.mmap) and len(text) > MAP_ABOVE:
            self.source.madvise(mmap.MADV_DONTNEED)  # the pages just read are not needed a second time
        return text

    def data(self, statement: Statement) -> Iterator[bytes]:
        """Yield the data lines of a COPY FROM STDIN, in pieces."""
        if statement.data:
            for start in range(statement.data.start, statement.data.end, 1 << 20):
                yield self.source[start : min(start + (1 << 20), statement.data.end)]

    def kinds(self) -> Iterator[tuple[Statement, Kind]]:
        """Yield each statement with its kind."""
        for number, statement in enumerate(self.statements):
            yield statement, self.special.get(number, USUAL if self.strong[number] else WEAK)

    def place(self, offset: int) -> Place:
        """Return line and column (both from 1, the column in characters) of the byte at *offset*."""
        line_start = self.source.rfind(b"\n", 0, offset) + 1
        before = self.source[line_start:offset].removeprefix(_bom if line_start == 0 else b"")
        return Place(path=self.path, line=_count_lines(self.source, offset), column=len(_text(before)) + 1)

    def excerpt(self, offset: int) -> str:
        """Return the line of the byte at *offset* with a caret below it."""
        return excerpt(self.source, offset)


def read_script(path: Path) -> Script:
    """Return the script in *path*. Raises BadFile with every reason why it cannot be run."""
    script, refused = examine_script(path)
    if refused:
        raise BadFile(*refused)
    return script


def examine_script(path: Path, trees: dict[int, Any] | None = None) -> tuple[Script, tuple[Finding, ...]]:
    """Return the script in *path*, and which of its statements cannot be run as they are. Reads the file.

    *trees* takes the syntax trees, by where their statements start, where the file is small enough for all of them.
    Raises BadFile where it cannot be split into statements, or has none.
    """
    source = _load(path)
    start = len(_bom) if source[:3] == _bom else 0
    _refuse_bytes(path, source)
    statements = _with_trees(source, start, trees) or tuple(_statements(path, source, start))
    strong, special = bytearray(len(statements)), dict[int, Kind]()
    for number, statement in enumerate(statements):
        kind = kind_of(source[statement.start : statement.end], trees.get(statement.start) if trees else None)
        strong[number] = not kind.weak
        if kind is not USUAL and kind is not WEAK:
            special[number] = kind
    script = Script(
        path=path, source=source, statements=statements, strong=strong, special=special, weak=not any(strong)
    )
    if not statements:
        raise BadFile(
            Finding(
                id="empty-file",
                message="the file has no statement",
                help="write what undoes the migration in it"
                if path.name.endswith(".rollback.sql")
                else "write the change in it, or delete the file",
                place=Place(path=path),
            )
        )
    return script, tuple(_refuse_statements(script))


# Literals, quoted names and bodies are kept; comments and white space around them count as one separator.
_kept = re.compile(
    rb"""(                                  # kept:
           (?<![\w$])[eE]'(?:[^'\\]|\\.)*'
         | '[^']*' | "[^"]*"
         | (?<![\w$])\$(?P<tag>[A-Za-z_\x80-\xff]?[\w\x80-\xff]*)\$.*?\$(?P=tag)\$
         )
       | --[^\n]* | /\*.*?\*/ | \s+ """,
    re.VERBOSE | re.DOTALL,
)
_separators = re.compile(rb"\0+")


def sql_checksum(source: bytes | mmap.mmap) -> str:
    """Return the SHA-256 of what is not comment, white space or line ending: edits of those alone do not count.

    A mapped file (larger than MAP_ABOVE) counts byte for byte.

    >>> sql_checksum(b"select 1 , '--';-- one") == sql_checksum(b"-- a comment\\r\\nselect 1 /* */ ,\\r\\n'--';")
    True
    >>> sql_checksum(b"select 'a b'") == sql_checksum(b"select 'a  b'")
    False
    """
    if isinstance(source, mmap.mmap):
        return hashlib.sha256(source).hexdigest()
    text = source.removeprefix(_bom).replace(b"\r\n", b"\n")
    separated = _separators.sub(b"\0", _kept.sub(rb"\1\0", text)).strip(b"\0")
    return hashlib.sha256(separated).hexdigest()


def sql_checksum_of(path: Path) -> str:
    """Return sql_checksum() of a file."""
    return sql_checksum(_load(path))


def excerpt(source: bytes | mmap.mmap, offset: int) -> str:
    """Return the line of the byte at *offset* with a caret below it; a long line is cut around the caret."""
    start = source.rfind(b"\n", 0, offset) + 1
    end = source.find(b"\n", offset)
    line = _text(source[start : len(source) if end < 0 else end]).rstrip("\r").lstrip("\ufeff")
    column = len(_text(source[start:offset]).lstrip("\ufeff"))
    cut = max(0, column - 80)
    line, column = line[cut : cut + 110], column - cut
    if cut:
        line, column = "..." + line, column + 3
    # Tabs stay tabs under the caret, so that it stands right at any tab width.
    return line + "\n" + "".join("\t" if c == "\t" else " " for c in line[:column]) + "^"


def _load(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        if path.stat().st_size > MAP_ABOVE:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return file.read()


def _count_lines(source: bytes | mmap.mmap, offset: int) -> int:
    if isinstance(source, bytes):
        return source.count(b"\n", 0, offset) + 1
    return sum(source[i : min(i + (1 << 20), offset)].count(b"\n") for i in range(0, offset, 1 << 20)) + 1


def _text(part: bytes) -> str:
    return part.decode(errors="replace")


def _refuse_bytes(path: Path, source: bytes | mmap.mmap) -> None:
    script = Script(path=path, source=source, statements=())
    if (nul := source.find(b"\0")) >= 0:
        raise BadFile(
            Finding(
                id="nul-byte",
                message="the file has a NUL byte, which PostgreSQL text cannot hold",
                help="is this a text file? UTF-16 files have NUL bytes: save it as UTF-8",
                place=script.place(nul),
            )
        )
    bad = _first_bad_utf8(source)
    if bad is not None:
        raise BadFile(
            Finding(
                id="not-utf8",
                message=f"the file is not UTF-8: byte 0x{source[bad]:02x} cannot stand here",
                help="save it as UTF-8, for example: iconv -f latin1 -t utf-8",
                place=script.place(bad),
            )
        )


def _first_bad_utf8(source: bytes | mmap.mmap) -> int | None:
    start = 0
    while start < len(source):
        piece = source[start : start + (1 << 20)]
        try:
            piece.decode()
        except UnicodeDecodeError as error:
            cut = error.reason == "unexpected end of data" and start + len(piece) < len(source)
            if not cut:
                return start + error.start
            start += error.start
        else:
            start += len(piece)
    return None


# ---- COPY ... FROM STDIN with its data, as psql and pg_dump write it: lines up to one that is \. alone

_end_of_data = re.compile(rb"^\\\.[ \t]*\r?$", re.MULTILINE)
_copy_start = re.compile(rb"\bstdin\b", re.IGNORECASE)
_copy_end = re.compile(rb";[^\n]*\n")
_COPY_TRIES = 20  # line ends behind STDIN that may end the statement: its options may hold a semicolon


def _statements(path: Path, source: bytes | mmap.mmap, start: int) -> Iterator[Statement]:
    marker = _end_of_data.search(source, start)
    while marker:
        first = _data_start(source, start, marker.start())
        if first is not None:
            spans = list(_split(path, source, start, first))
            yield from (Statement(span.start, span.end) for span in spans[:-1])
            yield Statement(spans[-1].start, spans[-1].end, Span(first, marker.start()))
            start = marker.end()
        marker = _end_of_data.search(source, marker.end())
    yield from (Statement(span.start, span.end) for span in _split(path, source, start, len(source)))


def _with_trees(source: bytes | mmap.mmap, start: int, trees: dict[int, Any] | None) -> tuple[Statement, ...] | None:
    """Return the statements, and put their trees into *trees*; None where the text has data in it, or a mistake."""
    if trees is None or isinstance(source, mmap.mmap) or len(source) > BITE or _end_of_data.search(source):
        return None
    try:
        found = statements_with_trees(source[start:])
    except SyntaxRefused:
        return None
    trees.update((start + span.start, tree) for span, tree in found)
    return tuple(Statement(start + span.start, start + span.end) for span, _ in found)


def _data_start(source: bytes | mmap.mmap, start: int, marker: int) -> int | None:
    """Return where the data begin of the first COPY ... FROM STDIN in ``source[start:marker]``."""
    for stdin in _copy_start.finditer(source, start, marker):
        for candidate in islice(_copy_end.finditer(source, stdin.end(), marker), _COPY_TRIES):
            if _ends_in_copy(source, start, candidate.end()):
                return candidate.end()
    return None


def _ends_in_copy(source: bytes | mmap.mmap, start: int, end: int) -> bool:
    try:
        spans = list(split_statements(source, start, end))
    except SyntaxRefused:
        return False
    return bool(spans) and kind_of(source[spans[-1].start : spans[-1].end]).copy_from_stdin


def _split(path: Path, source: bytes | mmap.mmap, start: int, end: int) -> Iterator[Span]:
    try:
        yield from split_statements(source, start, end)
    except SyntaxRefused as refused:
        raise BadFile(_syntax_finding(path, source, refused)) from None


_meta_command = re.compile(rb"\\([a-zA-Z!?]+|\.)")


def _syntax_finding(path: Path, source: bytes | mmap.mmap, refused: SyntaxRefused) -> Finding:
    place = Script(path=path, source=source, statements=()).place(refused.offset)
    meta = _meta_command.match(source, refused.offset) if refused.offset < len(source) else None
    if meta is None and refused.offset == len(source):
        place = Script(path=path, source=source, statements=()).place(len(source[:].rstrip()))
    shown = "\n" + excerpt(source, min(refused.offset, len(source)))
    if meta and meta[1] == b".":
        return Finding(
            id="psql-meta-command",
            message="\\. ends the data of a COPY ... FROM STDIN, and there is none before it" + shown,
            help="put COPY <table> FROM STDIN; on the line before the data",
            place=place,
        )
    if meta:
        name = meta[0].decode()
        return Finding(
            id="psql-meta-command",
            message=f"{name} is a command of psql, not SQL" + shown,
            help=_meta_help.get(name, "dbtool sends SQL to the server: take the line out, or say it in SQL"),
            place=place,
        )
    line_start = source.rfind(b"\n", 0, refused.offset) + 1
    if _ends_in_copy(source, max(0, line_start - BITE), line_start):
        return Finding(
            id="copy-without-end",
            message="the data of COPY ... FROM STDIN have no end" + shown,
            help="a line with \\. alone ends them",
            place=place,
        )
    return Finding(id="syntax-error", message=refused.message + shown, place=place)


_meta_help = {
    "\\i": "put the SQL of that file here: a migration stands alone, so that its checksum tells all",
    "\\ir": "put the SQL of that file here: a migration stands alone, so that its checksum tells all",
    "\\copy": "write COPY <table> FROM STDIN; then the data lines, then a line with \\. alone",
    "\\c": "a migration runs in one database: the one that the environment names",
    "\\connect": "a migration runs in one database: the one that the environment names",
    "\\restrict": "this is pg_dump's output of 2025 and later: take the \\restrict and \\unrestrict lines out",
    "\\unrestrict": "this is pg_dump's output of 2025 and later: take the \\restrict and \\unrestrict lines out",
}


def _refuse_statements(script: Script) -> Iterator[Finding]:
    for statement, kind in script.kinds():
        if kind.transaction_control:
            yield _told(
                script,
                statement,
                "transaction-control",
                f"{kind.transaction_control} cannot stand in a migration: "
                "dbtool opens the transaction, and its record is in it",
                "take it out; a file that must not run in a transaction says so: -- transactional: false",
            )
        elif kind.copy_from_stdin and statement.data is None:
            yield _told(script, statement, "copy-without-data", "COPY ... FROM STDIN without data after it", _DATA_HELP)
        elif kind.copy_to_stdout:
            yield _told(script, statement, "copy-to-stdout", "COPY ... TO STDOUT has nowhere to go in a migration", "")


_DATA_HELP = "the data lines follow the statement, then a line with \\. alone"


def _told(script: Script, statement: Statement, id: str, message: str, help: str) -> Finding:
    shown = f"{message}\n{script.excerpt(statement.start)}"
    return Finding(id=id, message=shown, help=help, place=script.place(statement.start))
