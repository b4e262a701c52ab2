"""dbtool check: each section, its exit code, and what it says to do; and that it only reads."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cli.conftest import Catalog, Run, refused
from tests.conftest import Database, Project

T = "CREATE TABLE public.t (id int PRIMARY KEY, name text);"


def sections(run_here: Run, *arguments: str) -> dict[str, Any]:
    """Return the sections of a check by name, and the whole answer as ""."""
    answer = json.loads(run_here("check", "--json", *arguments).stdout)
    return {"": answer} | {section["name"]: section for section in answer["sections"]}


def define(project: Project, text: str) -> None:
    (project.root / "sql" / "schema").mkdir(parents=True, exist_ok=True)
    (project.root / "sql" / "schema" / "main.sql").write_text(text)


@pytest.fixture
def applied(project: Project, run_here: Run) -> Project:
    """A project with one table, applied."""
    define(project, T)
    project.write(a=T, a__rollback="DROP TABLE public.t;")
    assert run_here("migrate").returncode == 0
    return project


@pytest.fixture
def role(database: Database) -> Iterator[str]:
    """A role that may log in, and goes with all that it has."""
    name = f"check_{os.getpid()}"
    with database.connect() as conn:
        conn.execute(f"CREATE ROLE {name} LOGIN")  # type: ignore[arg-type]
    yield name
    with database.connect() as conn:
        conn.execute(f"DROP OWNED BY {name} CASCADE")  # type: ignore[arg-type]
        conn.execute(f"DROP ROLE {name}")  # type: ignore[arg-type]


def test_the_example_is_in_step(example: Project, run_here: Run) -> None:
    assert run_here("check").returncode == 3
    assert run_here("migrate").returncode == 0
    done = run_here("check")
    assert done.returncode == 0, done.both
    assert re.fullmatch(r"all \d+ sections are in step", done.stdout.splitlines()[-1])
    for name in ("files", "graph", "schema", "history", "drift", "pending"):
        assert f"+ {name} " in done.stdout


def remove(project: Project, pattern: str) -> None:
    for path in project.root.glob(pattern):
        path.unlink()


@pytest.mark.parametrize(
    ("removed", "section", "mends"),
    [
        ("migrations/*_triggers_by_category*", "triggers", "dbtool triggers sync"),
        ("generated/db.ts", "types", "dbtool types"),
        ("generated/client/migrations.js", "client", "dbtool migrate --target client"),
        ("migrations/client/*", "client", "git checkout -- migrations/client/20250603094500_first_tables.sql"),
    ],
)
def test_a_file_that_is_gone_is_told_with_what_mends_it(
    example: Project, run_here: Run, removed: str, section: str, mends: str
) -> None:
    remove(example, removed)
    found = sections(run_here, "--offline")
    assert found[section]["exit_code"] == 4
    assert mends in found[""]["next"]


def test_a_trigger_that_somebody_dropped_is_told_with_what_mends_it(
    example: Project, run_here: Run, database: Database
) -> None:
    assert run_here("migrate").returncode == 0
    with database.connect() as conn:
        conn.execute("DROP TRIGGER updated_at_2_touch ON executions")
    found = sections(run_here)
    assert found["drift"]["exit_code"] == 4
    assert found[""]["next"] == ["dbtool triggers install updated-at --apply"]
    assert run_here("triggers", "install", "updated-at", "--apply").returncode == 0
    assert run_here("check").returncode == 0


def test_an_empty_project_is_in_step(project: Project, run_here: Run) -> None:
    assert run_here("check").returncode == 0


def test_what_is_not_generated_is_told_with_the_sql_both_ways(applied: Project, run_here: Run) -> None:
    define(applied, T.replace("name text", "name text NOT NULL, born date"))
    done = run_here("check")
    assert done.returncode == 4
    assert "! schema   failed" in done.stdout
    assert 'next: dbtool generate "..."' in done.stdout
    assert "missing in what the migrations make: column born on public.t [schema-not-generated]" in done.stderr
    assert "ALTER TABLE public.t ADD COLUMN born date;" in done.stderr
    assert "ALTER TABLE public.t DROP COLUMN born;" in done.stderr
    assert "changed in what the migrations make: column name on public.t" in done.stderr


def test_drift_of_all_sorts(applied: Project, run_here: Run, database: Database, role: str) -> None:
    with database.connect() as conn:
        for statement in (
            "ALTER TABLE t ADD COLUMN by_hand int",
            f"GRANT SELECT ON t TO {role}",
            "COMMENT ON TABLE t IS 'by hand'",
            "CREATE TABLE other (id int)",
            f"ALTER TABLE other OWNER TO {role}",
            f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {role}",
            f"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() OWNER TO {role}",
        ):
            conn.execute(statement)  # type: ignore[arg-type]
    found = sections(run_here)
    assert (found[""]["exit_code"], found["drift"]["verdict"], found["schema"]["verdict"]) == (4, "failed", "ok")
    told = {
        f["message"].split(" in ")[0] + ": " + f["message"].split(": ", 1)[1]: f["help"] for f in found[""]["findings"]
    }
    column = told["extra: column by_hand on public.t"]
    assert "ALTER TABLE public.t DROP COLUMN by_hand;" in column
    assert "ALTER TABLE public.t ADD COLUMN by_hand integer;" in column
    table = told["changed: table public.t (comment; grants)"]
    assert f"REVOKE SELECT ON TABLE public.t FROM {role};" in table
    assert f"GRANT SELECT ON TABLE public.t TO {role};" in table
    assert "COMMENT ON TABLE public.t IS 'by hand';" in table
    assert "COMMENT ON TABLE public.t IS NULL;" in table
    assert "extra: table public.other" in told
    assert "extra: function public.f()" in told
    assert "(owner)" not in json.dumps(found[""])


def test_another_owner_is_drift_by_its_name(applied: Project, run_here: Run, database: Database, role: str) -> None:
    applied.write(b="CREATE TABLE public.u ();", c="CREATE TABLE public.v ();")
    assert run_here("migrate").returncode == 0
    with database.connect() as conn:
        conn.execute(f"ALTER TABLE u OWNER TO {role}")  # type: ignore[arg-type]
    done = run_here("check")
    assert f"owner postgres -> {role}" in done.stderr
    assert "ALTER TABLE public.u OWNER TO postgres;" in done.stderr


def test_pending_and_edited_and_the_highest_code_wins(applied: Project, run_here: Run) -> None:
    applied.write(b="CREATE TABLE public.b ();")
    define(applied, T + "CREATE TABLE public.b ();")
    done = run_here("check")
    assert (done.returncode, "1 to apply: b" in done.stdout) == (3, True)
    applied.write(a=T.replace("name", "edited"))
    found = sections(run_here)
    assert found[""]["exit_code"] == 4
    assert found["history"]["exit_code"] == 4
    assert found["pending"]["exit_code"] == 3


def test_two_heads_and_files_that_cannot_be_read(applied: Project, run_here: Run) -> None:
    applied.write(b="-- depends: a\nSELECT 1;", c="-- depends: a\nSELECT 1;")
    found = sections(run_here, "--offline")
    assert (found[""]["exit_code"], found["graph"]["verdict"], found["drift"]["verdict"]) == (4, "failed", "skipped")
    applied.write(b="-- depends: c\nSELECT 1;", c="-- depends: b\nSELECT 1;")
    assert sections(run_here, "--offline")[""]["exit_code"] == 2
    applied.write(b="CREATE TABL;", c="SELECT 1;")
    for there in (True, False):  # sql/schema, without which there is nothing to compare the migrations with
        done = run_here("check", "--offline")
        assert (done.returncode, there, "migrations/b.sql:1:8" in done.stderr) == (2, there, True)
        shutil.rmtree(applied.root / "sql", ignore_errors=True)


def test_a_schema_that_cannot_be(applied: Project, run_here: Run) -> None:
    define(applied, "CREATE TABLE t (id nosuch);")
    done = run_here("check")
    assert (done.returncode, "sql/schema/main.sql:1:20" in done.stderr) == (2, True)
    assert "+ drift " in done.stdout


def test_without_a_database_the_offline_part_is_there(applied: Project, run_here: Run) -> None:
    define(applied, T + "CREATE TABLE public.b ();")
    done = run_here("check", "--url", "postgresql://u:secret-word@localhost:1/x")
    assert done.returncode == 7
    assert "! schema   failed" in done.stdout
    assert "! history  failed" in done.stdout
    assert "? drift    skipped  the database was not read" in done.stdout
    assert "secret-word" not in done.both
    done = run_here("check", "--offline", "--url", "postgresql://localhost:1/x")
    assert (done.returncode, "? drift    skipped  --offline" in done.stdout) == (4, True)


def test_base_names_what_both_branches_change(applied: Project, run_here: Run) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *words], cwd=applied.root, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "sql", "migrations")
    git("commit", "-qm", "start")
    git("checkout", "-qb", "mine")
    define(applied, T.replace("name text", "name text NOT NULL, mine int"))
    git("commit", "-qam", "mine")
    git("checkout", "-q", "main")
    define(applied, T.replace("name text", "name varchar(20), theirs int"))
    git("commit", "-qam", "theirs")
    git("checkout", "-q", "mine")
    done = run_here("check", "--offline", "--base", "main")
    assert "this branch and main both change column name on public.t [both-branches]" in done.stderr
    assert "column mine" not in done.stderr.split("[schema-not-generated]")[-1]
    done = run_here("check", "--offline", "--base", "nosuch")
    assert "! base     failed" in done.stdout
    assert "git fetch, or another --base" in done.stderr


def test_a_role_that_may_only_read_is_enough(
    applied: Project, run_here: Run, database: Database, role: str, catalog: Catalog
) -> None:
    """And nothing is made, even where it could be."""
    with database.connect() as conn:
        conn.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")  # type: ignore[arg-type]
        conn.execute(f"ALTER ROLE {role} SET default_transaction_read_only = on")  # type: ignore[arg-type]
    before = catalog()
    url = database.url.replace("postgres@", f"{role}@", 1)
    assert url != database.url
    found = sections(run_here, "--url", url)
    assert found["history"]["verdict"] == "ok"
    assert found["pending"]["verdict"] == "ok"
    assert "GRANT SELECT" in json.dumps(found[""]["findings"])  # what was granted for this, and nothing else
    assert {f["id"] for f in found[""]["findings"]} == {"drift"}
    assert catalog() == before


def test_an_unknown_environment_is_usage(applied: Project, run_here: Run) -> None:
    refused(run_here("check", "--env", "nosuch"), 2, "unknown environment 'nosuch'")


def test_a_clone_made_by_another_role_is_no_drift(
    applied: Project, make_project: Callable[..., Project], run_here: Run, database: Database, role: str
) -> None:
    with database.connect() as conn:
        conn.execute(f"ALTER TABLE t OWNER TO {role}")  # type: ignore[arg-type]
    assert sections(run_here)["drift"]["verdict"] == "ok"
