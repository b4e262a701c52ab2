"""A column of type money."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.schema.names import quoted

_WHY = {
    "money": (
        "money, whose fraction and text follow the server's lc_monetary",
        "numeric(14, 2) beside a currency column",
    ),
    "timetz": ("time with time zone, an offset without a date", "timestamptz, or time without a zone"),
}


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for column in source.columns:
        if column.type_name in _WHY:
            what, instead = _WHY[column.type_name]
            yield at(column, f"{quoted(column.name)} of {column.table} is {what}", instead)


RULE = Rule(
    id="avoid-money",
    title="A type that depends on settings: money, time with time zone",
    severity=Severity.WARNING,
    why="money knows no currency; the number of its fractional digits is the server's lc_monetary, so a dump can be "
    "read into other amounts elsewhere. The manual advises against time with time zone, which the SQL standard "
    "requires.",
    help="use numeric with a currency column",
    page="datatype-money.html",
    check=_check,
    nodes=nodes("create_stmt", "alter_table_stmt"),
    roles=CODE,
)
