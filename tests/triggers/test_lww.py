"""lww and updated-at: the same writes end in the same row, in whatever order and however often they come."""

import datetime
import threading
from collections.abc import Iterator, Sequence

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.servers import Server
from tests.triggers.conftest import CLIENTS, Install, one, rows

ALL = ("audit", "change-feed", "client-id", "lww", "tenant-rls", "updated-at")
TABLE = """
CREATE TABLE t (
    id int PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now(), client_id uuid, a text,
    long text GENERATED ALWAYS AS (a || '!') STORED, n numeric, f float8, j json, b bytea, i interval, at timestamp,
    z timestamptz, tenant_id uuid
)
"""
WRITTEN = ("updated_at", "client_id", "a", "n", "f", "j", "b", "i", "at", "z")
UPSERT = (
    f"INSERT INTO t (id, {', '.join(WRITTEN)}) VALUES (%s, {', '.join(['%s'] * len(WRITTEN))}) ON CONFLICT (id)"
    f" DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in WRITTEN)}"
)
SESSIONS = (
    "SET timezone = 'UTC'",
    "SET timezone = 'Asia/Kolkata'; SET datestyle = 'German'; SET bytea_output = 'escape'",
    "SET timezone = 'America/New_York'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = -10",
)

Write = tuple[object, ...]
DAY = datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.UTC)
MOMENT = st.integers(0, 2).map(lambda hours: DAY + datetime.timedelta(hours=hours))

WRITE = st.tuples(
    MOMENT,
    st.sampled_from([None, CLIENTS[0], CLIENTS[1]]),
    st.sampled_from([None, "", "a", "B", "é", 'x"y', "a,b"]),
    st.sampled_from([None, "1.0", "1.00", "10", "9"]),
    st.sampled_from([None, 0.1, 0.1 + 2**-50, -0.0, 0.0, float("inf")]),
    st.sampled_from([None, '{"a":1}', '{"a": 1}']),
    st.sampled_from([None, b"", b"\\a", b"\xff"]),
    st.sampled_from([None, "1 min", "1 day"]),
    st.sampled_from([None, "2020-02-01", "2020-01-12"]),
    st.sampled_from([None, "2020-11-01 05:30+00", "2020-11-01 06:10+00"]),  # the hour that comes twice in New York
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Sequence[Write], ...]:
    """The same writes, delivered thrice: each time in another order, some of them more than once.

    Each differs from the first in few columns, so that ties go down to any of them.
    """
    first = draw(WRITE)
    few = st.sets(st.integers(0, len(WRITTEN) - 1), min_size=1, max_size=2)
    writes = [first]
    for other in draw(st.lists(WRITE, max_size=4)):
        changed = draw(few)
        writes.append(tuple(other[n] if n in changed else value for n, value in enumerate(first)))
    again = st.lists(st.sampled_from(writes), max_size=3)
    return tuple(draw(st.permutations([*writes, *draw(again)])) for _ in range(3))


@pytest.fixture(scope="module")
def lww(trigger_server: Server) -> Iterator[str]:
    """The name of a database of the module."""
    name = "test_lww"
    with trigger_server.connect("postgres") as conn:
        conn.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        yield name
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(params=[("lww", "client-id", "updated-at"), ("lww",), ALL], ids=["three", "alone", "all"])
def judged(request: pytest.FixtureRequest, lww: str, trigger_server: Server, install: Install) -> Iterator[str]:
    with trigger_server.connect(lww) as conn:
        conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        conn.execute(TABLE)  # type: ignore[arg-type]
        install(conn, *request.param)
    yield trigger_server.url(lww)


def _test_any_order(url: str, examples: int) -> None:
    with psycopg.connect(url, autocommit=True) as conn:

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=examples < 100,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(deliveries())
        def ends_in_the_same_row(delivered: tuple[Sequence[Write], ...]) -> None:
            conn.execute("TRUNCATE t")
            for id, (writes, session) in enumerate(zip(delivered, SESSIONS, strict=True), start=1):
                conn.execute("RESET ALL")
                conn.execute(session)
                with conn.pipeline():
                    for write in writes:
                        conn.execute(UPSERT, [id, *write])  # type: ignore[arg-type]
            conn.execute("RESET ALL")
            ended = rows(conn, f"SELECT DISTINCT ROW({', '.join(WRITTEN)}, long)::text FROM t")
            assert len(ended) == 1

        ends_in_the_same_row()


def test_any_order_of_the_same_writes_ends_in_the_same_row(judged: str) -> None:
    _test_any_order(judged, 20)


@pytest.mark.slow
def test_any_order_of_the_same_writes_ends_in_the_same_row_often(judged: str) -> None:
    _test_any_order(judged, 300)


@pytest.mark.parametrize("judged", [("lww", "client-id", "updated-at")], indirect=True, ids=["three"])
def test_a_tie_in_any_column_is_broken_alike_in_each_session(judged: str) -> None:
    pairs = [
        ("f", 0.1, 0.1 + 2**-50),
        ("f", 0.0, -0.0),
        ("j", '{"a":1}', '{"a": 1}'),
        ("n", "1.0", "1.00"),
        ("b", b"\\a", b"\xff"),
        ("i", "1 min", "1 day"),
        ("at", "2020-02-01", "2020-01-12"),
        ("z", "2020-11-01 05:30+00", "2020-11-01 06:10+00"),
        ("a", None, ""),
        ("client_id", None, CLIENTS[0]),
    ]
    with psycopg.connect(judged, autocommit=True) as conn:
        for column, *values in pairs:
            conn.execute("TRUNCATE t")
            both = [{"updated_at": DAY, column: value} for value in values]
            for id, (session, order) in enumerate((s, o) for s in SESSIONS for o in (both, both[::-1])):
                conn.execute("RESET ALL")
                conn.execute(session)
                for said in order:
                    conn.execute(UPSERT, [id, *(said.get(name) for name in WRITTEN)])  # type: ignore[arg-type]
            conn.execute("RESET ALL")
            assert one(conn, f"SELECT count(DISTINCT coalesce({column}::text, 'null')) FROM t") == 1, column


@pytest.mark.parametrize("judged", [("lww", "client-id", "updated-at")], indirect=True, ids=["three"])
def test_two_sessions_at_once_end_in_the_same_rows(judged: str) -> None:
    """Each delivers all writes, in its own order; what is left is what one session alone leaves."""
    writes = [
        (id, DAY + datetime.timedelta(hours=n % 4), CLIENTS[n % 3], f"{n % 5}", *[None] * 7)
        for n in range(60)
        for id in (1, 2, 3)
    ]
    errors: list[BaseException] = []

    def deliver(order: Sequence[Write]) -> None:
        try:
            with psycopg.connect(judged, autocommit=True) as conn:
                for write in order:
                    conn.execute(UPSERT, write)  # type: ignore[arg-type]
        except BaseException as error:
            errors.append(error)

    told = "SELECT id, updated_at, client_id, a FROM t ORDER BY id"
    with psycopg.connect(judged, autocommit=True) as conn:
        deliver(writes)
        alone = rows(conn, told)
        for _ in range(3):
            conn.execute("TRUNCATE t, stale_writes")
            threads = [threading.Thread(target=deliver, args=(order,)) for order in (writes, writes[::-1], writes[90:])]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not errors
            assert rows(conn, told) == alone
        assert one(conn, "SELECT count(*) > 0 FROM stale_writes")


# ---- what is counted, and what is not judged


@pytest.fixture
def table(conn: psycopg.Connection, install: Install) -> psycopg.Connection:
    conn.execute(TABLE)  # type: ignore[arg-type]
    install(conn, "lww", "client-id", "updated-at")
    return conn


def _write(conn: psycopg.Connection, hours: int, client: str | None, a: str) -> int:
    moment = DAY + datetime.timedelta(hours=hours)
    return conn.execute(UPSERT, [1, moment, client, a, *[None] * 7]).rowcount  # type: ignore[arg-type]


def test_a_stale_write_is_counted_a_duplicate_is_not(table: psycopg.Connection) -> None:
    assert _write(table, 2, CLIENTS[0], "b") == 1
    assert _write(table, 2, CLIENTS[0], "b") == 0
    assert one(table, "SELECT count(*) FROM stale_writes") == 0
    assert _write(table, 1, CLIENTS[1], "c") == 0
    assert _write(table, 2, None, "c") == 0
    assert _write(table, 2, CLIENTS[0], "a") == 0
    found = rows(
        table,
        "SELECT table_schema, table_name, row_key, kept_at - written_at, written_by, kept_by, session_role"
        " FROM stale_writes ORDER BY id",
    )
    first = CLIENTS[0]
    assert found == [
        ("public", "t", {"id": 1}, datetime.timedelta(hours=1), CLIENTS[1], first, "postgres"),
        ("public", "t", {"id": 1}, datetime.timedelta(0), None, first, "postgres"),
        ("public", "t", {"id": 1}, datetime.timedelta(0), first, first, "postgres"),
    ]


def test_a_role_that_may_write_the_table_alone_is_counted_as_well(table: psycopg.Connection) -> None:
    table.execute(
        "CREATE ROLE lww_app; GRANT SELECT, INSERT, UPDATE ON t TO lww_app; GRANT USAGE ON SCHEMA public TO lww_app"
    )
    _write(table, 2, None, "b")
    table.execute("SET LOCAL ROLE lww_app")
    assert _write(table, 1, None, "b") == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege), table.transaction():
        table.execute("DELETE FROM stale_writes")
    table.execute("RESET ROLE")
    assert one(table, "SELECT count(*) FROM stale_writes") == 1


def test_a_server_write_wins_and_stays_when_an_older_one_comes_again(table: psycopg.Connection) -> None:
    """Also where the client's clock is ahead: its write is delivered again, and must not undo what the server wrote."""
    table.execute(UPSERT, [1, "2200-01-01", CLIENTS[0], "client", *[None] * 7])  # type: ignore[arg-type]
    table.execute("UPDATE t SET a = 'server'")
    table.execute(UPSERT, [1, "2200-01-01", CLIENTS[0], "client", *[None] * 7])  # type: ignore[arg-type]
    assert rows(table, "SELECT a, client_id FROM t") == [("server", None)]


def test_a_row_without_a_time_takes_any_write(conn: psycopg.Connection, install: Install) -> None:
    conn.execute("CREATE TABLE t (a text, updated_at timestamptz, client_id text)")  # no key
    install(conn, "lww")
    conn.execute("INSERT INTO t VALUES ('a', NULL, NULL)")
    assert one(conn, "UPDATE t SET a = 'b', updated_at = '2020-01-01' RETURNING a") == "b"
    assert rows(conn, "UPDATE t SET a = 'c', updated_at = NULL RETURNING a") == []
    assert rows(conn, "SELECT row_key, written_at FROM stale_writes") == [(None, None)]


def test_merge_and_partitions(conn: psycopg.Connection, install: Install) -> None:
    conn.execute(
        "CREATE TABLE t (id int, p int, updated_at timestamptz, client_id uuid, PRIMARY KEY (p, id)) PARTITION BY LIST (p)"
    )
    conn.execute("CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1)")
    install(conn, "lww", "client-id", "updated-at")
    conn.execute("INSERT INTO t VALUES (1, 1, '2020-01-02', NULL)")
    assert conn.execute("UPDATE t SET updated_at = '2020-01-01'").rowcount == 0
    assert rows(conn, "SELECT row_key, table_name FROM stale_writes") == [({"id": 1, "p": 1}, "t_1")]
    if conn.info.server_version >= 150000:
        merge = "MERGE INTO t USING (VALUES (1)) AS v (i) ON id = i WHEN MATCHED THEN UPDATE SET updated_at = %s"
        assert conn.execute(merge, ["2020-01-01"]).rowcount == 0
        assert conn.execute(merge, ["2020-01-03"]).rowcount == 1


# ---- updated-at by itself


@pytest.mark.parametrize("type", ["timestamptz", "timestamp"])
def test_updated_at(conn: psycopg.Connection, install: Install, type: str) -> None:
    conn.execute(f"CREATE TABLE t (id serial PRIMARY KEY, a int, updated_at {type} DEFAULT now())")  # type: ignore[arg-type]
    install(conn, "updated-at")
    for was in ("2020-01-01", None, "infinity", "-infinity"):
        for stated in ("2020-01-01", "2021-01-01", "-infinity", "infinity"):
            conn.execute("TRUNCATE t")
            conn.execute("INSERT INTO t (updated_at) VALUES (%s)", [was])
            conn.execute("UPDATE t SET a = 1, updated_at = %s", [stated])
            assert one(conn, f"SELECT updated_at = %s::{type} FROM t", stated), (was, stated)
    for sets in ("a = 1", "updated_at = NULL", "updated_at = now()", "updated_at = DEFAULT"):
        conn.execute("TRUNCATE t")
        conn.execute("INSERT INTO t (updated_at) VALUES ('2020-01-01'), (NULL)")
        assert one(conn, f"WITH u AS (UPDATE t SET {sets} RETURNING *) SELECT bool_and(updated_at = now()) FROM u"), (
            sets
        )
    before = one(conn, "SELECT max(updated_at) FROM t")
    for _ in range(3):
        after = one(conn, "UPDATE t SET a = 1 WHERE id = (SELECT max(id) FROM t) RETURNING updated_at")
        assert after == before + datetime.timedelta(microseconds=1)  # type: ignore[operator]
        before = after


def test_updated_at_not_null_in_between_is_no_matter(conn: psycopg.Connection, install: Install) -> None:
    conn.execute("CREATE TABLE t (a int, updated_at timestamptz NOT NULL DEFAULT now() CHECK (updated_at IS NOT NULL))")
    install(conn, "updated-at")
    conn.execute("INSERT INTO t VALUES (1, '2020-01-01')")
    assert one(conn, "UPDATE t SET updated_at = updated_at RETURNING updated_at = '2020-01-01'")
