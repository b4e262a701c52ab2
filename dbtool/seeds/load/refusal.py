"""What the server says of a COPY that it refused: whose fault it is, and on which line. Pure."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool.errors import DatabaseRefused
from dbtool.seeds.load.columns import cut
from dbtool.seeds.load.rows import Problem

if TYPE_CHECKING:
    from psycopg import Error

# Classes of SQLSTATE (manual, appendix A) that no row is to blame for, but when a trigger's RAISE chose them for one
_OF_THE_WHOLE = ("0A", "25", "28", "2D", "3D", "3F", "42", "55", "F0", "HV", "XX")
_OF_THE_SERVER = ("08", "40", "53", "57", "58")  # and these never


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a COPY failed; ``line`` counts what was sent, 0 where the server names none."""

    message: str
    sqlstate: str = ""
    detail: str = ""
    hint: str = ""
    context: str = ""
    column: str = ""
    constraint: str = ""
    line: int = 0

    @property
    def of_a_row(self) -> bool:
        """Whether another set of rows could have been taken."""
        kind = self.sqlstate[:2]
        return kind not in _OF_THE_SERVER and (kind not in _OF_THE_WHOLE or " at RAISE" in self.context)


def refusal_of(error: "Error", table: str, columns: Sequence[str]) -> Refusal:
    """Return what the server said of a COPY into the table of this name."""
    diag = error.diag
    context = diag.context or ""
    line, column = place_in_copy(context, table, columns)
    return Refusal(
        message=diag.message_primary or str(error).strip(),
        sqlstate=diag.sqlstate or "",
        detail=diag.message_detail or "",
        hint=diag.message_hint or "",
        context=context,
        column=column or diag.column_name or "",
        constraint=diag.constraint_name or "",
        line=line,
    )


def place_in_copy(context: str, table: str, columns: Sequence[str]) -> tuple[int, str]:
    """Return the line and the column that COPY names in the context of its error, 0 and "" where it names none.

    The line is found in every language of the server; the column in English alone.

    >>> place_in_copy('COPY t, line 3, column age: "x"', "t", ["age"])
    (3, 'age')
    >>> place_in_copy('PL/pgSQL-Funktion f() Zeile 2 bei RAISE\\nCOPY t1, Zeile 7: »1,2«', "t1", [])
    (7, '')
    """
    for text in context.split("\n"):
        if "COPY" not in text or table not in text:
            continue
        rest = text.replace(table, "", 1)
        found = re.search(r"\d+", rest)
        if found:
            after = rest[found.end() :].removeprefix(", column ")
            named = [name for name in columns if after == name or after.startswith((f"{name}:", f"{name} "))]
            return int(found[0]), max(named, key=len, default="")
    return 0, ""


_with_detail = ("23503", "23505", "23P01")


def problem_of(refusal: Refusal, *, line: int, record: bytes, columns: Sequence[str], delimiter: str) -> Problem:
    """Return why a record was not taken, with the value of the column that is to blame."""
    message = refusal.message
    if refusal.detail and refusal.sqlstate in _with_detail:
        message += f": {cut(refusal.detail, 200)}"
    value = ""
    if refusal.column in columns:
        fields = next(csv.reader([record.decode(errors="backslashreplace")], delimiter=delimiter), list[str]())
        at = list(columns).index(refusal.column)
        value = cut(fields[at]) if at < len(fields) else ""
    return Problem(line=line, column=refusal.column, value=value, sqlstate=refusal.sqlstate, message=cut(message, 300))


class CopyRefused(DatabaseRefused):
    """The server refused the COPY as such: no row is to blame."""

    def __init__(self, refusal: Refusal, *, table: str) -> None:
        lines = [f"{table}: {refusal.message} (SQLSTATE {refusal.sqlstate}); nothing was written"]
        for label, text in (("detail", refusal.detail), ("hint", refusal.hint), ("where", refusal.context)):
            if text:
                lines.append(f"  {label}: " + cut(text, 400).replace("\n", "\n    "))
        hint = _remedies.get(refusal.sqlstate, "what it says must be put right first; then import again")
        super().__init__("\n".join(lines), hint=hint)
        self.sqlstate = refusal.sqlstate


_remedies = {
    "42501": "GRANT INSERT on the table, or connect as the role that owns it",
    "55P03": "let the one who holds the lock end, or give more time: lock_timeout of the environment in dbtool.toml",
    "57014": "raise statement_timeout for this environment in dbtool.toml, or import the file in parts",
    "53100": "the server's disk is full",
    "40P01": "two transactions waited for each other: import again",
}
