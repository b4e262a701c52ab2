"""What shadows became by much work, kept for next time: copies that nobody can connect to, under the name of the state.

A name is a checksum of all that the state came from. The copies that were not used for longest are dropped.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from dbtool.config import Project
from dbtool.errors import DatabaseRefused
from dbtool.queries import query
from dbtool.shadow.databases import MARK, Made, create, drop, throw_away
from dbtool.shadow.servers import Server

PREFIX = "dbtool_replay_"
KEPT = 3  # of one project, and of one sort
KEPT_IN_ALL = 12
_RULES = "3"  # to be raised when the same files make something else


def first_link(server: Server) -> str:
    """Return what the name of each state on this server begins with: what the same files give may differ by it."""
    return "|".join([_RULES, str(server.version), server.admin.info.user, *map(str, sorted(server.locale.items()))])


def link_of(before: str, *said: object) -> str:
    """Return the name of the state that *said* makes of the one before."""
    return hashlib.sha256("|".join([before, *map(str, said)]).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A copy that is kept."""

    made: Made
    owner: str  # the project and the sort, as owner_of()
    used: str  # when, in UTC
    state: str  # in words

    @property
    def link(self) -> str:
        """The name of the state."""
        return self.made.name.removeprefix(PREFIX)


def owner_of(project: Project, sort: str = "") -> str:
    """Return a word for the project and the sort of state; KEPT are kept for each."""
    return hashlib.sha256(os.fsencode(project.root)).hexdigest()[:8] + sort


_comment = re.compile(rf"{MARK} to keep for (\w+), used (\S+): (.*)", re.DOTALL)


def read_kept(server: Server) -> list[Kept]:
    """Return the kept states, the last used first; one without its comment was cut off, and is the last. Read-only."""
    found: list[Kept] = []
    for oid, name, comment in cast(list[Any], server.admin.execute(query("shadow/kept")).fetchall()):
        said = _comment.match(comment)
        if said or not comment:
            owner, used, state = said.groups() if said else ("", "", "")
            found.append(Kept(made=Made(name=name, oid=oid), owner=owner, used=used, state=state))
    return sorted(found, key=lambda kept: kept.used, reverse=True)


def copy_of(stack: ExitStack, server: Server, kept: Kept, *, name: str) -> Made | None:
    """Return a throw-away copy, which *stack* drops; None where the kept one is gone meanwhile. Writes."""
    import psycopg

    with suppress(psycopg.errors.InvalidCatalogName, DatabaseRefused):
        made = stack.enter_context(throw_away(server, template=kept.made.name, name=name))
        _touch(server, kept)
        return made
    return None


def keep(server: Server, made: Made, *, link: str, owner: str, state: str) -> None:
    """Keep a copy of a database that nobody is connected to, and drop those that are too many. Writes."""
    import psycopg

    with suppress(psycopg.Error, DatabaseRefused):  # somebody kept the same meanwhile; or it is not to be had
        create(server, PREFIX + link, template=made.name, comment=_words(owner, state), closed=True)
    with suppress(psycopg.Error):
        for old in _too_many(read_kept(server)):
            drop(server, old.made)


def _words(owner: str, state: str) -> str:
    return f"{MARK} to keep for {owner}, used {_now()}: {state}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _too_many(kept: Sequence[Kept]) -> list[Kept]:
    """Return those that are not among the last used, of their owner and of all."""
    counts: Counter[str] = Counter()
    left: list[Kept] = []
    for number, one in enumerate(kept):
        counts[one.owner] += 1
        if counts[one.owner] > KEPT or number >= KEPT_IN_ALL:
            left.append(one)
    return left


def _touch(server: Server, kept: Kept) -> None:
    import psycopg
    from psycopg import sql

    if kept.used[:13] == _now()[:13]:  # in this hour
        return
    with suppress(psycopg.Error):
        words = sql.Literal(_words(kept.owner, kept.state))
        server.admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(kept.made.name), words))
