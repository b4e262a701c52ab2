"""generate, migrate, check and doctor on the clients' set, from argv to exit code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dbtool.commands.bundling import refuse_options
from dbtool.errors import UsageError
from tests.client.modules import node_modules
from tests.conftest import Project

SCHEMA = """
CREATE TYPE state AS ENUM ('open', 'done');
CREATE TABLE tenants (id int PRIMARY KEY);
COMMENT ON TABLE tenants IS 'Who pays. @category system';
CREATE TABLE notes (
    id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, title text NOT NULL, secret text, state state
);
CREATE INDEX notes_tenant_id ON notes (tenant_id);
COMMENT ON TABLE notes IS '@category domain';
COMMENT ON COLUMN notes.secret IS '@server-only';
CREATE TABLE outbox (id int PRIMARY KEY);
COMMENT ON TABLE outbox IS '@client-only';
"""


@pytest.fixture
def app(project: Project) -> Project:
    """A project with something for its clients."""
    (project.root / "sql/schema").mkdir(parents=True)
    (project.root / "sql/schema/all.sql").write_text(SCHEMA)
    (project.root / "dbtool.toml").write_text("[client]\n")
    return project


def _change(app: Project, old: str, new: str) -> None:
    path = app.root / "sql/schema/all.sql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _generate(app: Project, *arguments: str) -> str:
    done = app.run("generate", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _check(app: Project) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Return the exit code, the section on clients, and the whole report."""
    done = app.run("check", "--offline", "--json", timeout=200)
    report = json.loads(done.stdout)
    return done.returncode, next(section for section in report["sections"] if section["name"] == "client"), report


def _client_files(app: Project) -> list[Path]:
    return sorted(p for p in (app.root / "migrations/client").glob("*.sql") if not p.name.endswith(".rollback.sql"))


def _write(app: Project, **files: str) -> None:
    (app.root / "migrations/client").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (app.root / "migrations/client" / f"{name.lstrip('_')}.sql").write_text(text)


def test_the_whole_way(app: Project) -> None:
    """Both sets are generated from one schema, bundled, changed, generated again, and proved on a PGlite."""
    (app.root / "dbtool.toml").write_text(f'[client]\nnode_modules = "{node_modules()}"\n')
    assert "outbox" not in _generate(app, "all")
    said = _generate(app, "first", "--target", "client")
    assert "left out, as it is @server-only: column secret of public.notes" in said
    assert "constraint notes_tenant_id_fkey of public.notes" in said
    (first,) = _client_files(app)
    text = first.read_text()
    assert "secret" not in text
    assert "tenants" not in text
    assert "CREATE TABLE public.outbox" in text
    assert app.run("migrate", "--target", "client").returncode == 0
    older = json.loads((app.root / "generated/client/migrations.json").read_text())

    _change(app, "title text NOT NULL", "title text NOT NULL DEFAULT 'new', body text NOT NULL DEFAULT '' UNIQUE")
    _change(app, "'done')", "'done', 'gone')")
    code, section, report = _check(app)
    assert (code, set(section["findings"])) == (4, {"client-not-generated"})
    assert 'dbtool generate --target client "..."' in report["next"]
    _generate(app, "second")
    _generate(app, "second", "--target", "client")
    files = _client_files(app)
    assert [file.stem.split("_", 1)[1] for file in files] == ["first", "second_values", "second"]
    assert not any("CONCURRENTLY" in file.read_text() or "NOT VALID" in file.read_text() for file in files)
    assert "nothing to do: the client migrations make" in _generate(app, "again", "--target", "client")
    assert app.run("migrate", "--target", "client").returncode == 0
    newer = json.loads((app.root / "generated/client/migrations.json").read_text())
    assert newer["migrations"][0] == older["migrations"][0]

    code, section, _ = _check(app)
    assert (code, section["verdict"]) == (0, "ok"), section
    assert "proved on PGlite 0." in section["said"]
    pending = json.loads(app.run("status", "--json").stdout)["pending"]
    assert not any("first" in str(migration) for migration in pending)


def test_what_was_bundled_is_not_edited_and_does_not_go(app: Project) -> None:
    _write(app, _1_a="CREATE TABLE a (id int PRIMARY KEY);\n", _2_b="CREATE TABLE b (id int);\n")
    assert app.run("migrate", "--target", "client", "--check").returncode == 4
    assert app.run("migrate", "--target", "client").returncode == 0
    assert app.run("migrate", "--target", "client", "--check").returncode == 0
    bundle = app.root / "generated/client"
    before = {path.name: path.read_bytes() for path in bundle.iterdir()}
    assert set(before) == {"migrations.js", "migrations.d.ts", "migrations.json"}

    (app.root / "migrations/client/1_a.sql").write_text("CREATE TABLE a (id bigint PRIMARY KEY);\n")
    (app.root / "migrations/client/2_b.sql").unlink()
    refused = app.run("migrate", "--target", "client")
    assert refused.returncode == 4
    assert "1_a was edited, and clients may have applied it as it was" in refused.stderr
    assert "2_b is in the bundle that clients may have, and its file is not here" in refused.stderr
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == before
    _, section, report = _check(app)
    assert section["findings"] == ["edited-migration", "missing-migration"]
    assert "git checkout -- migrations/client/2_b.sql" in report["next"]
    assert app.run("migrate", "--target", "client", "--allow", "edited-migration").returncode == 0
    assert [m["id"] for m in json.loads((bundle / "migrations.json").read_text())["migrations"]] == ["1_a"]


def test_without_a_pglite_it_is_a_note(app: Project) -> None:
    (app.root / "dbtool.toml").write_text('[client]\nnode_modules = "nowhere"\n')
    (app.root / "sql/schema/all.sql").write_text(
        "CREATE TABLE a (id int PRIMARY KEY); COMMENT ON TABLE a IS '@client-only';"
    )
    sql = "CREATE TABLE a (id int PRIMARY KEY);\nCOMMENT ON TABLE a IS '@client-only';\n"
    _write(app, _1_a=sql)
    assert app.run("migrate", "--target", "all").returncode == 0
    code, section, report = _check(app)
    assert (code, section["findings"]) == (0, ["client-not-tried"]), report["findings"]
    (finding,) = report["findings"]
    assert finding["help"] == "npm install --save-dev @electric-sql/pglite"
    doctor = json.loads(app.run("doctor", "--json").stdout)
    assert [f["severity"] for f in doctor["findings"] if f["id"] == "no-pglite"] == ["warning"]


def test_what_no_client_can_run_stops_before_the_database(app: Project) -> None:
    app.write(_1_all="CREATE TABLE a (id int);")
    _write(app, _1_bad="CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOPY t FROM STDIN;\n1\n\\.\n")
    done = app.run("migrate", "--target", "all")
    assert done.returncode == 2
    assert "CREATE INDEX CONCURRENTLY cannot run in a transaction" in done.stderr
    assert "COPY ... FROM STDIN hangs in a PGlite" in done.stderr
    assert json.loads(app.run("status", "--json").stdout)["pending"]
    _write(app, _1_bad="CREATE TABLE t (a int);\n")
    done = app.run("migrate", "--target", "all", "--json")
    assert done.returncode == 0, done.stderr
    assert [step["action"] for step in json.loads(done.stdout)["steps"]] == ["applied"]
    assert (app.root / "generated/client/migrations.json").exists()
    assert "migrations/client" not in app.run("lint", "--all", "--json").stdout


@pytest.mark.parametrize(
    ("of", "given", "said"),
    [
        ("browser", {}, "--target is server, client, all"),
        ("server", {"bundle": Path("out")}, "--bundle is about the clients' bundle"),
        ("server", {"check": True}, "--check is about the clients' bundle"),
        ("all", {"check": True}, "--check applies nothing"),
        ("client", {"for_database": True}, "looks at no database"),
    ],
)
def test_options_that_say_nothing(of: str, given: dict[str, Any], said: str) -> None:
    options: dict[str, Any] = {"bundle": None, "check": False, "for_database": False} | given
    with pytest.raises(UsageError, match=re.escape(said)):
        refuse_options(of, **options)


def test_a_set_that_is_none(app: Project) -> None:
    done = app.run("migrate", "--target", "client")
    assert (done.returncode, "there are no migrations for clients" in done.stderr) == (2, True)
    done = app.run("generate", "x", "--target", "browser")
    assert (done.returncode, "--target is server or client" in done.stderr) == (2, True)
    _change(app, "COMMENT ON COLUMN notes.secret IS '@server-only'", "COMMENT ON COLUMN notes.id IS '@server-only'")
    done = app.run("generate", "first", "--target", "client")
    assert (done.returncode, "constraint notes_pkey of public.notes is the primary key" in done.stderr) == (2, True)
    (app.root / "sql/schema/all.sql").write_text("CREATE TABLE t (id int PRIMARY KEY);")
    done = app.run("generate", "first", "--target", "client")
    assert (done.returncode, "no table is for the clients" in done.stderr) == (2, True)
