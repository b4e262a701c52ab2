"""Which columns a key has, and which it refers to: read off the definitions of constraints by the parser. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dbtool.docs.book import Name
from dbtool.parser import syntax_trees
from dbtool.schema.catalog import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The columns of a primary, unique or foreign key; ``target`` what the last refers to."""

    columns: tuple[str, ...]
    target: Name | None = None
    target_columns: tuple[str, ...] = ()


_KEYS = ("primary key", "unique", "foreign key")


def key_columns(constraints: Iterable[Record]) -> Mapping[tuple[str, str], Key]:
    """Return the keys among *constraints*, by the quoted table and their name. Pure.

    A definition states the tables with their schemas: the catalog is read with an empty search_path.
    """
    keys = [record for record in constraints if record.is_.get("type") in _KEYS]
    sql = ";\n".join(f"ALTER TABLE t ADD {record.is_['definition']}" for record in keys)
    trees = syntax_trees(sql.encode()) if keys else []
    return {(record.parent, record.name): _key(tree) for record, tree in zip(keys, trees, strict=True)}


def _key(tree: Any) -> Key:
    constraint = getattr(tree.alter_table_stmt.cmds[0].alter_table_cmd, "def").constraint
    if not constraint.HasField("pktable"):
        return Key(columns=_names(constraint.keys))
    table = constraint.pktable
    return Key(
        columns=_names(constraint.fk_attrs),
        target=(table.schemaname or "public", table.relname),
        target_columns=_names(constraint.pk_attrs),
    )


def _names(nodes: Any) -> tuple[str, ...]:
    return tuple(node.string.sval for node in nodes)
