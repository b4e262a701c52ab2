"""Rule and Seen: what a rule is, and what it says of a file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.source import Role, Source

MIGRATIONS = frozenset((Role.MIGRATION, Role.ROLLBACK))
CODE = frozenset((Role.MIGRATION, Role.SCHEMA, Role.TRIGGER))  # where things are defined, not changed
EVERYWHERE = frozenset(Role)
FORWARD = frozenset((Role.MIGRATION,))


@dataclass(frozen=True, slots=True)
class Seen:
    """One place where a rule has something to say: byte offsets in the file, what is so, what to do instead."""

    start: int
    end: int
    message: str
    help: str = ""
    severity: Severity | None = None  # None: the rule's


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One hazard that is looked for.

    ``nodes`` are the kinds of statement it looks at, as libpg_query names them: it is not asked about a file that
    has none of them. None: it is asked about each file.
    """

    id: str
    title: str
    severity: Severity
    why: str
    help: str
    page: str  # of the manual: "sql-altertable.html"
    check: Callable[[Source, Context], Iterator[Seen]]
    nodes: frozenset[str] | None
    roles: frozenset[Role] = MIGRATIONS


class _Where(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def at(where: _Where, message: str, help: str = "", severity: Severity | None = None) -> Seen:
    """Return what is seen at a statement or a subcommand."""
    return Seen(where.start, where.end, message, help, severity)


def nodes(*names: str) -> frozenset[str]:
    """Return kinds of statement, for ``Rule.nodes``."""
    return frozenset(names)


def look(rules: Iterable[Rule], source: Source, context: Context) -> Iterator[tuple[Rule, Seen]]:
    """Yield what *rules* see in *source*, rule by rule."""
    names, role = source.names, source.role
    for rule in rules:
        if (rule.nodes is None or not rule.nodes.isdisjoint(names)) and role in rule.roles:
            for seen in rule.check(source, context):
                yield rule, seen
