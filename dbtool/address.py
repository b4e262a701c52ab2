"""A connection string -> Address: where libpq will connect, with everything that it looks at taken into account.

libpq itself is asked, so that there are no two readers: its parser for the text, its defaults for PG* variables,
service files and what was compiled in (manual, 34.1.1, 34.15, 34.17). Nothing is connected to.
"""

import os
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from dbtool.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One of the hosts of a connection string. ``address`` is hostaddr, "" where the name is to be resolved."""

    name: str
    address: str = ""
    port: str = "5432"

    def __str__(self) -> str:
        return self.name or self.address or "the local socket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where libpq will connect: each host that it may try, and the database. Never a password."""

    hosts: tuple[Host, ...]
    database: str
    user: str

    @property
    def pinned(self) -> dict[str, str]:
        """What to tell libpq so that it connects there and nowhere else, whatever is set around it."""
        return {
            "host": ",".join(host.name for host in self.hosts),
            "hostaddr": ",".join(host.address for host in self.hosts) if any(h.address for h in self.hosts) else "",
            "port": ",".join(host.port for host in self.hosts),
            "dbname": self.database,
            "user": self.user,
        }


def read_address(conninfo: str) -> Address:
    """Return where libpq connects with this connection string, in this process's environment. Reads service files.

    Raises UsageError for what libpq cannot read, or would refuse before it connects.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = {k: str(v) for k, v in conninfo_to_dict(plain_url(conninfo)).items() if v is not None}
    except (psycopg.Error, UnicodeError) as error:
        said = what_is_wrong(str(error)) if "@" not in conninfo.partition("?")[2] else "a ? in its password is %3F"
        raise UsageError("it cannot be used: " + said) from None
    if has_stray_at(conninfo):
        raise UsageError("it cannot be used: more than one @ in it; an @ in a password or a name is written %40")
    if any("\0" in value for value in given.values()):
        raise UsageError("it cannot be used: a NUL character in it")
    with _service(given):
        _refuse_missing_service(given)
        options = _defaults() | given
    hosts = _hosts(options)
    user = options.get("user") or _account()  # an empty one is none
    return Address(hosts=hosts, user=user, database=options.get("dbname") or user)


def plain_url(conninfo: str) -> str:
    """Return the string without the name of a driver, which libpq does not know: SQLAlchemy's and yoyo's form has one.

    >>> plain_url("postgresql+psycopg://host/db")
    'postgresql://host/db'
    """
    return re.sub(r"^(postgres(?:ql)?)\+\w+://", r"\1://", conninfo)


def has_stray_at(conninfo: str) -> bool:
    """Return whether a URL has a raw @ too many: libpq ends a password at the first, and takes the rest for the host.

    >>> has_stray_at("postgresql://me:p@ss@host/db"), has_stray_at("postgresql://me:p%40ss@host/db")
    (True, False)
    """
    return "://" in conninfo and conninfo.partition("?")[0].count("@") > 1


def what_is_wrong(error: str) -> str:
    """Return libpq's complaint about a connection string without any piece of that string.

    It repeats what it could not read, and that may be a piece of a password: only names of options are kept.
    """
    error = error.strip()
    if error.startswith('missing "="'):
        return "it is neither a URL (postgresql://...) nor pairs of key=value"
    if option := re.search(
        r'(invalid connection option|invalid URI query parameter: |for connection option) ?"(\w+)"', error
    ):
        return f"{option[1].rstrip(': ')} {option[2]}"
    return error.split('"')[0].rstrip(" :") + (" in it" if '"' in error else "")


def _account() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container's uid without a name
        return ""


def _defaults() -> dict[str, str]:
    from psycopg import pq

    options = pq.Conninfo.get_defaults()
    return {o.keyword.decode(): os.fsdecode(o.val) for o in options if o.val is not None}


@contextmanager
def _service(given: Mapping[str, str]) -> Generator[None]:
    """Let libpq's defaults see the service that the string names, as if it stood in the environment."""
    kept = {name: os.environ.get(name) for name in ("PGSERVICE", "PGSERVICEFILE")}
    if "service" in given:
        os.environ["PGSERVICE"] = given["service"]
    if "servicefile" in given:
        os.environ["PGSERVICEFILE"] = given["servicefile"]
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _refuse_missing_service(given: Mapping[str, str]) -> None:
    # The defaults pass over a service that is not there; a connection does not. This one goes to a socket nowhere.
    if "PGSERVICE" not in os.environ:
        return
    from psycopg import pq
    from psycopg.conninfo import make_conninfo

    nowhere = make_conninfo(host="/nonexistent/dbtool", hostaddr="", port="1", dbname="x", user="x", password="x")
    conn = pq.PGconn.connect_start(nowhere.encode())
    said = conn.error_message.decode("utf-8", "replace")
    conn.finish()
    if "/nonexistent/dbtool" not in said:
        name = given.get("service") or os.environ["PGSERVICE"]
        raise UsageError(
            f"service {name!r} cannot be used: {what_is_wrong(said)}",
            hint="services are described in ~/.pg_service.conf, or where PGSERVICEFILE says",
        )


def _hosts(options: Mapping[str, str]) -> tuple[Host, ...]:
    """Return the hosts as libpq pairs names, addresses and ports. Raises UsageError where their numbers differ."""
    names = _listed(options.get("host"))
    addresses = _listed(options.get("hostaddr"))
    ports = _listed(options.get("port")) or ["5432"]
    number = len(addresses or names) or 1
    if names and len(names) != number:
        raise UsageError(f"it cannot be used: {len(names)} host names and {number} addresses (hostaddr)")
    if len(ports) not in (1, number):
        raise UsageError(f"it cannot be used: {len(ports)} ports and {number} hosts")
    for port in ports:
        if port and not (port.strip().isascii() and port.strip().isdigit() and 0 < int(port) < 65536):
            raise UsageError("its port is not a number from 1 to 65535", hint="postgresql://user@host:5432/database")
    names, addresses = names or [""] * number, addresses or [""] * number
    ports = ports * number if len(ports) == 1 else ports
    return tuple(
        Host(name=name, address=address, port=port.strip() or "5432")
        for name, address, port in zip(names, addresses, ports, strict=True)
    )


def _listed(value: str | None) -> list[str]:
    return value.split(",") if value else []
