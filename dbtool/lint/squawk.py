"""squawk, run as a program: the only file that knows it. docs/decisions/lint.md says what is made of its findings.

Its JSON counts lines from 0 and columns in bytes from 0; what it says of a file is put where PostgreSQL's own parser
sees the statements. A text that squawk's parser does not take, and PostgreSQL's does, is told as not analysed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dbtool.beside import beside
from dbtool.errors import DbtoolError
from dbtool.finding import Severity
from dbtool.lint.source import Role, Source
from dbtool.lint.squawk_rules import LEFT_OUT, RULES, Known
from dbtool.lint.told import Told, located, number_of
from dbtool.lint.tree import relation_name

_ARGUMENTS = 60_000  # characters of paths in one call: the least that systems take is 128 kB
_special = re.compile(r"[*?\[\]{}!\\]")


class SquawkFailed(DbtoolError):
    """squawk is not there, or did not answer as it should. Exit code 2."""

    exit_code = 2


@cache
def find_squawk() -> Path | None:
    """Return the binary that squawk-cli brought: beside the interpreter, where scripts go, or on the PATH."""
    name = "squawk.exe" if os.name == "nt" else "squawk"
    folders = (Path(sys.executable).parent, *(Path(p) for p in (sysconfig.get_path("scripts"),) if p))
    beside = next((folder / name for folder in folders if (folder / name).is_file()), None)
    found = shutil.which(name)
    return beside or (Path(found) if found else None)


@cache
def squawk_version() -> str:
    """Return squawk's version, "" where it is not there."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("squawk-cli") if find_squawk() else ""
    except PackageNotFoundError:
        return _Process(["--version"]).text().strip()


def examine(
    sources: Sequence[Source], *, version: int, optional: Iterable[str] = ()
) -> Callable[[], Mapping[Path, Sequence[Told]]] | None:
    """Start squawk on the files; the function that comes back waits for what it says. None: it is not here.

    Runs processes. *version* is the server's major version; *optional* are ids of rules that are left out otherwise.
    """
    if not sources:
        return dict
    if find_squawk() is None:
        return None
    wanted = {name for name, known in RULES.items() if known.optional and known.id in set(optional)}
    folder = TemporaryDirectory(prefix="dbtool-lint-")
    names = {str(_readable(source, Path(folder.name), number)): source for number, source in enumerate(sources)}
    answers = [
        beside(_Process(_arguments(paths, transactional, version, wanted)).done)
        for transactional in (True, False)
        for paths in _calls([name for name, source in names.items() if source.transactional is transactional])
    ]

    def answer() -> Mapping[Path, Sequence[Told]]:
        with folder:
            found: dict[Path, list[Told]] = {}
            for told in answers:
                for name, entries in told.result().items():
                    source = names[name]
                    found[source.path] = list(_told(source, entries))
            return found

    return answer


def _readable(source: Source, folder: Path, number: int) -> Path:
    """Return a file that squawk reads as it is meant: a copy where the path is a pattern, or COPY's data follow it."""
    data = [statement.data for statement in source.script.statements if statement.data]
    if not data and not _special.search(str(source.path)):
        return source.path.absolute()
    text = bytearray(source.script.source[:])
    for span in data:  # lines and columns stay what they are
        text[span.start : span.end] = re.sub(rb"[^\n]", b" ", text[span.start : span.end])
        text[span.end : span.end + 2] = b"  "  # the \. after them
    copy = folder / f"{number}.sql"
    copy.write_bytes(text)
    return copy


def _calls(paths: list[str]) -> Iterator[list[str]]:
    call: list[str] = []
    size = 0
    for path in paths:
        if call and size + len(path) > _ARGUMENTS:
            yield call
            call, size = [], 0
        call.append(path)
        size += len(path) + 1
    if call:
        yield call


def _arguments(paths: list[str], transactional: bool, version: int, wanted: Iterable[str]) -> list[str]:
    included = [word for name in sorted(wanted) for word in ("--include", name)]
    excluded = [word for name in LEFT_OUT for word in ("--exclude", name)]
    # A .squawk.toml of the project would hide findings, without a word on why.
    given = ["--config", os.devnull, "--reporter", "json", "--pg-version", f"{version}", *included, *excluded]
    return [*given, *(["--assume-in-transaction"] if transactional else []), *paths]


class _Process:
    """A process of squawk that runs already."""

    def __init__(self, arguments: list[str]) -> None:
        binary = find_squawk()
        if binary is None:
            raise SquawkFailed("squawk is not here", hint="pip install squawk-cli")
        self._process = subprocess.Popen(
            [binary, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def text(self) -> str:
        """Return what it prints."""
        return self._process.communicate()[0].decode(errors="replace")

    def done(self) -> dict[str, list[dict[str, Any]]]:
        """Return what it says, file by file. Raises SquawkFailed."""
        out, complaint = self._process.communicate()
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        try:
            if self._process.returncode not in (0, 1):
                raise ValueError
            for entry in json.loads(out or b"[]"):
                found[entry["file"]].append(entry)
        except (ValueError, TypeError, KeyError):
            said = complaint.decode(errors="replace").strip() or f"exit code {self._process.returncode}"
            hint = "pip install -U squawk-cli"
            raise SquawkFailed(f"squawk did not answer: {said.splitlines()[0]}", hint=hint) from None
        return found


def _told(source: Source, entries: Iterable[dict[str, Any]]) -> Iterator[Told]:
    """Yield what squawk says of a file, at the statements that PostgreSQL's parser sees."""
    script = source.script
    lines = [0]
    while end := script.source.find(b"\n", lines[-1]) + 1:
        lines.append(end)
    unread: set[int] = set()
    seen: set[tuple[str, int]] = set()
    for entry in entries:
        start = _offset(lines, len(script.source), entry["line"], entry["column"])
        end = _offset(lines, len(script.source), entry["line_end"], entry["column_end"])
        number = max(number_of(script, start), 0)
        if entry["rule_name"] == "syntax-error":
            unread.add(number)
            continue
        known = RULES.get(entry["rule_name"])
        if known is None or (known.id, start) in seen or not _is_for(known, source, number):
            continue
        if entry["rule_name"] == "constraint-missing-not-valid" and _is_told_better(script.source[start:end]):
            continue
        seen.add((known.id, start))
        first, last = script.statements[number].start, script.statements[number].end
        yield located(
            script, id=known.id, message=_sentence(entry["message"]), help=known.help or _sentence(entry["help"] or ""),
            severity=known.severity, source="squawk", start=max(start, first), end=max(first, min(end, last)),
        )  # fmt: skip
    for number in sorted(unread):
        yield located(
            script, id="not-analysed",
            message="squawk cannot read this statement, which PostgreSQL's own parser takes: its rules were not tried",
            help="nothing, where dbtool's own rules find nothing either; a newer squawk-cli may read it",
            severity=Severity.NOTE, source="squawk",
            start=script.statements[number].start, end=script.statements[number].end,
        )  # fmt: skip


_index_constraint = re.compile(rb"\b(unique|primary\s+key|exclude)\b", re.IGNORECASE)


def _is_told_better(constraint: bytes) -> bool:
    """Return whether another rule tells of this constraint, for which NOT VALID is none or not the whole answer."""
    lowered = constraint.lower()
    return b"references" in lowered or _index_constraint.search(lowered) is not None


def _is_for(known: Known, source: Source, number: int) -> bool:
    if source.role is Role.ROLLBACK and known.forward:
        return False
    if source.role not in (Role.MIGRATION, Role.ROLLBACK):
        return known.anywhere
    return known.anywhere or not _is_on_new_things(source, number)


def _is_on_new_things(source: Source, number: int) -> bool:
    """Return whether a statement is about a table that the file itself makes: nobody waits for it yet."""
    parsed = source.statements[number]
    if parsed.name in ("alter_table_stmt", "index_stmt", "rename_stmt", "reindex_stmt"):
        node = parsed.node
        return node.HasField("relation") and source.is_new(relation_name(node.relation), parsed)
    return False


def _offset(lines: Sequence[int], size: int, line: int, column: int) -> int:
    return min(lines[line] + column, size) if line < len(lines) else size


def _sentence(text: str) -> str:
    return text.replace("`", "").strip()
