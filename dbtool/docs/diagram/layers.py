"""columns_of(boxes, links): in which column each box stands, those that are referred to on the left. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from dbtool.docs.diagram.drawing import Box, Link, Node
from dbtool.tables.order import Reference, in_dependency_order

GAP = 26  # between boxes, one above the other
BETWEEN = 90  # about, between columns

T = TypeVar("T")


def columns_of(boxes: Sequence[Box[Node]], links: Sequence[Link[Node]], ratio: float) -> list[list[Box[Node]]]:
    """Return the columns, from left to right: no line begins and ends in the same one.

    A layer that is too high is split in several columns, so that the whole is about *ratio* times as wide as high.
    """
    layers = _layers(boxes, links)
    least = max(box.height for box in boxes)
    total = sum(box.height + GAP for box in boxes)
    height = least
    while True:
        columns = [column for layer in layers for column in _cut(layer, height)]
        width = sum(max(box.width for box in column) + BETWEEN for column in columns)
        if width <= ratio * height or height >= total:
            return columns
        height *= 1.15


def _layers(boxes: Sequence[Box[Node]], links: Sequence[Link[Node]]) -> list[list[Box[Node]]]:
    """Return the boxes by how many others stand before them; of a layer those last that others refer to."""
    references = [Reference(child=link.child, parent=link.parent, constraint="") for link in links]
    order, _ = in_dependency_order([box.id for box in boxes], references)
    rank = {node: number for number, node in enumerate(order)}
    before: defaultdict[Node, set[Node]] = defaultdict(set)
    after: defaultdict[Node, set[Node]] = defaultdict(set)
    for link in links:
        left, right = sorted((link.child, link.parent), key=rank.__getitem__)
        if left != right:
            before[right].add(left)
            after[left].add(right)
    layer: dict[Node, int] = {}
    for node in order:
        layer[node] = 1 + max((layer[other] for other in before[node]), default=-1)
    for node in reversed(order):  # what nothing stands before moves up to what needs it
        if not before[node] and after[node]:
            layer[node] = min(layer[other] for other in after[node]) - 1
    found: defaultdict[int, list[Box[Node]]] = defaultdict(list)
    for box in sorted(boxes, key=lambda box: (bool(after[box.id]), rank[box.id])):
        found[layer[box.id]].append(box)
    return [found[number] for number in sorted(found)]


def _cut(layer: Sequence[Box[Node]], height: float) -> list[list[Box[Node]]]:
    """Return a layer in columns of about the same height, none of them above *height*."""
    total = sum(box.height + GAP for box in layer)
    number = max(1, -(-int(total) // int(height + GAP)))
    share = total / number
    columns: list[list[Box[Node]]] = [[]]
    filled = 0.0
    for box in layer:
        if columns[-1] and filled + (box.height + GAP) / 2 > share * len(columns) and len(columns) < number:
            columns.append([])
        columns[-1].append(box)
        filled += box.height + GAP
    return columns


def column_numbers(columns: Sequence[Sequence[Box[Node]]]) -> Mapping[Node, int]:
    """Return in which column each box stands."""
    return {box.id: number for number, column in enumerate(columns) for box in column}
