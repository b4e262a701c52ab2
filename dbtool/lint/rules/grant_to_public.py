"""A privilege for everybody."""

from collections.abc import Iterator
from typing import Any

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.parser import enum_word


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("grant_stmt"):
        yield from _judged(statement, node, "")
    for statement, node in source.each("alter_default_privileges_stmt"):
        yield from _judged(statement, node.action, " of all that is made from now on")


def _judged(statement: Parsed, node: Any, of: str) -> Iterator[Seen]:
    if not node.is_grant:
        return
    roles = [grantee.role_spec for grantee in node.grantees]
    if not any(enum_word(role, "roletype") == "ROLESPEC_PUBLIC" for role in roles):
        return
    rights = ", ".join(p.access_priv.priv_name.upper() for p in node.privileges) or "ALL"
    yield at(
        statement,
        f"{rights}{of} for PUBLIC: every role of the server has it, also those that are made later",
        "GRANT ... TO the roles that need it",
    )


RULE = Rule(
    id="grant-to-public",
    title="A privilege for everybody",
    severity=Severity.WARNING,
    why="PUBLIC is every role, also each that is made later, and REVOKE from one role does not take away what it has "
    "through PUBLIC.",
    help="GRANT to the roles that need it",
    page="sql-grant.html",
    check=_check,
    nodes=nodes("grant_stmt", "alter_default_privileges_stmt"),
    roles=CODE,
)
