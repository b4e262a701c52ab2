"""Shadows: empty databases to try SQL in, made in milliseconds and gone afterwards, whatever happens.

Where one is made: the server that ``shadow`` names, else one of its own, else that of development. The target is
never written to. What is dropped here was made here: its name, its comment and its oid say so (databases.py).
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dbtool.config import Project
from dbtool.shadow.databases import throw_away
from dbtool.shadow.servers import open_server
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn


@contextmanager
def shadow(
    project: Project,
    target: Target,
    *,
    like: "Conn | None" = None,
    name: str = "",
    say: Callable[[str], None] | None = None,
) -> Generator["Conn"]:
    """Give a connection (autocommit) to an empty throw-away database, which is dropped at the end. Writes there.

    *like* is an open connection to the database whose encoding and locale it is to have, and whose major version is
    compared: *say* is told where the shadow's is another. *name* goes into the application_name. Raises UsageError
    for a ``shadow`` that cannot be used, Unreachable, and DatabaseRefused where no server lets one be made.
    """
    with (
        open_server(project, target, like=like, say=say) as server,
        throw_away(server, name=name) as database,
        server.connect(database.name, purpose=f"shadow {name}".strip()) as conn,
    ):
        yield conn
