"""run(opening) -> exit code: a program has the terminal until it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from dbtool.errors import UsageError
from dbtool.studio.opening import Opening


def run(opening: Opening) -> int:
    """Return the program's exit code, 128 and the signal's number where one ended it. Ctrl-C is the program's."""
    process: subprocess.Popen[bytes] | None = None

    def end(number: int, frame: FrameType | None) -> None:
        if process is not None:
            process.send_signal(number)

    sys.stdout.flush()
    sys.stderr.flush()
    with _signals(end), _title(opening.title):
        try:
            process = subprocess.Popen(opening.command, env=os.environ | opening.variables)
        except OSError as error:
            raise UsageError(f"{opening.command[0]} cannot be run: {error.strerror}") from None
        code = process.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals(end: Callable[[int, FrameType | None], None]) -> Generator[None]:
    """Leave ctrl-C to the program, which gets it from the terminal as well; hand SIGTERM and SIGHUP on to it."""
    # handlers of ours, not SIG_IGN: the program would inherit that
    wanted = {signal.SIGINT: _nothing, signal.SIGQUIT: _nothing, signal.SIGTERM: end, signal.SIGHUP: end}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing(number: int, frame: FrameType | None) -> None:
    """Take a signal and go on."""


@contextmanager
def _title(text: str) -> Generator[None]:
    """Have *text* as the title of the terminal's window; the one before is put back (xterm: CSI 22 t, CSI 23 t)."""
    if not sys.stderr.isatty() or os.environ.get("TERM") in ("dumb", "linux", None):
        yield
        return
    sys.stderr.write(f"\x1b[22;2t\x1b]2;{text}\x07")
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write("\x1b[23;2t")
        sys.stderr.flush()
