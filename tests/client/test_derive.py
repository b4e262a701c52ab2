"""What the clients are to have of a schema, read off real catalogs of the oldest and the newest server."""

from collections.abc import Iterator

import pytest

from dbtool.client.derive import client_schema, server_schema
from dbtool.finding import Severity
from tests.client.cases import CASES, Case
from tests.client.reading import derived, differences, read_case, read_sql
from tests.conftest import Database
from tests.servers import Server, binaries


@pytest.fixture(scope="module", params=["newest", pytest.param("oldest", marks=pytest.mark.slow)])
def each_place(request: pytest.FixtureRequest) -> Iterator[Database]:
    """One empty database: each case is rolled back."""
    if request.param == "newest":
        yield from _empty(request.getfixturevalue("server"), "clients")
        return
    server = Server(min(binaries())).start()
    yield from _empty(server, "clients")
    server.remove()


@pytest.fixture(scope="module")
def place(server: Server) -> Iterator[Database]:
    yield from _empty(server, "clients_too")


def _empty(server: Server, name: str) -> Iterator[Database]:
    with server.connect("postgres") as conn:
        conn.execute(f"CREATE DATABASE {name}".encode())
    yield Database(server, name)
    with server.connect("postgres") as conn:
        conn.execute(f"DROP DATABASE {name}".encode())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_set_has_what_it_should(case: Case, each_place: Database) -> None:
    found = derived(each_place, case)
    names = {str(record) for record in found.schema.parts.values()}
    assert set(case.inside) <= names
    assert not set(case.outside) & names
    told = [str(one) for one in found.left_out]
    missing = [part for part in case.told if not any(part in line for line in told)]
    assert not missing, "\n".join(told)
    assert not differences(each_place, found.schema)


def test_nothing_for_clients_changes_nothing_for_the_server(place: Database) -> None:
    everything = read_case(place, CASES[1])
    assert server_schema(everything) is everything


def test_the_server_has_nothing_of_the_clients(place: Database) -> None:
    sql = """
    CREATE TYPE state AS ENUM ('new', 'sent');
    CREATE TABLE t (id int PRIMARY KEY, dirty bool NOT NULL DEFAULT true, n int);
    CREATE INDEX t_dirty ON t (dirty);
    CREATE TABLE outbox (id int PRIMARY KEY, t int REFERENCES t, state state);
    CREATE VIEW waiting AS SELECT id FROM outbox;
    CREATE FUNCTION talks() RETURNS text LANGUAGE sql AS $$ SELECT 'outbox' $$;
    COMMENT ON TABLE t IS '@category domain';
    COMMENT ON COLUMN t.dirty IS '@client-only';
    COMMENT ON TABLE outbox IS '@client-only';
    """
    everything = read_sql(place, sql)
    names = {str(record) for record in server_schema(everything).parts.values()}
    assert {"table public.t", "column n on public.t", "function public.talks()"} <= names
    gone = ("column dirty on public.t", "default dirty on public.t", "index t_dirty on public.t", "table public.outbox",
            "view public.waiting", "constraint outbox_t_fkey on public.outbox")  # fmt: skip
    assert not names.intersection(gone)
    assert not differences(place, server_schema(everything))
    clients = {str(record) for record in client_schema(everything).schema.parts.values()}
    assert {"column dirty on public.t", "table public.outbox", "type public.state"} <= clients


def test_what_cannot_be_left_out_is_an_error(place: Database) -> None:
    case = next(case for case in CASES if case.name == "no key is left")
    found = {one.id: one.severity for one in derived(place, case).left_out if one.severity is Severity.ERROR}
    assert found == {"client-key-lost": Severity.ERROR, "client-table-lost": Severity.ERROR}


def test_a_schema_without_public_has_it_for_clients(place: Database) -> None:
    sql = """
    DROP SCHEMA public; CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY);
    COMMENT ON TABLE app.t IS '@category domain';
    """
    names = {str(record) for record in client_schema(read_sql(place, sql)).schema.parts.values()}
    assert {"schema public", "schema app", "table app.t"} <= names


def test_an_extension_of_one_s_own(place: Database) -> None:
    case = next(case for case in CASES if case.name == "extensions")
    everything = read_case(place, case)
    names = {str(r) for r in client_schema(everything, extensions=("citext",)).schema.parts.values()}
    assert "extension citext" in names
    assert "extension pg_trgm" not in names
    assert "index t_name on public.t" not in names
