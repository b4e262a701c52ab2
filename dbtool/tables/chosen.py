"""--where key=value: which tables are meant. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dbtool.errors import UsageError
from dbtool.spelling import close_words
from dbtool.tables.listed import Table
from dbtool.tags import CATEGORIES

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One --where: a key, the words of which one must be there, and whether it is turned round."""

    key: str
    words: frozenset[str]
    negated: bool = False

    def holds(self, table: Table) -> bool:
        """Return whether *table* is meant."""
        return bool(self.words & _KEYS[self.key](table)) is not self.negated


def _or_none(words: Iterable[str]) -> set[str]:
    return set(words) or {NONE}


_KEYS: Mapping[str, Callable[[Table], set[str]]] = {
    "category": lambda table: _or_none({table.tags.category} - {""}),
    "family": lambda table: _or_none(table.families),
    "publication": lambda table: _or_none(table.publications),
    "client": lambda table: {"yes" if table.client else "no"},
    "schema": lambda table: {table.schema},
    "kind": lambda table: {table.kind},
}
_WORDS: Mapping[str, Sequence[str]] = {
    "category": (*CATEGORIES, NONE),
    "client": ("yes", "no"),
    "kind": ("ordinary", "partitioned", "foreign"),
}


def read_wishes(given: Iterable[str]) -> tuple[Wish, ...]:
    """Return what --where says. Raises UsageError for what it cannot mean.

    >>> read_wishes(["category!=domain"])
    (Wish(key='category', words=frozenset({'domain'}), negated=True),)
    """
    return tuple(_wish(text) for text in given)


def choose(tables: Iterable[Table], wishes: Sequence[Wish]) -> tuple[Table, ...]:
    """Return the tables for which all wishes hold, in their order."""
    return tuple(table for table in tables if all(wish.holds(table) for wish in wishes))


def _wish(text: str) -> Wish:
    key, sign, value = text.partition("=")
    negated = key.endswith("!")
    key = key.removesuffix("!").strip()
    words = frozenset(word.strip() for word in value.split(",")) - {""}
    if key not in _KEYS:
        close = close_words(key, _KEYS)
        raise UsageError(
            f"--where {text}: there is no {key!r}",
            hint=f"did you mean {close[0]}?" if close else f"one of {', '.join(_KEYS)}: --where category=domain",
        )
    if not sign or not words:
        raise UsageError(f"--where {text}: no value", hint=f"--where {key}=a or --where {key}=a,b or --where {key}!=a")
    known = _WORDS.get(key)
    for word in sorted(words):
        if known and word not in known:
            close = close_words(word, known)
            there = f"there are {', '.join(known)}"
            raise UsageError(
                f"--where {text}: {word} is no {key}", hint=f"did you mean {close[0]}?" if close else there
            )
    return Wish(key=key, words=words, negated=negated)
