"""The databases of the benchmark: made anew for each run, and counted after it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

COUNTS = """
SELECT (SELECT count(*) FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind = 'r') AS tables,
       (SELECT count(*) FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind = 'v') AS views,
       (SELECT count(*) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        WHERE c.relnamespace = n.oid AND i.indisvalid
          AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = c.oid AND k.contype <> 'f')
       ) AS indexes,
       (SELECT count(*) FROM pg_proc AS p WHERE p.pronamespace = n.oid) AS functions,
       (SELECT count(*) FROM pg_type AS t WHERE t.typnamespace = n.oid AND t.typtype = 'e') AS enums,
       (SELECT count(*) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
        WHERE c.relnamespace = n.oid AND NOT t.tgisinternal) AS triggers,
       (SELECT count(*) FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
        WHERE c.relnamespace = n.oid) AS policies
FROM pg_namespace AS n WHERE n.nspname = 'app'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where a tool is to connect."""

    host: str
    port: int
    password: str
    name: str
    user: str = "postgres"

    def url(self, scheme: str = "postgresql") -> str:
        return f"{scheme}://{self.user}:{self.password}@{self.host}:{self.port}/{self.name}"

    def libpq_environment(self) -> dict[str, str]:
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.name,
        }


def fresh_database(server: Database, name: str) -> Database:
    """A new, empty database in place of the one with this name. Writes."""
    drop_database(server, name)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        connection.execute("CHECKPOINT")  # what came before is not paid for by the next measurement
    return replace(server, name=name)


def drop_database(server: Database, name: str) -> None:
    """Removes the database if it is there. Writes."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def count_objects(database: Database) -> Counter[str]:
    """What is in the schema app, counted by kind, and the rows of all its tables. Read-only."""
    with psycopg.connect(database.url(), autocommit=True) as connection:
        cursor = connection.execute(COUNTS)
        names = [column.name for column in cursor.description or ()]
        counts = Counter[str]()
        for row in cursor:
            counts.update(dict(zip(names, row, strict=True)))
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'app'").fetchall()
        for (table,) in tables:
            rows = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("app", table)))
            counts["rows"] += sum(number for (number,) in rows)
        return +counts  # a kind of which there is none does not count as a key


def server_version(database: Database) -> str:
    """Such as "18.1". Read-only."""
    with psycopg.connect(database.url()) as connection:
        return str(connection.info.parameter_status("server_version"))


def exists(server: Database, name: str) -> bool:
    """Whether there is a database of this name. Read-only."""
    with psycopg.connect(server.url()) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        return found.fetchone() is not None
