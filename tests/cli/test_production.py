"""migrate and rollback in production: tried on a shadow first, and refused where others would wait or nothing comes back."""

import pytest

from tests.cli.conftest import Run, refused
from tests.conftest import Database, Project

BASE = "CREATE TABLE big (id bigint PRIMARY KEY, n int, wide text);"


@pytest.fixture
def production(project: Project, run_here: Run, database: Database) -> Project:
    """A project whose database says of itself that it is production, and has rows."""
    project.write(a=BASE, a__rollback="DROP TABLE big;")
    assert run_here("migrate").returncode == 0
    with database.connect() as conn:
        conn.execute("INSERT INTO big SELECT n, n, repeat('x', 1000) FROM generate_series(1, 20000) AS n")
        conn.execute("ANALYZE")
    assert run_here("env", "mark", "production").returncode == 0
    return project


def test_what_nobody_waits_for_is_applied(production: Project, run_here: Run) -> None:
    production.write(b="-- depends: a\nALTER TABLE big ADD COLUMN x int;", b__rollback="ALTER TABLE big DROP COLUMN x;")
    done = run_here("migrate", "--yes")
    assert done.returncode == 0, done.both
    assert "rehearsed: safe now" in done.stderr


def test_what_others_wait_for_is_refused_unless_this_is_the_window(production: Project, run_here: Run) -> None:
    production.write(b="-- depends: a\nCREATE INDEX i ON big (n);")
    refused(run_here("migrate", "--yes"), 6, "safe with the online form; nothing was applied", "--window", "instead:")
    assert run_here("status", "--exit-code").returncode == 3
    assert run_here("migrate", "--yes", "--window").returncode == 0


def test_what_fails_on_the_shadow_is_not_tried_on_the_target(production: Project, run_here: Run) -> None:
    production.write(b="-- depends: a\nALTER TABLE big ADD COLUMN n int;")
    refused(run_here("migrate", "--yes", "--window"), 1, "it was tried on a shadow first, and fails there", "b.sql:2:")
    done = run_here("migrate", "--yes", "--no-rehearsal")
    assert (done.returncode, "shadow" in done.stderr) == (1, False)


def test_without_a_shadow_it_says_so_and_goes_on(production: Project, run_here: Run) -> None:
    production.write(b="-- depends: a\nCREATE INDEX i ON big (n);")
    (production.root / "dbtool.toml").write_text(
        '[environments.development]\nshadow = "postgresql://127.0.0.1:1/none"\n'
    )
    done = run_here("migrate", "--yes")
    assert done.returncode == 0, done.both
    assert "not rehearsed: " in done.stderr


def test_nothing_is_rehearsed_for_a_dry_run_or_in_development(project: Project, run_here: Run) -> None:
    project.write(a=BASE)
    assert "rehears" not in run_here("migrate", "--dry-run").both
    assert "rehears" not in run_here("migrate").both


@pytest.mark.parametrize(
    ("rollback", "said"),
    [
        ("ALTER TABLE big DROP COLUMN n;", "leaves something else than before:\n  missing column n on public.big"),
        ("DROP TABLE nope;", "the rollback is not proved"),
    ],
)
def test_a_rollback_that_is_not_proved_is_refused(production: Project, run_here: Run, rollback: str, said: str) -> None:
    production.write(b="-- depends: a\nCREATE TABLE c ();", b__rollback=rollback)
    assert run_here("migrate", "--yes").returncode == 0
    refused(run_here("rollback", "--yes"), 6, said, "--unproved")


def test_a_proved_rollback_is_run(production: Project, run_here: Run) -> None:
    production.write(b="-- depends: a\nCREATE TABLE c ();", b__rollback="DROP TABLE c;")
    assert run_here("migrate", "--yes").returncode == 0
    done = run_here("rollback", "--yes")
    assert done.returncode == 0, done.both
    assert "it restores the same schema" in done.stderr


def test_an_unproved_rollback_can_be_wanted(production: Project, run_here: Run) -> None:
    production.write(b="-- depends: a\nCREATE TABLE c (); CREATE TABLE d ();", b__rollback="DROP TABLE c;")
    assert run_here("migrate", "--yes").returncode == 0
    refused(run_here("rollback", "--yes"), 6, "extra table public.d")
    assert run_here("rollback", "--yes", "--unproved").returncode == 0
