"""What a file makes itself, and where: nobody uses it yet, so nothing that happens to it stops anyone. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dbtool.lint.tree import Name, listed_name, relation_name
from dbtool.parser import enum_word

if TYPE_CHECKING:
    from dbtool.lint.source import Parsed


@dataclass(frozen=True, slots=True)
class Made:
    """Names with the number of the statement that makes them."""

    by_name: dict[str, list[tuple[Name, int]]] = field(default_factory=dict[str, list[tuple[Name, int]]])
    schemas: dict[str, int] = field(default_factory=dict[str, int])

    def before(self, name: Name, number: int) -> bool:
        """Return whether *name* is made before the statement with this number."""
        if any(at < number and name.same(made) for made, at in self.by_name.get(name.name, ())):
            return True
        return self.schemas.get(name.schema, number) < number


def made_by(statements: "Sequence[Parsed]") -> Made:
    """Return what *statements* make."""
    names: dict[str, list[tuple[Name, int]]] = defaultdict(list)
    schemas: dict[str, int] = {}
    for number, statement in enumerate(statements):
        if statement.name == "create_schema_stmt":
            node = statement.node
            if not node.if_not_exists:
                schemas[node.schemaname] = number
            continue
        if statement.name == "rename_stmt":
            _rename(names, statement.node, number)
            continue
        if statement.name in _MAKERS:
            for name in _MAKERS[statement.name](statement.node):
                names[name.name].append((name, number))
    return Made(dict(names), schemas)


def _rename(names: dict[str, list[tuple[Name, int]]], node: Any, number: int) -> None:
    # What is new stays new under its new name.
    if enum_word(node, "rename_type") not in ("OBJECT_TABLE", "OBJECT_INDEX", "OBJECT_VIEW", "OBJECT_MATVIEW"):
        return
    old = relation_name(node.relation)
    if any(at < number and old.same(made) for made, at in names.get(old.name, ())):
        names[node.newname].append((Name(old.schema, node.newname), number))


def _table_as(node: Any) -> Iterator[Name]:
    yield relation_name(node.into.rel)


def _select(node: Any) -> Iterator[Name]:
    if node.HasField("into_clause"):
        yield relation_name(node.into_clause.rel)


def _index(node: Any) -> Iterator[Name]:
    if node.idxname:
        yield Name(node.relation.schemaname, node.idxname)


def _named(field: str) -> Callable[[Any], Iterator[Name]]:
    def read(node: Any) -> Iterator[Name]:
        yield listed_name(getattr(node, field))

    return read


def _related(field: str) -> Callable[[Any], Iterator[Name]]:
    def read(node: Any) -> Iterator[Name]:
        yield relation_name(getattr(node, field))

    return read


def _foreign_table(node: Any) -> Iterator[Name]:
    yield relation_name(node.base_stmt.relation)


_MAKERS: dict[str, Callable[[Any], Iterator[Name]]] = {
    "create_stmt": _related("relation"),
    "create_table_as_stmt": _table_as,
    "create_foreign_table_stmt": _foreign_table,
    "select_stmt": _select,
    "index_stmt": _index,
    "view_stmt": _related("view"),
    "create_seq_stmt": _related("sequence"),
    "create_enum_stmt": _named("type_name"),
    "composite_type_stmt": _related("typevar"),
    "create_domain_stmt": _named("domainname"),
    "create_range_stmt": _named("type_name"),
    "create_function_stmt": _named("funcname"),
}
