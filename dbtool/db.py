"""connect(target): a connection that is named, timed, and honest about why it could not be had."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dbtool.address import plain_url, read_address
from dbtool.errors import DatabaseRefused, DbtoolError, Unreachable, UsageError
from dbtool.secrets import redact
from dbtool.target import Target, direct_target
from dbtool.where import describe

if TYPE_CHECKING:
    from psycopg import Connection

    Conn = Connection[tuple[object, ...]]


def connect(target: Target, *, purpose: str = "", read_only: bool = False, again: bool = False) -> "Conn":
    """Return an open connection in autocommit, its application_name "dbtool" with the purpose.

    UTF-8 both ways, no prepared statements (a pooler may stand in between), TCP keep-alives. Raises
    Unreachable where no connection can be had within the environment's connect_timeout, and UsageError for
    a connection string that libpq cannot read.
    """
    import logging

    import psycopg

    conninfo = connection_string(target)
    try:
        address = read_address(conninfo)
    except UsageError as error:
        raise _unreadable(target, error) from None
    # what psycopg would tell of connections that broke while they were being closed: dbtool tells it itself
    logging.getLogger("psycopg").setLevel(logging.CRITICAL + 1)
    name = f"dbtool {purpose}".strip()
    try:
        parameters: dict[str, Any] = _parameters(target, conninfo, name)
        parameters |= address.pinned  # what was judged is what is connected to
        conn = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, **parameters)
    except (psycopg.Error, UnicodeError) as error:
        if target.embedded and not again:  # it ended just after we were told where it is: it is started anew
            return connect(target, purpose=purpose, read_only=read_only, again=True)
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
        return plain_url(target.url.reveal())
    from dbtool.server.embedded import ensure_running

    project = target.project
    idle, database = project.server_idle / 1000, target.database
    return ensure_running(project.state, binaries=project.server_bin, idle_seconds=idle, database=database).conninfo


def pinned_conninfo(target: Target) -> str:
    """Return the connection string with host, port, database and user as they were resolved: no variable changes it."""
    from psycopg.conninfo import make_conninfo

    conninfo = connection_string(target)
    return make_conninfo(conninfo, **read_address(conninfo).pinned)


def connect_for_changes(target: Target, *, purpose: str = "") -> "Conn":
    """Return a connection that may change the schema: past a pooler where a direct URL is configured.

    Raises DatabaseRefused at once where the server is a standby or read-only.
    """
    conn = connect(direct_target(target), purpose=purpose)
    address = describe(conn)
    if conn.info.parameter_status("in_hot_standby") == "on":
        conn.close()
        raise DatabaseRefused(
            f"{address} is a standby: it is read-only until it is promoted",
            hint="give the URL of the primary, or several hosts with target_session_attrs=read-write",
        )
    if conn.info.parameter_status("default_transaction_read_only") == "on":
        conn.close()
        raise DatabaseRefused(
            f"{address} is read-only: default_transaction_read_only is on for this role or database",
            hint="ALTER ROLE ... RESET default_transaction_read_only, or connect as the role that owns the schema",
        )
    return conn


def _parameters(target: Target, conninfo: str, name: str) -> dict[str, Any]:
    seconds = max(2, -(-target.environment.connect_timeout // 1000))  # libpq waits whole seconds, 2 at least
    parameters: dict[str, Any] = {"client_encoding": "UTF8", "application_name": name}
    if "application_name" in conninfo or os.environ.get("PGAPPNAME"):
        parameters["fallback_application_name"] = parameters.pop("application_name")
    if "connect_timeout" not in conninfo and not os.environ.get("PGCONNECT_TIMEOUT"):
        parameters["connect_timeout"] = seconds
    if "keepalives_idle" not in conninfo:
        parameters |= {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    return parameters


def _unreadable(target: Target, error: UsageError) -> UsageError:
    return UsageError(
        f"the connection string of environment {target.name} ({target.url_from}): {error.message}",
        hint=error.hint
        or "it looks like postgresql://user@host:5432/database, the password in it, in PGPASSWORD or in ~/.pgpass; "
        "in a URL write @ : / ? # % of a password as %40 %3A %2F %3F %23 %25",
    )


def explain_failure(target: Target, conninfo: str, error: str) -> DbtoolError:
    """Return why no connection could be had, with what to do. May ask the server's `postgres` database.

    libpq gives a text without an SQLSTATE here, and that text may be in the server's language; so whether
    the database exists is asked of the server where it answers.
    """
    from psycopg.conninfo import conninfo_to_dict

    options = conninfo_to_dict(conninfo)
    reason = redact("\n  ".join(dict.fromkeys(line.strip() for line in error.strip().splitlines())))
    database = str(options.get("dbname") or os.environ.get("PGDATABASE") or options.get("user") or "")
    head = f"cannot connect to environment {target.name} ({target.url_from}): {target.url}\n  {reason}"
    if "definition of service" in error:
        return UsageError(head, hint="services are described in ~/.pg_service.conf, or where PGSERVICEFILE says")
    if "connection is bad: invalid" in error or "bad value for" in error:
        return UsageError(head, hint="the parameters of a connection string: manual, 32.1.2")
    for words, hint in _causes:
        if any(word in error for word in words):
            return Unreachable(head, hint=_started_by_up(target, options) or hint)
    if database and database_missing(conninfo, database):
        return DatabaseMissing(head, database=database)
    return Unreachable(head, hint="`dbtool doctor` looks at one thing after the other")


_causes = (
    (("timeout", "timed out"), "does the host answer? a firewall or a VPN may stand in between"),
    (("Connection refused", "No such file"), "is the server running, and are host and port right?"),
    (("could not translate", "failed to resolve"), "is the host's name right? it cannot be resolved from here"),
    (("password", "SCRAM", "SASL"), "check the user name and the password; a password may also lie in ~/.pgpass"),
    (('role "',), "CREATE ROLE ... LOGIN, or name an existing role in the URL"),
    (("no pg_hba.conf entry",), "the server does not let this user in from here: an entry in pg_hba.conf is missing"),
    (("too many clients", "remaining connection slots"), "the server has no connection left: wait, or end idle ones"),
    (("starting up", "shutting down", "recovery mode"), "the server is starting or stopping: try again in a moment"),
)


def _started_by_up(target: Target, options: Mapping[str, Any]) -> str:
    """Return what to do where nobody answers at the address of the server that `dbtool up` started, else ""."""
    from dbtool.server.remembered import read_remembered

    try:
        up = read_remembered(target.project.state)
    except UsageError:
        return ""
    host = options.get("hostaddr") or options.get("host")
    ours = up is not None and host in ("127.0.0.1", "localhost") and options.get("port") == str(up.port)
    return "dbtool up starts this project's server" if ours else ""


class DatabaseMissing(Unreachable):
    """The server answers, and has no database of that name. Exit code 7."""

    def __init__(self, message: str, *, database: str) -> None:
        super().__init__(
            message, hint=f"is {database} the name that is meant? if so, make it: dbtool migrate --create-database"
        )
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

    conninfo = pinned_conninfo(direct_target(target))
    name = str(conninfo_to_dict(conninfo)["dbname"])
    try:
        with psycopg.connect(conninfo, dbname="postgres", connect_timeout=10, autocommit=True) as conn:
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.errors.DuplicateDatabase:
        pass  # somebody else was faster
    except psycopg.Error as error:
        raise DatabaseRefused(f"cannot create database {name}: {redact(str(error).strip())}") from None
    return name
