"""yoyo's Python migrations (files with steps): the only place that knows yoyo's code.

yoyo runs the steps on one connection and records them on another; here both are one transaction.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownMemberType=false

import contextlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dbtool.errors import DatabaseRefused
from dbtool.finding import Place
from dbtool.migrations import Migration
from dbtool.progress import Began, Step, Talk
from dbtool.runner.failure import fence_failed, statement_failed
from dbtool.runner.pipeline import ConnectionLost
from dbtool.runner.session import Session
from dbtool.runner.transactional import as_who_connected, record, unrecord

if TYPE_CHECKING:
    from dbtool.db import Conn


def run_python(
    session: Session, migration: Migration, *, number: int, of: int, undo: bool = False, mark: bool = True
) -> Iterator[Began | Talk | Step]:
    """Apply (or roll back) a Python migration with its record in one transaction, and yield its Step.

    Raises DatabaseRefused where the file cannot be loaded or a step fails; then nothing of it is left.
    """
    import time

    import psycopg

    yield Began(migration.id, number, of)
    started = time.monotonic()
    steps = _load(migration)
    printed = io.StringIO()
    try:
        with session.conn.transaction():
            for entry in list(session.begin(lock_timeout=session.target.environment.lock_timeout))[1:]:
                _execute(session, entry.sql, entry.params)
            with contextlib.redirect_stdout(printed):  # yoyo prints the rows of a SELECT where our JSON goes
                _run(session.conn, steps, "rollback" if undo else "apply")
            for entry in as_who_connected():
                _execute(session, entry.sql, None)
            if mark:
                entry = unrecord(session, migration) if undo else record(session, migration, None)
                _execute(session, entry.sql, entry.params)
        session.conn.execute("DISCARD ALL")
    except psycopg.Error as error:
        if session.conn.broken or fence_failed(error.diag):
            raise ConnectionLost(str(error).strip()) from None
        if error.sqlstate is None:
            raise DatabaseRefused(f"{migration.path}: {error}; nothing of it is left") from None
        raise statement_failed(
            error.diag,
            migration=migration.id,
            script=None,
            statement=None,
            number=0,
            aftermath="its transaction was rolled back, nothing of it is left",
        ) from None
    except Exception as error:
        raise DatabaseRefused(
            f"{_line_in(migration, error)}: {type(error).__name__}: {error}\n"
            "  its transaction was rolled back, nothing of it is left",
            hint="mend the file; then `dbtool migrate` (or rollback) goes on with it",
        ) from error
    for line in printed.getvalue().splitlines():
        yield Talk(line)
    action = "ran" if not mark else "rolled back" if undo else "applied"
    yield Step(migration=migration.id, action=action, seconds=time.monotonic() - started, statements=len(steps))


def replay_python(conn: "Conn", migration: Migration) -> None:
    """Run the steps of a Python migration in one transaction, without a record: on a shadow. Writes.

    Raises psycopg.Error where the server refused, and DatabaseRefused where the file cannot be run.
    """
    import psycopg

    steps = _load(migration)
    try:
        with conn.transaction(), contextlib.redirect_stdout(io.StringIO()):
            _run(conn, steps, "apply")
    except psycopg.Error:
        raise
    except Exception as error:
        raise DatabaseRefused(f"{_line_in(migration, error)}: {type(error).__name__}: {error}") from error


def _line_in(migration: Migration, error: BaseException) -> Place:
    """Return the last line of the migration's file on the way to the error."""
    import traceback

    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(migration.path)]
    return Place(path=migration.path, line=lines[-1] or 1 if lines else 1)


def _load(migration: Migration) -> list[Any]:
    from yoyo import exceptions
    from yoyo.migrations import read_migrations

    known: Any = read_migrations(str(migration.path.parent))
    loaded = next(m for m in [*known, *known.post_apply] if m.id == migration.id)
    try:
        loaded.load()
    except exceptions.BadMigration as error:
        cause = error.args[1] if len(error.args) > 1 else error
        raise DatabaseRefused(f"{migration.path} cannot be loaded: {type(cause).__name__}: {cause}") from None
    if loaded.use_transactions is False:
        raise DatabaseRefused(
            f"{migration.path} says __transactional__ = False, which dbtool does not run: "
            "it could not tell how far it came",
            hint="write it as SQL, which is recorded statement by statement; or apply this one with plain yoyo",
        )
    return list(loaded.steps)


def _run(conn: "Conn", steps: list[Any], direction: str) -> None:
    backend = _backend(conn)
    for step in steps if direction == "apply" else reversed(steps):
        getattr(step, direction)(backend)


def _backend(conn: "Conn") -> Any:
    """yoyo's backend on our connection, already inside a transaction: its own transactions become savepoints."""
    from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend

    class Backend(PostgresqlPsycopgBackend):
        def __init__(self) -> None:
            self._connection = conn
            self._in_transaction = True
            self.DatabaseError = self.driver.DatabaseError

    return Backend()


def _execute(session: Session, sql: bytes, params: tuple[bytes | None, ...] | None) -> None:
    # these statements of ours bear $1, $2 as the pipeline sends them
    result = session.conn.pgconn.exec_params(sql, params)
    from psycopg.errors import error_from_result
    from psycopg.pq import ExecStatus

    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise error_from_result(result, "utf-8")
