"""Tables and the tables below and above them: what PostgreSQL does to both at once, and what not. Pure."""

from collections.abc import Iterator

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import parent_of
from dbtool.schema.names import qualified, unquoted
from dbtool.schema.whole import Schema


def table_of(record: Record, schema: Schema) -> Record | None:
    """Return the relation that a column, or another part of one, is on."""
    key = parent_of(record, schema)
    return schema.parts[key] if key else None


def attachment_of(table: Record) -> Key:
    """Return the key of what says that *table* is a partition."""
    return "attachment", table.schema, qualified(table.schema, table.name), table.name


def is_partition(table: Record | None, schema: Schema) -> bool:
    """Return whether *table* is a partition of another."""
    return table is not None and attachment_of(table) in schema.parts


def parents_of(table: Record | None, schema: Schema) -> tuple[str, ...]:
    """Return the quoted names of the tables that *table* inherits from, or is a partition of."""
    if table is None:
        return ()
    attachment = schema.parts.get(attachment_of(table))
    return (*table.is_.get("inherits", ()), *((attachment.is_["partition of"],) if attachment else ()))


def same_column(column: Record, parent: str, schema: Schema) -> Record | None:
    """Return the column of the same name in another table."""
    return schema.parts.get(("column", unquoted(parent)[0], parent, column.name))


def parent_columns(column: Record, schema: Schema) -> Iterator[Record]:
    """Yield the columns that *column* is inherited from."""
    if not column.is_.get("inherited"):
        return
    for parent in parents_of(table_of(column, schema), schema):
        if found := same_column(column, parent, schema):
            yield found


def is_only_inherited(column: Record) -> bool:
    """Return whether a column is there because its table's parents have it, and for no other reason."""
    return bool(column.is_.get("inherited")) and not column.is_.get("local")


def default_of(column: Record, schema: Schema) -> str | None:
    """Return the default of *column*."""
    found = schema.parts.get(("default", *column.key[1:]))
    return found.is_["default"] if found else None


def heirs_of(table: Record | None, schema: Schema) -> Iterator[Key]:
    """Yield the tables that inherit from *table*, and the attachments of its partitions."""
    own = attachment_of(table) if table else None  # that of the table itself, where it is a partition too
    for key in schema.dependents.get(table.key, ()) if table else ():
        inherits = key[0] in ("table", "foreign table") and "inherits" in schema.parts[key].is_
        if (key[0] == "attachment" and key != own) or inherits:
            yield key


def only(record: Record, *schemas: Schema) -> str:
    """Return "ONLY " for a change of a table that its heirs shall not have with it."""
    return "ONLY " if any(any(heirs_of(table_of(record, schema), schema)) for schema in schemas) else ""


def free_name(name: str, schema: str, *schemas: Schema) -> str:
    """Return *name*, or one like it, that no relation or type has."""
    kinds = ("table", "foreign table", "view", "materialized view", "sequence", "type")
    name = name.encode()[:60].decode(errors="ignore")
    names = (name, *(f"{name}{number}" for number in range(1, 1000)))
    return next(n for n in names if not any((kind, schema, "", n) in s.parts for kind in kinds for s in schemas))


def parents_beside(column: Record, schema: Schema) -> list[str]:
    """Return the tables that a table below has *column* from as well, and that are not below its own."""
    below = _below(column, schema)
    found = {p.parent for heir in below.values() for p in parent_columns(heir, schema)}
    return sorted(found - below.keys() - {column.parent})


def heirs_with(column: Record, schema: Schema) -> Iterator[Record]:
    """Yield the same column of each table that inherits from its own."""
    for key in heirs_of(table_of(column, schema), schema):
        if heir := same_column(column, schema.parts[key].parent or qualified(key[1], key[3]), schema):
            yield heir


def _below(column: Record, schema: Schema) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for heir in heirs_with(column, schema):
        found |= {heir.parent: heir, **_below(heir, schema)}
    return found
