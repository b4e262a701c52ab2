"""dbtool status: each state of a migration, and what scripts can rely on."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Catalog, Run
from tests.conftest import Database, Project


def states(run_here: Run) -> dict[str, str]:
    return {m["id"]: m["state"] for m in json.loads(run_here("status", "--json").stdout)["migrations"]}


def one(run_here: Run, id: str) -> dict[str, Any]:
    return next(m for m in json.loads(run_here("status", "--json").stdout)["migrations"] if m["id"] == id)


@pytest.fixture
def applied(project: Project, run_here: Run) -> Project:
    """a, c and e are applied."""
    project.write(a="create table a ();", c="create table c ();", e="create table e ();", e__rollback="drop table e;")
    assert run_here("migrate").returncode == 0
    return project


def test_status_of_an_empty_database_makes_nothing(project: Project, run_here: Run, catalog: Catalog) -> None:
    project.write(a="select 1")
    before = catalog()
    done = run_here("status")
    assert (done.returncode, done.stdout) == (
        0,
        "state      migration  applied at  by  took\n- pending  a\n0 migrations applied, 1 pending\n  next: dbtool migrate\n",
    )
    assert catalog() == before


def test_applied_tells_when_by_whom_and_how_long(applied: Project, run_here: Run) -> None:
    a = one(run_here, "a")
    assert (a["state"], a["has_rollback"], a["recorded_only"]) == ("applied", False, False)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", a["applied_at"])
    assert a["applied_by"]
    assert a["applied_from"]
    assert a["milliseconds"] >= 0
    assert a["checksum_recorded"] == a["checksum_file"]
    assert one(run_here, "e")["has_rollback"] is True
    assert re.search(r"\+ applied  a +\d{4}-\d\d-\d\d \d\d:\d\d UTC  \S+@\S+ +\d+ ms", run_here("status").stdout)


def test_pending_and_late_are_told_apart(applied: Project, run_here: Run) -> None:
    applied.write(b="select 1", f="select 1")
    assert states(run_here) == {"a": "applied", "b": "late", "c": "applied", "e": "applied", "f": "pending"}
    done = run_here("status")
    assert "b comes late: e is applied already" in done.stderr
    assert "3 migrations applied, 2 pending, 1 finding" in done.stdout


def test_edited_shows_both_checksums_and_offers_no_migrate(applied: Project, run_here: Run) -> None:
    applied.write(c="create table c (x int);", z="select 1")
    c = one(run_here, "c")
    assert c["state"] == "edited"
    done = run_here("status")
    assert f"(recorded {c['checksum_recorded'][:8]}, file {c['checksum_file'][:8]})" in done.stderr
    assert "next: dbtool migrate" not in done.stdout


def test_comments_only_edits_are_a_note(applied: Project, run_here: Run) -> None:
    applied.write(c="-- why\ncreate  table c ();\n")
    assert states(run_here)["c"] == "applied"
    assert "note: c.sql: comments or white space changed" in run_here("status").stderr


def test_missing_and_renamed(applied: Project, run_here: Run) -> None:
    (applied.root / "migrations/a.sql").unlink()
    (applied.root / "migrations/c.sql").rename(applied.root / "migrations/d.sql")
    assert states(run_here) == {"d": "pending", "e": "applied", "a": "missing", "c": "missing"}
    done = run_here("status")
    assert "a is applied (at " in done.stderr
    assert "git mv migrations/d.sql migrations/c.sql" in done.stderr


def test_interrupted_says_after_which_statement(project: Project, run_here: Run) -> None:
    project.write(a="-- transactional: false\nselect 1; select 2; select nope; select 4;")
    assert run_here("migrate").returncode == 1
    assert (one(run_here, "a")["state"], one(run_here, "a")["statements_done"]) == ("interrupted", 2)
    assert "a is half-done: 2 of 4 statements are applied" in run_here("status").stderr


def test_the_holder_of_the_lock_is_shown(applied: Project, database: Database, run_here: Run) -> None:
    from dbtool.lock import NAMESPACE

    with database.connect(application_name="somebody") as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock(%s, 1)", [NAMESPACE])
        done = run_here("status")
        assert f"the migration lock is held by pid {other.info.backend_pid} (somebody, postgres" in done.stdout
        assert json.loads(run_here("status", "--json").stdout)["lock_holder"]["pid"] == other.info.backend_pid


def test_the_banner_says_which_database_and_why(applied: Project, database: Database, run_here: Run) -> None:
    at = f"{database.name} on 127.0.0.1:{database.server.port} as postgres, PostgreSQL {database.server.major}."
    said = run_here("status", env={"NODE_ENV": "staging"}).stderr.splitlines()[0]
    assert said.startswith(f"staging: {at}")
    assert said.endswith("(NODE_ENV=staging; DATABASE_URL of the process)")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda p: None, 0),
        (lambda p: p.write(z="select 1"), 3),
        (lambda p: p.write(a="create table a (x int);"), 4),
        (lambda p: p.write(a="create table a (x int);", z="select 1"), 4),
        (lambda p: p.write(a="-- hm\ncreate table a ();"), 0),
    ],
    ids=["clean", "pending", "edited", "both", "comment"],
)
def test_exit_code_tells_scripts(change: Callable[[Project], None], code: int, applied: Project, run_here: Run) -> None:
    change(applied)
    assert run_here("status", "--exit-code").returncode == code
    assert run_here("status").returncode == 0
    assert json.loads(run_here("status", "--exit-code", "--json").stdout)["exit_code"] == code


def test_the_next_command_goes_where_this_one_went(applied: Project, database: Database, run_here: Run) -> None:
    applied.write(z="select 1")
    assert "  next: dbtool migrate --env staging\n" in run_here("status", "--env", "staging").stdout
    assert f"  next: dbtool migrate --url {database.url}\n" in run_here("status", "--url", database.url).stdout


# ---- all environments


def test_all_environments_with_one_that_does_not_answer(applied: Project, database: Database, run_here: Run) -> None:
    (applied.root / "dbtool.toml").write_text(
        f'[environments.one]\nurl = "{database.url}"\n'
        '[environments.two]\nurl = "postgresql://me:hunter2@127.0.0.1:1/x"\n[environments.three]\nurl = "env:NOT_SET"\n'
    )
    done = run_here("status", "--all-environments")
    assert done.returncode == 7
    assert re.search(rf"^one +{database.name} +127\.0\.0\.1 +3 +0 +up to date$", done.stdout, re.MULTILINE)
    assert re.search(r"^two .*Connection refused", done.stdout, re.MULTILINE)
    assert re.search(r"^three .*NOT_SET is not set", done.stdout, re.MULTILINE)
    assert "hunter2" not in done.both
    answer = json.loads(run_here("status", "--all-environments", "--json").stdout)
    assert [(e["environment"], e["exit_code"]) for e in answer["environments"]] == [
        ("one", 0),
        ("two", 7),
        ("three", 2),
    ]


def test_all_environments_tells_pending_and_edited(applied: Project, database: Database, run_here: Run) -> None:
    (applied.root / "dbtool.toml").write_text(f'[environments.one]\nurl = "{database.url}"\n')
    applied.write(z="select 1")
    assert " pending" in run_here("status", "--all-environments").stdout
    assert run_here("status", "--all-environments", "--exit-code").returncode == 3
    applied.write(a="create table a (x int);")
    assert "edited-migration" in run_here("status", "--all-environments").stdout
    assert run_here("status", "--all-environments", "--exit-code").returncode == 4
