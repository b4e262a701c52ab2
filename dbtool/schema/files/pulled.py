"""pulled_files(steps) -> the files of sql/schema that say what a database is: one per table, the rest by kind. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.family import parent_of
from dbtool.schema.names import unquoted
from dbtool.schema.planning.engine import Step
from dbtool.schema.whole import Schema

_FILES = {
    "schema": "schemas", "extension": "extensions", "type": "types", "shell type": "types",
    "domain constraint": "types",
    "function": "functions", "procedure": "functions", "aggregate": "functions", "view": "views",
    "materialized view": "views", "sequence": "sequences", "ownership": "sequences", "operator": "operators",
    "operator class": "operators", "operator family": "operators", "cast": "casts", "collation": "collations",
    "conversion": "conversions", "language": "languages", "transform": "transforms", "access method": "access_methods",
    "foreign-data wrapper": "foreign_data", "server": "foreign_data", "user mapping": "foreign_data",
    "publication": "publications", "publication relation": "publications", "publication namespace": "publications",
    "subscription": "subscriptions", "event trigger": "event_triggers", "default acl": "default_privileges",
    "security label": "security_labels",
}  # fmt: skip


def pulled_files(steps: Sequence[Step], schema: Schema) -> Mapping[str, str]:
    """Return the text of each file by its path below sql/schema, in the order of the paths."""
    found: defaultdict[str, list[Step]] = defaultdict(list)
    for step in steps:
        found[_file_of(step.record, schema)].append(step)
    return {f"{name}.sql": _text(found[name]) for name in sorted(found)}


def _file_of(record: Record, schema: Schema) -> str:
    table = _table_of(record, schema)
    if table is not None:
        # a name of any kind is a file's name on any system: what is not plain is written by its code
        plain = [_plain(name) for name in (table.schema, table.name)]
        return "tables/" + (plain[1] if table.schema == "public" else ".".join(plain))
    if record.kind.startswith("text search"):
        return "text_search"
    root = parent_of(record, schema)
    return _FILES[record.kind if record.kind in _FILES else root[0] if root else record.kind]


def _table_of(record: Record, schema: Schema) -> Record | None:
    """Return the table whose file *record* goes into."""
    if record.kind in ("sequence", "ownership"):
        ownership = schema.parts.get(("ownership", record.schema, f"{_identity(record)}", record.name))
        if ownership is None:
            return None
        return _by_name(unquoted(ownership.is_["owned by"])[:-1], schema)
    key = parent_of(record, schema) or record.key
    return schema.parts[key] if key[0] in ("table", "foreign table") else None


def _identity(record: Record) -> str:
    from dbtool.schema.names import qualified

    return record.parent or qualified(record.schema, record.name)


def _by_name(names: Sequence[str], schema: Schema) -> Record | None:
    for kind in ("table", "foreign table"):
        if found := schema.parts.get((kind, names[0], "", names[-1])):
            return found
    return None


def _plain(name: str) -> str:
    r"""Return *name* as a part of a file name that no other name has.

    >>> _plain("users"), _plain("A/b"), _plain(".")
    ('users', '%41%2fb', '%2e')
    """
    return "".join(
        c if c.islower() or c.isdigit() or c == "_" else "".join(f"%{b:02x}" for b in c.encode()) for c in name
    )


def _text(steps: Iterable[Step]) -> str:
    return "\n".join(f"{statement.sql};\n" for step in steps for statement in step.statements)
