"""Several ALTER TABLE of one table, where one would do."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import Name

_COMBINES = (
    "AddColumn", "DropColumn", "AlterColumnType", "ColumnDefault", "SetNotNull", "DropNotNull", "AddConstraint",
    "DropConstraint", "SetStorage", "SetStatistics",
)  # fmt: skip


def _check(source: Source, context: Context) -> Iterator[Seen]:
    last: Name | None = None
    for statement in source.statements if source.transactional else ():
        commands = [c for c in source.commands if c.parsed is statement]
        here = commands[0].table if commands and all(c.kind in _COMBINES for c in commands) else None
        if here is not None and last is not None and here == last and not source.is_new(here, statement):
            yield at(
                statement,
                f"{here} is altered again right behind: where both verify or rewrite rows, all of them are read twice",
                f"ALTER TABLE {here} <first change>, <second change>;",
            )
        last = here


RULE = Rule(
    id="combine-alter-table",
    title="Several ALTER TABLE where one would do",
    severity=Severity.NOTE,
    why="The subcommands of one ALTER TABLE share one pass over the rows.",
    help="put the subcommands into one ALTER TABLE",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
    roles=FORWARD,
)
