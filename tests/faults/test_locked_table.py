"""A table that a long transaction has locked: short tries, the blocker named, and nobody else frozen for long."""

import re
import threading
import time
from contextlib import contextmanager

import pytest

from tests.faults.harness import wait_until

_LOCK_TIMEOUT = 2.0  # seconds: the default for strong locks
_MARGIN = 1.5  # for a machine under load


_FUNCTION = "CREATE FUNCTION change() RETURNS void LANGUAGE plpgsql AS 'BEGIN ALTER TABLE t ADD COLUMN b int; END';"


@pytest.mark.parametrize("change", ["ALTER TABLE t ADD COLUMN b int;", "SELECT change();"], ids=["plain", "function"])
def test_the_blocker_is_named_readers_are_not_frozen_and_it_succeeds_in_the_end(each_database, make_project, change):
    with each_database.connect() as conn:
        conn.execute("CREATE TABLE t (a int)")
    project = make_project(each_database)
    project.write(m1=_FUNCTION, m2=change)
    with _long_transaction(each_database) as blocker, _reader(each_database) as waits:
        run = project.start("migrate")
        wait_until(lambda: "try 2 of" in run.said())
    ended = run.end()
    assert ended.returncode == 0, ended
    assert re.search(rf"m2: .*blocked by pid {blocker} \(a long report, .*SELECT", ended.stderr), ended
    assert max(waits) < _LOCK_TIMEOUT + _MARGIN, f"a reader was frozen for {max(waits):.1f} s"
    assert max(waits) > 0.1, "the reader never met the waiting ALTER TABLE: this test proves nothing"
    assert each_database.rows("SELECT b FROM t") == []
    assert "nothing to do" in project.run("migrate").stdout


def test_after_its_tries_it_gives_up_names_the_blocker_and_leaves_nothing(each_database, make_project):
    with each_database.connect() as conn:
        conn.execute("CREATE TABLE t (a int)")
    project = make_project(each_database)
    (project.root / "dbtool.toml").write_text(
        '[migrate]\nlock_tries = 2\n[environments.development]\nlock_timeout = "300ms"\n'
    )
    project.write(m1="CREATE TABLE u (a int);", m2="CREATE TABLE v (a int);\nALTER TABLE t ADD COLUMN b int;")
    with _long_transaction(each_database) as blocker:
        failed = project.run("migrate")
    assert failed.returncode == 1
    assert "m2.sql:2:1" in failed.stderr and "55P03" in failed.stderr
    assert f"blocked by pid {blocker}" in failed.stderr.split("error:")[-1]
    assert each_database.rows("SELECT to_regclass('u')::text, to_regclass('v')::text") == [("u", None)]
    assert project.run("migrate").returncode == 0


def test_it_works_without_a_name_where_no_connection_is_left_to_look_for_the_blocker(each_database, make_project):
    role = f"{each_database.name}_two"
    with each_database.connect() as conn:
        conn.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 2")
        conn.execute(f"GRANT ALL ON SCHEMA public TO {role}")
        conn.execute(f"CREATE TABLE t (a int); ALTER TABLE t OWNER TO {role}")
    try:
        project = make_project(each_database)
        project.write(m1="ALTER TABLE t ADD COLUMN b int;")
        with _long_transaction(each_database):
            run = project.start("migrate", env={"DATABASE_URL": each_database.server.url(each_database.name, role)})
            wait_until(lambda: "try 2 of" in run.said())
        ended = run.end()
        assert ended.returncode == 0, ended
    finally:
        with each_database.connect() as conn:
            conn.execute(f"DROP OWNED BY {role}")
            conn.execute(f"DROP ROLE {role}")


@contextmanager
def _long_transaction(database):
    """A transaction that has read the table and does not end; gives its process."""
    with database.connect(application_name="a long report") as conn:
        conn.execute("BEGIN")
        conn.execute("SELECT count(*) FROM t")
        yield conn.info.backend_pid


@contextmanager
def _reader(database):
    """Reads the table again and again; gives how long each read took."""
    waits: list[float] = [0.0]
    stop = threading.Event()

    def read() -> None:
        with database.connect() as conn:
            while not stop.is_set():
                started = time.monotonic()
                conn.execute("SELECT count(*) FROM t")
                waits.append(time.monotonic() - started)
                time.sleep(0.02)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        wait_until(lambda: len(waits) > 3)
        yield waits
    finally:
        stop.set()
        thread.join()
