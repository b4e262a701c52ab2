"""audit: who, when, from what to what; what is written cannot be changed; partitions are made at any time."""

import threading
import time

import psycopg
import pytest

from tests.conftest import Database
from tests.triggers.conftest import Install, one, rows

OPERATIONS = "SELECT operation, old_row, new_row FROM audit_log ORDER BY id"


@pytest.fixture
def table(conn: psycopg.Connection, install: Install) -> psycopg.Connection:
    conn.execute("CREATE TABLE t (id int PRIMARY KEY, a text)")
    install(conn, "audit")
    return conn


def test_each_change_of_a_row(table: psycopg.Connection) -> None:
    table.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    table.execute("INSERT INTO t VALUES (1, 'c') ON CONFLICT (id) DO UPDATE SET a = excluded.a")
    table.execute("DELETE FROM t WHERE id = 2")
    table.execute("TRUNCATE t")
    assert rows(table, OPERATIONS) == [
        ("INSERT", None, {"id": 1, "a": "a"}),
        ("INSERT", None, {"id": 2, "a": "b"}),
        ("UPDATE", {"id": 1, "a": "a"}, {"id": 1, "a": "c"}),
        ("DELETE", {"id": 2, "a": "b"}, None),
        ("TRUNCATE", None, None),
    ]
    assert one(table, "SELECT count(DISTINCT transaction_id) FROM audit_log") == 1
    assert one(table, "SELECT bool_and(transaction_id = pg_current_xact_id()) FROM audit_log")
    plan = "\n".join(str(line) for (line,) in rows(
        table, "EXPLAIN SELECT * FROM audit_log_default WHERE table_name = 't' AND coalesce(new_row, old_row) ->> 'id' = '1'"
    ))  # fmt: skip
    assert "Index" in plan


def test_who(table: psycopg.Connection) -> None:
    table.execute("CREATE ROLE audit_app; CREATE ROLE audit_job; GRANT USAGE ON SCHEMA public TO audit_app, audit_job")
    table.execute("GRANT INSERT ON t TO audit_app")
    table.execute("SET LOCAL application_name = 'shop'; SET LOCAL app.user_id = 'ann'; SET LOCAL ROLE audit_app")
    table.execute("INSERT INTO t VALUES (1)")
    table.execute("RESET ROLE; SET LOCAL app.user_id = ''")
    table.execute("INSERT INTO t VALUES (2)")
    found = rows(table, "SELECT session_role, acting_role, user_id, application_name FROM audit_log ORDER BY id")
    assert found == [("postgres", "audit_app", "ann", "shop"), ("postgres", "postgres", None, "shop")]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {} (table_schema, table_name, operation, acting_role) VALUES ('x', 'x', 'INSERT', 'x')",
        "UPDATE {} SET new_row = NULL",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "SELECT * FROM {}",
        "DROP TABLE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
    ],
)
def test_ordinary_roles_cannot_change_what_is_written(table: psycopg.Connection, statement: str) -> None:
    table.execute("CREATE ROLE audit_app; GRANT USAGE ON SCHEMA public TO audit_app; GRANT ALL ON t TO audit_app")
    table.execute("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO audit_app")
    table.execute("SELECT make_audit_partitions(0)")  # a table that is made now
    month = one(table, "SELECT to_char(now() AT TIME ZONE 'UTC', '\"audit_log_\"YYYY\"_\"MM')")
    table.execute("SET LOCAL ROLE audit_app")
    table.execute("INSERT INTO t VALUES (1)")
    for log in ("audit_log", "audit_log_default", month):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), table.transaction():
            table.execute(statement.format(log))  # type: ignore[arg-type]


def test_under_row_level_security_and_a_search_path_that_lies(table: psycopg.Connection) -> None:
    table.execute("CREATE ROLE audit_app; GRANT ALL ON t TO audit_app; GRANT USAGE ON SCHEMA public TO audit_app")
    table.execute("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a = 'mine')")
    table.execute(
        "CREATE SCHEMA lies; CREATE TABLE lies.audit_log (LIKE audit_log); GRANT ALL ON SCHEMA lies TO audit_app"
    )
    table.execute(
        "CREATE FUNCTION lies.to_jsonb(anyelement) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{\"lie\": 1}'::jsonb $$"
    )
    table.execute("SET LOCAL search_path = lies, pg_catalog, public; SET LOCAL ROLE audit_app")
    table.execute("INSERT INTO public.t VALUES (1, 'mine')")
    table.execute("RESET ROLE")
    assert rows(table, "SELECT new_row FROM public.audit_log") == [({"id": 1, "a": "mine"},)]


def test_any_column_and_a_table_without_a_key(conn: psycopg.Connection, install: Install) -> None:
    conn.execute('CREATE TABLE "Odd ""T" (j json, x xml, p point, "a b" int[], n numeric, big text)')
    install(conn, "audit", tables=('public."Odd ""T"',))
    conn.execute(
        """INSERT INTO "Odd ""T" VALUES ('{"a":1,"a":2}', '<a/>', '(1,2)', '{1,2}', 'NaN', repeat('x', 1000000))"""
    )
    conn.execute('UPDATE "Odd ""T" SET n = 1')
    assert rows(conn, "SELECT table_name, new_row - 'big' FROM audit_log WHERE operation = 'UPDATE'") == [
        ('Odd "T', {"j": {"a": 2}, "x": "<a/>", "p": "(1,2)", "a b": [1, 2], "n": 1})
    ]


# ---- partitions

_PARTITIONS = (
    "SELECT c.relname, (SELECT count(*) FROM audit_log AS a WHERE a.tableoid = c.oid) FROM pg_inherits AS i"
    " JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_log'::regclass ORDER BY 1"
)


def _log(conn: psycopg.Connection, *moments: str) -> None:
    for moment in moments:
        conn.execute(
            "INSERT INTO audit_log (changed_at, table_schema, table_name, operation, acting_role)"
            " VALUES (%s, 's', 't', 'INSERT', 'r')",
            [moment],
        )


def test_rows_of_several_months_are_moved_from_the_default_partition(table: psycopg.Connection) -> None:
    moments = (
        "2020-01-31 23:59:59.999999+00",
        "2020-02-01 00:00:00+00",
        "2020-02-01 01:00:00+02",
        "2019-12-31 23:00+00",
    )
    table.execute("SET LOCAL timezone = 'Asia/Tokyo'")  # months are of UTC, whoever calls
    _log(table, *moments)
    everything = rows(table, "SELECT * FROM audit_log ORDER BY id")
    assert one(table, "SELECT make_audit_partitions(1)") == 5
    found = dict(rows(table, _PARTITIONS))
    assert (found["audit_log_2019_12"], found["audit_log_2020_01"], found["audit_log_2020_02"]) == (1, 2, 1)
    assert found["audit_log_default"] == 0
    assert len(found) == 6
    assert rows(table, "SELECT * FROM audit_log ORDER BY id") == everything
    assert one(table, "SELECT make_audit_partitions(1)") == 0
    _log(table, moments[0], "2030-06-15 12:00+00")
    assert one(table, "SELECT make_audit_partitions(1)") == 1
    assert dict(rows(table, _PARTITIONS))["audit_log_2020_01"] == 3
    table.execute("INSERT INTO t VALUES (1)")  # ids go on
    assert one(table, "SELECT count(*) = count(DISTINCT id) FROM audit_log")
    table.execute("DROP TABLE audit_log_2020_01")


def test_over_the_end_of_the_year(table: psycopg.Connection) -> None:
    assert one(table, "SELECT make_audit_partitions(14)") == 15
    names = [str(name) for name, _ in rows(table, _PARTITIONS)]
    assert len(names) == 16
    assert sum(name.endswith("_01") for name in names) in (1, 2)


def test_writers_go_on_while_partitions_are_made(db: Database, install: Install) -> None:
    with db.connect() as conn:
        conn.execute("CREATE TABLE t (id serial PRIMARY KEY, a text)")
        install(conn, "audit")
        stop, errors, written = threading.Event(), [], [0, 0]

        def write(number: int) -> None:
            try:
                with db.connect() as mine:
                    while not stop.is_set():
                        with mine.transaction():
                            mine.execute("INSERT INTO t (a) VALUES ('x'), ('y')")
                            mine.execute("SELECT count(*) FROM audit_log")
                        written[number] += 2
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        made = [one(conn, "SELECT make_audit_partitions(%s)", ahead) for ahead in (0, 0, 2, 2)]
        time.sleep(0.2)
        stop.set()
        for thread in threads:
            thread.join()
        assert not errors
        assert made == [1, 0, 2, 0]
        assert one(conn, "SELECT count(*) FROM audit_log") == sum(written)
        assert dict(rows(conn, _PARTITIONS))["audit_log_default"] == 0


def test_a_long_transaction_is_waited_for_briefly_and_nothing_is_half_done(db: Database, install: Install) -> None:
    with db.connect() as conn, db.connect() as other:
        conn.execute("CREATE TABLE t (id serial PRIMARY KEY, a text)")
        install(conn, "audit")
        conn.execute("ALTER FUNCTION make_audit_partitions SET lock_timeout = '100ms'")
        with other.transaction():
            other.execute("INSERT INTO t (a) VALUES ('x')")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                conn.execute("SELECT make_audit_partitions()")
        assert [name for name, _ in rows(conn, _PARTITIONS)] == ["audit_log_default"]
        assert one(conn, "SELECT make_audit_partitions()") == 4
