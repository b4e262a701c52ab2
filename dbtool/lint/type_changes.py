"""Which changes of a column's type are free, and which write the table anew. Pure.

https://www.postgresql.org/docs/current/sql-altertable.html: a rewrite is not needed where the new type is the old
one without a constraint, or binary coercible to it. The length and precision functions know more such cases.
"""

from enum import StrEnum
from typing import Any

from dbtool.lint.tree import Type, type_of
from dbtool.parser import node_name


class Change(StrEnum):
    """What a change of type costs."""

    FREE = "free"
    REWRITE = "rewrite"
    UNCERTAIN = "uncertain"  # free for some types, and nobody says which one the column has


# Binary coercible, one way: pg_cast.castmethod = 'b', and that of citext.
_SAME_BYTES = frozenset(
    (
        ("varchar", "text"), ("text", "varchar"), ("citext", "text"), ("text", "citext"), ("varchar", "citext"),
        ("citext", "varchar"), ("cidr", "inet"), ("bit", "varbit"), ("varbit", "bit"), ("int4", "oid"), ("oid", "int4"),
        ("xml", "text"), ("xml", "varchar"),
    )
)  # fmt: skip
_GROWS = frozenset(("varchar", "varbit", "timestamp", "timestamptz", "time", "timetz", "interval"))
# From an unknown type to one of these the change may be free.
_MAYBE = frozenset(("text", "varchar", "citext", "numeric", "varbit", "inet"))
_WIDTHS = {"int2": 1, "int4": 2, "int8": 3, "float4": 2, "float8": 3}


def change_of(old: Type | None, new: Type, *, utc: bool = False) -> Change:
    """Return what it costs to change a column from *old* (None: unknown) to *new*, without a USING that computes.

    ``utc``: the session's time zone is UTC, for which timestamp and timestamptz are the same bytes.

    >>> change_of(Type("varchar", modifiers=(20,)), Type("varchar", modifiers=(40,))).value
    'free'
    >>> change_of(Type("int4"), Type("int8")).value, change_of(None, Type("text")).value
    ('rewrite', 'uncertain')
    """
    if old is None:
        return Change.UNCERTAIN if new.name in _MAYBE and not new.array else Change.REWRITE
    if old == new:
        return Change.FREE
    if old.array or new.array:  # the server looks at no array's elements
        return Change.REWRITE
    if old.name == new.name:
        return Change.FREE if _grows(old, new) else Change.REWRITE
    if {old.name, new.name} == {"timestamp", "timestamptz"} and utc:
        return Change.REWRITE if new.modifiers else Change.FREE
    if (old.name, new.name) in _SAME_BYTES and (not new.modifiers or new.modifiers == old.modifiers):
        return Change.FREE
    return Change.REWRITE


def _grows(old: Type, new: Type) -> bool:
    if not new.modifiers:
        return old.name in (*_GROWS, "numeric")
    if not old.modifiers:
        return False
    if new.name == "numeric":
        scales = [(*t.modifiers, 0)[1] for t in (old, new)]
        return scales[0] == scales[1] and new.modifiers[0] >= old.modifiers[0]
    return new.name in _GROWS and new.modifiers[0] >= old.modifiers[0]


def narrows(old: Type, new: Type) -> str:
    """Return why some value of *old* may not fit into *new*; "" where each does, or where that is not known.

    >>> narrows(Type("int8"), Type("int4")), narrows(Type("text"), Type("varchar", modifiers=(10,)))
    ('bigint holds larger numbers than integer', 'text holds longer texts than varchar(10)')
    """
    if old.array or new.array:
        return ""
    if old.name in _WIDTHS and new.name in _WIDTHS and _WIDTHS[new.name] < _WIDTHS[old.name]:
        return f"{old} holds larger numbers than {new}"
    if old.name in ("numeric", "float4", "float8") and new.name in ("int2", "int4", "int8"):
        return f"{old} holds fractions, {new} does not"
    if old.name in _TEXTS and new.name in _TEXTS:
        limit = new.modifiers[0] if new.modifiers else (1 if new.name == "bpchar" else 0)
        was = old.modifiers[0] if old.modifiers else 0
        return f"{old} holds longer texts than {new}" if limit and (not was or was > limit) else ""
    if old.name == new.name == "numeric" and new.modifiers and not _grows(old, new):
        return f"{old} holds numbers that {new} does not"
    if old.name in ("timestamp", "timestamptz") and new.name in ("date", "time", "timetz"):
        return f"{new} keeps only a part of {old}"
    if old.name == "jsonb" and new.name in ("hstore",):
        return f"{new} does not hold what is nested"
    return ""


_TEXTS = ("text", "varchar", "bpchar", "citext")


def computes(using: Any, column: str) -> bool:
    """Return whether USING is more than the column itself or a cast of it."""
    kind = node_name(using)
    if kind == "type_cast":
        return computes(using.type_cast.arg, column)
    if kind == "column_ref":
        return bool(using.column_ref.fields[-1].string.sval != column)
    return True


def cast_type(using: Any) -> Type | None:
    """Return the type to which USING casts; None where it casts nothing."""
    return type_of(using.type_cast.type_name) if node_name(using) == "type_cast" else None
