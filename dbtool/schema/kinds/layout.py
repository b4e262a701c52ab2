"""How lists are laid out in a statement: each thing in a line of its own. Pure."""

from collections.abc import Iterable


def listed(things: Iterable[str]) -> str:
    """Return what commas part, in parentheses.

    >>> print(listed(["A = 1", "B"]))
    (
        A = 1,
        B
    )
    """
    return f"({in_lines(things)}\n)"


def in_lines(things: Iterable[str]) -> str:
    """Return what commas part, each in a line of its own.

    >>> in_lines(["A", "B"])
    '\\n    A,\\n    B'
    """
    return "\n    " + ",\n    ".join(things)
