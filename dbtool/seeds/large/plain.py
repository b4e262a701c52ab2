"""Runs the plain files of a large set, in the transaction that begins or ends the run."""

import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from dbtool.errors import DbtoolError
from dbtool.ledger import lost
from dbtool.progress import Began, Further, Seeded
from dbtool.queries import query
from dbtool.runner.failure import statement_failed
from dbtool.seeds import SeedFile
from dbtool.seeds.apply import rows_written
from dbtool.seeds.failure import remedy
from dbtool.target import Target

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

    from dbtool.db import Conn


def run_plain(
    conn: "Conn", files: Sequence[SeedFile], target: Target
) -> Generator[Began | Further, None, list[Seeded]]:
    """Run plain files of the set, and return what they wrote. Writes, in the caller's transaction."""
    conn.execute(query("seed/limits"), time_limits(target))
    steps: list[Seeded] = []
    for count, file in enumerate(files, start=1):
        yield Began(file.name, count, len(files))
        started, rows = time.monotonic(), 0
        for number in range(1, len(file.script.statements) + 1):
            yield Further(f"statement {number:,} of {len(file.script.statements):,}")
            rows += _run_statement(conn, file, number)
        steps.append(
            Seeded(
                migration=file.name, action="seeded", seconds=time.monotonic() - started,
                statements=len(file.script.statements), set=file.set,
                file=file.path.relative_to(target.project.root).as_posix(), rows=rows, removes_rows=file.removes_rows,
            )
        )  # fmt: skip
    return steps


def _run_statement(conn: "Conn", file: SeedFile, number: int) -> int:
    """Run one statement of a plain file, and return the rows that it wrote. Writes, in the caller's transaction."""
    import psycopg

    script = file.script
    statement = script.statements[number - 1]
    try:
        with conn.cursor() as cursor:
            if not statement.data:
                cursor.execute(script.text(statement))
                return rows_written(cursor.pgresult) if cursor.pgresult else 0
            with cursor.copy(script.text(statement)) as copy:
                for piece in script.data(statement):
                    copy.write(piece)
            return max(cursor.rowcount, 0)
    except psycopg.Error as error:
        if lost(error):
            raise
        raise refused(file, error.diag, number=number) from None


def refused(file: SeedFile, diag: "Diagnostic", *, number: int, before: int = 0) -> DbtoolError:
    """Return the error for what the server said to a statement of a file. Pure."""
    failure = statement_failed(
        diag, migration=file.name, script=file.script, statement=file.script.statements[number - 1], number=number,
        aftermath="its transaction was rolled back", before=before,
    )  # fmt: skip
    failure.hint = remedy(failure)
    return failure


def time_limits(target: Target) -> dict[str, str | None]:
    """Return the environment's time limits, in milliseconds, as set_config() takes them. Pure."""
    environment = target.environment
    statement_timeout = environment.statement_timeout
    return {
        "lock_timeout": str(environment.lock_timeout),
        "statement_timeout": None if statement_timeout is None else str(statement_timeout),
    }
