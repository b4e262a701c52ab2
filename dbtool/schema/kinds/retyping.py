"""What it takes to give a column another type: whether a cast leads there, and what becomes of the values. Pure.

PostgreSQL's own casts between its own types do not change, so they stand here; those that somebody made are in the
wanted schema. Where none leads there, the way is through the text of a value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dbtool.schema.catalog import Record
from dbtool.schema.names import unquoted
from dbtool.schema.whole import Schema


@dataclass(frozen=True, slots=True)
class Type:
    """What format_type() says, taken apart."""

    name: str
    modifiers: tuple[str, ...] = ()
    array: bool = False


_TYPE = re.compile(r'((?:"(?:[^"]|"")*"|[^"(\[])+)(?:\(([^)]*)\))?([^\[]*)((?:\[\])*)')


def parsed(text: str) -> Type:
    """Return the type that *text* names.

    >>> parsed("timestamp(3) with time zone[]")
    Type(name='timestamp with time zone', modifiers=('3',), array=True)
    """
    found = _TYPE.fullmatch(text)
    assert found, text
    name, modifiers, rest, array = found.groups()
    return Type(name + rest, tuple((modifiers or "").split(",")) if modifiers else (), bool(array))


STRINGS = ("text", "character varying", "character", "bpchar", "name")
_UNBOUNDED = ("text", "character varying", "bpchar")
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
_STAMP, _ZONED = "timestamp without time zone", "timestamp with time zone"
_CLOCK, _ZONED_CLOCK = "time without time zone", "time with time zone"

# Assignment and implicit casts beside those among numbers and to strings, and explicit ones (pg_cast.dat).
_ASSIGNED = frozenset({
    ("date", _STAMP), ("date", _ZONED), (_STAMP, "date"), (_STAMP, _ZONED), (_STAMP, _CLOCK), (_ZONED, "date"),
    (_ZONED, _STAMP), (_ZONED, _CLOCK), (_ZONED, _ZONED_CLOCK), (_CLOCK, "interval"), (_CLOCK, _ZONED_CLOCK),
    (_ZONED_CLOCK, _CLOCK), ("interval", _CLOCK), ("json", "jsonb"), ("jsonb", "json"), ("cidr", "inet"),
    ("inet", "cidr"), ("bit", "bit varying"), ("bit varying", "bit"), ("money", "numeric"), ("numeric", "money"),
    ("integer", "money"), ("bigint", "money"), ("macaddr", "macaddr8"), ("macaddr8", "macaddr"), ("integer", "oid"),
    ("bigint", "oid"), ("oid", "bigint"), ("oid", "integer"),
})  # fmt: skip
_EXPLICIT = frozenset({
    ("integer", "boolean"), ("boolean", "integer"), ("integer", '"char"'), ('"char"', "integer"), ("integer", "bit"),
    ("bigint", "bit"), ("bit", "integer"), ("bit", "bigint"), ("jsonb", "boolean"),
    *(("jsonb", number) for number in _NUMBERS),
})  # fmt: skip

# Pairs in which every value of the first has one of the second.
_HELD = frozenset({
    ("smallint", "integer"), ("smallint", "bigint"), ("smallint", "real"), ("smallint", "double precision"),
    ("integer", "bigint"), ("integer", "double precision"), ("real", "double precision"), ("boolean", "integer"),
    ("date", _STAMP), ("date", _ZONED), (_STAMP, _ZONED), (_ZONED, _STAMP), ("json", "jsonb"), ("jsonb", "json"),
    ("cidr", "inet"), ("money", "numeric"), (_CLOCK, "interval"), ("macaddr", "macaddr8"),
})  # fmt: skip


def using(old: str, new: str, column: str, wanted: Schema) -> str:
    """Return what follows TYPE so that PostgreSQL knows the way: "" where it knows one, else a USING clause."""
    before, after = _plain(old, wanted), _plain(new, wanted)
    if before.array == after.array and _is_assigned(before, after, wanted):
        return ""
    if before.array == after.array and _is_cast(before, after, wanted):
        return f" USING {column}::{new}"
    return through_text(column, old, new)


def through_text(column: str, old: str, new: str) -> str:
    """Return the USING clause that takes the text of a value for the new one.

    >>> through_text("c", "app.mood[]", "app.status[]")
    ' USING c::text[]::app.status[]'
    """
    arrays = old.endswith("[]") and new.endswith("[]")
    return f" USING {column}::text{'[]' if arrays else ''}::{new}"


def _is_assigned(old: Type, new: Type, wanted: Schema) -> bool:
    if old.name == new.name:
        return old.name != "bit" or old.modifiers == new.modifiers
    pair = old.name, new.name
    both_numbers = old.name in _NUMBERS and new.name in _NUMBERS
    return new.name in STRINGS or both_numbers or pair in _ASSIGNED or _made(pair, wanted) in ("implicit", "assignment")


def _is_cast(old: Type, new: Type, wanted: Schema) -> bool:
    pair = old.name, new.name
    return old.name in STRINGS or pair in _EXPLICIT or pair[0] == pair[1] or _made(pair, wanted) == "explicit"


def _made(pair: tuple[str, str], wanted: Schema) -> str | None:
    """Return when the cast applies that somebody made for this pair."""
    found = wanted.parts.get(("cast", "", "", f"({pair[0]} AS {pair[1]})"))
    return found.is_["context"] if found else None


def narrows(old: str, new: str, wanted: Schema) -> bool:
    """Return whether there may be values of *old* that *new* has no place for."""
    before, after = _plain(old, wanted), _plain(new, wanted)
    if before.array != after.array:
        return not (after.name in _UNBOUNDED and not after.modifiers and not after.array)
    return not _holds(before, after) or any(_checks(parsed(new), wanted) - _checks(parsed(old), wanted))


def _holds(old: Type, new: Type) -> bool:
    if not new.modifiers and (old.name == new.name or new.name in _UNBOUNDED):
        return True
    if new.name == "numeric" and old.name in ("numeric", *_DIGITS):
        return not new.modifiers or _numeric_holds(old, new)
    if old.name == new.name or (old.name in STRINGS and new.name in STRINGS):
        return old.modifiers == new.modifiers or _length(old) <= _length(new)
    return (old.name, new.name) in _HELD


def _numeric_holds(old: Type, new: Type) -> bool:
    precision, scale = map(int, new.modifiers)
    if old.name in _DIGITS:
        return scale >= 0 and precision - scale >= _DIGITS[old.name]
    if not old.modifiers:
        return False
    had_precision, had_scale = map(int, old.modifiers)
    return scale >= had_scale and precision - scale >= had_precision - had_scale


_ENDLESS = 2**31


def _length(type: Type) -> int:
    """Return how long a value can be, or how precise: 6 digits of a second unless it says otherwise."""
    if len(type.modifiers) == 1 and type.modifiers[0].isdecimal():
        return int(type.modifiers[0])
    return 6 if type.name.startswith(("time", "interval")) else _ENDLESS


_ALIKE = frozenset({
    ("cidr", "inet"), ("character varying", "text"), ("text", "character varying"), ("xml", "text"),
    ("xml", "character varying"), ("integer", "oid"), ("oid", "integer"), ("bit", "bit varying"),
})  # fmt: skip
_ADAPTED = ("character varying", "bit varying", "numeric", "interval", _STAMP, _ZONED, _CLOCK, _ZONED_CLOCK)


def rewrites(old: str, new: str, wanted: Schema) -> bool:
    """Return whether PostgreSQL writes each row anew.

    It does not where the stored form is the same, and nothing is to be checked (ATColumnChangeRequiresRewrite).
    """
    before, after = _plain(old, wanted), _plain(new, wanted)
    if any(_checks(parsed(new), wanted) - _checks(parsed(old), wanted)):
        return True
    if before == after:
        return bool(after.modifiers) and parsed(old) != before  # a domain's length is not looked at
    if before.array or after.array:
        return True
    if (before.name, after.name) in _ALIKE:
        return bool(after.modifiers)
    if before.name != after.name or before.name not in _ADAPTED or not _holds(before, after):
        return True
    return before.name == "numeric" and bool(after.modifiers) and before.modifiers[1] != after.modifiers[1]


def default_storage(text: str, wanted: Schema) -> str:
    """Return the storage of a type that says none, for ALTER COLUMN before 16, which has no word for it."""
    type = _plain(text, wanted)
    if type.array:
        return "EXTENDED"
    if base := _record(type.name, wanted):
        return str(base.is_.get("storage", "extended")).upper()
    return "MAIN" if type.name in ("numeric", "inet", "cidr") else "EXTENDED"


def _plain(text: str, wanted: Schema) -> Type:
    """Return the type, or what the domain that it names is of."""
    type = parsed(text)
    found = _record(type.name, wanted)
    if found is None or found.is_["form"] != "domain":
        return type
    base = _plain(found.is_["type"], wanted)
    return Type(base.name, base.modifiers, base.array or type.array)


def _record(name: str, wanted: Schema) -> Record | None:
    names = unquoted(name)
    return wanted.parts.get(("type", names[0], "", names[1])) if len(names) == 2 else None


def _checks(type: Type, wanted: Schema) -> set[str]:
    """Return what a domain asks of a value."""
    return set(_each_check(type.name, wanted))


def _each_check(name: str, wanted: Schema) -> Iterator[str]:
    found = _record(name, wanted)
    if found is None or found.is_["form"] != "domain":
        return
    if found.is_.get("not null"):
        yield "NOT NULL"
    yield from (r.is_["definition"] for r in wanted.children.get(name, ()) if r.kind == "domain constraint")
    yield from _each_check(parsed(found.is_["type"]).name, wanted)
