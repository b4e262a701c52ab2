"""A ledger that a newer version wrote is left alone, and the way out is told."""

import pytest

from tests.cli.conftest import Catalog, Run, refused
from tests.conftest import Database, Project


@pytest.mark.parametrize(
    "newer",
    [
        "INSERT INTO _yoyo_version VALUES (3, now())",
        "UPDATE _yoyo_log SET comment = replace(comment, 'dbtool/1', 'dbtool/2')",
    ],
    ids=["yoyo", "dbtool"],
)
def test_no_command_touches_a_ledger_of_a_newer_version(
    newer: str, project: Project, database: Database, run_here: Run, catalog: Catalog
) -> None:
    project.write(a="create table t1 (a int);", b="create table t2 (a int);", b__rollback="drop table t2;")
    assert run_here("migrate").returncode == 0
    project.write(c="create table t3 (a int);")
    with database.connect() as conn:
        conn.execute(newer)  # type: ignore[arg-type]
    before = catalog(), database.rows("SELECT * FROM _yoyo_log ORDER BY 1")
    for command in (["migrate"], ["status"], ["rollback"], ["baseline", "c"]):
        refused(run_here(*command), 2, "newer", "upgrade: pip install -U dbtool-pg")
    assert (catalog(), database.rows("SELECT * FROM _yoyo_log ORDER BY 1")) == before
