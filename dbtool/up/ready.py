"""From a server that runs to the database that is meant on it: there, its own, and for the git branch that is."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from dbtool.config import Project
from dbtool.db import DatabaseMissing, connect, create_database
from dbtool.server.remembered import Known, Remembered, with_known
from dbtool.target import Target, load_target

if TYPE_CHECKING:
    from dbtool.db import Conn

THROUGH = "template1"  # the one database that is always there, and that is no main one


def branch_meant(project: Project, *, by_branch: bool) -> str | None:
    """Return the git branch that is to have a database of its own, None for the main one. Runs git."""
    if not by_branch:
        return None
    from dbtool.up.branches import current_branch, default_branch

    branch = current_branch(project.root)
    return None if branch == default_branch(project.root) else branch


def local_target(project: Project, database: str = "") -> Target:
    """Return a database of the server that up started, wherever DATABASE_URL points; its main one's name as it is."""
    return load_target(project, "development", url=f"up:{database}")


def make_ready(
    project: Project, remembered: Remembered, branch: str | None, *, fresh: bool, say: Callable[[str], None]
) -> Remembered:
    """Return what is remembered once the database is there and marked for development. Writes.

    *fresh*: the server was started just now, so that what is known of its databases may be out of date. What a compose
    file describes is not made by dbtool: its main database is marked as any other, by the first migration.
    """
    database, made = remembered.main, False
    if branch is not None:
        from dbtool.guard.policy import read_policy
        from dbtool.up.branches import database_of

        database = database_of(remembered.main, branch, read_policy(project).words)
    known = None if fresh else remembered.databases.get(database)
    if branch is not None and known is None:
        made = _make(project, remembered.main, database, say)
    conn = _opened(project, database)
    if conn is None:
        known, made = None, _make(project, remembered.main, database, say)
        conn = connect(local_target(project, database), purpose="up")
    with closing(conn):
        if known is None and (branch is not None or remembered.kind != "compose"):
            from dbtool.up.branches import claim

            claim(conn, branch)
    if known is None:  # a copy has the rows of the main one
        before = remembered.databases.get(remembered.main if made else database, Known())
        known = Known(branch=branch, seeded=before.seeded if branch is not None or not made else "")
    return replace(with_known(remembered, database, known), database=database)


def _opened(project: Project, database: str) -> "Conn | None":
    """A connection to a database of the server, None where it has none of that name."""
    try:
        return connect(local_target(project, database), purpose="up")
    except DatabaseMissing:
        return None


def _make(project: Project, main: str, database: str, say: Callable[[str], None]) -> bool:
    """Make the main database, or a branch's as a copy of it, and return whether it was not there. Writes."""
    from dbtool.up.branches import clone

    if database == main:
        create_database(local_target(project, main))
        return True
    with closing(connect(local_target(project, THROUGH), purpose="up")) as conn:
        return clone(conn, main=main, database=database, say=say)
