"""What is known beside the file that is judged: the target's version, and what the project's other files say."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbtool.errors import BadFile
from dbtool.lint.known import Known
from dbtool.lint.readers import TELLING, known_by, take_in
from dbtool.lint.table import Table
from dbtool.lint.tree import Name

if TYPE_CHECKING:
    from dbtool.lint.source import Source

NEWEST = 18


# No slots: a cached property needs the instance's own dictionary.
@dataclass(frozen=True, kw_only=True, eq=False)
class Context:
    """``version`` is the target's major version; ``schema`` the files of sql/schema; ``migrations`` those of
    migrations/ in running order. The files are read when a rule first asks. ``Context()`` knows nothing: the rules
    then judge by the file alone.
    """

    version: int = NEWEST
    schema: tuple[Path, ...] = ()
    migrations: tuple[Path, ...] = ()
    read: "dict[Path, Source]" = field(default_factory=dict[Path, "Source"])  # files that somebody has parsed already
    digests: dict[Path, bytes] = field(default_factory=dict[Path, bytes])  # the SHA-256 of files that somebody has read

    @cached_property
    def wanted(self) -> Known:
        """What sql/schema says: how the database is to be, after all migrations. Reads files."""
        return known_by((said for path in self.schema for said in _said(path, self.read)), forgets=True)

    @cached_property
    def history(self) -> Known:
        """What all migrations together say. Reads files."""
        return known_by((said for path in self.migrations for said in _said(path, self.read)), forgets=True)

    @property
    def known(self) -> Known:
        """What sql/schema says; where a project has none, what the migrations said."""
        return self.wanted if self.schema else self.history

    def before(self, path: Path) -> Known:
        """Return what the migrations before *path* said; all of them, where it is none of them. Reads files.

        It holds until the next call: migrations judged in their order are each read once.
        """
        return self._run.up_to(path)

    def speaks_of(self, word: bytes, source: "Source") -> bool:
        """Return whether any file has this word (it is given in lower case): else none needs parsing. Reads files."""
        return _has(word, source) or word in self._words or (word not in self._absent and self._look_for(word))

    def _look_for(self, word: bytes) -> bool:
        for path in (*self.schema, *self.migrations):
            source = self.read.get(path)
            if _has(word, source) if source else path.is_file() and word in path.read_bytes().lower():
                self._words.add(word)
                return True
        self._absent.add(word)
        return False

    @cached_property
    def _words(self) -> set[bytes]:
        return set()

    @cached_property
    def _absent(self) -> set[bytes]:
        return set()

    @cached_property
    def _run(self) -> "_Run":
        return _Run(self.migrations, self.read)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of all that is known here: findings of the same text with the same context are the same."""
        digest = hashlib.sha256(str(self.version).encode())
        for path in (*self.schema, *self.migrations):
            digest.update(self.digests.get(path) or _digest_of(path))
        return digest.hexdigest()


def _digest_of(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"-"


def _has(word: bytes, source: "Source") -> bool:
    return not source.script.kept_whole or word in source.lowered  # of a huge file nobody asks


class _Run:
    """The migrations in their order, taken in one after the other."""

    def __init__(self, paths: tuple[Path, ...], read: "dict[Path, Source]") -> None:
        self._paths, self._read = paths, read
        self._numbers = {path: number for number, path in enumerate(paths)}
        self._known, self._next = Known(forgets=True), 0
        self._path: Path | None = None  # the latest that was asked about: most rules ask about the same one

    def up_to(self, path: Path) -> Known:
        """Return what those before *path* said."""
        if path is self._path:
            return self._known
        self._path = path
        wanted = self._numbers.get(path, len(self._paths))
        if wanted < self._next:
            self._known, self._next = Known(forgets=True), 0
        while self._next < wanted:
            for kind, node, sql in _said(self._paths[self._next], self._read):
                take_in(self._known, kind, node, sql)
            self._next += 1
        return self._known


def _said(path: Path, read: "dict[Path, Source]") -> Iterator[tuple[str, Any, bytes]]:
    from dbtool.lint.source import read_source

    try:
        source = read.get(path) or read_source(path)
    except (BadFile, OSError):  # it is a finding of its own where that file is judged
        return
    yield from said_by(source)


def said_by(source: "Source") -> Iterator[tuple[str, Any, bytes]]:
    """Yield what *source* says of tables and what mentions them: the kind, the node and the text of a statement."""
    for one in source.all:
        if one.name in TELLING and (one.name != "comment_stmt" or b"@" in one.sql):  # a comment without tags tells none
            yield one.name, one.node, one.sql


def known_of(source: "Source", context: Context) -> Iterator[Known]:
    """Yield what the file says, what the migrations before it said, and what sql/schema says, each when asked for."""
    yield source.known
    yield context.before(source.path)
    yield context.wanted


def table_of(source: "Source", context: Context, name: Name) -> Table | None:
    """Return the table as the file makes it, else as earlier migrations, else as sql/schema says."""
    made = source.known.table(name)
    if made is not None and not made.of_others:
        return made
    return context.before(source.path).table(name) or context.wanted.table(name) or made


def before_of(source: "Source", context: Context, name: Name) -> Table | None:
    """Return the table as it was before the file; None where no migration says it."""
    return context.before(source.path).table(name)


def is_partitioned(source: "Source", context: Context, name: Name) -> bool:
    """Return whether any file says that the table is partitioned."""
    return any(table.partitioned for known in known_of(source, context) if (table := known.table(name)))
