"""replay(conn, folder): all migrations on a shadow, from the first on, without a record of any.

Many files share a transaction, all sent ahead. Where one of such a batch fails it is rolled back, and its files are
run again as `migrate` would: each by itself. So what fails here fails there, and for the same reason.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dbtool.errors import BadFile, DbtoolError, Unreachable
from dbtool.kinds import kind_of
from dbtool.migrations import Folder, Migration
from dbtool.runner.failure import StatementFailed, diagnostic, statement_failed
from dbtool.runner.pipeline import ConnectionLost, Entry, stream
from dbtool.runner.transactional import failed
from dbtool.script import Script, Statement, read_script
from dbtool.shadow.extensions import lacking_extension, missing_extension
from dbtool.shadow.roles import make_roles, missing_role
from dbtool.shadow.tamed import tame

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

    from dbtool.db import Conn

_BATCH = 200  # files in a transaction: each object that it makes costs a lock, and the server has room for 6,400
_BATCH_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class _Piece:
    """One statement as it is run, and the statement of the file that it stands for."""

    sql: bytes
    statement: Statement
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One file: what is run of it, and how."""

    migration: Migration
    script: Script | None  # None: a Python migration
    pieces: tuple[_Piece, ...] = ()
    roles: tuple[str, ...] = ()
    alone: bool = False  # it cannot share a transaction
    stepwise: bool = False  # `migrate` runs it statement by statement
    leaks: bool = False  # it may leave settings or temporary tables behind


class _Failed(Exception):
    """What the server refused; without a piece it was COMMIT, or what is sent between two files."""

    def __init__(self, diag: "Diagnostic", work: _Work, piece: _Piece | None) -> None:
        super().__init__(diag.message_primary)
        self.diag, self.work, self.piece = diag, work, piece


def replay(conn: "Conn", folder: Folder) -> None:
    """Apply all migrations, then the post-apply files, to a shadow. Writes.

    Raises BadFile for files that cannot be parsed, StatementFailed with the place of what the server refused, and
    DatabaseRefused for an extension that it lacks or a role that cannot be made there.
    """
    replay_some(conn, (*folder.migrations, *folder.post_apply))


def replay_some(conn: "Conn", migrations: Sequence[Migration]) -> None:
    """Apply these migrations to a shadow on which those before them were applied. Writes. Raises as replay()."""
    try:
        for batch in _batches(_works(migrations)):
            if roles := {role for work in batch for role in work.roles}:
                make_roles(conn, roles)
            _run_batch(conn, batch)
    except ConnectionLost as lost:
        raise Unreachable(f"the connection to the shadow was lost: {lost}") from None


# ---- what is to be run


def _works(migrations: Sequence[Migration]) -> list[_Work]:
    works: list[_Work] = []
    bad: list[BadFile] = []
    for migration in migrations:
        try:
            works.append(_work(migration))
        except BadFile as error:
            bad.append(error)
    if bad:
        raise BadFile(*(finding for error in bad for finding in error.findings))
    return works


_leaky = re.compile(rb"(?:set|reset|select|with|do|call|discard|prepare|listen|declare|load)\b", re.IGNORECASE)
_temporary = re.compile(rb"\btemp(?:orary)?\b|\bpg_temp\b", re.IGNORECASE)


def _work(migration: Migration) -> _Work:
    if migration.is_python:
        return _Work(migration=migration, script=None, alone=True)
    script = read_script(migration.path)
    pieces: list[_Piece] = []
    roles: list[str] = []
    outside = ends = leaks = False
    for number, (statement, kind) in enumerate(script.kinds(), start=1):
        text = script.text(statement)
        tamed = tame(text)
        roles += tamed.roles
        pieces += (_Piece(sql, statement, number) for sql in tamed.run)
        outside |= any((kind if sql is text else kind_of(sql)).outside != "" for sql in tamed.run)
        ends |= kind.ends_transactions
        leaks |= bool(_leaky.match(text) or _temporary.search(text))
    stepwise = outside or migration.transactional is False
    return _Work(
        migration=migration, script=script, pieces=tuple(pieces), roles=tuple(roles),
        alone=outside or (stepwise and ends), stepwise=stepwise, leaks=leaks,
    )  # fmt: skip


def _batches(works: Sequence[_Work]) -> Iterator[tuple[_Work, ...]]:
    batch: list[_Work] = []
    size = 0
    for work in works:
        length = len(work.script.source) if work.script else 0
        if batch and (work.alone or batch[-1].alone or len(batch) == _BATCH or size + length > _BATCH_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(work)
        size += length
    if batch:
        yield tuple(batch)


# ---- running it


def _run_batch(conn: "Conn", batch: Sequence[_Work]) -> None:
    if len(batch) == 1 or not _runs(conn, lambda: _in_one_transaction(conn, batch)):
        for work in batch:
            _run_alone(conn, work)


def _runs(conn: "Conn", run: Callable[[], None]) -> bool:
    """Return whether it ran, with the roles that it names made where they are not there."""
    try:
        _with_roles(conn, run)
    except _Failed:
        return False
    return True


def _with_roles(conn: "Conn", run: Callable[[], None]) -> None:
    made: set[str] = set()
    while True:
        try:
            return run()
        except _Failed as failure:
            role = missing_role(failure.diag)
            if not role or role in made:
                raise
            make_roles(conn, [role])
            made.add(role)


def _run_alone(conn: "Conn", work: _Work) -> None:
    """Run one file as `migrate` does."""
    try:
        if work.script is None:
            _with_roles(conn, lambda: _run_python(conn, work))
        elif work.stepwise:
            for piece in work.pieces:
                _with_roles(conn, partial(_send, conn, [(work, piece)]))
        else:
            _with_roles(conn, lambda: _in_one_transaction(conn, [work]))
    except _Failed as failure:
        raise _told(conn, failure) from None
    conn.execute("DISCARD ALL")


def _run_python(conn: "Conn", work: _Work) -> None:
    import psycopg

    from dbtool.runner.python import replay_python

    try:
        replay_python(conn, work.migration)
    except psycopg.Error as error:
        if conn.broken:
            raise
        raise _Failed(error.diag, work, None) from None


_Part = tuple[_Work, _Piece | bytes]


def _in_one_transaction(conn: "Conn", batch: Sequence[_Work]) -> None:
    try:
        _send(conn, _parts(batch))
    except _Failed:
        if conn.info.transaction_status != 0:  # psycopg.pq.TransactionStatus.IDLE
            conn.execute("ROLLBACK")
        raise


def _parts(batch: Sequence[_Work]) -> Iterator[_Part]:
    yield batch[0], b"BEGIN"
    for work in batch:
        for piece in work.pieces:
            yield work, piece
        if work.leaks:
            for between in (b"SET SESSION AUTHORIZATION DEFAULT", b"RESET ALL", b"DISCARD TEMP"):
                yield work, between
    yield batch[-1], b"COMMIT"


def _send(conn: "Conn", given: Iterable[_Part]) -> None:
    """Send it all ahead, up to each COPY, which has a protocol of its own. Raises _Failed."""
    parts = iter(given)
    while True:
        segment = _Segment(parts)
        for entry, result in stream(conn, segment, on_idle=lambda _: None):
            if failed(result):
                work, piece = _tag(entry)
                raise _Failed(diagnostic(result), work, piece if isinstance(piece, _Piece) else None)
        if segment.copy is None:
            return
        _copy(conn, *segment.copy)


def _tag(entry: Entry) -> _Part:
    assert isinstance(entry.tag, _Tag)
    return entry.tag.part


@dataclass(frozen=True, slots=True)
class _Tag:
    part: _Part


class _Segment:
    """The entries up to the next COPY with data; ``copy`` is what ended it."""

    def __init__(self, parts: Iterator[_Part]) -> None:
        self._parts = parts
        self.copy: tuple[_Work, _Piece] | None = None

    def __iter__(self) -> Iterator[Entry]:
        return self

    def __next__(self) -> Entry:
        work, piece = next(self._parts)
        if isinstance(piece, bytes):
            return Entry(piece, None, _Tag((work, b"")))
        if piece.statement.data:
            self.copy = work, piece
            raise StopIteration
        return Entry(piece.sql, None, _Tag((work, piece)))


def _copy(conn: "Conn", work: _Work, piece: _Piece) -> None:
    import psycopg

    assert work.script is not None
    try:
        with conn.cursor() as cursor, cursor.copy(piece.sql) as copy:
            for data in work.script.data(piece.statement):
                copy.write(data)
    except psycopg.Error as error:
        if conn.broken:
            raise
        raise _Failed(error.diag, work, piece) from None


def _told(conn: "Conn", failure: _Failed) -> DbtoolError:
    """Return the error with its place in the file."""
    work, piece = failure.work, failure.piece
    if piece and work.script and (extension := lacking_extension(piece.sql, failure.diag)):
        return missing_extension(extension, conn, work.script.place(piece.statement.start))
    error: StatementFailed = statement_failed(
        failure.diag,
        migration=work.migration.id,
        script=work.script if piece else None,
        statement=piece.statement if piece else None,
        number=piece.number if piece else 0,
        aftermath="it was replayed on a shadow, and nothing else was touched",
        path=work.migration.path,
    )
    error.hint = "a database made anew from migrations/ would fail here as well: they must run from nothing"
    return error
