"""Servers whose slots are read: the oldest and the newest each time, those in between by `make test-all`."""

import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from dbtool import cli
from dbtool.feed.plugin import pgoutput
from dbtool.feed.stream import Keepalive, Stream
from tests.conftest import Project
from tests.servers import Server, binaries

_numbers = itertools.count(1)
_ENDS = {min(binaries()), max(binaries())}


@pytest.fixture(
    scope="session",
    params=[pytest.param(v, marks=() if v in _ENDS else pytest.mark.slow, id=f"pg{v}") for v in binaries()],
)
def feeding(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server with what decoding needs."""
    server = Server(request.param, {"max_replication_slots": "12", "max_wal_senders": "12"}).start()
    yield server
    server.remove()


# These start processes, wait and cut: on the newest server each time, on all by `make test-all`.
_LONG = ("exactly_once", "cut_in_the_middle", "again_and_again", "whom_it_names", "that_restarts", "goes_away")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what takes long on another server than the newest."""
    newest = f"[pg{max(binaries())}"
    for item in items:
        long = item.path.parent == Path(__file__).parent and any(name in item.name for name in _LONG)
        if long and newest not in item.name:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class Feed:
    """A database of one's own with tables, a publication and a slot named `src`, and dbtool on it."""

    server: Server
    name: str
    project: Project
    slots: list[str] = field(default_factory=list)
    conn: Any = None

    def sql(self, *statements: str) -> None:
        """Run statements, each a transaction."""
        for statement in statements:
            self.conn.execute(statement)

    def together(self, *statements: str) -> None:
        """Run statements in one transaction."""
        with self.conn.transaction():
            self.sql(*statements)

    def one(self, query: str) -> Any:
        return self.conn.execute(query).fetchone()[0]

    def slot(self, name: str = "src", plugin: str = "pgoutput") -> str:
        """Make a slot, and return its name on this server: slots are the server's, not the database's."""
        slot = f"{self.name}_{name}"
        self.conn.execute("SELECT pg_create_logical_replication_slot(%s, %s)", [slot, plugin])
        self.slots.append(slot)
        return slot

    def row(self, slot: str) -> dict[str, Any]:
        """What pg_replication_slots says of it, without what moves by itself."""
        query = "SELECT to_jsonb(s) - 'safe_wal_size' - 'wal_status' FROM pg_replication_slots s WHERE slot_name = %s"
        return self.conn.execute(query, [slot]).fetchone()[0]

    def others(self) -> list[str]:
        """The slots of dbtool's own that are there."""
        rows = self.conn.execute("SELECT slot_name FROM pg_replication_slots WHERE slot_name ~ '^dbtool_'").fetchall()
        return [row[0] for row in rows]

    def run(self, *arguments: str, **options: Any) -> Any:
        """Run `dbtool feed ...` in this process: half a second less for each."""
        environment = self.project.environment | dict(options.get("env") or {})
        line = ["feed", *arguments]
        with (
            patch.dict(os.environ, environment, clear=True),
            chdir(self.project.root),
            patch.object(sys, "argv", ["dbtool", *line]),
        ):
            result = CliRunner().invoke(cli.build(only="feed"), line, prog_name="dbtool")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    def peek(self, *arguments: str) -> Any:
        """The answer of `feed peek --json`."""
        done = self.run("peek", *arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def tail(self, *arguments: str, **options: Any) -> list[dict[str, Any]]:
        """The lines of `feed tail`."""
        done = self.run("tail", *arguments, **options)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def lsn(self) -> str:
        return self.one("SELECT pg_current_wal_lsn()::text")


@pytest.fixture
def feed(feeding: Server, make_project: Callable[..., Project]) -> Iterator[Feed]:
    name = f"feed_{os.getpid()}_{next(_numbers)}"
    with feeding.connect("postgres") as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    project = make_project()
    project.environment["DATABASE_URL"] = feeding.url(name)
    found = Feed(feeding, name, project)
    with feeding.connect(name) as found.conn:
        found.sql(
            "CREATE TABLE jobs (id integer PRIMARY KEY, status text, note text)",
            "CREATE TABLE other (id integer PRIMARY KEY)",
            "CREATE PUBLICATION all_of_it FOR ALL TABLES",
        )
        yield found
        found.conn.close()  # of a server that was restarted it is another one
    with feeding.connect("postgres") as conn:
        for slot in found.slots:
            wait_until(lambda slot=slot: _dropped(conn, slot))
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _dropped(conn: "psycopg.Connection[Any]", slot: str) -> bool:
    try:
        conn.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", [slot]
        )
    except psycopg.errors.ObjectInUse:
        return False
    return True


def wait_until(found: Callable[[], Any], seconds: float = 20) -> Any:
    """Return what is found as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.03)
    return value


class Consumer:
    """Streams a slot and confirms what it reads, as a change-data-capture service does."""

    def __init__(self, feed: Feed, slot: str) -> None:
        url = feed.server.url(feed.name)
        self._conn = psycopg.connect(url, autocommit=True, replication="database", application_name="orders-cdc")
        self._stream = Stream(self._conn, slot, options=pgoutput(["all_of_it"]).options)
        self._stop = threading.Event()
        self.messages: list[bytes] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while not self._stop.is_set():
            found = self._stream.next(0.05)
            if isinstance(found, Keepalive):
                self._stream.tell(flushed=found.lsn)
            elif found:
                self.messages.append(found.payload)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)
        self._conn.close()
