"""The families that come with dbtool, installed on tables of the tests: oldest and newest server, the others when slow."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

import dbtool
from dbtool.families.family import Family, read_families
from tests.conftest import Database, _database
from tests.servers import Server, binaries

FOLDER = Path(dbtool.__file__).parent / "templates/init/sql/triggers"
_ENDS = {min(binaries()), max(binaries())}

CLIENTS = [f"{n}{n}{n}{n}{n}{n}{n}{n}-0000-4000-8000-000000000000" for n in range(1, 5)]


# These need a database of their own, or take long: on the newest server each time, on all by `make test-all`.
_LONG = (
    "no_superuser", "may_not_is_told", "in_a_project", "is_broken", "obvious", "nobody_is_waited", "not_touched", "default_is_read_only", "each_outcome",
    "alone]", "all]", "go_on_while", "long_transaction", "does_not_fit", "any_name", "no_key_or",
    "small_statements", "taken_back", "cascades_partitions", "without_rights",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what takes long on another server than the newest."""
    for item in items:
        mine = item.path.parent == Path(__file__).parent and "[pg" in item.name
        if mine and f"[pg{max(binaries())}" not in item.name and any(name in item.name for name in _LONG):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(
    scope="session",
    params=[pytest.param(v, marks=() if v in _ENDS else pytest.mark.slow, id=f"pg{v}") for v in binaries()],
)
def trigger_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    # a subscriber's worker may be started again at once, not every 5 s
    server = Server(request.param, {"max_replication_slots": "8", "wal_retrieve_retry_interval": "100ms"}).start()
    yield server
    server.remove()


@pytest.fixture
def db(trigger_server: Server) -> Iterator[Database]:
    """An empty database of one's own."""
    yield from _database(trigger_server)


@pytest.fixture(scope="session")
def _scratch(trigger_server: Server) -> Iterator[Database]:
    yield from _database(trigger_server)


@pytest.fixture
def conn(_scratch: Database) -> Iterator[psycopg.Connection]:
    """A connection in a transaction that is rolled back: for what is seen without a COMMIT."""
    with ExitStack() as stack:
        conn = stack.enter_context(psycopg.connect(_scratch.url))
        stack.callback(conn.rollback)
        yield conn


@pytest.fixture(scope="session")
def families() -> dict[str, Family]:
    return {family.name: family for family in read_families(FOLDER)}


Install = Callable[..., None]


@pytest.fixture
def install(families: dict[str, Family]) -> Install:
    """Install families on tables; what each makes once is made once."""

    def run(
        conn: psycopg.Connection, *names: str, tables: tuple[str, ...] = ("public.t",), shared: bool = True
    ) -> None:
        for name in names:
            for definition in families[name].shared if shared else ():
                conn.execute(definition.sql)
            for table in tables:
                for definition in families[name].definitions_for(table):
                    conn.execute(definition.sql)

    return run


def rows(conn: psycopg.Connection, sql: str, *values: object) -> list[tuple[object, ...]]:
    return conn.execute(sql, values or None).fetchall()  # type: ignore[arg-type]


def one(conn: psycopg.Connection, sql: str, *values: object) -> object:
    ((value,),) = rows(conn, sql, *values)
    return value
