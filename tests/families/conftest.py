"""A project of two tables with one family."""

import pytest

from tests.conftest import Project

SCHEMA = """
CREATE TABLE notes (id bigint PRIMARY KEY, body text, touched boolean);
COMMENT ON TABLE notes IS 'A note. @category domain';
CREATE TABLE logs (id bigint PRIMARY KEY, touched boolean);
COMMENT ON TABLE logs IS '@category system';
"""
TOUCH = """-- Marks what was updated.
-- dbtool: category domain
-- dbtool: column touched

CREATE FUNCTION public.touch() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN NEW.touched := true; RETURN NEW; END $$;

CREATE TRIGGER touch BEFORE UPDATE ON this_table
FOR EACH ROW EXECUTE FUNCTION public.touch();
"""


def write(project: Project, **files: str) -> None:
    """Write files of sql/: schema__notes="SQL" is sql/schema/notes.sql."""
    for name, text in files.items():
        path = project.root / "sql" / (name.replace("__", "/").replace("_", "-") + ".sql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def notes(project: Project) -> Project:
    """A project of two tables, one of which is to have the family; nothing is generated yet."""
    write(project, schema__notes=SCHEMA, triggers__touch=TOUCH)
    return project


def done(project: Project, *arguments: str) -> str:
    """Run dbtool to an end that is fine, and return what it said."""
    ran = project.run(*arguments)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr
