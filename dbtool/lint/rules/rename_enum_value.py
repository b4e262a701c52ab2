"""A value of an enum gets another name."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name
from dbtool.parser import enum_word
from dbtool.schema.names import literal, quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("alter_enum_stmt"):
        name = listed_name(node.type_name)
        if node.old_val and not source.is_new(name, statement):
            yield at(
                statement,
                f"{literal(node.old_val)} of {name} becomes {literal(node.new_val)} in every row at once: each running "
                "client that reads or writes the old word fails, and so do function bodies that name it",
                f"ADD VALUE {literal(node.new_val)}, let clients know both words, then move the rows over in batches",
            )
    for statement, node in source.each("rename_stmt"):
        kind = enum_word(node, "rename_type")
        if kind in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
            name = listed_name(node.object.list.items)
            if not source.is_new(name, statement):
                yield at(
                    statement,
                    f"type {name} becomes {quoted(node.newname)}: clients that cast to {name}, and function bodies "
                    "that name it, fail",
                    "rename it when no client and no body names it any more",
                    Severity.WARNING,
                )


RULE = Rule(
    id="rename-enum-value",
    title="An enum value or a type gets another name, and running clients know the old one",
    severity=Severity.ERROR,
    why="A rename is instant and holds for all rows. Clients that were released before still send the old word, and "
    "get the new one back; bodies of functions keep the old word in their text.",
    help="add the new value beside the old one, and move over",
    page="sql-altertype.html",
    check=_check,
    nodes=nodes("alter_enum_stmt", "rename_stmt"),
    roles=FORWARD,
)
