"""A pending file in the statements that a rehearsal runs, and how one is run."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from dbtool.finding import Place
from dbtool.migrations import Migration
from dbtool.rehearsal.seen import Seen
from dbtool.runner.failure import StatementFailed, statement_failed
from dbtool.script import Script, Statement
from dbtool.shadow.tamed import tame

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.kinds import Kind

ON_A_SHADOW = "it was tried on a shadow, and nothing else was touched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One statement, and what was seen of it."""

    number: int  # in its file, from 1
    sql: str
    place: Place
    outside: str  # why it cannot run in a transaction, "" where it can
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A statement as it is run: without what would reach beyond the shadow."""

    statement: Statement
    number: int
    run: tuple[bytes, ...]
    kind: "Kind"

    def rehearsed(self, script: Script, seen: Seen) -> Rehearsed:
        """Return the statement with what was seen of it."""
        return Rehearsed(
            number=self.number,
            sql=script.text(self.statement).decode(errors="replace"),
            place=script.place(self.statement.start),
            outside=self.kind.outside,
            seen=seen,
        )


class Failed(Exception):
    """A statement that the server refused, and what it said."""

    def __init__(self, error: StatementFailed) -> None:
        super().__init__(str(error))
        self.error = error


def pieces_of(script: Script, *, tamed: bool = True) -> list[Piece]:
    """Return the statements of a file as they are run; *tamed*: without what would reach beyond a shadow."""
    return [_piece(script, n, s, kind, tamed) for n, (s, kind) in enumerate(script.kinds(), start=1)]


_whole = re.compile(rb"reindex\b.*\b(database|system)\b", re.IGNORECASE)  # by the target's name


def _piece(script: Script, number: int, statement: Statement, kind: "Kind", tamed: bool) -> Piece:
    text = script.text(statement)
    shadowed = tame(text)
    # a shadow passes over VACUUM and its kin, and has no need of CONCURRENTLY: here they are what is looked at
    upkeep = shadowed.passed_over == "upkeep" and not _whole.match(text)
    as_it_is = not tamed or upkeep or (kind.outside and b"concurrently" in text.lower())
    run = (text,) if as_it_is else shadowed.run
    return Piece(statement=statement, number=number, run=run, kind=kind)


_local = re.compile(rb"(set\s+)local\b", re.IGNORECASE)


def lasting(piece: Piece) -> Piece:
    """Return SET LOCAL as what lasts for those after it, each in a transaction of its own; others as they are."""
    return replace(piece, run=tuple(_local.sub(rb"\1session", sql) if _local.match(sql) else sql for sql in piece.run))


def run_piece(
    conn: "Conn", migration: Migration, script: Script, piece: Piece, *, aftermath: str = ON_A_SHADOW
) -> None:
    """Run one statement. Writes. Raises Failed with what the server said, at its place."""
    import psycopg

    try:
        if piece.statement.data:
            with conn.cursor() as cursor, cursor.copy(piece.run[0]) as copy:
                for data in script.data(piece.statement):
                    copy.write(data)
            return
        for sql in piece.run:
            conn.execute(cast(Any, sql))
    except psycopg.Error as error:
        raise Failed(
            statement_failed(
                error.diag,
                migration=migration.id,
                script=script,
                statement=piece.statement,
                number=piece.number,
                aftermath=aftermath,
                path=migration.path,
            )
        ) from None
