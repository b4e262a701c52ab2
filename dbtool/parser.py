"""PostgreSQL's own parser (libpg_query, through postgast): the only file that knows that package.

The grammar is PostgreSQL 18's, which takes the syntax of 14 to 17 as well. postgast is imported where it is
used: it costs about 0.1 s, and a `migrate` with nothing to do needs no parser.
"""

import ctypes
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dbtool.errors import DbtoolError

# What the grammar is given in one bite. The syntax tree of a 50 MB INSERT takes a gigabyte, so a single
# statement larger than HUGE is only followed to its end, and judged by the server.
BITE = 1_000_000  # bytes
HUGE = 4_000_000  # bytes


class SyntaxRefused(DbtoolError):
    """PostgreSQL's parser refused a text; ``offset`` is in bytes from the start of what was parsed."""

    exit_code = 2

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Span:
    """One statement: from ``start`` up to ``end`` in bytes, without its semicolon or the comments before it."""

    start: int
    end: int


def split_statements(sql: bytes | mmap.mmap, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Yield the statements of ``sql[start:end]`` in order, each checked against the grammar. Raises SyntaxRefused.

    >>> sql = b"select ';'; -- two\\nselect 2"
    >>> [sql[s.start:s.end] for s in split_statements(sql)]
    [b"select ';'", b'select 2']
    """
    end = len(sql) if end is None else end
    while start < end:
        bite = _boundary(sql, start + BITE, end)
        while isinstance(found := _judged(sql, start, bite), _Refusal) and found.cut_short and bite < end:
            if bite - start > HUGE:
                break
            bite = _boundary(sql, start + 2 * (bite - start), end)
        if isinstance(found, _Refusal) and bite - start > HUGE:
            bite = _before_huge(sql, start, end)
            found = _judged(sql, start, bite)
        if isinstance(found, list):
            yield from found if start == 0 else (Span(start + s.start, start + s.end) for s in found)
        elif bite - start > HUGE:
            yield _trimmed(sql, start, bite)
        else:
            raise SyntaxRefused(found.message, start + found.offset)
        start = bite


def syntax_tree(sql: bytes) -> Any:
    """Return the protobuf node of the one statement in *sql*, as libpg_query's pg_query.proto names it.

    >>> syntax_tree(b"create index concurrently i on t (a)").index_stmt.concurrent
    True
    """
    from postgast import parse

    return parse(sql.decode()).stmts[0].stmt


def syntax_trees(sql: bytes) -> list[Any]:
    """Return the protobuf node of each statement in *sql*. Raises SyntaxRefused."""
    from postgast import PgQueryError, parse

    try:
        return [statement.stmt for statement in parse(sql.decode()).stmts]
    except PgQueryError as error:
        raise SyntaxRefused(error.message, byte_offset(sql, error.cursorpos - 1)) from None


def statements_with_trees(sql: bytes) -> list[tuple[Span, Any]]:
    """Return the statements of a text that fits into memory, each with its protobuf node. Raises SyntaxRefused.

    >>> sql = b"select ';'; -- two\\nselect 2"
    >>> [sql[span.start:span.end] for span, _ in statements_with_trees(sql)]
    [b"select ';'", b'select 2']
    """
    from postgast import PgQueryError, parse

    try:
        found = parse(sql.decode()).stmts
    except PgQueryError as error:
        raise SyntaxRefused(error.message, byte_offset(sql, error.cursorpos - 1)) from None
    return [
        (Span(s.stmt_location, s.stmt_location + (s.stmt_len or len(sql) - s.stmt_location)), s.stmt) for s in found
    ]


_ENUMS: dict[tuple[Any, str], dict[int, str]] = {}


def enum_word(node: Any, field: str) -> str:
    """Return the name of the value of an enum field, as pg_query.proto has it.

    >>> tree = syntax_tree(b"alter table t add column c int").alter_table_stmt
    >>> enum_word(tree, "objtype"), enum_word(tree.cmds[0].alter_table_cmd, "subtype")
    ('OBJECT_TABLE', 'AT_AddColumn')
    """
    key: tuple[Any, str] = (node.__class__, field)
    if key not in _ENUMS:
        values = node.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
        _ENUMS[key] = {number: str(value.name) for number, value in values.items()}
    return _ENUMS[key][getattr(node, field)]


def same_meaning(one: str, other: str) -> bool:
    """Return whether two texts hold the same statements, whatever their layout; False where that cannot be told.

    >>> same_meaning("select a  from t", "SELECT a FROM t;"), same_meaning("select a = null", "select a is null")
    (True, False)
    """
    from postgast import PgQueryError, deparse, parse

    try:
        return deparse(parse(one)) == deparse(parse(other))
    except PgQueryError:
        return False


class BodyRefused(SyntaxRefused):
    """PL/pgSQL's parser refused a body; ``line`` counts from the body's first line, 0 where it said none."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, 0)
        self.line = line


_body_line = re.compile(r"near line (\d+)")


def plpgsql_tree(sql: bytes) -> list[dict[str, Any]] | None:
    """Return what libpg_query's PL/pgSQL parser makes of a CREATE FUNCTION or DO. Raises BodyRefused.

    Each statement is a mapping of its kind to its fields, "lineno" counting from the body's first line.
    None: this parser cannot read it, which says nothing about the server's.

    >>> (tree,) = plpgsql_tree(b"do $$begin null; end$$")
    >>> list(tree["PLpgSQL_function"]["action"])
    ['PLpgSQL_stmt_block']
    """
    import json

    written = _plpgsql_json(sql)
    # libpg_query 18 writes TG_OP and its kin, which it has no form for, as {}}: a brace too many.
    variables, between, rest = written.partition('],"action":')
    try:
        return json.loads(_brace_too_many.sub("{}", variables) + between + rest) if written else None
    except json.JSONDecodeError:
        return None


_brace_too_many = re.compile(r"(?<!:)\{\}\}")


def plpgsql_parses(sql: bytes) -> bool:
    """Return whether the body of a CREATE FUNCTION or DO was parsed; False: this parser cannot. Raises BodyRefused.

    >>> plpgsql_parses(b"create function f() returns int language plpgsql as $$begin return 1; end$$")
    True
    """
    return bool(_plpgsql_json(sql))


def _plpgsql_json(sql: bytes) -> str:
    from postgast import PgQueryError
    from postgast.errors import check_error
    from postgast.native import lib

    # postgast.parse_plpgsql() stops at the JSON of trigger functions, so the C function is called as it does.
    result = lib.pg_query_parse_plpgsql(sql)
    try:
        check_error(result)
        return result.plpgsql_funcs.decode()
    except PgQueryError as error:
        if error.message == "Not implemented":  # it has no catalog to look types up in
            return ""
        line = _body_line.search(getattr(error, "context", None) or "")
        raise BodyRefused(error.message, int(line[1]) if line else 0) from None
    finally:
        lib.pg_query_free_plpgsql_parse_result(result)


def node_name(tree: Any) -> str:
    """Return the kind of a syntax tree, as libpg_query names it.

    >>> node_name(syntax_tree(b"create table t ()"))
    'create_stmt'
    """
    return tree.WhichOneof("node") or ""


@dataclass(frozen=True, slots=True)
class _Refusal:
    message: str
    offset: int  # bytes
    cut_short: bool  # more text might mend it


def _judged(sql: bytes | mmap.mmap, start: int, end: int) -> list[Span] | _Refusal:
    if end - start > 2 * HUGE:
        return _Refusal("statement too large for the grammar", 0, cut_short=True)
    bite = sql[start:end]
    try:
        return _split(bite)
    except SyntaxRefused as error:
        at_the_end = error.offset >= len(bite.rstrip()) - 1
        return _Refusal(error.message, error.offset, at_the_end or error.message.startswith("unterminated"))


def _split(sql: bytes) -> list[Span]:
    # postgast.split() gives the texts without their offsets, so the C function is called as it does.
    from postgast import PgQueryError
    from postgast.errors import check_error
    from postgast.native import lib

    result = lib.pg_query_split_with_parser(ctypes.c_char_p(sql))
    try:
        check_error(result)
        found = (result.stmts[number].contents for number in range(result.n_stmts))
        return [Span(s.stmt_location, s.stmt_location + s.stmt_len) for s in found]
    except PgQueryError as error:
        raise SyntaxRefused(error.message, byte_offset(sql, error.cursorpos - 1)) from None
    finally:
        lib.pg_query_free_split_result(result)


def byte_offset(sql: bytes, characters: int) -> int:
    """Return where the character at index *characters* of UTF-8 *sql* starts, in bytes.

    >>> byte_offset("é;".encode(), 1)
    2
    """
    if characters <= 0 or sql.isascii():
        return max(characters, 0)
    return len(sql.decode()[:characters].encode())


_line_end = re.compile(rb";[ \t\r]*\n")


def _boundary(sql: bytes | mmap.mmap, wanted: int, end: int) -> int:
    # A semicolon at the end of a line may stand in a string or a body; then the grammar says so.
    if wanted >= end:
        return end
    found = _line_end.search(sql, wanted, end)
    return found.end() if found else end


# The lexical structure of section 4.1 of the manual, as far as it takes to find a statement's semicolon.
_lexeme = re.compile(
    rb"""[eE]'(?:[^'\\]|\\.|'')*'
       | [A-Za-z_\x80-\xff][\w$\x80-\xff]*
       | '[^']*' | "[^"]*"
       | \$(?P<tag>[A-Za-z_\x80-\xff]?[\w\x80-\xff]*)\$.*?\$(?P=tag)\$
       | --[^\n]*
       | /\*.*?\*/
       | (?P<semicolon>;)
       | [^A-Za-z_\x80-\xff'"$\-/;]+ | .""",
    re.VERBOSE | re.DOTALL,
)


def _before_huge(sql: bytes | mmap.mmap, start: int, end: int) -> int:
    """Return the end of the statements before the first huge one, or of that one where it stands first."""
    done = start
    for lexeme in _lexeme.finditer(sql, start, end):
        if lexeme.lastgroup == "semicolon":
            if lexeme.end() - done > BITE:
                return done if done > start else lexeme.end()
            done = lexeme.end()
    return end


def replace_name(sql: bytes, name: str, by: bytes) -> bytes:
    """Return *sql* with the identifier *name* replaced where it stands as one: not in strings, bodies and comments.

    >>> replace_name(b"comment on trigger t on this_table is 'of this_table'", "this_table", b"app.users")
    b"comment on trigger t on app.users is 'of this_table'"
    """
    words = (name.encode(), f'"{name}"'.encode())
    return b"".join(
        by if lexeme[0] == words[1] or lexeme[0].lower() == words[0] else lexeme[0] for lexeme in _lexeme.finditer(sql)
    )


def trigger_on(sql: bytes, table: bytes) -> bytes:
    """Return a CREATE TRIGGER for another table, which is named as SQL names it. Raises SyntaxRefused.

    >>> trigger_on(b"create trigger on_t after insert on app.t for each row execute function app.f()", b"pg_temp.t")
    b'create trigger on_t after insert on pg_temp.t for each row execute function app.f()'
    """
    (tree,) = syntax_trees(sql)
    start: int = tree.create_trig_stmt.relation.location
    found = _named.match(sql, start)
    assert found
    return sql[:start] + table + sql[found.end() :]


_NAME = rb"""(?:"(?:[^"]|"")+"|[A-Za-z_\x80-\xff][\w$\x80-\xff]*)"""
_named = re.compile(rb"%s(?:\s*\.\s*%s)*" % (_NAME, _NAME))


_leading = re.compile(rb"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)


def _trimmed(sql: bytes | mmap.mmap, start: int, end: int) -> Span:
    found = _leading.match(sql, start, end)
    start = found.end() if found else start
    while end > start and sql[end - 1 : end] in b"; \t\r\n":
        end -= 1
    return Span(start, end)
