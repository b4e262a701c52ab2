"""All families on, in a project: what dbtool generates of them is what it finds, also when partitions were made."""

from collections.abc import Callable

from tests.conftest import Database, Project
from tests.triggers.conftest import FOLDER, one

SCHEMA = """
CREATE TABLE public.t (
    id uuid NOT NULL DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL, a text, updated_at timestamptz NOT NULL DEFAULT now(),
    client_id uuid, CONSTRAINT t_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE public.t IS 'One. @category domain';
"""


def test_all_families_in_a_project(db: Database, make_project: Callable[..., Project]) -> None:
    project = make_project(db)
    (project.root / "dbtool.toml").write_text("")
    for folder in ("sql/schema", "sql/triggers", "migrations"):
        (project.root / folder).mkdir(parents=True)
    (project.root / "sql/schema/t.sql").write_text(SCHEMA)
    for path in FOLDER.glob("*.sql"):
        # as who follows what the file says
        text = path.read_text().replace("-- off dbtool: category domain", "-- dbtool: category domain")
        (project.root / "sql/triggers" / path.name).write_text(text)
    assert project.run("generate", "all", timeout=120).returncode == 0
    linted = project.run("lint", "--all", "--no-style", "--json")
    assert '"findings": []' in linted.stdout, linted.stdout
    assert project.run("migrate", "--yes").returncode == 0
    with db.connect() as conn:
        assert one(conn, "SELECT make_audit_partitions()") == 4
    checked = project.run("check", timeout=120)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = project.run("triggers", "test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "34 cases passed" in tested.stdout
