"""Told: what one of the sources has seen in a file, with its place; what the cache keeps, and findings are made of."""

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from dbtool.finding import Finding, Place, Severity
from dbtool.script import Script

NO_STATEMENT = -1  # it is about the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that was seen: lines and columns from 1, the columns in characters; line 0 is the file as such."""

    id: str
    message: str
    help: str
    severity: Severity
    source: str
    statement: int = NO_STATEMENT  # its number in the file, from 0
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def finding(self, path: Path, *, migration: str = "", url: str = "") -> Finding:
        """Return it as it is told of *path*."""
        return Finding(
            id=self.id,
            message=self.message,
            help=self.help,
            severity=self.severity,
            place=Place(path=path, line=self.line, column=self.column),
            end=Place(path=path, line=self.end_line, column=self.end_column) if self.end_line else None,
            migration=migration,
            source=self.source,
            url=url,
        )


def located(
    script: Script, *, id: str, message: str, help: str, severity: Severity, source: str, start: int, end: int
) -> Told:
    """Return what was seen between two bytes of a script."""
    lines = _lines(script)
    line, column = _point(script, lines, start)
    end_line, end_column = _point(script, lines, max(start, end))
    return Told(
        id=id, message=message, help=help, severity=severity, source=source, statement=number_of(script, start),
        line=line, column=column, end_line=end_line, end_column=end_column,
    )  # fmt: skip


_latest: list[tuple[Script, list[int]]] = []


def _lines(script: Script) -> list[int]:
    """Return where each line starts. Kept for the latest script: a file has many findings, one after the other."""
    if not _latest or _latest[0][0] is not script:
        starts = [0]
        while end := script.source.find(b"\n", starts[-1]) + 1:
            starts.append(end)
        _latest[:] = [(script, starts)]
    return _latest[0][1]


def _point(script: Script, lines: list[int], offset: int) -> tuple[int, int]:
    """Return line and column as Script.place() does."""
    number = bisect_right(lines, offset)
    before = script.source[lines[number - 1] : offset]
    if number == 1:
        before = before.removeprefix(b"\xef\xbb\xbf")
    return number, 1 + (len(before) if before.isascii() else len(before.decode(errors="replace")))


def number_of(script: Script, offset: int) -> int:
    """Return the number of the statement that a byte lies in; that of the next one for a comment above it."""
    number = bisect_right(script.statements, offset, key=lambda statement: statement.start) - 1
    if number >= 0 and offset <= script.statements[number].end:
        return number
    return number + 1 if number + 1 < len(script.statements) else NO_STATEMENT


def number_at(script: Script, line: int, column: int) -> int:
    """Return the number of the statement at a line and a column, as number_of() does."""
    start = 0
    for _ in range(line - 1):
        start = script.source.find(b"\n", start) + 1
    end = script.source.find(b"\n", start)
    text = script.source[start : end if end >= 0 else len(script.source)].decode(errors="replace")
    return number_of(script, start + len(text[: column - 1].encode()))


def of_file(finding: Finding) -> Told:
    """Return a finding of read_script() as one of ours, without its excerpt: it is drawn with the place."""
    place = finding.place
    return Told(
        id=finding.id,
        message=finding.message.split("\n")[0],
        help=finding.help,
        severity=finding.severity,
        source=finding.source,
        line=place.line if place else 0,
        column=place.column if place else 0,
    )
