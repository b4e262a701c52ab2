"""Why yoyo is fenced: what dbtool does otherwise, line by line (docs/decisions/). `make test-all` runs it on every server."""

import hashlib

import pytest

from tests.conftest import Database, Project

WHO = "create table {0} (pid int default pg_backend_pid(), name text default current_setting('application_name'));\ninsert into {0} default values;"


def migrate(project: Project, *arguments: str) -> None:
    done = project.run("migrate", *arguments)
    assert done.returncode == 0, done.stderr


def test_looking_makes_no_table(project: Project, database: Database) -> None:
    project.write(a="select 1")
    for command in (["status"], ["migrate", "--dry-run"], ["baseline", "a", "--dry-run"], ["rollback"], ["doctor"]):
        project.run(*command)
    assert database.rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") == []


def test_the_ledger_is_yoyos_own_with_our_checksum_in_its_log(project: Project, database: Database) -> None:
    project.write(a="create table t ();\r\n-- é\r\n")
    migrate(project)
    assert database.rows("SELECT version FROM _yoyo_version") == [(2,)]
    assert database.rows("SELECT migration_hash, migration_id FROM _yoyo_migration") == [
        (hashlib.sha256(b"a").hexdigest(), "a")
    ]
    ((operation, comment),) = database.rows("SELECT operation, comment FROM _yoyo_log")
    checksum = hashlib.sha256((project.root / "migrations/a.sql").read_bytes()).hexdigest()
    assert operation == "apply"
    assert str(comment).startswith(f"dbtool/1 sha256={checksum} ")
    assert len(str(comment)) <= 255, "the column's size"


def test_the_work_and_its_record_are_one_transaction(project: Project, database: Database) -> None:
    project.write(a="create table t (x int); insert into t values (1);", b="insert into t values (2);")
    (project.root / "migrations/c.py").write_text("from yoyo import step\nsteps = [step('insert into t values (3)')]\n")
    migrate(project)
    work = database.rows("SELECT xmin::text FROM t ORDER BY x")
    assert database.rows("SELECT xmin::text FROM _yoyo_migration ORDER BY migration_id") == work
    assert database.rows("SELECT xmin::text FROM _yoyo_log ORDER BY migration_id") == work
    assert len(set(work)) == 3


def test_all_or_nothing_is_one_transaction(database: Database, project: Project) -> None:
    project.write(a="create table t (x int); insert into t values (1);", b="insert into t values (2);")
    migrate(project, "--all-or-nothing")
    assert len(set(database.rows("SELECT xmin::text FROM t UNION ALL SELECT xmin::text FROM _yoyo_migration"))) == 1


def test_all_migrations_share_one_connection_with_a_name(project: Project, database: Database) -> None:
    project.write(a=WHO.format("a"), b="-- transactional: false\n" + WHO.format("b"), c=WHO.format("c"))
    migrate(project)
    rows = set(database.rows("SELECT * FROM a UNION ALL SELECT * FROM b UNION ALL SELECT * FROM c"))
    assert len(rows) == 1
    assert str(rows.pop()[1]).startswith("dbtool")


def test_nothing_is_left_behind(project: Project, database: Database) -> None:
    project.write(a="create table t ();", b="select nope;")
    assert project.run("migrate").returncode == 1
    assert database.rows("SELECT * FROM pg_locks WHERE locktype = 'advisory'") == []
    assert database.rows("SELECT * FROM yoyo_lock") == []
    assert database.rows("SELECT * FROM pg_stat_activity WHERE application_name LIKE 'dbtool%'") == []


def test_a_body_with_semicolons_is_one_statement(project: Project, database: Database) -> None:
    project.write(
        a="create function f() returns int language sql begin atomic select 1; select 2; end;\n"
        "create procedure p() language plpgsql as $body$ begin perform $x$;$x$; end $body$;\ncall p();"
    )
    migrate(project)
    assert database.rows("SELECT f()") == [(2,)]


def test_rows_and_notices_do_not_get_among_the_results(project: Project) -> None:
    project.write(a="select 'a row'; do $$ begin raise warning 'a word'; end $$;")
    (project.root / "migrations/b.py").write_text("from yoyo import step\nsteps = [step('select 7 as number')]\n")
    done = project.run("migrate")
    assert done.returncode == 0, done.stderr
    assert "a row" not in done.stdout + done.stderr
    assert "warning: a word" in done.stderr
    assert "number" not in done.stdout


def test_literals_keep_their_line_ends_and_bytes(project: Project, database: Database) -> None:
    project.write(a="\ufeffcreate table t (x text);\r\ninsert into t values ('a\r\nb\tü\u2028日\U0001f600');\r\n")
    migrate(project)
    assert database.rows("SELECT x FROM t") == [("a\r\nb\tü\u2028日\U0001f600",)]


def test_copy_data_arrive_as_they_stand(project: Project, database: Database) -> None:
    project.write(
        a="create table t (x text, y int);\ncopy t from stdin;\na;b\t1\n\\N\t2\nü\\tx\t3\n\\.\n"
        "copy t from stdin with (format csv, delimiter ';');\n\"q;'\";4\n\\.\ninsert into t values ('last', 5);"
    )
    migrate(project)
    assert database.rows("SELECT x FROM t ORDER BY y") == [("a;b",), (None,), ("ü\tx",), ("q;'",), ("last",)]


@pytest.mark.parametrize("setting", ["statement_timeout"])
def test_the_environments_time_out_holds_and_its_remedy_is_told(
    setting: str, project: Project, database: Database
) -> None:
    (project.root / "dbtool.toml").write_text(f'[environments.development]\n{setting} = "300ms"\n')
    project.write(a="create table t (); select pg_sleep(20);")
    done = project.run("migrate")
    assert (done.returncode, "57014" in done.stderr) == (1, True)
    assert "raise statement_timeout for this environment in dbtool.toml" in done.stderr
    assert database.rows("SELECT to_regclass('t')") == [(None,)]


@pytest.mark.parametrize(
    ("sql", "code", "remedy"),
    [
        ("do $$ begin commit; end $$;", "2D000", "-- transactional: false"),
        ("set role nobody_here;", "22023", "mend the file"),
        ("insert into pg_catalog.pg_class select from nowhere;", "42P01", "mend the file"),
    ],
)
def test_whatever_the_server_refuses_is_told_with_code_and_remedy(
    sql: str, code: str, remedy: str, project: Project
) -> None:
    project.write(a=sql)
    done = project.run("migrate")
    assert (done.returncode, f"(SQLSTATE {code})" in done.stderr, remedy in done.stderr) == (1, True, True), done.stderr


def test_enum_values_can_be_added_and_used_in_the_next_migration(project: Project, database: Database) -> None:
    project.write(
        a="create type mood as enum ('sad');", b="alter type mood add value 'glad';",
        c="create table t (m mood default 'glad'); insert into t default values;",
    )  # fmt: skip
    migrate(project)
    assert database.rows("SELECT m::text FROM t") == [("glad",)]
    project.write(d="alter type mood add value 'wild'; insert into t values ('wild');")
    done = project.run("migrate")
    assert done.returncode == 1
    assert "put ADD VALUE in an earlier migration" in done.stderr
