"""A PgBouncer in front of a test server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.faults.harness import wait_until
from tests.servers import Server, free_port

_NOBODY = 65534


def pgbouncer_program() -> str | None:
    """Return where PgBouncer is installed, or None."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@contextmanager
def pgbouncer(server: Server, folder: Path, mode: str, more: str = "") -> Iterator[int]:
    """Run a PgBouncer in *mode* (session, transaction) before the server, *more* in its settings; gives its port."""
    port = free_port()
    (folder / "users.txt").write_text('"postgres" ""\n')
    config = folder / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users.txt\n"
        f"pool_mode = {mode}\ndefault_pool_size = 20\n{more}"
    )
    as_nobody: dict[str, object] = {}
    if os.geteuid() == 0:  # PgBouncer refuses root; nobody must come to its files
        as_nobody = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        for path in (folder, *folder.parents):
            if path.stat().st_mode & 0o055 != 0o055:
                path.chmod(path.stat().st_mode | 0o055)
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [str(pgbouncer_program()), str(config)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, **as_nobody,  # type: ignore[call-overload]
        )  # fmt: skip
    try:
        wait_until(lambda: _answers(port), 15, "PgBouncer answers")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True).close()
    except psycopg.OperationalError:
        return False
    return True
