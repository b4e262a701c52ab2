"""dbtool at a real terminal: a pseudo-terminal whose other end the test types on."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass

from dbtool.guard.policy import built_in
from tests.conftest import Project

PROMPT = "to go on"
ENTER, EOF, CTRL_C = "\n", "\x04", "\x03"


@dataclass(frozen=True)
class Ended:
    """How a command ended that was run at a terminal, and all that stood on the screen."""

    returncode: int
    screen: str


def person(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what says that nobody sits there: these tests run in CI, too."""
    policy = built_in()
    gone = {*policy.automation, *policy.agents}
    return {name: value for name, value in environment.items() if name not in gone} | {
        "TERM": "xterm",
        "COLUMNS": "250",
    }


def at_terminal(
    project: Project,
    *arguments: str,
    typed: str = "",
    env: Mapping[str, str] | None = None,
    program: tuple[str, ...] = ("-m", "dbtool"),
    timeout: float = 30,
) -> Ended:
    """Run dbtool with a terminal for everything; once it asks, type *typed*."""
    master, slave = pty.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)  # so that ctrl-C arrives as a signal

    process = subprocess.Popen(
        [sys.executable, *program, *arguments], cwd=project.root, env=person(project.environment) | dict(env or {}),
        stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal,
    )  # fmt: skip
    os.close(slave)
    screen, answered, deadline = "", False, time.monotonic() + timeout
    try:
        while time.monotonic() < deadline:
            if not select.select([master], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            screen += piece.decode(errors="replace")
            if PROMPT in screen and not answered:
                answered = True
                time.sleep(0.05)  # the question is written, then it is read
                os.write(master, typed.encode())
        else:
            process.kill()
        return Ended(process.wait(10), screen.replace("\r\n", "\n"))
    finally:
        os.close(master)
