"""Draws a Report, an error, the progress of a run; asks a question. The only file that prints to people.

Results go to stdout, talk to stderr. rich is imported where there is a terminal to draw on: 60 ms.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from dbtool.errors import DbtoolError, Interrupted
from dbtool.finding import Finding, Severity
from dbtool.progress import Began, Further, Seeded, Step, Talk, Wrote
from dbtool.report import Report, Table, counted, plain, seconds, to_json
from dbtool.secrets import redact

if TYPE_CHECKING:
    from dbtool.bars import Lines, RowsBars, StepsBar
    from dbtool.where import Where

_colours = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "dim": 2, "bold": 1}


def colour(text: str, name: str, stream: TextIO) -> str:
    """Return *text* in a colour where *stream* is a terminal that wants colours (NO_COLOR, TERM=dumb)."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", None):
        return text
    return f"\x1b[{_colours[name]}m{text}\x1b[0m"


def say(text: str) -> None:
    """Tell a line on stderr, behind the progress bar where one is shown."""
    if _bar is not None:
        _bar.say(redact(text))
    else:
        _write(sys.stderr, redact(text))


def further(text: str) -> None:
    """Show on a terminal how far a run is, in a line that goes away: "" takes it off."""
    if sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", None):
        sys.stderr.write(f"\r\x1b[K{redact(text)[:100]}")
        sys.stderr.flush()


def can_ask() -> bool:
    """Return whether there is a person at a terminal."""
    automated = os.environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")
    return sys.stdin.isatty() and sys.stderr.isatty() and not automated


def ask(question: str) -> str:
    """Return the answer of the person at the terminal."""
    sys.stderr.write(question + ": ")
    sys.stderr.flush()
    return sys.stdin.readline()


def show(report: Report, *, as_json: bool) -> None:
    """Print a report: as text, or as JSON with the same content."""
    if as_json:
        if not report.streamed:
            _write_json(to_json(report))
        return
    if report.text:
        _write(sys.stdout, report.text.rstrip("\n"))
        return
    if report.where:
        _write(sys.stderr, banner(report.where))
    for table in report.tables:
        _draw_table(table)
    for finding in report.findings:
        _draw_finding(finding)
    if report.summary:
        _write(sys.stdout, colour(redact(report.summary), "green" if report.ok else "yellow", sys.stdout))
    for command in report.next:
        _write(sys.stdout, f"  next: {redact(command)}")


def show_error(error: DbtoolError, *, as_json: bool, command: str) -> None:
    """Print an error to stderr, or as JSON to stdout."""
    findings: Sequence[Finding] = getattr(error, "findings", ())
    if as_json:
        answer = {
            "command": redact(command),
            "ok": False,
            "exit_code": error.exit_code,
            "error": {
                "kind": type(error).__name__,
                "message": redact(error.message),
                "hint": redact(error.hint),
                "sqlstate": getattr(error, "sqlstate", None),
                "place": plain(getattr(error, "place", None)),
            },
            "steps": plain(list(error.steps)),
            "findings": plain(list(findings)),
        }
        _write_json(answer)
        return
    for finding in findings:
        _draw_finding(finding)
    if not findings:
        _write(sys.stderr, colour("error: ", "red", sys.stderr) + redact(error.message))
    if error.steps:
        done = error.steps
        before = (
            f"  before that, this run {done[-1].action} {counted(len(done), done[-1].noun)}, up to {done[-1].migration}"
        )
        _write(sys.stderr, before)
    if error.hint:
        _write(sys.stderr, colour("  to do: ", "cyan", sys.stderr) + redact(error.hint))


def banner(where: "Where") -> str:
    """Return which database this is, and why it was chosen, in one line."""
    address, source = f"{where.host}:{where.port}", f"; {where.url_from}"
    if where.embedded:
        address, source = "the embedded server", ""
    return (
        f"{where.environment}: {where.database} on {address} as {where.role}, "
        f"PostgreSQL {where.server_version} ({where.why}{source})"
    )


# ---- progress


_bar: "StepsBar | RowsBars | None" = None


def watch(events: "Iterable[Began | Further | Talk | Wrote | Step]", *, quiet: bool = False) -> tuple[Step, ...]:
    """Show the events of a run as they come, and return its Steps. *quiet*: as for JSON, with how far it is as JSON."""
    global _bar
    steps: list[Step] = []
    began = Began("", 0, 1)
    lines: Lines | None = None
    try:
        for event in events:
            if isinstance(event, Step):
                steps.append(event)
                _show_step(event, quiet)
            elif isinstance(event, Talk):
                say(event.text)
            elif isinstance(event, Wrote):
                lines = lines or _lines(quiet)
                _show_rows(event, lines, quiet)
            elif not quiet and sys.stderr.isatty():
                further = event.text if isinstance(event, Further) else None
                began = event if isinstance(event, Began) else began
                _show_began(began, further)
    except DbtoolError as error:
        error.steps = tuple(steps)
        raise
    except KeyboardInterrupt:
        interrupted = Interrupted(
            "interrupted: what was under way was cancelled and rolled back",
            hint="the same command goes on with the rest; dbtool status shows it",
        )
        interrupted.steps = tuple(steps)
        raise interrupted from None
    finally:
        _stop_bar()
    return tuple(steps)


def _show_began(began: Began, further: str | None) -> None:
    global _bar
    from dbtool.bars import RowsBars, StepsBar

    if isinstance(_bar, RowsBars):
        _stop_bar()
    if _bar is None and (began.of > 1 or further is not None):
        _bar = StepsBar(began.of)
    if isinstance(_bar, StepsBar):
        _bar.began(f"{began.migration} {further or ''}".rstrip())


def _lines(as_json: bool) -> "Lines":
    from dbtool.bars import Lines

    return Lines(as_json=as_json)


def _show_rows(wrote: Wrote, lines: "Lines", quiet: bool) -> None:
    global _bar
    from dbtool.bars import RowsBars

    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") in ("dumb", None):
        for line in lines.of(wrote):
            _write(sys.stderr, line)
        return
    if not isinstance(_bar, RowsBars):
        _stop_bar()
        _bar = RowsBars()
    _bar.show(wrote)


def _stop_bar() -> None:
    global _bar
    if _bar is not None:
        _bar.stop()
        _bar = None


def _show_step(step: Step, quiet: bool) -> None:
    if quiet or (isinstance(step, Seeded) and step.checksum):  # a large file: the table at the end has it
        return
    wrote = f"wrote {counted(step.rows, 'row')}, " if isinstance(step, Seeded) else ""
    line = f"{step.action} {step.migration} ({wrote}{seconds(step.seconds)})"
    if _bar is not None:
        _bar.stepped(line)
    else:
        _write(sys.stderr, line)


# ---- pieces


def _draw_finding(finding: Finding) -> None:
    names = {Severity.ERROR: ("error", "red"), Severity.WARNING: ("warning", "yellow"), Severity.NOTE: ("note", "cyan")}
    label, tint = names[finding.severity]
    place = f"{finding.place}: " if finding.place else ""
    first, *rest = redact(finding.message).split("\n")
    _write(sys.stderr, f"{place}{colour(label, tint, sys.stderr)}: {first} [{finding.id}]")
    for line in rest:
        _write(sys.stderr, "    " + line)
    if finding.help:
        _write(sys.stderr, colour("  to do: ", "cyan", sys.stderr) + redact(finding.help))


def _draw_table(table: Table) -> None:
    if table.title:
        _write(sys.stdout, colour(table.title, "bold", sys.stdout))
    rows = [list(table.columns), *[[redact(cell) for cell in row] for row in table.rows]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    for number, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        _write(sys.stdout, colour(line, "dim", sys.stdout) if number == 0 else line)


def tell(finding: Finding) -> None:
    """Tell a finding on stderr before the work begins, as show() tells those of a report after it."""
    _draw_finding(finding)


def summary_of(steps: Sequence[Step], verb: str, elapsed: float) -> str:
    """Return the line that ends a run.

    >>> summary_of([Step(migration="a", action="applied")], "applied", 1.5)
    'applied 1 migration in 1.5 s'
    """
    return f"{verb} {counted(len(steps), 'migration')} in {seconds(elapsed)}"


def _write_json(answer: dict[str, Any]) -> None:
    import json

    _write(sys.stdout, json.dumps(answer, indent=2, ensure_ascii=False))


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text + "\n")
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
