"""Default privileges, and security labels. Pure.

A `default acl` is nothing but grants: dbtool/schema/words.py, which grants on all kinds, makes it and changes it
through ALTER DEFAULT PRIVILEGES; here is what that needs to know.
"""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.grants import Grants, Target, between, built_in, grants_of
from dbtool.schema.kinds.kind import Kind
from dbtool.schema.names import literal, quoted, unquoted
from dbtool.schema.statement import Statement, Unmanageable, statements
from dbtool.schema.whole import Schema

# What default privileges are for, and whose privileges those are.
DEFAULTS: Mapping[str, str] = {
    "tables": "TABLE", "sequences": "SEQUENCE", "functions": "ROUTINE", "types": "TYPE", "schemas": "SCHEMA",
    "large objects": "LARGE OBJECT",
}  # fmt: skip


def default_name(role: str, what: str) -> str:
    """Return how the catalog calls the default privileges of *role* on what has the privileges of *what*.

    >>> default_name("ann", "TABLE")
    'for role ann on tables'
    """
    return f"for role {quoted(role)} on " + next(on for on, privileges in DEFAULTS.items() if privileges == what)


def default_target(record: Record, schema: Schema) -> Target:
    """Return what the grants of a `default acl` are granted on; of the role that migrates, whoever that will be."""
    role, _, on = record.name.removeprefix("for role ").rpartition(" on ")
    place = f" IN SCHEMA {quoted(record.schema)}" if record.schema else ""
    whose = "" if role == quoted(schema.role) else f" FOR ROLE {role}"
    before = f"ALTER DEFAULT PRIVILEGES{whose}{place} "
    return Target(what=DEFAULTS[on], on=on.upper(), owner=unquoted(role)[0], version=schema.version, before=before)


def without_defaults(record: Record, target: Target) -> Grants:
    """Return what holds where nothing is said: those of a schema are added to the others, and start from nothing."""
    return {} if record.schema else built_in(target.what, target.owner, target.version)


def _create_default(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return []  # its grants are all that it is


def _drop_default(record: Record, current: Schema) -> list[Statement]:
    """Back to what holds where nothing is said: PostgreSQL forgets the entry then."""
    target = default_target(record, current)
    return statements(*between(grants_of(record.grants), without_defaults(record, target), target))


# pg_identify_object() -> SECURITY LABEL ON; what ends in "column" is a COLUMN.
_LABELLED: Mapping[str, str] = {
    "table": "TABLE", "foreign table": "FOREIGN TABLE", "view": "VIEW", "materialized view": "MATERIALIZED VIEW",
    "sequence": "SEQUENCE", "schema": "SCHEMA", "type": "TYPE", "function": "FUNCTION", "procedure": "PROCEDURE",
    "aggregate": "ROUTINE",  # told with its arguments as those of a function
    "language": "LANGUAGE", "event trigger": "EVENT TRIGGER", "publication": "PUBLICATION",
    "subscription": "SUBSCRIPTION",
}  # fmt: skip


def labelled(record: Record) -> str:
    """Return what a security label is on: TABLE app.t."""
    words = sorted((w for w in (*_LABELLED, *_COLUMNS) if record.parent.startswith(f"{w} ")), key=len)
    if not words:
        raise Unmanageable(f"{record}: there is no SECURITY LABEL ON such a thing")
    word = words[-1]
    return f"{_LABELLED.get(word, 'COLUMN')} {record.parent.removeprefix(word).strip()}"


_COLUMNS = tuple(
    f"{relation} column" for relation in ("table", "foreign table", "view", "materialized view", "composite type")
)


def _label(record: Record, label: str) -> list[Statement]:
    return statements(f"SECURITY LABEL FOR {quoted(record.name)} ON {labelled(record)} IS {label}")


def _create_label(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return _label(record, literal(record.is_["label"]))


def _alter_label(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    return _label(new, literal(new.is_["label"]))


def _drop_label(record: Record, current: Schema) -> list[Statement]:
    return _label(record, "NULL")


KINDS: Mapping[str, Kind] = {
    "default acl": Kind(word="DEFAULT PRIVILEGES", create=_create_default, drop=_drop_default),
    "security label": Kind(
        word="SECURITY LABEL", create=_create_label, alter=_alter_label, drop=_drop_label, name=labelled
    ),
}
