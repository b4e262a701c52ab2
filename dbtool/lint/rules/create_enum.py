"""A new enum type."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("create_enum_stmt"):
        yield at(
            statement,
            f"a value of enum {listed_name(node.type_name)} can be added and renamed later, but never removed",
            "where values come and go: text with a CHECK, or a table of values with a foreign key",
        )


RULE = Rule(
    id="create-enum",
    title="Values of an enum cannot be removed",
    severity=Severity.NOTE,
    why="ALTER TYPE adds and renames values. To remove one, or to change their order, the type is built anew, and each "
    "table that uses it is written anew.",
    help="text with a CHECK, or a table of values with a foreign key, where values come and go",
    page="datatype-enum.html",
    check=_check,
    nodes=nodes("create_enum_stmt"),
    roles=FORWARD,
)
