"""Text, for a person: the place, what is so, the line with what is meant below it, what to do instead."""

import re
from collections.abc import Callable, Sequence

from dbtool.finding import Finding, Severity
from dbtool.lint.formats import path_of

_TINTS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_WIDTH = 110
_no_tab = re.compile(r"[^\t]")
Paint = Callable[[str, str], str]


def draw(findings: Sequence[Finding], summary: str, line_of: Callable[[Finding], str], paint: Paint) -> str:
    """Return the findings with the summary as the last line.

    *line_of* gives the line of the file that a finding is about, *paint* a text in a colour.
    """
    parts = [_drawn(finding, line_of(finding), paint) for finding in findings]
    return "\n\n".join([*parts, paint(summary, "green" if not findings else "bold")])


def _drawn(finding: Finding, line: str, paint: Paint) -> str:
    place, first, *rest = path_of(finding), *finding.message.split("\n")
    if finding.place and finding.place.line:
        place = f"{place}:{finding.place.line}:{finding.place.column}"
    label = paint(finding.severity.value, _TINTS[finding.severity])
    lines = [f"{place + ': ' if place else ''}{label}: {first} [{finding.id}]", *(f"    {more}" for more in rest)]
    if line.strip() and finding.place and finding.place.line:
        lines += _excerpt(finding, line, paint)
    if finding.help and finding.source != "sqlfluff":
        lines.append(paint("  instead: ", "cyan") + finding.help.replace("\n", "\n    "))
    return "\n".join(lines)


def _excerpt(finding: Finding, line: str, paint: Paint) -> list[str]:
    assert finding.place
    start = finding.place.column - 1
    same = finding.end is not None and finding.end.line == finding.place.line
    end = finding.end.column - 1 if finding.end and same else len(line.rstrip())
    cut = max(0, start - 80) if len(line) > _WIDTH else 0
    shown = line[cut : cut + _WIDTH].rstrip()
    number = f"{finding.place.line}"
    # Tabs stay tabs below, so that the caret stands right at any tab width.
    blank = _no_tab.sub(" ", shown[: start - cut])
    marks = "^" * max(1, min(end - cut, len(shown)) - (start - cut))
    return [f"  {number} | {shown}", f"  {' ' * len(number)} | {blank}{paint(marks, _TINTS[finding.severity])}"]
