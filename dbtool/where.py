"""The database as it was reached: what a banner shows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.target import Target


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
    embedded: bool = False


def where(conn: "Conn", target: "Target") -> Where:
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
        embedded=target.embedded,
    )


def describe(conn: "Conn") -> str:
    """Return the address of a connection in words."""
    return f"{conn.info.dbname} on {conn.info.host}:{conn.info.port}"
