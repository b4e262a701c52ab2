"""`feed tail`: each change exactly once, across snapshot, cuts and restarts; nothing is left behind, nothing moves."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.feed.conftest import Feed, wait_until

Line = dict[str, Any]


def rows(lines: list[Line], *kinds: str) -> list[int]:
    return [line["new"]["id"] for line in lines if line["kind"] in (kinds or ("insert",))]


def whole(lines: list[Line]) -> bool:
    """Each transaction has its beginning, its changes and its end, in this order, and none comes twice."""
    open_, seen = None, set()
    for line in lines:
        if line["kind"] == "begin":
            assert open_ is None and line["xid"] not in seen
            open_ = line["xid"]
            seen.add(open_)
            number = 0
        elif line["kind"] == "commit":
            assert open_ == line["xid"] and line["changes"] == number
            open_ = None
        elif open_ is not None:
            assert line["xid"] == open_
            number += 1
    return open_ is None


def unmoved(feed: Feed, slot: str) -> Line:
    """A slot without what the server itself may move when it is read: restart_lsn, up to what was confirmed."""
    row = feed.row(slot)
    return {k: row[k] for k in row.keys() - {"inactive_since", "restart_lsn", "catalog_xmin"}}


class Tail:
    """`feed tail` in a process of its own."""

    def __init__(self, feed: Feed, *arguments: str) -> None:
        self.feed = feed
        self.process = feed.project.start("feed", "tail", *arguments)

    def wait_for_walsender(self) -> int:
        query = "SELECT pid FROM pg_stat_replication WHERE application_name = 'dbtool feed tail' AND state IN ('streaming', 'catchup')"
        return wait_until(lambda: self.feed.conn.execute(query).fetchone())[0]

    def end(self, seconds: float = 20) -> tuple[list[Line], str, int]:
        out, err = self.process.communicate(timeout=seconds)
        return [json.loads(line) for line in out.splitlines()], err, self.process.returncode

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def tails(feed: Feed) -> Iterator[Any]:
    started: list[Tail] = []

    def start(*arguments: str) -> Tail:
        started.append(Tail(feed, *arguments))
        return started[-1]

    yield start
    for tail in started:
        tail.kill()
    wait_until(lambda: feed.others() == [])


def test_a_slot_is_followed_and_does_not_move(feed: Feed) -> None:
    slots = feed.slot(), feed.slot("text", "test_decoding")
    for number in range(3):
        feed.together(*(f"INSERT INTO jobs VALUES ({number * 2 + i}, 'a')" for i in range(2)))
    feed.sql("SELECT pg_logical_emit_message(false, 'beat', '')", "CREATE TABLE quiet (a integer)")
    for slot in slots:
        before = unmoved(feed, slot)
        lines = feed.tail("--slot", slot, "--until", feed.lsn())
        assert whole(lines)
        assert rows(lines) == [0, 1, 2, 3, 4, 5]
        assert [line["kind"] for line in lines].count("begin") == 3, "what has no change is not told"
        ends = [line["end_lsn"] for line in lines if line["kind"] == "commit"]
        resumed = [rows(feed.tail("--slot", slot, "--from", end, "--until", feed.lsn())) for end in ends]
        assert resumed == [[2, 3, 4, 5], [4, 5], []]
        wait_until(lambda slot=slot: not feed.row(slot)["active"])
        assert unmoved(feed, slot) == before
    parts = [("0/0", ends[0]), (ends[0], ends[1]), (ends[1], ends[2])]
    told = [
        rows(feed.tail("--slot", slots[0], *(["--from", start] if start != "0/0" else []), "--until", end))
        for start, end in parts
    ]
    assert told == [[0, 1], [2, 3], [4, 5]], "from one end to the next: nothing twice, nothing left out"


def test_a_snapshot_and_what_came_after_are_everything_exactly_once(feed: Feed, tails: Any) -> None:
    feed.sql("INSERT INTO jobs SELECT g, 'before', NULL FROM generate_series(1, 3000) g")
    stop, numbers, lock = threading.Event(), iter(range(10_000, 1_000_000)), threading.Lock()
    last: list[int] = []

    def write() -> None:
        with feed.server.connect(feed.name) as conn:
            while not stop.is_set():
                with lock:
                    number = next(numbers)
                conn.execute("INSERT INTO jobs VALUES (%s, 'meanwhile')", [number])
                last.append(number)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        tail = tails("--snapshot", "--table", "jobs", "--seconds", "3", "--json")  # it outlasts the writers
        read: list[str] = []
        reader = threading.Thread(target=lambda: read.extend(tail.process.stdout))
        reader.start()
        tail.wait_for_walsender()
        time.sleep(0.5)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    reader.join(20)
    assert tail.process.wait(20) == 0
    lines = [json.loads(line) for line in read]
    snapshot, after = rows(lines, "snapshot"), rows(lines)
    (mark,) = [line for line in lines if line["kind"] == "snapshot-end"]
    assert mark["rows"] == len(snapshot) >= 3000
    assert lines.index(mark) == len(snapshot), "the snapshot first, then what came after"
    expected = [row[0] for row in feed.conn.execute("SELECT id FROM jobs ORDER BY id").fetchall()]
    assert sorted(snapshot + after) == expected
    assert len(after) > 0
    assert lines[-1]["kind"] == "end" and lines[-1]["ok"] and lines[-1]["changes"] == len(after)


def test_the_snapshot_has_what_is_published(feed: Feed) -> None:
    feed.sql(
        "DROP PUBLICATION all_of_it",
        "CREATE TABLE parted (id integer, kind text, twice integer GENERATED ALWAYS AS (id * 2) STORED) PARTITION BY LIST (kind)",
        "CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a')",
        "INSERT INTO parted VALUES (1, 'a')", "INSERT INTO other VALUES (5)",
        "INSERT INTO jobs VALUES (1, 'yes', 'n'), (2, 'no', NULL)",
        "CREATE PUBLICATION roots FOR TABLE parted WITH (publish_via_partition_root)",
    )  # fmt: skip
    modern = feed.server.major >= 15
    what = "jobs (id, status) WHERE (status = 'yes' AND id > 0)" if modern else "jobs"
    feed.sql(f"CREATE PUBLICATION parts FOR TABLE {what}")
    found = {
        (line["table"], line["new"]["id"]): line["new"]
        for line in feed.tail("--snapshot", "--until", "0/1")
        if line["kind"] == "snapshot"
    }
    expected = {("jobs", 1): {"id": 1, "status": "yes"}, ("parted", 1): {"id": 1, "kind": "a"}}
    if not modern:
        expected[("jobs", 1)] = {"id": 1, "status": "yes", "note": "n"}
        expected[("jobs", 2)] = {"id": 2, "status": "no", "note": None}
    assert found == expected


def test_a_cut_in_the_middle_of_a_transaction_is_not_seen_in_what_is_told(feed: Feed, tails: Any) -> None:
    slot = feed.slot()
    feed.sql("INSERT INTO jobs VALUES (0, 'first')")
    feed.sql("INSERT INTO jobs SELECT g, repeat('x', 500), NULL FROM generate_series(1, 20000) g")
    feed.sql("INSERT INTO jobs VALUES (20001, 'last')")
    tail = tails("--slot", slot, "--until", feed.lsn(), "--json")
    # nobody reads: the pipe is full, then the socket, and the walsender stands in the middle of the large transaction
    pid = tail.wait_for_walsender()
    time.sleep(0.5)
    feed.conn.execute("SELECT pg_terminate_backend(%s)", [pid])
    lines, err, code = tail.end(60)
    assert code == 0, err
    assert lines[-1]["cuts"] >= 1 and "connecting again" in err
    assert whole(lines[:-1])
    assert rows(lines) == list(range(20002))


def test_cuts_again_and_again_while_all_is_read(feed: Feed, tails: Any) -> None:
    slot = feed.slot()
    number, transactions = 0, 60
    for _ in range(transactions):
        feed.sql(f"INSERT INTO jobs SELECT g, repeat('y', 300), NULL FROM generate_series({number}, {number + 299}) g")
        feed.sql(f"SELECT pg_logical_emit_message(false, 'beat', '{number}')")
        number += 300
    feed.sql("INSERT INTO other VALUES (1)")  # what was not committed need not be written to the log yet
    tail = tails("--slot", slot, "--until", feed.lsn(), "--json")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.extend(tail.process.stdout))
    reader.start()
    killed = 0
    wait_until(lambda: read)
    while reader.is_alive() and killed < 12:
        found = feed.conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_replication WHERE application_name = 'dbtool feed tail'"
        ).fetchall()
        killed += len(found)
        time.sleep(0.12)
    reader.join(60)
    assert tail.process.wait(10) == 0
    lines = [json.loads(line) for line in read]
    assert killed
    assert rows(lines) == [*range(number), 1]
    assert whole(lines[:-1])
    beats = [line["content"] for line in lines if line["kind"] == "message"]
    assert beats == [str(n) for n in range(0, number, 300)], "also what stands outside of a transaction"


def test_a_server_that_restarts(feed: Feed, tails: Any) -> None:
    slot = feed.slot()
    feed.sql("INSERT INTO jobs VALUES (1)")
    tail = tails("--slot", slot, "--limit", "2")
    tail.wait_for_walsender()
    time.sleep(0.3)
    feed.conn.close()
    feed.server.stop(signal.SIGQUIT)
    feed.server.start()
    object.__setattr__(feed, "conn", feed.server.connect(feed.name))
    feed.sql("INSERT INTO jobs VALUES (2)")
    lines, err, code = tail.end(30)
    assert (code, rows(lines)) == (0, [1, 2]), err


def test_a_cut_without_a_slot_that_stays_ends_with_7(feed: Feed, tails: Any) -> None:
    tail = tails()
    pid = tail.wait_for_walsender()
    feed.sql("INSERT INTO jobs VALUES (1)")
    assert json.loads(tail.process.stdout.readline())["kind"] == "begin"
    feed.conn.execute("SELECT pg_terminate_backend(%s)", [pid])
    _, err, code = tail.end()
    assert code == 7
    assert "the connection was cut after" in err and "dbtool slots create" in err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stays", [True, False], ids=["slot", "own"])
def test_an_interruption_leaves_nothing(feed: Feed, tails: Any, how: signal.Signals, stays: bool) -> None:
    slot = feed.slot() if stays else ""
    tail = tails(*(["--slot", slot] if stays else []))
    tail.wait_for_walsender()
    tail.process.send_signal(how)
    lines, err, code = tail.end(5)
    assert (code, lines) == (130, []), err
    assert "Traceback" not in err
    assert ("--from" in err) == stays
    wait_until(lambda: feed.others() == [])


def test_a_reader_that_goes_away_ends_it_quietly(feed: Feed, tails: Any) -> None:
    slot = feed.slot()
    feed.sql("INSERT INTO jobs SELECT g FROM generate_series(1, 1000) g")
    tail = tails("--slot", slot)
    assert tail.process.stdout.readline()
    tail.process.stdout.close()
    assert tail.process.wait(10) == 0
    assert "Traceback" not in tail.process.stderr.read()
    idle = tails()
    idle.wait_for_walsender()
    idle.process.stdout.close()
    assert idle.process.wait(10) == 0, "also where nothing is written for a long time"


@pytest.mark.slow
def test_a_reader_that_rests_longer_than_the_server_waits_for_a_sign_of_life(feed: Feed, tails: Any) -> None:
    feed.sql("ALTER SYSTEM SET wal_sender_timeout = '6s'", "SELECT pg_reload_conf()")
    tail = tails("--limit", "20000")
    pid = tail.wait_for_walsender()
    feed.sql("INSERT INTO jobs SELECT g, repeat('x', 500), NULL FROM generate_series(1, 20000) g")
    time.sleep(15)
    assert tail.wait_for_walsender() == pid
    lines, err, code = tail.end(60)
    assert (code, rows(lines)) == (0, list(range(1, 20001))), err


def test_only_the_tables_that_are_named(feed: Feed) -> None:
    slot = feed.slot()
    feed.together("INSERT INTO jobs VALUES (1)", "INSERT INTO other VALUES (2)")
    feed.sql("INSERT INTO jobs VALUES (3)")
    lines = feed.tail("--slot", slot, "--table", "public.other", "--until", feed.lsn())
    assert [line["kind"] for line in lines] == ["begin", "insert", "commit"]
    assert lines[-1]["changes"] == 1


def test_what_was_acknowledged_is_not_given_again(feed: Feed) -> None:
    slot = feed.slot()
    for number in range(4):
        feed.sql(f"INSERT INTO jobs VALUES ({number})")
    asked = feed.run("tail", "--slot", slot, "--acknowledge", "--limit", "2")
    assert asked.returncode == 6 and "--confirm" in asked.stderr and asked.stdout == ""
    first = feed.tail("--slot", slot, "--acknowledge", "--confirm", feed.name, "--limit", "2")
    rest = feed.tail("--slot", slot, "--until", feed.lsn())
    # the transaction of the last change was not whole when the end was reached: it comes again
    assert (rows(first), rows(rest)) == ([0, 1], [1, 2, 3])
    assert rows(feed.tail("--slot", slot, "--acknowledge", "--confirm", feed.name, "--until", feed.lsn())) == [1, 2, 3]
    assert feed.peek(slot)["changes"] == []
    old = feed.run("tail", "--slot", slot, "--from", "0/1")
    assert old.returncode == 1 and "was confirmed" in old.stderr


def test_what_cannot_be_followed_is_refused(feed: Feed) -> None:
    slot = feed.slot()
    with psycopg.connect(
        feed.server.url(feed.name), autocommit=True, replication="database", application_name="cdc"
    ) as conn:
        from dbtool.feed.plugin import pgoutput
        from dbtool.feed.stream import Stream

        Stream(conn, slot, options=pgoutput(["all_of_it"]).options).next(0.1)
        busy = feed.run("tail", "--slot", slot)
        assert busy.returncode == 1 and "is in use (cdc, pid" in busy.stderr
        conn.close()
    for arguments, words in (
        (["--snapshot", "--slot", slot], "--snapshot belongs to"),
        (["--from", "0/1"], "--from needs --slot"),
        (["--acknowledge"], "--acknowledge needs --slot"),
        (["--until", "x"], "is not an LSN"),
        (["--slot", slot + "x"], "did you mean"),
    ):
        done = feed.run("tail", *arguments)
        assert done.returncode == 2 and words in done.stderr, done.stderr
    feed.sql("DROP PUBLICATION all_of_it")
    none = feed.run("tail")
    assert none.returncode == 1 and "CREATE PUBLICATION dbtool_feed FOR ALL TABLES;" in none.stderr
    assert feed.one("SELECT count(*) FROM pg_publication") == 0, "it is printed, not run"


def test_a_slot_of_our_own_waits_for_whom_it_names(feed: Feed, tails: Any) -> None:
    with feed.server.connect(feed.name, application_name="payroll") as conn, conn.transaction():
        conn.execute("INSERT INTO jobs VALUES (1)")
        tail = tails("--limit", "1")
        tail.process.stderr.readline()
        assert "payroll" in tail.process.stderr.readline()
    tail.wait_for_walsender()
    feed.sql("INSERT INTO jobs VALUES (2)")
    lines, _, code = tail.end()
    assert (code, rows(lines)) == (0, [2])


def test_row_security_is_no_hole_in_the_snapshot(feed: Feed) -> None:
    role = f"{feed.name}_follower"
    feed.sql(
        f"CREATE ROLE {role} LOGIN REPLICATION", "INSERT INTO jobs VALUES (1)",
        "ALTER TABLE jobs ENABLE ROW LEVEL SECURITY", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
    )  # fmt: skip
    try:
        done = feed.run("tail", "--snapshot", env={"DATABASE_URL": feed.server.url(feed.name, role)})
        assert done.returncode == 1 and "cannot read public.jobs" in done.stderr
    finally:
        feed.sql(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
