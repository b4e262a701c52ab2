"""rebase: the migrations of this branch, put after those of another that were merged in between.

What is this branch's own, git says: the files that the other branch has not. A file that was applied anywhere but here
stays as it is; one that was applied here may get another parent, which is a comment, and is never deleted.
"""

import re
import shutil
import subprocess
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from dbtool.config import Project
from dbtool.db import connect
from dbtool.errors import DbtoolError, UsageError
from dbtool.files import write_atomically
from dbtool.git import USUAL_BASES
from dbtool.ledger import read_ledger
from dbtool.migrations import Folder, Migration, heads, in_order, read_migrations
from dbtool.report import counted
from dbtool.script import read_script
from dbtool.target import Target, load_target


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """The migrations of both sides of a merge."""

    base: str
    theirs: Folder
    mine: tuple[Migration, ...]

    @property
    def parents(self) -> tuple[str, ...]:
        """What the first of mine is to depend on."""
        return heads(self.theirs.migrations)

    @property
    def roots(self) -> tuple[Migration, ...]:
        """Those of mine that depend on none of mine."""
        own = {m.id for m in self.mine}
        return tuple(m for m in self.mine if not own & set(m.depends))

    @property
    def in_line(self) -> bool:
        """Whether mine come after theirs already."""
        return all(set(root.depends) == set(self.parents) for root in self.roots)


def read_branches(project: Project, folder: Folder, base: str | None) -> Branches:
    """Return which migrations are this branch's. Runs git. Raises UsageError where it cannot tell."""
    chosen = base or next((b for b in USUAL_BASES if _git(project.root, "rev-parse", "--verify", "--quiet", b)), "")
    if not chosen:
        raise UsageError("--rebase needs the branch that was merged", hint="--base origin/main")
    listed = _git(project.root, "ls-tree", "--name-only", "--full-tree", chosen, f"{_in_repository(project, folder)}/")
    if listed is None:
        raise UsageError(f"git does not know {chosen}", hint="git fetch; or another --base")
    known = {Path(line).name for line in listed.splitlines()}
    mine = tuple(m for m in folder.migrations if m.path.name not in known)
    if not mine:
        raise UsageError(f"all migrations here are in {chosen} too: there is nothing of this branch to put after them")
    theirs = tuple(m for m in folder.migrations if m.path.name in known)
    return Branches(base=chosen, theirs=replace(folder, migrations=theirs), mine=mine)


def applied_here(project: Project, target: Target, mine: Iterable[Migration]) -> set[str]:
    """Return which of *mine* the development database has. Read-only on every environment's database.

    Raises UsageError where another environment has one, or cannot be asked.
    """
    ids = {m.id for m in mine}
    for name in project.environments:
        if name == target.name:
            continue
        try:
            found = ids & _applied(project, load_target(project, name))
        except DbtoolError as error:
            why = error.message.splitlines()[0]
            raise UsageError(
                f"--rebase has to know what {name} has applied, and it cannot be asked: {why}",
                hint="make it reachable; or write the migrations again by hand",
            ) from None
        if found:
            raise UsageError(
                f"{', '.join(sorted(found))} of this branch was applied to {name}: it stays as it is",
                hint="dbtool new, and let it depend on both heads",
            )
    return ids & _applied(project, target)


def _applied(project: Project, target: Target) -> set[str]:
    with connect(target, purpose="rebase", read_only=True) as conn:
        return set(read_ledger(conn, project.ledger_schema).applied)


@contextmanager
def reparented(branches: Branches) -> Generator[Folder]:
    """Give the migrations as they would be: all of theirs, then mine. Writes to a folder of its own."""
    with TemporaryDirectory(prefix="dbtool-rebase-") as name:
        path = Path(name)
        for migration in (*branches.theirs.migrations, *branches.mine):
            shutil.copy(migration.path, path)
        for root in branches.roots:
            copy = path / root.path.name
            copy.write_bytes(_with_parents(copy.read_bytes(), branches.parents))
        yield read_migrations(path)


def reparent(branches: Branches) -> tuple[Path, ...]:
    """Let the first of mine depend on the last of theirs; return the files. Writes files."""
    for root in branches.roots:
        write_atomically(root.path, _with_parents(root.path.read_bytes(), branches.parents).decode())
    return tuple(root.path for root in branches.roots)


_depends = re.compile(rb"\A(\xef\xbb\xbf)?((?:[ \t]*--[^\n]*\n|[ \t]*\n)*)")


def _with_parents(text: bytes, parents: Sequence[str]) -> bytes:
    """Return a migration with other parents at its top.

    >>> _with_parents(b"-- depends: a\\n-- x\\nSELECT 1;", ["b"])
    b'-- depends: b\\n-- x\\nSELECT 1;'
    """
    head = _depends.match(text)
    top = head[2] if head else b""
    kept = b"".join(
        line for line in top.splitlines(keepends=True) if not re.match(rb"[ \t]*--[ \t]*depends[ \t]*:", line)
    )
    lines = b"".join(f"-- depends: {id}\n".encode() for id in parents)
    return lines + kept + (text[head.end() :] if head else text)


_ROWS = re.compile(rb"(?:insert|update|delete|merge|copy|truncate|select|with|do|call)\b", re.IGNORECASE)


def refuse_what_is_not_generated(mine: Sequence[Migration], here: set[str]) -> None:
    """Raise UsageError where mine cannot be written anew: applied here, in Python, or about rows."""
    if here:
        raise UsageError(
            f"{', '.join(sorted(here))} of this branch was applied here, and has to be written anew",
            hint=f"dbtool rollback --steps {len(here)}, and then again",
        )
    for migration in mine:
        if migration.is_python or any(_about_rows(migration)):
            raise UsageError(
                f"{migration.path.name} does something to rows, which no schema says: it cannot be written anew",
                hint="mend it by hand so that it runs after the others, and let it depend on "
                + ", ".join(heads(in_order([m for m in mine if m is not migration]) or mine)),
            )


def _about_rows(migration: Migration) -> Iterable[bool]:
    script = read_script(migration.path)
    return (bool(_ROWS.match(script.text(statement))) for statement in script.statements)


def delete(mine: Sequence[Migration]) -> tuple[Path, ...]:
    """Delete the files of mine, which nothing has applied; return them. Writes files."""
    files = [path for m in mine for path in (m.path, m.rollback) if path]
    for path in files:
        path.unlink()
    return tuple(files)


def name_of(mine: Sequence[Migration]) -> str:
    """Return the words in the last one's id, for the one that takes their place."""
    return re.sub(r"^\d+_", "", mine[-1].id).replace("_", " ") or counted(len(mine), "migration")


def _in_repository(project: Project, folder: Folder) -> str:
    top = _git(project.root, "rev-parse", "--show-toplevel")
    if top is None:
        raise UsageError("--rebase needs git, and this is no repository")
    return str(folder.path.resolve().relative_to(Path(top.strip()).resolve()))


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError("--rebase needs git, which is not here") from None
    return done.stdout if done.returncode == 0 else None
