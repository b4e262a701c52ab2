"""What a server says of itself, read once and in few round trips -> Facts. Read-only."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from dbtool.config import Project
from dbtool.doctor.need import Need
from dbtool.doctor.pooling import Pooling
from dbtool.errors import DatabaseRefused, DbtoolError
from dbtool.ledger import Ledger, read_ledger
from dbtool.lock import NAMESPACE, Holder, read_holder
from dbtool.queries import query
from dbtool.runner.session import backend_pid, refuse_transaction_pooling

if TYPE_CHECKING:
    from dbtool.db import Conn

OLD_TRANSACTION = 300  # seconds: what was left open for longer blocks DDL and nobody seems to mind
_TIMES = 3  # round trips are timed this often; the fastest counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server, and who we are to it. ``provider`` is a managed service's own administrators' role."""

    role: str
    role_quoted: str
    database: str
    version: int
    version_text: str
    in_recovery: bool
    read_only: bool
    clock: datetime
    search_path: str
    schemas: list[str]
    superuser: bool
    sees_all_sessions: bool
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidIndex:
    """An index that is kept up to date and used by no query; ``building`` is the process at work on it."""

    name: str
    table: str
    leftover: bool  # of a REINDEX CONCURRENTLY that failed
    partitioned: bool
    building: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTransaction:
    """A transaction that nobody works on: prepared (``gid``, as a literal), or of an idle session (``pid``)."""

    gid: str | None
    pid: int | None
    role: str
    application: str
    address: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension that pending files create, as this server has it."""

    name: str
    available: bool
    installed: bool
    superuser: bool
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server says to one Need; ``held`` is None where its object is not there."""

    role: str
    found: bool
    object: str
    owned_as: str
    owner: str
    owner_superuser: bool
    held: bool | None
    closed: str  # the object's schema, where the role may not use it


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was read of one server before anything is judged."""

    server: Server
    round_trip: float  # milliseconds
    clock_ahead: float  # seconds by which the server's clock is ahead of ours
    ledger: Ledger | None
    ledger_error: DbtoolError | None
    ledger_schemas: tuple[str, ...]
    yoyo_lock: tuple[int, datetime | None] | None  # pid and time of yoyo's own row
    holder: Holder | None
    indexes: tuple[InvalidIndex, ...]
    transactions: tuple[OpenTransaction, ...]


def read_facts(conn: "Conn", project: Project) -> Facts:
    """Return what the server says of itself, of the ledger, and of what would stand in the way.

    Everything but the ledger is read in one READ ONLY transaction: a setting of the session would stay with
    the server process behind a transaction pooler, and the next client would find it.
    """
    conn.read_only = True
    round_trip = min(_timed(conn) for _ in range(_TIMES))
    ledger, error = _ledger(conn, project.ledger_schema)
    with conn.pipeline(), conn.transaction():
        server = _ask(conn, Server, "server")
        indexes = _ask(conn, InvalidIndex, "invalid_indexes")
        values = {"older": OLD_TRANSACTION, "namespace": NAMESPACE}
        transactions = _ask(conn, OpenTransaction, "open_transactions", values)
        ledgers = conn.execute(query("ledger/find"))
        sent = datetime.now(UTC)
        (said,) = server.fetchall()  # the pipeline is sent here
    return Facts(
        server=said,
        round_trip=round_trip,
        clock_ahead=(said.clock - sent).total_seconds() - round_trip / 2000,
        ledger=ledger,
        ledger_error=error,
        ledger_schemas=tuple(str(row[0]) for row in ledgers.fetchall()),
        yoyo_lock=_yoyo_lock(conn, ledger.schema) if ledger and ledger.exists else None,
        holder=read_holder(conn),
        indexes=tuple(indexes.fetchall()),
        transactions=tuple(transactions.fetchall()),
    )


def read_pooling(conn: "Conn", another: "Callable[[], Conn]") -> Pooling:
    """Return what stands between; *another* opens a second connection by the same address. Read-only.

    A direct connection knows its process number from the start: nothing more is asked of it.
    """
    import psycopg

    pid = backend_pid(conn)
    if pid == conn.info.backend_pid:
        return Pooling.NONE
    with another() as other:
        try:
            other.execute("BEGIN READ ONLY")
            refuse_transaction_pooling(conn, pid, other)
        except psycopg.errors.ProtocolViolation:  # "transaction blocks not allowed in statement pooling mode"
            return Pooling.STATEMENT
        except DatabaseRefused:
            return Pooling.TRANSACTION
    return Pooling.SESSION


def read_answers(conn: "Conn", needs: Sequence[Need]) -> tuple[Answer, ...]:
    """Return the server's answer to each need, in one query. Read-only."""
    values = {
        "needs": [need.right for need in needs],
        "kinds": [need.kind for need in needs],
        "names": [need.name for need in needs],
        "schemas": ["\n".join(need.schemas) for need in needs],
        "roles": [need.role for need in needs],
    }
    with conn.transaction():
        return tuple(_ask(conn, Answer, "privileges", values).fetchall())


def read_extensions(conn: "Conn", names: Sequence[str]) -> tuple[Extension, ...]:
    """Return what the server has of the extensions *names*. Read-only."""
    with conn.transaction():
        return tuple(_ask(conn, Extension, "extensions", {"names": list(names)}).fetchall())


def _ask(conn: "Conn", kind: type[Any], name: str, values: Mapping[str, object] | None = None) -> Any:
    from psycopg.rows import class_row

    return conn.cursor(row_factory=class_row(kind)).execute(query(f"doctor/{name}"), values)


def _timed(conn: "Conn") -> float:
    started = time.perf_counter()
    backend_pid(conn)
    return (time.perf_counter() - started) * 1000


def _ledger(conn: "Conn", schema: str) -> tuple[Ledger | None, DbtoolError | None]:
    try:
        return read_ledger(conn, schema), None
    except DbtoolError as error:
        return None, error


def _yoyo_lock(conn: "Conn", schema: str) -> tuple[int, datetime | None] | None:
    import psycopg

    try:
        row = cast(Any, conn.execute(query("lock/yoyo", schema=schema)).fetchone())
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        return None  # the rights on it are looked at by themselves
    return (row[0], row[1].replace(tzinfo=UTC) if row[1] else None) if row else None
