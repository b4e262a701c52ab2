"""shelved(sizes): pieces side by side and one row below the other, in a shape that fits a screen. Pure."""

from collections.abc import Sequence
from math import sqrt

_GAP = 36


def shelved(sizes: Sequence[tuple[float, float]], ratio: float) -> tuple[list[tuple[float, float]], float, float]:
    """Return the left upper corner of each piece, and the width and height of all.

    >>> shelved([(10, 10), (10, 20)], ratio=100)
    ([(46.0, 0.0), (0.0, 0.0)], 56.0, 20.0)
    """
    if not sizes:
        return [], 0.0, 0.0
    area = sum((width + _GAP) * (height + _GAP) for width, height in sizes)
    room = max(max(width for width, _ in sizes), sqrt(area * ratio))
    corners = [(0.0, 0.0)] * len(sizes)
    left = top = shelf = widest = 0.0
    for number in sorted(range(len(sizes)), key=lambda n: -sizes[n][1]):
        width, height = sizes[number]
        if left and left + width > room:
            left, top, shelf = 0.0, top + shelf + _GAP, 0.0
        corners[number] = (left, top)
        widest, shelf = max(widest, left + width), max(shelf, height)
        left += width + _GAP
    return corners, widest, top + shelf
