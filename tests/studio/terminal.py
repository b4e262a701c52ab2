"""A program at a terminal of its own, typed at by the test, and what it drew."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.conftest import Project
from tests.guard.terminal import person


@dataclass
class Terminal:
    """The other end of a program's terminal. ``drawn``: all that it has written so far."""

    process: "subprocess.Popen[bytes]"
    master: int
    drawn: str = ""

    @property
    def text(self) -> str:
        """What was drawn, without colours and other signs for the terminal."""
        return re.sub(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][A-Z0-9]|[=>])", "", self.drawn).replace("\r", "")

    def until(self, wanted: str, seconds: float = 20) -> str:
        """Read until this text stands on the screen; what was drawn until then."""
        deadline = time.monotonic() + seconds
        while wanted not in self.text:
            assert time.monotonic() < deadline, f"{wanted!r} does not come:\n{self.text}"
            assert self._read(), f"it ended without {wanted!r}:\n{self.text}"
        return self.text

    def type(self, text: str) -> None:
        """Type this; what was drawn before is forgotten."""
        self.drawn = ""
        os.write(self.master, text.encode())

    def end(self, seconds: float = 20) -> int:
        """Read to the end, and return the exit code."""
        deadline = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < deadline, f"it does not end:\n{self.text}"
        return self.process.wait(seconds)

    def _read(self) -> bool:
        if not select.select([self.master], [], [], 0.1)[0]:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # the other end is closed
            return False
        self.drawn += piece.decode(errors="replace")
        return bool(piece)


@contextmanager
def studio(
    project: Project, *arguments: str, env: Mapping[str, str] | None = None, size: tuple[int, int] = (24, 200)
) -> Generator[Terminal]:
    """Run `dbtool studio` at a terminal; it is killed where the test leaves it running."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)  # so that ctrl-C arrives as a signal

    environment = person(project.environment) | {"TERM": "xterm-256color", "PAGER": "cat", "HOME": str(project.root)}
    environment.pop("COLUMNS", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "dbtool", "studio", *arguments], cwd=project.root, env=environment | dict(env or {}),
        stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal,
    )  # fmt: skip
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
        os.close(master)
