"""Schemas and extensions. Pure."""

import re
from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.names import literal, quoted
from dbtool.schema.statement import Hazard, Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def _create_schema(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return statements(f"CREATE SCHEMA {named(record)}")


def _create_extension(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    """In the version that the server has by default; a schema that the extension itself makes is not told to it."""
    schema = record.is_["schema"]
    is_there = ("schema", "", "", schema) in wanted.parts or schema.startswith("pg_")
    place = f" WITH SCHEMA {quoted(schema)}" if is_there else ""
    return statements(f"CREATE EXTENSION {named(record)}{place}")


def _alter_extension(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    found: list[str] = []
    if old.is_["version"] != new.is_["version"]:
        if _numbers(new) < _numbers(old):
            raise Unmanageable(f"{new} cannot go back from {old.is_['version']} to {new.is_['version']}")
        found.append(f"UPDATE TO {literal(new.is_['version'])}")
    if old.is_["schema"] != new.is_["schema"]:
        if "relocatable" not in new.is_:
            return None
        found.append(f"SET SCHEMA {quoted(new.is_['schema'])}")
    return statements(*(f"ALTER EXTENSION {named(new)} {change}" for change in found))


def _numbers(record: Record) -> list[int]:
    """The version, to tell which is later."""
    return [int(digits) for digits in re.findall(r"\d+", record.is_["version"])]


def _drop_extension(record: Record, current: Schema) -> list[Statement]:
    lost = Hazard("drop-extension", f"extension {record.name} goes, with all rows in tables of its own")
    return [Statement(f"DROP EXTENSION {named(record)}", (lost,))]


KINDS: Mapping[str, Kind] = {
    "schema": Kind(word="SCHEMA", create=_create_schema, grant_word="SCHEMA"),
    "extension": Kind(word="EXTENSION", create=_create_extension, alter=_alter_extension, drop=_drop_extension),
}
