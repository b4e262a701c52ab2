"""The one way to wipe: a transaction that knows what was settled, looks again, and says why it failed."""

import shlex
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, DbtoolError, Interrupted, Refused, Unreachable
from dbtool.guard.settle import Settled, recheck
from dbtool.queries import query
from dbtool.wipe.scope import LARGE_OBJECTS, Item, Scope, read_scope

if TYPE_CHECKING:
    import psycopg

    from dbtool.db import Conn

_NOTHING = "nothing was changed: its transaction was rolled back"


def require(settled: Settled, command: str) -> None:
    """Return where *settled* permits exactly this command. Raises Refused."""
    if settled.command != command:
        raise Refused(
            f"a permission for {settled.command} is none for {command}: nothing was done",
            hint=f"run dbtool {command} itself",
        )


@contextmanager
def wiping(conn: "Conn", settled: Settled, scope: Scope, *, command: str, lock_timeout_ms: int) -> Generator[Scope]:
    """Hold a transaction on the database that was settled, and give the scope as it is now. Commits at the end.

    Raises Refused where another command, another database or another scope was settled, and DatabaseRefused or
    Unreachable with the reason for what the server refuses; then nothing has changed.
    """
    import psycopg
    from psycopg import sql

    require(settled, command)
    if not conn.autocommit or conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise ValueError("a transaction is open: what is wiped would be a part of it, and not be committed")
    committing = False
    try:
        begin = sql.SQL("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; ") + query("wipe/begin")
        # by a cursor that binds by itself, which may send several statements at once
        psycopg.ClientCursor(conn).execute(begin, {"lock_timeout": str(lock_timeout_ms)})
        recheck(conn, settled)
        now = read_scope(conn, ledger_schema=scope.ledger_schema, owners=scope.owners)
        _refuse_another(scope, now, settled, command)
        yield now
        committing = True
        conn.commit()
    except BaseException as error:
        # not sent before all was seen to be done: a server whose client is gone finds no COMMIT, and rolls back
        with suppress(psycopg.Error):
            conn.rollback()
        if isinstance(error, KeyboardInterrupt) and not committing:
            raise Interrupted(f"interrupted: {_NOTHING}") from None
        if isinstance(error, psycopg.Error):
            raise _explained(conn, scope, error, committing) from None
        raise


def run(conn: "Conn", statements: Iterable[str]) -> None:
    """Run the statements as one message. Writes. For use inside of wiping() alone, which a house test holds."""
    # the project's triggers and views may look names up: here the path of search is as always
    conn.execute("; ".join(("SET LOCAL search_path TO DEFAULT", *statements)).encode())


def owner_options(owners: Iterable[str]) -> str:
    """Return the options that make these owners' objects the project's.

    >>> owner_options(["b c", "a", "a"])
    "--owner a --owner 'b c'"
    """
    return " ".join(f"--owner {shlex.quote(owner)}" for owner in sorted(set(owners)))


def unlinking(conn: "Conn", scope: Scope) -> tuple[str, ...]:
    """Return the statement that deletes the project's large objects, where there are any. Pure but for quoting."""
    import psycopg

    owners = sorted({item.owner for item in scope.taken if item.kind == LARGE_OBJECTS})
    return (psycopg.ClientCursor(conn).mogrify(query("wipe/unlink"), {"owners": owners}),) if owners else ()


def _explained(conn: "Conn", scope: Scope, error: "psycopg.Error", committing: bool) -> DbtoolError:
    if conn.broken or conn.closed:
        return _lost(error, committing)
    if error.sqlstate in ("55P03", "40P01"):  # lock_not_available, deadlock_detected
        return _blocked(conn, scope, error)
    if error.sqlstate == "53200" and "max_locks_per_transaction" in (error.diag.message_hint or ""):
        return _no_room(scope)
    return _refused(error)


def _refuse_another(shown: Scope, now: Scope, settled: Settled, command: str) -> None:
    """Raise Refused where more would be taken than was shown."""
    if now.oid != settled.oid:
        raise Refused(f"this connection reaches database {now.database}, and {settled.database} was judged")
    before, after = ({(i.catalog, i.oid, i.identity): i for i in _taken(s, command)} for s in (shown, now))
    new = [item for key, item in after.items() if key not in before]
    gone = [item for key, item in before.items() if key not in after]
    if new or gone:
        raise Refused(
            f"{now.database} changed since its scope was shown: "
            + "; ".join(f"{what} {_some(items)}" for what, items in (("new:", new), ("gone:", gone)) if items),
            hint=f"nothing was done; run dbtool {command} again, and see whether somebody else is at work",
        )


def _taken(scope: Scope, command: str) -> tuple[Item, ...]:
    if command == "nuke":
        return tuple(item for item in scope.taken if item.kind != LARGE_OBJECTS)
    return (*scope.tables, *scope.sequences, *scope.materialized_views)


def _some(items: list[Item]) -> str:
    more = f" and {len(items) - 5} more" if len(items) > 5 else ""
    return ", ".join(map(str, items[:5])) + more


def _blocked(conn: "Conn", scope: Scope, error: "psycopg.Error") -> DbtoolError:
    """Return who holds what could not be had: the wait is over by now, so the holders of locks are asked for."""
    import psycopg

    from dbtool.runner.watch import Blocker

    lines = [f"a lock was not had: {error.diag.message_primary}; {_NOTHING}"]
    try:
        rows = cast(Any, conn.execute(query("wipe/holders"), {"oids": [i.oid for i in scope.taken]}).fetchall())
        lines += [
            "  blocked by "
            + str(Blocker(pid=r[0], role=r[1], application=r[2], address=r[3], state=r[4], seconds=r[5], query=r[6]))
            for r in rows
        ]
    except psycopg.Error:
        rows = ()
    return DatabaseRefused(
        "\n".join(lines),
        hint="let it end, or end it: SELECT pg_terminate_backend(pid); lock_timeout in dbtool.toml gives more time"
        if rows
        else "whoever held it is gone: try again",
    )


def _no_room(scope: Scope) -> DbtoolError:
    """Return what to raise where the server's table of locks is too small for one transaction over everything."""
    objects = len(scope.taken) + scope.large_objects
    # a table takes several: its own, its indexes', its TOAST table's, its types'
    needed = max(2 * scope.locks_per_transaction, 64 * -(-8 * objects // (64 * max(scope.transactions, 1))))
    return DatabaseRefused(
        f"the server has no room for the locks of one transaction over {objects} objects: "
        f"max_locks_per_transaction is {scope.locks_per_transaction}; {_NOTHING}",
        hint=f"ALTER SYSTEM SET max_locks_per_transaction = {needed}, and restart the server; "
        "or dbtool drop, and make the database anew, which needs no locks",
    )


def _refused(error: "psycopg.Error") -> DbtoolError:
    diag = error.diag
    lines = [f"{diag.severity or 'ERROR'}: {diag.message_primary or error} (SQLSTATE {error.sqlstate})"]
    for label, text in (("detail", diag.message_detail), ("hint", diag.message_hint), ("where", diag.context)):
        if text:
            lines.append(f"  {label}: " + text.replace("\n", "\n    "))
    return DatabaseRefused("\n".join([*lines, f"  {_NOTHING}"]), hint=_remedies.get(error.sqlstate or "", ""))


def _lost(error: "psycopg.Error", committing: bool) -> Unreachable:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
    if committing:
        return Unreachable(
            f"the connection was lost at COMMIT ({reason}): either all of it was done, or nothing",
            hint="run the command again: its scope shows what is there",
        )
    return Unreachable(f"the connection was lost: {reason}; {_NOTHING}", hint="run the command again")


_remedies = {
    "42501": "this role cannot act as the owner of that: GRANT the owner's role to it, or connect as a superuser",
    "0A000": "a table or a foreign key was made meanwhile? run the command again",
    "57014": "it was cancelled, or statement_timeout is too short: it is the role's or the database's setting",
    "P0001": "a trigger of the database forbids it; one that is an event trigger of another owner stays: see the scope",
}
