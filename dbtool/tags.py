"""read_tags(comment) -> Tags: the smart tags in a COMMENT ON, which say what a table or column is for. Pure.

They stand anywhere in the free text, and the database itself keeps them: `COMMENT ON TABLE users IS 'A person in one
tenant. @category domain'`. docs/tags.md lists them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dbtool.spelling import close_words

CATEGORIES = {
    "domain": "business data, replicated to the clients",
    "system": "internal state of the server",
    "utility": "what serves the others: feeds, logs, counters",
}

# Each tag with what follows it: nothing, a word (or a quoted name), or the rest of the line up to another tag.
_FLAG, _WORD = r"", r'[ \t]*("(?:[^"]|"")+"|[\w.$-]*[\w$])?'
_LINE = r"[ \t]*((?:(?!\s@(?:category|server-only|client-only|renamed-from|partitions-unmanaged)\b)[^\n])*)"
TAGS = {
    "category": _WORD,
    "server-only": _FLAG,
    "client-only": _FLAG,
    "renamed-from": _WORD,
    "type": _LINE,
    "partitions-unmanaged": _FLAG,
}
_tag = re.compile(r"(?<![\w.@/-])@([A-Za-z][\w-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What a comment says; ``text`` is what is left for people, ``type`` what follows @type up to the line's end."""

    text: str = ""
    category: str = ""
    server_only: bool = False
    client_only: bool = False
    partitions_unmanaged: bool = False  # its partitions are made at run time, and are no business of migrations
    renamed_from: str = ""
    type: str = ""
    mistakes: tuple[str, ...] = ()  # in words: an unknown tag, a category that is none, a value that is missing


@lru_cache(maxsize=1 << 14)
def read_tags(comment: str | None) -> Tags:
    """Return the tags of a comment, and its text without them.

    >>> read_tags("A person. @category domain @server-only").text
    'A person.'
    >>> read_tags('Write to anna@example.org. @categroy domain').mistakes
    ('@categroy is no tag; did you mean @category?',)
    """
    if not comment or "@" not in comment:
        return Tags(text=(comment or "").strip())
    found: dict[str, str] = {}
    mistakes: list[str] = []
    kept: list[str] = []
    end = 0
    for tag, start in _tags(comment):
        if start < end:  # within the line of another
            continue
        known = _known(tag)
        if known is None:
            mistakes.append(_unknown(tag))
            continue
        said = re.compile(TAGS[known]).match(comment, start + 1 + len(tag))
        assert said
        kept.append(comment[end:start])
        end = said.end()
        value = _unquoted(said[1] or "") if said.re.groups else "yes"
        mistakes += _mistakes(known, value, found.get(known))
        found.setdefault(known, value)
    kept.append(comment[end:])
    return Tags(
        text=re.sub(r"[ \t]+(?=\n|$)", "", re.sub(r"[ \t]{2,}", " ", "".join(kept))).strip(),
        category=found["category"] if found.get("category") in CATEGORIES else "",
        server_only="server-only" in found,
        client_only="client-only" in found,
        partitions_unmanaged="partitions-unmanaged" in found,
        renamed_from=found.get("renamed-from", ""),
        type=found.get("type", "").strip(),
        mistakes=(*mistakes, *_both_sides(found)),
    )


def _tags(comment: str) -> Iterator[tuple[str, int]]:
    for found in _tag.finditer(comment):
        yield found[1].rstrip("-"), found.start()


def _known(tag: str) -> str | None:
    """Return the tag as it is written, whatever its capitals are."""
    return tag.lower() if tag.lower() in TAGS else None


def _unknown(tag: str) -> str:
    close = close_words(tag.lower().replace("_", "-"), TAGS)
    return f"@{tag} is no tag" + (f"; did you mean @{close[0]}?" if close else f": there are {_listed(TAGS)}")


def _mistakes(tag: str, value: str, before: str | None) -> Iterator[str]:
    if before is not None and before != value:
        yield f"@{tag} stands twice, as {before} and {value}"
    if not value:
        yield f"@{tag} says nothing: a value follows it"
    elif tag == "category" and value not in CATEGORIES:
        close = close_words(value.lower(), CATEGORIES)
        there = ", ".join(CATEGORIES)
        yield f"@category {value} is none" + (f"; did you mean {close[0]}?" if close else f": there are {there}")


def _both_sides(found: dict[str, str]) -> Iterator[str]:
    if "server-only" in found and "client-only" in found:
        yield "@server-only and @client-only: it would be nowhere"


def _listed(tags: dict[str, str]) -> str:
    return ", ".join(f"@{tag}" for tag in tags)


def _unquoted(value: str) -> str:
    return value[1:-1].replace('""', '"') if value.startswith('"') else value
