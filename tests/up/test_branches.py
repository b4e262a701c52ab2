"""One database per git branch: made from the main one, switched to by up, told when the branch is gone."""

import pytest

from dbtool.config import load_project
from dbtool.db import DatabaseMissing, connect
from dbtool.errors import DatabaseRefused, UsageError
from dbtool.guard.mark import read_mark
from dbtool.guard.names import Meaning, meaning
from dbtool.guard.policy import built_in
from dbtool.target import load_target
from dbtool.up.branches import LONGEST, database_of
from tests.up.conftest import Local


def test_a_branch_has_a_copy_with_its_own_migrations(local: Local) -> None:
    local.repository()
    assert local.up(branch=True).data["database"] == "development", "main is the default branch"
    local.git("switch", "-qc", "fix/notes")
    (local.root / "migrations/20260102_more.sql").write_text("CREATE TABLE more ();\n")
    report = local.up()
    database = str(report.data["database"])
    assert (database.startswith("development_fix_notes_"), report.data["branch"]) == (True, "fix/notes")
    assert [step.action for step in report.steps] == ["applied", "seeded"]
    assert local.rows("SELECT id FROM notes") == [(1,)]
    assert local.rows("SELECT to_regclass('more')::text", "development") == [(None,)]
    with local.connect() as conn:
        assert read_mark(conn).environment == "development", "a copy is not marked by itself"
    target = load_target(load_project())
    with connect(target) as conn:
        assert conn.info.dbname == database, "every other command goes there"
    assert local.up().summary == "up: nothing to do"

    local.git("stash", "-qu")
    local.git("switch", "-q", "main")
    assert local.up().data["database"] == "development"
    local.git("branch", "-qD", "fix/notes")
    status = local.up(embedded=False, status=True)
    assert [(one.database, one.branch, one.gone) for one in status.data["databases"]] == [  # type: ignore[attr-defined]
        (database, "fix/notes", True)
    ]
    assert status.next == [f"dbtool drop --url up:{database}"]
    dropped = local.call(*status.next[0].split()[1:])
    assert dropped.returncode == 0, dropped.stderr
    assert local.up(embedded=False, status=True).data["databases"] == ()
    assert local.up(branch=False).data["branch"] is None


def test_who_is_connected_is_named_and_a_dropped_copy_is_made_again(local: Local) -> None:
    local.repository()
    local.up(branch=True)
    local.git("switch", "-qc", "other")
    with local.connect("development", application_name="an editor") as conn:
        with pytest.raises(DatabaseRefused, match=rf"process {conn.info.backend_pid} \(an editor\)"):
            local.up()
        assert local.remembered.database == "development"
    assert local.up().data["database"] == "development_other"
    with local.connect("template1") as conn:
        conn.execute("DROP DATABASE development_other WITH (FORCE)")
    with pytest.raises(DatabaseMissing):
        connect(load_target(load_project()))
    assert local.up().data["database"] == "development_other"


def test_without_a_branch(local: Local) -> None:
    with pytest.raises(UsageError, match="no git repository"):
        local.up(branch=True)
    local.repository()
    local.git("checkout", "-q", "--detach")
    with pytest.raises(UsageError, match="HEAD is detached at"):
        local.up(branch=True)


@pytest.mark.parametrize(
    "branch",
    ["a", "feature/x", "feature-x", "feature_x", "Ünïcode", "日本", "x" * 200, "prod", "fix-production", "é" * 90],
)
def test_names(branch: str) -> None:
    names = {database_of("development", name, built_in().words) for name in (branch, branch + "2", "y" + branch)}
    assert len(names) == 3
    assert all(len(name.encode()) <= LONGEST and name.isascii() and name.islower() for name in names)
    assert all(meaning(name, built_in().words) is Meaning.NOTHING for name in names)
