"""A schema is dropped, or all that a role owns."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.parser import enum_word
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") != "OBJECT_SCHEMA":
            continue
        names = [item.string.sval for item in node.objects if item.string.sval not in source.made.schemas]
        cascades = enum_word(node, "behavior") == "DROP_CASCADE"
        if names:
            yield at(
                statement,
                f"drops the schema {', '.join(map(quoted, names))}"
                + (
                    " with every table in it, and all their rows" if cascades else ", and fails where anything is in it"
                ),
                "drop what is in it by name, each with its reason, then the empty schema",
                None if cascades else Severity.WARNING,
            )


RULE = Rule(
    id="drop-schema",
    title="A schema is dropped, with all that is in it",
    severity=Severity.ERROR,
    why="DROP SCHEMA ... CASCADE drops each table, view and function in it, and what depends on them elsewhere, "
    "without naming one: also those that were not there when the migration was written.",
    help="drop what is in it by name, then the empty schema",
    page="sql-dropschema.html",
    check=_check,
    nodes=nodes("drop_stmt"),
    roles=FORWARD,
)
