"""Databases with a schema of any size, the same for the same seed, and the changes that make another of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
from psycopg import sql

from bench.databases import Database, drop_database, fresh_database
from bench.workload import Migration, make_migrations

# Migrations for each table that comes out: 1,000 make about 300.
PER_TABLE = 10 / 3
AT_ONCE = 50  # migrations in a transaction: each object that is made holds a lock, and there are some 6,000
CHANGES = 20


def make_schema(server: Database, name: str, tables: int, *, seed: int) -> Database:
    """A new database with about so many tables and what goes with them. Writes."""
    database = fresh_database(server, name)
    migrations = make_migrations(round(tables * PER_TABLE), seed=seed)
    with psycopg.connect(database.url(), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for start in range(0, len(migrations), AT_ONCE):
            with connection.transaction():
                connection.execute(_text(migrations[start : start + AT_ONCE]).encode())
        connection.execute("ANALYZE")  # as autovacuum would have done it
    return database


def copy_schema(server: Database, source: Database, name: str, changes: Sequence[str] = ()) -> Database:
    """Another database with the same in it, but for the changes. Writes."""
    drop_database(server, name)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(source.name)))
    copy = Database(host=server.host, port=server.port, password=server.password, name=name, user=server.user)
    with psycopg.connect(copy.url(), autocommit=True) as connection:
        for change in changes:
            connection.execute(change.encode())
    return copy


def changes_to(database: Database) -> tuple[str, ...]:
    """Twenty changes of the kinds that people make, each to another table. Read-only."""
    with psycopg.connect(database.url()) as connection:
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'app' AND tablename <> 'tenants' ORDER BY tablename"
        ).fetchall()
    tables = [str(table) for (table,) in rows]
    step = max(1, len(tables) // CHANGES)
    return tuple(_change(number, table) for number, table in enumerate(tables[::step][:CHANGES]))


def _change(number: int, table: str) -> str:
    """One of five kinds, by its number.

    >>> _change(1, "billing_notes")
    'CREATE INDEX billing_notes_wanted_idx ON app.billing_notes (title, amount)'
    """
    kinds = (
        f"ALTER TABLE app.{table} ADD COLUMN wanted text",
        f"CREATE INDEX {table}_wanted_idx ON app.{table} (title, amount)",
        f"ALTER TABLE app.{table} ADD CONSTRAINT {table}_wanted CHECK (amount < 1000000)",
        f"CREATE VIEW app.{table}_wanted AS SELECT id, title FROM app.{table} WHERE amount > 10",
        f"ALTER TABLE app.{table} ALTER COLUMN attributes SET DEFAULT '[]'",
    )
    return kinds[number % len(kinds)]


def _text(migrations: Sequence[Migration]) -> str:
    return "".join(_without_analyze(migrations))


def _without_analyze(migrations: Sequence[Migration]) -> Iterator[str]:
    for migration in migrations:
        yield "\n".join(one for one in migration.statements if not one.startswith("ANALYZE")) + "\n"
