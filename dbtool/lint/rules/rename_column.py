"""A column gets another name."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name
from dbtool.parser import enum_word
from dbtool.schema.names import quoted

_OF = ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("rename_stmt"):
        if enum_word(node, "rename_type") not in ("OBJECT_COLUMN", "OBJECT_ATTRIBUTE"):
            continue
        table = relation_name(node.relation)
        if source.is_new(table, statement):
            continue
        old, new = quoted(node.subname), quoted(node.newname)
        yield at(
            statement,
            f"{old} of {table} becomes {new}: each running client that names {old} fails from that moment on",
            f"add {new}, keep both in step with a trigger, move the clients over, then drop {old}; or rename, and put "
            "a view with the old names in the table's place",
        )


RULE = Rule(
    id="rename-column",
    title="A column gets another name, and running clients know the old one",
    severity=Severity.ERROR,
    why="A rename is instant, and so is the break: there is no moment in which clients that know the old name and "
    "clients that know the new one both work. Functions in PL/pgSQL keep the old name in their text.",
    help="add the new column beside the old one, move the clients over, then drop the old one",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("rename_stmt"),
    roles=FORWARD,
)
