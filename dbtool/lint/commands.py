"""The subcommands of ALTER TABLE. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbtool.lint.tree import Name, relation_name
from dbtool.parser import enum_word

if TYPE_CHECKING:
    from dbtool.lint.source import Parsed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Command:
    """One subcommand: ``kind`` is AddColumn for AT_AddColumn.

    ``definition`` is what it is about: a ColumnDef, a Constraint, a PartitionCmd; the node itself where it has none.
    ``name`` is the column or constraint that it names, ``constraint`` the kind of the one that it adds: FOREIGN for
    CONSTR_FOREIGN, "" for none.
    """

    parsed: "Parsed"
    table: Name
    kind: str
    node: Any
    definition: Any
    name: str
    constraint: str
    only: bool

    @property
    def start(self) -> int:
        """Where it starts in the file, as near as the tree tells."""
        return self.parsed.at(getattr(self.definition, "location", 0))

    @property
    def end(self) -> int:
        """Where its statement ends."""
        return self.parsed.end


def constraint_kind(constraint: Any) -> str:
    """Return the kind of a Constraint: CHECK for CONSTR_CHECK."""
    number = constraint.contype
    kind = _CONSTRAINTS.get(number)
    if kind is None:
        kind = _CONSTRAINTS[number] = enum_word(constraint, "contype").removeprefix("CONSTR_")
    return kind


_CONSTRAINTS: dict[int, str] = {}  # the words by their numbers: they are asked for several times a column


def column_constraints(column: Any) -> Iterator[tuple[str, Any]]:
    """Yield the constraints in a ColumnDef with their kinds."""
    for holder in column.constraints:
        yield constraint_kind(holder.constraint), holder.constraint


def commands_of(parsed: "Parsed") -> Iterator[Command]:
    """Yield the subcommands of an ALTER TABLE; nothing for ALTER VIEW, INDEX, SEQUENCE or TYPE."""
    statement = parsed.node
    if enum_word(statement, "objtype") not in ("OBJECT_TABLE", "OBJECT_FOREIGN_TABLE", "OBJECT_MATVIEW"):
        return
    table = relation_name(statement.relation)
    for holder in statement.cmds:
        command = holder.alter_table_cmd
        inner = getattr(command, "def")
        which = inner.WhichOneof("node")
        definition = getattr(inner, which) if which else command
        kind = enum_word(command, "subtype").removeprefix("AT_")
        yield Command(
            parsed=parsed,
            table=table,
            kind=kind,
            node=command,
            definition=definition,
            name=command.name,
            constraint=constraint_kind(definition) if kind == "AddConstraint" else "",
            only=not statement.relation.inh,
        )
