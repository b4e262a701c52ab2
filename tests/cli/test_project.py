"""init, new, baseline, env and completion: the files around the migrations."""

import json
import re
from pathlib import Path

import pytest

from dbtool.commands.completion import completion_script
from tests.cli.conftest import Run, refused
from tests.conftest import ROOT, Database, Project
from tests.unit.test_histories import LAYOUTS, lay_out


def files(root: Path) -> dict[str, str]:
    return {str(p.relative_to(root)): p.read_text() for p in root.rglob("*") if p.is_file()}


# ---- init


def test_init_in_an_empty_folder_lays_out_the_project_and_says_what_to_type(project: Project, run_here: Run) -> None:
    done = run_here("init")
    assert done.returncode == 0, done.both
    assert {p.split("/")[0] for p in files(project.root)} >= {
        "dbtool.toml", "sql", "migrations", "safety", "generated", ".env.example", ".gitignore"
    }  # fmt: skip
    assert done.stdout.splitlines()[-1].endswith('sql/schema what there is to be, then: dbtool generate "first tables"')
    (project.root / "sql" / "schema" / "t.sql").write_text("create table t ();")
    assert run_here("generate", "first tables").returncode == 0
    assert run_here("migrate").returncode == 0
    assert run_here("migrate").stdout == "nothing to do: the one migration is applied\n"


def test_init_twice_writes_nothing_the_second_time(project: Project, run_here: Run) -> None:
    run_here("init")
    before = files(project.root)
    done = run_here("init", "--json")
    assert json.loads(done.stdout)["written"] == []
    assert files(project.root) == before


def test_init_overwrites_nothing_and_adds_to_gitignore(project: Project, run_here: Run) -> None:
    mine = {"dbtool.toml": "# mine\n", "migrations/1.sql": "select 1", "safety/policy.toml": "", ".gitignore": "*.log"}
    lay_out(project.root, mine)
    done = run_here("init")
    assert "kept  dbtool.toml (it is there already)" in done.stderr
    after = files(project.root)
    assert {name: after[name] for name in mine if name != ".gitignore"} == {
        n: t for n, t in mine.items() if n != ".gitignore"
    }
    assert after[".gitignore"].startswith("*.log\n")
    assert ".dbtool/" in after[".gitignore"].splitlines()


@pytest.mark.parametrize("tool", LAYOUTS)
def test_init_beside_another_tool_says_what_it_found_and_what_to_do(tool: str, project: Project, run_here: Run) -> None:
    lay_out(project.root, LAYOUTS[tool])
    done = run_here("init")
    assert done.returncode == 0
    assert f"migrations of {tool}" in done.stderr
    assert "to do: " in done.stderr
    assert files(project.root).items() >= LAYOUTS[tool].items()
    assert [f["id"] for f in json.loads(run_here("init", "--json").stdout)["findings"]] == ["other-history"]


# ---- new


def test_new_writes_both_files_below_the_project_from_anywhere_in_it(project: Project, run_here: Run) -> None:
    project.write(m1="select 1", m2="-- depends: m1\nselect 2", m3="-- depends: m1\nselect 3")
    done = run_here("new", "Merge the branches!")
    assert re.fullmatch(
        r"wrote migrations/\d{14}_merge_the_branches\.sql\n  and migrations/\d{14}_merge_the_branches\.rollback\.sql\n"
        r"  next: .*dbtool migrate\n",
        done.stdout,
    )
    (path,) = (p for p in (project.root / "migrations").glob("*_merge_*.sql") if "rollback" not in p.name)
    assert path.read_text().splitlines()[:2] == ["-- depends: m2", "-- depends: m3"]
    assert json.loads(run_here("new", "x", "--json").stdout)["id"].endswith("_x")


def test_new_refuses_where_the_files_there_are_broken(project: Project, run_here: Run) -> None:
    project.write(a="-- depends: nobody\nselect 1")
    refused(run_here("new", "x"), 2, "unknown-depends")
    assert len(files(project.root)) == 1


# ---- baseline


def test_baseline_records_without_running(project: Project, database: Database, run_here: Run) -> None:
    project.write(a="create table t ();", b="selec broken", c="create table u ();")
    with database.connect() as conn:
        conn.execute("CREATE TABLE t ()")
    dry = run_here("baseline", "a", "--dry-run")
    assert "would record a" in dry.both
    assert database.rows("SELECT to_regclass('_yoyo_migration')") == [(None,)]

    done = run_here("baseline", "a")
    assert (done.returncode, done.stdout) == (
        0,
        "recorded 1 migration as applied; nothing was run\n  next: dbtool status\n",
    )
    assert run_here("baseline", "a").stdout == "nothing to do: all up to a are recorded\n"
    migrations = json.loads(run_here("status", "--json").stdout)["migrations"]
    assert [(m["state"], m["recorded_only"]) for m in migrations] == [
        ("applied", True),
        ("pending", None),
        ("pending", None),
    ]
    assert "recorded only" in run_here("status").stdout
    project.write(b="select 1")
    assert run_here("migrate").returncode == 0
    assert database.rows("SELECT to_regclass('u') IS NOT NULL") == [(True,)]


def test_an_edit_after_baseline_is_seen(project: Project, run_here: Run) -> None:
    project.write(a="create table t ();")
    assert run_here("baseline", "a").returncode == 0
    project.write(a="create table t (x int);")
    refused(run_here("migrate"), 4, "a.sql was edited after it was applied")


# ---- env


def test_env_shows_every_environment_and_marks_the_one_that_is_meant(project: Project, run_here: Run) -> None:
    (project.root / "dbtool.toml").write_text(
        '[environments.staging]\nurl = "postgresql://me:hunter2@10.0.0.1/s"\nprotected = true\n'
        '[environments.production]\nurl = "env:PROD"\n'
    )
    done = run_here("env", "list", env={"NODE_ENV": "staging"})
    assert re.search(r"^> +staging +postgresql://me:\*\*\*@10\.0\.0\.1/s .*protected$", done.stdout, re.MULTILINE)
    assert "PROD is not set" in done.stdout
    assert done.stdout.splitlines()[-1] == "staging is meant: NODE_ENV=staging"
    assert "hunter2" not in done.both
    answer = json.loads(run_here("env", "list", "--json", env={"DBTOOL_ENV": "production", "DATABASE_URL": ""}).stdout)
    assert (answer["meant"], answer["ok"]) == ("production", True)


def test_env_show_touches_no_server(project: Project, run_here: Run) -> None:
    done = run_here("env", "show", env={"DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:1/x", "DB_POOL_SIZE": "3"})
    assert done.returncode == 0
    assert re.search(r"^url +postgresql://me:\*\*\*@127\.0\.0\.1:1/x$", done.stdout, re.MULTILINE)
    assert re.search(r"^pool_size +3$", done.stdout, re.MULTILINE)
    assert re.search(r"^configuration +none", done.stdout, re.MULTILINE)


# ---- completion


@pytest.mark.parametrize(
    ("shell", "where", "committed"),
    [
        ("bash", ".local/share/bash-completion/completions/dbtool", "dbtool.bash"),
        ("zsh", ".local/share/zsh/site-functions/_dbtool", "_dbtool"),
        ("fish", ".config/fish/completions/dbtool.fish", "dbtool.fish"),
    ],
)
def test_completion_is_shown_and_installed_where_the_shell_looks(
    shell: str, where: str, committed: str, project: Project, run_here: Run
) -> None:
    script = (ROOT / "completions" / committed).read_text()
    assert run_here("completion", "show", shell).stdout == script == completion_script(shell)
    home = {"HOME": str(project.root / "home"), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
    done = run_here("completion", "install", shell, env=home)
    assert done.returncode == 0, done.both
    assert (project.root / "home" / where).read_text() == script
    assert "next: " in done.stdout
