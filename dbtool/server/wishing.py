"""From what `dbtool up` is asked for to what the embedded server is started with, and why it may not be. Cold path."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

from dbtool.errors import DbtoolError, UsageError
from dbtool.server.local import Wish
from dbtool.server.ports import choose_port, holder, is_free
from dbtool.server.postmaster import home_of, made_by, major_of, place_of, running, socket_path, version_in
from dbtool.server.wire import clients
from dbtool.server.wishes import STAY, read_wishes, write_wishes


def of_version(root: str, folders: tuple[str, ...], version: int) -> tuple[str, ...]:
    """Those of the folders that hold programs of this major version. Raises UsageError where there are none."""
    if (made := made_by(root)) not in (0, version):
        raise UsageError(
            f"PostgreSQL {version} is asked for, and the data in {place_of(root)}/data were made by PostgreSQL {made}",
            hint=f"without --version they are used as they are; if they may go: dbtool down --volumes, then "
            f"dbtool up --embedded --version {version}",
        )
    found = {folder: version_in(_said_by(folder)) for folder in folders}
    fitting = tuple(folder for folder, said in found.items() if major_of(said) == version)
    if not fitting:
        there = ", ".join(f"{said or 'none that runs'} in {folder}" for folder, said in found.items())
        raise UsageError(
            f"the programs of PostgreSQL {version} are not at hand: {there}",
            hint=f"install them, or name their folder as server.bin in dbtool.toml; or with Docker: "
            f"dbtool up --docker --version {version}",
        )
    return fitting


def _said_by(folder: str) -> str:
    return subprocess.run([folder + "/postgres", "--version"], capture_output=True, text=True, check=False).stdout


@contextmanager
def wishing(root: str, wish: Wish | None) -> Generator[dict[str, str]]:
    """Write down what is wished from now on, and give it; what was wished before is put back where that fails. Writes.

    Without a wish: what was wished last. To be used while the lock of a start is held.
    """
    home = home_of(root)
    before = read_wishes(home)
    if wish is None:
        yield before
        return
    wishes = _wanted(root, wish, before)
    if wishes != before:
        write_wishes(home, wishes)
    try:
        yield wishes
    except DbtoolError:
        if before != wishes:
            write_wishes(home, before)
        raise


def _wanted(root: str, wish: Wish, before: dict[str, str]) -> dict[str, str]:
    port = str(wish.port or before.get("port", "")) or _own_port(root)
    password = before.get("password") or os.urandom(18).hex()
    return {"port": port, "password": password, "wal_level": wish.wal_level, STAY: "yes"}


def _own_port(root: str) -> str:
    record = running(root, leave_mark=False)
    return record["port"] if record and "password" in record else str(choose_port(root))


def require_free(port: int) -> None:
    """Raise UsageError where somebody else listens on the port that the server is to have."""
    if not is_free(port):
        by = holder(port)
        raise UsageError(
            f"port {port} of 127.0.0.1, which the embedded server is to have, is taken" + (f" by {by}" if by else ""),
            hint="end that, or let this server have another port from now on: dbtool up --port N",
        )


def require_unused(record: dict[str, str], wishes: dict[str, str]) -> None:
    """Raise UsageError where a restart would disconnect somebody. Read-only."""
    connected = clients(socket_path(record["sockets"], record["port"]))
    if connected:
        raise UsageError(
            f"the embedded server runs {_otherwise(record, wishes)}, and a restart would disconnect "
            f"{len(connected)} client(s): {', '.join(connected)}",
            hint="disconnect them and try again",
        )


def _otherwise(record: dict[str, str], wishes: dict[str, str]) -> str:
    if "password" not in record:
        return "without TCP"
    if record["port"] != wishes.get("port", record["port"]):
        return f"on port {record['port']}"
    if (level := record.get("wal_level", "logical")) != wishes.get("wal_level", "logical"):
        return f"with wal_level = {level}"
    return "with another password"
