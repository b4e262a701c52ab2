"""Whether a pooler stands before the server: seen in how it behaves, or known by its address. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from dbtool.doctor.check import Check
from dbtool.finding import Finding, Severity


class Pooling(StrEnum):
    """What stands between us and the server."""

    NONE = "none"
    SESSION = "session"  # a pooler or proxy that keeps one server process for each of our connections
    TRANSACTION = "transaction"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a connection string leads, as libpq reads it. Never a password."""

    host: str
    port: str
    user: str
    database: str

    @property
    def url(self) -> str:
        """The address as a URL, without a password."""
        return f"postgresql://{self.user}@{self.host}:{self.port}/{self.database}"


def direct_address(address: Address) -> tuple[str, str] | None:
    """Return whose pooler an address is known to be, and the URL around it ("" where that is not known).

    >>> direct_address(Address(host="ep-x-1-pooler.eu-1.aws.neon.tech", port="5432", user="me", database="db"))
    ('Neon', 'postgresql://me@ep-x-1.eu-1.aws.neon.tech:5432/db')
    >>> direct_address(Address(host="localhost", port="5432", user="me", database="db")) is None
    True
    """
    host, user = address.host.lower(), address.user
    if found := re.match(r"([^.]+)-pooler(\..+|$)", host):
        name = "Neon" if "neon" in found[2] else "the provider"
        return name, f"postgresql://{user}@{found[1]}{found[2]}:{address.port}/{address.database}"
    if host.endswith(".pooler.supabase.com") and address.port == "6543":
        role, _, project = user.partition(".")
        # the session mode of the same host; db.<project>.supabase.co is direct, and IPv6 alone without an add-on
        direct = f"postgresql://{role}@db.{project}.supabase.co:5432/{address.database}" if project else ""
        return "Supabase", direct or f"postgresql://{user}@{host}:5432/{address.database}"
    if host.endswith(".supabase.co") and address.port == "6543":
        return "Supabase", f"postgresql://{user}@{host}:5432/{address.database}"
    if re.search(r"\.proxy-[^.]+\.[^.]+\.rds\.amazonaws\.com$", host):
        return "RDS Proxy", ""
    return None


def check_pooling(address: Address, pooling: Pooling | None, *, direct: bool) -> Check:
    """Return what is so about poolers; *pooling* is None where no connection could be had."""
    known = direct_address(address)
    remedy = _remedy(known[1] if known else "", direct=direct)
    where = f"{address.database} (at {address.host}:{address.port})"
    if pooling in (Pooling.TRANSACTION, Pooling.STATEMENT):
        finding = Finding(
            id="transaction-pooling",
            message=f"a pooler in {pooling} mode stands before {where}: settings, locks and CREATE INDEX "
            "CONCURRENTLY need a session of their own, and dbtool changes no schema through it",
            help=remedy,
        )
        return Check(name="pooler", found=f"{pooling} pooling", findings=(finding,))
    if known:
        finding = Finding(
            id="pooler-host",
            message=f"{address.host}:{address.port} is a pooler of {known[0]}",
            help=remedy,
            severity=Severity.WARNING,
        )
        return Check(name="pooler", found=f"a pooler of {known[0]}, by its address", findings=(finding,))
    if pooling is Pooling.SESSION:
        finding = Finding(
            id="pooler",
            message=f"a pooler or a proxy stands before {where}; it keeps a server process for each connection, "
            "so migrations work",
            severity=Severity.NOTE,
        )
        return Check(name="pooler", found="a pooler or proxy in session mode", findings=(finding,))
    return Check(name="pooler", found="none seen" if pooling else "none by its address")


def _remedy(url: str, *, direct: bool) -> str:
    what = url or "the direct URL of the server"
    if direct:
        return f"the direct URL that is configured leads to a pooler as well: give {what}"
    return f"give {what} as direct_url in dbtool.toml, or as DBTOOL_DIRECT_URL (with the same password)"
