"""What a server makes of a case, read and taken back again."""

from dbtool.client.derive import Derived, client_schema
from dbtool.client.prove import from_nothing
from dbtool.schema.catalog import compare
from dbtool.schema.reading.read import read_schema
from dbtool.schema.whole import Schema
from tests.client.cases import Case
from tests.conftest import Database


def read_case(database: Database, case: Case) -> Schema:
    """Return the schema of *case*, which is gone afterwards."""
    return read_sql(database, case.sql)


def read_sql(database: Database, sql: str) -> Schema:
    with database.connect() as conn:
        conn.execute("BEGIN")
        try:
            conn.execute(sql.encode())
            return read_schema(conn, ledger_schema="public")
        finally:
            conn.execute("ROLLBACK")


def derived(database: Database, case: Case) -> Derived:
    return client_schema(read_case(database, case))


def differences(database: Database, wanted: Schema) -> list[str]:
    """Return where the SQL that makes *wanted* of nothing does not make it."""
    found = read_sql(database, from_nothing(wanted))
    return [f"{d.what} {d.record} {d.changes}" for d in compare(wanted.parts, found.parts)]
