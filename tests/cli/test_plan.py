"""dbtool plan: what is told of pending migrations, weighed with the target; the target is only read."""

import json
import threading
import time
from typing import Any

import pytest

from tests.cli.conftest import Catalog, Run, refused
from tests.conftest import Database, Project

BASE = "CREATE TABLE big (id bigint PRIMARY KEY, n int, note varchar(10), wide text); CREATE TABLE small (id int PRIMARY KEY, n int);"
ROWS = 20_000  # of a kilobyte: at the slow end an index takes more than a second, and a rewrite two


@pytest.fixture
def filled(project: Project, run_here: Run, database: Database) -> Project:
    """A project whose target has rows that its migrations did not bring."""
    project.write(a=BASE)
    assert run_here("migrate").returncode == 0
    with database.connect() as conn:
        conn.execute("INSERT INTO big SELECT n, n, 'x', repeat('x', 1000) FROM generate_series(1, %s) AS n", [ROWS])
        conn.execute("INSERT INTO small VALUES (1, 1)")
        conn.execute("ANALYZE")
    return project


def answer(run_here: Run, *arguments: str) -> dict[str, Any]:
    done = run_here("plan", "--json", *arguments)
    assert done.returncode in (0, 1, 5), done.both
    return json.loads(done.stdout)


def test_nothing_pending(project: Project, run_here: Run) -> None:
    done = run_here("plan")
    assert (done.returncode, "nothing to rehearse" in done.stdout) == (0, True)
    assert answer(run_here)["files"] == []


@pytest.mark.parametrize(
    ("sql", "verdict", "work"),
    [
        ("ALTER TABLE big ADD COLUMN x int DEFAULT 1;", "safe now", []),
        ("ALTER TABLE big ADD COLUMN x float DEFAULT random();", "needs a window", ["rewrites"]),
        ("ALTER TABLE big ALTER COLUMN n TYPE bigint;", "needs a window", ["rewrites"]),
        ("ALTER TABLE big ALTER COLUMN note TYPE varchar(20);", "safe now", []),
        ("CREATE INDEX i ON big (n);", "safe with the online form", ["builds an index of"]),
        ("CREATE INDEX CONCURRENTLY i ON big (n);", "safe now", ["builds an index of"]),
        ("ALTER TABLE small ALTER COLUMN n TYPE bigint;", "safe now", ["rewrites"]),
        ("CREATE INDEX i ON small (n);", "safe now", ["builds an index of"]),
        ("CREATE TABLE c (a int); CREATE INDEX i ON c (a); ALTER TABLE c ALTER a TYPE text;", "safe now", []),
        ("DO $$ BEGIN EXECUTE 'CREATE INDEX i ON big (n)'; END $$;", "needs a window", ["builds an index of"]),
    ],
)
def test_the_verdict(filled: Project, run_here: Run, sql: str, verdict: str, work: list[str]) -> None:
    filled.write(b=f"-- depends: a\n{sql}")
    found = answer(run_here)
    (file,) = found["files"]
    if not sql.startswith("DO"):  # whether lint finds the form in a string is its own business
        assert (found["verdict"], file["verdict"]) == (verdict, verdict)
    assert [w["does"] for s in file["statements"] for w in s["work"]] == work


def test_what_is_held_while_another_statement_works(filled: Project, run_here: Run) -> None:
    filled.write(b="-- depends: a\nALTER TABLE small ADD COLUMN x int;\nCREATE INDEX i ON big (n);")
    done = run_here("plan")
    assert "while public.small is locked since a statement before" in done.stdout
    assert "held together until the end: ACCESS EXCLUSIVE on public.small; SHARE on public.big" in done.stdout


def test_what_the_rehearsal_disproves_does_not_count(filled: Project, run_here: Run) -> None:
    filled.write(b="-- depends: a\nALTER TABLE small ADD CONSTRAINT positive CHECK (n > 0);")
    found = answer(run_here)
    (file,) = found["files"]
    assert [one["id"] for one in file["dismissed"]] == ["add-check"]
    assert "public.small has 1 rows" in file["dismissed"][0]["evidence"]
    assert "add-check" not in [finding["id"] for finding in found["findings"]]


@pytest.mark.parametrize(
    ("rollback", "came"),
    [
        ("DROP TABLE c;", "restores"),
        ("DROP TABLE c; ALTER TABLE small ADD COLUMN y int;", "differs"),
        ("DROP TABLE nope;", "fails"),
        (None, "missing"),
    ],
)
def test_the_rollback_is_tried(filled: Project, run_here: Run, rollback: str | None, came: str) -> None:
    filled.write(
        b="-- depends: a\nCREATE TABLE c (a int PRIMARY KEY);", **({"b__rollback": rollback} if rollback else {})
    )
    (file,) = answer(run_here)["files"]
    assert file["rollback"] == came
    assert bool(file["rollback_told"]) is (came != "restores")


def test_what_fails_is_told_with_its_place(filled: Project, run_here: Run) -> None:
    filled.write(b="-- depends: a\nCREATE TABLE c ();\nALTER TABLE big ADD COLUMN n int;")
    done = run_here("plan")
    assert done.returncode == 1
    assert "migrations/b.sql:3:" in done.both
    assert 'column "n" of relation "big" already exists' in done.both
    assert "1 migration: fails" in done.stdout


def test_exit_codes(filled: Project, run_here: Run) -> None:
    filled.write(b="-- depends: a\nCREATE INDEX i ON big (n);")
    assert run_here("plan").returncode == 0
    assert run_here("plan", "--fail-on", "window").returncode == 0
    assert run_here("plan", "--fail-on", "online").returncode == 5
    refused(run_here("plan", "--fail-on", "sometimes"), 2, "--fail-on sometimes", "never, window, online")
    refused(run_here("plan", "--format", "sarif"), 2, "--format sarif")


def test_an_index_is_told_by_its_table_alone(filled: Project, run_here: Run) -> None:
    filled.write(b="-- depends: a\nALTER TABLE small ALTER COLUMN id TYPE bigint;")
    assert "locks public.small: ACCESS EXCLUSIVE, blocks" in run_here("plan").stdout
    (statement,) = answer(run_here)["files"][0]["statements"]
    assert statement["locks"] == {"public.small": "ACCESS EXCLUSIVE", "public.small_pkey": "ACCESS EXCLUSIVE"}


def test_what_lint_found_is_told_in_lines_that_can_be_read(filled: Project, run_here: Run) -> None:
    filled.write(b="-- depends: a\nDELETE FROM big;")
    done = run_here("plan")
    assert "\n    error at line 2: DELETE removes every row of big" in done.stdout
    assert "\n      instead: in batches, each in a transaction of its own" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120
    assert "DELETE removes" not in done.stderr


def test_markdown(filled: Project, run_here: Run) -> None:
    filled.write(b="-- depends: a\nCREATE INDEX i ON big (n);")
    done = run_here("plan", "--format", "markdown")
    assert done.stdout.startswith("### dbtool plan: safe with the online form\n")
    assert "| b | `CREATE INDEX i ON big (n)` | SHARE on public.big |" in done.stdout


def test_the_target_is_only_read(filled: Project, run_here: Run, catalog: Catalog) -> None:
    filled.write(b="-- depends: a\nDROP TABLE big;\nCREATE TABLE more ();")
    before = catalog()
    assert run_here("plan").returncode == 0
    assert catalog() == before


def test_the_time_zone_is_the_targets(filled: Project, run_here: Run, database: Database) -> None:
    """A timestamp becomes a timestamptz without a rewrite where the session's time zone is UTC: ATColumnChangeRequiresRewrite()."""
    filled.write(b="-- depends: a\nALTER TABLE timed ALTER COLUMN at TYPE timestamptz;")
    filled.write(a=BASE + "CREATE TABLE timed (at timestamp);")
    with database.connect() as conn:
        conn.execute("CREATE TABLE timed (at timestamp)")
    for zone, rewritten in (("UTC", []), ("Europe/Vienna", ["public.timed"])):
        with database.connect() as conn:
            conn.execute(f"ALTER ROLE CURRENT_USER SET timezone = '{zone}'")  # type: ignore[arg-type]
        try:
            (file,) = answer(run_here)["files"]
        finally:
            with database.connect() as conn:
                conn.execute("ALTER ROLE CURRENT_USER RESET timezone")
        assert file["statements"][0]["rewritten"] == rewritten


def test_traffic_is_told(filled: Project, run_here: Run, database: Database) -> None:
    filled.write(b="-- depends: a\nALTER TABLE small ADD COLUMN x int;")
    end = threading.Event()

    def work() -> None:
        with database.connect() as conn:
            while not end.is_set():
                conn.execute("UPDATE small SET n = n + 1")
                time.sleep(0.002)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        done = run_here("plan")
    finally:
        end.set()
        worker.join()
    assert "reads and" in done.stdout
    assert "written rows a second" in done.stdout


@pytest.mark.slow
def test_the_estimate_holds_when_it_is_applied(filled: Project, run_here: Run, database: Database) -> None:
    """Rewrites, builds and scans of 3 million rows under traffic take a time within the range that was told."""
    with database.connect() as conn:
        conn.execute("INSERT INTO big SELECT n, n, 'x', '' FROM generate_series(500000, 3500000) AS n; ANALYZE big")
    end = threading.Event()

    def work() -> None:
        with database.connect() as conn:
            while not end.is_set():
                conn.execute("UPDATE big SET n = n WHERE id = (random() * 400000)::int")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number, sql in enumerate((
            "CREATE INDEX i ON big (n);",
            "ALTER TABLE big ADD CONSTRAINT positive CHECK (n >= 0);",
            "ALTER TABLE big ALTER COLUMN n TYPE bigint;",
        )):  # fmt: skip
            filled.write(**{f"b{number}": f"-- depends: a\n{sql}"})
            found = answer(run_here)
            (statement,) = found["files"][0]["statements"]
            began = time.monotonic()
            assert run_here("migrate").returncode == 0
            took = time.monotonic() - began
            assert statement["seconds_fast"] / 2 <= took <= 2 * statement["seconds_slow"] + 1, (sql, took, statement)
    finally:
        end.set()
        worker.join()


# ---- on the target itself


def test_on_the_target_it_is_tried_with_its_rows_and_rolled_back(
    filled: Project, run_here: Run, catalog: Catalog
) -> None:
    filled.write(b="-- depends: a\nALTER TABLE small ADD CONSTRAINT positive CHECK (n > 1);")
    assert answer(run_here)["verdict"] == "safe now"  # the shadow has no rows
    before = catalog()
    done = run_here("plan", "--on-target")
    assert done.returncode == 1
    assert 'check constraint "positive" of relation "small" is violated by some row' in done.both
    assert catalog() == before


def test_on_the_target_it_sees_what_the_shadow_sees(filled: Project, run_here: Run, catalog: Catalog) -> None:
    filled.write(b="-- depends: a\nALTER TABLE small ADD COLUMN x int;\nCREATE INDEX i ON small (n);")
    before = catalog()
    here, there = (answer(run_here, *arguments)["files"][0] for arguments in ((), ("--on-target",)))
    assert catalog() == before
    assert [s["locks"] for s in there["statements"]] == [{"public.small": "ACCESS EXCLUSIVE"}, {}]  # held already
    assert here["held"] == there["held"] == {"public.small": "ACCESS EXCLUSIVE"}
    assert [s["built"] for s in there["statements"]] == [s["built"] for s in here["statements"]]


def test_on_the_target_it_waits_for_nobody(filled: Project, run_here: Run, database: Database) -> None:
    filled.write(b="-- depends: a\nALTER TABLE small ADD COLUMN x int;")
    with database.connect() as conn, conn.transaction():
        conn.execute("LOCK TABLE small IN ACCESS SHARE MODE")
        began = time.monotonic()
        done = run_here("plan", "--on-target")
        assert time.monotonic() - began < 20
    assert "a lock was not had at once: the table is in use (migrations/b.sql:2:1)" in done.stdout


def test_on_the_target_it_is_cut_off_when_the_time_is_up(filled: Project, run_here: Run, catalog: Catalog) -> None:
    filled.write(b="-- depends: a\nSELECT pg_sleep(60);\nALTER TABLE small ADD COLUMN x int;")
    assert "the time was up (migrations/b.sql:2:1)" in run_here("plan", "--on-target").stdout


def test_on_the_target_it_names_what_cannot_be_tried(filled: Project, run_here: Run) -> None:
    filled.write(b="-- depends: a\nCREATE INDEX CONCURRENTLY i ON small (n);")
    assert "CREATE INDEX CONCURRENTLY: it cannot run in a transaction" in run_here("plan", "--on-target").stdout


def test_on_the_target_the_guard_asks_as_before_migrate(filled: Project, run_here: Run, catalog: Catalog) -> None:
    filled.write(b="-- depends: a\nALTER TABLE small ADD COLUMN x int;")
    assert run_here("env", "mark", "production").returncode == 0
    before = catalog()
    refused(run_here("plan", "--on-target"), 6, "asks before it changes this database")
    assert run_here("plan", "--on-target", "--yes").returncode == 0
    assert catalog() == before
    assert run_here("plan").returncode == 0  # only reads
