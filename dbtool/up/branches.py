"""One database per git branch: how it is called, how it is made from the main one, which of them have no branch left.

The comment of such a database says which branch it is for, beside the mark that makes it a development one.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, Refused, UsageError
from dbtool.git import git
from dbtool.guard.names import Meaning, Words, meaning
from dbtool.queries import query
from dbtool.report import sized

if TYPE_CHECKING:
    from dbtool.db import Conn

LONGEST = 63  # bytes of a name: NAMEDATALEN - 1
_COMMENT = "git branch "


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchDatabase:
    """A database that was made for a git branch. ``gone``: git has no such branch any more."""

    database: str
    branch: str  # "" where its comment does not say
    bytes: int
    gone: bool


def current_branch(root: Path) -> str:
    """Return the git branch that is checked out. Runs git. Raises UsageError where there is none."""
    if branch := git(root, "symbolic-ref", "--quiet", "--short", "HEAD"):
        return branch
    if git(root, "rev-parse", "--git-dir") is None:
        raise UsageError(
            f"--branch: {root} is in no git repository, or git is not installed", hint="dbtool up --no-branch"
        )
    commit = git(root, "rev-parse", "--short", "HEAD") or "a commit"
    raise UsageError(
        f"HEAD is detached at {commit}: no branch is checked out, so there is no database of a branch",
        hint="git switch to a branch; or take the main database: dbtool up --no-branch",
    )


def default_branch(root: Path) -> str:
    """Return the branch that the main database is for: origin's HEAD, else main or master, else the only one.

    "" where git does not tell. Runs git.
    """
    if remote := git(root, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"):
        return remote.partition("/")[2]
    there = branches(root)
    usual = next((name for name in ("main", "master") if name in there), "")
    return usual or (next(iter(there)) if len(there) == 1 else "")


def branches(root: Path) -> frozenset[str]:
    """Return the git branches of this repository, with the one that has no commit yet. Runs git."""
    there = (git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads") or "").split("\n")
    here = git(root, "symbolic-ref", "--quiet", "--short", "HEAD") or ""
    return frozenset({*there, here} - {""})


def database_of(main: str, branch: str, words: Words) -> str:
    """Return the name of a branch's database: the main one's and the branch's, in letters that need no quotes. Pure.

    Where letters were changed or cut, six digits of the branch's hash tell it from another one; a name that the guard
    would take for production has those alone.

    >>> database_of("development", "invoices", Words())
    'development_invoices'
    >>> database_of("development", "Fix/invoices", Words())
    'development_fix_invoices_24c084'
    >>> database_of("development", "production-bug", Words(production=frozenset({"production"})))
    'development_branch_07eac0'
    """
    digits = hashlib.sha256(branch.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    slug = re.sub(r"[^a-z0-9]+", "_", branch.lower()).strip("_")
    whole = f"{main}_{slug}"
    if meaning(whole, words) is not Meaning.NOTHING:
        return f"{main}_branch_{digits}"
    if slug == branch and len(whole.encode()) <= LONGEST:
        return whole
    room = LONGEST - len(f"{main}__{digits}".encode())
    return f"{main}_{slug[:room].rstrip('_') or 'branch'}_{digits}"


def clone(conn: "Conn", *, main: str, database: str, say: Callable[[str], None]) -> bool:
    """Return whether the branch's database had to be made, as a copy of the main one. Writes.

    *conn* is to another database of the server: a template may have nobody connected to it.
    """
    import psycopg
    from psycopg import sql

    there, size = cast(Any, conn.execute(query("up/database"), {"database": database, "main": main}).fetchone())
    if there:
        return False
    if size is None:
        raise DatabaseRefused(f"the server has no database {main} to copy for the branch", hint="dbtool up --no-branch")
    _refuse_connected(conn, main)
    say(f"copying {main}, {sized(size)}, to {database}")
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(main))
    try:
        conn.execute(copy)
    except psycopg.errors.DuplicateDatabase:
        return False  # another run was faster
    except psycopg.errors.ObjectInUse:
        _refuse_connected(conn, main)
        raise
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseRefused(
            f"the database {database} cannot be made: {str(error).strip()}",
            hint=f"ALTER ROLE {conn.info.user} CREATEDB",
        ) from None
    return True


def _refuse_connected(conn: "Conn", main: str) -> None:
    rows = cast(list[Any], conn.execute(query("up/clients"), {"database": main}).fetchall())
    if not rows:
        return
    told = ", ".join(f"process {pid}" + (f" ({name})" if name else "") for pid, name in rows)
    raise DatabaseRefused(
        f"{main} cannot be copied for the branch while somebody is connected to it: {told}",
        hint="close these connections, or end them, SELECT pg_terminate_backend("
        f"{rows[0][0]}), then run the command again",
    )


def claim(conn: "Conn", branch: str | None) -> None:
    """Mark the connected database as what it was made for: development, and the branch. A mark that it has stays.

    Writes; not where the role may not, or another run is doing the same.
    """
    import psycopg
    from psycopg import sql

    from dbtool.guard.mark import read_mark, write_mark

    mark = read_mark(conn)
    if mark.environment or not mark.owner or not mark.system:
        return
    try:
        if branch is not None and _COMMENT not in mark.comment:
            comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
            conn.execute(comment.format(sql.Identifier(mark.database), sql.Literal(_COMMENT + branch)))
            mark = read_mark(conn)
        write_mark(conn, mark, "development")
    except (DatabaseRefused, Refused, psycopg.errors.InternalError, psycopg.errors.UniqueViolation):
        return


def read_branch_databases(conn: "Conn", main: str, root: Path, known: Mapping[str, str]) -> tuple[BranchDatabase, ...]:
    """Return the databases that were made for git branches; *known* are branches by database. Read-only. Runs git."""
    there = branches(root)
    rows = cast(list[Any], conn.execute(query("up/databases"), {"main": main}).fetchall())
    found = [(database, known.get(database) or branch_in(comment), size) for database, size, comment in rows]
    return tuple(
        BranchDatabase(database=database, branch=branch, bytes=size, gone=branch not in there)
        for database, branch, size in found
        if branch
    )


def branch_in(comment: str) -> str:
    """Return the git branch that a database's comment names, "" where it names none. Pure.

    >>> branch_in("git branch fix/a @dbtool.environment=development system=7 oid=5")
    'fix/a'
    """
    found = re.match(rf"{_COMMENT}(\S+)", comment)
    return found[1] if found else ""
