"""A family, or a table's triggers in the order in which they fire, in words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dbtool.families.family import Family, Table
from dbtool.families.members import Member
from dbtool.parser import syntax_tree
from dbtool.report import counted
from dbtool.schema.catalog import Catalog


def family_lines(family: Family, members: Sequence[Member], tables: Sequence[Table]) -> Iterator[str]:
    """Yield what a family does, which tables have it and why, and what it makes."""
    yield f"{family.name}: {family.description}" if family.description else family.name
    mine = [member.table for member in members if member.family == family]
    if family.categories:
        yield f"  for each table of category {' and '.join(family.categories)}"
    if family.columns:
        yield f"  needs the column{'s' if len(family.columns) > 1 else ''} {', '.join(family.columns)}"
    for table in mine:
        named = str(table) in family.tables
        yield f"  + {table}" + ("  (named)" if named else f"  ({table.tags.category})")
    for name in family.excepted:
        yield f"  - {name}  (excepted)"
    if not mine:
        yield "  no table has it: -- dbtool: category domain, or dbtool triggers install " + family.name + " TABLE"
    yield f"  makes once: {_made(d.made for d in family.shared)}"
    yield f"  makes for each table: {_made(d.made for d in family.each)}"
    others = len(tables) - len(mine)
    yield f"  {counted(others, 'other table')} without it"


def _made(made: Iterator[object]) -> str:
    return ", ".join(str(one).removesuffix(" on public.this_table") for one in made if one) or "nothing by a name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A trigger, and when it fires: what PostgreSQL orders by, then the name."""

    time: str  # before, after, instead of
    level: str  # statement, row
    events: tuple[str, ...]
    name: str
    family: str
    enabled: str

    @property
    def data(self) -> dict[str, object]:
        """What --json says of it."""
        return {
            "time": self.time, "level": self.level, "events": self.events, "name": self.name,
            "family": self.family or None, "enabled": self.enabled,
        }  # fmt: skip


# Before the statement, before each row, after each row, after the statement; among equals by name (manual, 37.1).
_ORDER = [("before", "statement"), ("before", "row"), ("instead of", "row"), ("after", "row"), ("after", "statement")]
# TriggerType in catalog/pg_trigger.h: the bits of CreateTrigStmt's timing and events.
_BEFORE, _INSTEAD = 2, 64
_EVENTS = {4: "insert", 16: "update", 8: "delete", 32: "truncate"}


def firing_order(parts: Catalog, table: Table, members: Sequence[Member]) -> list[Fired]:
    """Return the triggers of a table in the order in which they fire for one statement."""
    family = {
        d.made.name: m.family.name for m in members if m.table == table for d in m.definitions() if d.made and d.made.on
    }
    found = [
        _fired(record.name, record.is_["definition"], family.get(record.name, ""), record.is_.get("enabled", "origin"))
        for record in parts.values()
        if record.kind == "trigger" and record.parent == str(table) and "definition" in record.is_
    ]
    return sorted(found, key=lambda fired: (_ORDER.index((fired.time, fired.level)), fired.name))


def _fired(name: str, definition: str, family: str, enabled: str) -> Fired:
    node = syntax_tree(definition.encode()).create_trig_stmt
    time = "before" if node.timing & _BEFORE else "instead of" if node.timing & _INSTEAD else "after"
    events = tuple(word for bit, word in _EVENTS.items() if node.events & bit)
    return Fired(
        time=time, level="row" if node.row else "statement", events=events, name=name, family=family, enabled=enabled
    )


def table_lines(table: Table, members: Sequence[Member], order: Sequence[Fired]) -> Iterator[str]:
    """Yield which families a table has, and its triggers in the order in which they fire."""
    category = f" is of category {table.tags.category}" if table.tags.category else " has no category"
    mine = [member.family.name for member in members if member.table == table]
    yield f"{table}{category}; families: {', '.join(mine) or 'none'}"
    for number, fired in enumerate(order, start=1):
        events = " or ".join(fired.events)
        of = f"  ({fired.family})" if fired.family else ""
        off = "" if fired.enabled == "origin" else f", {fired.enabled}"
        yield f"  {number}. {fired.time} {events}, each {fired.level}: {fired.name}{of}{off}"
    if not order:
        yield "  no trigger"
