"""What the server refused, told with its place in the file. Pure but for reading the diagnostics."""

from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.errors import DatabaseRefused
from dbtool.finding import Place
from dbtool.parser import byte_offset
from dbtool.script import Script, Statement

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic
    from psycopg.pq.abc import PGresult

# SQLSTATEs after which the same transaction may well succeed: lock_not_available, deadlock_detected,
# serialization_failure (manual, appendix A)
PASSING = ("55P03", "40P01", "40001")


class StatementFailed(DatabaseRefused):
    """The server refused a statement of a migration; ``sqlstate`` and ``place`` say what and where."""

    def __init__(self, message: str, *, hint: str, sqlstate: str, place: Place | None, migration: str) -> None:
        super().__init__(message, hint=hint)
        self.sqlstate = sqlstate
        self.place = place
        self.migration = migration


def fence_failed(diag: "Diagnostic") -> bool:
    """Return whether it was the fence of queries/run/begin.sql that refused: this run's lock is gone."""
    return diag.sqlstate == "22P02" and '"dbtool: ' in (diag.message_primary or "")


def fence_reason(diag: "Diagnostic") -> str:
    """Return what the fence said: it stands in quotes in the message of the cast that fails."""
    return (diag.message_primary or "").partition('"dbtool: ')[2].rstrip('"')


def diagnostic(result: "PGresult") -> "Diagnostic":
    """Return what the server says of a failed result."""
    from psycopg.errors import Diagnostic

    return Diagnostic(result, "utf-8")


def statement_failed(
    diag: "Diagnostic",
    *,
    migration: str,
    script: Script | None,
    statement: Statement | None,
    number: int,
    aftermath: str,
    path: Path | None = None,
    moment: str = "",
    before: int = 0,
) -> StatementFailed:
    """Return the error for statement *number* of a migration; *aftermath* says what became of the rest.

    Where it was none of the file's statements, *moment* says when it happened, and *path* to which file. *before* is
    how many characters of ours were sent in front of the statement.
    """
    lines = [f"{diag.severity or 'ERROR'}: {diag.message_primary} (SQLSTATE {diag.sqlstate})"]
    place = None
    if script and statement:
        offset = _offset(diag, script, statement, before)
        place = script.place(offset)
        lines[0] = f"{place}: {lines[0]}"
        lines += ["", *("    " + line for line in script.excerpt(offset).split("\n")), ""]
    elif path:
        lines[0] = f"{Place(path=path, line=0)}: {lines[0]}"
    if moment:
        lines.append(f"  {moment}")
    for label, text in (
        ("detail", diag.message_detail),
        ("hint", diag.message_hint),
        ("where", diag.context),
        ("in", diag.internal_query),
    ):
        if text:
            lines.append(f"  {label}: " + text.replace("\n", "\n    "))
    if number and script:
        lines.append(f"  statement {number} of {len(script.statements)} of {migration}; {aftermath}")
    else:
        lines.append(f"  in {migration}; {aftermath}")
    return StatementFailed(
        "\n".join(lines),
        hint=_remedy(diag),
        sqlstate=diag.sqlstate or "",
        place=place,
        migration=migration,
    )


def _offset(diag: "Diagnostic", script: Script, statement: Statement, before: int) -> int:
    # The server counts characters from the start of what it was sent.
    text = script.text(statement)
    position = int(diag.statement_position or 0) - before
    if position <= 0 or position > len(text):
        return statement.start
    return statement.start + byte_offset(text, position - 1)


def _remedy(diag: "Diagnostic") -> str:
    if diag.sqlstate == "25001" and "cannot" not in (diag.message_primary or ""):
        return "dbtool opens the transaction: set such things with ALTER ROLE or ALTER DATABASE"
    return _remedies.get(diag.sqlstate or "", "mend the file; then `dbtool migrate` (or rollback) goes on with it")


_remedies = {
    "55P03": "find who holds the lock (named above) and let it end, or give more time: lock_timeout, lock_tries",
    "40P01": "two transactions waited for each other; when it stays so, take the locks in one order",
    "57014": "raise statement_timeout for this environment in dbtool.toml, or do it in smaller steps",
    "42501": "GRANT what is missing, or connect as the role that owns the schema: dbtool doctor names it",
    "55P04": "a new enum value can be used once its transaction is committed: put ADD VALUE in an earlier migration",
    "25001": "this statement must run outside of a transaction: -- transactional: false at the top of the file",
    "2D000": "a procedure that commits runs outside of a transaction: -- transactional: false at the top of the file",
    "0A000": "does this server's version have it? dbtool status shows the version",
    "53100": "the server's disk is full",
    "25006": "the server or the session is read-only",
}
