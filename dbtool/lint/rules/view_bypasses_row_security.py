"""A view over a table with row-level security, that reads it with its owner's rights."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, known_of
from dbtool.lint.known import Known
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.lint.switch import is_on
from dbtool.lint.tree import Name, options_of, relation_name, relations_in
from dbtool.parser import enum_word


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("view_stmt"):
        invoker = options_of(node.options).get("security_invoker")
        name = relation_name(node.view)
        if (invoker is not None and is_on(invoker)) or _set_later(source, name):
            continue
        yield from _told(source, context, statement, name, node.query, "view")
    for statement, node in source.each("create_table_as_stmt"):
        if enum_word(node, "objtype") == "OBJECT_MATVIEW":
            name = relation_name(node.into.rel)
            yield from _told(source, context, statement, name, node.query, "materialized view")


def _told(source: Source, context: Context, statement: Parsed, name: Name, query: object, kind: str) -> Iterator[Seen]:
    if not context.speaks_of(b"row level security", source):
        return
    known = tuple(known_of(source, context))
    guarded = [table for table in relations_in(query) if any(_is_guarded(k, table) for k in known)]
    if not guarded:
        return
    if kind == "view" and context.version >= 15:
        help = f"CREATE VIEW {name} WITH (security_invoker = true) AS ..."
    else:
        help = "revoke it from the roles that policies hold back, or repeat the policies' condition in its query"
    yield at(
        statement,
        f"{kind} {name} reads {', '.join(dict.fromkeys(map(str, guarded)))} with its owner's rights: the policies hold "
        "nobody back who may read it",
        help,
    )


def _is_guarded(known: Known, name: Name) -> bool:
    table = known.table(name)
    return table is not None and table.row_security


def _set_later(source: Source, name: Name) -> bool:
    for _, node in source.each("alter_table_stmt"):
        if enum_word(node, "objtype") != "OBJECT_VIEW" or not name.same(relation_name(node.relation)):
            continue
        for holder in node.cmds:
            options = getattr(holder.alter_table_cmd, "def").list.items
            invoker = options_of(options).get("security_invoker")
            if invoker is not None and is_on(invoker):
                return True
    return False


RULE = Rule(
    id="view-bypasses-row-security",
    title="A view passes row-level security by",
    severity=Severity.WARNING,
    why="A view reads its tables with the rights of the view's owner, for whom policies mostly do not hold. From 15 "
    "on, security_invoker makes it read with those of the caller. A materialized view keeps rows that its reader may "
    "not see.",
    help="WITH (security_invoker = true)",
    page="sql-createview.html",
    check=_check,
    nodes=nodes("view_stmt", "create_table_as_stmt"),
    roles=CODE,
)
