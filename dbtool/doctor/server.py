"""Facts of the server -> what is wrong with them: version, standby, link, clock, indexes, open transactions. Pure."""

from collections.abc import Iterator

from dbtool.doctor.check import Check
from dbtool.doctor.facts import Facts, InvalidIndex, OpenTransaction, Server
from dbtool.finding import Finding, Severity
from dbtool.report import seconds

OLDEST, NEWEST = 14, 18  # major versions that are supported and tested
_SLOW_LINK = 20  # milliseconds
_SLOW_CONNECT = 2_000  # milliseconds
_CLOCK = 5  # seconds


def server_checks(facts: Facts) -> Iterator[Check]:
    """Yield a line for each thing that is asked of a server."""
    yield check_version(facts.server)
    yield check_writable(facts.server)
    yield check_link(facts.round_trip)
    yield check_clock(facts.clock_ahead, facts.round_trip)
    yield check_indexes(facts.indexes)
    yield check_transactions(facts.transactions, facts.server)


def check_connection(milliseconds: float, whom: str, *, embedded: bool = False) -> Check:
    """Return how long it took to connect; the embedded server may have been started for it."""
    found = f"{whom}, in {milliseconds:.0f} ms"
    if milliseconds <= _SLOW_CONNECT or embedded:
        return Check(name="connection", found=found)
    finding = Finding(
        id="slow-connect",
        message=f"connecting took {seconds(milliseconds / 1000)}: the server was asleep (scale to zero), is busy, "
        "or its name resolves slowly",
        help="connect_timeout of the environment must leave room for that",
        severity=Severity.NOTE,
    )
    return Check(name="connection", found=found, findings=(finding,))


def check_version(server: Server) -> Check:
    """Return whether the server's version is one that dbtool is made for."""
    major = server.version // 10_000
    found = f"PostgreSQL {server.version_text}"
    if major < OLDEST:
        finding = Finding(
            id="server-too-old",
            message=f"the server is PostgreSQL {server.version_text}; dbtool supports {OLDEST} to {NEWEST}",
            help=f"upgrade the server; PostgreSQL {major} gets no more fixes: "
            "https://www.postgresql.org/support/versioning/",
        )
        return Check(name="server version", found=found, findings=(finding,))
    if major > NEWEST:
        finding = Finding(
            id="server-newer",
            message=f"PostgreSQL {server.version_text} is newer than what this dbtool was tested with "
            f"({OLDEST} to {NEWEST}); its new syntax is refused until the parser knows it",
            help="pip install -U dbtool-pg",
            severity=Severity.NOTE,
        )
        return Check(name="server version", found=found, findings=(finding,))
    return Check(name="server version", found=found)


def check_writable(server: Server) -> Check:
    """Return whether anything can be changed through this connection."""
    if server.in_recovery:
        finding = Finding(
            id="standby",
            message=f"the server of {server.database} is a standby: it is read-only until it is promoted",
            help="give the URL of the primary, or several hosts with target_session_attrs=read-write",
        )
        return Check(name="writable", found="no: a standby", findings=(finding,))
    if server.read_only:
        finding = Finding(
            id="read-only",
            message=f"default_transaction_read_only is on for {server.role_quoted} in {server.database}: "
            "migrations cannot be applied",
            help=f"ALTER ROLE {server.role_quoted} RESET default_transaction_read_only;  -- or ALTER DATABASE ... "
            "RESET, or connect as the role that owns the schema",
        )
        return Check(name="writable", found="no: read-only", findings=(finding,))
    return Check(name="writable", found=f"yes, as {server.role_quoted}" + (", a superuser" * server.superuser))


def check_link(round_trip: float) -> Check:
    """Return how long a question and its answer take."""
    found = f"{round_trip:.1f} ms" if round_trip < 10 else f"{round_trip:.0f} ms"
    if round_trip <= _SLOW_LINK:
        return Check(name="round trip", found=found)
    finding = Finding(
        id="slow-link",
        message=f"a round trip takes {found}; a transactional migration costs dbtool about one, "
        "each statement outside of a transaction a few",
        help="run it from nearer to the server where there are many",
        severity=Severity.NOTE,
    )
    return Check(name="round trip", found=found, findings=(finding,))


def check_clock(ahead: float, round_trip: float) -> Check:
    """Return whether the server's clock and ours agree, as far as the link lets tell.

    >>> check_clock(-9, 1).findings[0].id
    'clock-skew'
    """
    off = abs(ahead)
    side = "ahead of" if ahead > 0 else "behind"
    if off - round_trip / 1000 <= _CLOCK:
        return Check(name="clock", found=f"{off * 1000:.0f} ms {side} ours" if off >= 0.02 else "as ours")
    finding = Finding(
        id="clock-skew",
        message=f"the server's clock is {seconds(off)} {side} this machine's: new migrations get their number "
        "from this one, the ledger its times from the server's",
        help="synchronise both (chrony, systemd-timesyncd)",
        severity=Severity.WARNING,
    )
    return Check(name="clock", found=f"{seconds(off)} {side} ours", findings=(finding,))


def check_indexes(indexes: tuple[InvalidIndex, ...]) -> Check:
    """Return the indexes that are INVALID."""
    left = [index for index in indexes if index.building is None]
    found = f"{len(left)} INVALID" if left else "all valid"
    if len(left) < len(indexes):
        found += f", {len(indexes) - len(left)} being built now"
    return Check(name="indexes", found=found, findings=tuple(map(_invalid, left)))


def _invalid(index: InvalidIndex) -> Finding:
    message = f"index {index.name} on {index.table} is INVALID: writes pay for it, and no query uses it"
    if index.partitioned:
        message = f"index {index.name} on {index.table} is INVALID: not every partition has its part attached"
        remedy = (
            f"CREATE INDEX CONCURRENTLY on the partition that lacks it, then ALTER INDEX {index.name} ATTACH PARTITION"
        )
    elif index.leftover:
        remedy = f"DROP INDEX CONCURRENTLY {index.name};  -- left behind by a REINDEX CONCURRENTLY"
    else:
        remedy = (
            f"REINDEX INDEX CONCURRENTLY {index.name};  -- or DROP INDEX CONCURRENTLY {index.name}; where "
            "a half-done migration made it, `dbtool migrate` drops and builds it again"
        )
    return Finding(id="invalid-index", message=message, help=remedy, severity=Severity.WARNING)


def check_transactions(transactions: tuple[OpenTransaction, ...], server: Server) -> Check:
    """Return the transactions that were left open: whoever needs a strong lock on what they touched waits for them."""
    found = f"{len(transactions)} left open" if transactions else "none left open"
    if not server.sees_all_sessions:
        found += f" that {server.role_quoted} may see (GRANT pg_read_all_stats TO {server.role_quoted} shows all)"
    return Check(name="open transactions", found=found, findings=tuple(map(_left_open, transactions)))


def _left_open(transaction: OpenTransaction) -> Finding:
    age = seconds(transaction.seconds)
    if transaction.gid is not None:
        return Finding(
            id="prepared-transaction",
            message=f"transaction {transaction.gid} of {transaction.role} is prepared since {age}: it keeps its locks, "
            "so DDL waits, and VACUUM cleans nothing that is younger",
            help=f"COMMIT PREPARED {transaction.gid};  or ROLLBACK PREPARED {transaction.gid};",
            severity=Severity.WARNING,
        )
    who = f"{transaction.application or 'no name'}, {transaction.role} from {transaction.address}"
    return Finding(
        id="idle-transaction",
        message=f"session {transaction.pid} ({who}) is idle in a transaction since {age}: DDL on what it touched waits",
        help=f"end it there, or: SELECT pg_terminate_backend({transaction.pid});",
        severity=Severity.WARNING,
    )
