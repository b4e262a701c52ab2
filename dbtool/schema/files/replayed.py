"""replayed(project, target, folder): a shadow on which all migrations were applied; the work is kept for next time.

A chain of checksums names each state: that of a file is made of the one before, its id and its text. Where many files
had to be run, a copy of the database is kept under that name, and the next time only what follows it is run.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any, cast

from dbtool.config import Project
from dbtool.errors import DatabaseRefused
from dbtool.migrations import Folder
from dbtool.queries import query
from dbtool.schema.files.replay import replay_some
from dbtool.shadow.databases import MARK, Made, create, drop, throw_away
from dbtool.shadow.servers import Server, open_server
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn

PREFIX = "dbtool_replay_"
KEPT = 3  # of one project
KEPT_IN_ALL = 12
PAYS = 20  # files: to run as many takes as long as to copy a database
_RULES = "1"  # to be raised when the same files are replayed in another way


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
        chain = _chain(server, folder)
        done, made = _begin(stack, server, chain)
        if len(chain) - done > PAYS:
            with server.connect(made.name, purpose="replay") as conn:
                replay_some(conn, folder.migrations[done : len(chain)])
            _keep(server, project, made, chain[-1], folder.migrations[len(chain) - 1].id)
            done = len(chain)
        conn = stack.enter_context(server.connect(made.name, purpose="replay"))
        replay_some(conn, (*folder.migrations[done:], *folder.post_apply))
        yield conn


def _chain(server: Server, folder: Folder) -> list[str]:
    """Return the name of the state after each file, up to the first in Python: its text does not tell what it does."""
    link = "|".join([_RULES, str(server.version), server.admin.info.user, *map(str, sorted(server.locale.items()))])
    chain: list[str] = []
    for migration in takewhile(lambda m: not m.is_python, folder.migrations):
        said = f"{link}|{migration.id}|{migration.checksum}|{migration.transactional}"
        link = hashlib.sha256(said.encode()).hexdigest()[:32]
        chain.append(link)
    return chain


def _begin(stack: ExitStack, server: Server, chain: Sequence[str]) -> tuple[int, Made]:
    """Return how many files were applied, to the longest kept state of the chain, and a throw-away copy of it."""
    import psycopg

    kept = {one.made.name: one for one in _read_kept(server)} if len(chain) > PAYS else {}
    for number in range(len(chain), 0, -1):
        if one := kept.get(PREFIX + chain[number - 1]):
            with suppress(psycopg.errors.InvalidCatalogName, DatabaseRefused):  # dropped meanwhile
                made = stack.enter_context(throw_away(server, template=one.made.name, name="replay"))
                _touch(server, one)
                return number, made
    return 0, stack.enter_context(throw_away(server, name="replay"))


# ---- what is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    made: Made
    project: str  # a number that stands for it
    used: str  # when, in UTC
    state: str  # up to which migration


_comment = re.compile(rf"{MARK} to keep for (\w+), used (\S+): (.*)", re.DOTALL)


def _read_kept(server: Server) -> list[_Kept]:
    """Return the kept states, the last used first; one without its comment was cut off, and is the last."""
    found: list[_Kept] = []
    for oid, name, comment in cast(list[Any], server.admin.execute(query("shadow/kept")).fetchall()):
        said = _comment.match(comment)
        if said or not comment:
            project, used, state = said.groups() if said else ("", "", "")
            found.append(_Kept(made=Made(name=name, oid=oid), project=project, used=used, state=state))
    return sorted(found, key=lambda kept: kept.used, reverse=True)


def _words(project: str, state: str) -> str:
    return f"{MARK} to keep for {project}, used {_now()}: {state}"


def _number(project: Project) -> str:
    return hashlib.sha256(os.fsencode(project.root)).hexdigest()[:8]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _keep(server: Server, project: Project, made: Made, link: str, last: str) -> None:
    """Keep a copy of a replayed database, and drop those that were not used for longest. Writes."""
    import psycopg

    with suppress(psycopg.Error, DatabaseRefused):  # somebody kept the same meanwhile; or it is not to be had
        words = _words(_number(project), f"the migrations up to {last}")
        create(server, PREFIX + link, template=made.name, comment=words, closed=True)
    with suppress(psycopg.Error):
        for old in _too_many(_read_kept(server)):
            drop(server, old.made)


def _too_many(kept: Sequence[_Kept]) -> list[_Kept]:
    """Return those that are not among the last used, of their project and of all."""
    counts: Counter[str] = Counter()
    left: list[_Kept] = []
    for number, one in enumerate(kept):
        counts[one.project] += 1
        if counts[one.project] > KEPT or number >= KEPT_IN_ALL:
            left.append(one)
    return left


def _touch(server: Server, kept: _Kept) -> None:
    import psycopg
    from psycopg import sql

    if kept.used[:13] == _now()[:13]:  # in this hour
        return
    with suppress(psycopg.Error):
        words = sql.Literal(_words(kept.project, kept.state))
        server.admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(kept.made.name), words))
