"""Three lists of findings -> one: what two of the sources see at the same statement is told once. Pure."""

from collections.abc import Sequence

from dbtool.lint.told import Told


def merged(own: Sequence[Told], squawk: Sequence[Told], style: Sequence[Told]) -> list[Told]:
    """Return all findings, without those of squawk that dbtool's own rules tell of the same statement."""
    known = {(told.id, told.statement) for told in own}
    rest = [told for told in squawk if (told.id, told.statement) not in known]
    for one in own:
        if same := _same_type(one, rest):
            rest.remove(same)
    return _once([*own, *rest, *style])


# What dbtool says of a column in more words goes before what squawk says of its type, which follows the name.
_MORE = {"integer-primary-key": ("prefer-bigint-over-int", "prefer-bigint-over-smallint")}


def _same_type(own: Told, squawk: Sequence[Told]) -> Told | None:
    """Return what squawk says of the type of the column that *own* is about."""
    kinds = _MORE.get(own.id, ())
    after = [
        told for told in squawk if told.id in kinds and told.statement == own.statement and _start(told) >= _start(own)
    ]
    return min(after, key=_start, default=None)


def _start(told: Told) -> tuple[int, int]:
    return told.line, told.column


def _once(told: Sequence[Told]) -> list[Told]:
    """Return the findings, one of those with the same id at the same place."""
    return list({(one.id, one.source, one.line, one.column, one.message): one for one in told}.values())
