"""Work that takes long behind a statement that locks everyone out."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import Name, relation_name, walk
from dbtool.lock_modes import Lock


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for group in source.transactions:
        locked: list[Name] = []
        for statement in group:
            if locked and (what := _work(source, statement)):
                yield at(
                    statement,
                    f"{what} while the transaction holds {', '.join(dict.fromkeys(map(str, locked)))}, which nobody "
                    "can use until it ends",
                    "put it before the statement that locks, or into a migration of its own",
                )
            locked += [
                name
                for name, lock in statement.locks
                if lock == Lock.ACCESS_EXCLUSIVE and not source.is_new(name, statement)
            ]


def _work(source: Source, statement: Parsed) -> str:
    """Return what takes long, for as far as the text tells; "" where it is instant, or another rule's."""
    if statement.name == "select_stmt":
        read = [relation_name(m) for kind, m in walk(statement.node) if kind == "RangeVar"]
        old = [str(name) for name in read if not source.is_new(name, statement)]
        return f"reads {', '.join(dict.fromkeys(old))}" if old else ""
    if statement.name == "index_stmt":
        name = relation_name(statement.node.relation)
        return "" if source.is_new(name, statement) else f"builds an index on {name}"
    if statement.name == "create_table_as_stmt":
        return f"computes {relation_name(statement.node.into.rel)}" if not statement.node.into.skip_data else ""
    if statement.name == "refresh_mat_view_stmt":
        return f"computes {relation_name(statement.node.relation)}"
    return ""


RULE = Rule(
    id="work-while-locked",
    title="Long work behind a statement that locks everyone out",
    severity=Severity.WARNING,
    why="ACCESS EXCLUSIVE is held until the transaction ends: not only for the instant that ALTER TABLE takes, but for "
    "all that comes behind it.",
    help="put the long work first, or into a migration of its own",
    page="explicit-locking.html",
    check=_check,
    nodes=nodes("select_stmt", "index_stmt", "create_table_as_stmt", "refresh_mat_view_stmt"),
    roles=FORWARD,
)
