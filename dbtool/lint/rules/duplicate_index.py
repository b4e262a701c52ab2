"""An index that is there already."""

from collections.abc import Iterator
from typing import Any

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Role, Source
from dbtool.lint.table import Table
from dbtool.lint.tree import relation_name
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    seen: list[Any] = []
    before = context.before(source.path) if source.role is Role.MIGRATION else None
    for statement, node in source.each("index_stmt"):
        name = relation_name(node.relation)
        earlier = before.table(name) if before else None
        tables = [t for t in (source.known.table(name), earlier) if t is not None]
        others = (*seen, *(i.node for i in (earlier.indexes if earlier else ()) if i.name != node.idxname))
        twin = next((other for other in others if _same(other, node)), None)
        covered = None if twin is not None else next((k for t in tables if (k := _key(t, node))), None)
        if twin is not None or covered is not None:
            other = f"index {quoted(twin.idxname)}" if twin is not None else covered
            yield at(
                statement,
                f"{name} has the same index already, as {other}: each write pays for both, and queries use one",
                "leave it out",
            )
        seen.append(node)


def _shape(node: Any) -> bytes:
    """Return what makes two indexes the same: all but the name and how it is built."""
    copy = type(node)()
    copy.CopyFrom(node)
    for field in ("idxname", "concurrent", "if_not_exists"):
        copy.ClearField(field)
    copy.relation.ClearField("location")
    copy.relation.ClearField("schemaname")
    return bytes(_without_places(copy).SerializeToString(deterministic=True))


def _without_places(message: Any) -> Any:
    for field, value in message.ListFields():
        if field.name == "location":
            message.ClearField("location")
        elif field.type == field.TYPE_MESSAGE:
            for one in value if field.is_repeated else (value,):
                _without_places(one)
    return message


def _same(one: Any, other: Any) -> bool:
    if one.relation.relname != other.relation.relname or len(one.index_params) != len(other.index_params):
        return False
    if any(a.index_elem.name != b.index_elem.name for a, b in zip(one.index_params, other.index_params, strict=True)):
        return False  # most indexes of a table differ so; their shapes cost fifty times as much
    return _shape(one) == _shape(other)


def _key(table: Table, node: Any) -> str:
    """Return the key of the table whose own index is the same; "" for none."""
    columns = tuple(p.index_elem.name for p in node.index_params)
    plain = (
        node.access_method in ("", "btree") and not node.HasField("where_clause") and not node.index_including_params
    )
    ordered = all(p.index_elem.ordering <= 2 and not p.index_elem.opclass for p in node.index_params)
    if plain and ordered and all(columns):
        for constraint in table.constraints:
            if constraint.kind in ("PRIMARY", "UNIQUE") and constraint.columns == columns and not node.unique:
                return f"its {constraint.kind.lower()} key"
    return ""


RULE = Rule(
    id="duplicate-index",
    title="An index that is there already",
    severity=Severity.WARNING,
    why="A primary key and UNIQUE bring their index. A second one of the same columns is written at each INSERT and "
    "UPDATE, takes its room and its share of vacuum, and helps no query.",
    help="leave it out",
    page="indexes-unique.html",
    check=_check,
    nodes=nodes("index_stmt"),
    roles=CODE,
)
