"""A value of an enum is used in the transaction that adds it."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import EVERYWHERE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name, walk
from dbtool.schema.names import literal


def _check(source: Source, context: Context) -> Iterator[Seen]:
    added = [(s, n) for s, n in source.each("alter_enum_stmt") if n.new_val and not n.old_val]
    for statement, node in added:
        if statement not in source.in_transaction or source.is_new(listed_name(node.type_name), statement):
            continue
        group = next(g for g in source.transactions if statement in g)
        for later in group[group.index(statement) + 1 :]:
            if later.name in _DEFINES or later.name == "do_stmt" or node.new_val.encode() not in later.sql:
                continue
            if any(kind == "A_Const" and m.sval.sval == node.new_val for kind, m in walk(later.tree)):
                yield at(
                    later,
                    f"{literal(node.new_val)} was added to {listed_name(node.type_name)} in the same transaction, and "
                    "cannot be used before that has committed: it fails",
                    "put ALTER TYPE ... ADD VALUE into a migration of its own, before this one",
                )


# A body is not run when it is made, and a comment uses nothing; the other ALTER TYPE names the value as a neighbour.
_DEFINES = ("create_function_stmt", "comment_stmt", "alter_enum_stmt", "create_enum_stmt", "variable_set_stmt")

RULE = Rule(
    id="enum-value-in-same-transaction",
    title="An enum value is used in the transaction that adds it",
    severity=Severity.ERROR,
    why="A value that ALTER TYPE ... ADD VALUE adds cannot be used until the transaction has committed, unless the "
    "type itself was made in it: 'unsafe use of new value'.",
    help="put ADD VALUE into a migration of its own",
    page="sql-altertype.html",
    check=_check,
    nodes=nodes("alter_enum_stmt"),
    roles=EVERYWHERE,
)
