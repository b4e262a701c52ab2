"""`feed peek`: what waits is told, and the slot, its consumer and its position are as they were."""

import json
import time
from contextlib import closing

import psycopg
import pytest

from dbtool.feed.plugin import pgoutput
from dbtool.feed.stream import Stream
from tests.feed.conftest import Consumer, Feed, wait_until
from tests.servers import Server, binaries


def changes(answer: dict) -> list[tuple]:
    return [
        (c["kind"], c.get("table"), c.get("new"), c.get("old") or c.get("key"))
        for c in answer["changes"]
        if c["kind"] not in ("begin", "commit")
    ]


def some_work(feed: Feed) -> None:
    feed.sql("INSERT INTO jobs VALUES (1, 'running', 'it''s'), (2, NULL, 'x=1 y[2]:3')")
    feed.together("UPDATE jobs SET status = 'failed' WHERE id = 1", "UPDATE jobs SET id = 20 WHERE id = 2")
    feed.sql("DELETE FROM jobs WHERE id = 1", "TRUNCATE jobs, other RESTART IDENTITY CASCADE")


EXPECTED = [
    ("insert", "jobs", {"id": 1, "status": "running", "note": "it's"}, None),
    ("insert", "jobs", {"id": 2, "status": None, "note": "x=1 y[2]:3"}, None),
    ("update", "jobs", {"id": 1, "status": "failed", "note": "it's"}, None),
    ("update", "jobs", {"id": 20, "status": None, "note": "x=1 y[2]:3"}, {"id": 2}),
    ("delete", "jobs", None, {"id": 1}),
    ("truncate", "jobs", None, None),
    ("truncate", "other", None, None),
]


@pytest.mark.parametrize("plugin", ["pgoutput", "test_decoding"])
def test_what_waits_is_told_and_stays(feed: Feed, plugin: str) -> None:
    slot = feed.slot(plugin=plugin)
    some_work(feed)
    before = feed.row(slot)
    first, again = feed.peek(slot), feed.peek(slot)
    assert changes(first) == EXPECTED
    assert first["changes"] == again["changes"]
    assert (first["decoded_as"], first["more"], first["out_of_time"]) == (plugin, False, False)
    assert feed.row(slot) == before, "inactive_since as well, on 17 and later"
    wait_until(lambda: feed.others() == [])
    commits = [c for c in first["changes"] if c["kind"] == "commit"]
    assert [c["changes"] for c in commits] == [2, 2, 1, 2]
    taken = (
        feed.conn.execute(
            "SELECT count(*) FROM pg_logical_slot_peek_binary_changes(%s, NULL, NULL, 'proto_version', '1', 'publication_names', 'all_of_it')",
            [slot],
        )
        if plugin == "pgoutput"
        else None
    )
    assert taken is None or taken.fetchone()[0] > 0


def test_an_active_consumer_is_left_alone(feed: Feed) -> None:
    slot = feed.slot()
    consumer = Consumer(feed, slot)
    try:
        wait_until(lambda: feed.row(slot)["active"])
        # a transaction that is under way holds restart_lsn where it is: what came after it is to be read again
        some_work(feed)
        wait_until(lambda: sum(m[:1] == b"C" for m in consumer.messages) >= 4)
        before = wait_until(lambda: (row := feed.row(slot)) and row["confirmed_flush_lsn"] and row)
        answer = feed.peek(slot)
        assert answer["active_pid"] == before["active_pid"]
        assert changes(answer) in ([], EXPECTED), "all of it was confirmed, or nothing yet"
        after = feed.row(slot)
        kept = ("active", "active_pid", "restart_lsn", "inactive_since", "invalidation_reason", "catalog_xmin")
        assert {k: after.get(k) for k in kept} == {k: before.get(k) for k in kept}
        feed.sql("INSERT INTO jobs VALUES (7, 'new', '')")
        wait_until(lambda: any(b"new" in message for message in consumer.messages))
    finally:
        consumer.close()


def test_a_consumer_that_does_not_confirm_is_left_alone(feed: Feed) -> None:
    """Everything waits although all of it was sent: peek shows it, and nothing of the slot moves."""
    slot = feed.slot()
    url = feed.server.url(feed.name)
    with closing(psycopg.connect(url, autocommit=True, replication="database")) as conn:
        stream = Stream(conn, slot, options=pgoutput(["all_of_it"]).options)
        some_work(feed)
        while stream.next(0.5):
            pass
        before = feed.row(slot)
        assert changes(feed.peek(slot)) == EXPECTED
        assert feed.row(slot) == before
        feed.sql("INSERT INTO jobs VALUES (8, 'more', '')")
        deadline = time.monotonic() + 5
        found = b""
        while b"more" not in found and time.monotonic() < deadline:
            said = stream.next(0.5)
            found += getattr(said, "payload", b"")
        assert b"more" in found


def test_limit_from_and_counts(feed: Feed) -> None:
    slot = feed.slot()
    for number in range(5):
        feed.together(*(f"INSERT INTO jobs VALUES ({number * 10 + i}, 'a', '')" for i in range(3)))
    feed.sql("INSERT INTO other VALUES (1)")
    some = feed.peek(slot, "--limit", "4")
    assert len(changes(some)) == 4 and some["more"]
    assert some["next"] == [f"dbtool feed peek {slot} --count-by table"]
    exact = feed.peek(slot, "--limit", "16")
    assert len(changes(exact)) == 16 and not exact["more"]
    ends = [c["end_lsn"] for c in exact["changes"] if c["kind"] == "commit"]
    assert [len(changes(feed.peek(slot, "--from", end))) for end in ends] == [13, 10, 7, 4, 1, 0]
    counted = feed.peek(slot, "--count-by", "table")
    assert [(t["table"], t["inserts"], t["transactions"]) for t in counted["tables"]] == [
        ("jobs", 15, 5),
        ("other", 1, 1),
    ]
    assert (counted["total"], counted["transactions"], counted["largest_transaction"]["changes"]) == (16, 6, 3)
    text = feed.run("peek", slot, "--count-by", "table")
    assert "public.jobs   15" in text.stdout and "16 changes in 6 transactions" in text.stdout
    text = feed.run("peek", slot, "--limit", "1")
    assert "INSERT public.jobs id=0  status=a note=''" in text.stdout
    assert "--count-by table" in text.stdout


def test_values_that_are_not_there_are_said_and_not_invented(feed: Feed) -> None:
    feed.sql(
        "CREATE TABLE large (id integer PRIMARY KEY, body text, n integer)",
        "ALTER TABLE large ALTER body SET STORAGE EXTERNAL",
        "CREATE TABLE whole (id integer, body text)",
        "ALTER TABLE whole REPLICA IDENTITY FULL",
        "CREATE TABLE bare (a integer)",
    )
    slots = feed.slot(), feed.slot("text", "test_decoding")
    feed.sql(
        "INSERT INTO large VALUES (1, repeat('x', 9000), 1)", "UPDATE large SET n = 2",
        "INSERT INTO whole VALUES (1, 'a')", "UPDATE whole SET body = 'b'", "DELETE FROM whole",
        "INSERT INTO bare VALUES (1)",
    )  # fmt: skip
    for slot in slots:
        found = [c for c in feed.peek(slot)["changes"] if c["kind"] not in ("begin", "commit")]
        assert found[1]["new"] == {"id": 1, "n": 2} and found[1]["unchanged"] == ["body"]
        assert "unchanged" not in found[0]
        before = found[3]["old"] or found[3]["key"]
        assert (before, found[3]["new"]) == ({"id": 1, "body": "a"}, {"id": 1, "body": "b"})
    text = feed.run("peek", slots[0]).stdout
    assert "UPDATE public.whole id=1  body: a -> b" in text


def test_types_that_json_has_and_those_that_it_has_not(feed: Feed) -> None:
    feed.sql(
        "CREATE TYPE mood AS ENUM ('calm')", "CREATE DOMAIN positive AS integer",
        "CREATE TABLE typed (i integer PRIMARY KEY, b bigint, s smallint, f float8, r real, n numeric, t boolean, j jsonb, "
        "p json, e mood, a integer[], y bytea, ts timestamptz, d positive)",
    )  # fmt: skip
    slots = feed.slot(), feed.slot("text", "test_decoding")
    feed.sql(
        "SET timezone = 'Europe/Berlin'",
        """INSERT INTO typed VALUES (1, 9007199254740993, 2, 0.1, 'NaN', 1.10, true, '{"a": [1, null]}',
        '{"b" :\n 2}', 'calm', '{1,2}', '\\x00ff', '2026-01-01 00:00:00+00', 5)""",
        "INSERT INTO typed (i, b) VALUES (-2, -9007199254740991)",
    )
    for slot in slots:
        new, nulls = (c["new"] for c in feed.peek(slot)["changes"] if c["kind"] == "insert")
        assert new == {
            "i": 1, "b": "9007199254740993", "s": 2, "f": 0.1, "r": "NaN", "n": "1.10", "t": True, "j": {"a": [1, None]},
            "p": {"b": 2}, "e": "calm", "a": "{1,2}", "y": "\\x00ff", "ts": "2026-01-01 00:00:00+00", "d": "5",
        }  # fmt: skip
        assert (nulls["i"], nulls["b"], nulls["f"]) == (-2, -9007199254740991, None)


def test_names_and_values_of_every_kind(feed: Feed) -> None:
    feed.sql('CREATE SCHEMA "a.b"', 'CREATE TABLE "a.b"."c: INSERT: d" ("e[f]:" text PRIMARY KEY, "g""h" text)')
    slots = feed.slot(), feed.slot("text", "test_decoding")
    hostile = "x'[text]:''y'' old-key: \x1b[31m\n\u202e"
    feed.conn.execute('INSERT INTO "a.b"."c: INSERT: d" VALUES (%s, NULL)', [hostile])
    for slot in slots:
        (found,) = [c for c in feed.peek(slot)["changes"] if c["kind"] == "insert"]
        assert (found["schema"], found["table"]) == ("a.b", "c: INSERT: d")
        assert found["new"] == {"e[f]:": hostile, 'g"h': None}
        text = feed.run("peek", slot).stdout
        assert "\x1b" not in text and "\u202e" not in text
        assert 'INSERT "a.b"."c: INSERT: d"' in text


def test_messages_are_told(feed: Feed) -> None:
    slot = feed.slot()
    feed.sql("SELECT pg_logical_emit_message(false, 'heartbeat', 'now')")
    feed.together("INSERT INTO jobs VALUES (1)", "SELECT pg_logical_emit_message(true, 'user', 'anna')")
    told = [c for c in feed.peek(slot)["changes"] if c["kind"] == "message"]
    assert [(m["prefix"], m["content"], m["transactional"]) for m in told] == [
        ("heartbeat", "now", False),
        ("user", "anna", True),
    ]
    assert told[0]["xid"] is None and told[1]["xid"]


def test_a_publication_that_is_younger_than_what_waits(feed: Feed) -> None:
    feed.sql("DROP PUBLICATION all_of_it")
    slot = feed.slot()
    feed.sql("INSERT INTO jobs VALUES (1)")
    without = feed.peek(slot)
    assert without["decoded_as"] == "test_decoding" and "no publication" in without["notes"][0]
    assert len(changes(without)) == 1
    feed.sql("CREATE PUBLICATION late FOR ALL TABLES", "INSERT INTO jobs VALUES (2)")
    answer = feed.peek(slot)
    assert answer["notes"], "it is said"
    if answer["decoded_as"] == "test_decoding":
        assert "younger" in answer["notes"][0]
        assert len(changes(answer)) == 2
    else:  # newer servers pass over the publication, with a warning
        assert len(changes(answer)) == 1


def test_publications_are_chosen(feed: Feed) -> None:
    feed.sql("CREATE PUBLICATION others FOR TABLE other")
    slot = feed.slot()
    feed.sql("INSERT INTO jobs VALUES (1)", "INSERT INTO other VALUES (1)")
    assert feed.peek(slot)["publications"] == ["all_of_it", "others"]
    assert [c[1] for c in changes(feed.peek(slot, "--publication", "others"))] == ["other"]
    refused = feed.run("peek", slot, "--publication", "othrs")
    assert refused.returncode == 2 and "did you mean others?" in refused.stderr


def test_a_look_that_takes_too_long_is_cut_and_says_so(feed: Feed) -> None:
    slot = feed.slot()
    feed.sql("INSERT INTO jobs SELECT g, 'x', repeat('y', 200) FROM generate_series(1, 60000) g")
    answer = feed.peek(slot, "--count-by", "table", "--timeout", "0.1")
    assert answer["out_of_time"] and answer["total"] < 60000
    assert "cut after" in feed.run("peek", slot, "--count-by", "table", "--timeout", "0.1").stdout
    wait_until(lambda: feed.others() == [])


# ---- what cannot be read


def refused(feed: Feed, code: int, *words: str, arguments: tuple[str, ...], **options) -> None:
    done = feed.run("peek", *arguments, **options)
    assert done.returncode == code, done.stdout + done.stderr
    for word in words:
        assert word in done.stderr, f"{word!r} is not in\n{done.stderr}"
    assert "Traceback" not in done.stderr and done.stdout == ""
    as_json = json.loads(feed.run("peek", *arguments, "--json", **options).stdout)
    assert as_json["exit_code"] == code


def test_slots_that_cannot_be_read_say_why(feed: Feed) -> None:
    slot = feed.slot("orders")
    refused(feed, 2, "is not on this server", f"did you mean {slot}?", arguments=(slot[:-1],))
    physical = f"{feed.name}_standby"
    feed.sql(f"SELECT pg_create_physical_replication_slot('{physical}', true)")
    feed.slots.append(physical)
    refused(feed, 2, "physical", arguments=(physical,))
    refused(feed, 2, "--from", "is not an LSN", arguments=(slot, "--from", "12"))
    elsewhere = {"DATABASE_URL": feed.server.url("postgres").replace("postgres@", "postgres:Zq7secret@")}
    refused(
        feed,
        2,
        f"belongs to database {feed.name}",
        f":{feed.server.port}/{feed.name}",
        arguments=(slot,),
        env=elsewhere,
    )
    said = feed.run("peek", slot, env=elsewhere).stderr
    assert "Zq7" not in said
    role = f"{feed.name}_reader"
    feed.sql(f"CREATE ROLE {role} LOGIN")
    try:
        refused(
            feed, 1, "may not read replication slots", "REPLICATION", arguments=(slot,),
            env={"DATABASE_URL": feed.server.url(feed.name, role)},
        )  # fmt: skip
    finally:
        feed.sql(f"DROP ROLE {role}")


def test_no_slot_is_free(feed: Feed) -> None:
    slot = feed.slot()
    taken = 12 - int(feed.one("SELECT count(*) FROM pg_replication_slots"))
    for number in range(taken):
        name = f"{feed.name}_p{number}"
        feed.sql(f"SELECT pg_create_physical_replication_slot('{name}')")
        feed.slots.append(name)
    refused(feed, 1, "no slot is free", "max_replication_slots", arguments=(slot,))


@pytest.mark.parametrize("major", [max(binaries()), pytest.param(min(binaries()), marks=pytest.mark.slow)])
def test_a_lost_slot(make_project, major: int) -> None:
    """Its log is gone: nothing can be read, and nobody is told that all is well."""
    server = Server(major, {"max_slot_wal_keep_size": "1MB", "min_wal_size": "32MB", "max_wal_size": "32MB"}).start()
    try:
        with server.connect("postgres") as conn:
            conn.execute("SELECT pg_create_logical_replication_slot('gone', 'pgoutput')")
            conn.execute("CREATE TABLE filler AS SELECT 1 AS a")
            for _ in range(4):
                conn.execute("INSERT INTO filler SELECT 2")
                conn.execute("SELECT pg_switch_wal()")
                conn.execute("CHECKPOINT")
        project = make_project()
        done = project.run("feed", "peek", "gone", env={"DATABASE_URL": server.url("postgres")})
        assert done.returncode == 1, done.stdout + done.stderr
        assert "slot gone is lost (its log was removed)" in done.stderr
        assert "fresh snapshot" in done.stderr
    finally:
        server.remove()


def test_a_server_that_does_not_log_what_decoding_needs(make_project) -> None:
    server = Server(max(binaries()), {"wal_level": "replica"}).start()
    try:
        env = {"DATABASE_URL": server.url("postgres")}
        project = make_project()
        for arguments in (("peek", "any"), ("tail",)):
            done = project.run("feed", *arguments, env=env)
            assert done.returncode == 1 and "wal_level is replica" in done.stderr
        position = project.run("feed", "lsn", env=env)
        assert position.returncode == 0
    finally:
        server.remove()


def test_all_walsenders_are_in_use(make_project) -> None:
    """Where nothing can be streamed any more, a look into a slot is needed most: it is read by SQL then."""
    server = Server(max(binaries()), {"max_wal_senders": "1"}).start()
    env = {"DATABASE_URL": server.url("postgres")}
    try:
        with server.connect("postgres") as conn:
            conn.execute("CREATE TABLE jobs (id integer PRIMARY KEY, status text)")
            conn.execute("CREATE PUBLICATION p FOR ALL TABLES")
            conn.execute("SELECT pg_create_logical_replication_slot('s', 'pgoutput')")
            for first in range(0, 9000, 3000):
                conn.execute(f"INSERT INTO jobs SELECT g, 'a' FROM generate_series({first}, {first + 2999}) g")  # type: ignore[arg-type]
            project = make_project()
            streamed = json.loads(project.run("feed", "peek", "s", "--limit", "9000", "--json", env=env).stdout)
            with closing(psycopg.connect(server.url("postgres"), autocommit=True, replication="database")):
                polled = json.loads(project.run("feed", "peek", "s", "--limit", "9000", "--json", env=env).stdout)
                assert "max_wal_senders" in polled["notes"][0]
                assert polled["changes"] == streamed["changes"]
                first = next(c["end_lsn"] for c in polled["changes"] if c["kind"] == "commit")
                later = json.loads(
                    project.run("feed", "peek", "s", "--count-by", "table", "--from", first, "--json", env=env).stdout
                )
                assert later["total"] == 6000
                tail = project.run("feed", "tail", env=env)
                assert tail.returncode == 1 and "no walsender left" in tail.stderr
    finally:
        server.remove()
