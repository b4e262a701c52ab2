"""A column of type json."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for column in source.columns:
        if column.type_name == "json" and not column.temporary:
            yield at(
                column,
                f"{quoted(column.name)} of {column.table} is json, which has no equality: SELECT DISTINCT, GROUP BY "
                "and UNION over the table fail",
                f"{quoted(column.name)} jsonb",
            )


RULE = Rule(
    id="prefer-jsonb",
    title="json, where jsonb is meant",
    severity=Severity.WARNING,
    why="json keeps the text and has no equality operator: queries with DISTINCT, GROUP BY or UNION that worked before "
    "fail with the new column. jsonb compares, can be indexed, and is read without parsing.",
    help="use jsonb",
    page="datatype-json.html",
    check=_check,
    nodes=nodes("create_stmt", "alter_table_stmt"),
    roles=CODE,
)
