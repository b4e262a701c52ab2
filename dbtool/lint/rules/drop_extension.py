"""An extension is dropped."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.parser import enum_word
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") == "OBJECT_EXTENSION":
            names = ", ".join(quoted(item.string.sval) for item in node.objects)
            yield at(
                statement,
                f"drops the extension {names} with its types and functions, and its tables with their rows",
                "see first what uses it: DROP EXTENSION without CASCADE names it",
            )


RULE = Rule(
    id="drop-extension",
    title="An extension is dropped",
    severity=Severity.ERROR,
    why="Its functions, types, operators and tables go with it; a column of one of its types keeps it from being "
    "dropped, or goes as well with CASCADE.",
    help="see first what uses it",
    page="sql-dropextension.html",
    check=_check,
    nodes=nodes("drop_stmt"),
    roles=FORWARD,
)
