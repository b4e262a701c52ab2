"""facts_of(conn): the facts of the server's types and of the client's, out of one database that holds both."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from dbtool.config import Project
from dbtool.tags import read_tags
from dbtool.types.facts import Facts, only, read_facts

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.schema.whole import Schema


def facts_of(conn: "Conn", project: Project, sides: Iterable[str]) -> dict[str, Facts]:
    """Return the facts for each of "server" and "client" that is asked for. Read-only."""
    facts = read_facts(conn, ledger_schema=project.ledger_schema)
    schema = cache(lambda: _schema(conn, project))
    found: dict[str, Facts] = {}
    for side in sides:
        if side == "client":
            from dbtool.client.derive import client_schema
            from dbtool.client.set import extensions_of

            clients = client_schema(schema(), extensions=extensions_of(project)).schema
            found[side] = only(facts, _addresses(clients))
        elif _has_client_only(facts):
            from dbtool.client.derive import server_schema

            found[side] = only(facts, _addresses(server_schema(schema())))
        else:
            found[side] = facts
    return found


def _schema(conn: "Conn", project: Project) -> "Schema":
    from dbtool.schema.reading.read import read_schema

    return read_schema(conn, ledger_schema=project.ledger_schema)


def _addresses(schema: "Schema") -> set[tuple[int, int, int]]:
    return {record.address for record in schema.parts.values() if record.address}


def _has_client_only(facts: Facts) -> bool:
    comments = (c for r in facts.relations for c in (r.comment, *(column.comment for column in r.columns)))
    return any(read_tags(comment).client_only for comment in comments if comment)
