"""What files make, as a Schema: read from a shadow that they were applied to."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.client.derive import server_schema
from dbtool.config import Project
from dbtool.errors import UsageError
from dbtool.families.family import Family, read_families
from dbtool.migrations import Folder
from dbtool.schema.files.defined import Defined, defined
from dbtool.schema.files.replayed import replayed
from dbtool.schema.reading.read import read_schema
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.schema.whole import Schema


@contextmanager
def shadow_of_project(
    project: Project,
    target: Target,
    *,
    of: str = "server",
    ahead: bool = False,
    say: Callable[[str], None] | None = None,
) -> Generator[Defined]:
    """Begin to make what sql/schema and sql/triggers define, for the migration set *of*, as defined() does.

    It holds all of sql/schema: what is for the server or for the client alone is taken out of the Schema later. Raises
    UsageError where sql/schema is not there.
    """
    if not project.schema.exists():  # not the same as an empty one: all that there is would be dropped
        raise UsageError(
            f"{project.schema} is not there: it says what the schema is to be",
            hint='make it, or name it in dbtool.toml (schema = "..."); dbtool pull writes it from a database',
        )
    families = read_families(project.triggers)
    with defined(project, target, project.schema, families, of=of, ahead=ahead, say=say) as made:
        yield made


@contextmanager
def made_of_project(
    project: Project, target: Target, *, of: str = "server", say: Callable[[str], None] | None = None
) -> Generator["Callable[[], Schema]"]:
    """Begin to make what sql/schema and sql/triggers define, as shadow_of_project(); give what waits for the Schema.

    The server's is without what is @client-only; the clients' is all of it, for client_schema() to choose from.
    """
    with shadow_of_project(project, target, of=of, ahead=True, say=say) as made:
        yield made.schema if of == "client" else lambda: server_schema(made.schema())


def made_of_files(
    project: Project,
    target: Target,
    folder: Path,
    families: Sequence[Family] = (),
    *,
    say: Callable[[str], None] | None = None,
) -> "Schema":
    """Return what the SQL files below *folder*, and *families*, define. Raises what defined() raises."""
    with defined(project, target, folder, families, say=say) as made:
        return made.schema()


def made_of_migrations(project: Project, target: Target, folder: Folder) -> "Schema":
    """Return what the migrations make. Raises what replayed() raises."""
    with replayed(project, target, folder) as conn:
        return read_schema(conn, ledger_schema=project.ledger_schema)
