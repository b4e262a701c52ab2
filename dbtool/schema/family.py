"""Which part belongs to which: by name, since that is how the catalog tells it. Pure."""

from collections.abc import Iterator

from dbtool.schema.catalog import Key, Record
from dbtool.schema.names import unquoted
from dbtool.schema.whole import Schema

RELATIONS = ("table", "foreign table", "view", "materialized view", "sequence")

# What the parent of other kinds is; None: nothing that is dropped with it.
_PARENTS = {
    "user mapping": "server",
    "domain constraint": "type",
    "shell type": "type",
    "publication relation": "publication",
    "publication namespace": "publication",
    "ownership": "sequence",
    "security label": None,
}


def parent_of(record: Record, schema: Schema) -> Key | None:
    """Return the part that *record* belongs to: a column's table, a domain constraint's type; None for none."""
    if not record.parent:
        return None
    kind = _PARENTS.get(record.kind, "relation")
    if kind is None:
        return None
    names = unquoted(record.parent)
    place, name = ("", names[0]) if len(names) == 1 else (names[0], names[1])
    for candidate in RELATIONS if kind == "relation" else (kind,):
        key = (candidate, place, "", name)
        if key in schema.parts:
            return key
    return None


def inherited_from(record: Record, schema: Schema) -> Key | None:
    """Return the column or constraint that *record* comes from by inheritance alone; None where it is its own.

    Of several parents that have it, the first by name; of a parent that has it from its own, that.
    """
    if not record.is_.get("inherited") or record.is_.get("local"):
        return None
    for parent in _parents(record, schema):
        place = unquoted(parent)[0]
        found = schema.parts.get((record.kind, place, parent, record.name))
        if found is not None:
            return inherited_from(found, schema) or found.key
    return None


def _parents(record: Record, schema: Schema) -> Iterator[str]:
    table = parent_of(record, schema)
    if table is None:
        return
    yield from schema.parts[table].is_.get("inherits", ())
    attachment = schema.parts.get(("attachment", table[1], record.parent, table[3]))
    if attachment is not None:
        yield attachment.is_["partition of"]


def family_name(record: Record) -> tuple[str, ...] | None:
    """Return the name under which nothing else can stand beside *record*; None where its key says it already.

    Relations, indexes and types share one space of names in a schema, functions of all sorts another.
    """
    match record.kind:
        case "table" | "foreign table" | "view" | "materialized view" | "sequence" | "index" | "type":
            return "relation", record.schema, record.name
        case "constraint" if record.is_["type"] in ("primary key", "unique", "exclude"):
            return "relation", record.schema, record.name
        case "function" | "procedure" | "aggregate":
            return "routine", record.schema, record.name.replace("*", "")
        case "statistics object":
            return "statistics", record.schema, record.name
        case _:
            return None
