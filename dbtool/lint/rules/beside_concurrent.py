"""Other statements in a file that cannot run in a transaction."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.kinds import kind_of
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at
from dbtool.lint.source import Source

_QUIET = ("variable_set_stmt", "transaction_stmt", "comment_stmt", "select_stmt", "vacuum_stmt")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    if source.transactional:
        return
    alone = [s for s in source.statements if kind_of(s.sql).outside]
    others = [s for s in source.statements if s not in alone and s.name not in _QUIET]
    if alone and others:
        yield at(
            others[0],
            f"this file runs outside of a transaction, for {kind_of(alone[0].sql).outside}: where a statement fails, "
            "what stands before it stays",
            "put what can run in a transaction into a migration of its own, so that it is all or nothing",
        )


RULE = Rule(
    id="beside-concurrent",
    title="Statements that lose their transaction to another one in the file",
    severity=Severity.NOTE,
    why="A file with a statement that refuses a transaction runs without one, all of it. dbtool records each statement "
    "and goes on behind the last one that succeeded, but until then the database stands between two versions.",
    help="put what can run in a transaction into a migration of its own",
    page="sql-begin.html",
    check=_check,
    nodes=None,
)
