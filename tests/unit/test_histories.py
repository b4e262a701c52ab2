"""The migrations of other tools are recognised by what those tools write."""

from pathlib import Path

import pytest

from dbtool.histories import find_histories

LAYOUTS = {
    "yoyo": {"db/0001.create.sql": "--\n-- depends: \ncreate table t ();", "db/0001.create.rollback.sql": "drop table t"},
    "Flyway": {"src/main/resources/db/migration/V1__init.sql": "create table t ();"},
    "dbmate": {"db/migrations/20260101000000_init.sql": "-- migrate:up\ncreate table t ();\n-- migrate:down\ndrop table t;"},
    "golang-migrate": {"migrations/000001_init.up.sql": "create table t ();", "migrations/000001_init.down.sql": "drop table t"},
    "goose": {"migrations/20260101000000_init.sql": "-- +goose Up\ncreate table t ();\n-- +goose Down\ndrop table t;"},
    "Drizzle": {"drizzle/0000_init.sql": "create table t ();", "drizzle/meta/_journal.json": "{}"},
    "Alembic": {"alembic/versions/1a2b_init.py": "from alembic import op\nrevision = '1a2b'\n"},
}  # fmt: skip


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize("tool", LAYOUTS)
def test_each_tools_layout_is_found(tool: str, tmp_path: Path) -> None:
    (found,) = find_histories(lay_out(tmp_path, LAYOUTS[tool]))
    assert f"migrations of {tool}" in found.message
    assert found.help
    assert found.severity == "note"


def test_yoyos_python_files_and_its_ini_are_found(tmp_path: Path) -> None:
    lay_out(tmp_path, {"migrations/0001.py": "from yoyo import step\nsteps = [step('select 1')]\n"})
    (found,) = find_histories(tmp_path)
    assert "yoyo" in found.message
    assert "nothing" in found.help


def test_yoyo_elsewhere_says_which_key_to_set(tmp_path: Path) -> None:
    (found,) = find_histories(lay_out(tmp_path, LAYOUTS["yoyo"]))
    assert 'migrations = "db"' in found.help


def test_the_help_for_a_foreign_history_is_honest_and_ends_with_commands(tmp_path: Path) -> None:
    (found,) = find_histories(lay_out(tmp_path, LAYOUTS["Flyway"]))
    assert "not part of this version" in found.help
    assert "dbtool baseline" in found.help


@pytest.mark.parametrize("name", ["node_modules/x", ".git/x", "vendor/x", "a/b/c/d/e/f/g"])
def test_what_lies_in_other_peoples_code_is_not_looked_at(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{name}/V1__init.sql": "select 1"})
    assert find_histories(tmp_path) == ()


def test_a_project_of_ones_own_or_an_empty_one_is_no_history(tmp_path: Path) -> None:
    lay_out(tmp_path, {"sql/schema/t.sql": "create table t ();", "migrations/.gitkeep": "", "src/app.py": "x = 1"})
    assert find_histories(tmp_path) == ()


def test_several_are_all_told(tmp_path: Path) -> None:
    lay_out(tmp_path, LAYOUTS["Flyway"])
    lay_out(tmp_path, LAYOUTS["dbmate"])
    assert len(find_histories(tmp_path)) == 2
