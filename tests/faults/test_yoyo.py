"""dbtool and plain yoyo on one ledger: each sees what the other did, and neither runs while the other does."""

import subprocess

from tests.faults.harness import GATE, busy_backend, gate, new_database, yoyo, yoyo_command
from tests.faults.proxy import Fault, Proxy

_TWO = {
    "m1": "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n",
    "m1__rollback": "DROP TABLE t;\n",
    "m2": "-- depends: m1\nINSERT INTO t VALUES (2);\n",
    "m2__rollback": "DELETE FROM t WHERE a = 2;\n",
}


def test_yoyo_lists_everything_that_dbtool_applied(each_database, make_project):
    project = make_project(each_database)
    project.write(**_TWO)
    assert project.run("migrate").returncode == 0
    listed = yoyo(project, each_database, "list")
    assert [line.split()[:2] for line in listed.splitlines() if " m" in line] == [["A", "m1"], ["A", "m2"]]


def test_yoyo_rolls_back_what_dbtool_applied_and_dbtool_sees_it_as_pending(each_database, make_project):
    project = make_project(each_database)
    project.write(**_TWO)
    project.run("migrate")
    yoyo(project, each_database, "rollback", "-r", "m2")
    assert each_database.rows("SELECT a FROM t") == [(1,)]
    assert "1 pending" in project.run("status").stdout
    assert project.run("migrate").returncode == 0
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,)]


def test_dbtool_rolls_back_what_yoyo_applied_and_yoyo_applies_it_again(each_database, make_project):
    project = make_project(each_database)
    project.write(**_TWO)
    yoyo(project, each_database, "apply")
    assert project.run("rollback", "--yes").returncode == 0
    assert each_database.rows("SELECT a FROM t") == [(1,)]
    yoyo(project, each_database, "apply")
    assert "nothing to do" in project.run("migrate").stdout


def test_a_database_migrated_by_yoyo_is_taken_over_without_a_step(each_database, make_project):
    project = make_project(each_database)
    project.write(**_TWO)
    yoyo(project, each_database, "apply")
    assert "nothing to do" in project.run("migrate").stdout
    project.write(m3="INSERT INTO t VALUES (3);")
    assert project.run("migrate").returncode == 0
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,), (3,)]
    assert "U" not in [line.split()[0] for line in yoyo(project, each_database, "list").splitlines() if " m" in line]


def test_yoyo_beside_a_running_dbtool_waits_and_then_finds_everything_applied(each_database, make_project):
    project = make_project(each_database)
    project.write(m0="CREATE TABLE t0 (a int);")
    project.run("migrate")
    project.write(**_TWO, m3=GATE)
    with gate(each_database):
        run = project.start("migrate")
        busy_backend(each_database, "public.gate")
        beside = subprocess.Popen(
            yoyo_command(project, each_database, "apply"),
            cwd=project.root, env=project.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            beside.wait(3)
            raise AssertionError("yoyo did not wait: " + beside.communicate()[1])
        except subprocess.TimeoutExpired:
            pass
    assert run.end().returncode == 0
    _, err = beside.communicate(timeout=30)
    assert beside.returncode == 0, err
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,)]
    assert each_database.rows("SELECT count(*) FROM _yoyo_log WHERE migration_id = 'm3'") == [(1,)]


def test_dbtool_waits_while_yoyos_lock_stands_and_names_it(each_database, make_project):
    project = make_project(each_database)
    project.write(m1="CREATE TABLE t (a int);")
    project.run("migrate")
    project.write(m2="CREATE TABLE u (a int);")
    with each_database.connect() as conn:
        conn.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 4711)")
    refused = project.run("migrate", "--lock-wait", "1s")
    assert refused.returncode == 8, refused.stderr
    assert "yoyo, process 4711" in refused.stderr and "break-lock" in refused.stderr
    yoyo(project, each_database, "break-lock")
    assert project.run("migrate").returncode == 0


# ---- yoyo's Python migrations

_STEPS = """
from yoyo import step
__depends__ = {"m1"}
steps = [
    step("INSERT INTO t VALUES (2)", "DELETE FROM t WHERE a = 2"),
    step(lambda conn: conn.cursor().execute("INSERT INTO t VALUES (%s)", (LAST,))),
]
"""


def test_a_python_migration_runs_once_with_its_record(each_database, make_project):
    project = make_project(each_database)
    project.write(m1="CREATE TABLE t (a int);", m3="INSERT INTO t VALUES (9);")
    (project.root / "migrations" / "m2.py").write_text(_STEPS.replace("LAST", "3"))
    done = project.run("migrate")
    assert done.returncode == 0, done.stderr
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,), (9,)]
    assert "nothing to do" in project.run("migrate").stdout
    assert yoyo(project, each_database, "list").count("\nA") + 1 >= 3


def test_a_python_migration_that_fails_leaves_nothing(each_database, make_project):
    project = make_project(each_database)
    project.write(m1="CREATE TABLE t (a int);")
    (project.root / "migrations" / "m2.py").write_text(_STEPS.replace("LAST", "'no number'"))
    failed = project.run("migrate")
    assert failed.returncode == 1
    assert "m2" in failed.stderr and "22P02" in failed.stderr and "Traceback" not in failed.stderr
    assert each_database.rows("SELECT a FROM t") == []
    assert each_database.rows("SELECT migration_id FROM _yoyo_migration") == [("m1",)]


def test_a_python_migration_whose_commit_is_cut_off_is_applied_once(each_database, make_project):
    """At messages of the end of the run, where its COMMIT and its record are."""
    project = make_project()
    project.write(m1="CREATE TABLE t (a int);")
    (project.root / "migrations" / "m2.py").write_text(_STEPS.replace("LAST", "3"))
    with new_database(each_database.server) as database, Proxy(database.server.port) as proxy:
        project.run_on(proxy.url(database.name), "migrate")
        count = proxy.counts["server"]
    for at in range(count - 20, count, 7):
        with new_database(each_database.server) as database:
            with Proxy(database.server.port, Fault("cut-all", at, "server")) as proxy:
                first = project.run_on(proxy.url(database.name), "migrate")
            assert first.returncode in (0, 7), f"at {at}: {first}"
            project.run_on(database.url, "migrate")
            assert database.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,)], f"at {at}: {first}"
