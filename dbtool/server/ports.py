"""Ports of 127.0.0.1: which is free, and whose one is that is not."""

import os
import socket
import zlib
from contextlib import suppress
from pathlib import Path

FIRST, LAST = 5433, 5532  # behind PostgreSQL's own


def is_free(port: int) -> bool:
    """Return whether a server can listen on this port of 127.0.0.1 now. Tries it."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as PostgreSQL does: what was closed just now is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose_port(for_whom: str) -> int:
    """Return a free port, the same one each time as long as nobody else takes it: two projects seldom meet."""
    number = LAST - FIRST + 1
    begin = zlib.crc32(os.fsencode(for_whom)) % number
    ports = (FIRST + (begin + n) % number for n in range(number))
    return next((port for port in ports if is_free(port)), 0) or _any_port()


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def holder(port: int) -> str:
    """Return who listens on this port, "process 12 (postgres)"; "" where the system does not tell us. Reads /proc."""
    sockets = {
        f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listening(Path("/proc/net") / table, port)
    }
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        with suppress(OSError):  # another user's, or it has just ended
            if any(str(one.readlink()) in sockets for one in (process / "fd").iterdir()):
                return f"process {process.name} ({(process / 'comm').read_text().strip()})"
    return ""


def _listening(table: Path, port: int) -> list[str]:
    try:
        lines = table.read_text().splitlines()[1:]
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [row[9] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port]  # 0A: LISTEN
