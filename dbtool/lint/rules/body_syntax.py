"""The body of a function or DO block does not parse."""

import re
from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.bodies import Body, body_of, parsed_or_not
from dbtool.lint.context import Context
from dbtool.lint.rule import EVERYWHERE, Rule, Seen, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.parser import BodyRefused, SyntaxRefused, split_statements


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for name in ("create_function_stmt", "do_stmt"):
        for statement in source.by_name.get(name, ()):
            body = body_of(statement)
            if body is None:
                continue
            if body.language == "plpgsql":
                refused = parsed_or_not(statement.sql)
                if isinstance(refused, BodyRefused):
                    start = _place(statement, body, refused.line, refused.message)
                    yield Seen(start, statement.end, f"the body does not parse: {refused.message}")
            elif body.language == "sql":
                yield from _sql(statement, body)


def _sql(statement: Parsed, body: Body) -> Iterator[Seen]:
    text = body.text.encode()
    try:
        for _ in split_statements(text):
            pass
    except SyntaxRefused as refused:
        start = statement.start + (body.start + refused.offset if body.start >= 0 else 0)
        yield Seen(start, statement.end, f"the body does not parse: {refused.message}")


_near = re.compile(r'at or near "(.+)"$', re.DOTALL)


def _place(statement: Parsed, body: Body, line: int, message: str) -> int:
    """Return where the parser stopped: the word it names, from the line on that it names."""
    if body.start < 0 or statement.inside is not None:
        return statement.start
    text, start = body.text.encode(), 0
    if message.endswith("end of input"):
        return statement.start + body.start + max(text.rstrip().rfind(b"\n") + 1, 0)
    for _ in range(line - 1):
        start = text.find(b"\n", start) + 1
    word = _near.search(message)
    found = text.find(word[1].encode(), start) if word else -1
    return statement.start + body.start + (found if found >= 0 else start)


RULE = Rule(
    id="body-syntax",
    title="The body of a function does not parse",
    severity=Severity.ERROR,
    why="CREATE FUNCTION checks a body only as far as check_function_bodies says, and a DO block fails when it runs. "
    "This is what PostgreSQL's own PL/pgSQL and SQL parsers say of the text.",
    help="mend the body",
    page="plpgsql-structure.html",
    check=_check,
    nodes=nodes("create_function_stmt", "do_stmt"),
    roles=EVERYWHERE,
)
