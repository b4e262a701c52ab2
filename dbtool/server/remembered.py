"""What `dbtool up` started for a project, as every later command finds it: ``.dbtool/up.json``, its owner's alone."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit, urlunsplit

from dbtool.errors import UsageError
from dbtool.secrets import Secret
from dbtool.server.local import Kind, LocalServer, WalLevel

FILE = "up.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One database that up made ready: for which git branch, and which reference seeds it has, by their hash."""

    branch: str | None = None  # None: the main database
    seeded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The server of a project, and the database on it that is meant now."""

    root: str  # of the project: one that was moved or copied is another one
    kind: Kind
    name: str
    url: Secret  # of the main database
    version: str
    port: int
    wal_level: WalLevel
    main: str
    database: str  # the one that is meant now: the main one, or a branch's
    by_branch: bool = False  # whether `up` gives each git branch its own
    made: tuple[Kind, ...] = ()  # every kind of server that up started here and that was not removed since
    databases: Mapping[str, Known] = field(default_factory=dict[str, Known])

    def url_of(self, database: str) -> Secret:
        """Return the URL of another database of this server."""
        return url_of(self.url, database)

    @property
    def branch(self) -> str | None:
        """The git branch whose database is meant now; None for the main one."""
        return self.databases.get(self.database, Known()).branch


def url_of(url: Secret, database: str) -> Secret:
    """Return the same URL with another database.

    >>> url_of(Secret("postgresql://me@127.0.0.1:5433/development?sslmode=disable"), "a b").reveal()
    'postgresql://me@127.0.0.1:5433/a%20b?sslmode=disable'
    """
    return Secret(urlunsplit(urlsplit(url.reveal())._replace(path="/" + quote(database, safe=""))))


def is_own(remembered: Remembered, state: Path) -> bool:
    """Return whether it is this project's server, and not that of one that this is a copy of, or was elsewhere."""
    return remembered.kind == "embedded" or remembered.root == os.path.realpath(state.parent)


def remember(
    before: Remembered | None, server: LocalServer, state: Path, *, main: str, wal_level: WalLevel
) -> Remembered:
    """Return what is to be remembered once this server runs.

    Of another kind of server than the one before nothing holds but that it was made.
    """
    made = tuple(dict.fromkeys((*(before.made if before else ()), server.kind)))
    same = before is not None and before.kind == server.kind and before.main == main and is_own(before, state)
    found = before if before is not None and same else None
    return Remembered(
        root=os.path.realpath(state.parent), kind=server.kind, name=server.name, url=server.url,
        version=server.version, port=server.port,
        wal_level=wal_level, main=main, database=found.database if found else main,
        by_branch=before.by_branch if before else False, made=made,
        databases=found.databases if found else {},
    )  # fmt: skip


def with_known(remembered: Remembered, database: str, known: Known) -> Remembered:
    """Return the same with what is known of a database. Pure."""
    return replace(remembered, databases={**remembered.databases, database: known})


def read_remembered(state: Path) -> Remembered | None:
    """Return what `dbtool up` started for the project with this state directory, None where it started nothing.

    Reads a file. Raises UsageError for one that is not as it was written.
    """
    path = state / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="delete it, then dbtool up") from None
    import json

    try:
        raw = cast(dict[str, Any], json.loads(text))
        databases = {name: Known(**known) for name, known in raw.pop("databases").items()}
        raw.pop("branch")
        read: dict[str, Any] = {"url": Secret(raw["url"]), "made": tuple(raw["made"]), "databases": databases}
        return Remembered(**raw | read)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path} is not as dbtool up wrote it", hint="delete it, then dbtool up") from None


def write_remembered(state: Path, remembered: Remembered) -> None:
    """Write it down for the commands that follow, in one step. Writes."""
    import json
    from dataclasses import asdict

    from dbtool.server.postmaster import write_text

    raw = asdict(remembered) | {"url": remembered.url.reveal(), "branch": remembered.branch}
    state.mkdir(exist_ok=True)
    if not (state / ".gitignore").exists():
        write_text(str(state / ".gitignore"), "*\n", 0o644)
    write_text(str(state / FILE), json.dumps(raw, indent=2, ensure_ascii=False) + "\n")


def forget(state: Path) -> None:
    """Forget what was started. Writes."""
    (state / FILE).unlink(missing_ok=True)
