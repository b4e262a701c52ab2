"""An index is copied to another tablespace."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name
from dbtool.parser import enum_word


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("alter_table_stmt"):
        name = relation_name(node.relation)
        if enum_word(node, "objtype") != "OBJECT_INDEX" or source.is_new(name, statement):
            continue
        kinds = [enum_word(holder.alter_table_cmd, "subtype") for holder in node.cmds]
        if "AT_SetTableSpace" in kinds:
            yield at(
                statement,
                f"index {name} is copied, while nobody can use its table",
                "CREATE INDEX CONCURRENTLY ... TABLESPACE <there>; then DROP INDEX CONCURRENTLY the old one; or "
                "REINDEX (CONCURRENTLY, TABLESPACE <there>)",
            )


RULE = Rule(
    id="move-index",
    title="An index is copied, while nobody can use its table",
    severity=Severity.ERROR,
    why="ALTER INDEX ... SET TABLESPACE copies the index under ACCESS EXCLUSIVE. REINDEX (CONCURRENTLY, TABLESPACE "
    "...), from 14 on, builds it anew there and stops nobody.",
    help="REINDEX (CONCURRENTLY, TABLESPACE <there>) INDEX <index>",
    page="sql-alterindex.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
