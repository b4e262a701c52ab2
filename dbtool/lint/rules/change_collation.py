"""A column gets another collation: its indexes are built anew."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AlterColumnType"):
        if command.definition.HasField("coll_clause"):
            collation = listed_name(command.definition.coll_clause.collname)
            yield at(
                command,
                f"{quoted(command.name)} of {command.table} gets the collation {collation}: each index on it is built "
                "anew while nobody can use the table, and comparisons in queries and constraints give other results",
                f"add a column with COLLATE {collation}, fill it in batches and index it CONCURRENTLY, then change "
                f"over; or leave the column as it is and say COLLATE {collation} in the queries that need it",
            )


RULE = Rule(
    id="change-collation",
    title="A column gets another collation",
    severity=Severity.ERROR,
    why="An index is ordered by its columns' collation, so ALTER COLUMN ... TYPE ... COLLATE builds each index on the "
    "column anew under ACCESS EXCLUSIVE, and a unique one may find doubles under the new rules.",
    help="add a column with the new collation, and change over to it",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
