"""What a verdict is made from: the target as libpq resolves it, the variables around it, and what its server says."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dbtool.address import Address, read_address
from dbtool.errors import DbtoolError
from dbtool.guard.mark import Mark, read_mark
from dbtool.guard.policy import Policy
from dbtool.queries import query
from dbtool.target import Target, direct_target, load_target, names_a_file, read_dotenv

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable that names an environment, and where it was found."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What is in a database and who uses it, at one moment; ``size`` in bytes, ``rows`` as estimated."""

    standby: bool
    replicas: int
    slots: int
    sessions: int
    writers: int
    applications: Mapping[str, int]
    size: int
    tables: int
    rows: int
    last_commit: datetime | None  # where the server keeps commit times
    provider: str = ""  # the superuser of a managed provider's server
    address: str = ""  # the server's own, "" on a socket


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Where another environment of the project is."""

    environment: str
    protected: bool
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a target; what needs a connection is None until there is one."""

    environment: str
    why: str
    named: bool = False  # somebody said which environment this is
    by_flag: bool = False
    protected: bool = False
    embedded: bool = False
    variables: tuple[Variable, ...] = ()
    addresses: tuple[Address, ...] = ()
    url_from: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()
    unreadable: str = ""  # why it is not known where libpq would connect
    reached: tuple[str, ...] = ()  # the addresses that names were resolved to
    mark: Mark | None = None
    activity: Activity | None = None

    @property
    def database(self) -> str:
        """The name of the database that is meant, as far as it is known."""
        if self.mark:
            return self.mark.database
        return self.addresses[0].database if self.addresses else ""


def read_facts(target: Target, policy: Policy) -> Facts:
    """Return what is known of *target* without a connection. Reads .env and service files."""
    facts = Facts(
        environment=target.name,
        why=target.why,
        named=target.named,
        by_flag=target.chosen_by_flag,
        protected=target.environment.protected,
        embedded=target.embedded,
        variables=read_variables(target.project.root, target.name, policy.variables),
        url_from=target.url_from,
    )
    if target.embedded:
        return facts
    try:
        urls = dict.fromkeys(t.url.reveal() for t in (target, direct_target(target)))  # said, and connected to
        addresses = tuple(read_address(url) for url in urls)
    except DbtoolError as error:
        return replace(facts, unreadable=f"the connection string ({target.url_from}): {error.message}")
    return replace(facts, addresses=addresses, elsewhere=tuple(_elsewhere(target)))


def _elsewhere(target: Target) -> Iterator[Elsewhere]:
    """Yield where the project's other environments are, as far as it says so itself."""
    for name in sorted({*target.project.environments, "production"} - {target.name}):
        environment = target.project.environments.get(name)
        for url in _urls_of(target, name):
            with suppress(DbtoolError):
                address = read_address(url)
                yield Elsewhere(
                    environment=name, protected=bool(environment and environment.protected), address=address
                )


def _urls_of(target: Target, name: str) -> Iterator[str]:
    """Yield the URLs of another environment.

    One out of the very variable that this target has its own from says nothing, and neither does the DATABASE_URL of
    whatever runs here. A DATABASE_URL in a file of that environment does, also where the process has taken it over:
    `. ./.env.production`, and a shell that was left open.
    """
    files = [target.project.root / file for file in (f".env.{name}", f".env.{name}.local")]
    with suppress(DbtoolError):
        yield from (url for file in files if (url := read_dotenv(file).get("DATABASE_URL")))
    variables = ("DATABASE_URL", "DBTOOL_DIRECT_URL")
    anyones = {f"{variable} {where}" for variable in variables for where in ("of the process", "in .env")}
    own = {target.url_from, direct_target(target).url_from}
    with suppress(DbtoolError):  # it has no URL here: mostly so
        other = load_target(target.project, name)
        found = (each for each in (other, direct_target(other)) if not each.embedded)
        yield from (each.url.reveal() for each in found if each.url_from not in own | anyones)


def with_mark(facts: Facts, conn: "Conn") -> Facts:
    """Return the facts with the mark of the connected database. Read-only, one round trip."""
    info = conn.info
    return replace(facts, mark=read_mark(conn), reached=(info.hostaddr,) if info.hostaddr else ())


def with_activity(facts: Facts, conn: "Conn") -> Facts:
    """Return the facts with what is in the database and who uses it. Read-only, one round trip."""
    cursor = conn.execute(query("guard/facts"))
    cursor.nextset()
    row = cast(Any, cursor.fetchone())
    activity = Activity(**dict(zip(Activity.__dataclass_fields__, row, strict=True)))
    reached = dict.fromkeys((*facts.reached, activity.address))
    return replace(facts, activity=activity, reached=tuple(address for address in reached if address))


def read_variables(root: Path, environment: str, names: tuple[str, ...]) -> tuple[Variable, ...]:
    """Return every variable of these names, of the process and of each .env file: any of them can raise the verdict."""
    files = [root / name for name in (".env", ".env.local", f".env.{environment}", f".env.{environment}.local")]
    sources: list[tuple[str, Mapping[str, str | None]]] = [("the process environment", os.environ)]
    sources += [(file.name, read_dotenv(file)) for file in files]
    return tuple(
        Variable(name=name, value=value, source=source)
        for source, variables in sources
        for name in names
        if (value := variables.get(name)) and value.strip() and not names_a_file(name, value)
    )
