"""A development server on this machine: what is wished of it, and what was found or started."""

from dataclasses import dataclass
from typing import Literal

from dbtool.secrets import Secret

Kind = Literal["embedded", "docker", "compose"]
WalLevel = Literal["logical", "replica", "minimal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks of the server; none where any will do."""

    version: int | None = None  # PostgreSQL's major version
    port: int | None = None
    wal_level: WalLevel = "logical"  # so that slots and feeds can be developed here


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalServer:
    """A server that runs on this machine for this project."""

    kind: Kind
    name: str  # for a person: "the embedded server", "container dbtool-shop-1a2b3c", "service db of compose.yaml"
    url: Secret  # of the main database, with the password
    version: str
    started: bool  # whether this call had to start (or make) it
    port: int
