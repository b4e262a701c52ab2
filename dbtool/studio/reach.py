"""The connection that a program is given: pinned to what was judged, read-only unless asked, its password unseen."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dbtool.db import connect, pinned_conninfo
from dbtool.errors import DatabaseRefused, Unreachable, UsageError
from dbtool.queries import query
from dbtool.secrets import SECRET_OPTIONS, Secret
from dbtool.target import Target, direct_target

if TYPE_CHECKING:
    from dbtool.db import Conn

_READ_ONLY = "-c default_transaction_read_only=on"
_A_DIRECT_URL = "give the direct URL of the server: direct_url in dbtool.toml, or DBTOOL_DIRECT_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A connection string without a password, and the password as the variable that libpq reads it from."""

    conninfo: str
    variables: Mapping[str, str] = field(repr=False)


def reach_of(conn: "Conn", target: Target, *, writable: bool) -> Reach:
    """Return what leads a program to where *conn* was led. Raises UsageError for a secret that has no variable.

    Read-only by the session's start: it holds for every connection the program opens, also for those that it opens
    anew; a SET would be lost with the first. Whoever wants to can SET it off again: it is there for accidents.
    """
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    given = {key: str(value) for key, value in conninfo_to_dict(pinned_conninfo(direct_target(target))).items()}
    secrets = {key: given.pop(key) for key in SECRET_OPTIONS if key in given}
    password = secrets.pop("password", None)
    if secrets:
        raise UsageError(
            f"the connection string ({target.url_from}) has {' and '.join(secrets)}: no program can be given that "
            "without everybody on this machine seeing it",
            hint="use a key without a passphrase for this, or another URL: --url",
        )
    used = {o.keyword.decode(): (o.val or b"").decode() for o in conn.pgconn.info}  # of a service and of PG* as well
    given |= {"application_name": used["application_name"] or used["fallback_application_name"]}
    given |= {"connect_timeout": used["connect_timeout"]} if used["connect_timeout"] else {}
    if "," in given["host"] + given["hostaddr"]:  # of several hosts the one that was judged
        given |= {"host": conn.info.host, "hostaddr": conn.info.hostaddr, "port": str(conn.info.port)}
    if not writable:
        given["options"] = f"{used['options']} {_READ_ONLY}".strip()
    return Reach(conninfo=make_conninfo("", **given), variables={} if password is None else {"PGPASSWORD": password})


def check_reach(target: Target, reach: Reach) -> None:
    """Return where a connection as the program will open it is read-only. Raises DatabaseRefused. Read-only."""
    from psycopg.conninfo import make_conninfo

    conninfo = make_conninfo(reach.conninfo, password=reach.variables.get("PGPASSWORD"))
    as_given = replace(direct_target(target), url=Secret(conninfo), embedded=False)
    try:
        with closing(connect(as_given, purpose="studio")) as conn:
            _refuse_pooler(conn, as_given)
            row = conn.execute(query("studio/read_only")).fetchone()
    except Unreachable as error:
        if "startup parameter" not in error.message:
            raise
        raise DatabaseRefused(
            "a pooler stands before the server, and takes no settings at the start of a session: a program could not "
            f"be kept from writing\n  {error.message.splitlines()[-1].strip()}",
            hint=_A_DIRECT_URL,
        ) from None
    if row != (True,):
        raise DatabaseRefused(
            "the session is not read-only, though that was asked for at its start: does a pooler stand in between?",
            hint=_A_DIRECT_URL,
        )


def _refuse_pooler(conn: "Conn", target: Target) -> None:
    """Raise DatabaseRefused behind a pooler in transaction mode: what one session sets, another client would get."""
    from dbtool.doctor.facts import read_pooling
    from dbtool.doctor.pooling import Pooling

    pooling = read_pooling(conn, lambda: connect(target, purpose="studio"))
    if pooling in (Pooling.TRANSACTION, Pooling.STATEMENT):
        raise DatabaseRefused(
            f"a pooler in {pooling} mode stands before {conn.info.dbname} (at {conn.info.host}:{conn.info.port}): "
            "what one of its clients sets, such as read-only, another would get",
            hint=_A_DIRECT_URL,
        )
