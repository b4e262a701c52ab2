"""Files under migrations/ -> Migration, in the order in which they run.

The format is yoyo's for raw SQL: see docs/migration-format.md.
"""

import hashlib
import heapq
import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.histories import ADOPT, foreign_tool
from dbtool.migration_header import HEADER_BYTES, line_of, parse_header, parse_transactional, python_depends
from dbtool.spelling import close_words

# yoyo runs files of this name after each run that applied something, and never records them
POST_APPLY = "post-apply"
ROLLBACK = ".rollback.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One version: its id (the file's name without its suffix), what it depends on, and its text's SHA-256.

    The text itself is read when it is needed, so that memory does not grow with the number of files.
    """

    id: str
    folder: Path
    suffix: str = ".sql"
    has_rollback: bool = False
    depends: tuple[str, ...] = ()
    transactional: bool | None = None  # what the header says; None: read from the statements
    checksum: str = ""

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / (self.id + self.suffix)

    @property
    def rollback(self) -> Path | None:
        """The file that undoes it, where there is one."""
        return self.folder / (self.id + ROLLBACK) if self.has_rollback else None

    @property
    def undoing(self) -> "Migration":
        """The rollback file as something to be run by itself; whether it shares a transaction its statements say."""
        return replace(self, suffix=ROLLBACK, transactional=None)

    @property
    def hash(self) -> str:
        """What yoyo keys its tables by: the SHA-256 of the id."""
        return hashlib.sha256(self.id.encode()).hexdigest()

    @property
    def is_python(self) -> bool:
        """Whether this is one of yoyo's Python migrations, with steps."""
        return self.suffix == ".py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What lies in migrations/: the versions in running order, and yoyo's post-apply files."""

    path: Path
    migrations: tuple[Migration, ...] = ()
    post_apply: tuple[Migration, ...] = ()
    findings: tuple[Finding, ...] = ()

    def only(self, ids: Collection[str]) -> "Folder":
        """Return the versions with these ids, such as the applied ones; without post-apply files and findings."""
        return Folder(path=self.path, migrations=tuple(m for m in self.migrations if m.id in ids))

    def get(self, id: str) -> Migration | None:
        """Return the migration with this id, or the only one whose id starts with it."""
        exact = [m for m in self.migrations if m.id == id]
        close = exact or [m for m in self.migrations if m.id.startswith(id)]
        return close[0] if len(close) == 1 else None


def read_migrations(path: Path) -> Folder:
    """Return the migrations in *path*. Raises BadFile with every unknown dependency, cycle and double id.

    A folder that is not there holds no migrations.
    """
    if not path.exists():
        return Folder(path=path)
    with os.scandir(os.fsencode(path)) as entries:
        names = sorted(_name(path, entry.name) for entry in entries if entry.is_file() or entry.is_symlink())
    rollbacks = {name.removesuffix(ROLLBACK) for name in names if name.endswith(ROLLBACK)}
    descriptor = os.open(path, os.O_RDONLY)
    try:
        found = [_read(path, name, descriptor, rollbacks) for name in names if _is_migration(name)]
    finally:
        os.close(descriptor)
    migrations = [m for m in found if not m.id.startswith(POST_APPLY)]
    problems = (*_double_ids(migrations), *_unknown_depends(migrations))
    if problems:
        raise BadFile(*problems)
    orphans = rollbacks.difference(m.id for m in found)
    return Folder(
        path=path,
        migrations=tuple(in_order(migrations)),
        post_apply=tuple(m for m in found if m.id.startswith(POST_APPLY)),
        findings=tuple(_orphan_rollback(path, id) for id in sorted(orphans)),
    )


def in_order(migrations: Sequence[Migration]) -> list[Migration]:
    """Return the migrations so that each stands after what it depends on, and by id where that is free.

    Raises BadFile for a cycle, and names it.
    """
    seen: set[str] = set()
    for migration in migrations:  # in most projects the order of the ids is the order
        if not seen.issuperset(migration.depends):
            break
        seen.add(migration.id)
    else:
        return list(migrations)
    by_id = {m.id: m for m in migrations}
    waiting = {m.id: len(set(m.depends)) for m in migrations}
    followers: dict[str, list[str]] = defaultdict(list)
    for migration in migrations:
        for other in set(migration.depends):
            followers[other].append(migration.id)
    ready = [id for id, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    ordered: list[Migration] = []
    while ready:
        id = heapq.heappop(ready)
        ordered.append(by_id[id])
        for follower in followers[id]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, follower)
    if len(ordered) < len(migrations):
        done = {m.id for m in ordered}
        raise BadFile(_cycle_finding([m for m in migrations if m.id not in done]))
    return ordered


def heads(migrations: Sequence[Migration]) -> tuple[str, ...]:
    """Return the ids on which a new migration depends: those that no other depends on.

    Where a project keeps order by name alone, only the last one counts, not every file.
    """
    wanted = {id for m in migrations for id in m.depends}
    last = migrations[-1].id if migrations else ""
    free = [m for m in migrations if m.id not in wanted and (m.depends or m.id == last)]
    return tuple(m.id for m in free if m.id.split() == [m.id])  # an id with a blank cannot be depended on


def _foreign(path: Path, tool: str) -> Finding:
    return Finding(
        id="other-tool",
        message=f"{path.name} is a migration of {tool}: dbtool would run all of it, its way back as well",
        help=f'give dbtool a folder of its own: migrations = "..." in dbtool.toml; {ADOPT}',
        place=Place(path=path),
    )


def _name(folder: Path, raw: bytes) -> str:
    # An id is UTF-8 whatever the locale is: under another reading it would be another id, and applied twice.
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BadFile(
            Finding(
                id="not-utf8-name",
                message=f"the name of {raw!a} is not UTF-8, and a migration's id is its name",
                help="rename the file",
                place=Place(path=folder),
            )
        ) from None


def _is_migration(name: str) -> bool:
    return name.endswith((".sql", ".py")) and not name.endswith(ROLLBACK) and not name.startswith(("_tmp_", "."))


def _read(folder: Path, name: str, descriptor: int, rollbacks: set[str]) -> Migration:
    # A thousand files are read at each start of a command: the system's calls, relative to the open folder.
    try:
        file = os.open(name.encode(), os.O_RDONLY, dir_fd=descriptor)
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror}"
        raise BadFile(Finding(id="unreadable-file", message=message, place=Place(path=folder / name))) from None
    try:
        first = os.read(file, HEADER_BYTES)
        digest = hashlib.sha256(first)
        while len(first) == HEADER_BYTES and (piece := os.read(file, 1 << 20)):
            digest.update(piece)
    finally:
        os.close(file)
    if tool := foreign_tool(name, first):
        raise BadFile(_foreign(folder / name, tool))
    id, dot, suffix = name.rpartition(".")
    directives = python_depends(folder / name) if suffix == "py" else parse_header(first)
    said = directives.get("transactional")
    return Migration(
        id=id,
        folder=folder,
        suffix=dot + suffix,
        has_rollback=id in rollbacks,
        depends=tuple(directives.get("depends", "").split()),
        transactional=None if said is None else parse_transactional(folder / name, said),
        checksum=digest.hexdigest(),
    )


def _double_ids(migrations: Iterable[Migration]) -> Iterator[Finding]:
    seen: dict[str, Migration] = {}
    for migration in migrations:
        if first := seen.get(migration.id):
            yield Finding(
                id="double-id",
                message=f"two files have the id {migration.id}: {first.path.name} and {migration.path.name}",
                help="rename the one that is applied nowhere",
                place=Place(path=migration.path),
                migration=migration.id,
            )
        seen[migration.id] = migration


def _unknown_depends(migrations: Sequence[Migration]) -> Iterator[Finding]:
    known = {m.id for m in migrations}
    for migration in migrations:
        for other in migration.depends:
            if other not in known:
                close = close_words(other, known)
                yield Finding(
                    id="unknown-depends",
                    message=f"{migration.id} depends on {other}, which is not in {migration.path.parent.name}/",
                    help=f"did you mean {close[0]}?" if close else "was the file deleted, or never committed?",
                    place=Place(path=migration.path, line=line_of(migration.path, other)),
                    migration=migration.id,
                )


def _cycle_finding(stuck: Sequence[Migration]) -> Finding:
    by_id = {m.id: m for m in stuck}
    walk = [stuck[0].id]
    while True:
        following = next(id for id in by_id[walk[-1]].depends if id in by_id)
        if following in walk:
            cycle = [*walk[walk.index(following) :], following]
            break
        walk.append(following)
    first = by_id[cycle[0]]
    return Finding(
        id="dependency-cycle",
        message="these depend on each other in a circle: " + " -> ".join(cycle),
        help="take one `-- depends:` out",
        place=Place(path=first.path, line=line_of(first.path, cycle[1])),
        migration=first.id,
    )


def _orphan_rollback(path: Path, id: str) -> Finding:
    from dbtool.finding import Severity

    return Finding(
        id="orphan-rollback",
        message=f"{id}{ROLLBACK} has no {id}.sql beside it",
        help="was the migration renamed? its rollback has the same name",
        severity=Severity.WARNING,
        place=Place(path=path / (id + ROLLBACK)),
        migration=id,
    )
