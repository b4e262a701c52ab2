"""Locks in an order in which two transactions stop each other."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.known import Known
from dbtool.lint.locks import EXCLUSIVE
from dbtool.lint.rule import FORWARD, Rule, Seen, at
from dbtool.lint.source import Source
from dbtool.lint.tree import Name
from dbtool.lock_modes import Lock


def _check(source: Source, context: Context) -> Iterator[Seen]:
    known = (context.before(source.path), source.known)
    for group in source.transactions:
        held: dict[Name, Lock] = {}
        told = False  # once for a transaction
        for statement in group:
            for name, lock in statement.locks:
                if source.is_new(name, statement):
                    continue
                before = next((h for h in held if h.same(name)), None)
                weaker = held[before] if before else Lock.ACCESS_SHARE
                if before and Lock.ROW_EXCLUSIVE <= weaker < lock and lock == Lock.ACCESS_EXCLUSIVE:
                    yield at(
                        statement,
                        f"{name} is already locked in {weaker} by this transaction, and is now to be locked in {lock}: "
                        "two who do so wait for each other",
                        "take the strongest lock first: put this statement before those that change rows, or into a "
                        "migration of its own",
                    )
                elif not before and lock >= Lock.SHARE_ROW_EXCLUSIVE:
                    strong = (h for h, lock in held.items() if lock == Lock.ACCESS_EXCLUSIVE)
                    first = next((h for h in strong if any(_references(k, name, h) for k in known)), None)
                    if first is not None and not told:
                        told = True
                        yield at(
                            statement,
                            f"{first} is locked before {name}, which references it: a client that inserts into {name} "
                            "locks them the other way round, and one of the two is killed",
                            f"change {name} first, or each table in a migration of its own",
                        )
                if not before or lock > weaker:
                    held[before or name] = lock


def _references(known: Known, name: Name, other: Name) -> bool:
    table = known.table(name)
    return table is not None and any(c.references is not None and other.same(c.references) for c in table.constraints)


RULE = Rule(
    id="lock-order",
    title="Locks are taken in an order that can end in a deadlock",
    severity=Severity.WARNING,
    why="A client that writes to a referencing table locks that one first and the referenced one then; a migration "
    "that goes the other way round waits for the client, which waits for the migration. The same holds for a lock that "
    "is made stronger: of two who hold the weak one, neither gets the strong one.",
    help="lock the referencing table first, and each table in its strongest mode first; or use several migrations",
    page="explicit-locking.html#LOCKING-DEADLOCKS",
    check=_check,
    nodes=EXCLUSIVE | {"create_trig_stmt"},
    roles=FORWARD,
)
