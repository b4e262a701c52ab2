"""dbtool triggers status, sync, install and explain, and what generate, check, push and pull make of families."""

import json
from typing import Any

import pytest

from dbtool.families.installing import TEMPLATES
from tests.conftest import Database, Project
from tests.families.conftest import SCHEMA, TOUCH, done, write

TRIGGERS = "SELECT tgrelid::regclass::text || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"


def told(project: Project, *arguments: str) -> dict[str, Any]:
    """What a command says as JSON."""
    return json.loads(project.run(*arguments, "--json").stdout)


def states(project: Project) -> dict[tuple[str, str | None], str]:
    """What `triggers status` says, by family and table."""
    return {(s["family"], s["table"]): s["state"] for s in told(project, "triggers", "status")["standings"]}


def migrated(project: Project) -> Project:
    done(project, "generate", "first")
    done(project, "migrate")
    return project


def test_a_table_has_the_families_of_its_category_from_the_start(notes: Project, database: Database) -> None:
    """One migration makes the table and its triggers, and a second one has nothing to do."""
    assert "create trigger touch on public.notes" in done(notes, "generate", "first")
    done(notes, "migrate")
    assert database.rows(TRIGGERS) == [("notes.touch",)]
    assert "nothing to do" in done(notes, "generate", "again")
    assert "nothing to do" in done(notes, "triggers", "sync")
    assert "1 table: all have their families" in done(notes, "triggers", "status")
    assert "+ triggers" in done(notes, "check")
    assert "nothing to do" in done(notes, "push")


def test_sync_follows_the_category(notes: Project, database: Database) -> None:
    """A table that becomes domain gets the trigger, one that is domain no longer loses it, and the rest is left alone."""
    migrated(notes)
    later = SCHEMA.replace("@category domain", "@category utility").replace("@category system", "@category domain")
    write(notes, schema__notes=later + "CREATE TABLE more (id int);")
    checked = told(notes, "check", "--offline")
    assert {s["name"]: s["exit_code"] for s in checked["sections"]}["triggers"] == 4
    assert "dbtool triggers sync" in checked["next"]
    said = done(notes, "triggers", "sync")
    assert "create trigger touch on public.logs" in said
    assert "drop trigger touch on public.notes" in said
    assert "more" not in said
    done(notes, "migrate")
    assert database.rows(TRIGGERS) == [("logs.touch",)]
    assert "nothing to do" in done(notes, "triggers", "sync")
    done(notes, "rollback")
    assert database.rows(TRIGGERS) == [("notes.touch",)]


def test_a_changed_file_is_altered_and_a_deleted_one_removed(notes: Project, database: Database) -> None:
    migrated(notes)
    write(notes, triggers__touch=TOUCH.replace("BEFORE UPDATE ON", "BEFORE INSERT OR UPDATE ON"))
    assert states(notes)["touch", "public.notes"] == "altered"
    assert "CREATE OR REPLACE TRIGGER" in done(notes, "triggers", "sync", "--stdout")
    done(notes, "triggers", "sync", "both events")
    done(notes, "migrate")
    assert states(notes)["touch", "public.notes"] == "present"
    (notes.root / "sql/triggers/touch.sql").unlink()
    assert "drop function public.touch()" in done(notes, "triggers", "sync", "none")
    done(notes, "migrate")
    assert database.rows(TRIGGERS) == []
    done(notes, "check")


def test_what_somebody_did_by_hand_is_told_and_mended(notes: Project, database: Database) -> None:
    write(notes, schema__notes=SCHEMA.replace("@category system", "@category domain"))
    migrated(notes)
    with database.connect() as conn:
        conn.execute("ALTER TABLE notes DISABLE TRIGGER touch")
        conn.execute("DROP TRIGGER touch ON logs")
        conn.execute("CREATE TABLE other (touched boolean)")
        conn.execute("CREATE TRIGGER by_hand BEFORE UPDATE ON notes FOR EACH ROW "
                     "EXECUTE FUNCTION suppress_redundant_updates_trigger()")  # fmt: skip
        conn.execute("CREATE TRIGGER mine BEFORE UPDATE ON other FOR EACH ROW EXECUTE FUNCTION touch()")
    assert states(notes) == {
        ("touch", None): "present", ("touch", "public.notes"): "disabled", ("touch", "public.logs"): "missing",
        ("touch", "public.other"): "not wanted",
    }  # fmt: skip
    assert "nothing to do" in done(notes, "triggers", "sync"), "the files and the migrations are in step"
    drift = told(notes, "check")
    assert drift["next"] == ["dbtool triggers install touch --apply"]
    said = done(notes, "triggers", "install", "touch", "--apply")
    assert "ALTER TABLE public.notes ENABLE TRIGGER touch" in said
    assert states(notes)["touch", "public.notes"] == "present"
    assert states(notes)["touch", "public.logs"] == "present"
    assert ("other.mine",) in database.rows(TRIGGERS), "a table that no file has is nobody's business"
    assert ("notes.by_hand",) in database.rows(TRIGGERS), "no family's, and one family is mended"
    with database.connect() as conn:
        conn.execute("CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    assert states(notes)["touch", None] == "altered"
    done(notes, "triggers", "install", "touch", "--apply")
    assert states(notes)["touch", None] == "present"


def test_install_names_a_table_in_the_file(notes: Project, database: Database) -> None:
    migrated(notes)
    said = done(notes, "triggers", "install", "touch", "logs", "--apply")
    assert "wrote sql/triggers/touch.sql" in said
    assert "-- dbtool: table public.logs" in (notes.root / "sql/triggers/touch.sql").read_text()
    assert database.rows(TRIGGERS) == [("logs.touch",), ("notes.touch",)]
    assert "nothing to do" in done(notes, "triggers", "install", "touch", "logs", "--apply")
    done(notes, "check")


def test_install_brings_a_family_of_dbtool(notes: Project) -> None:
    migrated(notes)
    refused = notes.run("triggers", "install", "client-id")
    assert refused.returncode == 2
    assert "public.notes is of category domain, and lacks a column that the family client-id needs: client_id" in (
        refused.stderr
    )
    assert (notes.root / "sql/triggers/client-id.sql").exists(), (
        "the file says what to do; the next check tells it again"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("install", "tuch"), "did you mean touch?"),
        (("install", "touch", "note"), "did you mean notes?"),
        (("explain", "note"), "did you mean notes?"),
        (("sync", "!!"), "has no letter or digit"),
    ],
)
def test_what_is_not_there_is_told(notes: Project, arguments: tuple[str, ...], told: str) -> None:
    ran = notes.run("triggers", *arguments)
    assert (ran.returncode, told in ran.stderr) == (2, True), ran.stderr


def test_apply_waits_for_migrations(notes: Project, database: Database) -> None:
    done(notes, "generate", "first")
    refused = notes.run("triggers", "install", "touch", "--apply")
    assert refused.returncode == 6
    assert "1 migration waits to be applied" in refused.stderr
    assert database.rows(TRIGGERS) == []


def test_production_is_asked(notes: Project, database: Database) -> None:
    migrated(notes)
    with database.connect() as conn:
        conn.execute("DROP TRIGGER touch ON notes")
    refused = notes.run("triggers", "install", "touch", "--apply", env={"DBTOOL_ENV": "production"})
    assert refused.returncode == 6, refused.stdout + refused.stderr
    assert database.rows(TRIGGERS) == []


def test_a_project_of_migrations_alone(project: Project, database: Database) -> None:
    """Without sql/schema the migrations say which tables there are."""
    project.write(_20260101_a=SCHEMA)
    write(project, triggers__touch=TOUCH)
    checked = project.run("check", "--offline")
    assert checked.returncode == 4
    assert "dbtool triggers sync" in checked.stdout + checked.stderr
    done(project, "triggers", "sync")
    done(project, "migrate")
    assert database.rows(TRIGGERS) == [("notes.touch",)]
    done(project, "check")
    done(project, "triggers", "install", "touch", "logs", "--apply")
    assert database.rows(TRIGGERS) == [("logs.touch",), ("notes.touch",)]


def test_pull_leaves_to_families_what_is_theirs(notes: Project) -> None:
    migrated(notes)
    done(notes, "pull", "--replace")
    pulled = "".join(path.read_text() for path in (notes.root / "sql/schema").rglob("*.sql"))
    assert "TRIGGER" not in pulled
    assert "touch()" not in pulled
    done(notes, "check")


def test_what_sql_schema_and_a_family_need_of_each_other(notes: Project, database: Database) -> None:
    """A policy of sql/schema calls a family's function; the family's own table has a serial; sync brings all of it."""
    done(notes, "generate", "first")
    write(
        notes,
        schema__notes=SCHEMA + "CREATE POLICY p ON notes USING (id > public.least_id());",
        triggers__touch=TOUCH
        + "CREATE FUNCTION public.least_id() RETURNS integer LANGUAGE sql AS 'SELECT 1';\n"
        + "CREATE TABLE touched (id serial PRIMARY KEY, at timestamptz);\n"
        + "CREATE INDEX touched_at ON touched (at);\n"
        + "CREATE INDEX touched_of_this ON this_table (touched);\n",
    )
    said = done(notes, "triggers", "sync")
    assert "create table public.touched" in said
    assert "create index touched_of_this on public.notes" in said
    assert "policy" not in said
    assert "create policy p on public.notes" in done(notes, "generate", "policy")
    done(notes, "migrate")
    done(notes, "check")
    with database.connect() as conn:
        conn.execute("DROP INDEX touched_of_this")
    assert states(notes)["touch", "public.notes"] == "missing", "an index that a family makes is its part as well"
    (notes.root / "sql/triggers/touch.sql").write_text(TOUCH)
    refused = notes.run("check", "--offline")
    assert "least_id() does not exist" in refused.stderr


def test_a_family_that_no_table_has_makes_nothing(notes: Project, database: Database) -> None:
    """Not even its function: all of dbtool's own may lie there, as `init` leaves them."""
    write(notes, schema__notes=SCHEMA.replace("domain", "utility"), triggers__lww=(TEMPLATES / "lww.sql").read_text())
    migrated(notes)
    assert database.rows("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace") == []
    assert "no table is to have a family" in done(notes, "triggers", "status")


def test_defined_twice(notes: Project) -> None:
    """A trigger that sql/schema and a family both make is told with both places; nobody fights over it."""
    write(
        notes,
        schema__mine="CREATE TRIGGER touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION public.touch();",
    )
    refused = notes.run("generate", "first")
    assert refused.returncode == 2
    assert "defined twice" in refused.stderr
    assert "sql/schema/mine.sql:1:1" in refused.stderr
    assert "sql/triggers/touch.sql:9:1" in refused.stderr


def test_explain(notes: Project) -> None:
    said = done(notes, "triggers", "explain")
    assert "touch: Marks what was updated." in said
    assert "+ public.notes  (domain)" in said
    write(
        notes,
        schema__mine="CREATE TRIGGER later AFTER UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION public.touch();"
        "CREATE TRIGGER another BEFORE UPDATE ON notes EXECUTE FUNCTION public.touch();",
    )
    order = told(notes, "triggers", "explain", "notes")["triggers"]
    assert [(t["name"], t["family"]) for t in order] == [("another", None), ("touch", "touch"), ("later", None)]


def test_of_many_tables_only_those_out_of_step_are_shown(notes: Project, database: Database) -> None:
    tables = "".join(
        f"CREATE TABLE t{n} (touched boolean); COMMENT ON TABLE t{n} IS '@category domain';" for n in range(60)
    )
    write(notes, schema__many=tables)
    migrated(notes)
    assert "public.t1 " not in notes.run("triggers", "status").stdout
    with database.connect() as conn:
        conn.execute("DROP TRIGGER touch ON t7")
    shown = notes.run("triggers", "status")
    assert shown.returncode == 4
    assert "public.t7 " in shown.stdout
    assert "public.t8 " not in shown.stdout
    assert "public.t8 " in notes.run("triggers", "status", "--all").stdout


def test_a_table_is_renamed_by_its_tag(notes: Project, database: Database) -> None:
    migrated(notes)
    with database.connect() as conn:
        conn.execute("INSERT INTO notes VALUES (1, 'kept')")
    later = (
        SCHEMA.replace("notes", "memos").replace("A note.", "A note. @renamed-from notes").replace("body", "content")
    )
    write(notes, schema__notes=later + "COMMENT ON COLUMN memos.content IS '@renamed-from body';")
    said = done(notes, "generate", "memos")
    assert "rename table public.notes to memos" in said
    done(notes, "migrate")
    assert database.rows("SELECT id, content FROM memos") == [(1, "kept")]
    assert "nothing to do" in done(notes, "generate", "again")
    done(notes, "check")


def test_partitions_that_are_made_at_run_time_are_no_drift(project: Project, database: Database) -> None:
    write(
        project,
        schema__log="CREATE TABLE log (at date NOT NULL) PARTITION BY RANGE (at);"
        "CREATE TABLE log_rest PARTITION OF log DEFAULT;"
        "COMMENT ON TABLE log IS 'A log. @category utility @partitions-unmanaged'",
    )
    migrated(project)
    with database.connect() as conn:
        conn.execute("CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')")
        conn.execute("CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') "
                     "PARTITION BY RANGE (at)")  # fmt: skip
        conn.execute("CREATE TABLE log_2_a PARTITION OF log_2 DEFAULT")
    done(project, "check")
    assert "nothing to do" in done(project, "push")
    with database.connect() as conn:
        conn.execute("DROP TABLE log_rest")
    assert project.run("check").returncode == 4, "one that sql/schema has is missed"
