"""The server's processes die under a run: a backend, the postmaster, every connection.

A killed process stands for a crash of the server's software. What a crash of the operating system or a loss of
power does to files that were not flushed cannot be had in a test; the WAL that was never written (the postmaster
dies with its buffers, wal_writer_delay is at its longest) stands for it.
"""

import os
import random
import signal
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import Database
from tests.faults.harness import ForkedProject, busy_backend, new_database, wait_until
from tests.servers import Server, binaries

TWO_FILES = {
    "m1": "CREATE TABLE t (a int); INSERT INTO t VALUES (1);",
    "m2": "INSERT INTO t VALUES (2); SELECT pg_sleep(1);",
}


@pytest.fixture(scope="module", params=sorted({min(binaries()), max(binaries())}), ids=lambda v: f"pg{v}")
def frail_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of this module's own, to be killed: it flushes when asked to, and never of itself."""
    server = Server(request.param, {"fsync": "on", "wal_writer_delay": "10s"}).start()
    yield server
    server.remove()


@pytest.fixture
def frail_database(frail_server: Server) -> Iterator[Database]:
    with new_database(frail_server) as database:
        yield database


def test_a_killed_backend_is_gone_on_from_by_the_same_run(frail_database, make_project):
    project = make_project(frail_database)
    project.write(**TWO_FILES)
    run = project.start("migrate")
    os.kill(busy_backend(frail_database, "pg_sleep"), signal.SIGKILL)  # the server restarts all its backends
    ended = run.end()
    assert ended.returncode == 0, ended
    assert "connection lost" in ended.stderr
    wait_until(lambda: _answers(frail_database))
    assert frail_database.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,)]
    assert "nothing to do" in project.run("migrate").stdout


def test_terminated_connections_are_gone_on_from_by_the_same_run(each_database, make_project):
    project = make_project(each_database)
    project.write(**TWO_FILES)
    run = project.start("migrate")
    busy_backend(each_database, "pg_sleep")
    each_database.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    ended = run.end()
    assert ended.returncode == 0, ended
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,)]
    assert "nothing to do" in project.run("migrate").stdout


def test_a_migration_may_end_all_other_sessions_even_ours(each_database, make_project):
    project = make_project(each_database)
    project.write(
        m1="CREATE TABLE t (a int); INSERT INTO t VALUES (1);\n"
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid();",
        m2="INSERT INTO t VALUES (2);",
    )
    done = project.run("migrate")
    assert done.returncode == 0, done.stderr
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,)]


def test_whatever_a_crash_loses_nothing_is_recorded_without_its_work_or_the_reverse(frail_server, make_project):
    _crash_and_recover(frail_server, make_project())


@pytest.mark.slow
def test_the_same_of_many_crashes(frail_server, make_project):
    project = make_project()
    for _ in range(20):
        _crash_and_recover(frail_server, project)


def _crash_and_recover(server: Server, project: ForkedProject) -> None:
    names = {f"m{n:03}" for n in range(200)}
    project.write(**{name: f"CREATE TABLE {name} (a int);" for name in names})
    with new_database(server) as database:
        run = project.start("migrate", env={"DATABASE_URL": database.url})
        wait_until(lambda: _applied(database) > 5)
        time.sleep(random.uniform(0, 0.3))
        server.kill()
        server.start()
        recorded = {name for (name,) in database.rows("SELECT migration_id FROM _yoyo_migration")}
        tables = {name for (name,) in database.rows("SELECT tablename FROM pg_tables WHERE tablename ~ '^m\\d+$'")}
        run.end(90)  # it goes on by itself, or tells that it cannot
        assert tables >= recorded, "recorded without its work"
        again = project.run_on(database.url, "migrate")
        assert again.returncode == 0, f"work without its record: {again}"
        assert {name for (name,) in database.rows("SELECT migration_id FROM _yoyo_migration")} == names


def test_what_was_reported_as_applied_survives_a_crash_at_once(frail_server, make_project):
    project = make_project()
    project.write(**{f"m{n:03}": f"CREATE TABLE m{n:03} (a int);" for n in range(50)})
    with new_database(frail_server) as database:
        assert project.run_on(database.url, "migrate").returncode == 0
        frail_server.kill()
        frail_server.start()
        assert "nothing to do" in project.run_on(database.url, "migrate").stdout
        assert database.rows("SELECT count(*) FROM pg_tables WHERE tablename ~ '^m\\d+$'") == [(50,)]


def _applied(database: Database) -> int:
    if database.rows("SELECT to_regclass('public._yoyo_migration')") == [(None,)]:
        return 0
    return int(str(database.rows("SELECT count(*) FROM public._yoyo_migration")[0][0]))


def _answers(database: Database) -> bool:
    try:
        return bool(database.rows("SELECT 1"))
    except psycopg.OperationalError:
        return False
