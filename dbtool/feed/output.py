"""Lines to stdout, for as long as somebody reads them: a reader that rests must not cost us the connection."""

import os
import select
import stat
from collections.abc import Callable
from typing import TextIO

_WHOLE = 65536  # bytes that are put together before they are written
_PIPE = 4096  # PIPE_BUF: what poll() finds writable takes as much without blocking (POSIX)
_PATIENCE = 2.0  # seconds between two signs of life while the reader rests


class Output:
    """Collects lines and writes them. While the reader rests, ``meanwhile`` is called every few seconds."""

    def __init__(self, stream: TextIO, meanwhile: Callable[[], None]) -> None:
        self.meanwhile = meanwhile
        self._stream = stream
        self._lines: list[bytes] = []
        self._size = 0
        stream.flush()
        try:
            self._file = stream.fileno()
        except OSError:  # a stream in memory
            self._file = -1
        kind = os.fstat(self._file).st_mode if self._file >= 0 else 0
        self._has_reader = stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind)
        self._at_once = 1 << 20 if stat.S_ISREG(kind) else _PIPE

    @property
    def watched(self) -> tuple[int, ...]:
        """The file that tells when its reader has gone."""
        return (self._file,) if self._has_reader else ()

    def write(self, line: str) -> None:
        """Write a line; it may be kept until the next flush()."""
        data = line.encode("utf-8", "backslashreplace") + b"\n"
        self._lines.append(data)
        self._size += len(data)
        if self._size >= _WHOLE:
            self.flush()

    def flush(self) -> None:
        """Have everything written. Raises BrokenPipeError where the reader has gone."""
        if not self._lines:
            return
        data, self._lines, self._size = b"".join(self._lines), [], 0
        if self._file < 0:
            self._stream.write(data.decode())
            self._stream.flush()
            return
        rest = memoryview(data)
        while rest:
            self._wait()
            rest = rest[os.write(self._file, rest[: self._at_once]) :]

    def refuse_gone(self) -> None:
        """Raise BrokenPipeError where the reader has gone."""
        if self._has_reader and self._poll(0) & (select.POLLERR | select.POLLHUP):
            raise BrokenPipeError

    def _wait(self) -> None:
        while not (found := self._poll(_PATIENCE)):
            self.meanwhile()
        if found & (select.POLLERR | select.POLLHUP) and not found & select.POLLOUT:
            raise BrokenPipeError

    def _poll(self, seconds: float) -> int:
        poll = select.poll()
        poll.register(self._file, select.POLLOUT)
        found = poll.poll(seconds * 1000)
        return found[0][1] if found else 0
