"""A statement that refuses a transaction block, in one."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.kinds import kind_of
from dbtool.lint.context import Context
from dbtool.lint.rule import EVERYWHERE, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source

_KINDS = (
    "index_stmt", "drop_stmt", "reindex_stmt", "vacuum_stmt", "cluster_stmt", "alter_table_stmt", "discard_stmt",
    "create_subscription_stmt", "alter_subscription_stmt", "drop_subscription_stmt", "createdb_stmt", "dropdb_stmt",
    "alter_database_stmt", "create_table_space_stmt", "drop_table_space_stmt", "alter_system_stmt",
)  # fmt: skip


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for name in _KINDS:
        for statement in source.by_name.get(name, ()):
            if statement in source.in_transaction and (outside := _outside(source, statement)):
                where = "a DO block is one" if statement.inside else "the file is one"
                yield at(
                    statement,
                    f"{outside} cannot run in a transaction, and {where}: it fails",
                    "put it into a migration of its own, as a statement by itself, with -- transactional: false at the "
                    "top",
                )


def _outside(source: Source, statement: Parsed) -> str:
    """Return the command that refuses a transaction block; "" for none."""
    if statement.inside:
        return kind_of(statement.sql, statement.tree).outside
    kind = source.script.special.get(statement.number - 1)  # of the file's own statements that is known
    return kind.outside if kind else ""


RULE = Rule(
    id="cannot-run-in-transaction",
    title="A statement that refuses to run in a transaction",
    severity=Severity.ERROR,
    why="CONCURRENTLY, VACUUM, CREATE DATABASE and their kin commit by themselves, and refuse a transaction block. A "
    "function or DO block always runs in one.",
    help="put it into a migration of its own with -- transactional: false at the top",
    page="sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
    check=_check,
    nodes=nodes(*_KINDS),
    roles=EVERYWHERE,
)
