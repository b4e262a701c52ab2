"""A trigger on a table that is in use."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import member_name, relation_name
from dbtool.parser import enum_word
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    told = set[str]()  # once for a table
    for statement, node in source.each("create_trig_stmt"):
        table = relation_name(node.relation)
        if table.name in told:
            continue
        told.add(table.name)
        if not source.is_new(table, statement):
            yield at(
                statement,
                f"CREATE TRIGGER {quoted(node.trigname)} takes SHARE ROW EXCLUSIVE on {table}: nobody can write to it "
                "until the transaction ends",
                "let nothing slow come behind it in the same transaction",
            )
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") != "OBJECT_TRIGGER":
            continue
        for item in node.objects:
            table, trigger = member_name(item.list.items)
            if not source.is_new(table, statement):
                yield at(
                    statement,
                    f"DROP TRIGGER {quoted(trigger)} takes ACCESS EXCLUSIVE on {table}: nobody can use it until the "
                    "transaction ends",
                    "let nothing slow come behind it in the same transaction",
                )


RULE = Rule(
    id="create-trigger-lock",
    title="A trigger locks its table when it is made or dropped",
    severity=Severity.NOTE,
    why="CREATE TRIGGER takes SHARE ROW EXCLUSIVE and DROP TRIGGER takes ACCESS EXCLUSIVE. Both are instant, but the "
    "lock is held until the transaction ends.",
    help="let nothing slow come behind it in the same transaction",
    page="explicit-locking.html",
    check=_check,
    nodes=nodes("create_trig_stmt", "drop_stmt"),
    roles=FORWARD,
)
