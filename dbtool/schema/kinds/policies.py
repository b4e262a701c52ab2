"""Policies of row-level security. Pure."""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import in_parentheses
from dbtool.schema.kinds.kind import Kind, named_on
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    is_ = record.is_
    lines = [f"CREATE POLICY {named_on(record)}"]
    if "restrictive" in is_:
        lines.append("AS RESTRICTIVE")
    if is_["command"] != "all":
        lines.append(f"FOR {is_['command'].upper()}")
    if is_["roles"] != ["PUBLIC"]:
        lines.append(_to(record))
    return statements("\n    ".join([*lines, *_conditions(record)]))


def _to(record: Record) -> str:
    return f"TO {', '.join(record.is_['roles'])}"


def _conditions(record: Record) -> list[str]:
    words = (("using", "USING"), ("check", "WITH CHECK"))
    return [f"{word} {in_parentheses(record.is_[name])}" for name, word in words if name in record.is_]


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if any(old.is_.get(name) != new.is_.get(name) for name in ("restrictive", "command")):
        return None
    if any(name in old.is_ and name not in new.is_ for name in ("using", "check")):
        return None
    lines = [f"ALTER POLICY {named_on(new)}"]
    if old.is_["roles"] != new.is_["roles"]:
        lines.append(_to(new))
    before = _conditions(old)
    return statements("\n    ".join([*lines, *(line for line in _conditions(new) if line not in before)]))


KINDS: Mapping[str, Kind] = {
    "policy": Kind(word="POLICY", create=_create, alter=_alter, name=named_on),
}
