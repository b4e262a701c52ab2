"""Large seed sets from argv to rows: once and no more, the same on every server, whatever is killed in between."""

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.cli.conftest import Done, refused
from tests.conftest import Database, Project
from tests.faults.harness import wait_until
from tests.unit.test_seeds import write

TABLES = (
    "create table owners (id int primary key, name text not null);"
    "create table things (id int primary key, owner_id int not null references owners on delete cascade, a text)"
)
TENANT = "-- dbtool: removes rows\ndelete from things where id > 0;\ndelete from owners where id > 0;\ninsert into owners values (0, 'nobody') on conflict do nothing;"
OWNERS = "-- dbtool: rows SEED_OWNERS = 300\nselect p.n as id, 'owner ' || p.n * s.number as name from part as p cross join seed as s;"
THINGS = "-- dbtool: rows 3 * SEED_OWNERS\n-- dbtool: progress the things\nselect p.n as id, 1 + p.n % s.owners as owner_id, md5(p.n::text) as a from part as p, seed as s;"
SLOW = THINGS.replace("from part", "from (select n, case when n % 50 = 0 then pg_sleep(0.05) end from part)")
Seed = Callable[..., Done]


def write_demo(project: Project, **files: str) -> None:
    write(project.root, **{f"demo__{name}": text for name, text in files.items()})


@pytest.fixture
def seed(project: Project, database: Database, run_here: Callable[..., Done]) -> Seed:
    """Run dbtool seed in a project with a large set of two tables, with leave to seed this database."""
    make(project, database)
    return lambda *arguments, **options: run_here("seed", "demo", "--confirm", database.name, *arguments, **options)


def make(project: Project, database: Database) -> None:
    with database.connect() as conn:
        conn.execute(TABLES)  # type: ignore[arg-type]
    write_demo(project, **{"1_tenant": TENANT, "2_owners": OWNERS, "3_things": THINGS})


def start(project: Project, database: Database, *arguments: str) -> "subprocess.Popen[str]":
    return project.start("seed", "demo", "--confirm", database.name, "--batch-size", "50", *arguments)


def rows(database: Database) -> tuple[int, int, int]:
    """How many owners and things there are, and how many different things."""
    return database.rows(
        "select (select count(*) from owners), count(*), count(distinct a) from things"
    )[0]  # type: ignore[return-value] # fmt: skip


def log(database: Database) -> dict[str, str]:
    found = database.rows("select migration_id, comment from _yoyo_log where operation like 'seed%' order by 1")
    return {str(name): str(comment) for name, comment in found}


WHOLE = (301, 900, 900)


# ---- what is written


def test_the_rows_are_written_once_and_recorded(database: Database, seed: Seed) -> None:
    done = seed("--batch-size", "70")
    assert done.returncode == 0, done.stderr
    assert rows(database) == WHOLE
    assert "demo writes rows: owners 300, the things 900" in done.stderr
    assert "owners: 300 of 300" in done.stderr and "the things: 900 of 900" in done.stderr
    assert "seeded 3 files, wrote 1,201 rows in" in done.stdout
    recorded = log(database)
    assert recorded["demo"].startswith("dbtool/1 state=done recipe=")
    assert recorded["demo/2_owners.sql"].startswith("dbtool/1 rows=300 checksum=")
    checksum = recorded["demo/3_things.sql"].partition("rows=900 checksum=")[2]
    assert checksum in done.stdout and len(checksum) == 16
    assert list(recorded) == ["demo", "demo/2_owners.sql", "demo/3_things.sql"], "parts give way to their sum"


def test_a_second_run_replaces_the_rows_and_tells_how_many(database: Database, seed: Seed) -> None:
    assert seed().returncode == 0
    before = log(database)
    again = seed()
    assert again.returncode == 0, again.stderr
    assert "before that it removes 1,201 rows: things 900, owners 301" not in again.stderr, "nobody has id 0"
    assert "before that it removes 1,200 rows: things 900, owners 300" in again.stderr
    assert (rows(database), log(database)) == (WHOLE, before)


def test_the_checksum_depends_on_the_rows_alone(database: Database, seed: Seed) -> None:
    def checksums(*arguments: str) -> list[str]:
        assert seed(*arguments).returncode == 0
        return [comment for name, comment in log(database).items() if "/" in name]

    first = checksums("--batch-size", "1000", "--max-connections", "1")
    assert checksums("--batch-size", "7", "--max-connections", "8") == first
    with database.connect() as conn:
        conn.execute(f"alter database {database.name} set timezone = 'Asia/Tokyo'")  # type: ignore[arg-type]
        conn.execute(f"alter database {database.name} set datestyle = 'German'")  # type: ignore[arg-type]
    assert checksums("--batch-size", "7") == first
    other = checksums("--number", "2")
    assert other[0] != first[0], "the owners' names are made from the seed number"
    assert other[1] == first[1], "the things are not"


def test_amounts_by_flag_variable_and_scale(project: Project, database: Database, seed: Seed) -> None:
    assert seed("--scale", "0.1").returncode == 0
    assert rows(database) == (31, 90, 90)
    refused_ = seed("--set", "SEED_OWNERS=5")
    assert refused_.returncode == 2 and "SEED_OWNERS 5 = 5, and the set has 300 in all" in refused_.stderr
    assert rows(database) == (31, 90, 90)
    assert seed("--set", "SEED_OWNERS=5", "--allow-custom-total").returncode == 0
    assert rows(database) == (6, 15, 15)
    project.environment.update(SEED_OWNERS="4", ALLOW_CUSTOM_SEED_TOTAL="true", SEED_BATCH_SIZE="1")
    run = project.run("seed", "demo", "--confirm", database.name)
    assert run.returncode == 0, run.stderr
    assert rows(database) == (5, 12, 12)


def test_nothing_of_something_is_no_mistake(database: Database, seed: Seed) -> None:
    done = seed("--set", "SEED_OWNERS=0", "--allow-custom-total")
    assert done.returncode == 0, done.stderr
    assert rows(database) == (1, 0, 0)


def test_plain_files_run_before_and_behind(project: Project, database: Database, seed: Seed) -> None:
    write_demo(
        project,
        **{
            "0_first": "insert into owners values (-1, 'before')",
            "4_end": "insert into owners select -2, count(*) from things",
        },
    )
    done = seed()
    assert done.returncode == 0, done.stderr
    assert database.rows("select id, name from owners where id < 0 order by 1") == [(-2, "900"), (-1, "before")]
    assert done.stderr.index("seeded demo/0_first.sql") < done.stderr.index("seeded demo/1_tenant.sql")


def test_large_and_small_sets_in_one_command(
    project: Project, database: Database, run_here: Callable[..., Done]
) -> None:
    make(project, database)
    write(project.root, dev__a="insert into owners values (-1, 'dev')")
    done = run_here("seed", "dev", "demo", "--confirm", database.name)
    assert done.returncode == 0, done.stderr
    assert "seeded 4 files" in done.stdout
    assert rows(database) == (302, 900, 900)
    alone = run_here("seed", "dev", "--scale", "2", "--confirm", database.name)
    assert alone.returncode == 2 and "is for large sets" in alone.stderr


# ---- what fails


def test_a_row_that_is_refused_is_told_with_its_place_and_what_was_written_stays(
    project: Project, database: Database, seed: Seed
) -> None:
    write_demo(project, **{"3_things": THINGS.replace("md5(p.n::text)", "\n  (1 / (p.n - 700))::text")})
    done = seed("--batch-size", "100", "--max-connections", "1")
    assert done.returncode == 1
    assert "ERROR: division by zero (SQLSTATE 22012)" in done.stderr
    assert "its rows 601 to 700 were rolled back; what was written before stays" in done.stderr
    assert rows(database)[:2] == (301, 600)
    write_demo(project, **{"3_things": THINGS})
    assert seed().returncode == 0, "a file that was mended is another recipe: all is written anew"
    assert rows(database) == WHOLE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWNERS.replace("as name", "as nam"), 'column "nam" of relation "owners" does not exist'),
        (OWNERS.replace("p.n as id", "p.m as id"), ":2:8: ERROR: column p.m does not exist"),
        (OWNERS.replace("select", "select 1.5,"), 'column "?column?" of relation'),
        (OWNERS.replace("'owner ' || p.n * s.number", "now()::date::int"), "cannot cast type date to integer"),
    ],
)
def test_a_select_that_does_not_fit_its_table_stops_before_anything_is_removed(
    project: Project, database: Database, seed: Seed, text: str, said: str
) -> None:
    assert seed().returncode == 0
    write_demo(project, **{"2_owners": text})
    done = seed()
    assert done.returncode == 1
    assert said in done.stderr and "sql/seeds/demo/2_owners.sql:2:" in done.stderr
    assert rows(database) == WHOLE


def test_a_plain_file_behind_that_fails_leaves_the_rows_and_is_all_that_is_left_to_do(
    project: Project, database: Database, seed: Seed
) -> None:
    with database.connect() as conn:
        conn.execute("create table switch (on_ int)")
    write_demo(project, **{"4_end": "select 1 / count(*) from switch;"})
    failed = seed()
    assert failed.returncode == 1 and "sql/seeds/demo/4_end.sql:1:1: ERROR: division by zero" in failed.stderr
    with database.connect() as conn:
        conn.execute("insert into switch values (1)")
    done = seed()
    assert done.returncode == 0, done.stderr
    assert "going on with an earlier run" in done.stderr
    assert rows(database) == WHOLE


# ---- killed, interrupted, twice at once


@pytest.fixture
def slow(project: Project, database: Database) -> Project:
    make(project, database)
    write_demo(project, **{"3_things": SLOW})
    return project


def written(database: Database) -> int:
    return int(database.rows("select count(*) from things")[0][0])  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "how",
    [signal.SIGKILL, signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)],
    ids=["kill", "ctrl-c", "SIGTERM"],
)
def test_a_run_that_was_killed_is_finished_by_the_next(how: signal.Signals, slow: Project, database: Database) -> None:
    run = start(slow, database, "--max-connections", "2")
    wait_until(lambda: written(database) >= 200)
    run.send_signal(how)
    _, stderr = run.communicate(timeout=20)
    assert run.returncode == (-9 if how == signal.SIGKILL else 130), stderr
    assert how == signal.SIGKILL or "the parts of demo that were complete stay" in stderr
    wait_until(lambda: not database.rows("select from pg_stat_activity where application_name = 'dbtool seed'"))
    before = written(database)
    assert 200 <= before < 900 and before % 50 == 0
    again = slow.run("seed", "demo", "--confirm", database.name, "--batch-size", "50")
    assert again.returncode == 0, again.stderr
    assert f"which wrote {before + 300:,} rows" in again.stderr
    assert rows(database) == WHOLE


def test_killed_again_and_again_it_comes_to_the_same_rows(slow: Project, database: Database) -> None:
    chance = random.Random(8)
    for _ in range(3):
        run = start(slow, database)
        time.sleep(chance.uniform(0.3, 1.2))
        run.kill()
        run.communicate(timeout=20)
    done = slow.run("seed", "demo", "--confirm", database.name, "--batch-size", "50")
    assert done.returncode == 0, done.stderr
    assert rows(database) == WHOLE
    killed = log(database)
    fresh = slow.run("seed", "demo", "--confirm", database.name, "--batch-size", "50", "--fresh")
    assert fresh.returncode == 0, fresh.stderr
    assert log(database) == killed, "the same checksums as a run that nobody killed"


@pytest.mark.parametrize(
    "what", ["truncate things", pytest.param("delete from owners where id > 250", marks=pytest.mark.slow)]
)
def test_what_was_emptied_meanwhile_is_written_anew(what: str, slow: Project, database: Database) -> None:
    run = start(slow, database)
    wait_until(lambda: written(database) >= 200)
    run.kill()
    run.communicate(timeout=20)
    wait_until(lambda: not database.rows("select from pg_stat_activity where application_name = 'dbtool seed'"))
    with database.connect() as conn:
        conn.execute(what)  # type: ignore[arg-type]
    done = slow.run("seed", "demo", "--confirm", database.name, "--batch-size", "50")
    assert done.returncode == 0, done.stderr
    assert "going on" not in done.stderr
    assert rows(database) == WHOLE


@pytest.mark.slow
def test_other_amounts_start_over(slow: Project, database: Database) -> None:
    run = start(slow, database)
    wait_until(lambda: written(database) >= 200)
    run.kill()
    run.communicate(timeout=20)
    done = slow.run("seed", "demo", "--confirm", database.name, "--scale", "0.5")
    assert done.returncode == 0, done.stderr
    assert rows(database) == (151, 450, 450)


def test_two_at_once_come_one_after_the_other(slow: Project, database: Database) -> None:
    first, second = start(slow, database), start(slow, database)
    told = [run.communicate(timeout=60)[1] for run in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), told
    assert rows(database) == WHOLE


def test_two_that_go_on_with_the_same_run(slow: Project, database: Database) -> None:
    run = start(slow, database)
    wait_until(lambda: written(database) >= 200)
    run.kill()
    run.communicate(timeout=20)
    wait_until(lambda: not database.rows("select from pg_stat_activity where application_name = 'dbtool seed'"))
    both = [start(slow, database, "--max-connections", "1") for _ in range(2)]
    told = [run.communicate(timeout=60)[1] for run in both]
    assert [run.returncode for run in both] == [0, 0], told
    assert rows(database) == WHOLE


def test_a_table_that_is_locked_is_told_in_time(project: Project, database: Database, seed: Seed) -> None:
    (project.root / "dbtool.toml").write_text('[environments.development]\nlock_timeout = "50ms"\n')
    write_demo(project, **{"1_tenant": "select 1;"})
    with database.connect() as conn, conn.transaction():
        conn.execute("lock table things in share mode")
        done = seed("--max-connections", "1")
    assert done.returncode == 1
    assert "canceling statement due to lock timeout" in done.stderr and "lock_timeout of the environment" in done.stderr
    assert seed().returncode == 0
    assert rows(database) == (300, 900, 900)


def test_a_part_of_a_run_that_was_started_over_does_not_write(slow: Project, database: Database) -> None:
    """The lock of the first is taken away: the other starts over, and the first must see that it is not wanted."""
    first = start(slow, database, "--max-connections", "1")
    wait_until(lambda: written(database) >= 100)
    with database.connect() as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dbtool migration lock'"
        )
    second = slow.run("seed", "demo", "--confirm", database.name, "--batch-size", "50", "--fresh")
    _, stderr = first.communicate(timeout=30)
    assert second.returncode == 0, second.stderr
    assert first.returncode in (1, 8), stderr
    assert "lock was lost" in stderr or "started the set demo over" in stderr
    assert rows(database) == WHOLE


def test_a_ledger_in_a_schema_of_its_own_has_the_records(project: Project, database: Database, seed: Seed) -> None:
    (project.root / "dbtool.toml").write_text('[ledger]\nschema = "history"\n')
    done = seed()
    assert done.returncode == 0, done.stderr
    (project.root / "dbtool.toml").write_text("")  # it is found where it is
    again = seed("--scale", "0.1")
    assert again.returncode == 0, again.stderr
    assert database.rows("select count(*) from history._yoyo_log where operation = 'seed'") == [(3,)]
    assert database.rows("select to_regclass('public._yoyo_log')") == [(None,)]


def test_reset_says_that_it_does_not_write_large_files(
    project: Project, database: Database, run_here: Callable[..., Done]
) -> None:
    make(project, database)
    write(project.root, reference__owners=OWNERS)
    told = run_here("reset", "--seed", "--confirm", database.name)
    refused(told, 2, "sql/seeds/reference/ has large files", "dbtool reset, and then dbtool seed reference")
    assert run_here("seed", "reference", "--confirm", database.name).returncode == 0
    assert rows(database) == (300, 0, 0)


# ---- sessions


def test_as_many_sessions_as_the_role_may_have(project: Project, database: Database) -> None:
    make(project, database)
    with database.connect() as conn:
        conn.execute("create role few login connection limit 5")
        conn.execute("grant all on all tables in schema public to few; grant all on schema public to few")
        conn.execute("alter table owners owner to few; alter table things owner to few")
    try:
        project.environment["DATABASE_URL"] = database.server.url(database.name, "few")
        done = project.run("seed", "demo", "--confirm", database.name, "--batch-size", "10")
        assert done.returncode == 0, done.stderr
        assert rows(database) == WHOLE
    finally:
        with database.connect() as conn:
            conn.execute("drop owned by few cascade; drop role few")


# ---- the guard, and what is only shown


def test_a_database_that_is_not_marked_is_asked_about(
    database: Database, seed: Seed, run_here: Callable[..., Done]
) -> None:
    assert seed().returncode == 0
    told = run_here("seed", "demo")
    refused(told, 6)
    assert "before that it removes 1,200 rows: things 900, owners 300" in told.stderr
    assert rows(database) == WHOLE


def test_production_takes_no_large_set(database: Database, seed: Seed, run_here: Callable[..., Done]) -> None:
    refused(run_here("seed", "demo", "--env", "production", "--url", database.url, "--confirm", database.name), 6)
    assert rows(database) == (0, 0, 0)


def test_a_dry_run_shows_the_amounts_and_writes_nothing(database: Database, seed: Seed) -> None:
    assert seed("--scale", "0.1").returncode == 0
    done = seed("--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    (large,) = json.loads(done.stdout)["large"]
    assert large["variables"] == {"SEED_OWNERS": 300} and large["going_on"] is False
    assert {one["table"]: one["rows"] for one in large["removed"]} == {"things": 90, "owners": 30}
    assert rows(database) == (31, 90, 90)
    text = seed("--dry-run")
    assert "demo/3_things.sql  900   1,000" in text.stdout


def test_json_has_the_steps_and_tells_how_far_it_is_on_stderr(database: Database, seed: Seed) -> None:
    done = seed("--json", "--set", "SEED_OWNERS=20000", "--allow-custom-total")
    answer = json.loads(done.stdout)
    assert [step["rows"] for step in answer["steps"]] == [1, 20000, 60000]
    assert all(len(step["checksum"]) == 16 for step in answer["steps"][1:])
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith('{"event"')]
    of_things = [event["done"] for event in events if event["file"] == "demo/3_things.sql"]
    assert of_things == [10000, 20000, 30000, 40000, 50000, 60000]
    assert {"event", "file", "name", "done", "of", "rows", "seconds", "left", "rate"} == set(events[0])


# ---- the example's set: the same rows on every server, as these checksums say

CHECKSUMS = {
    "demo/02_users.sql": "ea412e5756f7acc5",
    "demo/03_projects.sql": "d137c2606908251b",
    "demo/04_resources.sql": "fcbf5ebad3d0292a",
    "demo/05_edges.sql": "c086a5d06f82e5c1",
}


def test_the_examples_demo_set_is_the_same_everywhere(
    each_database: Database, make_example: Callable[[Database], Project]
) -> None:
    example = make_example(each_database)
    assert example.run("migrate").returncode == 0
    confirm = ("--confirm", each_database.name)
    assert example.run("seed", *confirm).returncode == 0
    done = example.run("seed", "demo", "--scale", "0.002", "--json", *confirm)
    assert done.returncode == 0, done.stderr
    steps = json.loads(done.stdout)["steps"]
    assert {step["migration"]: step["checksum"] for step in steps if step["checksum"]} == CHECKSUMS
    assert [step["rows"] for step in steps] == [25, 800, 600, 600, 2400]  # what goes counts as written, too
    names = each_database.rows("select name from tenants where id = '11111111-1111-1111-1111-111111111111'")
    assert names == [("Demo Seed Tenant",)], "the development tenant of this id has gone"
    assert example.run("check").returncode == 0
