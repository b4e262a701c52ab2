"""One file to be judged -> Source: its statements with their parse trees, and what it makes itself."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbtool.finding import Finding
from dbtool.lint.commands import Command, commands_of
from dbtool.lint.known import Known
from dbtool.lint.locks import locks_of
from dbtool.lint.made import Made, made_by
from dbtool.lint.readers import known_by
from dbtool.lint.tree import Name
from dbtool.lock_modes import Lock
from dbtool.parser import HUGE, node_name, syntax_tree
from dbtool.script import Script, examine_script

if TYPE_CHECKING:
    from dbtool.lint.columns import Defined


class Role(StrEnum):
    """What a file is for: a rule looks at some of these."""

    MIGRATION = "migration"
    ROLLBACK = "rollback"
    SCHEMA = "schema"
    SEED = "seed"
    TRIGGER = "trigger"


# The kinds that can be told without a tree; a data file has 400,000 of them.
_plain = re.compile(rb"(insert|update|delete|comment)\b", re.IGNORECASE)


# No slots: a cached property needs the instance's own dictionary. Here as in Source.
@dataclass(frozen=True, kw_only=True, eq=False)
class Parsed:
    """One statement; ``number`` counts from 1. ``start`` and ``end`` are byte offsets in the file.

    ``inside`` is the statement that runs this one, a DO block for one; it then has the number of that, and its place
    is as near as can be told.
    """

    number: int
    start: int
    end: int
    sql: bytes
    inside: "Parsed | None" = None
    base: int | None = None  # where in the file the tree counts its locations from; None: from ``start``

    @cached_property
    def tree(self) -> Any:
        """The protobuf node of libpg_query, parsed when it is first asked for."""
        return syntax_tree(self.sql)

    @cached_property
    def name(self) -> str:
        """The kind of the statement, as libpg_query names it; "" for one too large to be looked at."""
        if plain := _plain.match(self.sql):
            return f"{plain[1].decode().lower()}_stmt"
        return node_name(self.tree) if len(self.sql) <= HUGE else ""

    @cached_property
    def node(self) -> Any:
        """What the tree holds: the IndexStmt of a CREATE INDEX."""
        return getattr(self.tree, self.name)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The subcommands of an ALTER TABLE."""
        return tuple(commands_of(self))

    @cached_property
    def locks(self) -> tuple[tuple[Name, Lock], ...]:
        """The tables that it locks, and how."""
        return tuple(locks_of(self))

    def at(self, location: int) -> int:
        """Return the offset in the file of what the tree locates; the statement's own where it says none."""
        place = location + (self.start if self.base is None else self.base)
        return place if location > 0 and self.inside is None and self.start < place < self.end else self.start

    @property
    def span(self) -> tuple[int, int]:
        """Start and end."""
        return self.start, self.end


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """One file: ``transactional`` says that it runs in one transaction, ``rollback`` is the file that undoes it."""

    path: Path
    role: Role
    script: Script
    transactional: bool = True
    statements: tuple[Parsed, ...]
    rollback: Path | None = None
    refused: tuple[Finding, ...] = ()

    @cached_property
    def embedded(self) -> tuple[Parsed, ...]:
        """What DO blocks run, also by EXECUTE of a literal, and functions that the file makes and then calls."""
        from dbtool.lint.bodies import called_by, embedded_in

        if not _RUNS_OTHERS.intersection(s.name for s in self.statements):
            return ()
        makes = any(s.name == "create_function_stmt" for s in self.statements)
        found: list[Parsed] = []
        for statement in self.statements:
            if statement.name == "do_stmt":
                found += embedded_in(statement)
            elif makes and statement.name in _RUNS_OTHERS:
                for function in called_by(self.statements, statement):
                    found += embedded_in(function, statement)
        return tuple(found)

    @cached_property
    def all(self) -> tuple[Parsed, ...]:
        """Every statement in the order in which they run; those of a DO block stand behind it."""
        if not self.embedded:
            return self.statements
        inner: dict[Parsed, list[Parsed]] = defaultdict(list)
        for one in self.embedded:
            if one.inside:
                inner[one.inside].append(one)
        return tuple(one for s in self.statements for one in (s, *inner.get(s, ())))

    @cached_property
    def lowered(self) -> bytes:
        """The text in lower case, of a file that is in memory."""
        return bytes(self.script.source).lower() if self.script.kept_whole else b""

    @cached_property
    def by_name(self) -> dict[str, list[Parsed]]:
        """Every statement, by its kind."""
        found: dict[str, list[Parsed]] = defaultdict(list)
        for one in self.all:
            found[one.name].append(one)
        return dict(found)

    @cached_property
    def names(self) -> frozenset[str]:
        """The kinds of statement in the file."""
        return frozenset(self.by_name)

    def each(self, *names: str) -> Iterator[tuple[Parsed, Any]]:
        """Yield the statements of these kinds with what their tree holds."""
        for name in names:
            for one in self.by_name.get(name, ()):
                yield one, one.node

    @cached_property
    def known(self) -> Known:
        """What the file says of tables, its own statements alone."""
        from dbtool.lint.context import said_by

        return known_by(said_by(self))

    @cached_property
    def order(self) -> dict[Parsed, int]:
        """Where each statement stands in ``all``."""
        return {one: number for number, one in enumerate(self.all)}

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Every subcommand of every ALTER TABLE."""
        return tuple(c for one in self.by_name.get("alter_table_stmt", ()) for c in one.commands)

    @cached_property
    def columns(self) -> "tuple[Defined, ...]":
        """Every column that the file defines, or whose type it changes."""
        from dbtool.lint.columns import defined_columns

        return tuple(defined_columns(self))

    @cached_property
    def _of_old_tables(self) -> tuple[Command, ...]:
        return tuple(c for c in self.commands if not self.is_new(c.table, c.parsed))

    @cached_property
    def _by_kind(self) -> dict[str, list[Command]]:
        return _by_kind(self.commands)

    @cached_property
    def _of_old_tables_by_kind(self) -> dict[str, list[Command]]:
        return _by_kind(self._of_old_tables)

    @cached_property
    def made(self) -> Made:
        """What the file makes."""
        return made_by(self.all)

    def is_new(self, name: Name, at: Parsed) -> bool:
        """Return whether this object is made in the file before *at*, so that nobody uses it yet."""
        return self.made.before(name, self.order[at])

    def altered(self, *kinds: str, new: bool = False) -> Iterator[Command]:
        """Yield the subcommands of these kinds, all for none; those on tables of the file's own making where *new*."""
        if not kinds:
            yield from self.commands if new else self._of_old_tables
            return
        by_kind = self._by_kind if new else self._of_old_tables_by_kind
        for kind in kinds:
            yield from by_kind.get(kind, ())

    @cached_property
    def transactions(self) -> tuple[tuple[Parsed, ...], ...]:
        """The statements of the file, grouped by the transaction they run in."""
        groups: list[tuple[Parsed, ...]] = []
        explicit = any(_transaction_word(one) == "begin" for one in self.statements)
        together, open_group = self.transactional and not explicit, list[Parsed]()
        inside = together
        for one in self.all:
            word = _transaction_word(one)
            if word and not together:
                groups.append(tuple(open_group))
                open_group, inside = [], word == "begin"
            elif inside:
                open_group.append(one)
            elif one.inside:
                groups[-1] = (*groups[-1], one)
            else:
                groups.append((one,))
        return tuple(group for group in (*groups, tuple(open_group)) if group)

    @cached_property
    def in_transaction(self) -> frozenset[Parsed]:
        """The statements that stand in a transaction block."""
        explicit = any(_transaction_word(one) == "begin" for one in self.statements)
        if self.transactional and not explicit:
            return frozenset(self.all)
        inside, found = False, set[Parsed]()
        for one in self.all:
            word = _transaction_word(one)
            inside = word == "begin" if word else inside
            if (inside or one.inside) and not word:
                found.add(one)
        return frozenset(found)


def _by_kind(commands: Iterable[Command]) -> dict[str, list[Command]]:
    found: dict[str, list[Command]] = defaultdict(list)
    for command in commands:
        found[command.kind].append(command)
    return dict(found)


_RUNS_OTHERS = frozenset(("do_stmt", "select_stmt", "call_stmt"))
_control = re.compile(
    rb"(?:(begin|start\s+transaction)|(commit|end|rollback(?!\s+to)(?!\s+prepared)|abort))\b", re.IGNORECASE
)


def _transaction_word(one: Parsed) -> str:
    if one.name != "transaction_stmt" or one.inside:
        return ""
    found = _control.match(one.sql)
    return "" if found is None else "begin" if found[1] else "end"


def read_source(
    path: Path, role: Role = Role.MIGRATION, *, transactional: bool = True, rollback: Path | None = None
) -> Source:
    """Return the file as the rules see it. Raises BadFile where it cannot be split into statements."""
    trees = dict[int, Any]()
    script, refused = examine_script(path, trees)
    return source_of(script, role, transactional=transactional, rollback=rollback, refused=refused, trees=trees)


def source_of(
    script: Script,
    role: Role = Role.MIGRATION,
    *,
    transactional: bool = True,
    rollback: Path | None = None,
    refused: tuple[Finding, ...] = (),
    trees: Mapping[int, Any] | None = None,
) -> Source:
    """Return what the rules see of a script; *trees* are the syntax trees, by where their statements start."""
    base = len(_BOM) if script.source[:3] == _BOM else 0
    return Source(
        path=script.path,
        role=role,
        script=script,
        transactional=transactional,
        rollback=rollback,
        refused=refused,
        statements=tuple(
            _parsed(number, s.start, bytes(script.source[s.start : s.end]), trees.get(s.start) if trees else None, base)
            for number, s in enumerate(script.statements, start=1)
        ),
    )


_BOM = b"\xef\xbb\xbf"


def _parsed(number: int, start: int, sql: bytes, tree: Any, base: int) -> Parsed:
    parsed = Parsed(number=number, start=start, end=start + len(sql), sql=sql, base=None if tree is None else base)
    if tree is not None:
        parsed.__dict__["tree"] = tree  # what the cached property would find, without parsing the text again
    return parsed
