"""The columns that a file defines: in CREATE TABLE and in ADD COLUMN. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import Name, last_name, relation_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A column with its ColumnDef."""

    table: Name
    name: str
    type_name: str  # without its schema and modifiers, as it is written
    node: Any
    parsed: Parsed
    temporary: bool = False

    @property
    def start(self) -> int:
        """Where it starts in the file, as near as the tree tells."""
        return self.parsed.at(self.node.location)

    @property
    def end(self) -> int:
        """Where its statement ends."""
        return self.parsed.end


def defined_columns(source: Source) -> Iterator[Defined]:
    """Yield each column that the file defines, or whose type it changes."""
    for statement, node in source.each("create_stmt"):
        table, temporary = relation_name(node.relation), node.relation.relpersistence == "t"
        for element in node.table_elts:
            if element.HasField("column_def"):
                yield _defined(statement, table, element.column_def, temporary)
    for command in source.altered("AddColumn", new=True):
        yield _defined(command.parsed, command.table, command.definition)
    for command in source.altered("AlterColumnType", new=True):
        column = command.definition
        yield Defined(
            table=command.table, name=command.name, type_name=last_name(column.type_name), node=column,
            parsed=command.parsed,
        )  # fmt: skip


def _defined(parsed: Parsed, table: Name, column: Any, temporary: bool = False) -> Defined:
    return Defined(
        table=table, name=column.colname, type_name=last_name(column.type_name), node=column, parsed=parsed,
        temporary=temporary,
    )  # fmt: skip
