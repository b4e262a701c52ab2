"""What is to be drawn, and where it stands. Pure, and knows nothing of tables."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Generic[Node]):
    """What is to be placed."""

    id: Node
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Generic[Node]):
    """A line from *child* to *parent*; the ports say how far below the tops of the boxes it ends."""

    id: Hashable
    child: Node
    parent: Node
    child_port: float
    parent_port: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing(Generic[Node]):
    """Left upper corners of the boxes; the corners of each line, from the child to the parent."""

    width: float
    height: float
    places: dict[Node, Point]
    routes: dict[Hashable, tuple[Point, ...]]
