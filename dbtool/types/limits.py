"""Limits: what may stand in a column, as far as its constraints and its type are sure to say. Pure."""

from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bound:
    """The lowest or highest number; not ``inclusive``: only up to it."""

    number: Decimal
    inclusive: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression as PostgreSQL reads it, or of LIKE."""

    text: str
    ignores_case: bool = False
    like: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a value can be, apart from its type. None says nothing."""

    not_null: bool = False
    values: tuple[str | int, ...] | None = None
    shortest: int | None = None  # characters
    longest: int | None = None
    fewest: int | None = None  # elements
    most: int | None = None
    lowest: Bound | None = None
    highest: Bound | None = None
    patterns: tuple[Pattern, ...] = ()
    json: str = ""  # what jsonb_typeof() says


NONE = Limits()


def both(one: Limits, other: Limits) -> Limits:
    """Return what holds where both do.

    >>> both(Limits(longest=5, values=(1, 2)), Limits(longest=3, values=(2, 3))) == Limits(longest=3, values=(2,))
    True
    """
    if one is NONE or other is NONE:
        return other if one is NONE else one
    values = one.values if other.values is None else other.values
    if one.values is not None and other.values is not None:
        values = tuple(value for value in one.values if value in other.values)
    return Limits(
        not_null=one.not_null or other.not_null,
        values=values,
        shortest=_more(one.shortest, other.shortest),
        longest=_less(one.longest, other.longest),
        fewest=_more(one.fewest, other.fewest),
        most=_less(one.most, other.most),
        lowest=max(_bounds(one.lowest, other.lowest), key=lambda b: (b.number, not b.inclusive), default=None),
        highest=min(_bounds(one.highest, other.highest), key=lambda b: (b.number, b.inclusive), default=None),
        patterns=tuple(dict.fromkeys((*one.patterns, *other.patterns))),
        json=one.json or other.json,
    )


def _bounds(*bounds: Bound | None) -> list[Bound]:
    return [bound for bound in bounds if bound]


def _more(one: int | None, other: int | None) -> int | None:
    return max((n for n in (one, other) if n is not None), default=None)


def _less(one: int | None, other: int | None) -> int | None:
    return min((n for n in (one, other) if n is not None), default=None)


def with_length(limits: Limits, longest: int) -> Limits:
    """Return the limits with that of varchar(n)."""
    return replace(limits, longest=_less(limits.longest, longest))
