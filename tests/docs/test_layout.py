"""Where boxes and lines go: no box on another, no line over a box, every line from its row to its row."""

import random
from itertools import pairwise

import pytest

from dbtool.docs.diagram.drawing import Box, Drawing, Link
from dbtool.docs.diagram.layout import layout
from dbtool.docs.diagram.spread import spread
from dbtool.docs.diagram.untangled import untangled
from dbtool.docs.groups import split


def graph(tables: int, links: int, seed: int = 0, *, circles: bool = True) -> tuple[list[Box[int]], list[Link[int]]]:
    """Tables of different sizes that mostly refer to the first of them, as in a schema."""
    chance = random.Random(seed)
    boxes = [Box(id=n, width=chance.randint(100, 260), height=30 + 19 * chance.randint(1, 9)) for n in range(tables)]
    made: list[Link[int]] = []
    for number in range(links):
        child = chance.randrange(tables)
        parent = int(chance.random() ** 3 * (tables if circles else max(child, 1)))
        made.append(
            Link(
                id=number, child=child, parent=parent,
                child_port=chance.uniform(30, boxes[child].height), parent_port=chance.choice((15, 40)),
            )
        )  # fmt: skip
    return boxes, made


SIZES = [(1, 0), (1, 2), (2, 3), (5, 4), (12, 15), (40, 70), (120, 260), (30, 0)]


@pytest.mark.parametrize(("tables", "links"), SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_it_is_a_drawing(tables: int, links: int, seed: int) -> None:
    boxes, made = graph(tables, links, seed)
    drawing = layout(boxes, made)
    assert no_box_is_on_another(boxes, drawing)
    assert drawing == layout(boxes, made), "the same each time"
    assert drawing.routes.keys() == {link.id for link in made}
    size = {box.id: box for box in boxes}
    for link in made:
        points = drawing.routes[link.id]
        for (x, y), node, port in (
            (points[0], link.child, link.child_port),
            (points[-1], link.parent, link.parent_port),
        ):
            left, top = drawing.places[node]
            if link.child != link.parent:
                assert y == pytest.approx(top + port)
            assert min(abs(x - left), abs(x - left - size[node].width)) < 1e-6, "it ends at an edge of the box"
        assert no_line_is_over_a_box(points, boxes, drawing)
    for (x, y), box in zip(drawing.places.values(), (size[node] for node in drawing.places), strict=True):
        assert 0 <= x <= drawing.width - box.width + 1e-6
        assert 0 <= y <= drawing.height - box.height + 1e-6


def no_box_is_on_another(boxes: list[Box[int]], drawing: Drawing[int]) -> bool:
    rects = [(*drawing.places[b.id], b.width, b.height) for b in boxes]
    return not any(
        x < u + w and u < x + v and y < t + h and t < y + s
        for n, (x, y, v, s) in enumerate(rects) for u, t, w, h in rects[n + 1 :]
    )  # fmt: skip


def no_line_is_over_a_box(
    points: tuple[tuple[float, float], ...], boxes: list[Box[int]], drawing: Drawing[int]
) -> bool:
    """A level piece runs beside all boxes; a curve stays between two columns, where there is none."""
    for (x, y), (to_x, to_y) in pairwise(points):
        left, right = min(x, to_x) + 0.01, max(x, to_x) - 0.01
        low, high = min(y, to_y), max(y, to_y)
        for box in boxes:
            u, t = drawing.places[box.id]
            if left < u + box.width and u < right and low < t + box.height and t < high:
                return False
            if y == to_y and left < u + box.width and u < right and t < y < t + box.height:
                return False
    return True


def test_what_is_referred_to_stands_on_the_left() -> None:
    boxes, made = graph(60, 90, circles=False)
    drawing = layout(boxes, made)
    for link in made:
        if link.child != link.parent:
            assert drawing.places[link.parent][0] < drawing.places[link.child][0]


def test_a_hub_has_one_trunk() -> None:
    boxes = [Box(id=n, width=150, height=60) for n in range(200)]
    made = [Link(id=n, child=n, parent=0, child_port=40, parent_port=40) for n in range(1, 200)]
    drawing = layout(boxes, made)
    assert 0.7 < drawing.width / drawing.height < 3
    assert no_box_is_on_another(boxes, drawing)
    far = [drawing.routes[n] for n in range(1, 200) if len(drawing.routes[n]) > 4]
    assert len(far) > 100
    assert len({route[-3:] for route in far}) == 1, "all lines come in along one way"


def test_lines_do_not_cross_where_they_need_not() -> None:
    columns = [[0, 1, 2, 3], [4, 5, 6, 7]]
    segments = [[((n, 0.5), (7 - n, 0.5)) for n in range(4)]]
    left, right = untangled(columns, segments)
    assert [7 - n for n in left] == right


def test_spread_keeps_the_order_and_moves_least() -> None:
    assert spread([0, 100, 101], [10, 10, 10], [5, 5]) == [0, 93, 108]
    chance = random.Random(1)
    wanted, heights = [chance.uniform(0, 50) for _ in range(40)], [chance.uniform(1, 9) for _ in range(40)]
    tops = spread(wanted, heights, [3] * 39)
    for (top, height), (below, _) in pairwise(zip(tops, heights, strict=True)):
        assert below >= top + height + 3 - 1e-9
    assert abs(sum(tops) - sum(wanted)) < 1e-6


@pytest.mark.parametrize("tables", [300, pytest.param(1000, marks=pytest.mark.slow)])
def test_many_tables_take_seconds(tables: int) -> None:
    boxes, made = graph(tables, tables * 2, circles=False)
    drawing = layout(boxes, made)
    assert no_box_is_on_another(boxes, drawing)


@pytest.mark.parametrize("links", [0, 40, 200])
def test_groups_have_all_and_are_not_too_large(links: int) -> None:
    chance = random.Random(links)
    pairs = [(chance.randrange(100), chance.randrange(100)) for _ in range(links)]
    groups = split(range(100), pairs, 30)
    assert sorted(node for group in groups for node in group) == list(range(100))
    assert max(map(len, groups)) <= 30
    assert len(groups) <= 8
