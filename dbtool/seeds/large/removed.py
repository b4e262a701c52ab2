"""What a set's plain files are about to delete: the rows that their DELETEs match, counted before anybody is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.parser import node_name, syntax_tree
from dbtool.queries import verbatim
from dbtool.seeds import SeedFile

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How many rows of a table a DELETE matches now; None where that could not be counted."""

    file: str
    table: str
    rows: int | None


def count_removed(conn: "Conn", files: Sequence[SeedFile]) -> tuple[Removed, ...]:
    """Return what the DELETEs of these files match now, in their order. Read-only, one round trip for each.

    A DELETE with USING, WITH or RETURNING cannot be turned into a count.
    """
    import psycopg

    found: list[Removed] = []
    for file in files:
        for table, counting in _counts(file):
            try:
                with conn.transaction():
                    rows = cast(Any, conn.execute(verbatim(counting)).fetchone())[0]
            except psycopg.errors.ProgrammingError:
                rows = None
            found.append(Removed(file=file.name, table=table, rows=rows))
    return tuple(found)


def _counts(file: SeedFile) -> Iterator[tuple[str, str]]:
    script = file.script
    for statement in script.statements:
        counting = counting_of(script.text(statement)) if file.removes_rows else None
        if counting:
            yield counting


def counting_of(sql: bytes) -> tuple[str, str] | None:
    """Return the table of a DELETE and the SELECT that counts what it would delete; None for all else.

    >>> counting_of(b"delete from only a.t as x where x.id = 1 returning *")
    >>> counting_of(b"delete from only a.t as x where x.id = 1")
    ('a.t', 'SELECT count(*) FROM ONLY a.t as x where x.id = 1')
    """
    if sql[:6].lower() != b"delete":
        return None
    tree = syntax_tree(sql)
    if node_name(tree) != "delete_stmt":
        return None
    delete = tree.delete_stmt
    if delete.using_clause or any(delete.HasField(clause) for clause in ("returning_clause", "with_clause")):
        return None
    relation = delete.relation
    table = f"{relation.schemaname}.{relation.relname}" if relation.schemaname else relation.relname
    rest = sql[relation.location :].decode()
    return table, f"SELECT count(*) FROM {'' if relation.inh else 'ONLY '}{rest}"
