"""svg_of(book, tables) -> an SVG element: a box for each table with its columns, a line for each foreign key. Pure.

It stands in an HTML page, whose style sheet colours it: classes, and no colours of its own.
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from dbtool.docs.book import Book, Column, Name, Reference, Table
from dbtool.docs.diagram.drawing import Box, Link, Point
from dbtool.docs.diagram.layout import RATIO, layout
from dbtool.docs.mermaid import short_type
from dbtool.docs.naming import safe

HEAD, ROW, FOOT = 30, 19, 7  # heights
_LETTER, _SMALL = 7.3, 6.1  # widths of a letter at 12 and 10 pixels, monospaced
_PAD, _BADGE = 10, 20
_MARGIN = 16
_LONGEST = 34  # letters of a name
_MOST = 40  # columns of a box


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """A table as it is drawn: the columns that are shown, and how many are not."""

    table: Table
    title: str
    columns: Sequence[Column]
    width: float

    @property
    def left_out(self) -> int:
        return len(self.table.columns) - len(self.columns)

    @property
    def height(self) -> float:
        return HEAD + ROW * (len(self.columns) + (self.left_out > 0)) + FOOT

    def port(self, columns: Sequence[str]) -> float:
        """Return the middle of the row of the first of *columns*, of the head where it is not shown."""
        names = [column.name for column in self.columns]
        first = next((name for name in columns if name in names), None)
        return HEAD / 2 if first is None else HEAD + ROW * (names.index(first) + 0.5)


def svg_of(
    book: Book, tables: Collection[Name], *, label: str, whole: Collection[Name] = (), ratio: float = RATIO
) -> str:
    """Return the diagram of *tables*; those in *whole* with all their columns, the others with their keys."""
    all_of = set(whole)
    shapes = {key: _shape(book, book.by_key[key], key in all_of) for key in sorted(tables) if key in book.by_key}
    references = [r for shape in shapes.values() for r in shape.table.references if r.target in shapes]
    drawing = layout(
        [Box(id=key, width=shape.width, height=shape.height) for key, shape in shapes.items()],
        [_link(r, shapes) for r in references],
        ratio=ratio,
    )
    width, height = drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN
    said = f"{label}: {len(shapes)} tables, {len(references)} foreign keys"
    lines = "".join(_line(book, r, drawing.routes[r.table, r.name]) for r in references)
    boxes = "".join(_box(shape, drawing.places[key]) for key, shape in shapes.items())
    return (
        f'<svg viewBox="{-_MARGIN} {-_MARGIN} {_n(width)} {_n(height)}" width="{_n(width)}" height="{_n(height)}" '
        f'role="group" aria-label="{escape(said)}">{lines}{boxes}</svg>'
    )


def table_id(key: Name) -> str:
    """Return the anchor of a table in the page."""
    return f"table-{safe(*key)}"


def _shape(book: Book, table: Table, whole: bool) -> _Shape:
    columns = [c for c in table.columns if whole or c.primary or c.foreign][:_MOST]
    title = _cut(book.named(table.key))
    widths = [_width(_cut(c.name)) * _LETTER + _width(_cut(short_type(c.type))) * _SMALL for c in columns]
    widest = max(widths, default=0)
    return _Shape(
        table=table,
        title=title,
        columns=columns,
        width=max(130, _width(title) * (_LETTER + 0.6) + 2 * _PAD, widest + _BADGE + 3 * _PAD),
    )


def _link(reference: Reference, shapes: dict[Name, _Shape]) -> Link[Name]:
    return Link(
        id=(reference.table, reference.name),
        child=reference.table,
        parent=reference.target,
        child_port=shapes[reference.table].port(reference.columns),
        parent_port=shapes[reference.target].port(reference.target_columns),
    )


def _box(shape: _Shape, place: Point) -> str:
    x, y = place
    width, height = _n(shape.width), _n(shape.height)
    category = shape.table.tags.category or "none"
    rows = "".join(_row(column, shape.width, HEAD + ROW * n) for n, column in enumerate(shape.columns))
    if shape.left_out:
        top = _n(HEAD + ROW * len(shape.columns) + 13)
        rows += f'<text class="more" x="{_PAD + _BADGE}" y="{top}">{shape.left_out} more</text>'
    return (
        f'<a class="box {category}" href="#{table_id(shape.table.key)}" data-table="{table_id(shape.table.key)}" '
        f'transform="translate({_n(x)} {_n(y)})"><title>{escape(_told(shape.table))}</title>'
        f'<rect class="frame" width="{width}" height="{height}" rx="7"/>'
        f'<path class="head" d="M0 {HEAD}V7a7 7 0 0 1 7-7H{_n(shape.width - 7)}a7 7 0 0 1 7 7V{HEAD}Z"/>'
        f'<text class="name" x="{_PAD}" y="20">{escape(shape.title)}</text>{rows}</a>'
    )


def _told(table: Table) -> str:
    said = f"{table.schema}.{table.name}"
    return f"{said}: {table.tags.text}" if table.tags.text else said


def _row(column: Column, width: float, top: float) -> str:
    y = _n(top + 14)
    badge = "PK" if column.primary else "FK" if column.foreign else ""
    key = f'<text class="key {badge}" x="{_PAD - 2}" y="{y}">{badge}</text>' if badge else ""
    needed = "" if column.nullable else ' class="needed"'
    name = f'<text x="{_PAD + _BADGE}" y="{y}"{needed}>{escape(_cut(column.name))}</text>'
    type = f'<text class="type" x="{_n(width - _PAD)}" y="{y}">{escape(_cut(short_type(column.type)))}</text>'
    return key + name + type


def _line(book: Book, reference: Reference, points: Sequence[Point]) -> str:
    said = (
        f"{book.named(reference.table)} ({', '.join(reference.columns)}) refers to "
        f"{book.named(reference.target)} ({', '.join(reference.target_columns)}): {reference.name}"
    )
    optional = " optional" if reference.nullable else ""
    return (
        f'<path class="link{optional}" data-from="{table_id(reference.table)}" data-to="{table_id(reference.target)}" '
        f'd="{_foot(points, reference.single)}{path_of(points)}{_bar(points)}"><title>{escape(said)}</title></path>'
    )


def path_of(points: Sequence[Point]) -> str:
    """Return the line through *points*: straight where it runs level, curved where it changes its height.

    >>> path_of([(0, 0), (10, 0), (20, 8)])
    'M0 0H10C15 0 15 8 20 8'
    """
    drawn = f"M{_n(points[0][0])} {_n(points[0][1])}"
    for (x, y), (to_x, to_y) in pairwise(points):
        if y == to_y:
            drawn += f"H{_n(to_x)}"
        elif x == to_x:
            drawn += f"V{_n(to_y)}"
        else:
            middle = _n((x + to_x) / 2)
            drawn += f"C{middle} {_n(y)} {middle} {_n(to_y)} {_n(to_x)} {_n(to_y)}"
    return drawn


def _foot(points: Sequence[Point], single: bool) -> str:
    """Return the crow's foot at the child; a bar where at most one row refers to each."""
    (x, y), (next_x, _) = points[0], points[1]
    out = 9 if next_x > x else -9
    if single:
        return f"M{_n(x + out)} {_n(y - 5)}v10"
    return f"M{_n(x)} {_n(y - 5)}L{_n(x + out)} {_n(y)}L{_n(x)} {_n(y + 5)}"


def _bar(points: Sequence[Point]) -> str:
    (before_x, _), (x, y) = points[-2], points[-1]
    out = 7 if before_x > x else -7
    return f"M{_n(x + out)} {_n(y - 5)}v10"


def _n(number: float) -> str:
    """Return a number as short as it can be drawn.

    >>> _n(12.0), _n(-0.04), _n(3.26)
    ('12', '0', '3.3')
    """
    said = f"{number:.1f}".removesuffix(".0")
    return "0" if said == "-0" else said


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _width(text: str) -> int:
    """Return how many letters wide *text* is: Chinese and its like are two each."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
