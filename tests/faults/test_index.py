"""CREATE INDEX CONCURRENTLY that fails or is killed half-way is never recorded while its index is INVALID."""

import signal
from contextlib import contextmanager

import pytest

from tests.faults.harness import busy_backend, wait_until

_TABLE = "CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 1000);"
_INDEXES = (
    "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);",
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);",
)
_IDS = ("plain", "if-not-exists")


@pytest.mark.parametrize("index", _INDEXES, ids=_IDS)
def test_a_failed_build_is_told_leaves_nothing_and_is_done_again_when_mended(each_database, make_project, index):
    project = make_project(each_database)
    project.write(m1=_TABLE + "INSERT INTO t VALUES (1);", m2=index)
    failed = project.run("migrate")
    assert failed.returncode == 1
    assert "23505" in failed.stderr and "m2.sql:1:1" in failed.stderr
    assert _indexes(each_database) == []
    assert _recorded(each_database) == ["m1"]

    again = project.run("migrate")
    assert again.returncode == 1, "still duplicate rows"
    each_database.rows("DELETE FROM t WHERE ctid NOT IN (SELECT min(ctid) FROM t GROUP BY a) RETURNING 1")
    _finishes(project, each_database)


@pytest.mark.parametrize("index", _INDEXES, ids=_IDS)
def test_an_invalid_index_that_somebody_left_is_dropped_and_built_again(each_database, make_project, index):
    project = make_project(each_database)
    project.write(m1=_TABLE + "INSERT INTO t VALUES (1);", m2=index)
    project.run("migrate", "--to", "m1")
    with each_database.connect() as conn, pytest.raises(Exception, match="could not create unique index"):
        conn.execute("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")
    assert _indexes(each_database) == [("i", False)]
    each_database.rows("DELETE FROM t WHERE ctid NOT IN (SELECT min(ctid) FROM t GROUP BY a) RETURNING 1")
    _finishes(project, each_database)


@pytest.mark.parametrize("index", _INDEXES, ids=_IDS)
@pytest.mark.parametrize("victim", ["dbtool", "session"])
def test_a_build_killed_half_way_is_done_again(each_database, make_project, index, victim):
    project = make_project(each_database)
    project.write(m1=_TABLE, m2=index)
    project.run("migrate", "--to", "m1")
    with _old_snapshot(each_database):
        run = project.start("migrate")
        pid = busy_backend(each_database, "CONCURRENTLY")
        wait_until(lambda: _indexes(each_database) == [("i", False)])
        if victim == "dbtool":
            run.signal(signal.SIGKILL)
        else:
            each_database.rows(f"SELECT pg_terminate_backend({pid})")
        assert _recorded(each_database) == ["m1"]
    ended = run.end()
    if victim == "session":
        assert ended.returncode == 0, ended  # it connected again and went on
    else:
        _finishes(project, each_database)
    assert _indexes(each_database) == [("i", True)]
    assert "nothing to do" in project.run("migrate").stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "SIGTERM"])
def test_a_build_that_waits_is_left_at_once_when_told_to_stop(each_database, make_project, how):
    project = make_project(each_database)
    project.write(m1=_TABLE, m2=_INDEXES[0])
    project.run("migrate", "--to", "m1")
    with _old_snapshot(each_database):
        run = project.start("migrate")
        busy_backend(each_database, "CONCURRENTLY")
        run.signal(how)
        ended = run.end(15)  # while the old snapshot still stands in the way
        assert ended.returncode == 130, ended
    _finishes(project, each_database)


def test_a_lock_of_ours_does_not_stand_in_the_way_of_a_build_where_transactions_are_serializable(
    each_database, make_project
):
    """A transaction of ours with a snapshot would be waited for by our own CREATE INDEX CONCURRENTLY, for ever."""
    name = each_database.name
    with each_database.connect() as conn:
        conn.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    project = make_project(each_database)
    project.write(m1=_TABLE, m2=_INDEXES[0])
    _finishes(project, each_database)


@contextmanager
def _old_snapshot(database):
    """A session whose snapshot every CREATE INDEX CONCURRENTLY in the database waits for."""
    with database.connect() as conn:
        conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        conn.execute("SELECT count(*) FROM pg_class")
        yield


def _indexes(database) -> list[tuple[object, ...]]:
    return database.rows(
        "SELECT relname::text, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
        " WHERE indrelid = to_regclass('public.t') ORDER BY 1"
    )


def _recorded(database) -> list[object]:
    return [id for (id,) in database.rows("SELECT migration_id FROM _yoyo_migration ORDER BY 1")]


def _finishes(project, database) -> None:
    done = project.run("migrate", timeout=40)
    assert done.returncode == 0, done.stderr
    assert _indexes(database) == [("i", True)]
    assert _recorded(database) == ["m1", "m2"]
    assert "nothing to do" in project.run("migrate").stdout
