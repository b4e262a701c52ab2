"""read_schema(conn) -> Schema: the parts of a database's schema, and what each of them needs."""

from functools import cache
from typing import TYPE_CHECKING

from dbtool.schema.catalog import read_with
from dbtool.schema.reading.hints import hints_of
from dbtool.schema.reading.later import Later
from dbtool.schema.reading.needs import needs_of
from dbtool.schema.whole import Schema, parts_of

if TYPE_CHECKING:
    from dbtool.db import Conn


def read_parts(conn: "Conn", *kinds: str, ledger_schema: str) -> Schema:
    """Return some kinds of the parts alone, by the names of their queries, and no needs. Read-only, one round trip."""
    catalog, (((role,),),) = read_with(conn, "catalog/role", ledger_schema=ledger_schema, kinds=kinds)
    return Schema(parts=parts_of(catalog), needs={}, version=conn.info.server_version, role=role)


def read_schema(conn: "Conn", *, ledger_schema: str) -> Schema:
    """Return the schema of the connected database, without dbtool's ledger. Read-only, one round trip.

    All queries see the same moment (REPEATABLE READ).
    """
    catalog, (dependencies, ((role,),)) = read_with(conn, "catalog/needs", "catalog/role", ledger_schema=ledger_schema)
    parts = parts_of(catalog)
    found = cache(lambda: needs_of(parts, dependencies))
    return Schema(
        parts=parts,
        needs=Later(lambda: found()[0]),
        hints=Later(lambda: {**found()[1], **hints_of(parts)}),
        version=conn.info.server_version,
        role=role,
    )
