"""The doctor's round: the project, the connection, the server, the ledger, what pending files need. Read-only."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool.address import read_address
from dbtool.client.set import has_client_set
from dbtool.config import Project, load_project
from dbtool.db import DatabaseMissing, connect, connection_string
from dbtool.doctor.check import Check, skipped
from dbtool.doctor.facts import Facts, read_answers, read_extensions, read_facts, read_pooling
from dbtool.doctor.health import ledger_checks
from dbtool.doctor.need import Scope, read_path
from dbtool.doctor.needs import find_needs
from dbtool.doctor.pooling import Address, Pooling, check_pooling
from dbtool.doctor.privileges import (
    check_extensions,
    check_ledger_rights,
    check_privileges,
    ledger_needs,
    rights_of,
    split_needs,
)
from dbtool.doctor.project import (
    check_configuration,
    check_files,
    check_folder,
    check_keys,
    failed,
    with_findings,
)
from dbtool.doctor.server import NEWEST, OLDEST, check_connection, server_checks
from dbtool.errors import DatabaseRefused, DbtoolError, Unreachable, UsageError
from dbtool.migrations import Folder, Migration
from dbtool.plan import Plan, make_plan
from dbtool.script import Script, sql_checksum_of
from dbtool.secrets import redact
from dbtool.target import Target, direct_target, load_target
from dbtool.where import Where, where

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All that was looked at."""

    checks: tuple[Check, ...]
    where: Where | None = None
    pending: tuple[Migration, ...] = ()
    round_trip: float | None = None


def examine(env: str | None, url: str | None) -> Examination:
    """Return every check of the project and of the database that is meant. Read-only.

    What cannot be had is a check like any other: nothing is raised for it, and the rest is still looked at.
    """
    try:
        project = load_project()
    except DbtoolError as error:
        return Examination(checks=(failed("configuration", "configuration", error, "it cannot be read"),))
    folder_check, folder = check_folder(project)
    try:
        target = load_target(project, env, url=url)
        direct = direct_target(target)
    except UsageError as error:
        said = redact(error.message).splitlines()[0]
        return Examination(checks=(failed("configuration", "configuration", error, said), folder_check))
    before = (check_configuration(project, direct), check_keys(project.root, target.name), *_of_clients(project))
    try:
        return _with_server(project, target, direct, (*before, folder_check), folder)
    except DbtoolError as error:
        return Examination(checks=(*before, *_without_server(direct, error, folder_check, folder)))


def _of_clients(project: Project) -> tuple[Check, ...]:
    """The checks of the clients' set, where the project has one."""
    if not has_client_set(project):
        return ()
    from dbtool.doctor.client import check_pglite

    return (check_pglite(project),)


def _without_server(target: Target, error: DbtoolError, check: Check, folder: Folder | None) -> tuple[Check, ...]:
    """The checks that are left where no connection can be had."""
    files = check_files(folder.migrations, "file")[0] if folder else skipped("pending files", "see migrations")
    kinds = {DatabaseMissing: "database-missing", Unreachable: "unreachable", UsageError: "connection-string"}
    id = next((id for kind, id in kinds.items() if isinstance(error, kind)), "not-postgresql")
    shown = type(error)(redact(error.message), hint=_hint(error)) if type(error) is Unreachable else error
    checks = [with_findings(check, folder) if folder else check, files, failed("connection", id, shown, _why(error))]
    if address := _address(target):
        checks.append(check_pooling(address, None, direct=target.direct))
    return (*checks, *_not_asked("there is no connection"))


def _with_server(
    project: Project, target: Target, direct: Target, before: tuple[Check, ...], folder: Folder | None
) -> Examination:
    import psycopg

    with ExitStack() as stack:
        started = time.perf_counter()
        conn = stack.enter_context(connect(direct, purpose="doctor"))
        took = (time.perf_counter() - started) * 1000
        connection = check_connection(took, _whom(conn), embedded=direct.embedded)
        if direct is not target:
            before = (*before, _ordinary(target))
        try:
            pooling = read_pooling(conn, lambda: connect(direct, purpose="doctor"))
            pooler = check_pooling(_address_of(conn), pooling, direct=direct.direct)
            if pooling is Pooling.STATEMENT:
                return Examination(checks=(*before, connection, pooler, *_not_asked("no transaction is possible")))
            facts = read_facts(conn, project)
            plan = _plan(folder, facts)
            pending = plan.pending if plan else ()
            files, scripts = check_files(pending, "pending file")
            checks = (
                *before,
                *([files] if plan else [skipped("pending files", "what is pending is not known")]),
                connection,
                pooler,
                *server_checks(facts),
                *ledger_checks(facts, plan),
                *_needs_checks(conn, facts, scripts, len(pending)),
            )
        except psycopg.OperationalError as error:
            raise Unreachable(f"the connection was lost: {redact(str(error).strip())}") from None
        except psycopg.Error as error:
            raise DatabaseRefused(
                f"the server does not answer as PostgreSQL {OLDEST} to {NEWEST} do: {redact(str(error).strip())}",
                hint="is it older, or another product that speaks PostgreSQL's protocol?",
            ) from None
        return Examination(checks=checks, where=where(conn, direct), pending=pending, round_trip=facts.round_trip)


def _ordinary(target: Target) -> Check:
    """Whether the URL answers that is for everything but changes of the schema; those go past it."""
    name = "ordinary URL"
    try:
        connect(target, purpose="doctor").close()
    except DbtoolError as error:
        return failed(name, "unreachable", error, _why(error))
    return Check(name=name, found=f"answers ({target.url_from}); changes of the schema go by the direct URL")


def _why(error: DbtoolError) -> str:
    """The line of a message that says why: the second where the first says where."""
    lines = redact(error.message).splitlines()
    return (lines[1] if lines[0].startswith("cannot connect") and len(lines) > 1 else lines[0]).strip()


def _not_asked(why: str) -> tuple[Check, ...]:
    return tuple(skipped(name, why) for name in ("server version", "ledger", "extensions", "privileges"))


def _needs_checks(
    conn: "Conn", facts: Facts, scripts: tuple[tuple[str, Script], ...], pending: int
) -> tuple[Check, ...]:
    """The checks that ask the server whether what the pending files and the ledger need is there."""
    server = facts.server
    path = read_path(server.search_path, server.role)
    scope = Scope(path=path, schemas=frozenset(server.schemas), user=server.role)
    needs = find_needs(scripts, scope)
    wanted, names = split_needs(needs)
    extensions = read_extensions(conn, names) if names else ()
    rights = rights_of(needs, extensions)
    ledger = ledger_needs(facts.ledger) if facts.ledger else ()
    answers = read_answers(conn, (*ledger, *rights)) if ledger or rights else ()
    return (
        check_ledger_rights(ledger, answers[: len(ledger)], server)
        if ledger
        else skipped("ledger's privileges", "see ledger"),
        check_extensions(wanted, extensions, server),
        check_privileges(rights, answers[len(ledger) :], server, pending),
    )


def _plan(folder: Folder | None, facts: Facts) -> Plan | None:
    if folder is None or facts.ledger is None:
        return None
    return make_plan(folder, facts.ledger, sql_checksum=sql_checksum_of)


def _whom(conn: "Conn") -> str:
    info = conn.info
    return f"{info.dbname} on {info.host or 'local socket'}:{info.port} as {info.user}"


def _address_of(conn: "Conn") -> Address:
    info = conn.info
    return Address(host=info.host, port=str(info.port), user=info.user, database=info.dbname)


def _address(target: Target) -> Address | None:
    """Where a connection string leads that could not be followed, as far as it says so itself."""
    if target.embedded:
        return None
    try:
        said = read_address(connection_string(target))
    except UsageError:
        return None
    first = said.hosts[0]
    return Address(host=first.name or first.address, port=first.port, user=said.user, database=said.database)


def _hint(error: DbtoolError) -> str:
    """What to do about a connection that was refused for a rarer reason, where connect() points to the doctor."""
    if "dbtool doctor" not in error.hint:
        return error.hint
    hints = {
        "no pg_hba.conf entry": "the server's pg_hba.conf has no line for this address, role and database; "
        "managed servers ask for TLS: add ?sslmode=require to the URL",
        "too many": "all connections are taken: end idle ones, or use the reserved ones of a superuser",
        "remaining connection slots": "all connections are taken: end idle ones, or connect as a superuser",
        "SSL": "look at sslmode in the URL: require, or disable where the server has no TLS",
        "starting up": "the server is starting: try again in a moment",
        "shutting down": "the server is shutting down",
        "not currently accepting": "ALTER DATABASE ... ALLOW_CONNECTIONS true",
        "permission denied for database": "GRANT CONNECT ON DATABASE ... TO the role in the URL",
    }
    said = error.message
    return next((hint for text, hint in hints.items() if text in said), "the server's own log says more")
