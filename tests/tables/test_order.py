"""The order of tables: parents first, circles told with what closes them, the same each time."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbtool.tables.order import Reference, in_dependency_order


def key(child: str, parent: str, *, weight: int = 2, constraint: str = "") -> Reference[str]:
    """A foreign key of that weight: 0 deferrable, 1 nullable, 2 neither."""
    return Reference(
        child=child, parent=parent, constraint=constraint or f"{child}_{parent}_fkey",
        deferrable=weight == 0, nullable=weight == 1,
    )  # fmt: skip


def test_parents_come_first_and_the_others_as_they_came() -> None:
    order, cycles = in_dependency_order("abcde", [key("a", "d"), key("b", "a"), key("c", "c")])
    assert order == ("c", "d", "a", "b", "e")
    assert cycles == ()


def test_what_is_no_table_does_not_count() -> None:
    assert in_dependency_order("ab", [key("a", "x"), key("x", "b")]) == (("a", "b"), ())


@pytest.mark.parametrize(
    ("weights", "closing"),
    [
        ((2, 2, 1), [("c", "a")]),
        ((2, 0, 1), [("b", "c")]),
        ((1, 2, 2), [("a", "b")]),
    ],
)
def test_a_circle_is_closed_by_what_is_easiest_to_do_without(
    weights: tuple[int, ...], closing: list[tuple[str, str]]
) -> None:
    pairs = [("a", "b"), ("b", "c"), ("c", "a")]
    keys = [key(*pair, weight=weight) for pair, weight in zip(pairs, weights, strict=True)]
    order, (cycle,) = in_dependency_order("abc", keys)
    assert [(r.child, r.parent) for r in cycle.closing] == closing
    assert cycle.tables == order


def test_two_keys_between_the_same_tables_close_it_together() -> None:
    keys = [key("a", "b", constraint="one", weight=1), key("a", "b", constraint="two"), key("b", "a", weight=2)]
    _, (cycle,) = in_dependency_order("ab", keys)
    # `two` is no easier to do without than the other way round, which is the later table's
    assert [r.constraint for r in cycle.closing] == ["b_a_fkey"]


def test_circles_of_their_own_are_told_apart() -> None:
    keys = [key("a", "b"), key("b", "a"), key("c", "d"), key("d", "c"), key("c", "a")]
    order, cycles = in_dependency_order("dcba", keys)
    assert {frozenset(cycle.tables) for cycle in cycles} == {frozenset("ab"), frozenset("cd")}
    assert order.index("a") < order.index("c")


_edges = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(0, 2)), max_size=40)


@settings(max_examples=80, deadline=None)
@given(edges=_edges, seed=st.integers(0, 5))
def test_all_but_what_closes_circles_holds(edges: list[tuple[int, int, int]], seed: int) -> None:
    tables = [chr(ord("a") + n) for n in range(12)]
    keys = [key(tables[c], tables[p], weight=w, constraint=f"k{n}") for n, (c, p, w) in enumerate(edges)]
    order, cycles = in_dependency_order(tables, keys)
    assert sorted(order) == tables
    closing = {r.constraint for cycle in cycles for r in cycle.closing}
    for reference in keys:
        later = order.index(reference.parent) > order.index(reference.child)
        assert later is (reference.constraint in closing), reference
    shuffled = random.Random(seed).sample(keys, len(keys))
    assert in_dependency_order(tables, shuffled)[0] == order


def test_a_thousand_tables_and_a_large_circle_take_no_time() -> None:
    tables = [f"t{n:04}" for n in range(1000)]
    chain = [key(a, b) for a, b in pairwise(tables)]
    order, _ = in_dependency_order(tables, chain)
    assert order == tuple(reversed(tables))
    _, (cycle,) = in_dependency_order(tables, [*chain, key(tables[-1], tables[0], weight=1)])
    assert len(cycle.tables) == 1000
    assert len(cycle.closing) == 1
