"""Files and ledger that differ are told, never passed over; and what moves the ledger elsewhere, or leaks, does not."""

import json
import subprocess

import pytest

from tests.faults.harness import yoyo

_THREE = {f"m{n}": f"CREATE TABLE t{n} (a int);" for n in (1, 2, 3)}


@pytest.fixture
def applied(each_database, make_project):
    """A project of three migrations, all applied."""
    project = make_project(each_database)
    project.write(**_THREE)
    assert project.run("migrate").returncode == 0
    return project


def _told(project) -> tuple[list[str], "subprocess.CompletedProcess[str]"]:
    status = json.loads(project.run("status", "--json").stdout)
    return sorted(f["id"] for f in status["findings"]), project.run("migrate")


def test_an_edited_file_is_refused(applied, each_database):
    applied.write(m2="CREATE TABLE t2 (a int, b int);", m4="CREATE TABLE t4 (a int);")
    found, migrate = _told(applied)
    assert found == ["edited-migration"]
    assert migrate.returncode == 4
    assert "m2.sql was edited after it was applied" in migrate.stderr
    assert each_database.rows("SELECT to_regclass('t4')") == [(None,)]


def test_an_edited_comment_is_told_and_harmless(applied):
    applied.write(m2="-- why\nCREATE TABLE t2\r\n(a int);")
    found, migrate = _told(applied)
    assert found == ["edited-comments"]
    assert migrate.returncode == 0


def test_a_renamed_file_is_refused_for_it_would_be_applied_twice(applied):
    folder = applied.root / "migrations"
    (folder / "m2.sql").rename(folder / "m2_better.sql")
    found, migrate = _told(applied)
    assert "renamed-migration" in found
    assert migrate.returncode == 4
    assert "m2_better.sql is what was applied as m2" in migrate.stderr


def test_a_missing_file_is_told(applied):
    (applied.root / "migrations" / "m2.sql").unlink()
    found, migrate = _told(applied)
    assert found == ["missing-migration"]
    assert migrate.returncode == 0
    assert "m2 is applied" in migrate.stdout + migrate.stderr


def test_a_late_file_is_told_and_applied(applied, each_database):
    applied.write(m15="CREATE TABLE late (a int);")
    found, migrate = _told(applied)
    assert found == ["late-migration"]
    assert migrate.returncode == 0
    assert "m15 comes late" in migrate.stdout + migrate.stderr
    assert each_database.rows("SELECT to_regclass('late')::text") == [("late",)]


@pytest.mark.parametrize("word", ["COMMIT", "ROLLBACK", "BEGIN", "END", "START TRANSACTION", "COMMIT AND CHAIN", "ABORT"])
def test_transaction_control_in_any_file_is_refused_before_anything_ran(project, database, word):
    project.write(m1="CREATE TABLE t1 (a int);", m2=f"CREATE TABLE t2 (a int);\n  {word};\nCREATE TABLE t3 (a int);")
    refused = project.run("migrate")
    assert refused.returncode == 2
    assert "m2.sql:2:3" in refused.stderr
    assert database.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_rollback_without_its_file_is_refused(applied, each_database):
    refused = applied.run("rollback")
    assert refused.returncode == 2, refused.stderr
    assert "m3.rollback.sql" in refused.stderr
    assert each_database.rows("SELECT to_regclass('t3')::text") == [("t3",)]


# ---- the ledger stays where it is


def test_a_schema_named_like_the_role_does_not_move_the_ledger(applied, each_database):
    with each_database.connect() as conn:
        conn.execute("CREATE SCHEMA postgres")  # search_path begins with "$user"
    assert "nothing to do" in applied.run("migrate").stdout
    applied.write(m4="CREATE TABLE public.t4 (a int);")
    assert applied.run("migrate").returncode == 0
    assert each_database.rows("SELECT count(*) FROM public._yoyo_migration") == [(4,)]
    assert each_database.rows("SELECT to_regclass('postgres._yoyo_migration')") == [(None,)]


def test_a_ledger_that_yoyo_made_in_the_roles_schema_is_found(each_database, make_project):
    with each_database.connect() as conn:
        conn.execute("CREATE SCHEMA postgres")
    project = make_project(each_database)
    project.write(m1="CREATE TABLE public.t1 (a int);")
    yoyo(project, each_database, "apply")
    assert each_database.rows("SELECT count(*) FROM postgres._yoyo_migration") == [(1,)]
    assert "nothing to do" in project.run("migrate").stdout
    assert each_database.rows("SELECT to_regclass('public._yoyo_migration')") == [(None,)]


# ---- what one file sets does not reach the next

_LEAKS = {
    "search_path": ("CREATE SCHEMA s; SET search_path = s;", "CREATE TABLE probe AS SELECT current_schema() AS seen", "public"),
    "role": ("SET ROLE pg_read_all_data;", "CREATE TABLE probe AS SELECT current_user::text AS seen", "postgres"),
    "session authorization": (
        "SET SESSION AUTHORIZATION pg_monitor;", "CREATE TABLE probe AS SELECT session_user::text AS seen", "postgres"),
    "temporary table": (
        "CREATE TEMP TABLE x (a int);", "CREATE TABLE probe AS SELECT coalesce(to_regclass('x')::text, 'none') AS seen", "none"),
    "prepared statement": (
        "PREPARE p AS SELECT 1;", "CREATE TABLE probe AS SELECT count(*)::text AS seen FROM pg_prepared_statements", "0"),
    "listen": ("LISTEN news;", "CREATE TABLE probe AS SELECT count(*)::text AS seen FROM pg_listening_channels()", "0"),
    "cursor": (
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1;", "CREATE TABLE probe AS SELECT count(*)::text AS seen FROM pg_cursors WHERE name = 'c'", "0"),
    "lock": (
        "SELECT pg_advisory_lock(7);",
        "CREATE TABLE probe AS SELECT count(*)::text AS seen FROM pg_locks WHERE locktype = 'advisory' AND objid = 7", "0"),
    "timeout": ("SET statement_timeout = 5;", "CREATE TABLE probe AS SELECT current_setting('statement_timeout') AS seen", "0"),
    "read-only": (
        "SET default_transaction_read_only = on;",
        "CREATE TABLE probe AS SELECT current_setting('default_transaction_read_only') AS seen", "off"),
}  # fmt: skip


@pytest.mark.parametrize("header", ["", "-- transactional: false\n"], ids=["transactional", "non-transactional"])
@pytest.mark.parametrize("what", _LEAKS)
def test_what_a_file_sets_does_not_leak_into_the_next(project, database, what, header):
    sets, probe, expected = _LEAKS[what]
    if header and what == "read-only":
        pytest.skip("a file that makes its own later statements read-only cannot be recorded, and says so")
    project.write(m1=header + sets, m2=probe + ";")
    done = project.run("migrate")
    assert done.returncode == 0, done.stderr
    assert database.rows("SELECT seen::text FROM public.probe") == [(expected,)]
    assert "nothing to do" in project.run("migrate").stdout
