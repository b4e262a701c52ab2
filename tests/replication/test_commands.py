"""`dbtool slots` and `dbtool replication` as they are called: exit codes, what is written, what is refused."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from dbtool.replication.look import look
from tests.conftest import Database, Project

Make = Callable[..., Project]


@pytest.fixture
def app(each_database: Database, make_project: Make) -> Iterator[tuple[Database, Project]]:
    """A project whose database publishes a table."""
    with each_database.connect() as conn:
        conn.execute("CREATE TABLE t (id int PRIMARY KEY, v text); CREATE PUBLICATION p FOR TABLE t")
    yield each_database, make_project(each_database)
    with each_database.connect() as conn:
        for (name,) in conn.execute("SELECT slot_name FROM pg_replication_slots WHERE NOT active").fetchall():
            conn.execute("SELECT pg_drop_replication_slot(%s)", [name])


def name_in(database: Database) -> str:
    """A slot's name of its own: slots are the server's."""
    return f"s_{database.name}"


def create(database: Database) -> str:
    with database.connect() as conn:
        conn.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [name := name_in(database)])
    return name


def fill(database: Database, rows: int = 100) -> None:
    with database.connect() as conn:
        conn.execute("INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, %s) AS g", [rows])


def slot_in(answer: str, name: str) -> dict[str, object]:
    return next(slot for slot in json.loads(answer)["slots"] if slot["name"] == name)


def test_one_look_is_one_message(app: tuple[Database, Project], tmp_path: Path) -> None:
    with app[0].connect() as conn, (tmp_path / "trace").open("w+b") as trace:
        conn.pgconn.trace(trace.fileno())
        look(conn)
        conn.pgconn.untrace()
        trace.seek(0)
        sent = [line for line in trace.read().decode().splitlines() if "\tF\t" in line]
    assert len(sent) == 1, sent


def test_no_snapshot_and_no_transaction_stays_open_between_looks(app: tuple[Database, Project]) -> None:
    with app[0].connect() as conn:
        look(conn)
        assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_slot_is_created_shown_advanced_and_dropped(app: tuple[Database, Project]) -> None:
    database, project = app
    name, said = name_in(database), ("--confirm", database.name, "--yes")
    shown = project.run("slots", "create", name)
    assert shown.returncode == 0
    assert "nothing was done: --yes does it" in shown.stdout
    assert database.rows(f"SELECT 1 FROM pg_replication_slots WHERE slot_name = '{name}'") == []
    assert project.run("slots", "create", name, *said).returncode == 0
    again = project.run("slots", "create", name, *said)
    assert again.returncode == 1
    assert "already exists" in again.stderr
    fill(database)
    refused = project.run("slots", "drop", name, *said)
    assert refused.returncode == 6
    assert "100 changes in it are not read yet: public.t 100" in refused.stderr
    assert f"dbtool slots drop {name} --force {name} --yes" in refused.stderr
    wrong = project.run("slots", "drop", name, *said, "--force", "another")
    assert wrong.returncode == 6
    moved = project.run("slots", "advance", name, *said, "--force", name, "--json")
    assert moved.returncode == 0, moved.stderr
    assert json.loads(moved.stdout)["unread"][0]["inserts"] == 100
    back = project.run("slots", "advance", name, "--to", "0/1")
    assert back.returncode == 2
    assert "lies before" in back.stderr
    assert project.run("slots", "drop", name, *said, "--force", name).returncode == 0
    assert database.rows(f"SELECT 1 FROM pg_replication_slots WHERE slot_name = '{name}'") == []


def test_a_wrong_name_is_met_with_the_right_one(app: tuple[Database, Project]) -> None:
    database, project = app
    name = create(database)
    done = project.run("slots", "drop", name + "x")
    assert done.returncode == 2
    assert f"did you mean {name}?" in done.stderr


@contextmanager
def streaming(database: Database, name: str) -> Iterator[None]:
    """A consumer that is connected to the slot, and no more."""
    conn = psycopg.connect(f"{database.url}?replication=database", autocommit=True)
    conn.pgconn.send_query(
        f"START_REPLICATION SLOT {name} LOGICAL 0/0 (proto_version '1', publication_names 'p')".encode()
    )
    until = time.monotonic() + 10
    while not database.rows(f"SELECT 1 FROM pg_replication_slots WHERE slot_name = '{name}' AND active"):
        assert time.monotonic() < until
        time.sleep(0.02)
    try:
        yield
    finally:
        conn.pgconn.finish()
        while database.rows(f"SELECT 1 FROM pg_replication_slots WHERE slot_name = '{name}' AND active"):
            assert time.monotonic() < until + 20
            time.sleep(0.02)


def test_an_active_slot_is_never_dropped(app: tuple[Database, Project]) -> None:
    database, project = app
    name = create(database)
    with streaming(database, name):
        done = project.run("slots", "drop", name, "--force", name, "--yes", "--confirm", database.name)
    assert done.returncode == 6
    assert f"slot {name} is active" in done.stderr
    assert "pg_terminate_backend" in done.stderr


def test_a_polled_slot_is_well_between_two_polls(app: tuple[Database, Project]) -> None:
    database, project = app
    name = create(database)
    ended = threading.Event()

    def poll() -> None:
        with database.connect() as conn:
            while not ended.wait(0.2):
                conn.execute("SELECT pg_logical_emit_message(false, 'x', repeat('x', 100000))")
                conn.execute(
                    "SELECT count(*) FROM pg_logical_slot_get_binary_changes(%s, NULL, NULL, 'proto_version', '1', "
                    "'publication_names', 'p')", [name],
                )  # fmt: skip

    polling = threading.Thread(target=poll)
    polling.start()
    try:
        done = project.run("slots", "--json")
    finally:
        ended.set()
        polling.join()
    slot = slot_in(done.stdout, name)
    assert slot["state"] in ("polled", "streaming")  # streaming: it was looked at in the midst of a poll
    assert not [cause for cause in json.loads(done.stdout)["causes"] if cause["subject"] == name]


def test_the_probe_speaks_the_convention(app: tuple[Database, Project]) -> None:
    database, project = app
    name = create(database)
    well = project.run("slots", "--probe", "--no-rate")
    assert well.returncode == 0, well.stdout
    assert re.match(rf"SLOTS OK - .* \| .*'{name}_retained'=\d+B;;;0", well.stdout)
    over = project.run("slots", "--probe", "--no-rate", "--critical", "size=0B")
    assert over.returncode == 2
    assert over.stdout.startswith("SLOTS CRITICAL - ")
    ignored = project.run("slots", "--probe", "--no-rate", "--critical", "size=0B", "--ignore", name)
    assert ignored.returncode == 0, ignored.stdout
    warned = project.run("slots", "--probe", "--no-rate", "--warning", "size=0B")
    assert warned.returncode == 1


@pytest.mark.parametrize(
    "arguments", [("--critical", "nonsense=1"), ("--url", "postgresql://127.0.0.1:1/none"), ("--env", "nowhere")]
)
def test_what_cannot_be_asked_is_unknown(app: tuple[Database, Project], arguments: tuple[str, ...]) -> None:
    done = app[1].run("slots", "--probe", *arguments)
    assert (done.returncode, done.stdout[:16]) == (3, "SLOTS UNKNOWN - "), done.stderr
    assert done.stdout.count("\n") == 1


def test_metrics_are_read_by_a_parser_that_is_not_ours(app: tuple[Database, Project]) -> None:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
    from prometheus_client.parser import text_string_to_metric_families as older

    database, project = app
    name = create(database)
    done = project.run("slots", "--openmetrics", "--no-rate")
    for parse in (text_string_to_metric_families, older):
        families = {family.name: family for family in parse(done.stdout)}
        retained = [s for s in families["dbtool_slot_retained_bytes"].samples if s.labels["slot"] == name]
        assert retained[0].value >= 0


def test_looks_are_kept_and_plotted(app: tuple[Database, Project]) -> None:
    database, project = app
    name = create(database)
    assert project.run("slots", "history").stdout.startswith("nothing is kept")
    watched = project.run("slots", "--watch", "--frames", "3", "--every", "0.1", "--json")
    assert len([json.loads(line) for line in watched.stdout.splitlines()]) == 3
    shown = project.run("slots", "history", name)
    assert f"{name}: retained, " in shown.stdout
    assert "3 looks" in shown.stdout
    points = json.loads(project.run("slots", "history", "--json").stdout)["slots"][name]
    assert len(points) == 3


def test_an_option_before_the_command_that_it_is_meant_for_is_refused(app: tuple[Database, Project]) -> None:
    done = app[1].run("slots", "--url", "postgresql://127.0.0.1:1/none", "history")
    assert done.returncode == 2
    assert "dbtool slots history ... --url" in done.stderr


def test_a_role_without_rights_is_told_what_it_does_not_see(app: tuple[Database, Project]) -> None:
    database, project = app
    name, role = create(database), f"low_{database.name}"
    with database.connect() as conn:
        conn.execute(f"CREATE ROLE {role} LOGIN")  # type: ignore[arg-type]
    try:
        done = project.run("slots", "--url", database.server.url(database.name, role), "--no-rate")
        assert name in done.stdout
        assert "not seen: who reads" in done.stdout
        assert "GRANT pg_monitor" in done.stdout
    finally:
        with database.connect() as conn:
            conn.execute(f"DROP ROLE {role}")  # type: ignore[arg-type]


def test_status_says_what_keeps_the_log_and_what_a_change_needs(app: tuple[Database, Project]) -> None:
    database, project = app
    name = create(database)
    done = project.run("replication", "status")
    assert done.returncode == 0, done.stderr
    assert f"slot {name}" in done.stdout
    assert re.search(r"wal_level +logical +a restart", done.stdout)
    answer = json.loads(project.run("replication", "status", "--json").stdout)
    assert {"keepers", "settings", "standbys", "slots"} <= set(answer)


def test_a_pending_migration_that_a_subscriber_does_not_survive_is_named(app: tuple[Database, Project]) -> None:
    _, project = app
    project.write(_20260101000000_more="ALTER TABLE t ADD COLUMN more text;")
    done = project.run("replication", "doctor", "--json")
    causes = [
        cause for cause in json.loads(done.stdout)["causes"] if cause["code"] == "pending-change-breaks-subscribers"
    ]
    assert [cause["subject"] for cause in causes] == ["public.t"]
