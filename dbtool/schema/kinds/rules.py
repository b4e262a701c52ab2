"""Rules of tables and views. Pure."""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind, named_on
from dbtool.schema.kinds.triggers import SWITCHES
from dbtool.schema.names import quoted
from dbtool.schema.statement import Statement
from dbtool.schema.whole import Schema


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return [Statement(record.is_["definition"]), *([_switched(record)] if "enabled" in record.is_ else [])]


def _switched(record: Record) -> Statement:
    switch = SWITCHES[record.is_.get("enabled")]
    return Statement(f"ALTER TABLE {record.parent} {switch} RULE {quoted(record.name)}")


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    changes: list[Statement] = []
    if old.is_["definition"] != new.is_["definition"]:
        text = new.is_["definition"].removeprefix("CREATE RULE ")
        changes.append(Statement(f"CREATE OR REPLACE RULE {text}"))  # it stays as enabled as it was
    if old.is_.get("enabled") != new.is_.get("enabled"):
        changes.append(_switched(new))
    return changes


KINDS: Mapping[str, Kind] = {
    "rule": Kind(word="RULE", create=_create, alter=_alter, name=named_on),
}
