"""arranged(columns, links) -> Drawing: boxes that stand in columns in their places, and the way of each line. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic

from dbtool.docs.diagram.drawing import Box, Drawing, Link, Node, Point
from dbtool.docs.diagram.layers import GAP, column_numbers
from dbtool.docs.diagram.spread import spread
from dbtool.docs.diagram.untangled import Segment, untangled

_BETWEEN = 64  # between columns, and more where many lines turn
_TRUNK = 8  # between trunks
_LOOP = 18  # how far a line from a box to itself goes out
_SWEEPS = 10


@dataclass(slots=True)
class _Item(Generic[Node]):
    """A box in its column, or (box None) a trunk on its way through one."""

    box: Box[Node] | None
    column: int
    top: float = 0.0

    @property
    def height(self) -> float:
        return self.box.height if self.box else 0.0

    @property
    def gap(self) -> float:
        return GAP if self.box else _TRUNK


@dataclass(slots=True)
class _Plan(Generic[Node]):
    """The items, and what joins them: (item, port), (item, port) from each column to the next."""

    items: list[_Item[Node]] = field(default_factory=list)  # pyright: ignore[reportUnknownVariableType]
    joined: defaultdict[int, dict[tuple[int, float, int, float], None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    ways: dict[Hashable, list[tuple[int, float]]] = field(default_factory=dict)  # pyright: ignore[reportUnknownVariableType]


def arranged(columns: Sequence[Sequence[Box[Node]]], links: Sequence[Link[Node]]) -> Drawing[Node]:
    """Return the drawing of boxes that stand in these columns; each link leads from one column to another."""
    plan = _planned(columns, links)
    order = _untangled(plan, len(columns))
    _place(plan, order)
    widths = [max((box.width for box in column), default=0.0) for column in columns]
    lefts = _lefts(plan, widths)
    return _drawn(plan, links, widths, lefts)


def _planned(columns: Sequence[Sequence[Box[Node]]], links: Sequence[Link[Node]]) -> _Plan[Node]:
    plan: _Plan[Node] = _Plan()
    number: dict[Node, int] = {}
    column_of = column_numbers(columns)
    for place, column in enumerate(columns):
        for box in column:
            number[box.id] = len(plan.items)
            plan.items.append(_Item(box, place))
    trunks: dict[tuple[int, float, int], int] = {}
    for link in links:
        ends = [(link.child, link.child_port), (link.parent, link.parent_port)]
        (left, left_port), (right, right_port) = sorted(ends, key=lambda end: column_of[end[0]])
        if left == right:
            continue
        way = [(number[left], left_port)]
        for place in range(column_of[left] + 1, column_of[right]):
            trunk = (number[left], left_port, place)
            if trunk not in trunks:
                trunks[trunk] = len(plan.items)
                plan.items.append(_Item(None, place))
            way.append((trunks[trunk], 0.0))
        way.append((number[right], right_port))
        for (a, p), (b, q) in pairwise(way):
            plan.joined[plan.items[a].column][a, p, b, q] = None
        plan.ways[link.id] = way if left == link.parent else way[::-1]
    return plan


def _untangled(plan: _Plan[Node], number: int) -> list[list[int]]:
    columns: list[list[int]] = [[] for _ in range(number)]
    trunks: list[list[int]] = [[] for _ in range(number)]
    for place, item in enumerate(plan.items):
        (columns if item.box else trunks)[item.column].append(place)
    for column, inside in zip(columns, trunks, strict=True):
        # in the middle where nothing says otherwise: a column stands around what its lines come from
        column[len(column) // 2 : len(column) // 2] = inside

    def share(item: int, port: float) -> float:
        return 0.05 + 0.9 * port / plan.items[item].height if plan.items[item].height else 0.5

    segments: list[list[Segment]] = [
        [((a, share(a, p)), (b, share(b, q))) for a, p, b, q in plan.joined[column]] for column in range(number - 1)
    ]
    return untangled(columns, segments)


def _place(plan: _Plan[Node], order: Sequence[Sequence[int]]) -> None:
    """Give each item its top: beside what it is joined to, by turns as seen from the left and from the right."""
    items = plan.items
    left: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    right: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for joined in plan.joined.values():
        for a, p, b, q in joined:
            left[b].append((a, p - q))
            right[a].append((b, q - p))
    for column in order:
        heights = [items[item].height for item in column]
        tops = spread([-h / 2 for h in heights], heights, _gaps(items, column))
        for item, top in zip(column, tops, strict=True):
            items[item].top = top
    for sweep in range(_SWEEPS):
        last = sweep == _SWEEPS - 1
        for column in order if sweep % 2 == 0 else order[::-1]:
            wanted = [_wanted(items, item, left, right, both=last, forward=sweep % 2 == 0) for item in column]
            tops = spread(wanted, [items[item].height for item in column], _gaps(items, column))
            for item, top in zip(column, tops, strict=True):
                items[item].top = top
    highest = min(item.top for item in items)
    for item in items:
        item.top -= highest


def _gaps(items: Sequence[_Item[Node]], column: Sequence[int]) -> list[float]:
    return [(items[a].gap + items[b].gap) / 2 for a, b in pairwise(column)]


def _wanted(
    items: Sequence[_Item[Node]],
    item: int,
    left: defaultdict[int, list[tuple[int, float]]],
    right: defaultdict[int, list[tuple[int, float]]],
    *,
    both: bool,
    forward: bool,
) -> float:
    near = [*left[item], *right[item]] if both else (left[item] if forward else right[item])
    if not near:
        return items[item].top
    return sum(items[other].top + away for other, away in near) / len(near)


def _lefts(plan: _Plan[Node], widths: Sequence[float]) -> list[float]:
    lefts = [0.0]
    for column, width in enumerate(widths):
        turning = len({(a, p) for a, p, _, _ in plan.joined[column]})
        lefts.append(lefts[-1] + width + _BETWEEN + min(60.0, 5.0 * turning))
    return lefts


def _drawn(
    plan: _Plan[Node], links: Sequence[Link[Node]], widths: Sequence[float], lefts: Sequence[float]
) -> Drawing[Node]:
    items = plan.items
    boxes = {item.box.id: item for item in items if item.box}
    places = {id: (lefts[item.column], item.top) for id, item in boxes.items()}
    routes: dict[Hashable, tuple[Point, ...]] = {}
    furthest = max(places[item.box.id][0] + item.box.width for item in items if item.box)
    for link in links:
        if link.child == link.parent:
            routes[link.id] = _loop(link, boxes[link.child], lefts)
            furthest = max(furthest, *(x for x, _ in routes[link.id]))
        else:
            routes[link.id] = _route(plan, plan.ways[link.id], widths, lefts)
    height = max(item.top + item.height for item in items)
    return Drawing(width=furthest, height=height, places=places, routes=routes)


def _route(
    plan: _Plan[Node], way: Sequence[tuple[int, float]], widths: Sequence[float], lefts: Sequence[float]
) -> tuple[Point, ...]:
    """Return the corners of a way: straight through a column, with a turn in each space between two."""
    back = plan.items[way[0][0]].column > plan.items[way[-1][0]].column
    points: list[Point] = []
    for number, (place, port) in enumerate(way[::-1] if back else way):
        item = plan.items[place]
        left, y = lefts[item.column], item.top + port
        start = left + item.box.width if item.box else left
        if number == len(way) - 1:
            points.append((left, y))
        else:
            points += [(start, y), (left + widths[item.column], y)]
    points = list(dict.fromkeys(points))  # a box that is as wide as its column has two of them in one place
    # plan.ways lead from the parent to the child: told from the child to the parent
    return tuple(points if back else points[::-1])


def _loop(link: Link[Node], item: _Item[Node], lefts: Sequence[float]) -> tuple[Point, ...]:
    assert item.box
    right = lefts[item.column] + item.box.width
    child, parent = item.top + link.child_port, item.top + link.parent_port
    if child == parent:
        parent = child - _TRUNK
    return (right, child), (right + _LOOP, child), (right + _LOOP, parent), (right, parent)
