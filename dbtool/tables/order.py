"""An order of tables in which rows can go in: parents before children, by foreign keys. Pure.

It is the order for seeds and for an initial sync, and backwards for DELETEs. `dbtool reset` needs none: one TRUNCATE
names all tables (manual, TRUNCATE).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dbtool.schema.planning.order import circles, ordered

Table = TypeVar("Table", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Generic[Table]):
    """A foreign key of *child* to *parent*."""

    child: Table
    parent: Table
    constraint: str
    deferrable: bool = False  # it can be looked at when the transaction ends
    nullable: bool = False  # a row can go in first without it

    @property
    def weight(self) -> int:
        """How hard it is to do without it for a while: 0 deferrable, 1 nullable, 2 neither."""
        return 0 if self.deferrable else 1 if self.nullable else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle(Generic[Table]):
    """Tables that refer to each other in a circle, in the order in which they stand, and what closes it."""

    tables: tuple[Table, ...]
    closing: tuple[Reference[Table], ...]  # those that point to a table that comes later


def in_dependency_order(
    tables: Iterable[Table], references: Iterable[Reference[Table]]
) -> tuple[tuple[Table, ...], tuple[Cycle[Table], ...]]:
    """Return the tables, parents before children and else as they come, and the circles among them.

    A table that refers to itself is no circle. Of a circle the references that are easiest to do without for a while
    are passed over: one that is deferrable, else one that may be NULL.

    >>> in_dependency_order("abc", [Reference(child="a", parent="c", constraint="a_c_fkey")])
    (('b', 'c', 'a'), ())
    """
    place = {table: number for number, table in enumerate(tables)}
    kept = {r: None for r in references if r.child != r.parent and r.child in place and r.parent in place}
    closing = dict.fromkeys(_closing(place, list(kept)))
    order = tuple(ordered(_before(place, ((r.child, r.parent) for r in kept if r not in closing)), place.__getitem__))
    rank = {table: number for number, table in enumerate(order)}
    cycles: list[Cycle[Table]] = []
    for circle in circles(_before(place, ((r.child, r.parent) for r in kept))):
        inside = set(circle)
        cycles.append(
            Cycle(
                tables=tuple(sorted(circle, key=rank.__getitem__)),
                closing=tuple(r for r in closing if r.child in inside),
            )
        )
    return order, tuple(sorted(cycles, key=lambda cycle: rank[cycle.tables[0]]))


def _closing(place: Mapping[Table, int], references: Sequence[Reference[Table]]) -> list[Reference[Table]]:
    """Return the references without which there is no circle, and each of which is needed for that."""
    pairs: dict[tuple[Table, Table], list[Reference[Table]]] = {}
    for reference in references:  # all that say the same go together: one of them alone would open nothing
        pairs.setdefault((reference.child, reference.parent), []).append(reference)
    weight = {pair: max(r.weight for r in same) for pair, same in pairs.items()}
    kept = dict.fromkeys(pairs)
    passed: list[tuple[Table, Table]] = []
    while found := circles(_before(place, kept)):
        for circle in found:
            inside = set(circle)
            within = [pair for pair in kept if pair[0] in inside and pair[1] in inside]
            easiest = min(within, key=lambda pair: (weight[pair], -place[pair[0]], -place[pair[1]]))
            passed.append(easiest)
            del kept[easiest]
    for pair in sorted(passed, key=lambda pair: -weight[pair]):  # what was passed over before it had to be
        if not circles(_before(place, {**kept, pair: None})):
            kept[pair] = None
    return [r for r in references if (r.child, r.parent) not in kept]


def _before(place: Mapping[Table, int], pairs: Iterable[tuple[Table, Table]]) -> dict[Table, list[Table]]:
    found: dict[Table, list[Table]] = {table: [] for table in place}
    for child, parent in pairs:
        found[child].append(parent)
    return found
