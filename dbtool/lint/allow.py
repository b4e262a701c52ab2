"""What is allowed: comments above a statement, and [lint] in safety/policy.toml; each with a reason, for a time.

-- dbtool: allow drop-column because nobody has read it since release 41 until 2027-01-31

[[lint.allow]]
path = "migrations/2019*"
hazard = "drop-column"
reason = "applied everywhere long ago"
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

from dbtool.config import Project
from dbtool.errors import BadFile
from dbtool.finding import Finding, Place, Severity
from dbtool.lint.told import NO_STATEMENT, Told
from dbtool.marks import mark_of
from dbtool.script import Script
from dbtool.spelling import close_words
from dbtool.toml import key_lines, read_toml

POLICY = Path("safety") / "policy.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """One comment: what it allows in the statement below it, and where it stands."""

    hazard: str
    reason: str
    until: str  # as it is written; "" for no date
    statement: int
    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAllow:
    """One entry of [lint] allow in safety/policy.toml."""

    path: str
    hazard: str
    reason: str
    until: date | None = None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class LintPolicy:
    """What [lint] in safety/policy.toml says: what is allowed where, and which optional rules are told."""

    allows: tuple[FileAllow, ...] = ()
    on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is left of a file's findings, with those on its allows; and what was allowed."""

    told: tuple[Told, ...]
    allowed: tuple[Told, ...] = ()
    used: frozenset[int] = field(default=frozenset[int]())  # which entries of the policy allowed something


# ---- comments in a file

_until = re.compile(r"[ \t]*\buntil[ \t]+(\d[\w./-]*)[ \t.]*$", re.IGNORECASE)


def allows_of(script: Script) -> tuple[Allow, ...]:
    """Return the allows in the comments above each statement. Pure."""
    return tuple(_allows(script))


def _allows(script: Script) -> Iterator[Allow]:
    if script.source.find(b"dbtool:") < 0:
        return
    before = 0
    for number, statement in enumerate((*script.statements, None)):
        end = statement.start if statement else len(script.source)
        if script.source.find(b"dbtool:", before, end) >= 0:
            yield from _in_gap(script, before, end, number if statement else NO_STATEMENT)
        if statement:
            before = statement.data.end if statement.data else statement.end


def _in_gap(script: Script, start: int, end: int, number: int) -> Iterator[Allow]:
    for line in script.source[start:end].splitlines(keepends=True):
        mark = mark_of(text := line.decode(errors="replace").lstrip("\ufeff"))
        if mark and mark.allowed and (start == 0 or script.source[start - 1 : start] == b"\n"):
            until = _until.search(mark.said)
            place = script.place(start)
            yield Allow(
                hazard=mark.hazard, reason=mark.said[: until.start()] if until else mark.said,
                until=until[1] if until else "", statement=number,
                line=place.line, column=1 + len(text) - len(text.lstrip()), end_column=1 + len(text.rstrip()),
            )  # fmt: skip
        start += len(line)


def foreign_ignores(script: Script) -> Iterator[tuple[int, int]]:
    """Yield where comments of squawk hide findings, from one byte to another. Pure."""
    if script.source.find(b"squawk-ignore") < 0:
        return
    text = script.source[:]
    for found in re.finditer(rb"(?:--|/\*)[ \t]*squawk-ignore[^\n]*", text):
        yield found.start(), found.start() + len(found[0].rstrip())


# ---- the policy

_entry = re.compile(r"\s*\[\[\s*lint\.allow\s*\]\]")
_KEYS = ("path", "hazard", "reason", "until")


def read_lint_policy(project: Project, known: Collection[str], optional: Collection[str]) -> LintPolicy:
    """Return what [lint] in safety/policy.toml says. Reads the file. Raises BadFile with every mistake in it."""
    file = project.root / POLICY
    if not file.is_file():
        return LintPolicy()
    text, raw = read_toml(file)
    lines = key_lines(text)
    entries = [
        n for n, line in enumerate(text.splitlines(), start=1) if re.match(r"\s*\[\[\s*lint\.allow\s*\]\]", line)
    ]
    policy, wrong = _policy(raw.get("lint", {}), file, entries or [lines.get("lint.allow", 1)], known, optional)
    if wrong:
        raise BadFile(*wrong)
    return policy


def _policy(
    raw: Any, file: Path, entries: Sequence[int], known: Collection[str], optional: Collection[str]
) -> tuple[LintPolicy, list[Finding]]:
    wrong: list[Finding] = []

    def note(line: int, message: str, help: str = "") -> None:
        wrong.append(Finding(id="policy", message=message, help=help, place=Place(path=file, line=line)))

    if not isinstance(raw, dict):
        note(1, "lint must be a table: [lint]")
        return LintPolicy(), wrong
    table = cast(dict[str, Any], raw)
    for key in table:
        if key not in ("allow", "on"):
            note(1, f"lint.{key} is not a key that dbtool knows: expected allow, on")
    on: list[str] = []
    for word in cast(list[Any], table.get("on", [])) if isinstance(table.get("on", []), list) else [table["on"]]:
        if word in optional:
            on.append(word)
        else:
            note(1, f"lint.on: {word!r} is no rule that can be switched on", _meant(f"{word}", optional))
    allows: list[FileAllow] = []
    given = table.get("allow", [])
    for number, entry in enumerate(cast(list[Any], given) if isinstance(given, list) else [given]):
        line = entries[min(number, len(entries) - 1)]
        mistakes = list(_mistakes(entry, known))
        for message, help in mistakes:
            note(line, f"lint.allow: {message}", help)
        if not mistakes:
            until = entry.get("until")
            until = until.date() if isinstance(until, datetime) else until
            allows.append(FileAllow(
                path=entry["path"], hazard=entry["hazard"], reason=entry.get("reason", ""),
                until=_date(f"{until or ''}"),
                place=Place(path=file, line=line),
            ))  # fmt: skip
    return LintPolicy(allows=tuple(allows), on=frozenset(on)), wrong


def _mistakes(entry: Any, known: Collection[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(entry, dict):
        yield "each entry is a table", '[[lint.allow]] path = "...", hazard = "...", reason = "..."'
        return
    table = cast(dict[str, Any], entry)
    for key in table:
        if key not in _KEYS:
            yield f"{key} is not a key that dbtool knows", "expected " + ", ".join(_KEYS)
    for key in ("path", "hazard"):
        if not isinstance(table.get(key), str) or not table[key]:
            yield f"{key} is missing", "[[lint.allow]] has " + ", ".join(_KEYS)
    if not isinstance(table.get("reason", ""), str):
        yield "reason must be a text", ""
    if isinstance(word := table.get("hazard"), str) and word not in known:
        yield f"there is no hazard {word}", _meant(word, known)
    if (until := table.get("until")) is not None and not isinstance(until, date) and _date(f"{until}") is None:
        yield f"until must be a date such as 2027-01-31, found {until!r}", ""


# ---- judging


def judge(
    told: Sequence[Told], allows: Sequence[Allow], policy: LintPolicy, *, path: str, today: date,
    known: Collection[str], quiet: Collection[str] = (),
) -> Judged:  # fmt: skip
    """Return the findings of the file at *path* (from the project's folder) that are not allowed, and those on allows.

    *known* are the hazards that there are; an allow of one in *quiet* is not told where it allows nothing. Pure.
    """
    good = [a for a in allows if a.hazard in known and not list(_complaints(a, today, known))]
    used: set[Allow] = set()
    entries: set[int] = set()
    kept: list[Told] = []
    allowed: list[Told] = []
    for one in told:
        above = [a for a in good if a.hazard == one.id and _covers(a, one)]
        here = [
            n for n, entry in enumerate(policy.allows)
            if entry.hazard == one.id and entry.reason.strip() and not (entry.until and entry.until < today)
            and _matches(path, entry.path)
        ]  # fmt: skip
        used |= set(above)
        entries |= set(here)
        (allowed if above or here else kept).append(one)
    for allow in allows:
        kept += _complaints(allow, today, known)
        if allow in good and allow not in used and allow.hazard not in quiet:
            message = f"nothing here is {allow.hazard}: the allow allows nothing"
            kept.append(_on(allow, "unused-allow", message, "take it out", Severity.NOTE))
    return Judged(told=tuple(kept), allowed=tuple(allowed), used=frozenset(entries))


def complaints_on(policy: LintPolicy, today: date) -> Iterator[Finding]:
    """Yield a finding for each entry of the policy that has no reason, or is past its date. Pure."""
    for entry in policy.allows:
        if not entry.reason.strip():
            yield Finding(
                id="allow-without-reason", message=f"{entry.hazard} is allowed in {entry.path}, and no reason is given",
                help='reason = "..."', place=entry.place,
            )  # fmt: skip
        elif entry.until and entry.until < today:
            yield Finding(
                id="allow-expired", message=f"{entry.hazard} was allowed in {entry.path} until {entry.until}",
                help="do what it waited for, or give it another date", place=entry.place,
            )  # fmt: skip


def _covers(allow: Allow, told: Told) -> bool:
    if told.statement == NO_STATEMENT:
        return allow.statement in (0, NO_STATEMENT)  # of the file as such: at its top, or at its end
    return allow.statement == told.statement


def _complaints(allow: Allow, today: date, known: Collection[str]) -> Iterator[Told]:
    until = _date(allow.until)
    if allow.hazard not in known:
        yield _on(allow, "unknown-hazard", f"there is no hazard {allow.hazard}", _meant(allow.hazard, known))
    elif not re.search(r"\w", allow.reason):
        help = f"-- dbtool: allow {allow.hazard} because <why it is harmless here>"
        yield _on(allow, "allow-without-reason", f"{allow.hazard} is allowed, and no reason is given", help)
    elif allow.until and until is None:
        yield _on(allow, "allow-expired", f"until is followed by a date, found {allow.until}", "until 2027-01-31")
    elif until and until < today:
        help = "do what it waited for, or give it another date"
        yield _on(allow, "allow-expired", f"{allow.hazard} was allowed until {allow.until}", help)


def _on(allow: Allow, id: str, message: str, help: str, severity: Severity = Severity.ERROR) -> Told:
    return Told(
        id=id, message=message, help=help, severity=severity, source="dbtool", statement=allow.statement,
        line=allow.line, column=allow.column, end_line=allow.line, end_column=allow.end_column,
    )  # fmt: skip


def _meant(word: str, known: Collection[str]) -> str:
    close = close_words(word, known)
    return f"did you mean {close[0]}? dbtool lint --rules lists them" if close else "dbtool lint --rules lists them"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _matches(path: str, pattern: str) -> bool:
    """Return whether a glob means this path; ** is any number of folders, * stays in one.

    >>> _matches("sql/a/b.sql", "sql/**"), _matches("sql/a/b.sql", "sql/*.sql"), _matches("m/2019_a.sql", "m/2019*")
    (True, False, True)
    """
    parts, wanted = path.split("/"), pattern.split("/")

    def rest(i: int, j: int) -> bool:
        if j == len(wanted):
            return i == len(parts)
        if wanted[j] == "**":
            return any(rest(k, j + 1) for k in range(i, len(parts) + 1))
        return i < len(parts) and fnmatchcase(parts[i], wanted[j]) and rest(i + 1, j + 1)

    return rest(0, 0)
