"""change-feed: what a listener is told, in which order, and what a large statement costs it."""

import json

import psycopg
import pytest

from tests.conftest import Database
from tests.triggers.conftest import Install, one


@pytest.fixture
def feed(db: Database, install: Install) -> "Feed":
    with db.connect() as conn:
        conn.execute("CREATE TABLE t (id int PRIMARY KEY, a text)")
        install(conn, "change-feed")
        with db.connect() as listener:
            listener.execute("LISTEN change_feed")
            yield Feed(conn, listener)  # type: ignore[misc]


class Feed:
    """A writer and a listener."""

    def __init__(self, conn: psycopg.Connection, listener: psycopg.Connection) -> None:
        self.conn, self.listener = conn, listener

    def told(self, *statements: str) -> list[dict[str, object]]:
        """What the listener hears of a transaction, without the schema, and the table where it is t."""
        with self.conn.transaction():
            for statement in statements:
                self.conn.execute(statement)  # type: ignore[arg-type]
        self.conn.execute("NOTIFY change_feed, 'end'")
        heard: list[dict[str, object]] = []
        for notify in self.listener.notifies(timeout=20):
            if notify.payload == "end":
                return heard
            assert len(notify.payload.encode()) < 8000
            one = json.loads(notify.payload)
            assert one.pop("schema") == "public"
            if one["table"] == "t":
                del one["table"]
            heard.append(one)
        raise AssertionError("no end is heard")


def _row(operation: str, id: int, a: str | None) -> dict[str, object]:
    return {"operation": operation, "key": {"id": id}, "row": {"id": id, "a": a}}


def test_rows_in_the_order_of_writing(feed: Feed) -> None:
    assert feed.told(
        "INSERT INTO t VALUES (2, 'b'), (1, NULL)",
        "UPDATE t SET a = 'c' WHERE id = 2",
        "UPDATE t SET a = 'none' WHERE id = 99",
        "INSERT INTO t VALUES (2, 'd'), (3, 'x') ON CONFLICT (id) DO UPDATE SET a = excluded.a",
        "DELETE FROM t WHERE id = 1",
    ) == [
        _row("insert", 2, "b"),
        _row("insert", 1, None),
        _row("update", 2, "c"),
        _row("update", 2, "d"),
        _row("insert", 3, "x"),
        _row("delete", 1, None),
    ]
    with feed.conn.cursor().copy("COPY t FROM STDIN") as copy:
        copy.write(b"7\tseven\n")
    assert feed.told() == [_row("insert", 7, "seven")]
    assert feed.told("TRUNCATE t") == [{"operation": "truncate"}]


def test_a_key_that_changes_is_gone_from_where_it_was(feed: Feed) -> None:
    feed.told("INSERT INTO t VALUES (1, 'a'), (4, 'b')")
    feed.conn.execute("ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id) DEFERRABLE")
    assert feed.told("UPDATE t SET id = id + 3") == [
        {"operation": "delete", "key": {"id": 1}, "row": None},
        _row("update", 4, "a"),
        _row("update", 7, "b"),
    ]


@pytest.mark.parametrize("character", ["x", "é", "\U0001f600", '"', "\\", "\n"])
def test_what_does_not_fit_is_told_by_its_key(feed: Feed, character: str) -> None:
    """Around the limit, byte by byte."""
    feed.conn.execute("SET client_encoding = 'UTF8'")
    seen: set[bool] = set()
    for length in (1000, 1970, 1990, *range(3940, 3985, 9), 7800, *range(7880, 7960, 8), 20000):
        feed.conn.execute("TRUNCATE t")
        feed.told()
        (heard,) = feed.told(f"INSERT INTO t SELECT 1, repeat(E'{character.encode('unicode_escape').decode()}', {length})"
                             if character.isascii() and character not in '"\\' else
                             f"INSERT INTO t SELECT 1, repeat({_literal(character)}, {length})")  # fmt: skip
        assert heard["key"] == {"id": 1}
        seen.add("row" in heard)
    assert seen == {True, False}


def _literal(character: str) -> str:
    return "'" + character.replace("'", "''") + "'"


def test_what_has_no_key_or_a_large_one(feed: Feed, install: Install) -> None:
    feed.conn.execute('CREATE TABLE "No Key" (a text)')
    feed.conn.execute("CREATE TABLE two (a text, b date, PRIMARY KEY (b, a))")
    feed.conn.execute("CREATE UNIQUE INDEX ON two (a)")
    install(feed.conn, "change-feed", tables=('public."No Key"', "public.two"), shared=False)
    assert feed.told("""INSERT INTO "No Key" VALUES ('a'), (repeat('a', 9000))""", 'UPDATE "No Key" SET a = NULL') == [
        {"table": "No Key", "operation": "insert", "row": {"a": "a"}},
        {"table": "No Key", "operation": "insert"},
        {"table": "No Key", "operation": "update", "row": {"a": None}},
    ]
    # b-tree keys are compressed: one that is larger than a payload fits into the index
    assert feed.told("INSERT INTO two VALUES ('a', '2020-01-01'), (repeat('a', 9000), '2020-01-01')") == [
        {
            "table": "two",
            "operation": "insert",
            "key": {"a": "a", "b": "2020-01-01"},
            "row": {"a": "a", "b": "2020-01-01"},
        },
        {"table": "two", "operation": "insert"},
    ]


def test_columns_of_any_name(feed: Feed, install: Install) -> None:
    """Those that the function uses for its own among them."""
    names = ("c", "b", "k", "name", "row_key", "changed_rows", "rows_before", "most", "told", "hidden", "operation", "changed",
             "changed_row", "key_columns", "new", "old", "select", "count")  # fmt: skip
    columns = ", ".join(f'"{name}" int' for name in names)
    feed.conn.execute(f"CREATE TABLE odd (id int PRIMARY KEY, {columns})")  # type: ignore[arg-type]
    install(feed.conn, "change-feed", tables=("public.odd",), shared=False)
    row = dict.fromkeys(names, None)
    assert feed.told("INSERT INTO odd VALUES (1)", "UPDATE odd SET id = 2", "DELETE FROM odd") == [
        {"table": "odd", "operation": "insert", "key": {"id": 1}, "row": {"id": 1} | row},
        {"table": "odd", "operation": "delete", "key": {"id": 1}, "row": None},
        {"table": "odd", "operation": "update", "key": {"id": 2}, "row": {"id": 2} | row},
        {"table": "odd", "operation": "delete", "key": {"id": 2}, "row": {"id": 2} | row},
    ]


@pytest.mark.parametrize("size", [20_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_a_large_update_is_told_once_and_the_queue_stays_empty(feed: Feed, size: int) -> None:
    assert feed.told(f"INSERT INTO t SELECT i, 'a' FROM generate_series(1, {size}) AS i") == [{"operation": "insert"}]
    assert feed.told("UPDATE t SET a = 'b'", "UPDATE t SET a = 'c'") == [{"operation": "update"}]
    assert one(feed.conn, "SELECT pg_notification_queue_usage()") < 0.001  # type: ignore[operator]


def test_many_small_statements_are_told_as_one_large_one(feed: Feed) -> None:
    block = "DO $$BEGIN FOR i IN {} LOOP INSERT INTO t VALUES (i, 'a'); END LOOP; END$$"
    heard = feed.told(block.format("1..1500"))
    assert heard[:1000] == [_row("insert", i, "a") for i in range(1, 1001)]
    assert heard[1000:] == [{"operation": "insert"}]
    assert len(feed.told(block.format("2001..2003"))) == 3  # the next transaction counts anew


def test_what_is_taken_back_is_not_told_and_not_counted(feed: Feed) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        feed.told("INSERT INTO t SELECT i FROM generate_series(1, 900) AS i", "INSERT INTO t VALUES (1)")
    taken_back = "DO $$BEGIN INSERT INTO t SELECT i FROM generate_series(1, 900) AS i; RAISE 'x'; EXCEPTION WHEN OTHERS THEN END$$"
    heard = feed.told(taken_back, "INSERT INTO t SELECT i FROM generate_series(1, 900) AS i")
    assert len(heard) == 900


def test_cascades_partitions_and_merge(feed: Feed, install: Install) -> None:
    conn = feed.conn
    conn.execute("CREATE TABLE c (id int PRIMARY KEY, t_id int REFERENCES t ON DELETE CASCADE)")
    conn.execute("CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)")
    conn.execute("CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10)")
    conn.execute("CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20)")
    install(conn, "change-feed", tables=("public.c", "public.p"), shared=False)
    feed.told(
        "INSERT INTO t SELECT i FROM generate_series(1, 600) AS i",
        "INSERT INTO c SELECT i, i FROM generate_series(1, 600) AS i",
    )
    heard = feed.told("DELETE FROM t")
    assert [h["key"] for h in heard if h.get("table") == "c" and "key" in h] in ([], [{"id": i} for i in range(1, 601)])
    assert len(heard) < 1002
    assert feed.told("INSERT INTO p VALUES (1), (11)", "UPDATE p SET id = 12 WHERE id = 1") == [
        {"table": "p", "operation": "insert", "key": {"id": 1}, "row": {"id": 1}},
        {"table": "p", "operation": "insert", "key": {"id": 11}, "row": {"id": 11}},
        {"table": "p", "operation": "delete", "key": {"id": 1}, "row": None},
        {"table": "p", "operation": "update", "key": {"id": 12}, "row": {"id": 12}},
    ]
    if conn.info.server_version >= 150000:
        assert feed.told(
            "MERGE INTO t USING (VALUES (1), (2)) AS v (i) ON id = i WHEN NOT MATCHED THEN INSERT VALUES (v.i, 'm')"
        ) == [_row("insert", 1, "m"), _row("insert", 2, "m")]


def test_a_role_without_rights_on_anything_else(feed: Feed) -> None:
    """And a search_path of its own, in which names mean something else."""
    conn = feed.conn
    conn.execute("CREATE ROLE feed_app; GRANT ALL ON t TO feed_app; ALTER TABLE t ENABLE ROW LEVEL SECURITY")
    try:
        conn.execute("CREATE POLICY p ON t USING (a = 'mine')")
        conn.execute("CREATE TABLE changed_rows (id int); SET search_path = public, pg_catalog; SET ROLE feed_app")
        assert feed.told("INSERT INTO public.t VALUES (1, 'mine')") == [_row("insert", 1, "mine")]
    finally:
        conn.execute("RESET ROLE")
        conn.execute("DROP OWNED BY feed_app; DROP ROLE feed_app")
