"""dbtool types, from its arguments to the files and exit codes."""

import json
from pathlib import Path

from tests.conftest import Project

SCHEMA = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE secret_kind AS ENUM ('x');
CREATE TABLE people (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    mood mood NOT NULL DEFAULT 'good',
    secret secret_kind,
    draft text
);
CREATE TABLE drafts (id bigint PRIMARY KEY, person_id bigint);
CREATE TABLE logs (id bigint PRIMARY KEY);
COMMENT ON TABLE people IS 'A person. @category domain';
COMMENT ON COLUMN people.secret IS '@server-only';
COMMENT ON COLUMN people.draft IS '@client-only';
COMMENT ON TABLE drafts IS '@client-only';
COMMENT ON TABLE logs IS '@category system';
"""
BOTH = """
[[types.outputs]]
path = "generated/server.ts"

[[types.outputs]]
kind = "zod"
path = "../web/client.ts"
target = "client"
"""


def schema_of(project: Project, text: str = SCHEMA, configuration: str = "") -> None:
    (project.root / "sql/schema").mkdir(parents=True, exist_ok=True)
    (project.root / "sql/schema/all.sql").write_text(text)
    (project.root / "dbtool.toml").write_text(configuration)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_each_side_has_its_own_and_a_second_run_writes_nothing(project: Project) -> None:
    schema_of(project, configuration=BOTH)
    done = project.run("types")
    assert (done.returncode, done.stdout) == (0, "wrote generated/server.ts\nwrote ../web/client.ts\n")
    server, client = project.root / "generated/server.ts", project.root / "../web/client.ts"
    assert "draft" not in read(server).lower() and "secret: SecretKind | null" in read(server) and "Log" in read(server)
    assert "draftSchema" in read(client) and "secret" not in read(client) and "logSchema" not in read(client)
    before = [path.stat().st_mtime_ns for path in (server, client)]
    assert project.run("types").stdout == "2 files are up to date\n"
    assert [path.stat().st_mtime_ns for path in (server, client)] == before
    assert project.run("types", "--check").stdout == "2 files, up to date\n"

    schema_of(project, SCHEMA.replace("'bad'", "'bad', 'worse'"), BOTH)
    done = project.run("types", "--check", "--json")
    assert done.returncode == 4
    answer = json.loads(done.stdout)
    assert [file["changed"] for file in answer["files"]] == [True, True] and answer["next"] == ["dbtool types"]
    assert [finding["id"] for finding in answer["findings"]] == ["types-stale", "types-stale"]
    assert [path.stat().st_mtime_ns for path in (server, client)] == before
    assert project.run("types", "--target", "client").stdout.count("\n") == 1
    assert '"worse"' in read(client) and '"worse"' not in read(server)
    server.unlink()
    done = project.run("types", "--check")
    assert (done.returncode, done.stderr.count("the file is not there")) == (4, 1), done.stderr


def test_windows_line_ends_are_not_stale(project: Project) -> None:
    schema_of(project)
    project.run("types")
    path = project.root / "generated/db.ts"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert project.run("types", "--check").returncode == 0


def test_the_database_itself_can_be_read_without_the_ledger(project: Project) -> None:
    schema_of(project)
    project.write(m1=SCHEMA)
    assert project.run("migrate").returncode == 0
    found, made = project.run("types", "--from", "target", "--stdout"), project.run("types", "--stdout")
    assert found.stdout == made.stdout and "export type Person = {" in found.stdout and "yoyo" not in found.stdout
    assert not (project.root / "generated").exists()


def test_names_that_collide_are_told_and_nothing_is_written(project: Project) -> None:
    schema_of(project, 'CREATE TABLE users (); CREATE VIEW "user" AS SELECT 1 AS one;')
    done = project.run("types")
    assert done.returncode == 2
    assert "two types would be called User: view public.user and table public.users" in done.stderr
    assert 'names = { "public.users" = "UserTable" }' in done.stderr
    assert not (project.root / "generated").exists()
    (project.root / "dbtool.toml").write_text('[types]\nnames = { "public.users" = "UserTable", "public.none" = "X" }')
    done = project.run("types")
    assert done.returncode == 0 and "types.names has public.none" in done.stderr


def test_mistakes_in_the_configuration_have_their_lines(project: Project) -> None:
    schema_of(project, configuration='[types]\nname = {}\n\n[[types.outputs]]\nkind = "zod"\n\n[[types.outputs]]\nkind = "rust"\npath = "a"\nstyle = "dataclass"\n\n[[types.outputs]]\npath = "a"\n')  # fmt: skip
    done = project.run("types")
    assert done.returncode == 2
    said = "\n".join(line for line in done.stderr.splitlines() if line.startswith("dbtool.toml"))
    assert said == (
        "dbtool.toml:2:1: error: types.name is not a key that dbtool knows [config-key]\n"
        "dbtool.toml:4:1: error: types.outputs.1.path is missing [config-value]\n"
        "dbtool.toml:8:1: error: types.outputs.2.kind must be one of typescript, zod, python, found 'rust' [config-value]\n"
        "dbtool.toml:10:1: error: types.outputs.2.style is not a key that dbtool knows [config-key]\n"
        "dbtool.toml:13:1: error: types.outputs.3.path is that of types.outputs.2 already [config-value]"
    )


def test_a_side_without_a_file_says_what_to_write(project: Project) -> None:
    schema_of(project)
    done = project.run("types", "--target", "client")
    assert done.returncode == 2 and 'target = "client"' in done.stderr
    assert project.run("types", "--check", "--stdout").returncode == 2
