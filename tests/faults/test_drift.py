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


_CONTROL = ("COMMIT", "ROLLBACK", "BEGIN", "END", "START TRANSACTION", "COMMIT AND CHAIN", "ABORT")


def test_transaction_control_in_any_file_is_refused_before_anything_ran(make_project, database):
    project = make_project(database)
    project.write(m0="CREATE TABLE t0 (a int);")
    project.write(**{f"m{n}": f"CREATE TABLE t{n} (a int);\n  {word};" for n, word in enumerate(_CONTROL, start=1)})
    refused = project.run("migrate")
    assert refused.returncode == 2
    assert [f"m{n}.sql:2:3" in refused.stderr for n in range(1, 8)] == [True] * 7
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

# What it is: the statement that sets it, what the next file sees of it, and what that must be.
_LEAKS = {
    "search_path": ("CREATE SCHEMA s; SET search_path = s;", "current_schema()", "public"),
    "role": ("SET ROLE pg_monitor;", "current_user", "postgres"),
    "session_user": ("SET SESSION AUTHORIZATION pg_monitor;", "session_user", "postgres"),
    "temporary_table": ("CREATE TEMP TABLE x (a int);", "coalesce(to_regclass('x')::text, 'none')", "none"),
    "prepared": ("PREPARE p AS SELECT 1;", "(SELECT count(*) FROM pg_prepared_statements)", "0"),
    "listen": ("LISTEN news;", "(SELECT count(*) FROM pg_listening_channels())", "0"),
    "cursor": ("DECLARE c CURSOR WITH HOLD FOR SELECT 1;", "(SELECT count(*) FROM pg_cursors WHERE name = 'c')", "0"),
    "lock": ("SELECT pg_advisory_lock(7);", "(SELECT count(*) FROM pg_locks WHERE objid = 7 AND classid = 0)", "0"),
    "timeout": ("SET statement_timeout = '5s';", "current_setting('statement_timeout')", "0"),
    "setting": (
        "SELECT set_config('app.tenant', 'a', false);",
        "coalesce(current_setting('app.tenant', true), '')",
        "",
    ),
    "read_only": ("SET default_transaction_read_only = on;", "current_setting('default_transaction_read_only')", "off"),
}


@pytest.mark.parametrize("header", ["", "-- transactional: false\n"], ids=["transactional", "non-transactional"])
def test_what_a_file_sets_does_not_leak_into_the_next(make_project, each_database, header):
    leaks = dict(_LEAKS)
    if header:
        del leaks["read_only"]  # would stop the record of its own file
    project = make_project(each_database)
    project.write(a="CREATE TABLE public.seen (what text, value text);")
    for number, (what, (sets, sees, _)) in enumerate(leaks.items(), start=10):
        project.write(**{
            f"b{number}_a": header + sets,
            f"b{number}_b": f"INSERT INTO public.seen SELECT '{what}', ({sees})::text;",
        })  # fmt: skip
    done = project.run("migrate")
    assert done.returncode == 0, done.stderr
    assert dict(each_database.rows("SELECT what, value FROM seen")) == {w: value for w, (_, _, value) in leaks.items()}
    assert "nothing to do" in project.run("migrate").stdout
