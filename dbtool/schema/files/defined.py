"""defined(project, target, folder): what the files of a schema define, made on a shadow beside other work.

As with migrations, what took much work is kept, under the name that the texts of the files give it.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.beside import beside
from dbtool.config import Project
from dbtool.schema.files.definitions import files_of
from dbtool.schema.files.kept import copy_of, first_link, keep, link_of, owner_of, read_kept
from dbtool.schema.files.sources import apply_schema
from dbtool.schema.reading.read import read_schema
from dbtool.shadow.databases import throw_away
from dbtool.shadow.servers import open_server
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.schema.whole import Schema

PAYS = 20_000  # bytes of SQL: to run as many takes as long as to copy a database


@contextmanager
def defined(
    project: Project, target: Target, folder: Path, *, say: Callable[[str], None] | None = None
) -> Generator["Callable[[], Schema]"]:
    """Begin to make what the SQL files below *folder* define; give what waits for it and returns it. Writes a shadow.

    The shadow is dropped at the end, also where nobody waited. Raises what shadow() raises; what is given raises what
    apply_schema() does.
    """
    texts = tuple(_texts(folder))
    pays = sum(map(len, texts)) > PAYS
    with ExitStack() as stack:
        server = stack.enter_context(open_server(project, target, say=say))
        link = link_of(first_link(server), "sql", *texts)
        kept = [one for one in read_kept(server) if one.link == link] if pays else []
        copy = copy_of(stack, server, kept[0], name="wanted") if kept else None
        made = copy or stack.enter_context(throw_away(server, name="wanted"))

        def make() -> "Schema":
            if copy is None:
                with server.connect(made.name, purpose="shadow wanted") as conn:
                    apply_schema(conn, folder)
            if copy is None and pays and tuple(_texts(folder)) == texts:  # nobody wrote meanwhile
                keep(server, made, link=link, owner=owner_of(project, "s"), state=f"the files of {folder.name}")
            with server.connect(made.name, purpose="shadow wanted") as conn:
                return read_schema(conn, ledger_schema=project.ledger_schema)

        yield beside(make).result


def _texts(folder: Path) -> Iterator[bytes]:
    for path in files_of(folder):
        yield path.read_bytes()
