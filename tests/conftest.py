"""Three fixtures carry the suite: server (once), database (new for each test), project (a copy of the example)."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dbtool.guard.policy import built_in
from tests.containers import ContainerServer, images
from tests.servers import Server, binaries

ROOT = Path(__file__).parents[1]
_numbers = itertools.count(1)


def pytest_report_header() -> str:
    versions = ", ".join(f"{major}{' (container)' if major in _images() else ''}" for major in _majors())
    return f"PostgreSQL {versions}; main: {_main_version()}"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: the full matrix; `make test-all` runs it, `make test` a sample")


@cache
def _images() -> dict[int, str]:
    """The images that servers are made from, where an engine answers and has any; else, or as told, binaries are used.

    Tests that stop, kill or configure a server start one of their own, from binaries.
    """
    wanted = os.environ.get("DBTOOL_TEST_SERVER", "")
    assert wanted in ("", "docker", "binaries"), f"DBTOOL_TEST_SERVER={wanted}: it is docker or binaries"
    assert wanted != "docker" or images(), "DBTOOL_TEST_SERVER=docker: no Docker engine with an image postgres:18"
    return {} if wanted == "binaries" else images()


def _majors() -> list[int]:
    return sorted({*_images(), *binaries()})


def _main_version() -> int:
    wanted = os.environ.get("DBTOOL_TEST_VERSION")
    return int(wanted) if wanted else max(_images() or binaries())


def _start(major: int) -> Server:
    return (ContainerServer if major in _images() else Server)(major).start()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server of most tests: the newest at hand, or DBTOOL_TEST_VERSION."""
    server = _start(_main_version())
    yield server
    server.remove()


@pytest.fixture(scope="session", params=sorted({min(_majors()), max(_majors())}), ids=lambda v: f"pg{v}")
def each_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The oldest and the newest server at hand, for what must hold on each."""
    server = _start(request.param)
    yield server
    server.remove()


@dataclass(frozen=True)
class Database:
    """An empty database of one's own."""

    server: Server
    name: str

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    def connect(self, **options: object) -> psycopg.Connection:
        return self.server.connect(self.name, **options)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.connect() as conn:
            return conn.execute(query).fetchall()  # type: ignore[arg-type]


def _database(server: Server) -> Iterator[Database]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with server.connect("postgres") as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield Database(server, name)
    if not server.runs:
        return
    with server.connect("postgres") as conn:
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    yield from _database(server)


@pytest.fixture
def each_database(each_server: Server) -> Iterator[Database]:
    yield from _database(each_server)


@dataclass(frozen=True)
class Project:
    """A project's folder, and dbtool run in it as its users run it."""

    root: Path
    environment: dict[str, str]

    def write(self, **files: str | bytes) -> None:
        """Write migrations: id="SQL", or id__rollback="SQL" for <id>.rollback.sql."""
        (self.root / "migrations").mkdir(exist_ok=True)
        for name, text in files.items():
            name = name.lstrip("_").replace("__rollback", ".rollback") + ".sql"
            data = text if isinstance(text, bytes) else text.encode()
            (self.root / "migrations" / name).write_bytes(data)

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 60, input: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run dbtool to its end."""
        return subprocess.run(
            [sys.executable, "-m", "dbtool", *arguments],
            cwd=self.root, env=self.environment | dict(env or {}), timeout=timeout, capture_output=True, text=True,
            stdin=subprocess.DEVNULL if input is None else None, input=input, check=False,
        )  # fmt: skip

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start dbtool and return the process; the test ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "dbtool", *arguments],
            cwd=self.root, env=self.environment | dict(env or {}), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip


def clean_environment() -> dict[str, str]:
    """The environment without anything that names a database or a mode, or says that nobody is there."""
    policy = built_in()
    dropped = ("PG", "DBTOOL_", "DATABASE_URL", "DB_POOL_SIZE")
    named = {*policy.variables, *policy.automation, *policy.agents}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped) and k not in named}
    return kept | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """An empty project that DATABASE_URL alone points at a database."""

    def make(database: Database | None = None, name: str = "project") -> Project:
        root = tmp_path / name
        root.mkdir()
        url = {"DATABASE_URL": database.url} if database else {}
        return Project(root, clean_environment() | url)

    return make


@pytest.fixture
def project(make_project: Callable[..., Project], database: Database) -> Project:
    """An empty project on an empty database."""
    return make_project(database)


@pytest.fixture
def example(project: Project) -> Project:
    """A copy of the example project at the top of the repository, on an empty database."""
    for name in ("sql", "migrations", "safety", "generated", "dbtool.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, project.root / name)
    return project


# Of long lists of cases a sample runs each time, by name so that it is the same on each machine; all by `make test-all`.
_SAMPLES = {"test_kinds_": 50, "test_catalog_": 6, "test_statements": 10, "test_scenarios": 40, "test_secrets": 2}
# Where each test takes its time and runs on the oldest server and on the newest, every third runs on the oldest.
_SLOW_FOLDERS = ("database", "families", "faults", "feed", "replication", "schema", "seeds_import", "triggers")
_ON_THE_OLDEST = re.compile(r"\[(?:pg)?14\b|-(?:pg)?14\b")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what is not in its sample."""
    for item in items:
        hashed = zlib.crc32(item.nodeid.encode())
        sampled = [n for name, n in _SAMPLES.items() if item.path.name.startswith(name) and "[" in item.name]
        if item.path.parent.name in _SLOW_FOLDERS and _ON_THE_OLDEST.search(item.name):
            sampled.append(3)
        if any(hashed % one_of for one_of in sampled):
            item.add_marker(pytest.mark.slow)
