"""What files make, as a Schema: read from a shadow that they were applied to."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.config import Project
from dbtool.errors import UsageError
from dbtool.migrations import Folder
from dbtool.schema.files.defined import defined
from dbtool.schema.files.replayed import replayed
from dbtool.schema.reading.read import read_schema
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.schema.whole import Schema


@contextmanager
def made_of_project(
    project: Project, target: Target, *, say: Callable[[str], None] | None = None
) -> Generator["Callable[[], Schema]"]:
    """Begin to make what sql/schema defines, as defined() does. Raises UsageError where it is not there."""
    if not project.schema.exists():  # not the same as an empty one: all that there is would be dropped
        raise UsageError(
            f"{project.schema} is not there: it says what the schema is to be",
            hint='make it, or name it in dbtool.toml (schema = "..."); dbtool pull writes it from a database',
        )
    with defined(project, target, project.schema, say=say) as wanted:
        yield wanted


def made_of_files(
    project: Project, target: Target, folder: Path, *, say: Callable[[str], None] | None = None
) -> "Schema":
    """Return what the SQL files below *folder* define. Raises what defined() raises."""
    with defined(project, target, folder, say=say) as made:
        return made()


def made_of_migrations(project: Project, target: Target, folder: Folder) -> "Schema":
    """Return what the migrations make. Raises what replayed() raises."""
    with replayed(project, target, folder) as conn:
        return read_schema(conn, ledger_schema=project.ledger_schema)
