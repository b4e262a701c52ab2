"""A bed of real servers that replicate: primaries, standbys, cascades, and what reads from them; all of it ends with it.

    with Bed(18) as bed:
        primary = bed.primary(max_slot_wal_keep_size="16MB")
        standby = bed.standby(primary, slot="east")

WAL segments are 1 MB here unless told otherwise: what takes hours on a real disk takes a second.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from tests.replication.workers import Worker
from tests.servers import Server

_Worker = TypeVar("_Worker", bound=Worker)

# What tests.servers passes on the server's command line; all else is in its configuration file, and can be reloaded.
# (max_connections in both, alike: a reload would find it changed.)
_FIXED = {"wal_level", "max_connections", "fsync"}
_QUIET = {
    "max_wal_size": "32MB", "min_wal_size": "2MB", "checkpoint_timeout": "1h", "autovacuum_naptime": "1h",
    "wal_sender_timeout": "0", "wal_receiver_timeout": "30s", "wal_retrieve_retry_interval": "100ms",
    "synchronous_commit": "local", "max_worker_processes": "16", "max_prepared_transactions": "5",
    "max_connections": "200",
}  # fmt: skip


class Node(Server):
    """A server of the bed."""

    def run(
        self, query: str, *values: object, database: str = "postgres", user: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """Run a statement on a connection of its own and return its rows."""
        with self.connect(database, user, options="-c statement_timeout=30s") as conn:
            found = conn.execute(query, values or None)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def one(self, query: str, *values: object, database: str = "postgres") -> Any:
        """Return the first value of the first row."""
        return self.run(query, *values, database=database)[0][0]

    def set(self, **settings: str) -> None:
        """Change settings in the configuration file and reload it."""
        self.write_settings(settings)
        self.run("SELECT pg_reload_conf()")
        time.sleep(0.1)

    def write_settings(self, settings: dict[str, str]) -> None:
        with (self.home / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items())

    def database(self, name: str) -> str:
        """Make a database and return its name."""
        self.run(f'CREATE DATABASE "{name}"')
        return name

    def said(self) -> str:
        """Return the end of its log."""
        return (self.home / "log").read_text()[-3000:]


class Bed:
    """Servers of one major version and the workers that use them."""

    def __init__(self, major: int) -> None:
        self.major = major
        self.nodes: list[Node] = []
        self.workers: list[Worker] = []
        self.connections: list[psycopg.Connection[Any]] = []
        self.at_end: list[Callable[[], object]] = []

    def __enter__(self) -> "Bed":
        return self

    def __exit__(self, *_: object) -> None:
        """End everything: workers first, because a server that stops waits for what streams from it."""
        for undo in self.at_end:
            undo()
        for worker in self.workers:
            worker.ask_to_end()
        for connection in self.connections:
            connection.close()
        for node in self.nodes:
            node.remove()
        for worker in self.workers:
            worker.join(10)
        left = [worker.name for worker in self.workers if worker.is_alive()]
        assert not left, f"still running: {left}"

    def primary(self, *, segment: int = 1, **settings: str) -> Node:
        """Start a new primary with WAL segments of so many megabytes."""
        node = self._node(settings)
        _copied(_template(self.major, segment), node)
        node.write_settings(_QUIET | {k: v for k, v in settings.items() if k not in _FIXED})
        node.start()
        return node

    def standby(self, of: Node, *, slot: str | None = None, name: str = "standby", **settings: str) -> Node:
        """Start a standby that streams from a running server, through a slot that is made there where one is named."""
        if slot:
            of.run("SELECT pg_create_physical_replication_slot(%s, true)", slot)
        node = self._node({name: value for name, value in of.settings.items() if name in _FIXED})
        _backed_up(of, node)
        database = " dbname=postgres" if self.major >= 17 else ""  # what synchronizes slots connects to a database
        conninfo = f"host=127.0.0.1 port={of.port} user=postgres application_name={name}{database}"
        (node.home / "data" / "standby.signal").touch()
        node.write_settings({"primary_conninfo": conninfo, "primary_slot_name": slot or ""} | settings)
        node.start()
        return node

    def connect(self, node: Node, database: str = "postgres", **options: object) -> psycopg.Connection[Any]:
        """Return a connection in autocommit that ends with the bed."""
        self.connections.append(node.connect(database, **options))
        return self.connections[-1]

    def work(self, worker: _Worker) -> _Worker:
        """Start a worker that ends with the bed."""
        self.workers.append(worker)
        worker.start()
        return worker

    def _node(self, settings: dict[str, str]) -> Node:
        node = Node(self.major, {name: value for name, value in settings.items() if name in _FIXED})
        node.home.chmod(0o755)
        self.nodes.append(node)
        return node


def until(done: Callable[[], object], seconds: float = 15, what: str = "") -> None:
    """Wait until something holds; fail when it does not come about."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"did not come about in {seconds} s: {what or done}"
        time.sleep(0.05)


@cache
def _template(major: int, segment: int) -> Server:
    """A cluster that was never started, copied for each primary: a tenth of the time of another initdb."""
    made = Server(major, home=Path(tempfile.mkdtemp(prefix="dbtool-test-template-")))
    atexit.register(made.remove)
    made.home.chmod(0o755)
    data = made.home / "data"
    data.mkdir()
    if os.geteuid() == 0:
        os.chown(data, 65534, 65534)
    arguments = ("-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", f"--wal-segsize={segment}")
    made._run("initdb", *arguments, "-D", str(data))
    return made


def _copied(source: Server, target: Server) -> None:
    """Copy a data folder with its owner and modes."""
    subprocess.run(["cp", "-a", source.home / "data", target.home / "data"], check=True)


def _backed_up(source: Node, target: Node) -> None:
    """Take a base backup of a running server by its low-level interface (manual: continuous-archiving).

    pg_control is copied last, as a backup of a standby demands; the slots of the source are not taken along.
    """
    before, after = (
        ("pg_backup_start", "pg_backup_stop(false)")
        if source.major >= 15
        else ("pg_start_backup", "pg_stop_backup(false, false)")
    )
    data, copy = source.home / "data", target.home / "data"
    with source.connect("postgres", options="-c statement_timeout=60s") as conn:
        conn.execute(f"SELECT {before}('bed', true{', false' if source.major < 15 else ''})")
        # A file may vanish or grow while it is copied: what is replayed mends that.
        subprocess.run(["cp", "-a", data, copy], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["cp", "-a", data / "global" / "pg_control", copy / "global" / "pg_control"], check=True)
        stopped = conn.execute(f"SELECT labelfile FROM {after}").fetchone()
    assert stopped
    label = copy / "backup_label"
    label.write_text(stopped[0])
    for name in ("postmaster.pid", "postmaster.opts", "standby.signal"):
        (copy / name).unlink(missing_ok=True)
    for slot in (copy / "pg_replslot").iterdir():
        shutil.rmtree(slot)
    if os.geteuid() == 0:
        os.chown(label, 65534, 65534)
