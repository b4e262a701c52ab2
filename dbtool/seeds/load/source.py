"""The file that rows come from: found, unpacked, and read from its beginning as often as needed."""

import gzip
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from dbtool.errors import UsageError

BLOCK = 1 << 17  # bytes that are read, and sent, at a time: what psycopg hands on in one piece
FORMATS = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_GZIP = b"\x1f\x8b"
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


class Stream(Protocol):
    """What is read from: a file, or what unpacks one."""

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes at most, b"" at the end."""
        ...


class Kept:
    """What can be read once alone (stdin, a pipe), kept in a temporary file as it is read."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._kept = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - closed by close()
        self._at = self._size = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, those that are kept first."""
        if self._at < self._size:
            self._kept.seek(self._at)
            data = self._kept.read(min(size, self._size - self._at) if size >= 0 else -1)
        else:
            data = self._raw.read(size)
            self._kept.seek(self._size)
            self._kept.write(data)
            self._size += len(data)
        self._at += len(data)
        return data

    def seek(self, to: int, whence: int = 0, /) -> int:
        """Go to a place that was read already, or to the end, which reads all of it."""
        if whence == os.SEEK_END:
            self._at = self._size
            while self.read(BLOCK):
                pass
            to += self._size
        elif whence == os.SEEK_CUR:
            to += self._at
        while self._size < to and self.seek_further():
            pass
        self._at = min(to, self._size)
        return self._at

    def seek_further(self) -> bool:
        """Return whether there was more to read; it is kept."""
        self._at = self._size
        return bool(self.read(BLOCK))

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._at

    def whole(self) -> BinaryIO:
        """Return the file that all of it is kept in."""
        while self.seek_further():
            pass
        return self._kept

    def close(self) -> None:
        """Forget what was kept."""
        self._kept.close()


class _Marked:
    """A stream whose first bytes were looked at."""

    def __init__(self, first: bytes, rest: Stream) -> None:
        self._first, self._rest = first, rest

    def read(self, size: int = -1, /) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        return self._rest.read(size)


@dataclass(slots=True, kw_only=True)
class Source:
    """A file under way; ``where`` is its path for a person, ``size`` its bytes (0: not known), packed or not."""

    where: str
    path: Path
    raw: BinaryIO
    size: int
    packed: bool

    def unpacked(self) -> Stream:
        """Return the content from its beginning, unpacked, without a byte order mark. Raises UsageError for UTF-16."""
        self.raw.seek(0)
        # GzipFile knows members behind each other and checks their sums
        stream = cast(Stream, gzip.GzipFile(fileobj=self.raw, mode="rb") if self.packed else self.raw)
        first = self.read(stream, BLOCK)
        if first.startswith(_UTF16_MARKS):
            raise UsageError(
                f"{self.where} is UTF-16, which PostgreSQL does not read",
                hint=f"iconv -f UTF-16 -t UTF-8 {self.where} | dbtool seed import - ...",
            )
        return _Marked(first.removeprefix(_UTF8_MARK), stream)

    def read(self, stream: Stream, size: int = BLOCK) -> bytes:
        """Return the next bytes of a stream of this file. Raises UsageError where it cannot be read or unpacked."""
        try:
            return stream.read(size)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UsageError(f"{self.where} cannot be unpacked: {error or 'it ends too early'}") from None
        except OSError as error:
            raise UsageError(f"{self.where} cannot be read: {error.strerror or error}") from None

    @property
    def position(self) -> int:
        """How many bytes of the file itself were read."""
        return self.raw.tell()


def format_of(path: str, said: str | None) -> str:
    """Return csv, tsv, jsonl or parquet: what was said, else what the name ends in. Raises UsageError.

    >>> format_of("a/users.csv.gz", None), format_of("-", None), format_of("x.dat", "tsv")
    ('csv', 'csv', 'tsv')
    """
    if said:
        return said
    name = path.lower().removesuffix(".gz")
    found = "csv" if path == "-" else FORMATS.get(Path(name).suffix)
    if found is None:
        raise UsageError(
            f"what {path} holds is not known by its name",
            hint="say it: --format csv, tsv, jsonl or parquet",
        )
    return found


@contextmanager
def open_source(path: str) -> Generator[Source]:
    """Give the file, or stdin for "-", until the block ends. Raises UsageError where there is none."""
    raw: BinaryIO = sys.stdin.buffer if path == "-" else _opened(path)
    kept: list[BinaryIO] = [] if path == "-" else [raw]
    about = os.fstat(raw.fileno()) if path != "-" else None
    if about is None or not stat.S_ISREG(about.st_mode):
        raw, about = cast(BinaryIO, Kept(raw)), None
        kept.append(raw)
    try:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        yield Source(
            where="stdin" if path == "-" else path,
            path=Path("stdin" if path == "-" else path),
            raw=raw,
            size=about.st_size if about else 0,
            packed=packed,
        )
    finally:
        for file in kept:
            file.close()


def _opened(path: str) -> BinaryIO:
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder")
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
