"""An order within columns in which few lines cross, found by barycentres. Pure.

A line is a pair of ends in neighbouring columns: a position in its column, and a port between 0 and 1 at it.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

End = tuple[int, float]  # an item, and where on it a line ends: 0 at the top, 1 at the bottom
Segment = tuple[End, End]  # from left to right
_SWEEPS = 16


def untangled(columns: Sequence[Sequence[int]], segments: Sequence[Sequence[Segment]]) -> list[list[int]]:
    """Return the items of each column in another order; segments[n] lead from column n to the next.

    >>> untangled([[0, 1], [2, 3]], [[((0, 0.5), (3, 0.5)), ((1, 0.5), (2, 0.5))]])
    [[0, 1], [3, 2]]
    """
    order = [list(column) for column in columns]
    best, fewest = order, _crossings(order, segments)
    for sweep in range(_SWEEPS):
        if fewest == 0:
            break
        order = [list(column) for column in order]
        forward = sweep % 2 == 0
        for number in range(1, len(order)) if forward else range(len(order) - 2, -1, -1):
            _sort(order, number, segments[number - 1 if forward else number], forward)
        crossings = _crossings(order, segments)
        if crossings < fewest:
            best, fewest = order, crossings
    return [list(column) for column in best]


def _sort(order: list[list[int]], number: int, segments: Iterable[Segment], forward: bool) -> None:
    """Put each item of a column where the mean of its neighbours in the other one is; without any it stays."""
    there = _positions(order[number - 1 if forward else number + 1])
    sums: defaultdict[int, list[float]] = defaultdict(list)
    for left, right in segments:
        mine, other = (right, left) if forward else (left, right)
        sums[mine[0]].append(there[other[0]] + other[1])
    column = order[number]
    moving = sorted((item for item in column if item in sums), key=lambda item: sum(sums[item]) / len(sums[item]))
    next_one = iter(moving)
    order[number] = [next(next_one) if item in sums else item for item in column]


def _crossings(order: Sequence[Sequence[int]], segments: Sequence[Sequence[Segment]]) -> int:
    return sum(
        _inversions(_positions(order[number]), _positions(order[number + 1]), between)
        for number, between in enumerate(segments)
    )


def _positions(column: Sequence[int]) -> Mapping[int, int]:
    return {item: place for place, item in enumerate(column)}


def _inversions(left: Mapping[int, int], right: Mapping[int, int], segments: Iterable[Segment]) -> int:
    ends = sorted((left[a] + p, right[b] + q) for (a, p), (b, q) in segments)
    seen: list[float] = []
    found = 0
    for _, end in ends:
        found += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return found
