"""Which columns of the table a file's fields are for, and what is wrong with that. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from dbtool.errors import UsageError
from dbtool.report import counted
from dbtool.seeds.load.table import Table
from dbtool.spelling import close_words


def refuse_unfit(table: Table, columns: Sequence[str], *, where: str, hint: str = "") -> None:
    """Return where the table takes these columns. Raises UsageError with all that is wrong, and the table's columns."""
    wrong = [*_unknown(table, columns), *_twice(columns), *_generated(table, columns), *_missing(table, columns)]
    if wrong:
        known = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        raise UsageError(f"{where} does not fit {table}:\n  " + "\n  ".join((*wrong, f"columns: {known}")), hint=hint)


def _unknown(table: Table, columns: Sequence[str]) -> Iterable[str]:
    known = [column.name for column in table.columns]
    for name in columns:
        if name not in known:
            same = [word for word in known if word.lower() == name.strip().lower()]
            close = same or close_words(name.strip(), known)
            yield f"no column {cut(name)!r}" + (f": did you mean {close[0]}?" if close else "")


def _twice(columns: Sequence[str]) -> Iterable[str]:
    for name, times in Counter(columns).items():
        if times > 1:
            yield f"{name} stands there {times} times"


def _generated(table: Table, columns: Sequence[str]) -> Iterable[str]:
    for column in table.columns:
        if column.generated and column.name in columns:
            yield f"{column.name} is generated: PostgreSQL computes it, leave it out"


def _missing(table: Table, columns: Sequence[str]) -> Iterable[str]:
    if table.found.has_before:
        return  # a trigger may fill it in; the server looks after that
    for column in table.columns:
        given = column.name in columns or column.has_default or column.generated
        if column.not_null and not given:
            yield f"{column.name} is missing: it is NOT NULL and has no default"


def refuse_miscounted(columns: Sequence[str], fields: Sequence[str]) -> None:
    """Return where as many columns were named as the header has fields. Raises UsageError."""
    if len(columns) != len(fields):
        raise UsageError(
            f"--columns names {counted(len(columns), 'column')}, and the header has {counted(len(fields), 'field')}",
            hint="name a column for each field, in their order; without --columns the header says it",
        )


def cut(text: str, length: int = 80) -> str:
    """Return a text as far as it is shown.

    >>> cut("abcdef", 4)
    'abcd...'
    """
    return text if len(text) <= length else text[:length] + "..."
