"""DROP ... CASCADE: what else goes is not named."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import listed_name
from dbtool.parser import enum_word, node_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("drop_stmt"):
        cascades = enum_word(node, "behavior") == "DROP_CASCADE"
        if cascades and enum_word(node, "remove_type") != "OBJECT_SCHEMA" and not _all_new(source, statement, node):
            yield at(statement, _MESSAGE, _HELP)
    for command in source.altered("DropColumn", "DropConstraint"):
        if enum_word(command.node, "behavior") == "DROP_CASCADE":
            yield at(command, _MESSAGE, _HELP)


def _all_new(source: Source, statement: Parsed, node: object) -> bool:
    objects = getattr(node, "objects", ())
    lists = [item.list.items for item in objects if node_name(item) == "list"]
    return bool(lists) and all(source.is_new(listed_name(items), statement) for items in lists)


_MESSAGE = "CASCADE also drops what depends on it, without naming it: views, foreign keys, functions, triggers, columns"
_HELP = "leave CASCADE out: the server then names what is in the way; drop that by name, before this"

RULE = Rule(
    id="drop-cascade",
    title="CASCADE drops more than what is named",
    severity=Severity.WARNING,
    why="What depends on an object differs from one database to the next, and grows after the migration was reviewed. "
    "CASCADE drops it all with a notice that nobody reads.",
    help="leave CASCADE out, and drop what is in the way by name",
    page="ddl-depend.html",
    check=_check,
    nodes=nodes("drop_stmt", "alter_table_stmt"),
    roles=FORWARD,
)
