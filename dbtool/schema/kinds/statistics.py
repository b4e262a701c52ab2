"""Extended statistics: how they are made and altered. Pure."""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    made = statements(record.is_["definition"])
    return made + _set_target(record) if "target" in record.is_ else made


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    return _set_target(new) if old.is_["definition"] == new.is_["definition"] else None


def _set_target(record: Record) -> list[Statement]:
    return statements(f"ALTER STATISTICS {named(record)} SET STATISTICS {record.is_.get('target', -1)}")


KINDS: Mapping[str, Kind] = {"statistics object": Kind(word="STATISTICS", create=_create, alter=_alter)}
