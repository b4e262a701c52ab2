"""What can be told of the texts that the server writes, and what has to be written around them. Pure."""

import re
from collections.abc import Mapping

from dbtool.schema.names import literal

_BEFORE_PARENTHESIS = re.compile(r'(?:"(?:[^"]|"")*"|[^"(])+')
_PARENTHESES = re.compile(r"""E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]""", re.DOTALL)
_NEEDS_NO_QUOTES = re.compile(r"\d+(\.\d+)?|true|false|on|off|local|cascaded")


def without_arguments(signature: str) -> str:
    """Return the name in what regprocedure and regoperator say.

    >>> without_arguments("app.add(integer,integer)"), without_arguments('app."f(x)"("T (")')
    ('app.add', 'app."f(x)"')
    """
    found = _BEFORE_PARENTHESIS.match(signature)
    assert found, signature
    return found[0]


def in_parentheses(expression: str) -> str:
    """Return *expression* with parentheses around it, once.

    >>> in_parentheses("(a > 0)"), in_parentheses("true"), in_parentheses("(a).b = (c).b")
    ('(a > 0)', '(true)', '((a).b = (c).b)')
    """
    depth = 0
    for found in _PARENTHESES.finditer(expression):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0 and (found.end() < len(expression) or found[0] != ")"):
            break
    else:
        if expression.startswith("(") and depth == 0:
            return expression
    return f"({expression})"


def dollar_quoted(text: str) -> str:
    """Return *text* between dollar quotes, with a tag that does not end it early.

    >>> dollar_quoted("SELECT 1"), dollar_quoted("DO $$ x $$"), dollar_quoted("a$")
    ('$$SELECT 1$$', '$body$DO $$ x $$$body$', '$body$a$$body$')
    """
    tag, number = "$$", 0
    while (text + tag).index(tag) < len(text):
        number += 1
        tag = f"$body{number if number > 1 else ''}$"
    return f"{tag}{text}{tag}"


def option_words(options: Mapping[str, str], prefix: str = "") -> list[str]:
    """Return storage options as they stand in WITH (...).

    >>> option_words({"fillfactor": "70", "buffering": "auto"})
    ["buffering = 'auto'", 'fillfactor = 70']
    """
    return [
        f"{prefix}{name} = {value if _NEEDS_NO_QUOTES.fullmatch(value) else literal(value)}"
        for name, value in sorted(options.items())
    ]


def option_changes(old: Mapping[str, str], new: Mapping[str, str], prefix: str = "") -> tuple[list[str], list[str]]:
    """Return what SET (...) and RESET (...) have to say to turn *old* options into *new* ones.

    >>> option_changes({"a": "1", "b": "2"}, {"b": "3"})
    (['b = 3'], ['a'])
    """
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    return option_words(changed, prefix), [f"{prefix}{name}" for name in sorted(old.keys() - new.keys())]
