"""dbtool seed from argv to exit code: what is written, what is told, what is left when it fails."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dbtool.lock import NAMESPACE
from tests.cli.conftest import Done, refused
from tests.conftest import Database, Project
from tests.faults.harness import wait_until
from tests.faults.proxy import Proxy
from tests.unit.test_seeds import write

TABLE = "create table t (id int primary key, a text); create table u (id int primary key references t deferrable initially deferred)"
Seed = Callable[..., Done]


@pytest.fixture
def seed(project: Project, database: Database, run_here: Callable[..., Done]) -> Seed:
    """Run dbtool seed in an empty project with the tables t and u, with leave to seed this database."""
    with database.connect() as conn:
        conn.execute(TABLE)  # type: ignore[arg-type]
    return lambda *arguments, **options: run_here("seed", "--confirm", database.name, *arguments, **options)


def ids(database: Database, table: str = "t") -> list[object]:
    return [row[0] for row in database.rows(f"select id from {table} order by id")]


def contents(database: Database) -> dict[object, object]:
    """A hash of all rows of each table, wherever they lie in it."""
    tables = database.rows("select oid::regclass::text from pg_class where relkind in ('r', 'p') and oid >= 16384")
    hashed = "select count(*), md5(string_agg(t::text, e'\\n' order by t::text)) from {} as t"
    return {table: database.rows(hashed.format(table))[0] for (table,) in tables}


# ---- the example


def test_the_example_seeded_twice_has_the_same_rows(
    each_database: Database, make_example: Callable[[Database], Project]
) -> None:
    example = make_example(each_database)
    assert example.run("migrate").returncode == 0
    confirm = ("--confirm", each_database.name)
    first = example.run("seed", *confirm)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("seeded 4 files, wrote 29 rows in ")
    before = contents(each_database)
    seeded = {str(table) for table, (count, _) in before.items() if count}  # type: ignore[misc]
    assert {"node_types", "tenants", "users", "projects", "edges", "workflows", "executions"} <= seeded
    second = example.run("seed", *confirm)
    assert second.returncode == 0, second.stderr
    assert second.stdout.startswith("seeded 4 files, wrote 0 rows in ")
    for name in ("reference", "dev"):
        assert example.run("seed", name, *confirm).returncode == 0
    assert contents(each_database) == before


# ---- what is run, and what is told


def test_files_run_in_order_and_each_is_told(project: Project, database: Database, seed: Seed) -> None:
    write(
        project.root,
        reference__a="insert into t values (1, 'a'), (2, 'b');",
        dev__01="insert into t values (3, 'c'); update t set a = 'x' where id < 3;",
        dev__02__x="update t set a = 'y' where id = 1;",
        demo__a="insert into t values (9, 'not run');",
    )
    done = seed()
    assert done.returncode == 0, done.both
    told = [line.rsplit(", ", 1)[0] for line in done.stderr.splitlines() if line.startswith("seeded")]
    assert told == [
        "seeded reference/a.sql (wrote 2 rows",
        "seeded dev/01.sql (wrote 3 rows",
        "seeded dev/02/x.sql (wrote 1 row",
    ]
    assert done.stdout.startswith("seeded 3 files, wrote 6 rows in ")
    assert database.rows("select * from t order by id") == [(1, "y"), (2, "x"), (3, "c")]


def test_rows_are_those_of_the_command_tags(project: Project, seed: Seed) -> None:
    write(
        project.root,
        dev__a="insert into t select i from generate_series(1, 100) i; select * from t; delete from t where id > 90;\n"
        "copy t (id) from stdin;\n101\n102\n\\.\ncreate temp table x as select * from t; update t set a = '' where id = 1;",
    )
    answer = json.loads(seed("--json").stdout)
    (step,) = answer["steps"]
    assert step | {"seconds": 0} == {
        "migration": "dev/a.sql", "action": "seeded", "seconds": 0, "statements": 6, "set": "dev",
        "file": "sql/seeds/dev/a.sql", "rows": 100 + 10 + 2 + 1, "removes_rows": True, "checksum": "",
    }  # fmt: skip
    assert answer["policy_command"] == "seed"
    assert answer["removes"] == [{"file": "dev/a.sql", "what": "DELETE", "line": 1, "column": 73}]


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ([], "nothing to seed: sql/seeds/reference/ and sql/seeds/dev/ hold no .sql file; there are other sets"),
        (["empty"], "nothing to seed: there is no .sql file in sql/seeds/empty/"),
    ],
    ids=["no usual set", "empty set"],
)
def test_nothing_to_seed_says_so(project: Project, seed: Seed, sets: list[str], said: str) -> None:
    write(project.root, demo__a="insert into t values (1);")
    (project.root / "sql/seeds/empty").mkdir()
    done = seed(*sets)
    assert done.returncode == 0
    assert done.stdout.startswith(said)
    assert json.loads(seed(*sets, "--json").stdout)["steps"] == []


def test_an_empty_set_beside_others_is_told(project: Project, database: Database, seed: Seed) -> None:
    write(project.root, dev__a="insert into t values (1);")
    (project.root / "sql/seeds/empty").mkdir()
    done = seed("empty", "dev")
    assert done.returncode == 0
    assert "the set empty is empty" in done.stderr
    assert ids(database) == [1]


def test_a_set_that_is_none(project: Project, seed: Seed) -> None:
    refused(seed("dev"), 2, "there is no seed set 'dev'", "there is no folder in sql/seeds/")
    write(project.root, dev__a="insert into t values (1);")
    refused(seed("dve"), 2, "there is no seed set 'dve'; there are: dev", "did you mean dev?")


def test_a_copy_with_its_data(project: Project, database: Database, seed: Seed) -> None:
    lines = "".join(f"{number}\t{'x' * 200}\n" for number in range(1, 20_001))
    text = f"insert into t values (0);\ncopy t from stdin;\n{lines}\\.\ninsert into u values (20000);\ncopy u from stdin;\n1\n\\.\n"
    write(project.root, dev__a=text, dev__b="copy u from stdin with (format csv);\n2\n3\n\\.\n")
    done = seed()
    assert done.returncode == 0, done.both
    assert "seeded dev/a.sql (wrote 20,003 rows" in done.stderr.replace("20003", "20,003")
    assert len(ids(database)) == 20_001
    assert ids(database, "u") == [1, 2, 3, 20000]


def test_what_a_file_sets_for_the_session_does_not_reach_the_next(
    project: Project, database: Database, seed: Seed
) -> None:
    write(
        project.root,
        dev__a="set search_path = pg_catalog; set session_replication_role = replica; create temp table t2 (id int); set role pg_monitor;",
        dev__b="create temp table t2 (id int); insert into t values (1);",
    )
    done = seed()
    assert done.returncode == 0, done.both
    assert ids(database) == [1]


def test_time_outs_and_name_of_a_seed(project: Project, database: Database, seed: Seed) -> None:
    (project.root / "dbtool.toml").write_text(
        '[environments.development]\nlock_timeout = "1234ms"\nstatement_timeout = "5678ms"\n'
    )
    now = "concat_ws(' ', current_setting('lock_timeout'), current_setting('statement_timeout'), current_setting('application_name'))"
    write(project.root, dev__a=f"insert into t values (1, {now});", dev__b=f"insert into t values (2, {now});")
    assert seed().returncode == 0
    assert [row[1] for row in database.rows("select * from t")] == ["1234ms 5678ms dbtool seed"] * 2


def test_notices_are_told(project: Project, seed: Seed) -> None:
    write(project.root, dev__a="do $$ begin raise notice 'one moment'; end $$;")
    assert "notice: one moment" in seed().stderr


# ---- failures


def test_the_file_that_fails_is_rolled_back_and_those_before_it_stay(
    project: Project, database: Database, seed: Seed
) -> None:
    write(
        project.root,
        reference__a="insert into t values (1);",
        dev__a="insert into t values (2);",
        dev__b="insert into t values (3);\n  insert into t\n  values (4), (2);",
        dev__c="insert into t values (5);",
    )
    done = seed()
    refused(
        done, 1, "sql/seeds/dev/b.sql:2:3", "duplicate key", "23505", "    insert into t", "^",
        "statement 2 of 2 of dev/b.sql; the file was rolled back", "this run seeded 2 files, up to dev/a.sql", "ON CONFLICT",
    )  # fmt: skip
    assert ids(database) == [1, 2]
    answer = json.loads(seed("dev", "--json").stdout)
    assert (answer["error"]["kind"], answer["error"]["sqlstate"], answer["steps"]) == ("StatementFailed", "23505", [])
    assert answer["error"]["place"]["line"] == 1


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("insert into nowhere values (1);", ["a.sql:1:13", "42P01", "dbtool migrate"]),
        ("insert into t (id, nothing) values (1, 2);", ["a.sql:1:20", "42703", "dbtool migrate"]),
        ("insert into u values (77);", ["a.sql:", "23503", "when it was committed", "in dev/a.sql"]),
        ("insert into t values (1);\ncopy t (id) from stdin;\n2\nx\n\\.\n", ["a.sql:2:1", "22P02", "COPY t, line 2"]),
        ("create procedure p() language plpgsql as 'begin commit; end';\ncall p();", ["a.sql:2:1", "2D000"]),
        ("select 1/0;", ["a.sql:1:1", "22012", "mend the file, then seed again"]),
        ("set local statement_timeout = 20; select pg_sleep(5);", ["a.sql:1:35", "57014", "statement_timeout"]),
    ],
    ids=["no table", "no column", "deferred", "copy", "commit in a procedure", "division", "time-out"],
)
def test_what_the_server_refuses(project: Project, database: Database, seed: Seed, sql: str, said: list[str]) -> None:
    write(project.root, dev__a=sql)
    done = seed()
    refused(done, 1, *said)
    assert "migration" not in done.stderr.replace("migrate", "")
    assert ids(database) == []


def test_nothing_runs_where_any_file_is_bad(project: Project, database: Database, seed: Seed) -> None:
    write(project.root, reference__a="insert into t values (1);", dev__z="select 1;\n commit;")
    refused(seed(), 2, "sql/seeds/dev/z.sql:2:2", "COMMIT cannot stand in a seed file")
    assert ids(database) == []


def test_a_lock_that_is_not_had_in_time(project: Project, database: Database, seed: Seed) -> None:
    (project.root / "dbtool.toml").write_text('[environments.development]\nlock_timeout = "100ms"\n')
    write(project.root, dev__a="insert into t values (1);")
    with database.connect() as conn, conn.transaction():
        conn.execute("lock table t in share mode")
        refused(seed(), 1, "55P03", "lock_timeout")
    assert ids(database) == []


# ---- the schema that is behind


def test_pending_migrations_are_a_warning(project: Project, database: Database, seed: Seed) -> None:
    project.write(a="create table later ();", b="select 1;")
    write(project.root, dev__a="insert into t values (1);")
    done = seed()
    assert done.returncode == 0
    assert "warning: 2 migrations pending" in done.stderr
    assert "dbtool migrate" in done.stderr
    assert ids(database) == [1]
    assert [f["id"] for f in json.loads(seed("--dry-run", "--json").stdout)["findings"]] == ["pending-migrations"]
    project.write(c="this is no SQL")  # the migrations are not what is run
    write(project.root, dev__a="select 1;")
    assert seed().returncode == 0


def test_a_role_that_may_not_read_the_ledger_seeds_all_the_same(
    project: Project, database: Database, seed: Seed
) -> None:
    project.write(a="select 1;")
    assert project.run("migrate").returncode == 0
    write(project.root, dev__a="insert into t values (1) on conflict do nothing;")
    role = f"seeder_{database.name}"
    with database.connect() as conn:
        conn.execute(f"create role {role} login; grant select, insert on t to {role}")  # type: ignore[arg-type]
    try:
        url = database.server.url(database.name, role)
        assert seed("--url", url).returncode == 0
        assert seed("--url", url, "--dry-run").returncode == 0
    finally:
        with database.connect() as conn:
            conn.execute(f"drop owned by {role}; drop role {role}")  # type: ignore[arg-type]
    assert ids(database) == [1]


# ---- dry run


def test_a_dry_run_lists_and_writes_nothing(project: Project, database: Database, seed: Seed) -> None:
    write(
        project.root,
        reference__a="insert into t values (1); insert into t values (2);",
        dev__b="-- dbtool: removes rows\nselect 1;\ntruncate t;",
    )
    done = seed("--dry-run")
    assert done.returncode == 0, done.both
    first, second, third, last = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert first == "file statements removes rows"
    assert second == "reference/a.sql 2 no"
    assert last.startswith("would seed 2 files, once the database's name is said")
    assert (
        third == "dev/b.sql 2 -- dbtool: removes rows at sql/seeds/dev/b.sql:1:1, TRUNCATE at sql/seeds/dev/b.sql:3:1"
    )
    assert ids(database) == []
    answer = json.loads(seed("--dry-run", "--json").stdout)
    assert [(s["file"], s["action"], s["removes_rows"]) for s in answer["steps"]] == [
        ("sql/seeds/reference/a.sql", "would seed", False),
        ("sql/seeds/dev/b.sql", "would seed", True),
    ]


# ---- the guard

PRODUCTION = {"DBTOOL_ENV": "production"}


@pytest.fixture
def production(project: Project, database: Database, run_here: Callable[..., Done]) -> Seed:
    """Run dbtool seed in an empty project with a table t, in production, with no leave."""
    with database.connect() as conn:
        conn.execute(TABLE)  # type: ignore[arg-type]
    return lambda *arguments: run_here("seed", *arguments, env=PRODUCTION)


def test_production_takes_reference_when_asked(project: Project, database: Database, production: Seed) -> None:
    write(project.root, reference__a="insert into t values (1) on conflict do nothing;")
    refused(production("reference"), 6, "asks before it changes this database", "--yes")
    refused(production("reference", "--confirm", "another"), 6, "not the name of this database")
    assert ids(database) == []
    assert production("reference", "--yes").returncode == 0
    assert production("reference", "--confirm", database.name).returncode == 0
    assert ids(database) == [1]


@pytest.mark.parametrize(
    ("sets", "files"),
    [
        ((), {"dev__a": "insert into t values (1);", "reference__a": "select 1;"}),
        (("reference", "dev"), {"dev__a": "insert into t values (1);", "reference__a": "select 1;"}),
        (("demo",), {"demo__a": "insert into t values (1);"}),
        (("reference",), {"reference__a": "delete from t; insert into t values (1);"}),
        (("reference",), {"reference__a": "-- dbtool: removes rows\ninsert into t values (1);"}),
        (("reference",), {"reference__a": "insert into t values (1);", "reference__b": "do $$ begin delete from t; end $$;"}),
    ],
    ids=["no set", "both", "demo", "reference that deletes", "reference that is marked", "reference with a DO"],
)  # fmt: skip
def test_production_takes_nothing_else(
    sets: tuple[str, ...], files: dict[str, str], project: Project, database: Database, production: Seed
) -> None:
    write(project.root, **files)
    for consent in ((), ("--yes",), ("--confirm", database.name), ("--override", "why", "--token", "x")):
        refused(production(*sets, *consent), 6, "dbtool seed is refused")
    assert production(*sets, "--dry-run").returncode == 6
    assert ids(database) == []


def test_an_unmarked_database_is_asked_about(
    project: Project, database: Database, run_here: Callable[..., Done], seed: Seed
) -> None:
    write(project.root, dev__a="insert into t values (1) on conflict do nothing;")
    refused(run_here("seed", "dev"), 6, "asks before", "--confirm")
    refused(run_here("seed", "dev", "--yes"), 6, "asks before", "--confirm")
    refused(run_here("seed", "dev", "--confirm", "another"), 6, "not the name")
    assert ids(database) == []
    assert seed("dev").returncode == 0


def test_what_removes_rows_is_told_before_it_is_run(project: Project, seed: Seed) -> None:
    write(project.root, dev__a="insert into t values (1);\ntruncate t cascade; delete from t;")
    done = seed("dev")
    assert done.returncode == 0, done.both
    assert "dev/a.sql removes rows: TRUNCATE at sql/seeds/dev/a.sql:2:1 and 1 more" in done.stderr
    assert done.stderr.index("removes rows") < done.stderr.index("seeded dev/a.sql")


# ---- others at work, and interruptions


def busy(database: Database, words: str) -> int:
    """The process that runs a statement with these words in it, once there is one."""
    found: list[int] = []

    def look() -> bool:
        sql = "select pid from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and datname = current_database() and query ~ "
        found[:] = [int(str(row[0])) for row in database.rows(f"{sql} '{words}'")]
        return bool(found)

    wait_until(look, what=words)
    return found[0]


def start(project: Project, database: Database, *arguments: str) -> "subprocess.Popen[str]":
    with database.connect() as conn:
        conn.execute(TABLE)  # type: ignore[arg-type]
    return project.start("seed", "--confirm", database.name, *arguments)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "SIGTERM"])
@pytest.mark.parametrize(
    "sql",
    [
        "insert into t values (2); select pg_sleep(60);",
        # in COPY: each row waits in a trigger
        "create function f() returns trigger language plpgsql as 'begin perform pg_sleep(60); return new; end';\n"
        "create trigger f before insert on t for each row execute function f();\ncopy t (id) from stdin;\n2\n3\n\\.\n",
    ],
    ids=["statement", "copy"],
)
def test_ctrl_c_rolls_back_the_file_under_way(
    how: signal.Signals, sql: str, project: Project, database: Database
) -> None:
    write(project.root, dev__a="insert into t values (1);", dev__b=sql, dev__c="insert into t values (9);")
    run = start(project, database)
    busy(database, "pg_sleep|copy t")
    started = time.monotonic()
    run.send_signal(how)
    stdout, stderr = run.communicate(timeout=30)
    assert time.monotonic() - started < 10
    assert run.returncode == 130, stderr
    assert "interrupted in dev/b.sql: it was cancelled and rolled back" in stderr
    assert "this run seeded 1 file, up to dev/a.sql" in stderr
    assert stdout == ""
    wait_until(lambda: not database.rows("select from pg_stat_activity where application_name = 'dbtool seed'"))
    assert ids(database) == [1]


def test_a_connection_lost_at_commit_leaves_the_outcome_unknown(project: Project, database: Database) -> None:
    slow = (
        "create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(1); return new; end';\n"
        "create constraint trigger slow after insert on t deferrable initially deferred for each row execute function slow();"
    )
    write(project.root, dev__a="insert into t values (1) on conflict do nothing;")
    with Proxy(database.server.port) as proxy:
        with database.connect() as conn:
            conn.execute(TABLE + ";" + slow)  # type: ignore[arg-type]
        run = project.start("seed", "--confirm", database.name, "--url", proxy.url(database.name))
        busy(database, "COMMIT")
        proxy.close_all()
        _, stderr = run.communicate(timeout=30)
    assert run.returncode == 7, stderr
    assert "lost in dev/a.sql, while it was committed: whether its rows are there is not known" in stderr
    assert "seed again" in stderr
    wait_until(lambda: ids(database) == [1])  # the server had the COMMIT, and went on
    assert project.run("seed", "--confirm", database.name).returncode == 0
    assert ids(database) == [1]


def test_a_connection_lost_before_commit_is_told(project: Project, database: Database) -> None:
    write(
        project.root,
        dev__a="insert into t values (1);",
        dev__b="insert into t values (2); select pg_sleep(60);\ncopy t (id) from stdin;\n3\n\\.\n",
    )
    run = start(project, database)
    pid = busy(database, "pg_sleep")
    database.rows(f"select pg_terminate_backend({pid})")
    _, stderr = run.communicate(timeout=30)
    assert run.returncode == 7, stderr
    assert "lost in dev/b.sql, before it was committed: the server rolls it back" in stderr
    assert "this run seeded 1 file, up to dev/a.sql" in stderr
    assert ids(database) == [1]


def test_a_seed_waits_for_a_migrate(project: Project, database: Database, seed: Seed) -> None:
    (project.root / "dbtool.toml").write_text('[migrate]\nlock_wait = "500ms"\n')
    write(project.root, dev__a="insert into t values (1) on conflict do nothing;")
    with database.connect(application_name="dbtool migration lock") as conn:
        conn.execute("begin")
        conn.execute("select pg_advisory_xact_lock(%s, 1)", [NAMESPACE])
        done = seed()
        refused(done, 8, "the migration lock was not had within 500 ms: held by pid", "nothing of dev/a.sql was run")
        assert "waiting for the migration lock: held by pid" in done.stderr
        (project.root / "dbtool.toml").unlink()
        released = threading.Timer(0.3, conn.execute, ["rollback"])
        released.start()
        done = seed()
        released.join()
    assert done.returncode == 0, done.both
    assert "waiting for the migration lock: held by pid" in done.stderr
    assert ids(database) == [1]


def test_a_migrate_waits_for_a_seed(project: Project, database: Database) -> None:
    write(project.root, dev__a="insert into t values (1); select pg_sleep(1);")
    seeding = start(project, database)
    busy(database, "pg_sleep")
    project.write(m="create table m as select count(*) from t;")
    done = project.run("migrate")
    assert (seeding.communicate(timeout=30), seeding.returncode)[1] == 0
    assert done.returncode == 0, done.stderr
    assert "waiting for the migration lock: held by pid" in done.stderr
    assert "dbtool seed" in done.stderr
    assert database.rows("select * from m") == [(1,)]


def test_seeds_at_the_same_time_come_one_after_the_other(project: Project, database: Database, seed: Seed) -> None:
    with database.connect() as conn:
        conn.execute("alter table t drop constraint t_pkey cascade")
    write(
        project.root,
        dev__a="-- dbtool: removes rows\ndelete from t; select pg_sleep(0.3); insert into t values (1), (2), (3);",
    )
    runs = [project.start("seed", "--confirm", database.name) for _ in range(3)]
    ends = [(run.communicate(timeout=60), run.returncode) for run in runs]
    assert [code for _, code in ends] == [0, 0, 0], ends
    assert ids(database) == [1, 2, 3]


def test_a_database_that_changes_its_mark_meanwhile_is_let_be(project: Project, database: Database, seed: Seed) -> None:
    # the first file does what another session may do while the seed is at work
    mark = (
        "do $do$ begin execute format('comment on database %I is %L', current_database(), "
        "format('@dbtool.environment=production system=%s oid=%s', (select system_identifier from pg_control_system()), "
        "(select oid from pg_database where datname = current_database()))); end $do$;"
    )
    write(project.root, dev__a=mark, dev__b="delete from t; insert into t values (1);")
    done = seed()
    refused(done, 6, "the database's mark changed meanwhile")
    assert ids(database) == []


# ---- a terminal


def test_on_a_terminal_a_long_file_shows_how_far_it_is(project: Project, database: Database) -> None:
    with database.connect() as conn:
        conn.execute(TABLE)  # type: ignore[arg-type]
    statements = "".join(f"select pg_sleep(0.05); insert into t values ({number});\n" for number in range(20))
    write(project.root, dev__a=statements)
    master, slave = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "dbtool", "seed", "--confirm", database.name],
        cwd=project.root, env=project.environment | {"TERM": "xterm", "COLUMNS": "120"},
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    shown = _read_all(master)
    assert run.wait(30) == 0, shown
    assert "dev/a.sql statement " in shown
    assert " of 40" in shown
    assert "wrote 20 rows" in shown


def _read_all(master: int) -> str:
    shown = b""
    while select.select([master], [], [], 30)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the terminal's other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(master)
    return shown.decode(errors="replace")


def test_a_file_that_cannot_be_read_is_told(project: Project, seed: Seed) -> None:
    write(project.root, dev__a="select 1;")
    Path(project.root / "sql/seeds/dev/b.sql").symlink_to("nowhere.sql")
    refused(seed(), 2, "b.sql: No such file")
