"""spread(wanted, ...): the places nearest to the wanted ones at which nothing overlaps. Pure."""

from collections.abc import Sequence


def spread(wanted: Sequence[float], heights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return the tops, in the same order, with gaps[n] between n and the next: the sum of squares is the least.

    What would overlap is moved together as a block (the pool-adjacent-violators algorithm of isotonic regression).

    >>> spread([0, 0], [10, 10], [4])
    [-7.0, 7.0]
    """
    offsets = [0.0]
    for height, gap in zip(heights, gaps, strict=False):
        offsets.append(offsets[-1] + height + gap)
    blocks: list[tuple[float, int]] = []  # mean, and how many
    for top, offset in zip(wanted, offsets, strict=False):
        mean, number = top - offset, 1
        while blocks and blocks[-1][0] >= mean:
            before, members = blocks.pop()
            mean = (before * members + mean * number) / (members + number)
            number += members
        blocks.append((mean, number))
    means = [mean for mean, number in blocks for _ in range(number)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]
