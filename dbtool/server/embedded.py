"""The PostgreSQL that comes with a project: started on demand, shared by all commands, gone when nobody uses it.

Everything lies in ``<state>/postgres``: ``server`` (the record of the running one), ``last-used``, ``server.log``,
two locks, the settings, and the data. A running server is found without asking it anything; a start is left to
the keeper (keeper.py). docs/decisions/embedded-server.md says why.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from dbtool.server.postmaster import DATABASE, ROLE, has_database, key_value, running


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """A server that takes connections now: how to connect, where its data lie, and whether this call started it."""

    conninfo: str
    data: Path
    version: str
    pid: int
    started: bool


def ensure_running(
    state: Path, *, binaries: Path | None = None, idle_seconds: float = 900, tcp: bool = False
) -> EmbeddedServer:
    """The project's server, started if need be, with a database ``development``. Writes.

    ``state`` is the project's ``.dbtool``. With ``tcp`` it listens on a port of 127.0.0.1 as well, by password.
    The server is stopped when nobody has used it for ``idle_seconds``, as told by whoever started it.
    """
    root = os.path.realpath(state)
    record = running(root, leave_mark=True)
    if record is not None and _serves_as(record, binaries, tcp):
        return _server(record, tcp=tcp, started=False)

    from dbtool.server.starting import ensure_started

    record, started = ensure_started(root, binaries=binaries, idle_seconds=idle_seconds, tcp=tcp)
    return _server(record, tcp=tcp, started=started)


def find_running(state: Path) -> EmbeddedServer | None:
    """The project's server if it takes connections now. Reads two small files; it is not asked."""
    record = running(os.path.realpath(state), leave_mark=False)
    return None if record is None else _server(record, tcp=False, started=False)


def stop(state: Path) -> bool:
    """Whether there was a server to stop. Sessions are ended, the data are left in order. Writes."""
    from dbtool.server.starting import stop_running

    return stop_running(os.path.realpath(state))


def _serves_as(record: dict[str, str], binaries: Path | None, tcp: bool) -> bool:
    same = binaries is None or os.path.realpath(binaries) == record["binaries"]
    return same and (not tcp or "password" in record) and has_database(record)


def _server(record: dict[str, str], *, tcp: bool, started: bool) -> EmbeddedServer:
    settings = {
        "host": record["sockets"],
        "hostaddr": "",
        "port": record["port"],
        "dbname": DATABASE,
        "user": ROLE,
    }
    if tcp:
        settings |= {"host": "127.0.0.1", "password": record["password"]}
    return EmbeddedServer(
        conninfo=" ".join(key_value(name, value) for name, value in settings.items()),
        data=Path(record["data"]),
        version=record["version"],
        pid=int(record["pid"]),
        started=started,
    )
