"""dbtool pull: a database becomes files, which say the same as it."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run, refused
from tests.conftest import ROOT, Database, Project


def files(project: Project) -> dict[str, str]:
    """Return the text of each file of sql/schema."""
    folder = project.root / "sql" / "schema"
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.sql"))}


def load(database: Database, *statements: str) -> None:
    with database.connect() as conn:
        for statement in statements:
            conn.execute(statement)  # type: ignore[arg-type]


def test_the_example_is_pulled_and_in_step_after_its_baseline(example: Project, run_here: Run) -> None:
    assert run_here("migrate").returncode == 0
    for path in (example.root / "migrations").glob("*.sql"):
        path.unlink()
    refused(run_here("pull"), 2, "6 files already", "pull --replace")
    done = run_here("pull", "--replace", "--json")
    assert done.returncode == 0, done.both
    first = files(example)
    assert {"tables/tenants.sql", "tables/executions.sql", "types.sql", "functions.sql"} <= set(first)
    for part in ("CREATE TABLE", "CREATE INDEX", "COMMENT ON"):
        assert part in first["tables/executions.sql"]
    assert "CREATE POLICY" in first["tables/tenants.sql"]
    assert "CREATE TRIGGER delete_edges" in first["tables/users.sql"]
    assert "client_id_1_mark" not in first["tables/users.sql"], "that is a family's"
    baseline = Path(json.loads(done.stdout)["baseline"])
    assert run_here("check").returncode == 3  # the baseline waits, and the files of the old history are not here
    assert run_here("pull", "--replace").returncode == 0
    assert files(example) == first
    assert list((example.root / "migrations").glob("*.sql")) == [baseline]


def test_a_database_without_history(project: Project, run_here: Run, database: Database) -> None:
    load(database, "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL)", "CREATE VIEW v AS SELECT id FROM t")
    done = run_here("pull")
    assert done.returncode == 0, done.both
    assert "wrote 2 files to sql/schema, 1 of them tables" in done.stdout
    (baseline,) = (project.root / "migrations").glob("*.sql")
    assert f"next: dbtool baseline {baseline.stem}" in done.stdout
    assert run_here("baseline", baseline.stem).returncode == 0
    assert run_here("check").returncode == 0
    assert run_here("generate", "x").stdout.startswith("nothing to do")


def test_an_empty_database(project: Project, run_here: Run) -> None:
    done = run_here("pull")
    assert (done.returncode, files(project)) == (0, {})
    assert run_here("check").returncode == 0


NAMES = ['Capital"s', "sl/ash", "ünïcode", "..", "select", "a b", "A", "a", "tab\tle", "x" * 63]


def test_names_of_all_sorts(project: Project, run_here: Run, database: Database) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for name in NAMES]
    load(database, *(f"CREATE TABLE {name} (id int)" for name in quoted))
    load(database, 'CREATE SCHEMA "S/x"', 'CREATE TABLE "S/x"."T.y" ("c d" int PRIMARY KEY)', "CREATE SCHEMA s")
    load(database, "CREATE TABLE s.t (id int)")
    done = run_here("pull")
    assert done.returncode == 0, done.both
    found = files(project)
    assert len({name.lower() for name in found}) == len(found) == len(NAMES) + 3  # two tables, and schemas.sql
    assert "tables/s.t.sql" in found
    folder = (project.root / "sql" / "schema").resolve()
    assert all((folder / name).resolve().parent in (folder, folder / "tables") for name in found)
    assert run_here("diff", "development", "sql/schema", "--exit-code").returncode == 0


def test_what_only_the_owner_and_others_may_is_there(project: Project, run_here: Run, database: Database) -> None:
    load(
        database,
        "CREATE TABLE t (id int)",
        "REVOKE INSERT ON t FROM postgres",
        "GRANT SELECT ON t TO pg_monitor",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor",
        "CREATE TABLE given (id int)",
        "ALTER TABLE given OWNER TO pg_monitor",
        "CREATE TABLE more (id int)",
    )
    done = run_here("pull")
    assert done.returncode == 0, done.both
    text = "".join(files(project).values())
    assert "(owner)" not in text
    assert "ALTER TABLE public.given OWNER TO pg_monitor;" in text
    assert "GRANT SELECT ON TABLE public.t TO pg_monitor;" in text
    assert run_here("diff", "development", "sql/schema", "--exit-code").returncode == 0


def test_the_same_bytes_on_the_oldest_and_the_newest(
    each_database: Database, make_project: Callable[..., Project]
) -> None:
    """The files of each are compared with those of the newest, which the example's own migrations give."""
    project = make_project(each_database, "pulled")
    for name in ("migrations", "safety"):
        (project.root / name).symlink_to(ROOT / name)
    assert project.run("migrate").returncode == 0
    checked = project.run("check")  # the shadow is of another version than the oldest
    assert checked.returncode == 0, checked.stderr
    (project.root / "migrations").unlink()
    done = project.run("pull")
    assert done.returncode == 0, done.stderr
    here = files(project)
    assert here
    assert not any("PostgreSQL" in text or f"{each_database.server.major}." in text for text in here.values())
    known = _PULLED.setdefault("bytes", here)
    assert here == known


_PULLED: dict[str, dict[str, str]] = {}


def test_an_interrupted_or_failing_pull_leaves_the_files(project: Project, run_here: Run) -> None:
    (project.root / "sql" / "schema").mkdir(parents=True)
    (project.root / "sql" / "schema" / "mine.sql").write_text("CREATE TABLE mine ();")
    refused(run_here("pull", "--replace", "--url", "postgresql://localhost:1/x"), 7, "cannot connect")
    assert files(project) == {"mine.sql": "CREATE TABLE mine ();"}
    done = run_here("pull", "--replace")
    assert (done.returncode, files(project)) == (0, {})
