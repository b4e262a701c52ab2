"""by_need(definitions): what others name comes before them, so that hardly a statement is refused and sent again. Pure.

A guess by words, not a parse: a statement needs whatever makes a thing whose name stands in it. Where the guess is
wrong the server refuses the statement, and it has its turn again (sources.py); what comes out is the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from dbtool.schema.files.definitions import Definition

_BODY = re.compile(rb"(?<![\w$])\$([A-Za-z_\x80-\xff]?[\w\x80-\xff]*)\$.*?\$\1\$", re.DOTALL)  # not looked into: bodies
_WORD = re.compile(rb'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')
_FIRST = re.compile(rb"create\s+(?:schema|extension)\b", re.IGNORECASE)  # what extensions make has no names here
_LAST = re.compile(rb"alter\s+(?:foreign\s+)?table\b.*\breferences\b", re.IGNORECASE | re.DOTALL)  # wants unique keys


def by_need(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """Return the definitions near the given order, each after those that make what it names. Circles are cut."""
    makers: defaultdict[str, list[int]] = defaultdict(list)
    for number, definition in enumerate(definitions):
        if definition.made:
            makers[definition.made.name].append(number)
    needs = [_needs(definition, makers) for definition in definitions]
    return tuple(definitions[number] for number in _visited(_roots(definitions), needs))


def _needs(definition: Definition, makers: Mapping[str, Sequence[int]]) -> list[int]:
    own = definition.made.name if definition.made else None  # its own kin, as of a function of other arguments
    return sorted({number for word in _words(definition.sql) if word != own for number in makers.get(word, ())})


def _roots(definitions: Sequence[Definition]) -> list[int]:
    """Return the numbers in the order in which they are come to: what all need first, foreign keys last."""

    def rank(number: int) -> int:
        sql = definitions[number].sql
        return 0 if _FIRST.match(sql) else 2 if _LAST.match(sql) else 1

    return sorted(range(len(definitions)), key=rank)


def _visited(roots: Sequence[int], needs: Sequence[Sequence[int]]) -> Iterator[int]:
    """Yield each number after its needs: depth first, without recursion, for chains may be long."""
    seen: set[int] = set()
    for root in roots:
        path = [] if root in seen else [(root, iter(needs[root]))]
        seen.add(root)
        while path:
            number, waiting = path[-1]
            following = next((n for n in waiting if n not in seen), None)
            if following is None:
                yield number
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(needs[following])))


def _words(sql: bytes) -> set[str]:
    """Return the names in a statement, as PostgreSQL folds them; those in a body in dollar quotes are left out.

    >>> sorted(_words(b'CREATE VIEW "V" AS SELECT f($$no$$) FROM T'))
    ['V', 'as', 'create', 'f', 'from', 'select', 't', 'view']
    """
    found = _WORD.findall(_BODY.sub(b"", sql))
    return {
        (quoted.replace(b'""', b'"') if quoted else plain.lower()).decode(errors="replace") for quoted, plain in found
    }
