"""TRUNCATE of a table that is there."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import MIGRATIONS, Rule, Seen, at, nodes
from dbtool.lint.source import Role, Source
from dbtool.lint.tree import relation_name
from dbtool.parser import enum_word


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("truncate_stmt"):
        names = [relation_name(item.range_var) for item in node.relations]
        old = [str(name) for name in names if not source.is_new(name, statement)]
        if not old:
            continue
        cascade = enum_word(node, "behavior") == "DROP_CASCADE"
        yield at(
            statement,
            f"TRUNCATE empties {', '.join(old)}"
            + (
                ", and each table that references it, and those that reference them, without naming one"
                if cascade
                else ""
            )
            + ", and nobody can use it until the transaction ends",
            "DELETE the rows that are meant, in batches" + ("; name the tables, instead of CASCADE" if cascade else ""),
        )


RULE = Rule(
    id="truncate-table",
    title="A table is emptied",
    severity=Severity.ERROR,
    why="All rows are gone when the transaction commits; triggers for DELETE do not fire, so audit trails and change "
    "feeds know nothing of it. CASCADE empties every table that references it as well. It takes ACCESS EXCLUSIVE.",
    help="DELETE the rows that are meant, in batches",
    page="sql-truncate.html",
    check=_check,
    nodes=nodes("truncate_stmt"),
    roles=MIGRATIONS | {Role.SEED},
)
