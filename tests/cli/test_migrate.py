"""dbtool migrate: what it does, what it says, and what it says when the server refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run, refused
from tests.conftest import Database, Project


def tables(database: Database) -> list[str]:
    return [
        str(r[0])
        for r in database.rows(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ 'yoyo' ORDER BY 1"
        )
    ]


def test_from_nothing_to_applied_and_then_nothing_to_do(project: Project, database: Database, run_here: Run) -> None:
    project.write(a="create table t1 (a int);", b="create table t2 (a int); insert into t2 values (1);")
    done = run_here("migrate")
    assert done.returncode == 0, done.both
    assert done.stdout.startswith("applied 2 migrations in ")
    lines = [line.split(" (")[0] for line in done.stderr.splitlines()[1:]]
    assert lines == [f"marked {database.name} as development", "applied a", "applied b"]
    assert done.stderr.startswith(
        f"development: {database.name} on 127.0.0.1:{database.server.port} as postgres, PostgreSQL "
    )
    assert tables(database) == ["t1", "t2"]

    again = run_here("migrate")
    assert (again.returncode, again.stdout) == (0, "nothing to do: all 2 are applied\n")
    assert json.loads(run_here("migrate", "--json").stdout)["steps"] == []


def test_no_files_says_what_to_type(run_here: Run, catalog: object) -> None:
    done = run_here("migrate")
    assert (done.returncode, done.stdout) == (
        0,
        "nothing to do: migrations/ has no migrations; make one: dbtool new NAME\n",
    )


def test_to_stops_there_and_says_what_is_left(project: Project, database: Database, run_here: Run) -> None:
    project.write(a="create table t1 ();", b="create table t2 ();", c="create table t3 ();")
    assert run_here("migrate", "--to", "b").returncode == 0
    assert tables(database) == ["t1", "t2"]
    done = run_here("migrate", "--to", "a")
    assert done.returncode == 0
    assert "all 3 are applied" not in done.stdout
    assert "nothing to do" in done.stdout


def test_dry_run_shows_the_sql_and_changes_nothing(project: Project, run_here: Run, catalog: object) -> None:
    project.write(a="\ufeffcreate table t1 ();\n", b="-- two\ncreate table t2 ();")
    before = catalog()  # type: ignore[operator]
    done = run_here("migrate", "--dry-run")
    assert done.stdout == "-- a\ncreate table t1 ();\n\n-- b\n-- two\ncreate table t2 ();\n"
    answer = json.loads(run_here("migrate", "--dry-run", "--json").stdout)
    assert [(s["migration"], s["action"]) for s in answer["steps"]] == [("a", "would apply"), ("b", "would apply")]
    assert catalog() == before  # type: ignore[operator]


def test_json_tells_what_was_applied_and_nothing_else_is_on_stdout(project: Project, run_here: Run) -> None:
    project.write(a="do $$ begin raise notice 'hello'; end $$; select 'a row';", b="select 1")
    done = run_here("migrate", "--json")
    answer = json.loads(done.stdout)
    assert [(s["migration"], s["action"], s["statements"]) for s in answer["steps"]] == [
        ("a", "applied", 2),
        ("b", "applied", 1),
    ]
    assert answer["target"]["environment"] == "development"
    assert "hello" in done.stderr


# ---- what the server refuses


def test_a_refused_statement_is_told_with_everything_a_person_needs(
    project: Project, database: Database, run_here: Run
) -> None:
    project.write(
        a="create table t (id int primary key);",
        b="-- größe\r\ninsert into t values (1);\r\n/* 日本 */ insert into t values (2), (1);\r\n",
        c="create table never ();",
    )
    done = run_here("migrate")
    refused(
        done,
        1,
        "migrations/b.sql:3:10: ERROR: duplicate key value violates unique constraint",
        "(SQLSTATE 23505)",
        "    /* 日本 */ insert into t values (2), (1);\n             ^\n",
        "detail: Key (id)=(1) already exists.",
        "statement 2 of 2 of b",
        "rolled back",
        "before that, this run applied 1 migration, up to a",
        "`dbtool migrate` (or rollback) goes on with it",
    )
    assert tables(database) == ["t"]
    assert [r[0] for r in database.rows("SELECT migration_id FROM _yoyo_migration")] == ["a"]
    assert database.rows("SELECT count(*) FROM t") == [(0,)]

    answer = json.loads(run_here("migrate", "--json").stdout)
    assert (answer["exit_code"], answer["error"]["sqlstate"]) == (1, "23505")
    assert (answer["error"]["place"]["line"], answer["error"]["place"]["column"]) == (3, 10)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_hundredth_statement_is_pointed_at_to_the_character(newline: str, project: Project, run_here: Run) -> None:
    lines = ["create table 表 (a int, b text);", *(f"insert into 表 values ({n}, 'größe 日本');" for n in range(98))]
    project.write(a="\ufeff" + newline.join([*lines, "\tinsert /* é */ into 表 values ('日', hier);"]))
    done = run_here("migrate")
    line = "insert /* é */ into 表 values ('日', hier);"
    refused(done, 1, f"a.sql:100:{line.index('hier') + 2}: ERROR", "statement 100 of 100", "42703")
    shown, caret = done.stderr.splitlines()[done.stderr.splitlines().index("    \t" + line) :][:2]
    assert shown.replace("\t", "x")[caret.replace("\t", "x").index("^")] == "h"


def test_an_error_inside_a_function_says_where_in_it(project: Project, run_here: Run) -> None:
    project.write(
        a="create function f() returns int language plpgsql as $$\nbegin\n  perform 1/0;\nend $$;\nselect f();"
    )
    refused(run_here("migrate"), 1, "a.sql:5:1", "division by zero", "where: SQL", "f() line 3")


def test_a_failure_at_commit_names_the_file(project: Project, run_here: Run) -> None:
    project.write(
        a="create table p (x int primary key); create table c (x int references p deferrable initially deferred);\n"
        "insert into c values (1);"
    )
    refused(run_here("migrate"), 1, "migrations/a.sql", "23503", "Key (x)=(1) is not present")


def test_a_file_that_drops_the_ledger_is_told_so(project: Project, database: Database, run_here: Run) -> None:
    project.write(a="create table t ();")
    assert run_here("migrate").returncode == 0
    project.write(b="drop schema public cascade; create schema public;")
    refused(run_here("migrate"), 1, "migrations/b.sql", "ledger")
    assert tables(database) == ["t"]


def test_in_a_folder_without_migrations_a_migrated_database_is_no_success(project: Project, run_here: Run) -> None:
    # a CI job in the wrong folder must not be green
    project.write(a="create table t ();")
    assert run_here("migrate").returncode == 0
    (project.root / "migrations").rename(project.root / "elsewhere")
    refused(run_here("migrate"), 2, "migrations")


def test_what_was_applied_before_the_failure_stays_and_the_next_run_goes_on(
    project: Project, database: Database, run_here: Run
) -> None:
    project.write(a="create table t1 ();", b="select nope;", c="create table t3 ();")
    assert run_here("migrate").returncode == 1
    project.write(b="create table t2 ();")
    done = run_here("migrate")
    assert done.stdout.startswith("applied 2 migrations")
    assert tables(database) == ["t1", "t2", "t3"]


# ---- all or nothing


def test_all_or_nothing_leaves_nothing(project: Project, database: Database, run_here: Run) -> None:
    project.write(a="create table t1 ();", b="copy nowhere from stdin;\n\\.\n")
    refused(run_here("migrate", "--all-or-nothing"), 1, "nowhere")
    assert tables(database) == []
    project.write(b="create table t2 (a int);\ncopy t2 from stdin;\n1\n2\n\\.\n")
    done = run_here("migrate", "--all-or-nothing")
    assert done.returncode == 0, done.both
    assert tables(database) == ["t1", "t2"]
    assert run_here("migrate").stdout == "nothing to do: all 2 are applied\n"


def test_all_or_nothing_names_what_cannot_take_part(project: Project, database: Database, run_here: Run) -> None:
    project.write(
        a="create table t (a int);", b="create index concurrently i on t (a);", c="-- transactional: false\nselect 1;"
    )
    done = run_here("migrate", "--all-or-nothing")
    refused(done, 2, "b (CREATE INDEX CONCURRENTLY)", "c (-- transactional: false)")
    assert tables(database) == []


# ---- outside of a transaction


def test_what_cannot_be_in_a_transaction_runs_without_a_header(
    project: Project, database: Database, run_here: Run
) -> None:
    project.write(a="create table t (a int);", b="create index concurrently i on t (a);\nvacuum t;")
    assert run_here("migrate").returncode == 0
    assert database.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == [(True,)]


def test_a_non_transactional_file_goes_on_after_the_statement_that_failed(
    project: Project, database: Database, run_here: Run
) -> None:
    text = "-- transactional: false\ncreate table t1 ();\ncreate table t2 ();\nselect nope;\ncreate table t4 ();\n"
    project.write(a=text)
    refused(run_here("migrate"), 1, "a.sql:4:8", "statement 3 of 4", "statements 1 to 2 are applied and recorded")
    assert tables(database) == ["t1", "t2"]
    status = json.loads(run_here("status", "--json").stdout)["migrations"][0]
    assert (status["state"], status["statements_done"]) == ("interrupted", 2)

    project.write(a=text.replace("t1", "t_one"))
    refused(run_here("migrate"), 2, "a.sql:2:1: statement 1 of a ran already, and was edited since")
    project.write(a=text.replace("select nope", "create table t3 ()"))
    assert run_here("migrate").returncode == 0
    assert tables(database) == ["t1", "t2", "t3", "t4"]
    assert json.loads(run_here("status", "--json").stdout)["migrations"][0]["state"] == "applied"


# ---- yoyo's files


def test_yoyos_python_files_run_too(project: Project, database: Database, run_here: Run) -> None:
    project.write(a="create table t (a int);")
    (project.root / "migrations/b.py").write_text(
        "from yoyo import step\n__depends__ = {'a'}\n"
        "def fill(conn):\n    conn.cursor().execute('insert into t values (7)')\n"
        "steps = [step(fill, 'delete from t'), step('select * from t')]\n"
    )
    done = run_here("migrate")
    assert done.returncode == 0, done.both
    assert done.stdout.startswith("applied 2 migrations")
    assert database.rows("SELECT a FROM t") == [(7,)]


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("def broken(:\n", 2, "b.py"),
        ("from yoyo import step\nimport no_such_module\nsteps = []\n", 1, "no_such_module"),
        ("from yoyo import step\nsteps = [step('create table t2 ()'), step('select nope')]\n", 1, "42703"),
        (
            "from yoyo import step\ndef f(conn):\n    raise RuntimeError('my mistake')\nsteps = [step(f)]\n",
            1,
            "my mistake",
        ),
        ("from yoyo import step\n__transactional__ = False\nsteps = [step('select 1')]\n", 1, "__transactional__"),
    ],
    ids=["syntax", "import", "sql", "exception", "non-transactional"],
)
def test_a_python_file_that_fails_is_told_and_leaves_nothing(
    source: str, code: int, said: str, project: Project, database: Database, run_here: Run
) -> None:
    (project.root / "migrations").mkdir()
    (project.root / "migrations/b.py").write_text(source)
    refused(run_here("migrate"), code, said)
    assert tables(database) == []


def test_post_apply_files_run_after_each_run_that_applied_something(
    project: Project, database: Database, run_here: Run
) -> None:
    project.write(a="create table t (a int);", **{"post-apply": "insert into t values (1);"})
    assert run_here("migrate").returncode == 0
    assert run_here("migrate").returncode == 0
    assert database.rows("SELECT count(*) FROM t") == [(1,)]
    project.write(b="select 1;")
    assert run_here("migrate").returncode == 0
    assert database.rows("SELECT count(*) FROM t") == [(2,)]


# ---- what one file sets does not reach the next


def test_settings_of_one_file_do_not_leak_into_the_next(project: Project, database: Database, run_here: Run) -> None:
    project.write(
        a="create schema s; set search_path = s; set role pg_monitor; create temp table x (); prepare p as select 1;",
        b="create table t (role text default current_user, path text default current_setting('search_path'));\n"
        "insert into t default values;",
    )
    done = run_here("migrate")
    assert done.returncode == 0, done.both
    assert database.rows("SELECT * FROM public.t") == [("postgres", '"$user", public')]


# ---- size


# The most that the process itself had. What wait4() tells counts the parent as well, out of which it was made (vfork).
PEAK = """
import atexit, pathlib, sys
atexit.register(lambda: print(pathlib.Path("/proc/self/status").read_text(), file=sys.stderr))
from dbtool.cli import main
main()
"""


@pytest.mark.parametrize("shape", ["copy", "inserts", "one insert"])
def test_a_50_mb_file_within_200_mb(shape: str, project: Project, database: Database, tmp_path: Path) -> None:
    size = 50_000_000
    path = project.root / "migrations" / "a.sql"
    path.parent.mkdir()
    with path.open("w") as file:
        file.write("create table t (a int, b text);\n")
        if shape == "copy":
            row = "x" * 90
            file.write("copy t from stdin;\n" + f"1\t{row}\n" * (size // 93) + "\\.\n")
        elif shape == "inserts":
            file.write(f"insert into t values (1, '{'x' * 470}');\n" * (size // 500))
        else:
            row = "x" * 90
            file.write("insert into t values\n" + f"(1, '{row}'),\n" * (size // 99) + "(2, 'y');\n")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "migrate"], cwd=project.root, env=project.environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    peak = int(done.stderr.rpartition("VmHWM:")[2].split()[0])  # kB
    assert peak < 200_000, f"{peak // 1000} MB"
    assert database.rows("SELECT count(*) > 10000 FROM t") == [(True,)]
