"""Runs one command and tells how long it took and how much memory it had."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

# All that a command inherits: no PG* variable, no NODE_ENV, no settings of whoever runs the benchmark.
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is started, where, and with which variables beside the few that are kept."""

    argv: tuple[str | Path, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    exit_codes: tuple[int, ...] = (0,)  # that say that it did its work: some tell a difference so


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run. `problem` tells why its figures are not valid."""

    seconds: float
    cpu_seconds: float  # the command's own and its children's, without the server's
    peak_bytes: int
    problem: str = ""


def run(command: Command, *, timeout: float = 1800) -> Outcome:
    """How the command went, from its start to its end. Writes whatever the command writes."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = {**kept, "HOME": str(command.folder), **command.environment}
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.argv,
            cwd=command.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # so that its children, too, end when we are interrupted
        )
        overdue = threading.Timer(timeout, _end, [process.pid])
        overdue.start()
        try:
            # wait4 and not wait: it tells what this child used, and no other.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            _end(process.pid)
            raise
        finally:
            overdue.cancel()
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")
        problem = "" if process.returncode in command.exit_codes else _problem(process.returncode, text)
    # ru_maxrss counts bytes on macOS and kilobytes elsewhere: getrusage(2)
    unit = 1 if sys.platform == "darwin" else 1024
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Outcome(seconds=seconds, cpu_seconds=cpu_seconds, peak_bytes=usage.ru_maxrss * unit, problem=problem)


def _problem(exit_code: int, said: str) -> str:
    last = " / ".join(line.strip() for line in said.strip().splitlines()[-6:] if line.strip())
    return f"exit code {exit_code}: {last[-600:]}"


def _end(process: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
