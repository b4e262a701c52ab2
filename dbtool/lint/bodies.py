"""The bodies of functions and DO blocks: the statements in them, also those that EXECUTE runs from a literal. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dbtool.lint.source import Parsed
from dbtool.lint.tree import functions_in, listed_name, strings_of
from dbtool.parser import (
    BodyRefused,
    SyntaxRefused,
    node_name,
    plpgsql_parses,
    plpgsql_tree,
    split_statements,
    syntax_trees,
)

UNKNOWN = "?"  # what stands for a name that is computed when the body runs


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a function or DO block, and where it starts in the statement's bytes (-1: not word for word)."""

    language: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of SQL in a body: the line it stands in (from 1), and whether EXECUTE builds it."""

    sql: str
    line: int
    dynamic: bool


def body_of(parsed: Parsed) -> Body | None:
    """Return the body of a CREATE FUNCTION, CREATE PROCEDURE or DO; None where it is none or in another form."""
    options = parsed.node.args if parsed.name == "do_stmt" else parsed.node.options
    language, text = "plpgsql" if parsed.name == "do_stmt" else "sql", None
    for option in options:
        definition = option.def_elem
        if definition.defname == "language":
            language = definition.arg.string.sval.lower()
        elif definition.defname == "as":
            kind = definition.arg.WhichOneof("node")
            strings = strings_of(definition.arg.list.items) if kind == "list" else (definition.arg.string.sval,)
            text = strings[0] if len(strings) == 1 else None
    if text is None:
        return None
    return Body(language, text, parsed.sql.find(text.encode()) if text else -1)


def embedded_in(parsed: Parsed, caller: Parsed | None = None) -> Iterator[Parsed]:
    """Yield the statements that a DO block runs, or the body of a function that *caller* calls.

    Nothing where the body does not parse, which is a rule's business.
    """
    body = body_of(parsed)
    if body is None or body.language not in ("plpgsql", "sql"):
        return
    told = told_in(parsed.sql) if body.language == "plpgsql" else [Told(body.text, 1, dynamic=False)]
    inside = caller or parsed
    for one in told or ():
        for sql in statements_of(one):
            start, end = place_of(parsed, body, one, sql)
            yield Parsed(number=inside.number, start=start, end=end, sql=sql.encode(), inside=inside)


def called_by(statements: Sequence[Parsed], caller: Parsed) -> Iterator[Parsed]:
    """Yield the CREATE FUNCTION of what a SELECT or CALL runs, where it stands among *statements*."""
    names = list(functions_in(caller.node))
    for one in statements if names else ():
        earlier = one.name == "create_function_stmt" and one.number < caller.number
        if earlier and any(name.same(listed_name(one.node.funcname)) for name in names):
            yield one


_percent_type = re.compile(rb"""[\w."]+\s*%\s*(?:rowtype|type)\b""", re.IGNORECASE)


def told_in(sql: bytes) -> list[Told] | None:
    """Return the SQL in the body of a CREATE FUNCTION or DO in PL/pgSQL, in its order; None: it cannot be read.

    >>> [t.sql for t in told_in(b"do $$begin execute 'drop table ' || quote_ident(x); delete from t; end$$")]
    ['drop table "?"', 'delete from t']
    """
    try:
        tree = plpgsql_tree(sql) or plpgsql_tree(_without_percent(sql))
    except BodyRefused:
        return None
    return None if tree is None else [told for function in tree for told in _told(function, 1)]


@lru_cache(maxsize=64)  # two rules ask in turn
def parsed_or_not(sql: bytes) -> BodyRefused | bool:
    """Return why PL/pgSQL's parser refuses a body; True where it takes it, False where it cannot say."""
    try:
        return plpgsql_parses(sql) or plpgsql_parses(_without_percent(sql))
    except BodyRefused as refused:
        return refused


def _without_percent(sql: bytes) -> bytes:
    # %ROWTYPE and %TYPE need the catalog, which this parser lacks; a record takes their place.
    return _percent_type.sub(lambda found: b"record".ljust(len(found[0])), sql)


def statements_of(told: Told) -> Iterator[str]:
    """Yield the statements in one piece; nothing for what the parser does not take."""
    try:
        raw = told.sql.encode()
        for span in split_statements(raw):
            yield raw[span.start : span.end].decode()
    except SyntaxRefused:
        return


def _told(node: Any, line: int) -> Iterator[Told]:
    if isinstance(node, list):
        for one in node:  # pyright: ignore[reportUnknownVariableType]
            yield from _told(one, line)
        return
    if not isinstance(node, dict):
        return
    fields: dict[str, Any] = node  # pyright: ignore[reportUnknownVariableType]
    line = fields.get("lineno", line)
    for name, value in fields.items():
        if name == "datums":
            continue
        if name in ("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"):
            query = value.get("query", {}).get("PLpgSQL_expr", {}).get("query", "")
            yield Told(built(query) or "", value.get("lineno", line), dynamic=True)
            yield from _told({k: v for k, v in value.items() if k != "query"}, line)
        elif name == "PLpgSQL_expr" and value.get("parseMode") == 0:
            yield Told(value["query"], line, dynamic=False)
        else:
            yield from _told(value, line)


def built(expression: str) -> str | None:
    """Return the text that an expression builds, as far as it can be told; None where nothing can.

    >>> built("format('alter table %I drop column c', t)"), built("statement")
    ('alter table "?" drop column c', None)
    """
    try:
        (tree,) = syntax_trees(f"select {expression}".encode())
    except SyntaxRefused:  # a body's expression that is no expression is the server's to refuse
        return None
    targets = tree.select_stmt.target_list
    return _text(targets[0].res_target.val) if targets else None


def _text(node: Any) -> str | None:
    kind = node_name(node)
    if kind == "a_const":
        return str(node.a_const.sval.sval) if node.a_const.WhichOneof("val") == "sval" else None
    if kind == "type_cast":
        return _text(node.type_cast.arg)
    if kind == "a_expr" and strings_of(node.a_expr.name) == ("||",):
        left, right = _text(node.a_expr.lexpr), _text(node.a_expr.rexpr)
        if left is None and right is None:
            return None
        return (f'"{UNKNOWN}"' if left is None else left) + (f'"{UNKNOWN}"' if right is None else right)
    if kind == "func_call":
        name = listed_name(node.func_call.funcname).name
        arguments = [_text(argument) for argument in node.func_call.args]
        if name == "format" and arguments and arguments[0] is not None:
            return _formatted(arguments[0], arguments[1:])
        if name in ("concat", "concat_ws") and any(a is not None for a in arguments):
            between = " " if name == "concat_ws" else ""
            return between.join(f'"{UNKNOWN}"' if a is None else a for a in arguments[len(between) :])
        if name == "quote_ident" and arguments and arguments[0] is not None:
            return arguments[0]
    return None


_place_holder = re.compile(r"%(?:(\d+)\$)?-?\d*([sIL%])")


def _formatted(pattern: str, arguments: list[str | None]) -> str:
    taken = iter(arguments)

    def filled(found: re.Match[str]) -> str:
        if found[2] == "%":
            return "%"
        number = int(found[1]) - 1 if found[1] else None
        value = next(taken, None) if number is None else arguments[number] if number < len(arguments) else None
        if found[2] == "L":
            return "'" + (value or UNKNOWN).replace("'", "''") + "'"
        return f'"{UNKNOWN}"' if value is None else value

    return _place_holder.sub(filled, pattern)


def place_of(parsed: Parsed, body: Body, told: Told, sql: str) -> tuple[int, int]:
    """Return where *sql* stands: word for word from its line on, else the line, else the statement."""
    if body.start < 0:
        return parsed.span
    text = body.text.encode()
    line_start = 0
    for _ in range(told.line - 1):
        line_start = text.find(b"\n", line_start) + 1
    found = text.find(sql.encode(), line_start) if sql else -1
    base = parsed.start + body.start
    if found >= 0:
        return base + found, base + found + len(sql.encode())
    line_end = text.find(b"\n", line_start)
    line = text[line_start : len(text) if line_end < 0 else line_end]
    indent = len(line) - len(line.lstrip())
    return base + line_start + indent, base + line_start + max(len(line.rstrip()), indent + 1)
