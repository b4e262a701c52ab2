"""replayed(project, target, folder): a shadow on which all migrations were applied; the work is kept for next time.

A chain of checksums names each state: that of a file is made of the one before, its id and its text. Where many files
had to be run, a copy of the database is kept under that name, and the next time only what follows it is run.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING

from dbtool.config import Project
from dbtool.migrations import Folder
from dbtool.schema.files.kept import copy_of, first_link, keep, link_of, owner_of, read_kept
from dbtool.schema.files.replay import replay_some
from dbtool.shadow.databases import Made, throw_away
from dbtool.shadow.servers import Server, open_server
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn

PAYS = 20  # files: to run as many takes as long as to copy a database


@contextmanager
def replayed(
    project: Project,
    target: Target,
    folder: Folder,
    *,
    like: "Conn | None" = None,
    say: Callable[[str], None] | None = None,
) -> Generator["Conn"]:
    """Give a connection (autocommit) to a shadow on which *folder* was replayed. Writes there.

    As shadow() and replay(), and raises what they raise.
    """
    with ExitStack() as stack:
        server = stack.enter_context(open_server(project, target, like=like, say=say))
        made = replayed_on(stack, server, project, folder)
        yield stack.enter_context(server.connect(made.name, purpose="replay"))


def replayed_on(stack: ExitStack, server: Server, project: Project, folder: Folder) -> Made:
    """Return a throw-away database of *server* on which *folder* was replayed; *stack* drops it. Writes there."""
    chain = _chain(server, folder)
    done, made = _begin(stack, server, chain)
    if len(chain) - done > PAYS:
        with server.connect(made.name, purpose="replay") as conn:
            replay_some(conn, folder.migrations[done : len(chain)])
        state = f"the migrations up to {folder.migrations[len(chain) - 1].id}"
        keep(server, made, link=chain[-1], owner=owner_of(project), state=state)
        done = len(chain)
    if rest := (*folder.migrations[done:], *folder.post_apply):
        with server.connect(made.name, purpose="replay") as conn:
            replay_some(conn, rest)
    return made


def _chain(server: Server, folder: Folder) -> list[str]:
    """Return the name of the state after each file, up to the first in Python: its text does not tell what it does."""
    link = first_link(server)
    chain: list[str] = []
    for migration in takewhile(lambda m: not m.is_python, folder.migrations):
        link = link_of(link, migration.id, migration.checksum, migration.transactional)
        chain.append(link)
    return chain


def _begin(stack: ExitStack, server: Server, chain: Sequence[str]) -> tuple[int, Made]:
    """Return how many files were applied, to the longest kept state of the chain, and a throw-away copy of it."""
    kept = {one.link: one for one in read_kept(server)} if len(chain) > PAYS else {}
    for number in range(len(chain), 0, -1):
        if (one := kept.get(chain[number - 1])) and (made := copy_of(stack, server, one, name="replay")):
            return number, made
    return 0, stack.enter_context(throw_away(server, name="replay"))
