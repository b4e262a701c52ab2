"""dbtool rollback: one step unless told, and refused where it would be a guess."""

import json

import pytest

from tests.cli.conftest import Catalog, Run, refused
from tests.conftest import Database, Project


def tables(database: Database) -> set[str]:
    return {
        str(r[0])
        for r in database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ 'yoyo'")
    }


@pytest.fixture
def applied(project: Project, run_here: Run) -> Project:
    project.write(
        **{n: f"create table {n} ();" for n in "abcd"}, **{f"{n}__rollback": f"drop table {n};" for n in "abcd"}
    )
    assert run_here("migrate").returncode == 0
    return project


@pytest.mark.parametrize(
    ("arguments", "left"),
    [([], "abc"), (["--steps", "2"], "ab"), (["--to", "a"], "a"), (["--to", "d"], "abcd"), (["--steps", "9"], "")],
    ids=["one step", "steps", "to", "to the last", "more than there are"],
)
def test_how_far_it_goes(arguments: list[str], left: str, applied: Project, database: Database, run_here: Run) -> None:
    done = run_here("rollback", *arguments)
    assert done.returncode == 0, done.both
    assert tables(database) == set(left)
    assert json.loads(run_here("status", "--json").stdout)["pending"] == [n for n in "abcd" if n not in left]
    assert run_here("migrate").returncode == 0
    assert tables(database) == set("abcd")


def test_what_it_says(applied: Project, run_here: Run) -> None:
    done = run_here("rollback", "--steps", "2")
    assert [line.split(" (")[0] for line in done.stderr.splitlines()[1:]] == ["rolled back d", "rolled back c"]
    assert done.stdout.startswith("rolled back 2 migrations in ")
    answer = json.loads(run_here("rollback", "--json").stdout)
    assert [(s["migration"], s["action"]) for s in answer["steps"]] == [("b", "rolled back")]


def test_nothing_to_undo_says_so(project: Project, run_here: Run) -> None:
    project.write(a="select 1", a__rollback="select 1")
    done = run_here("rollback")
    assert (done.returncode, done.stdout) == (0, "nothing to undo: no migration is applied\n")


def test_a_dry_run_shows_the_sql_and_undoes_nothing(applied: Project, database: Database, run_here: Run) -> None:
    done = run_here("rollback", "--steps", "2", "--dry-run")
    assert done.stdout == "-- d\ndrop table d;\n\n-- c\ndrop table c;\n"
    assert tables(database) == set("abcd")


@pytest.mark.parametrize(
    ("rollback", "said"),
    [
        (None, ["d has no rollback: d.rollback.sql is not there", "restore a backup"]),
        ("", ["d.rollback.sql:1:1", "no statement"]),
        ("drop tabel d;", ["d.rollback.sql:1:6", "syntax error"]),
        ("drop table d; commit;", ["d.rollback.sql:1:15", "COMMIT cannot stand"]),
    ],
    ids=["none", "empty", "bad", "commit"],
)
def test_without_a_rollback_that_can_be_run_nothing_is_undone(
    rollback: str | None, said: list[str], applied: Project, run_here: Run, catalog: Catalog
) -> None:
    before = catalog()
    path = applied.root / "migrations/d.rollback.sql"
    path.unlink() if rollback is None else path.write_text(rollback)
    for steps in ("1", "3"):
        refused(run_here("rollback", "--steps", steps), 2, *said)
    assert catalog() == before


def test_what_another_applied_one_depends_on_is_refused(project: Project, database: Database, run_here: Run) -> None:
    project.write(
        b="create table b ();",
        a="-- depends: b\ncreate table a ();",
        a__rollback="drop table a;",
        b__rollback="drop table b;",
    )
    assert run_here("migrate").returncode == 0
    with database.connect() as conn:  # as if b had been applied last
        conn.execute("UPDATE _yoyo_migration SET applied_at_utc = applied_at_utc + '1 h' WHERE migration_id = 'b'")
    refused(run_here("rollback"), 2, "a is applied and depends on b", "--steps 2")
    assert run_here("rollback", "--steps", "2").returncode == 0
    assert tables(database) == set()


def test_a_rollback_that_fails_leaves_everything_of_its_step(
    applied: Project, database: Database, run_here: Run
) -> None:
    applied.write(c__rollback="drop table c; drop table nowhere;")
    done = run_here("rollback", "--steps", "3")
    refused(done, 1, "c.rollback.sql:1:1", "42P01", "rolled back d", "before that, this run rolled back 1 migration")
    assert tables(database) == set("abc")


def test_a_concurrent_index_is_undone_outside_of_a_transaction(
    project: Project, database: Database, run_here: Run
) -> None:
    project.write(
        a="create table t (x int);", b="create index concurrently i on t (x);", b__rollback="drop index concurrently i;"
    )
    assert run_here("migrate").returncode == 0
    assert run_here("rollback").returncode == 0
    assert database.rows("SELECT to_regclass('i')") == [(None,)]
    assert run_here("migrate").returncode == 0


def test_a_python_migration_is_rolled_back_by_its_steps(project: Project, database: Database, run_here: Run) -> None:
    (project.root / "migrations").mkdir()
    (project.root / "migrations/a.py").write_text(
        "from yoyo import step\nsteps = [step('create table t1 ()', 'drop table t1'), step('create table t2 ()', 'drop table t2')]\n"
    )
    assert run_here("migrate").returncode == 0
    assert tables(database) == {"t1", "t2"}
    assert run_here("rollback").returncode == 0
    assert tables(database) == set()


def test_there_is_no_way_back_over_a_half_done_migration(project: Project, database: Database, run_here: Run) -> None:
    project.write(
        a="create table a ();",
        a__rollback="drop table a;",
        b="-- transactional: false\ncreate table b (); select nope;",
        b__rollback="drop table b;",
    )
    assert run_here("migrate").returncode == 1
    refused(run_here("rollback"), 2, "b is half-done", "dbtool migrate")
    assert tables(database) == {"a", "b"}


def test_a_half_done_rollback_is_told_and_gone_on_with(project: Project, database: Database, run_here: Run) -> None:
    project.write(
        a="create table a (); create table b ();", a__rollback="drop table b; vacuum; select nope; drop table a;"
    )
    assert run_here("migrate").returncode == 0
    refused(run_here("rollback"), 1, "a.rollback.sql:1:30", "statements 1 to 2 are applied and recorded")
    for done in (run_here("status"), run_here("migrate")):
        assert "a is half rolled back" in done.both
    assert run_here("status", "--exit-code").returncode == 4
    assert run_here("migrate").returncode == 4
    project.write(a__rollback="drop table b; vacuum; select 1; drop table a;")
    assert run_here("rollback").returncode == 0
    assert tables(database) == set()
    assert json.loads(run_here("status", "--json").stdout)["pending"] == ["a"]
