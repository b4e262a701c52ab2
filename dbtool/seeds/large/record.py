"""What the ledger's log knows of a large seed set: its last run, and which parts of it are written."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.ledger import note, read_note
from dbtool.queries import query
from dbtool.seeds.large.part import Written, read_part
from dbtool.who import who

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.seeds.large import LargeSet
    from dbtool.seeds.large.amounts import Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a set: what it was made from, whether it came to its end, and the parts that are written, by file."""

    id: str
    recipe: str
    finished: bool
    parts: Mapping[str, Mapping[int, Written]]

    @property
    def rows(self) -> int:
        """The rows that its parts wrote."""
        return sum(written.rows for parts in self.parts.values() for written in parts.values())


def recipe_of(large: "LargeSet", amounts: "Amounts") -> str:
    """Return a digest of all that decides which rows a run writes, and in which parts. Reads the files' texts."""
    made = hashlib.sha256()
    for file in (*large.before, *(f.file for f in large.files), *large.behind):
        made.update(f"{file.name}\0".encode() + bytes(file.script.source[:]) + b"\0")
    made.update(repr((sorted(amounts.variables.items()), amounts.batch, amounts.number)).encode())
    return made.hexdigest()[:16]


def read_run(conn: "Conn", set: str, *, schema: str) -> Run | None:
    """Return the last run of a set, None where the log has none, or there is no ledger. Read-only, one round trip."""
    import psycopg

    try:
        rows = cast(list[Any], conn.execute(query("seed/runs", schema=schema), {"set": set}).fetchall())
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        conn.rollback()
        return None
    if not rows:
        return None
    said = read_note(rows[0][1])
    parts: dict[str, dict[int, Written]] = {}
    for id, _, operation, file, comment in rows:
        if operation == "seed-part" and id == rows[0][0]:
            written = read_part(comment)
            parts.setdefault(file, {})[written.number] = written
    return Run(id=rows[0][0], recipe=said.get("recipe", ""), finished=said.get("state") == "done", parts=parts)


def begin_run(conn: "Conn", set: str, recipe: str, number: int, *, schema: str) -> str:
    """Forget the earlier runs of a set, record a new one, and return its id. Writes, in the caller's transaction.

    A part of an earlier run that is under way is waited for; it is recorded before its record goes.
    """
    run = str(uuid.uuid4())
    user, host = who()
    conn.execute(query("seed/forget_runs", schema=schema), {"set": set})
    conn.execute(query("seed/forget_parts", schema=schema))
    conn.execute(
        query("seed/begin_run", schema=schema),
        {"run": run, "set": set, "user": user, "host": host, "note": _note("running", recipe, number)},
    )
    return run


def end_run(
    conn: "Conn", run: str, recipe: str, number: int, files: Sequence[tuple[str, int, str]], *, schema: str
) -> None:
    """Record that a run came to its end, with rows and checksum of each file. Writes, in the caller's transaction."""
    user, host = who()
    conn.execute(
        query("seed/end_run", schema=schema),
        {
            "run": run, "user": user, "host": host, "note": _note("done", recipe, number),
            "files": [name for name, _, _ in files],
            "notes": [note(rows=rows, checksum=checksum) for _, rows, checksum in files],
        },
    )  # fmt: skip


def total(parts: Iterable[Written]) -> tuple[int, int]:
    """Return the rows of some parts and their checksum, in whatever order they were written. Pure.

    >>> total([Written(number=2, rows=10, checksum=-5), Written(number=1, rows=7, checksum=3)])
    (17, -2)
    """
    rows = checksum = 0
    for written in parts:
        rows, checksum = rows + written.rows, checksum + written.checksum
    return rows, checksum


def _note(state: str, recipe: str, number: int) -> str:
    return note(state=state, recipe=recipe, number=number)
