"""dbtool lint from argv to exit code, and what check and generate take from it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, refused
from tests.conftest import Project

INDEX = "CREATE INDEX t_a ON public.t (a);\n"


@pytest.fixture
def made(project: Project, run_here: Run) -> Project:
    """A project with one table, applied."""
    project.write(a="CREATE TABLE public.t (id bigint PRIMARY KEY, a text);", a__rollback="DROP TABLE public.t;")
    assert run_here("migrate").returncode == 0
    return project


def test_what_is_not_applied_is_looked_at(made: Project, run_here: Run) -> None:
    done = run_here("lint", "--no-style")
    assert (done.returncode, done.stdout) == (0, "0 files: nothing found\n")
    made.write(b=INDEX, b__rollback="DROP INDEX public.t_a;")
    done = run_here("lint", "--no-style")
    assert done.returncode == 5
    assert "migrations/b.sql:1:1: error: " in done.stdout
    assert "\n  1 | CREATE INDEX t_a ON public.t (a);\n    | ^^^^" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("2 files: 1 error")
    assert "migrations/a.sql" not in done.stdout


@pytest.mark.parametrize(
    ("fail_on", "text", "expected"),
    [
        ("error", INDEX, 5),
        ("never", INDEX, 0),
        ("error", "DROP VIEW v;", 0),
        ("warning", "DROP VIEW v;", 5),
        ("note", "SELECT 1;", 0),
    ],
)
def test_what_makes_it_fail(fail_on: str, text: str, expected: int, project: Project, run_here: Run) -> None:
    Path(project.root, "x.sql").write_text(text)
    assert run_here("lint", "x.sql", "--no-style", "--fail-on", fail_on).returncode == expected


def test_the_server_says_its_version_where_it_is_asked(made: Project, run_here: Run) -> None:
    Path(made.root, "x.sql").write_text("SELECT 1;")
    assert run_here("lint", "x.sql", "--no-style", "--env", "development").returncode == 0
    nowhere = {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}
    assert run_here("lint", "x.sql", "--no-style", env=nowhere).returncode == 0
    refused(run_here("lint", "x.sql", "--env", "development", env=nowhere), 7)
    done = run_here("lint", "--no-style", env=nowhere)
    assert "which migrations are applied is not known (cannot connect" in done.stderr


def test_json_is_a_list_or_the_envelope(project: Project, run_here: Run) -> None:
    Path(project.root, "x.sql").write_text(INDEX)
    found = json.loads(run_here("lint", "x.sql", "--no-style", "--format", "json").stdout)
    assert found[0]["code"] == "require-concurrent-index-creation"
    answer = json.loads(run_here("lint", "x.sql", "--no-style", "--json").stdout)
    assert (answer["command"], answer["exit_code"], answer["files"]) == ("lint", 5, ["x.sql"])
    assert answer["findings"][0]["end"]["column"] == len(INDEX) - 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.sql"], "nothing.sql is not there"),
        (["--format", "xml"], "--format xml is not known"),
        (["--fail-on", "all"], "--fail-on all is not known"),
        (["--explain", "drop-tabel"], "did you mean drop-table?"),
        (["--base", "nothing"], "git does not know nothing"),
    ],
)
def test_a_mistake_is_one_of_usage(arguments: list[str], said: str, project: Project, run_here: Run) -> None:
    refused(run_here("lint", *arguments), 2, said)


def test_rules_are_listed_and_explained(project: Project, run_here: Run) -> None:
    listed = json.loads(run_here("lint", "--rules", "--json").stdout)["rules"]
    assert len({rule["id"] for rule in listed}) == len(listed) > 90
    for rule in listed:
        done = run_here("lint", "--explain", rule["id"])
        assert (done.returncode, done.stdout.split(":")[0]) == (0, rule["id"])


def test_each_rule_has_its_page() -> None:
    from dbtool.lint.hazards import known_hazards, page_of
    from dbtool.lint.rules import RULES
    from dbtool.lint.squawk_rules import RULES as SQUAWK
    from tests.conftest import ROOT

    assert known_hazards() and page_of
    ids = {*RULES, *(known.id for known in SQUAWK.values())}
    assert [id for id in sorted(ids) if not (ROOT / "docs" / "rules" / f"{id}.md").exists()] == []


def test_fix_leaves_what_is_applied(made: Project, run_here: Run) -> None:
    text = "create table public.u (id bigint primary key);\n"
    made.write(b=text, b__rollback="drop table public.u;\n")
    assert run_here("migrate", "--to", "b").returncode == 0
    made.write(c="alter table public.u add column c text;\n", c__rollback="alter table public.u drop column c;\n")
    done = run_here("lint", "--all", "--fix")
    assert "kept migrations/b.sql as it is: it is applied to development" in done.stderr
    assert "2 files rewritten" in done.stdout
    folder = Path(made.root, "migrations")
    assert (folder / "b.sql").read_text() == text
    assert "ALTER TABLE public.u ADD COLUMN c text;" in (folder / "c.sql").read_text()


def test_check_tells_what_is_dangerous_in_what_is_pending(made: Project, run_here: Run) -> None:
    made.write(b=INDEX, b__rollback="DROP INDEX public.t_a;")
    done = run_here("check")
    assert done.returncode == 5
    assert "2 migrations read; 1 error of lint in what is pending" in done.stdout
    assert "[require-concurrent-index-creation]" in done.stderr
    made.write(b=f"-- dbtool: allow require-concurrent-index-creation because the table is small\n{INDEX}")
    assert run_here("check").returncode == 3
