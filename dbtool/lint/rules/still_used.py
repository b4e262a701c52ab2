"""Something is dropped or renamed that views, functions, policies or triggers still name."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import listed_name, relation_name
from dbtool.lint.users import Gone, users_of
from dbtool.parser import enum_word, node_name
from dbtool.schema.names import quoted

_RELATIONS = ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE")
_ROUTINES = ("OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, what, gone in _gone(source):
        if source.is_new(gone.name, statement):
            continue
        if users := users_of(source, context, gone):
            yield at(
                statement,
                f"{what} is still used by {', '.join(users[:5])}"
                + (f" and {len(users) - 5} more" if len(users) > 5 else ""),
                "change or drop what uses it in this migration, before this statement, and in sql/schema",
            )


def _gone(source: Source) -> Iterator[tuple[Parsed, str, Gone]]:
    """Yield what goes: the statement, what to call it, and what it is."""
    for statement, node in source.each("drop_stmt"):
        kind = enum_word(node, "remove_type")
        for item in node.objects:
            if kind in _RELATIONS:
                name = listed_name(item.list.items)
                yield statement, str(name), Gone(name)
            elif kind in _ROUTINES and node_name(item) == "object_with_args":
                name = listed_name(item.object_with_args.objname)
                yield statement, f"{name}()", Gone(name, routine=True)
    for command in source.altered("DropColumn"):
        yield command.parsed, f"{quoted(command.name)} of {command.table}", Gone(command.table, command.name)
    for statement, node in source.each("rename_stmt"):
        kind = enum_word(node, "rename_type")
        table = relation_name(node.relation)
        if kind == "OBJECT_COLUMN":
            yield statement, f"{quoted(node.subname)} of {table}", Gone(table, node.subname, renamed=True)
        elif kind in _RELATIONS:
            yield statement, str(table), Gone(table, renamed=True)


RULE = Rule(
    id="still-used",
    title="What is dropped or renamed is still used",
    severity=Severity.ERROR,
    why="The server refuses to drop what a view or a policy needs. Of the body of a function it knows nothing: that "
    "fails when it is called next. A rename is followed by views and policies, and not by bodies. What uses it is read "
    "from sql/schema, and from the migrations where there is none.",
    help="change what uses it first",
    page="ddl-depend.html",
    check=_check,
    nodes=nodes("drop_stmt", "alter_table_stmt", "rename_stmt"),
    roles=FORWARD,
)
