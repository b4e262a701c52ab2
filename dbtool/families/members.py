"""Which tables have which family, by what the tables' comments and the families' headers say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import BadFile
from dbtool.families.family import Family, Table
from dbtool.finding import Finding, Place
from dbtool.queries import query
from dbtool.schema.files.definitions import Definition
from dbtool.schema.names import qualified
from dbtool.schema.whole import Schema
from dbtool.tags import read_tags

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A table that is to have a family."""

    family: Family
    table: Table

    def definitions(self) -> Iterator[Definition]:
        """Yield what is made for it. Pure."""
        return self.family.definitions_for(str(self.table))


def read_tables(conn: "Conn") -> tuple[Table, ...]:
    """Return the tables that may have families, by name: ordinary and partitioned ones, no partitions. Read-only."""
    rows = cast(list[Any], conn.execute(query("families/tables")).fetchall())
    return tuple(
        Table(schema=schema, name=name, tags=read_tags(comment), columns=frozenset(columns))
        for schema, name, comment, columns in rows
    )


def tables_of(schema: Schema) -> tuple[Table, ...]:
    """Return the same tables as read_tables(), from what was read of a schema already. Pure."""
    partitions = {record.parent for record in schema.parts.values() if record.kind == "attachment"}
    tables = [r for r in schema.parts.values() if r.kind == "table" and qualified(r.schema, r.name) not in partitions]
    return tuple(
        Table(
            schema=record.schema,
            name=record.name,
            tags=read_tags(record.comment),
            columns=frozenset(r.name for r in schema.children.get(name, ()) if r.kind == "column"),
        )
        for record in sorted(tables, key=lambda r: (r.schema, r.name))
        if (name := qualified(record.schema, record.name))
    )


def members(families: Sequence[Family], tables: Sequence[Table], of: str = "server") -> tuple[Member, ...]:
    """Return which of the tables are to have which family, in the migration set *of*; by table, then family. Pure."""
    return tuple(
        Member(family=family, table=table) for table in tables for family in families if family.wants(table, of)
    )


def refuse_unfit(families: Sequence[Family], tables: Sequence[Table], of: str = "server") -> None:
    """Raise BadFile for a table that lacks a column which its family needs, and for one that is named and not there."""
    findings = [*_lacking(members(families, tables, of)), *_unknown(families, tables)]
    if findings:
        raise BadFile(*findings)


def _lacking(found: Sequence[Member]) -> Iterator[Finding]:
    for member in found:
        family, table = member.family, member.table
        if lacking := family.lacking(table):
            why = f"is of category {table.tags.category}" if table.tags.category in family.categories else "is named"
            columns = "a column" if len(lacking) == 1 else "columns"
            yield Finding(
                id="family-needs-column",
                message=f"{table} {why}, and lacks {columns} that the family {family.name} needs: {', '.join(lacking)}",
                help=f"add it to {table} in sql/schema; or take the table out: -- dbtool: except {table}",
                place=_header(family, "column"),
            )


def _unknown(families: Sequence[Family], tables: Sequence[Table]) -> Iterator[Finding]:
    known = {str(table) for table in tables}
    for family in families:
        for word, names in (("table", family.tables), ("except", family.excepted)):
            for name in names:
                if name not in known:
                    yield Finding(
                        id="family-table-missing",
                        message=f"-- dbtool: {word} {name}: there is no such table",
                        help="take the line out, or name the table as it is, with its schema",
                        place=_header(family, word, name),
                    )


def _header(family: Family, word: str, name: str = "") -> Place:
    lines = bytes(family.script.source).decode(errors="replace").splitlines()
    plain = name.rpartition(".")[2].replace('"', "")
    number = next((n for n, line in enumerate(lines, start=1) if f"dbtool: {word}" in line and plain in line), 1)
    return Place(path=family.path, line=number)
