"""A statement that is put together when it runs, or a body in a language that is not known here."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.bodies import body_of, parsed_or_not, place_of, statements_of, told_in
from dbtool.lint.context import Context
from dbtool.lint.rule import MIGRATIONS, Rule, Seen, at, nodes
from dbtool.lint.source import Role, Source

_KNOWN = ("plpgsql", "sql", "c", "internal")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement in source.by_name.get("do_stmt", ()):
        body = body_of(statement)
        if body is None or body.language != "plpgsql":
            language = body.language if body else "?"
            yield at(statement, f"not analysed: the block is in {language}, and its statements are not looked at")
            continue
        told = told_in(statement.sql)
        if told is None and isinstance(parsed_or_not(statement.sql), bool):
            yield at(statement, "not analysed: this parser cannot read the block, which the server may well run")
        for one in told or ():
            if one.dynamic and not list(statements_of(one)):
                start, end = place_of(statement, body, one, one.sql)
                yield Seen(
                    start, end, "not analysed: EXECUTE runs a text that is put together only when the block runs"
                )
    for statement in source.by_name.get("create_function_stmt", ()):
        body = body_of(statement)
        if body and body.language not in _KNOWN:
            yield at(statement, f"not analysed: the body is in {body.language}")
        elif body and body.language == "plpgsql" and parsed_or_not(statement.sql) is False:
            yield at(statement, "not analysed: this parser cannot read the body, which the server may well run")


RULE = Rule(
    id="not-analysed",
    title="What runs here could not be looked at",
    severity=Severity.NOTE,
    why="Statements in a DO block are looked at like any other, also those that EXECUTE runs from a literal or "
    "format(). A text that comes from a query, and a body in another language, are not: silence about them would look "
    "like consent.",
    help="look at it yourself, or try it: `dbtool plan` rehearses the migration",
    page="plpgsql-statements.html#PLPGSQL-STATEMENTS-EXECUTING-DYN",
    check=_check,
    nodes=nodes("do_stmt", "create_function_stmt"),
    roles=MIGRATIONS | {Role.SEED},
)
