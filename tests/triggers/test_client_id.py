"""client-id: kept where the UPDATE names it, NULL where not, whatever happens around it."""

import time

import psycopg
import pytest

from tests.conftest import Database
from tests.servers import Server
from tests.triggers.conftest import CLIENTS, Install, one, rows

ONE, TWO, THREE, _ = CLIENTS
TYPES = {"uuid": (ONE, TWO), "text": ("one", "two"), "bigint": ("1", "2"), "jsonb": ('{"a": 1}', '{"a": 2}')}


@pytest.fixture
def table(conn: psycopg.Connection, install: Install) -> psycopg.Connection:
    conn.execute("CREATE TABLE t (id int PRIMARY KEY, a int, client_id uuid)")
    install(conn, "client-id")
    conn.execute("INSERT INTO t SELECT 1, 0, %s", [ONE])
    return conn


@pytest.mark.parametrize("type", TYPES)
def test_the_four_cases_whatever_was_there(conn: psycopg.Connection, install: Install, type: str) -> None:
    first, second = TYPES[type]
    conn.execute(f"CREATE TABLE t (id serial PRIMARY KEY, a int, client_id {type})")  # type: ignore[arg-type]
    install(conn, "client-id")
    for was in (None, first, second):
        for stated in (None, first, second):
            conn.execute("TRUNCATE t")
            conn.execute("INSERT INTO t (client_id) VALUES (%s)", [was])
            conn.execute("UPDATE t SET a = 1, client_id = %s", [stated])
            assert one(conn, f"SELECT client_id IS NOT DISTINCT FROM %s::{type} FROM t", stated), (was, stated)
            conn.execute("UPDATE t SET a = 1")
            assert one(conn, "SELECT client_id FROM t") is None


def test_insert_on_conflict(table: psycopg.Connection) -> None:
    say = "INSERT INTO t VALUES (1, 5, %s) ON CONFLICT (id) DO UPDATE SET a = excluded.a"
    assert str(one(table, say + ", client_id = excluded.client_id RETURNING client_id", ONE)) == ONE
    assert str(one(table, say + ", client_id = excluded.client_id RETURNING client_id", TWO)) == TWO
    assert one(table, say + " RETURNING client_id", TWO) is None
    assert str(one(table, "INSERT INTO t VALUES (2, 5, %s) RETURNING client_id", TWO)) == TWO


def test_several_rows_in_one_statement(table: psycopg.Connection) -> None:
    table.execute("INSERT INTO t VALUES (2, 0, NULL), (3, 0, %s), (4, 0, %s)", [TWO, ONE])
    table.execute(
        "UPDATE t SET client_id = v.c::uuid FROM (VALUES (1, %s), (2, %s), (3, NULL), (4, %s)) AS v (i, c) WHERE id = i",
        [ONE, ONE, TWO],
    )
    assert [str(c) for (c,) in rows(table, "SELECT client_id FROM t ORDER BY id")] == [ONE, ONE, "None", TWO]
    table.execute("UPDATE t SET a = 2 WHERE id < 4")
    assert [str(c) for (c,) in rows(table, "SELECT client_id FROM t ORDER BY id")] == ["None", "None", "None", TWO]


@pytest.mark.parametrize("name", ["a_first", "client_id_1_z_between", "z_last"])
@pytest.mark.parametrize("inner", ["a = a + 1", "a = a + 1, client_id = client_id"])
@pytest.mark.parametrize("outer", ["a = 7", "a = 7, client_id = client_id"])
def test_a_trigger_that_writes_another_table_of_the_family(
    table: psycopg.Connection, install: Install, name: str, inner: str, outer: str
) -> None:
    """Whichever of the two names client_id, and wherever the trigger fires: none takes the other's mark."""
    table.execute("CREATE TABLE u (id int PRIMARY KEY, a int, client_id uuid)")
    table.execute("INSERT INTO u SELECT 1, 0, %s", [TWO])
    install(table, "client-id", tables=("public.u",), shared=False)
    table.execute(
        "CREATE FUNCTION write_u() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN UPDATE u SET {inner}; UPDATE u SET {inner}; RETURN NEW; END$$"
    )
    table.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION write_u()")
    table.execute(f"UPDATE t SET {outer}")
    assert str(one(table, "SELECT client_id FROM t")) == (ONE if "client_id" in outer else "None")
    assert str(one(table, "SELECT client_id FROM u")) == (TWO if "client_id" in inner else "None")


def test_a_trigger_that_updates_the_same_table_while_it_is_written(table: psycopg.Connection) -> None:
    table.execute("INSERT INTO t VALUES (2, 0, %s)", [TWO])
    table.execute(
        "CREATE FUNCTION write_t() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN IF NEW.id = 1 THEN UPDATE t SET a = 9 WHERE id = 2; END IF; RETURN NEW; END$$"
    )
    table.execute("CREATE TRIGGER client_id_1_z BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION write_t()")
    table.execute("UPDATE t SET client_id = client_id WHERE id = 1")
    assert [str(c) for (c,) in rows(table, "SELECT client_id FROM t ORDER BY id")] == [ONE, "None"]


def test_a_row_that_another_trigger_skips_leaves_no_mark(table: psycopg.Connection) -> None:
    table.execute(
        "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN IF NEW.a = 13 THEN RETURN NULL; END IF; RETURN NEW; END$$"
    )
    table.execute("CREATE TRIGGER client_id_1_z BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION skip()")
    table.execute("UPDATE t SET a = 13, client_id = client_id")
    assert str(one(table, "SELECT client_id FROM t")) == ONE
    table.execute("UPDATE t SET a = 1")
    assert one(table, "SELECT client_id FROM t") is None


def test_an_error_that_a_savepoint_catches_leaves_no_mark(table: psycopg.Connection) -> None:
    table.execute("ALTER TABLE t ADD CHECK (a < 100)")
    with pytest.raises(psycopg.errors.CheckViolation), table.transaction():
        table.execute("UPDATE t SET a = 100, client_id = client_id")
    table.execute("UPDATE t SET a = 1")
    assert one(table, "SELECT client_id FROM t") is None


def test_a_trigger_that_changes_the_row_before_it_is_written(table: psycopg.Connection) -> None:
    table.execute("CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.a := 99; RETURN NEW; END$$")
    for name in ("a_first", "z_last"):
        table.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION change()")  # type: ignore[arg-type]
    assert rows(table, "UPDATE t SET client_id = client_id RETURNING a, client_id::text") == [(99, ONE)]
    assert rows(table, "UPDATE t SET a = 1 RETURNING a, client_id") == [(99, None)]


@pytest.mark.parametrize(("sets", "kept"), [("a = a + 1", "None"), ("a = a + 1, client_id = client_id", ONE)])
def test_a_trigger_that_updates_the_row_after_it_was_written(table: psycopg.Connection, sets: str, kept: str) -> None:
    """That is the server's write, as any other: it says client_id = client_id where it means to keep it."""
    table.execute(
        "CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN UPDATE t SET {sets} WHERE id = NEW.id; RETURN NULL; END$$"
    )
    table.execute(
        "CREATE TRIGGER again AFTER UPDATE ON t FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION again()"
    )
    table.execute("UPDATE t SET a = 1, client_id = %s", [ONE])
    assert str(one(table, "SELECT client_id FROM t")) == kept


def test_merge(table: psycopg.Connection) -> None:
    if table.info.server_version < 150000:
        pytest.skip("MERGE is from 15 on")
    merge = "MERGE INTO t USING (VALUES (1, %s::uuid), (9, %s)) AS v (i, c) ON id = i "
    insert = "WHEN NOT MATCHED THEN INSERT VALUES (v.i, 0, v.c)"
    table.execute(merge + "WHEN MATCHED THEN UPDATE SET client_id = v.c " + insert, [ONE, TWO])
    assert [str(c) for (c,) in rows(table, "SELECT client_id FROM t ORDER BY id")] == [ONE, TWO]
    table.execute(merge + "WHEN MATCHED THEN UPDATE SET a = 1 " + insert, [ONE, TWO])
    assert [c for (c,) in rows(table, "SELECT client_id FROM t ORDER BY id")] == [None, None]
    # the columns of all its actions count for each: what the family's file warns of
    table.execute("UPDATE t SET client_id = %s", [ONE])
    table.execute(
        merge + "WHEN MATCHED AND id = 1 THEN UPDATE SET a = 2 WHEN MATCHED THEN UPDATE SET client_id = v.c", [TWO, TWO]
    )
    assert [str(c) for (c,) in rows(table, "SELECT client_id FROM t ORDER BY id")] == [ONE, TWO]


def test_views_partitions_and_foreign_keys(conn: psycopg.Connection, install: Install) -> None:
    conn.execute("CREATE TABLE t (id int, a int, client_id uuid, PRIMARY KEY (id, a)) PARTITION BY LIST (a)")
    conn.execute("CREATE TABLE t_0 PARTITION OF t FOR VALUES IN (0)")
    conn.execute("CREATE TABLE t_1 (client_id uuid, a int NOT NULL, id int NOT NULL, PRIMARY KEY (id, a))")
    conn.execute("ALTER TABLE t ATTACH PARTITION t_1 FOR VALUES IN (1)")
    install(conn, "client-id")
    conn.execute("CREATE VIEW seen AS SELECT id AS number, a, client_id AS by FROM t")
    conn.execute("INSERT INTO t VALUES (1, 0, %s)", [ONE])
    assert str(one(conn, "UPDATE seen SET by = by RETURNING by")) == ONE
    assert str(one(conn, "UPDATE t SET a = 1, client_id = client_id RETURNING client_id")) == ONE  # to the other
    assert str(one(conn, "UPDATE t_1 SET client_id = client_id RETURNING client_id")) == ONE
    assert one(conn, "UPDATE t SET a = 0 RETURNING client_id") is None
    conn.execute("UPDATE t SET client_id = %s", [TWO])
    assert one(conn, "UPDATE seen SET number = 1 RETURNING by") is None


def test_a_cascade_is_the_servers_write(table: psycopg.Connection, install: Install) -> None:
    table.execute("CREATE TABLE c (t_id int REFERENCES t ON UPDATE CASCADE ON DELETE SET NULL, client_id uuid)")
    install(table, "client-id", tables=("public.c",), shared=False)
    table.execute("INSERT INTO c SELECT 1, %s", [TWO])
    table.execute("UPDATE t SET id = 5, client_id = client_id")
    assert rows(table, "SELECT * FROM c") == [(5, None)]


# ---- logical replication: the publisher and the subscriber are two databases of one server


_HOW = {"t": "", "always": "ENABLE ALWAYS", "replica": "ENABLE REPLICA"}  # the table's triggers on the subscriber


def test_a_subscriber_has_what_the_publisher_sent(db: Database, trigger_server: Server, install: Install) -> None:
    name, slot = f"{db.name}_sub", f"{db.name}_slot"
    with db.connect() as publisher:
        publisher.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        try:
            with trigger_server.connect(name) as subscriber:
                for side in (publisher, subscriber):
                    for table in _HOW:
                        side.execute(f"CREATE TABLE {table} (id int PRIMARY KEY, a int, big text, client_id uuid)")  # type: ignore[arg-type]
                    install(side, "client-id", tables=tuple(_HOW))
                for table, how in _HOW.items():
                    for trigger in ("client_id_1_mark", "client_id_2_clear") if how else ():
                        subscriber.execute(f"ALTER TABLE {table} {how} TRIGGER {trigger}")  # type: ignore[arg-type]
                _replicated(db, publisher, subscriber, slot)
        finally:
            _drop_slot(publisher, slot)
            publisher.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def _replicated(db: Database, publisher: psycopg.Connection, subscriber: psycopg.Connection, slot: str) -> None:
    publisher.execute("CREATE PUBLICATION p FOR ALL TABLES")
    # made beforehand: CREATE SUBSCRIPTION would wait for itself where both are of one server
    publisher.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [slot])
    subscriber.execute(
        f"CREATE SUBSCRIPTION {slot} CONNECTION '{db.url}' PUBLICATION p"  # type: ignore[arg-type]
        f" WITH (create_slot = false, slot_name = {slot}, copy_data = false)"
    )
    try:
        _written_and_compared(publisher, subscriber)
    finally:
        subscriber.execute(f"ALTER SUBSCRIPTION {slot} DISABLE")  # type: ignore[arg-type]
        subscriber.execute(f"ALTER SUBSCRIPTION {slot} SET (slot_name = NONE)")  # type: ignore[arg-type]
        subscriber.execute(f"DROP SUBSCRIPTION {slot}")  # type: ignore[arg-type]


def _written_and_compared(publisher: psycopg.Connection, subscriber: psycopg.Connection) -> None:
    for table in _HOW:  # "big" is stored outside the row
        publisher.execute(f"INSERT INTO {table} SELECT 1, 0, repeat(md5('x'), 1000), '{ONE}'")  # type: ignore[arg-type]
    for number, (sets, wanted) in enumerate(
        [
            (f"client_id = '{ONE}'", ONE),
            (f"client_id = '{TWO}'", TWO),
            ("client_id = NULL", "None"),
            (f"client_id = '{THREE}'", THREE),
            ("id = id", "None"),
            (f"client_id = '{THREE}'", THREE),
            ("client_id = client_id", THREE),
        ],
        start=1,
    ):
        for table in _HOW:
            publisher.execute(f"UPDATE {table} SET a = {number}, {sets}")  # type: ignore[arg-type]
            assert str(one(publisher, f"SELECT client_id FROM {table}")) == wanted
        deadline = time.monotonic() + 20
        for table, how in _HOW.items():
            while rows(subscriber, f"SELECT a FROM {table}") != [(number,)]:
                assert time.monotonic() < deadline, "the subscriber does not follow"
                time.sleep(0.02)
            assert str(one(subscriber, f"SELECT client_id FROM {table}")) == wanted, (sets, how)


def _drop_slot(conn: psycopg.Connection, slot: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            conn.execute("SELECT pg_drop_replication_slot(%s)", [slot])
            return
        except psycopg.errors.ObjectInUse:
            assert time.monotonic() < deadline
            time.sleep(0.05)
