"""Operators, operator classes and operator families."""

import re
from collections.abc import Iterator, Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import without_arguments
from dbtool.schema.kinds.kind import Kind, named_as_is
from dbtool.schema.kinds.layout import in_lines, listed
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

# -- operators

LINKS = ("commutator", "negator")
_ESTIMATES = ("restrict", "join")
_PROPERTIES = ("hashes", "merges")


def _create_operator(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    is_ = record.is_
    options = [
        f"FUNCTION = {without_arguments(is_['function'])}",
        *(f"{side}ARG = {is_[side.lower()]}" for side in ("LEFT", "RIGHT") if side.lower() in is_),
        *(_setting(record, name) for name in (*LINKS, *_ESTIMATES) if name in is_),
        *(name.upper() for name in _PROPERTIES if name in is_),
    ]
    return statements(f"CREATE OPERATOR {without_arguments(named_as_is(record))} {listed(options)}")


def _alter_operator(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    differ = _differ(old, new) - {name for name in LINKS if _follows(name, old, new, current, wanted)}
    if not differ <= _settable(old, wanted) or not all(_can_link(n, new, current, wanted) for n in differ & {*LINKS}):
        return None
    settings = [_setting(new, name) for name in (*LINKS, *_ESTIMATES, *_PROPERTIES) if name in differ]
    return statements(f"ALTER OPERATOR {named_as_is(new)} SET ({', '.join(settings)})") if settings else []


def _differ(old: Record, new: Record) -> set[str]:
    return {name for name in old.is_.keys() | new.is_.keys() if old.is_.get(name) != new.is_.get(name)}


def _settable(old: Record, wanted: Schema) -> set[str]:
    if wanted.version < 170000:
        return {*_ESTIMATES}
    return {*_ESTIMATES, *(name for name in (*LINKS, *_PROPERTIES) if name not in old.is_)}  # these once


# The server keeps both ends of a link alike, where the other end is there and does not lead elsewhere (OperatorUpd):
# when an operator is made, when it is dropped, and when one is altered. It does not where the other was only promised.


def _follows(name: str, old: Record, new: Record, current: Schema, wanted: Schema) -> bool:
    """Return whether a link comes, or goes, with the operator at its other end."""
    match old.is_.get(name), new.is_.get(name):
        case str() as before, None:
            there = _operator(before, current)
            return there is not None and _leads_to(there, name, old) and _operator(before, wanted) is None
        case None, str() as after:
            made, there = _operator(after, wanted), _operator(after, current)
            if made is None or made.key == new.key or not _leads_to(made, name, new):
                return False
            return there is None or _is_replaced(there, made, wanted)
        case _:
            return False


def _is_replaced(old: Record, new: Record, wanted: Schema) -> bool:
    differ = _differ(old, new)
    links = [n for n in LINKS if n in differ and n in new.is_]
    ends = ((name, _operator(new.is_[name], wanted)) for name in links)
    one_sided = any(end is None or not _leads_to(end, name, new) for name, end in ends)
    return one_sided or not differ <= {*LINKS, *_settable(old, wanted)}


def _can_link(name: str, new: Record, current: Schema, wanted: Schema) -> bool:
    """Return whether ALTER OPERATOR can set a link: it promises nothing, and sets both ends."""
    other = new.is_[name]
    if "." not in without_arguments(other):  # of pg_catalog
        return True
    made = _operator(other, wanted)
    return made is not None and _leads_to(made, name, new) and _operator(other, current) is not None


def _leads_to(other: Record, name: str, operator: Record) -> bool:
    return other.is_.get(name) == operator_identity(operator)


def operator_identity(operator: Record) -> str:
    """Return an operator as regoperator tells it: without blanks after commas."""
    return named_as_is(operator).replace(", ", ",")


def _operator(identity: str, schema: Schema) -> Record | None:
    operators = (record for record in schema.parts.values() if record.kind == "operator")
    return next((operator for operator in operators if operator_identity(operator) == identity), None)


def _setting(record: Record, name: str) -> str:
    value = record.is_.get(name)
    if name in LINKS:
        return f"{name.upper()} = OPERATOR({without_arguments(str(value))})"
    if name in _PROPERTIES:
        return name.upper()
    return f"{name.upper()} = {without_arguments(value) if value else 'NONE'}"


# -- operator families


def _create_family(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return [
        Statement(f"CREATE OPERATOR FAMILY {named_as_is(record)}"),
        *_change_family(record, "ADD", _members(record)),
    ]


def _alter_family(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    before, after = _members(old), _members(new)
    gone = [_without_object(member) for member in before if member not in after]
    added = [member for member in after if member not in before]
    return [*_change_family(new, "DROP", gone), *_change_family(new, "ADD", added)]


def _change_family(record: Record, verb: str, members: Sequence[str]) -> list[Statement]:
    if not members:
        return []
    return statements(f"ALTER OPERATOR FAMILY {named_as_is(record)} {verb}{in_lines(members)}")


def _members(record: Record) -> list[str]:
    """Return what is in a family or class, as CREATE OPERATOR CLASS and ALTER OPERATOR FAMILY ADD want it."""
    return list(_told(record))


def _told(record: Record) -> Iterator[str]:
    yield from (f"OPERATOR {operator}" for operator in record.is_.get("operators", ()))
    yield from (f"FUNCTION {function}" for function in record.is_.get("functions", ()))


# What the catalog tells: "1 app.<(integer,bigint) FOR ORDER BY ...", "1 (integer, bigint) app.compare(...)".
_QUOTED = r'(?:"(?:[^"]|"")*"|[^"()])*'
_OPERATOR = re.compile(rf"(OPERATOR \d+) {_QUOTED}(\({_QUOTED}\))")
_FUNCTION = re.compile(rf"(FUNCTION \d+) (\({_QUOTED}\))")


def _without_object(member: str) -> str:
    """Return a member as ALTER OPERATOR FAMILY DROP wants it: by its number and types.

    >>> _without_object("OPERATOR 1 app.<(integer,bigint) FOR ORDER BY pg_catalog.float_ops")
    'OPERATOR 1 (integer,bigint)'
    >>> _without_object('FUNCTION 1 (integer, app."a(b") app.compare(integer,app."a(b")')
    'FUNCTION 1 (integer, app."a(b")'
    """
    found = (_OPERATOR if member.startswith("OPERATOR") else _FUNCTION).match(member)
    assert found, member
    return f"{found[1]} {found[2]}"


# -- operator classes


def _create_class(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    is_ = record.is_
    name, _, method = named_as_is(record).rpartition(" USING ")
    default = "DEFAULT " if is_.get("default") else ""
    storage = [f"STORAGE {is_['storage']}"] if "storage" in is_ else []
    # a class has to be of something: what CREATE OPERATOR CLASS takes for an empty one is the storage type told again
    members = [*_members(record), *storage] or [f"STORAGE {is_['type']}"]
    return statements(
        f"CREATE OPERATOR CLASS {name} {default}FOR TYPE {is_['type']} USING {method} FAMILY {is_['family']} AS"
        f"{in_lines(members)}"
    )


KINDS: Mapping[str, Kind] = {
    "operator": Kind(word="OPERATOR", create=_create_operator, alter=_alter_operator, name=named_as_is),
    "operator family": Kind(word="OPERATOR FAMILY", create=_create_family, alter=_alter_family, name=named_as_is),
    "operator class": Kind(word="OPERATOR CLASS", create=_create_class, name=named_as_is),
}
