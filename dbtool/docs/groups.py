"""Which tables stand in one diagram: those that refer to each other, and no more than one can look at. Pure."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def split(nodes: Sequence[Node], links: Iterable[tuple[Node, Node]], at_most: int) -> list[list[Node]]:
    """Return the nodes in groups of *at_most*, those that are linked beside each other.

    All in one where they fit; else grown from the nodes with the most links, and what is left over is put together.

    >>> split("abcdef", [("a", "d"), ("b", "e"), ("e", "f")], at_most=3)
    [['b', 'e', 'f'], ['a', 'd', 'c']]
    """
    if len(nodes) <= at_most:
        return [list(nodes)]
    place = {node: number for number, node in enumerate(nodes)}
    near: dict[Node, set[Node]] = {node: set() for node in nodes}
    for one, other in links:
        if one in near and other in near and one != other:
            near[one].add(other)
            near[other].add(one)
    left = set(nodes)
    groups: list[list[Node]] = []
    for start in sorted(nodes, key=lambda node: (-len(near[node]), place[node])):
        if start in left:
            group = _grown(start, near, left, place, at_most)
            left -= set(group)
            groups.append(sorted(group, key=place.__getitem__))
    return _together(groups, at_most)


def _grown(
    start: Node, near: dict[Node, set[Node]], left: set[Node], place: dict[Node, int], at_most: int
) -> list[Node]:
    """Return a group around *start*: each time the one that has most of its links in it, few outside."""
    group = [start]
    links = dict.fromkeys(near[start] & left, 1)
    while links and len(group) < at_most:
        best = max(links, key=lambda node: (links[node] / len(near[node]), -place[node]))
        group.append(best)
        del links[best]
        for node in (near[best] & left).difference(group):
            links[node] = links.get(node, 0) + 1
    return group


def _together(groups: list[list[Node]], at_most: int) -> list[list[Node]]:
    """Put small groups together, so that tables that nothing refers to do not each have a diagram."""
    made: list[list[Node]] = []
    for group in sorted(groups, key=len, reverse=True):
        room = next((other for other in made if len(other) + len(group) <= at_most), None)
        if room is None:
            made.append(list(group))
        else:
            room += group
    return made
