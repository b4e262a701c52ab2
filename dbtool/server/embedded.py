"""The PostgreSQL that comes with a project: started on demand, shared by all commands, gone when nobody uses it.

Everything lies in ``<state>/postgres``: ``server`` (the record of the running one), ``last-used``, ``server.log``,
two locks, the settings, and the data. A running server is found without asking it anything; a start is left to
the keeper (keeper.py). docs/decisions/embedded-server.md says why.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.server.postmaster import DATABASE, ROLE, has_database, home_of, key_value, made_by, major_of, running

if TYPE_CHECKING:
    from dbtool.server.local import LocalServer, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """A server that takes connections now: how to connect, where its data lie, and whether this call started it."""

    conninfo: str
    data: Path
    version: str
    pid: int
    started: bool


def ensure_running(
    state: Path,
    *,
    binaries: Path | None = None,
    idle_seconds: float = 900,
    tcp: bool = False,
    database: str = "",
) -> EmbeddedServer:
    """The project's server, started if need be, with a database ``development``. Writes.

    ``state`` is the project's ``.dbtool``. With ``tcp`` it listens on a port of 127.0.0.1 as well, by password.
    The server is stopped when nobody has used it for ``idle_seconds``, as told by whoever started it. ``database``:
    another one to connect to, which is not looked for.
    """
    root = os.path.realpath(state)
    record = running(root, leave_mark=True)
    if record is not None and _serves_as(record, binaries, tcp):
        return _server(record, tcp=tcp, started=False, database=database)

    from dbtool.server.starting import ensure_started

    record, started = ensure_started(root, binaries=binaries, idle_seconds=idle_seconds, tcp=tcp)
    return _server(record, tcp=tcp, started=started, database=database)


def serve(state: Path, wish: "Wish", *, binaries: Path | None = None, idle_seconds: float = 900) -> "LocalServer":
    """The project's server, as wished, until stop() is called: by TCP on a port and with a password that stay. Writes.

    Raises UsageError where it runs otherwise and somebody is connected, or where the data are of another version.
    """
    root = os.path.realpath(state)
    record = running(root, leave_mark=True)
    if record is not None and _serves_as(record, binaries, True) and _is_wished(root, record, wish):
        return _local(record, started=False)

    from dbtool.server.starting import ensure_started

    record, started = ensure_started(root, binaries=binaries, idle_seconds=idle_seconds, tcp=True, wish=wish)
    return _local(record, started=started)


def find_served(state: Path) -> "LocalServer | None":
    """The project's server if it takes connections now, by TCP; like find_running() it asks nobody."""
    record = running(os.path.realpath(state), leave_mark=False)
    return _local(record, started=False) if record and "password" in record else None


def data_version(state: Path) -> int:
    """The major version that made the data, 0 where there are none. Reads a file."""
    return made_by(os.path.realpath(state))


def find_running(state: Path) -> EmbeddedServer | None:
    """The project's server if it takes connections now. Reads two small files; it is not asked."""
    record = running(os.path.realpath(state), leave_mark=False)
    return None if record is None else _server(record, tcp=False, started=False)


def stop(state: Path) -> bool:
    """Whether there was a server to stop. Sessions are ended, the data are left in order. Writes."""
    from dbtool.server.starting import stop_running

    return stop_running(os.path.realpath(state))


def remove(state: Path) -> bool:
    """Whether there was anything to delete: the server is stopped, its data go; port and password stay. Writes."""
    from dbtool.server.starting import remove_data

    return remove_data(os.path.realpath(state))


def _serves_as(record: dict[str, str], binaries: Path | None, tcp: bool) -> bool:
    same = binaries is None or os.path.realpath(binaries) == record["binaries"]
    return same and (not tcp or "password" in record) and has_database(record)


def _is_wished(root: str, record: dict[str, str], wish: "Wish") -> bool:
    """Whether there is nothing to be written down, and nothing to be done."""
    from dbtool.server.wishes import STAY, fulfils, read_wishes

    wishes = read_wishes(home_of(root))
    port = str(wish.port or wishes.get("port"))
    version = wish.version in (None, major_of(record["version"]))
    same = fulfils(record, wishes | {"port": port, "wal_level": wish.wal_level})
    return STAY in wishes and version and same and wishes.get("wal_level") == wish.wal_level


def _local(record: dict[str, str], *, started: bool) -> "LocalServer":
    from dbtool.secrets import Secret
    from dbtool.server.local import LocalServer

    port = record["port"]
    return LocalServer(
        kind="embedded",
        name="the embedded server",
        url=Secret(f"postgresql://{ROLE}:{record['password']}@127.0.0.1:{port}/{DATABASE}"),
        version=record["version"],
        started=started,
        port=int(port),
    )


def _server(record: dict[str, str], *, tcp: bool, started: bool, database: str = "") -> EmbeddedServer:
    settings = {
        "host": record["sockets"],
        "hostaddr": "",
        "port": record["port"],
        "dbname": database or DATABASE,
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
