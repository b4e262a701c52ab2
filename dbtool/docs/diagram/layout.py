"""layout(boxes, links) -> Drawing: where each box stands, and which way each line takes. Pure.

A layered layout as of Sugiyama, Tagawa and Toda: what is referred to stands left of what refers to it, in columns of
about one height; within each column the order is the one with the fewest crossings that barycentres find. All lines to
one row of a box share a trunk through the columns between, so that a hub's hundred lines are one bundle. No box covers
another, and no line runs over a box.
"""

from collections.abc import Hashable, Iterable, Sequence

from dbtool.docs.diagram.arranged import arranged
from dbtool.docs.diagram.drawing import Box, Drawing, Link, Node, Point
from dbtool.docs.diagram.layers import columns_of
from dbtool.docs.diagram.shelves import shelved

RATIO = 1.5  # a drawing's width to its height, about


def layout(boxes: Sequence[Box[Node]], links: Iterable[Link[Node]], *, ratio: float = RATIO) -> Drawing[Node]:
    """Return a drawing of the boxes, the same for the same order of them; links to what is no box are left out."""
    known = {box.id for box in boxes}
    links = [link for link in links if link.child in known and link.parent in known]
    pieces = [arranged(columns_of(group, within, ratio), within) for group, within in _connected(boxes, links)]
    corners, width, height = shelved([(piece.width, piece.height) for piece in pieces], ratio)
    places: dict[Node, Point] = {}
    routes: dict[Hashable, tuple[Point, ...]] = {}
    for piece, (left, top) in zip(pieces, corners, strict=True):
        places |= {node: (left + x, top + y) for node, (x, y) in piece.places.items()}
        routes |= {id: tuple((left + x, top + y) for x, y in points) for id, points in piece.routes.items()}
    return Drawing(width=width, height=height, places=places, routes=routes)


def _connected(
    boxes: Sequence[Box[Node]], links: Sequence[Link[Node]]
) -> list[tuple[list[Box[Node]], list[Link[Node]]]]:
    """Return the boxes in groups between which there is no line, the largest first, each with its links."""
    group = {box.id: number for number, box in enumerate(boxes)}
    members = {number: [box] for number, box in enumerate(boxes)}
    for link in links:
        one, other = sorted((group[link.child], group[link.parent]))
        if one != other:
            for box in members[other]:
                group[box.id] = one
            members[one] += members.pop(other)
    order = {box.id: number for number, box in enumerate(boxes)}
    found = sorted(members.items(), key=lambda one: -len(one[1]))
    within: dict[int, list[Link[Node]]] = {}
    for link in links:
        within.setdefault(group[link.child], []).append(link)
    return [(sorted(inside, key=lambda box: order[box.id]), within.get(number, [])) for number, inside in found]
