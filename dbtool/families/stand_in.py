"""A stand-in for a table, on which cases are tried: empty, of its columns, with its triggers and policies as they are.

It is a temporary table of the same name, so that nothing is made that others see, a publication of all tables does not
take it, and a trigger that names its own table finds it. The real table is read of, never locked against anybody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString, TypeVar, cast

from dbtool.errors import DbtoolError
from dbtool.parser import trigger_on
from dbtool.queries import query
from dbtool.schema.names import literal, qualified, quoted

if TYPE_CHECKING:
    from dbtool.db import Conn

EXTRA = "case_value"  # a column that each stand-in has besides its own: text, for cases to write

T = TypeVar("T")


class CannotTest(DbtoolError):
    """A table's cases cannot be tried: why, and what would help. It is told, and the others go on."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the real table."""

    name: str
    type: str
    in_key: bool
    not_null: bool
    identity: bool
    has_default: bool
    counted: bool  # its default takes a value of a sequence


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger of the real table; ``enabled`` as pg_trigger has it."""

    name: str
    definition: str
    enabled: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of the real table."""

    name: str
    command: str
    permissive: bool
    roles: list[str]
    using_: str | None
    check_: str | None


@dataclass(frozen=True, slots=True)
class Whole:
    """The real table, and the role that is connected."""

    name: str
    row_security: bool
    superuser: bool
    bypasses: bool
    closed_schemas: list[str]  # that not everybody may use: the table's, those of its triggers' functions, and public


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """All that is read of the real table."""

    table: str  # as PostgreSQL quotes it, with its schema
    whole: Whole
    columns: Sequence[Column]
    triggers: Sequence[Trigger]
    policies: Sequence[Policy]
    role: str  # made where policies bind nobody else, and gone with the transaction

    @property
    def stand_in(self) -> str:
        """The name of what stands in for it."""
        return qualified("pg_temp", self.whole.name)


def read_real(conn: "Conn", table: str) -> Real:
    """Return what the table is. Read-only; in a transaction, for which the table is kept from being altered.

    Raises CannotTest where somebody alters it just now: nobody is waited for.
    """
    import psycopg

    try:
        conn.execute(cast(LiteralString, f"LOCK TABLE {table} IN ACCESS SHARE MODE NOWAIT"))
    except psycopg.errors.UndefinedTable:
        raise CannotTest("the table is not there", hint="dbtool migrate") from None
    except psycopg.errors.LockNotAvailable:
        raise CannotTest("somebody alters the table just now", hint="try again when that is done") from None
    return Real(
        table=table,
        whole=_rows(conn, Whole, "families/stand_in_whole", table)[0],
        columns=_rows(conn, Column, "families/stand_in_columns", table),
        triggers=_rows(conn, Trigger, "families/stand_in_triggers", table),
        policies=_rows(conn, Policy, "families/stand_in_policies", table),
        role=f"dbtool_cases_{conn.info.backend_pid}",
    )


def _rows(conn: "Conn", kind: type[T], name: str, table: str) -> list[T]:
    from psycopg.rows import class_row

    return conn.cursor(row_factory=class_row(kind)).execute(query(name), {"table": table}).fetchall()


def stand_in_for(real: Real) -> Iterator[str]:
    """Yield the statements that make the stand-in. Pure.

    Columns may be null, so that a case inserts only what it is about. Those of the key have a value of themselves, and
    so have those that are not null in the table, where there is one for their type: its other triggers may need it.
    """
    name = real.stand_in
    including = " ".join(f"INCLUDING {what}" for what in ("DEFAULTS", "GENERATED", "IDENTITY", "STORAGE"))
    yield f"CREATE TEMPORARY TABLE {quoted(real.whole.name)} (LIKE {real.table} {including})"
    if all(column.name != EXTRA for column in real.columns):
        yield f"ALTER TABLE {name} ADD COLUMN {EXTRA} text"
    for column in real.columns:
        if column.not_null and not column.in_key and not column.identity:
            yield f"ALTER TABLE {name} ALTER COLUMN {quoted(column.name)} DROP NOT NULL"
    key = [column for column in real.columns if column.in_key]
    if key:
        yield f"ALTER TABLE {name} ADD PRIMARY KEY ({', '.join(quoted(column.name) for column in key)})"
    for column in real.columns:
        if column.counted and not column.in_key:  # the values of a sequence that are taken do not come back
            yield f"ALTER TABLE {name} ALTER COLUMN {quoted(column.name)} DROP DEFAULT"
    yield from _defaults(real, [c for c in key if c.counted or not (c.identity or c.has_default)])
    for column in real.columns:
        if column.not_null and not (column.in_key or column.identity or column.has_default) and column.type in _SOME:
            yield f"ALTER TABLE {name} ALTER COLUMN {quoted(column.name)} SET DEFAULT {_SOME[column.type]}"
    for trigger in real.triggers:
        yield trigger_on(trigger.definition.encode(), name.encode()).decode()
        if switch := _SWITCHES.get(trigger.enabled):
            yield f"ALTER TABLE {name} {switch} TRIGGER {quoted(trigger.name)}"
    for policy in real.policies:
        yield _policy(policy, name)
    if real.whole.row_security:
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"


_SWITCHES = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
_COUNTED = ("smallint", "integer", "bigint", "numeric")
_MADE = {"uuid": "gen_random_uuid()"} | dict.fromkeys(
    ("text", "character varying", "citext"), "gen_random_uuid()::text"
)
_SOME = _MADE | {
    **dict.fromkeys((*_COUNTED, "real", "double precision"), "1"), "boolean": "false", "date": "current_date",
    **dict.fromkeys(("timestamp with time zone", "timestamp without time zone"), "now()"),
    **dict.fromkeys(("json", "jsonb"), "'{}'"),
}  # fmt: skip


def _defaults(real: Real, columns: Sequence[Column]) -> Iterator[str]:
    for number, column in enumerate(columns, start=1):
        if column.type in _COUNTED:
            sequence = qualified("pg_temp", f"dbtool_cases_{number}")
            yield f"CREATE TEMPORARY SEQUENCE dbtool_cases_{number} MAXVALUE 32000"
            default = f"nextval({literal(sequence)})"
        elif column.type in _MADE:
            default = _MADE[column.type]
        else:  # then a case says it; one that does not fails with the column's name
            continue
        yield f"ALTER TABLE {real.stand_in} ALTER COLUMN {quoted(column.name)} SET DEFAULT {default}"


_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


def _policy(policy: Policy, table: str) -> str:
    kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
    roles = ", ".join(quoted(role) for role in policy.roles) or "PUBLIC"
    head = f"CREATE POLICY {quoted(policy.name)} ON {table} AS {kind} FOR {_COMMANDS[policy.command]} TO {roles}"
    using = f" USING ({policy.using_})" if policy.using_ else ""
    return head + using + (f" WITH CHECK ({policy.check_})" if policy.check_ else "")


def bound_by_policies(real: Real) -> Iterator[str]:
    """Yield what makes the stand-in's policies bind who is connected. Pure. Raises CannotTest.

    They bind a table's owner where they are forced, and no superuser: who is one becomes a role made for it, which may
    use the schemas that an application can, reads and writes all tables, and owns nothing.
    """
    if not real.whole.superuser and real.whole.bypasses:
        raise CannotTest(
            "the role that is connected has BYPASSRLS: no policy binds it",
            hint="connect as a superuser, or as the owner of the table without BYPASSRLS",
        )
    yield f"ALTER TABLE {real.stand_in} FORCE ROW LEVEL SECURITY"
    if not real.whole.superuser:
        return
    yield f"CREATE ROLE {real.role}"
    yield f"GRANT pg_read_all_data, pg_write_all_data TO {real.role}"  # what triggers reach; policies bind it still
    for role in sorted({role for policy in real.policies for role in policy.roles}):
        yield f"GRANT {quoted(role)} TO {real.role}"
    for schema in real.whole.closed_schemas:
        yield f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {real.role}"
    yield f"GRANT ALL ON ALL TABLES IN SCHEMA pg_temp TO {real.role}"
    yield f"GRANT ALL ON ALL SEQUENCES IN SCHEMA pg_temp TO {real.role}"
    yield f"SET LOCAL ROLE {real.role}"
