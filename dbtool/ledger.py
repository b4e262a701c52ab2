"""What the database says was applied -> Ledger: plain SELECTs on yoyo's tables, always schema-qualified.

What dbtool notes beyond yoyo (checksums, durations, how far a non-transactional migration came) stands in
the ``comment`` of yoyo's own log, so there is one ledger: docs/decisions/ledger.md.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, Unreachable, UsageError
from dbtool.queries import query

if TYPE_CHECKING:
    import psycopg

    from dbtool.db import Conn

YOYO_VERSION = 2  # of yoyo's tables: the version that yoyo 6 to 9 writes
NOTE_VERSION = 1  # of our notes in the log's comment: "dbtool/1 key=value ..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One applied migration; checksums are "" where plain yoyo applied it."""

    id: str
    at: datetime
    by: str
    host: str
    checksum: str = ""
    sql_checksum: str = ""
    milliseconds: int | None = None
    recorded_only: bool = False  # a baseline: it was not run here


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """How far one statement of a non-transactional migration came: "started" (outcome unknown) or "done"."""

    number: int  # from 1
    of: int
    state: str
    statement: str  # the first 16 digits of the statement's SHA-256
    pid: int = 0  # the server process that ran it
    backend_start: str = ""  # when that process started: pids are used again


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was applied, in the order in which it was, and whose applying or rolling back is half-done, by id."""

    schema: str
    exists: bool
    applied: Mapping[str, Applied] = field(default_factory=dict[str, Applied])
    interrupted: Mapping[str, tuple[StepState, ...]] = field(default_factory=dict[str, tuple[StepState, ...]])
    undoing: Mapping[str, tuple[StepState, ...]] = field(default_factory=dict[str, tuple[StepState, ...]])
    server_pid: int = 0  # as the server says; another than libpq's behind a pooler
    server_version: int = 0


def read_ledger(conn: "Conn", schema: str) -> Ledger:
    """Return the ledger in one round trip where it is in *schema*; elsewhere it is looked for. Read-only.

    A ledger that yoyo made in another schema (its tables follow search_path) is found and kept where it is.
    Raises DatabaseRefused where it cannot be read, and UsageError for one of a newer or a very old version.
    """
    import psycopg

    try:
        return _read(conn, schema)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        conn.rollback()
    except psycopg.errors.UndefinedColumn:
        raise _too_old(schema) from None
    except psycopg.OperationalError as error:
        if lost(error):
            raise Unreachable(f"the connection was lost while the ledger was read: {error}") from None
        raise DatabaseRefused(f"the ledger in schema {schema} cannot be read: {error}") from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseRefused(
            f"the ledger in schema {schema} cannot be read: {error}",
            hint=f"GRANT USAGE ON SCHEMA {schema} and SELECT on its _yoyo tables to {conn.info.user}",
        ) from None
    try:
        elsewhere = _find(conn, schema)
    except psycopg.OperationalError as error:
        raise Unreachable(f"the connection was lost while the ledger was sought: {error}") from None
    return elsewhere if isinstance(elsewhere, Ledger) else read_ledger(conn, elsewhere)


def note(**values: object) -> str:
    """Return a note for the log's comment.

    >>> note(sha256="ab", statements=2)
    'dbtool/1 sha256=ab statements=2'
    """
    return f"dbtool/{NOTE_VERSION} " + " ".join(f"{key}={value}" for key, value in values.items())


def read_note(comment: str | None) -> dict[str, str]:
    """Return the values of a note; empty for a comment that is not ours. Raises UsageError for a newer form.

    >>> read_note("dbtool/1 sha256=ab ms=12")
    {'sha256': 'ab', 'ms': '12'}
    """
    if not comment or not comment.startswith("dbtool/"):
        return {}
    version, _, values = comment.removeprefix("dbtool/").partition(" ")
    if version.isdigit() and int(version) > NOTE_VERSION:
        raise UsageError(
            f"the ledger was written by a newer dbtool (notes of version {version}, this one reads {NOTE_VERSION})",
            hint="upgrade: pip install -U dbtool-pg",
        )
    return dict(part.split("=", 1) for part in values.split() if "=" in part)


def _read(conn: "Conn", schema: str) -> Ledger:
    cursor = conn.execute(query("ledger/read", schema=schema))
    applied = {str(row[0]): _applied(row) for row in cast(list[Any], cursor.fetchall())}
    cursor.nextset()
    steps: dict[str, list[StepState]] = defaultdict(list)
    for id, comment, _ in cast(list[Any], cursor.fetchall()):
        steps[id].append(_step(read_note(comment)))
    cursor.nextset()
    version, pid, server_version = cast(Any, cursor.fetchone())
    if version is not None and version > YOYO_VERSION:
        raise UsageError(
            f"the ledger in schema {schema} was written by a newer yoyo (version {version}, known {YOYO_VERSION})",
            hint="upgrade: pip install -U dbtool-pg",
        )
    in_order = {id: tuple(sorted(found, key=lambda s: s.number)) for id, found in steps.items()}
    return Ledger(
        schema=schema,
        exists=True,
        applied=applied,
        interrupted={id: found for id, found in in_order.items() if id not in applied},
        undoing={id: found for id, found in in_order.items() if id in applied},
        server_pid=pid,
        server_version=server_version,
    )


def _applied(row: Any) -> Applied:
    id, at, by, host, comment, operation = row
    usual = _usual_note.match(comment or "")
    checksum, sql_checksum, ms = usual.groups("") if usual else ("", "", "")
    if usual is None and comment:
        read_note(comment)  # not ours, or of a newer form, which is refused
    return Applied(
        id=id,
        at=(at or datetime(1970, 1, 1)).replace(tzinfo=UTC),
        by=by or "",
        host=host or "",
        checksum=checksum,
        sql_checksum=sql_checksum,
        milliseconds=int(ms) if ms and operation == "apply" else None,
        recorded_only=operation == "mark",
    )


# a thousand of them are read at each start: one match for the notes of applied migrations
_usual_note = re.compile(r"dbtool/1 sha256=(\w*)(?: sql=(\w*))?(?: statements=\d+)?(?: ms=(\d+))?")


def _step(noted: dict[str, str]) -> StepState:
    number, _, of = noted.get("step", "0/0").partition("/")
    return StepState(
        number=int(number),
        of=int(of or 0),
        state=noted.get("state", "started"),
        statement=noted.get("statement", ""),
        pid=int(noted.get("pid", 0)),
        backend_start=noted.get("backend_start", ""),
    )


def lost(error: "psycopg.Error") -> bool:
    """Return whether *error* says that the connection is gone, and not that a statement was refused."""
    sqlstate = error.sqlstate
    # class 08: connection exceptions; 57P01 to 57P05: the server or somebody ended the session (manual, appendix A)
    return sqlstate is None or sqlstate.startswith(("08", "57P0"))


def _find(conn: "Conn", schema: str) -> Ledger | str:
    """Return the schema that holds the ledger, or an empty Ledger where none does. Read-only."""
    found = cast(list[tuple[str, bool]], conn.execute(query("ledger/find")).fetchall())
    schemas = [name for name, _ in found]
    if any(name == schema and not current for name, current in found):
        raise _too_old(schema)
    if len(schemas) > 1:
        raise UsageError(
            f"several schemas hold a ledger: {', '.join(schemas)}",
            hint='say which one is meant: [ledger] schema = "..." in dbtool.toml',
        )
    if schemas and schemas[0] != schema:
        if not found[0][1]:
            raise _too_old(schemas[0])
        return schemas[0]
    pid, version = cast(
        Any,
        conn.execute("SELECT pg_backend_pid(), current_setting('server_version_num')::int").fetchone(),
    )
    return Ledger(schema=schema, exists=False, server_pid=pid, server_version=version)


def _too_old(schema: str) -> UsageError:
    return UsageError(
        f"the ledger in schema {schema} is of yoyo 5 or older",
        hint="run `yoyo list` of yoyo 6 or newer once: it brings its tables up to date",
    )
