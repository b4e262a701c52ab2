"""What files say exists: tables with their columns and constraints, and what mentions them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dbtool.lint.table import Constraint, Table
from dbtool.lint.tree import Name


@dataclass(slots=True, kw_only=True)
class Publication:
    """A publication, and of each table the columns and the row filter."""

    name: str
    all_tables: bool = False
    schemas: list[str] = field(default_factory=list[str])
    tables: list[tuple[Name, tuple[str, ...], Any]] = field(default_factory=list[tuple[Name, tuple[str, ...], Any]])


@dataclass(slots=True, kw_only=True)
class Routine:
    """A function or procedure."""

    name: Name
    node: Any
    sql: bytes

    @property
    def volatility(self) -> str:
        """What it says of itself; "" for nothing, which means volatile."""
        found = (o.def_elem.arg.string.sval for o in self.node.options if o.def_elem.defname == "volatility")
        return next(found, "")


@dataclass(slots=True, kw_only=True)
class Known:
    """What was said so far. ``forgets``: a DROP takes away what it drops; else all that was ever said stays."""

    forgets: bool = False
    tables: dict[str, list[Table]] = field(default_factory=dict[str, list[Table]])
    views: dict[str, tuple[Name, Any, bytes]] = field(default_factory=dict[str, tuple[Name, Any, bytes]])
    routines: dict[str, list[Routine]] = field(default_factory=dict[str, list[Routine]])
    policies: list[tuple[str, Name, Any, bytes]] = field(default_factory=list[tuple[str, Name, Any, bytes]])
    triggers_by_table: dict[str, list[tuple[str, Name, Any]]] = field(
        default_factory=dict[str, list[tuple[str, Name, Any]]]
    )
    publications: dict[str, Publication] = field(default_factory=dict[str, Publication])
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    domains: dict[str, Any] = field(default_factory=dict[str, Any])

    def table(self, name: Name) -> Table | None:
        """Return the table of this name; None where no file says it."""
        return next((t for t in self.tables.get(name.name, ()) if name.same(t.name)), None)

    def all_tables(self) -> Iterator[Table]:
        """Yield every table."""
        for tables in self.tables.values():
            yield from tables

    def routine(self, name: Name) -> Routine | None:
        """Return the function of this name that was made last."""
        return next((r for r in reversed(self.routines.get(name.name, ())) if name.same(r.name)), None)

    def views_with(self, name: Name) -> Iterator[tuple[Name, Any]]:
        """Yield the views whose text has this name: their name and query."""
        word = name.name.encode()
        yield from ((view, query) for view, query, sql in self.views.values() if word in sql)

    def policies_with(self, word: str) -> Iterator[tuple[str, Name, Any]]:
        """Yield the policies whose text has this word: their name, their table, the CreatePolicyStmt."""
        found = word.encode()
        yield from ((policy, table, node) for policy, table, node, sql in self.policies if found in sql)

    def triggers_on(self, name: Name) -> Iterator[Any]:
        """Yield the CREATE TRIGGER of a table."""
        yield from (node for _, table, node in self.triggers_by_table.get(name.name, ()) if name.same(table))

    def all_triggers(self) -> Iterator[tuple[str, Name, Any]]:
        """Yield each trigger: its name, its table, the CreateTrigStmt."""
        for triggers in self.triggers_by_table.values():
            yield from triggers

    def foreign_keys_to(self, name: Name) -> Iterator[tuple[Table, Constraint]]:
        """Yield the foreign keys that reference this table."""
        for table in self.all_tables():
            for constraint in table.constraints:
                if constraint.references is not None and name.same(constraint.references):
                    yield table, constraint
