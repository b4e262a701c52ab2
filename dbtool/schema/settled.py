"""settled(text): an expression as PostgreSQL tells it once it has read its own words. Pure.

A list of values that is compared with a varchar column, ``b IN ('x', 'y')``, it tells as an array that is cast; read
again, the cast goes to each value (transformTypeCast in parse_expr.c), and is told so from then on. Without this, what
a file makes would never be what a dump, or a migration, makes of it.
"""

import re
from collections.abc import Iterator

_CAST_ARRAY = re.compile(
    r'\)::((?:"(?:[^"]|"")*"|[^\W\d][\w$]*)(?:[ .](?:"(?:[^"]|"")*"|[^\W\d][\w$]*))*(?:\([\d,]+\))?)\[\]'
)
_TOKEN = re.compile(r"""E?'(?:[^']|'')*'|"(?:[^"]|"")*"|[()\[\],]|[^'"()\[\],]+""")
UNSETTLED = "(ARRAY["


def settled(text: str) -> str:
    """Return *text*, of pg_get_expr() and its kin, with the cast of an array given to each of its elements.

    >>> settled("((b)::text = ANY ((ARRAY['x'::character varying, 'y]'::character varying])::text[]))")
    "((b)::text = ANY (ARRAY[('x'::character varying)::text, ('y]'::character varying)::text]))"
    >>> settled("(c = ANY (ARRAY['(ARRAY['::text]))")
    "(c = ANY (ARRAY['(ARRAY['::text]))"
    """
    if UNSETTLED not in text:
        return text
    tokens = [token[0] for token in _TOKEN.finditer(text)]
    if len(text) != sum(map(len, tokens)):  # not what it seems
        return text
    return "".join(_settled(tokens))


def _settled(tokens: list[str]) -> Iterator[str]:
    place = 0
    while place < len(tokens):
        if tokens[place] == "(" and tokens[place + 1 : place + 3] == ["ARRAY", "["]:
            end = _closing(tokens, place + 2)
            found = _CAST_ARRAY.match("".join(tokens[end + 1 :]))
            if found:
                elements = _elements(tokens[place + 3 : end])
                yield f"ARRAY[{', '.join(_cast(element, found[1]) for element in elements)}]"
                place = _after(tokens, end + 1, len(found[0]))
                continue
        yield tokens[place]
        place += 1


def _cast(element: str, type: str) -> str:
    """Return an element with the cast; one that is an array again is given it as a whole."""
    return settled(f"({element})::{type}[]") if element.startswith("ARRAY[") else f"({element})::{type}"


def _closing(tokens: list[str], start: int) -> int:
    """Return the place of what closes the bracket at *start*."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += (tokens[place] in "([") - (tokens[place] in ")]")
        if depth == 0:
            return place
    return len(tokens) - 1


def _elements(tokens: list[str]) -> Iterator[str]:
    depth, words = 0, ""
    for token in [*tokens, ","]:
        depth += (token in "([") - (token in ")]")
        if token == "," and depth == 0:
            if words.strip():
                yield "".join(_settled([t[0] for t in _TOKEN.finditer(words.strip())]))
            words = ""
        else:
            words += token


def _after(tokens: list[str], place: int, length: int) -> int:
    """Return the place after tokens of that length together."""
    while length > 0:
        length -= len(tokens[place])
        place += 1
    return place
