"""How rows that the server does not take are told. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from dbtool.errors import DatabaseRefused
from dbtool.finding import Finding, Place, Severity
from dbtool.report import counted
from dbtool.seeds.load.columns import cut
from dbtool.seeds.load.rows import Problem, Rows

MOST = 20  # bad rows that are looked for where nothing is written


class BadRows(DatabaseRefused):
    """Some rows were not taken, so none was written; ``findings`` say which, and why. Exit code 1."""

    def __init__(self, rows: Rows, problems: Sequence[Problem], *, all_seen: bool) -> None:
        more = "" if all_seen else "the first "
        found = counted(len(problems), f"bad {rows.unit}")
        super().__init__(
            f"{more}{found} of {rows.source.where}; nothing was written",
            hint=f"nothing was written ({more}{found}): mend them, or put them aside and import the others: "
            "--reject-file FILE",
        )
        self.findings = tuple(finding_of(rows, problem) for problem in problems)


def finding_of(rows: Rows, problem: Problem) -> Finding:
    """Return what is wrong with a row, at its line."""
    row = f"row {problem.line}: " if rows.unit == "row" else ""
    column = f"column {problem.column}: " if problem.column else ""
    code = f" (SQLSTATE {problem.sqlstate})" if problem.sqlstate else ""
    said = problem.value in problem.message
    value = "" if said else f"\n{problem.column or rows.unit} is {cut(problem.value)!r}"
    place = Place(path=rows.source.path, line=0 if row else problem.line)
    return Finding(id="bad-row", message=f"{row}{column}{problem.message}{code}{value}", place=place)


def rejected(rows: Rows, problems: Sequence[Problem], count: int, *, path: str, reasons: str) -> Sequence[Finding]:
    """Return the warnings for rows that were put aside: the first few, and where all are."""
    few = tuple(replace(finding_of(rows, problem), severity=Severity.WARNING) for problem in problems)
    was = "was" if count == 1 else "were"
    where = Finding(
        id="rows-rejected",
        message=f"{counted(count, 'row')} of {rows.source.where} {was} not written: {path}; the reasons: {reasons}",
        help=f"mend them in {path}, then import that file",
        severity=Severity.WARNING,
    )
    return (*few, where)
