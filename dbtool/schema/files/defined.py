"""defined(project, target, folder): what the files of a schema define, made on a shadow beside other work.

As with migrations, what took much work is kept, under the name that the texts of the files give it.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.beside import beside
from dbtool.config import Project
from dbtool.families.family import Family
from dbtool.schema.files.definitions import files_of
from dbtool.schema.files.kept import copy_of, first_link, keep, link_of, owner_of, read_kept
from dbtool.schema.files.sources import apply_schema
from dbtool.schema.reading.read import read_schema
from dbtool.shadow.databases import throw_away
from dbtool.shadow.servers import open_server
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.schema.whole import Schema

PAYS = 20_000  # bytes of SQL: to run as many takes as long as to copy a database


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """What is being made; each waits for it: ``conn`` returns a connection (autocommit) to the shadow."""

    schema: "Callable[[], Schema]"
    conn: "Callable[[], Conn]"


@contextmanager
def defined(
    project: Project,
    target: Target,
    folder: Path,
    families: Sequence[Family] = (),
    *,
    of: str = "server",
    ahead: bool = True,
    say: Callable[[str], None] | None = None,
) -> Generator[Defined]:
    """Begin to make what the SQL files below *folder*, and *families*, define. Writes a shadow.

    *ahead*: its schema is read as soon as it is there, for whoever wants nothing else.

    The shadow is dropped at the end, also where nobody waited. Raises what shadow() raises; what is given raises what
    apply_schema() does.
    """
    texts = tuple(_texts(folder, families))
    pays = sum(map(len, texts)) > PAYS
    with ExitStack() as stack:
        server = stack.enter_context(open_server(project, target, say=say))
        link = link_of(first_link(server), "sql", of, *texts)
        kept = [one for one in read_kept(server) if one.link == link] if pays else []
        copy = copy_of(stack, server, kept[0], name="wanted") if kept else None
        made = copy or stack.enter_context(throw_away(server, name="wanted"))

        def make() -> "Schema | None":
            if copy is None:
                with server.connect(made.name, purpose="shadow wanted") as conn:
                    apply_schema(conn, folder, families, of=of)
            if copy is None and pays and tuple(_texts(folder, families)) == texts:  # nobody wrote meanwhile
                keep(server, made, link=link, owner=owner_of(project, "s"), state=f"the files of {folder.name}")
            return read() if ahead else None

        def read() -> "Schema":
            with server.connect(made.name, purpose="shadow wanted") as conn:
                return read_schema(conn, ledger_schema=project.ledger_schema)

        making = beside(make)

        def conn() -> "Conn":
            making.result()
            return stack.enter_context(server.connect(made.name, purpose="shadow wanted"))

        yield Defined(schema=lambda: making.result() or read(), conn=conn)


def _texts(folder: Path, families: Sequence[Family]) -> Iterator[bytes]:
    for path in (*files_of(folder), *(family.path for family in families)):
        yield path.read_bytes()
