"""A rehearsal as people read it: on a terminal, and in a pull request. Pure."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dbtool.finding import Finding
from dbtool.lock_modes import Lock
from dbtool.rehearsal.estimate import Work, span
from dbtool.rehearsal.rehearse import Undone
from dbtool.rehearsal.seen import Seen
from dbtool.rehearsal.traffic import Table, Traffic
from dbtool.rehearsal.verdict import Judged, JudgedFile, Verdict
from dbtool.report import counted, seconds, sized

MARKS = {Verdict.SAFE: "+", Verdict.ONLINE: "~", Verdict.WINDOW: "!", Verdict.FAILS: "!"}
_SHOWN = 8  # names in a row
_WIDE = 116  # characters of a line of prose
_LONG = 60.0  # seconds: an older transaction holds a lock up for longer than anybody waits


def lines_of(file: JudgedFile, traffic: Traffic) -> Iterator[str]:
    """Yield what is told of one migration."""
    how = "in one transaction" if file.file.transactional else "statement by statement"
    yield f"{MARKS[file.verdict]} {file.file.migration.id}: {file.verdict} ({how})"
    if file.file.unseen:
        yield f"    nothing was looked at: {file.file.unseen}"
    quiet = 0
    for judged in file.statements:
        if told := list(_statement(judged, traffic)):
            yield f"  {MARKS[judged.verdict]} {judged.statement.number}. {first_words(judged.statement.sql)}"
            yield from (f"       {line}" for line in told)
        else:
            quiet += 1
    if quiet:
        more = " more" if quiet < len(file.statements) else ""
        yield f"  + {counted(quiet, 'statement')}{more}: nothing waits for {'it' if quiet == 1 else 'them'}"
    if held := _held(file, traffic):
        yield f"    held together until the end: {held}"
    if file.file.undone:
        yield f"    rollback: {undone(file)}"
    for finding, why in file.dismissed:
        yield f"    dismissed: {finding.id} at line {finding.place.line if finding.place else 0}; {why}"
    if file.file.failure:
        yield from (f"    {line}" for line in file.file.failure.message.splitlines())


def findings_of(file: JudgedFile) -> Iterator[str]:
    """Yield what `lint` found in one migration and the rehearsal does not disprove."""
    told = {judged.instead for judged in file.statements if judged.verdict is not Verdict.SAFE}
    for finding in file.findings:
        place = f" at line {finding.place.line}" if finding.place and finding.place.line else ""
        yield from _hanging(f"    {finding.severity}{place}: ", f"{finding.message} [{finding.id}]", indent=6)
        if finding.help and finding.help not in told:
            yield from _hanging("      instead: ", finding.help)


def _hanging(start: str, text: str, indent: int | None = None) -> Iterator[str]:
    """Yield a text in lines of some width, those after the first indented; its own lines stay apart.

    >>> list(_hanging("- ", "one\\ntwo"))
    ['- one', '  two']
    """
    after = " " * (len(start) if indent is None else indent)
    for number, line in enumerate(text.splitlines()):
        yield from textwrap.wrap(
            line, _WIDE, initial_indent=after if number else start, subsequent_indent=after,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip


def undone(file: JudgedFile) -> str:
    """Return what came of the rollback."""
    told = file.file.undone_told
    match file.file.undone:
        case Undone.RESTORES:
            return "restores the same schema, tried"
        case Undone.DIFFERS:
            return f"does not restore the schema: {told}"
        case Undone.FAILS:
            return f"fails: {told}"
        case _:
            return told


def _statement(judged: Judged, traffic: Traffic) -> Iterator[str]:
    seen = judged.statement.seen
    strong = strong_locks(seen)
    for lock in sorted(set(strong.values()), reverse=True):
        names = sorted(name for name, held in strong.items() if held is lock)
        yield f"locks {_listed(names)}: {lock}, {lock.blocks}{_traffic(names, traffic)}"
    for work in judged.work:
        yield work_told(work, bool(judged.blocked))
    others = sorted(set(judged.blocked) - set(seen.locks))
    if others and judged.work:
        yield f"while {_listed(others)} {'is' if len(others) == 1 else 'are'} locked since a statement before"
    if judged.statement.outside and judged.work:
        yield f"outside of a transaction: {judged.statement.outside}"
    if judged.instead and judged.verdict is not Verdict.SAFE:
        first, *rest = judged.instead.splitlines()
        yield f"instead: {first}"
        yield from (f"         {line}" for line in rest)


def strong_locks(seen: Seen) -> Mapping[str, Lock]:
    """Return the locks that keep others waiting; that of an index is left out where its table's is as strong."""
    strong = {name: lock for name, lock in seen.locks.items() if lock >= Lock.SHARE}
    return {name: lock for name, lock in strong.items() if strong.get(seen.indexes.get(name, ""), 0) < lock}


def work_told(work: Work, blocking: bool) -> str:
    """Return what is done to a table, and how long others may wait for it."""
    size = f"{work.rows:,} rows, {sized(work.bytes)}"
    waits = "while others wait" if blocking else "and nobody waits"
    return f"{work.does} {work.table}: {size}: {span(work.fast, work.slow)}, {waits}"


def _traffic(names: Iterable[str], traffic: Traffic) -> str:
    """Return who uses these tables, "" where nobody does."""
    tables = [traffic.tables[name] for name in names if name in traffic.tables]
    return f" ({_busy(tables)})" if any(_is_used(table) for table in tables) else ""


def _is_used(table: Table) -> bool:
    return table.reads_per_second >= 1 or table.writes_per_second >= 1 or table.sessions > 0


def _busy(tables: Sequence[Table]) -> str:
    reads = sum(table.reads_per_second for table in tables)
    writes = sum(table.writes_per_second for table in tables)
    sessions = max(table.sessions for table in tables)
    told = f"{reads:,.0f} reads and {writes:,.0f} written rows a second"
    return f"{told}, {counted(sessions, 'session')} in it now" if sessions else told


def _held(file: JudgedFile, traffic: Traffic) -> str:
    """Return the strong locks that a transaction has at its end, "" where it is one or none."""
    strong = {n: lock for n, lock in file.file.held.items() if lock >= Lock.SHARE and n in traffic.tables}
    if len(strong) < 2:
        return ""
    return "; ".join(
        f"{lock} on {_listed(sorted(n for n, held in strong.items() if held is lock))}"
        for lock in sorted(set(strong.values()), reverse=True)
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def first_words(sql: str, length: int = 90) -> str:
    """Return a statement in one line, cut to *length* characters.

    >>> first_words("ALTER TABLE t\\n    ADD COLUMN a int")
    'ALTER TABLE t ADD COLUMN a int'
    """
    line = " ".join(sql.split())
    return line if len(line) <= length else f"{line[: length - 3]}..."


def around(traffic: Traffic, verdict: Verdict) -> Iterator[str]:
    """Yield what of the target itself speaks for another moment."""
    if traffic.oldest_seconds >= _LONG:
        yield (
            f"the oldest transaction is {seconds(traffic.oldest_seconds)} old (pid {traffic.oldest_pid}): a lock on "
            "what it uses waits for its end, and so does CONCURRENTLY; migrate gives way, and tries again"
        )
    copies = " and ".join(
        counted(number, noun) for number, noun in ((traffic.standbys, "standby"), (traffic.slots, "slot")) if number
    )
    if copies and verdict is not Verdict.SAFE:
        yield f"what is rewritten or built goes through the WAL as well: {copies} will fall behind meanwhile"


def markdown(files: Sequence[JudgedFile], traffic: Traffic, verdict: Verdict, target: str) -> str:
    """Return the whole as a comment of a pull request."""
    return (
        "\n".join([f"### dbtool plan: {verdict}", "", target, "", *_rows(files, traffic), *_notes(files, traffic)])
        + "\n"
    )


def _rows(files: Sequence[JudgedFile], traffic: Traffic) -> Iterator[str]:
    yield "| migration | statement | locks | work | verdict |"
    yield "|---|---|---|---|---|"
    for file in files:
        for judged in file.statements:
            locks = strong_locks(judged.statement.seen)
            if locks or judged.work:
                told = "<br>".join(f"{lock} on {cell(n)}" for n, lock in locks.items()) or "none that blocks"
                work = "<br>".join(cell(work_told(w, bool(judged.blocked))) for w in judged.work) or "none"
                words = cell(first_words(judged.statement.sql, 60))
                yield f"| {file.file.migration.id} | `{words}` | {told} | {work} | {judged.verdict} |"
        if not any(j.work or j.blocked for j in file.statements):
            yield f"| {file.file.migration.id} | all | none that blocks | none | {file.verdict} |"


def _notes(files: Sequence[JudgedFile], traffic: Traffic) -> Iterator[str]:
    yield ""
    for file in files:
        yield f"- **{file.file.migration.id}**: rollback {undone(file) or 'not tried'}"
        for judged in file.statements:
            if judged.instead and judged.verdict is not Verdict.SAFE:
                yield f"- statement {judged.statement.number}, instead:"
                yield from ("", "  ```sql", *(f"  {line}" for line in judged.instead.splitlines()), "  ```", "")
        yield from (f"- {_found(finding)}" for finding in file.findings)
        for finding, why in file.dismissed:
            yield f"- dismissed: {finding.id}, {cell(why)}"
        if file.file.failure:
            yield from ("", "  ```", *(f"  {line}" for line in file.file.failure.message.splitlines()), "  ```", "")


def _found(finding: Finding) -> str:
    place = f" ({finding.place})" if finding.place else ""
    return f"{finding.severity}: {cell(finding.message.splitlines()[0])} [{finding.id}]{place}"


def cell(text: str) -> str:
    """Return a text that is one cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("`", "'")
