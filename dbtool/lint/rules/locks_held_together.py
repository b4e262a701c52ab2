"""Strong locks on different tables, held together until the transaction ends."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.locks import EXCLUSIVE
from dbtool.lint.rule import FORWARD, Rule, Seen, at
from dbtool.lint.source import Parsed, Source
from dbtool.lock_modes import Lock


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for group in source.transactions:
        held: dict[str, Lock] = {}
        second: Parsed | None = None  # the statement that takes a second table while the first is held
        for statement in group:
            if statement.name in _NEVER:
                continue
            before = set(held)  # what one statement locks together is its own matter
            for name, lock in statement.locks:
                if lock >= Lock.SHARE and not source.is_new(name, statement):
                    if name.name not in held and before and max(*held.values(), lock) == Lock.ACCESS_EXCLUSIVE:
                        second = second or statement
                    held[name.name] = max(lock, held.get(name.name, lock))
        if second is not None:
            yield at(
                second,
                f"one transaction locks {', '.join(held)}, and holds them all until it ends: everyone waits until the "
                "slowest lock is had, and a client that locks two of them the other way round is stopped, or stops "
                "this",
                "one migration for each table: each lock is then held for an instant",
            )


_NEVER = ("insert_stmt", "comment_stmt", "update_stmt", "delete_stmt", "do_stmt")

RULE = Rule(
    id="locks-held-together",
    title="Strong locks on several tables, held in one transaction",
    severity=Severity.WARNING,
    why="A lock is held until the transaction ends. Locking a second table means to wait for it while the first one "
    "already stops everyone; and a client that uses both in the other order ends in a deadlock with the migration.",
    help="one migration for each table",
    page="explicit-locking.html#LOCKING-DEADLOCKS",
    check=_check,
    nodes=EXCLUSIVE | {"create_stmt"},
    roles=FORWARD,
)
