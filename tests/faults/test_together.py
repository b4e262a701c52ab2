"""Several migrators at once: one works, the others wait, and who waits is told for whom."""

import json
import re
import signal

from tests.faults.harness import GATE, busy_backend, gate, wait_until


def test_twenty_at_once_on_an_empty_database_apply_each_file_once(each_database, make_project):
    project = make_project(each_database)
    project.write(
        m1="CREATE TABLE t (a int); INSERT INTO t VALUES (1);",
        m2="INSERT INTO t VALUES (2);",
        m3="CREATE INDEX CONCURRENTLY i ON t (a);",
        m4="INSERT INTO t VALUES (4);",
    )
    runs = [project.start("migrate") for _ in range(20)]
    ends = [run.end(120) for run in runs]
    assert [end.returncode for end in ends] == [0] * 20, "\n".join(str(end) for end in ends if end.returncode)
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,), (4,)]
    assert each_database.rows("SELECT migration_id FROM _yoyo_log ORDER BY 1") == [(f"m{n}",) for n in range(1, 5)]
    assert sum(end.stderr.count("applied m") for end in ends) == 4


def test_a_second_migrator_waits_names_the_holder_and_gives_up_in_time(each_database, make_project):
    project = make_project(each_database)
    project.write(m1=GATE)
    with gate(each_database):
        first = project.start("migrate")
        busy_backend(each_database, "public.gate")
        second = project.run("migrate", "--lock-wait", "2s")
        holder = re.search(r"held by pid (\d+) \(dbtool", second.stderr)
        status = json.loads(project.run("status", "--json").stdout)
    assert second.returncode == 8, second.stderr
    assert holder and int(holder[1]) == status["lock_holder"]["pid"]
    assert status["pending"] == ["m1"]
    assert first.end().returncode == 0
    assert "nothing to do" in project.run("migrate").stdout


def test_a_second_migrator_that_waits_long_enough_finds_everything_applied(each_database, make_project):
    project = make_project(each_database)
    project.write(m1=GATE)
    with gate(each_database):
        first = project.start("migrate")
        busy_backend(each_database, "public.gate")
        second = project.start("migrate")
        wait_until(lambda: "waiting for the migration lock: held by pid" in second.said())
    assert first.end().returncode == 0
    waited = second.end()
    assert (waited.returncode, "nothing to do" in waited.stdout) == (0, True), waited
    assert each_database.rows("SELECT count(*) FROM _yoyo_log") == [(1,)]


def test_a_killed_migrator_leaves_no_lock(each_database, make_project):
    project = make_project(each_database)
    project.write(m1=GATE)
    with gate(each_database):
        first = project.start("migrate")
        busy_backend(each_database, "public.gate")
        first.signal(signal.SIGKILL)
        first.end()
    again = project.run("migrate", "--lock-wait", "10s")
    assert again.returncode == 0, again.stderr
    assert each_database.rows("SELECT count(*) FROM _yoyo_migration") == [(1,)]


def test_a_lost_run_of_another_role_that_is_still_at_work_is_named(each_database, make_project):
    """Its lock is gone, its process stands still, and our role may not end it."""
    role = f"{each_database.name}_other"
    project = make_project(each_database)
    project.write(m1="CREATE TABLE gate (a int);")
    project.run("migrate")
    project.write(m2=GATE)
    with each_database.connect() as conn:
        conn.execute(f"CREATE ROLE {role} LOGIN")
        conn.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    try:
        with gate(each_database):
            lost = project.start("migrate")
            pid = busy_backend(each_database, "public.gate")
            lost.signal(signal.SIGSTOP)
            each_database.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'dbtool migration lock'"
            )
            told = project.run_on(each_database.server.url(each_database.name, role), "migrate", "--lock-wait", "1s")
        assert told.returncode == 8, told
        assert f"pid {pid}" in told.stderr
    finally:
        lost.signal(signal.SIGCONT)
        assert lost.end().returncode == 0
        with each_database.connect() as conn:
            conn.execute(f"DROP OWNED BY {role}")
            conn.execute(f"DROP ROLE {role}")
