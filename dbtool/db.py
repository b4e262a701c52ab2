"""connect(target): a connection that is named, timed, and honest about why it could not be had."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool.config import Target, direct_target
from dbtool.errors import DatabaseRefused, Unreachable, UsageError
from dbtool.secrets import redact

if TYPE_CHECKING:
    from psycopg import Connection

    Conn = Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The database as it was reached: what a banner shows. Never a password."""

    host: str
    port: int
    database: str
    role: str
    server_version: str
    environment: str
    why: str
    url_from: str


def connect(target: Target, *, purpose: str = "", read_only: bool = False) -> "Conn":
    """Return an open connection in autocommit, its application_name "dbtool" with the purpose.

    UTF-8 both ways, no prepared statements (a pooler may stand in between), TCP keep-alives. Raises
    Unreachable where no connection can be had within the environment's connect_timeout, and UsageError for
    a connection string that libpq cannot read.
    """
    import psycopg

    conninfo = connection_string(target)
    name = f"dbtool {purpose}".strip()
    try:
        conn = psycopg.connect(
            conninfo, autocommit=True, prepare_threshold=None, **_parameters(target, conninfo, name)
        )
    except psycopg.ProgrammingError as error:
        raise _unreadable(target, str(error)) from None
    except (psycopg.Error, UnicodeError) as error:
        raise explain_failure(target, conninfo, str(error)) from None
    if read_only:
        # as the property of each transaction, not of the session: a pooler would hand that on to the next client
        conn.autocommit = False
        conn.read_only = True
        conn.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    return conn


def connection_string(target: Target) -> str:
    """Return the target's connection string as libpq takes it; starts the embedded server where that is meant."""
    if not target.embedded:
        return target.url.reveal()
    from dbtool.server.embedded import ensure_running

    project = target.project
    return ensure_running(
        project.state, binaries=project.server_bin, idle_seconds=project.server_idle / 1000
    ).conninfo


def connect_for_changes(target: Target, *, purpose: str = "") -> "Conn":
    """Return a connection that may change the schema: past a pooler where a direct URL is configured.

    Raises DatabaseRefused at once where the server is a standby or read-only.
    """
    conn = connect(direct_target(target), purpose=purpose)
    if conn.info.parameter_status("in_hot_standby") == "on":
        conn.close()
        raise DatabaseRefused(
            f"{describe(conn)} is a standby: it is read-only until it is promoted",
            hint="give the URL of the primary, or several hosts with target_session_attrs=read-write",
        )
    if conn.info.parameter_status("default_transaction_read_only") == "on":
        conn.close()
        raise DatabaseRefused(
            f"{describe(conn)} is read-only: default_transaction_read_only is on for this role or database",
            hint="ALTER ROLE ... RESET default_transaction_read_only, or connect as the role that owns the schema",
        )
    return conn


def where(conn: "Conn", target: Target) -> Where:
    """Return what a banner shows of an open connection. No round trip."""
    info = conn.info
    return Where(
        host=info.host or info.hostaddr or "local socket",
        port=info.port,
        database=info.dbname,
        role=info.user,
        server_version=(info.parameter_status("server_version") or "?").split(" ")[0],
        environment=target.name,
        why=target.why,
        url_from=target.url_from,
    )


def describe(conn: "Conn") -> str:
    """Return the address of a connection in words."""
    return f"{conn.info.dbname} on {conn.info.host}:{conn.info.port}"


def _parameters(target: Target, conninfo: str, name: str) -> dict[str, object]:
    seconds = max(2, -(-target.environment.connect_timeout // 1000))  # libpq waits whole seconds, 2 at least
    parameters: dict[str, object] = {"client_encoding": "UTF8", "application_name": name}
    if "application_name" in conninfo or os.environ.get("PGAPPNAME"):
        parameters["fallback_application_name"] = parameters.pop("application_name")
    if "connect_timeout" not in conninfo and not os.environ.get("PGCONNECT_TIMEOUT"):
        parameters["connect_timeout"] = seconds
    if "keepalives_idle" not in conninfo:
        parameters |= {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    return parameters


def _unreadable(target: Target, error: str) -> UsageError:
    return UsageError(
        f"the connection string of environment {target.name} ({target.url_from}) cannot be read: "
        + redact(_without_quotes(error)),
        hint="it looks like postgresql://user:password@host:5432/database; write @ : / ? # % in a password as "
        "%40 %3A %2F %3F %23 %25",
    )


def _without_quotes(error: str) -> str:
    # libpq repeats what it could not read, and that may be a piece of a password
    return error.strip().split('"')[0].rstrip(" :") if '"' in error else error.strip()


def explain_failure(target: Target, conninfo: str, error: str) -> Unreachable:
    """Return why no connection could be had, with what to do. May ask the server's `postgres` database.

    libpq gives a text without an SQLSTATE here, and that text may be in the server's language; so whether
    the database exists is asked of the server where it answers.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        options = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as refused:
        return Unreachable(str(_unreadable(target, str(refused))))
    reason = redact("\n  ".join(line.strip() for line in error.strip().splitlines()))
    database = str(options.get("dbname") or os.environ.get("PGDATABASE") or options.get("user") or "")
    head = f"cannot connect to environment {target.name} ({target.url_from}): {target.url}\n  {reason}"
    if "timeout" in error or "timed out" in error:
        return Unreachable(head, hint="does the host answer? a firewall or a VPN may stand in between")
    if "Connection refused" in error or "No such file" in error or "could not translate" in error:
        return Unreachable(head, hint="is the server running, and are host and port right?")
    if "password" in error:
        return Unreachable(
            head, hint="check the user name and the password; a password may also lie in ~/.pgpass"
        )
    if "role " in error and "does not exist" in error:
        return Unreachable(head, hint="CREATE ROLE ... LOGIN, or name an existing role in the URL")
    if database and database_missing(conninfo, database):
        return DatabaseMissing(head, database=database)
    return Unreachable(head, hint="`dbtool doctor` looks at one thing after the other")


class DatabaseMissing(Unreachable):
    """The server answers, and has no database of that name. Exit code 7."""

    def __init__(self, message: str, *, database: str) -> None:
        super().__init__(message, hint=f"create it: dbtool migrate --create-database, or createdb {database}")
        self.database = database


def database_missing(conninfo: str, database: str) -> bool:
    """Return whether the server answers and has no such database. Read-only."""
    import psycopg

    try:
        with psycopg.connect(conninfo, dbname="postgres", connect_timeout=5, autocommit=True) as conn:
            found = conn.execute("SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", [database])
            return found.fetchone() is None
    except psycopg.Error:
        return False


def create_database(target: Target) -> str:
    """Create the target's database on its server, and return its name. Writes. Raises DatabaseRefused."""
    import psycopg
    from psycopg import sql
    from psycopg.conninfo import conninfo_to_dict

    conninfo = connection_string(direct_target(target))
    name = str(conninfo_to_dict(conninfo).get("dbname") or "")
    try:
        with psycopg.connect(conninfo, dbname="postgres", connect_timeout=10, autocommit=True) as conn:
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.errors.DuplicateDatabase:
        pass  # somebody else was faster
    except psycopg.Error as error:
        raise DatabaseRefused(f"cannot create database {name}: {redact(str(error).strip())}") from None
    return name
