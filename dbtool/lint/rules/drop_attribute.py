"""An attribute of a composite type is dropped, changed or renamed."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name
from dbtool.parser import enum_word
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("alter_table_stmt"):
        name = relation_name(node.relation)
        if enum_word(node, "objtype") != "OBJECT_TYPE" or source.is_new(name, statement):
            continue
        for holder in node.cmds:
            command = holder.alter_table_cmd
            if enum_word(command, "subtype") == "AT_DropColumn":
                yield at(
                    statement,
                    f"{quoted(command.name)} of type {name} goes, and its values in each column and array of that type "
                    "with it",
                    "make a new type without it, and move the columns over",
                )


RULE = Rule(
    id="drop-attribute",
    title="An attribute of a composite type is dropped",
    severity=Severity.ERROR,
    why="The values of the attribute can no longer be read in any row that holds the type, and clients that read or "
    "write the type by position or name fail.",
    help="make a new type, and move the columns over",
    page="sql-altertype.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
    roles=FORWARD,
)
