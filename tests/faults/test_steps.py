"""A non-transactional file goes on where it stopped, and no statement of it runs twice."""

import pytest

from tests.faults.harness import GATE, gate, kill_at

_HEAD = "-- transactional: false\nCREATE TABLE t (a int);\nINSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);\n"
_FIVE = _HEAD + GATE + "\nINSERT INTO t VALUES (5);\n"
_MENDED = _HEAD + "INSERT INTO t VALUES (4);\nINSERT INTO t VALUES (5);\n"


@pytest.fixture
def killed_after_three(each_database, make_project):
    """A project whose file of five statements was killed while the fourth waited."""
    project = make_project(each_database)
    project.write(m1=_FIVE, m1__rollback="DROP TABLE t;")
    with gate(each_database):
        kill_at(each_database, project, "public.gate")
    return project


def test_killed_after_the_third_it_is_resumed_at_the_fourth(killed_after_three, each_database):
    told = killed_after_three.run("status").stdout
    assert "interrupted" in told
    assert "3 of 5" in told + killed_after_three.run("status").stderr
    done = killed_after_three.run("migrate")
    assert done.returncode == 0, done.stderr
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,), (5,)]
    assert each_database.rows("SELECT count(*) FROM _yoyo_log WHERE operation = 'step'") == [(0,)]
    assert "nothing to do" in killed_after_three.run("migrate").stdout


def test_a_statement_that_did_not_run_may_be_edited(killed_after_three, each_database):
    killed_after_three.write(m1=_MENDED)
    done = killed_after_three.run("migrate")
    assert done.returncode == 0, done.stderr
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,), (4,), (5,)]


def test_a_statement_that_ran_may_not_be_edited(killed_after_three, each_database):
    killed_after_three.write(m1=_FIVE.replace("VALUES (2)", "VALUES (22)"))
    refused = killed_after_three.run("migrate")
    assert refused.returncode == 2, refused.stderr
    assert "m1.sql:3:1" in refused.stderr and "ran already" in refused.stderr
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,)]


def test_the_fourth_fails_and_is_told_with_what_is_applied(each_database, make_project):
    project = make_project(each_database)
    project.write(
        m1=_HEAD + "INSERT INTO missing VALUES (4);\nINSERT INTO t VALUES (5);\n", m1__rollback="DROP TABLE t;"
    )
    failed = project.run("migrate")
    assert failed.returncode == 1
    assert "m1.sql:5:13" in failed.stderr and "statements 1 to 3 are applied" in failed.stderr
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,)], "no rollback SQL runs by itself"
    project.write(m1=_MENDED)
    assert project.run("migrate").returncode == 0
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,), (4,), (5,)]


def test_a_statement_whose_outcome_nobody_knows_is_asked_about(each_database, make_project):
    project = make_project(each_database)
    procedure = (
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN INSERT INTO t VALUES (1); COMMIT; "
        "DELETE FROM gate; INSERT INTO t VALUES (2); END';"
    )
    project.write(m1=f"CREATE TABLE t (a int); {procedure}", m2="-- transactional: false\nCALL p();\n")
    with gate(each_database):
        kill_at(each_database, project, "CALL")
    stopped = project.run("migrate")
    assert stopped.returncode == 1
    assert "m2.sql:2:1" in stopped.stderr and "--assume done" in stopped.stderr
    assert project.run("migrate", "--assume", "done").returncode == 0
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(1,)]
    assert "nothing to do" in project.run("migrate").stdout


def test_what_an_earlier_statement_set_is_in_force_for_the_later_ones_also_after_a_resume(each_database, make_project):
    project = make_project(each_database)
    project.write(
        m1="CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE TABLE public.t (a int);",
        m2="-- transactional: false\nSET search_path = app;\nINSERT INTO t VALUES (1);\n"
        f"{GATE}\nINSERT INTO t VALUES (2);\nCREATE INDEX CONCURRENTLY i ON t (a);\n",
    )
    with gate(each_database):
        kill_at(each_database, project, "public.gate")
    done = project.run("migrate")
    assert done.returncode == 0, done.stderr
    assert each_database.rows("SELECT a FROM app.t ORDER BY a") == [(1,), (2,)]
    assert each_database.rows("SELECT a FROM public.t") == []
    assert each_database.rows("SELECT schemaname::text FROM pg_indexes WHERE indexname = 'i'") == [("app",)]


def test_a_role_that_the_file_sets_holds_for_its_later_statements(each_database, make_project):
    project = make_project(each_database)
    role = f"{each_database.name}_owner"
    with each_database.connect() as conn:
        conn.execute(f"CREATE ROLE {role}")
        conn.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {role}")
    try:
        project.write(
            m1=f"-- transactional: false\nSET ROLE {role};\nCREATE TABLE t (a int);\nVACUUM t;\n",
            m2="CREATE TABLE u (a int);",
        )
        done = project.run("migrate")
        assert done.returncode == 0, done.stderr
        owners = each_database.rows(
            "SELECT tablename::text, tableowner::text FROM pg_tables WHERE tablename IN ('t', 'u') ORDER BY 1"
        )
        assert owners == [("t", role), ("u", "postgres")]
    finally:
        with each_database.connect() as conn:
            conn.execute(f"DROP OWNED BY {role}")
            conn.execute(f"DROP ROLE {role}")
