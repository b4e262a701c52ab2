"""Throw-away databases: made, dropped at the end, and dropped by the next one where their maker was killed.

A database is ours, and may be dropped, when its name has our form, its comment begins with our words, and its oid is
the one that was seen. Its maker holds an advisory lock as long as it lives; the lock's number is in the name.
"""

import os
import secrets
import socket
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString, cast

from dbtool.errors import DatabaseRefused
from dbtool.queries import query
from dbtool.secrets import redact

if TYPE_CHECKING:
    from psycopg.sql import Composable, Composed

    from dbtool.shadow.servers import Server

PREFIX = "dbtool_shadow_"
MARK = "dbtool made this"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A database that was made here."""

    name: str
    oid: int


@contextmanager
def throw_away(server: "Server", *, template: str = "", name: str = "") -> Generator[Made]:
    """Give a new database, a copy of *template* or empty, and drop it at the end. Writes.

    Drops those as well whose maker is gone. Raises DatabaseRefused where none can be made, and psycopg's
    InvalidCatalogName where there is no such template any more.
    """
    import psycopg

    key = secrets.token_hex(8)
    with server.admin.pipeline():
        server.admin.execute(query("shadow/lock"), {"key": key})
        stale = server.admin.execute(query("shadow/stale"))
    for oid, left, comment in cast(list[Any], stale.fetchall()):
        if not comment or comment.startswith(MARK):  # killed before it could say so, or after
            drop(server, Made(name=left, oid=oid))
    try:
        made = create(server, PREFIX + key, template=template, comment=_comment(name))
    except BaseException:  # ctrl-C between its making and its comment: the name is nobody else's
        with suppress(psycopg.Error):
            _drop_unfinished(server, PREFIX + key)
        raise
    try:
        yield made
    finally:
        with suppress(psycopg.Error):  # then the next one drops it
            drop(server, made)


def create(server: "Server", name: str, *, template: str = "", comment: str, closed: bool = False) -> Made:
    """Create a database and say in its comment that it is ours. Writes.

    *closed*: nobody can connect to it. Raises DatabaseRefused, or psycopg's error where there is no such template,
    or the name is taken.
    """
    import psycopg
    from psycopg import sql

    attempts: list[dict[str, str]] = [{}] if template else list(_locales(server.locale))
    for number, options in enumerate(attempts, start=1):
        try:
            server.admin.execute(_create(name, template or "template0", options, server.version, closed=closed))
            break
        except (psycopg.errors.InvalidCatalogName, psycopg.errors.DuplicateDatabase):
            raise
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseRefused(
                f"{server.told} does not let {server.admin.info.user} make throw-away databases: {error}",
                hint=f"ALTER ROLE {server.admin.info.user} CREATEDB; or name another server: shadow in dbtool.toml",
            ) from None
        except psycopg.Error as error:
            if number == len(attempts) or server.admin.broken:
                raise DatabaseRefused(
                    f"{server.told} made no throw-away database: {redact(str(error).strip())}"
                ) from None
    words = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(comment))
    with server.admin.pipeline():
        server.admin.execute(words)
        row = server.admin.execute(query("shadow/database"), {"database": name})
    return Made(name=name, oid=cast(Any, row.fetchone())[0])


def drop(server: "Server", made: Made) -> None:
    """Drop a database that was made here; one that is not, or is gone, is left. Writes."""
    from psycopg import sql

    row = cast(Any, server.admin.execute(query("shadow/database"), {"database": made.name}).fetchone())
    if row is None:
        return
    oid, comment, subscribes = row
    if oid != made.oid or not made.name.startswith("dbtool_") or not (not comment or comment.startswith(MARK)):
        return
    if subscribes:
        _end_subscriptions(server, made.name)
    server.admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(made.name)))


def _drop_unfinished(server: "Server", name: str) -> None:
    row = cast(Any, server.admin.execute(query("shadow/database"), {"database": name}).fetchone())
    if row is not None:
        drop(server, Made(name=name, oid=row[0]))


def _comment(name: str) -> str:
    what = f" for {name}" if name else ""
    return f"{MARK}{what}, to be thrown away: process {os.getpid()} on {socket.gethostname()}"


def _end_subscriptions(server: "Server", database: str) -> None:
    """End the subscriptions of a database, which hinder its end, without a word to their publishers."""
    from dbtool.shadow.tamed import without_publisher

    with server.connect(database, purpose="shadow") as conn:
        for (name,) in cast(list[Any], conn.execute(query("shadow/subscriptions")).fetchall()):
            for statement in without_publisher(name):
                conn.execute(statement)


def _create(name: str, template: str, options: Mapping[str, str], version: int, *, closed: bool) -> "Composed":
    from psycopg import sql

    words: list[Composable] = [
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    ]
    if version >= 150000:  # a copy of files beats a copy through the log: manual, CREATE DATABASE
        words.append(sql.SQL("STRATEGY file_copy"))
    if closed:
        words.append(sql.SQL("ALLOW_CONNECTIONS false"))
    words += [sql.SQL(_WORDS[key]).format(sql.Literal(value)) for key, value in options.items()]
    return sql.SQL(" ").join(words)


_WORDS: Mapping[str, LiteralString] = {
    "encoding": "ENCODING {}", "collate": "LC_COLLATE {}", "ctype": "LC_CTYPE {}", "provider": "LOCALE_PROVIDER {}",
    "icu": "ICU_LOCALE {}", "builtin": "BUILTIN_LOCALE {}", "locale": "LOCALE {}",
}  # fmt: skip


def _locales(like: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield what to try: as the target's, then UTF-8 with the server's locale, then with C."""
    if like:
        options = {key: like[key] for key in ("encoding", "collate", "ctype")}
        if like["provider"] == "i":
            options |= {"provider": "icu", "icu": like["locale"]}
        elif like["provider"] == "b":
            options |= {"provider": "builtin", "builtin": like["locale"]}
        yield options
        yield {key: like[key] for key in ("encoding", "collate", "ctype")}
    yield {"encoding": "UTF8"}
    yield {"encoding": "UTF8", "locale": "C"}
