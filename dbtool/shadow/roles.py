"""Roles that the project's files name and the shadow's server does not have: made there, so that the files run."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused
from dbtool.parser import HUGE, syntax_tree
from dbtool.queries import query
from dbtool.shadow.databases import PREFIX

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

    from dbtool.db import Conn

COMMENT = "made by dbtool for a shadow"
_missing = re.compile(r'^role "(.+)" does not exist$')


def missing_role(diag: "Diagnostic") -> str:
    """Return the role that is not there, "" where it is something else that failed."""
    found = _missing.match(diag.message_primary or "")
    return found[1] if found and diag.sqlstate in ("42704", "22023") else ""


_telling = re.compile(rb"\b(owner|grant|revoke|policy|role|authorization|mapping|privileges)\b", re.IGNORECASE)


def named_roles(sql: bytes) -> tuple[str, ...]:
    """Return the roles that a statement names, besides PUBLIC, CURRENT_USER and their like. Pure.

    >>> named_roles(b'grant select on t to "A", public, current_user')
    ('A',)
    """
    return tuple(_specified(syntax_tree(sql))) if len(sql) <= HUGE and _telling.search(sql) else ()


def _specified(message: Any) -> Iterator[str]:
    """Yield the names in each RoleSpec of a parse tree."""
    if message.DESCRIPTOR.name == "RoleSpec":
        if message.rolename:
            yield message.rolename
        return
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            for inner in value if field.is_repeated else (value,):
                yield from _specified(inner)


def make_roles(conn: "Conn", names: Iterable[str]) -> None:
    """Make those of the roles that are not there, without login, with a comment that says whose they are. Writes.

    *conn* is a shadow's, and in no transaction. Raises DatabaseRefused where this role may not make roles.
    """
    import psycopg
    from psycopg import sql

    if not conn.info.dbname.startswith(PREFIX):
        raise ValueError(f"{conn.info.dbname} is no shadow")
    for (name,) in cast(list[Any], conn.execute(query("shadow/roles"), {"names": list(names)}).fetchall()):
        role = sql.Identifier(name)
        try:
            with conn.transaction():
                conn.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
                conn.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(role, sql.Literal(COMMENT)))
                if conn.info.parameter_status("is_superuser") != "on":  # else nothing could be given to it
                    conn.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            pass  # another run made it meanwhile
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseRefused(
                f"the files name the role {name}, which the shadow's server does not have, and "
                f"{conn.info.user} may not make it there: {error}",
                hint=f"there, as one who may: CREATE ROLE {role.as_string(conn)} NOLOGIN; "
                f"GRANT {role.as_string(conn)} TO {conn.info.user}",
            ) from None
