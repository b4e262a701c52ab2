"""The database's own mark: which environment it says that it is, in COMMENT ON DATABASE.

Every client can read it, `reset` and `nuke` leave it, and a copy does not keep it: it names the server's system
identifier and the database's oid, so what was cloned or restored from a dump counts as not marked. (ALTER DATABASE
SET can be spoofed by PGOPTIONS and by roles; a table dies with `nuke`.)
"""

import re
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, Refused
from dbtool.guard.names import Meaning, Words, meaning
from dbtool.queries import query

if TYPE_CHECKING:
    from dbtool.db import Conn

_PRODUCTION = Words(production=frozenset({"production", "prod", "prd", "live"}))
_form = re.compile(r"\s*@dbtool\.environment=(?P<name>[^\s@]+) system=(?P<system>\d+) oid=(?P<oid>\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a database says of itself. ``environment`` is "" where it says nothing that holds here."""

    database: str
    environment: str
    system: str  # the server's system identifier, "" where the role may not read it
    oid: int  # of the database
    foreign: str = ""  # the environment of a mark that was made for another database: this is a copy
    comment: str = ""  # the whole comment
    owner: bool = False  # whether our role may write the mark
    standby: bool = False


def read_mark(conn: "Conn") -> Mark:
    """Return the mark of the connected database. Read-only, one round trip."""
    import psycopg

    alone = conn.autocommit and conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    try:
        with nullcontext() if alone else conn.transaction():  # a failure must not end the transaction we are in
            row = conn.execute(query("guard/mark")).fetchone()
    except psycopg.errors.InsufficientPrivilege:  # on pg_control_system()
        row = conn.execute(query("guard/mark_without_system")).fetchone()
    database, system, oid, comment, owner, standby = cast(Any, row)
    here, foreign = parse(comment, system=system, oid=oid)
    return Mark(
        database=database, environment=here, foreign=foreign, system=system, oid=oid, comment=comment, owner=owner,
        standby=standby,
    )  # fmt: skip


def parse(comment: str, *, system: str, oid: int) -> tuple[str, str]:
    """Return the environment that holds for this database, and the one that was meant for another. Pure.

    Of several the strictest counts. Where the role may not read who the server is, production is believed.

    >>> parse("The shop. @dbtool.environment=production system=7 oid=5", system="7", oid=5)
    ('production', '')
    >>> parse("The shop. @dbtool.environment=production system=7 oid=5", system="8", oid=5)
    ('', 'production')
    """
    here: list[str] = []
    foreign: list[str] = []
    for found in _form.finditer(comment):
        same = int(found["oid"]) == oid and found["system"] == system
        may_be = int(found["oid"]) == oid and not system and strictness(found["name"]) == 2
        (here if same or may_be else foreign).append(found["name"])
    return max(here, key=strictness, default=""), max(foreign, key=strictness, default="")


def strictness(environment: str) -> int:
    """Return how careful a mark makes: 2 for production, 1 for one that is no word for development, 0 for one that is.

    >>> [strictness(name) for name in ("development", "staging", "prod-eu")]
    [0, 1, 2]
    """
    if meaning(environment, _PRODUCTION) is Meaning.PRODUCTION:
        return 2
    return 0 if environment in ("development", "dev", "test", "testing", "local") else 1


def marked(comment: str, environment: str, *, system: str, oid: int) -> str:
    """Return the comment with the mark appended to what is there, in place of an earlier one. Pure.

    >>> marked("The shop.", "production", system="7", oid=5)
    'The shop. @dbtool.environment=production system=7 oid=5'
    >>> marked("The shop. @dbtool.environment=production system=7 oid=5", "", system="7", oid=5)
    'The shop.'
    """
    rest = _form.sub("", comment).strip()
    mark = f"@dbtool.environment={environment} system={system} oid={oid}" if environment else ""
    return f"{rest} {mark}".strip()


def write_mark(conn: "Conn", mark: Mark, environment: str) -> None:
    """Write the mark into the comment of the connected database; "" takes it away. Writes.

    *mark* is what was judged: Refused is raised where this connection stands elsewhere, or the comment changed
    meanwhile; DatabaseRefused where the role does not own the database, or the server does not tell who it is.
    """
    import psycopg
    from psycopg import sql

    if not mark.system:
        raise DatabaseRefused(
            f"{mark.database} cannot be marked: this role may not read the server's system identifier",
            hint="GRANT EXECUTE ON FUNCTION pg_control_system() TO the role",
        )
    comment = marked(mark.comment, environment, system=mark.system, oid=mark.oid)
    statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
    try:
        with conn.transaction():
            now = read_mark(conn)
            if (now.system, now.oid, now.comment) != (mark.system, mark.oid, mark.comment):
                raise Refused(
                    f"{mark.database} is not what was judged any more: another server answers, or its comment changed",
                    hint="nothing was marked; run the command again",
                )
            conn.execute(statement.format(sql.Identifier(mark.database), sql.Literal(comment or None)))
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseRefused(
            f"{mark.database} cannot be marked: only its owner may write COMMENT ON DATABASE, and "
            f"{conn.info.user} is not",
            hint="connect as the owner, or as a superuser",
        ) from None
