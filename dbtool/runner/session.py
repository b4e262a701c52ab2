"""One session of a run: the connection that works, the lock beside it, the ledger as it was found under it."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from dbtool.db import connect, connect_for_changes
from dbtool.errors import DatabaseRefused
from dbtool.ledger import Ledger, lost, read_ledger
from dbtool.lock import NAMESPACE, MigrationLock, drain, keep_yoyo_out, migration_lock
from dbtool.queries import query
from dbtool.runner.pipeline import ConnectionLost, Entry
from dbtool.target import Target, direct_target

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(slots=True)
class Session:
    """What a run works with. ``say`` takes lines for the one who watches."""

    conn: "Conn"
    target: Target
    lock: MigrationLock
    ledger: Ledger
    say: Callable[[str], None]
    watches_client: bool  # the server can notice by itself that we are gone
    backends: tuple[tuple[int, str], ...] = ()  # our server processes: number and start
    _monitor: "Conn | None" = None
    _texts: dict[str, bytes] = field(default_factory=dict[str, bytes])

    @property
    def schema(self) -> str:
        """The ledger's schema."""
        return self.ledger.schema

    def begin(self, *, lock_timeout: int) -> Iterator[Entry]:
        """Yield what opens a transaction: its settings and the fence. *lock_timeout* in milliseconds."""
        statement_timeout = self.target.environment.statement_timeout
        yield Entry(b"BEGIN")
        yield Entry(
            self.sql("run/begin"),
            (
                str(lock_timeout).encode(),
                None if statement_timeout is None else str(statement_timeout).encode(),
                str(self.lock.run).encode(),
                str(NAMESPACE).encode(),
                b"off",
                b"1000" if self.watches_client else b"0",
            ),
            FENCE,
            flush=True,  # tells which migration is under way
        )

    def sql(self, name: str) -> bytes:
        """Return a query of ours as bytes, with the ledger's schema in it."""
        if name not in self._texts:
            self._texts[name] = query(name, schema=self.schema).as_bytes(self.conn)
        return self._texts[name]

    def flush(self) -> None:
        """Make all that was committed durable: the transactions before this one did not wait for the disk."""
        import psycopg

        try:
            self.conn.execute(query("ledger/flush", schema=self.schema))
        except psycopg.OperationalError as error:
            raise ConnectionLost(str(error).strip()) from None

    def monitor(self) -> "Conn":
        """Return a connection that is neither busy nor in a transaction: opened when it is first needed.

        The lock's own connection must not ask anything: a snapshot in its transaction would hold up
        CREATE INDEX CONCURRENTLY for as long as the lock is held.
        """
        if self._monitor is None or self._monitor.closed:
            self._monitor = connect(direct_target(self.target), purpose="monitor", read_only=True)
        return self._monitor

    def close(self) -> None:
        """Close the monitor's connection; the others are closed by who opened them."""
        if self._monitor is not None:
            self._monitor.close()


FENCE = "fence"


@contextmanager
def open_session(target: Target, *, lock_wait: float, say: Callable[[str], None]) -> Generator[Session]:
    """Hold the migration lock and give the session that works under it; makes the ledger where there is none.

    Raises LockNotHad after *lock_wait* seconds, Unreachable, DatabaseRefused, and ConnectionLost.
    """
    import psycopg

    with ExitStack() as stack:
        try:
            conn = stack.enter_context(closing(connect_for_changes(target, purpose="migrate")))
            conn.add_notice_handler(lambda d: say(f"{(d.severity or 'NOTICE').lower()}: {d.message_primary}"))
            pid = backend_pid(conn)
            conn.execute("SET idle_session_timeout = 0")  # it is idle while it waits for the lock
            lock = stack.enter_context(migration_lock(target, wait=lock_wait, say=say))
            refuse_transaction_pooling(conn, pid, lock.conn)
            drain(conn, wait=lock_wait, say=say)
            ledger = read_ledger(conn, target.project.ledger_schema)
            if not ledger.exists:
                create_ledger(conn, ledger.schema)
                ledger = read_ledger(conn, ledger.schema)
            keep_yoyo_out(lock, ledger.schema, wait=lock_wait, say=say)
            session = Session(conn, target, lock, ledger, say, _can_watch_client(conn))
            session.backends = (whoami(conn), whoami(lock.conn))
        except psycopg.OperationalError as error:
            if lost(error):
                raise ConnectionLost(str(error).strip()) from None
            raise DatabaseRefused(f"the server refused: {error}") from None
        stack.callback(session.close)
        yield session


def refuse_transaction_pooling(conn: "Conn", pid: int, other: "Conn") -> None:
    """Raise DatabaseRefused where a pooler deals out server processes by the transaction.

    *pid* is the process that served *conn* before *other* opened its transaction. In transaction mode *other* is
    then given the very process that *conn* just used, and *conn* gets another. A direct connection knows its
    process from the start (BackendKeyData), and is asked nothing more.
    """
    if pid == conn.info.backend_pid:
        return
    if backend_pid(conn) != pid or backend_pid(other) == pid:
        raise DatabaseRefused(
            f"a pooler in transaction mode stands before {conn.info.dbname} (at {conn.info.host}:{conn.info.port}): "
            "settings, locks and CREATE INDEX CONCURRENTLY need a session of their own",
            hint="give the direct URL of the server: direct_url in dbtool.toml, or DBTOOL_DIRECT_URL",
        )


def whoami(conn: "Conn") -> tuple[int, str]:
    """Return the number of the server process of this connection, and when it started."""
    return cast(Any, conn.execute(query("run/whoami")).fetchone())


def end_ghosts(target: Target, backends: tuple[tuple[int, str], ...]) -> None:
    """End what is left of our own earlier session: its client's side is gone, and the server may not know yet."""
    import psycopg

    with closing(connect_for_changes(target, purpose="clean up")) as conn:
        for pid, backend_start in backends:
            with suppress(psycopg.errors.InsufficientPrivilege):
                conn.execute(query("run/end_ghost"), {"pid": pid, "backend_start": backend_start})


def backend_pid(conn: "Conn") -> int:
    """Return the number of the server process that answers on this connection now."""
    return cast(Any, conn.execute("SELECT pg_backend_pid()").fetchone())[0]


def _can_watch_client(conn: "Conn") -> bool:
    # Not every platform of a server has it; there the setting refuses any value but 0.
    import psycopg

    try:
        conn.execute("SELECT set_config('client_connection_check_interval', '1000', true)")
    except psycopg.errors.InvalidParameterValue:
        return False
    return True


def create_ledger(conn: "Conn", schema: str) -> None:
    """Make the ledger's tables. Writes. Raises DatabaseRefused."""
    import psycopg

    try:
        with conn.transaction():
            if conn.execute("SELECT to_regnamespace(quote_ident(%s))", [schema]).fetchone() == (None,):
                conn.execute(query("ledger/create_schema", schema=schema))
            conn.execute(query("ledger/create", schema=schema))
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseRefused(
            f"the ledger cannot be made in schema {schema}: {error}",
            hint=f"GRANT CREATE ON SCHEMA {schema} TO {conn.info.user}; since PostgreSQL 15 only the database's owner "
            'may create in public. Or keep it elsewhere: [ledger] schema = "..." in dbtool.toml',
        ) from None
