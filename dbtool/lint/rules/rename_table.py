"""A table or view gets another name, or goes to another schema."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import Name, relation_name
from dbtool.parser import enum_word
from dbtool.schema.names import qualified, quoted

_KINDS = ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("rename_stmt"):
        kind = enum_word(node, "rename_type")
        if kind in _KINDS:
            yield from _told(source, statement, relation_name(node.relation), quoted(node.newname))
        elif kind == "OBJECT_SCHEMA":
            yield at(
                statement,
                f"schema {quoted(node.subname)} becomes {quoted(node.newname)}: each running client that names it, and "
                "each search_path that does, fails from that moment on",
                "make the new schema beside it, and move the tables one by one, each with a view in its place",
            )
    for statement, node in source.each("alter_object_schema_stmt"):
        if enum_word(node, "object_type") in _KINDS:
            name = relation_name(node.relation)
            yield from _told(source, statement, name, qualified(node.newschema, name.name))


def _told(source: Source, statement: Parsed, old: Name, new: str) -> Iterator[Seen]:
    if source.is_new(old, statement) or _has_successor(source, statement, old):
        return
    yield at(
        statement,
        f"{old} becomes {new}: each running client that names it fails from that moment on",
        f"put a view in its place in the same transaction: CREATE VIEW {old} AS SELECT * FROM {new}; which a simple "
        "view's INSERT, UPDATE and DELETE go through; drop it when no client uses it any more",
    )


def _has_successor(source: Source, statement: Parsed, old: Name) -> bool:
    """Return whether something takes the old name in the same transaction: a view, or another table by a swap."""
    group = next(g for g in source.transactions if statement in g)
    for one in group[group.index(statement) + 1 :] if statement in source.in_transaction else ():
        if one.name == "view_stmt" and old.same(relation_name(one.node.view)):
            return True
        if one.name == "create_stmt" and old.same(relation_name(one.node.relation)):
            return True
        if one.name == "rename_stmt" and one.node.newname == old.name:
            return True
    return False


RULE = Rule(
    id="rename-table",
    title="A table gets another name, and running clients know the old one",
    severity=Severity.ERROR,
    why="A rename is instant, and so is the break: clients that know the old name fail until each of them is replaced. "
    "A view of the old name, made in the same transaction, serves them meanwhile.",
    help="put a view with the old name in its place, in the same transaction",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("rename_stmt", "alter_object_schema_stmt"),
    roles=FORWARD,
)
