"""read_facts(conn) -> Facts: the relations, types and functions of a database, as far as types follow from them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from dbtool.queries import query
from dbtool.tags import read_tags

if TYPE_CHECKING:
    from psycopg import Cursor

    from dbtool.db import Conn

_PG_CLASS, _PG_TYPE, _PG_PROC = 1259, 1247, 1255  # their own oids, which never change
Address = tuple[int, int, int]  # classid, objid, objsubid of pg_depend
COMPOSITE = "c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type; ``kind`` is that of pg_type.typtype, ``element`` and ``base`` are 0 where there is none."""

    oid: int
    schema: str
    name: str
    kind: str
    element: int
    base: int
    modifier: int
    dimensions: int
    not_null: bool
    has_default: bool
    of_extension: bool
    labels: tuple[str, ...]
    comment: str | None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a relation, or an attribute of a composite type."""

    number: int
    name: str
    type: int
    modifier: int
    dimensions: int
    not_null: bool
    has_default: bool
    identity: str  # "a": always, "d": by default, "": none
    generated: str  # "" for a column that is written
    comment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A table, view or composite type; ``kind`` is that of pg_class.relkind."""

    oid: int
    schema: str
    name: str
    kind: str
    row_type: int
    comment: str | None
    columns: tuple[Column, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument of a function; ``mode`` is that of pg_proc.proargmodes. The name may be empty."""

    name: str
    mode: str
    type: int
    has_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function ("f") or procedure ("p"). Those that differ in their arguments alone are several."""

    oid: int
    schema: str
    name: str
    kind: str
    strict: bool
    returns_set: bool
    result: int
    arguments: tuple[Argument, ...]
    comment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All of it, each by its name in order; the types and their origins by oid."""

    types: Mapping[int, Type]
    relations: tuple[Relation, ...]
    functions: tuple[Function, ...]
    if_needed: frozenset[int] = frozenset()  # types that are only there for what needs them


def read_facts(conn: "Conn", *, ledger_schema: str) -> Facts:
    """Return the facts of the connected database. Read-only, one round trip."""
    from psycopg.pq import TransactionStatus

    begun = conn.info.transaction_status is not TransactionStatus.IDLE
    with conn.pipeline(), conn.transaction():
        if not begun:
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        conn.execute(query("catalog/settings"))  # an empty search_path among them: expressions name their schemas
        types = conn.execute(query("types/types"))
        relations = conn.execute(query("types/relations"), {"ledger": ledger_schema})
        columns = conn.execute(query("types/columns"))
        origins = conn.execute(query("types/origins"))
        checks = conn.execute(query("types/checks"))
        functions = conn.execute(query("types/functions"))
    by_relation, by_type = _checks(_rows(checks))
    found = _relations(_rows(relations), _rows(columns), by_relation)
    return Facts(
        types={row[0]: _type(row, by_type) for row in _rows(types)},
        relations=_with_origins(found, {(a, b): (c, d) for a, b, c, d in _rows(origins)}),
        functions=tuple(_function(row) for row in _rows(functions)),
    )


def _rows(cursor: "Cursor[Any]") -> Sequence[Any]:
    return cast(Sequence[Any], cursor.fetchall())


def _checks(rows: Sequence[Any]) -> tuple[dict[int, tuple[str, ...]], dict[int, tuple[str, ...]]]:
    relations: dict[int, tuple[str, ...]] = {}
    types: dict[int, tuple[str, ...]] = {}
    for relation, type, _, expression in rows:
        found, of = (relations, relation) if relation else (types, type)
        found[of] = (*found.get(of, ()), expression)
    return relations, types


def _type(row: Any, checks: Mapping[int, tuple[str, ...]]) -> Type:
    oid, schema, name, kind, element, base, modifier, dimensions, not_null, has_default, extension, labels, comment = (
        row
    )
    return Type(
        oid=oid, schema=schema, name=name, kind=kind, element=element, base=base, modifier=modifier,
        dimensions=dimensions, not_null=not_null, has_default=has_default, of_extension=extension, labels=tuple(labels),
        comment=comment, checks=checks.get(oid, ()),
    )  # fmt: skip


def _relations(
    rows: Sequence[Any], columns: Sequence[Any], checks: Mapping[int, tuple[str, ...]]
) -> tuple[Relation, ...]:
    held: dict[int, list[Column]] = {}
    for oid, number, name, type, modifier, dimensions, not_null, has_default, identity, generated, comment in columns:
        column = Column(
            number=number, name=name, type=type, modifier=modifier, dimensions=dimensions, not_null=not_null,
            has_default=has_default, identity=identity, generated=generated, comment=comment,
        )  # fmt: skip
        held.setdefault(oid, []).append(column)
    found = [
        Relation(
            oid=oid, schema=schema, name=name, kind=kind, row_type=row_type, comment=comment,
            columns=tuple(held.get(oid, ())), checks=checks.get(oid, ()),
        )
        for oid, schema, name, kind, row_type, comment in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda r: (r.schema, r.name)))  # not the server's order, which is a collation's


def _function(row: Any) -> Function:
    oid, schema, name, kind, strict, returns_set, result, defaults, types, names, modes, comment = row
    modes = modes or ["i"] * len(types)
    names = names or [""] * len(types)
    taken = [number for number, mode in enumerate(modes) if mode in "ibv"]
    by_default = set(taken[len(taken) - defaults :]) if defaults else set[int]()
    arguments = tuple(
        Argument(name=n, mode=m, type=t, has_default=number in by_default)
        for number, (n, m, t) in enumerate(zip(names, modes, types, strict=True))
    )
    return Function(
        oid=oid, schema=schema, name=name, kind=kind, strict=strict, returns_set=returns_set, result=result,
        arguments=arguments, comment=comment,
    )  # fmt: skip


def _with_origins(
    relations: tuple[Relation, ...], origins: Mapping[tuple[int, int], tuple[int, int]]
) -> tuple[Relation, ...]:
    """Return the relations, the columns of views not null where they are those of a table that are not null.

    PostgreSQL says of every column of a view that it may be null.
    """
    columns = {(r.oid, c.number): c for r in relations for c in r.columns}

    def traced(view: int, column: Column) -> Column:
        place: tuple[int, int] | None = (view, column.number)
        seen = column
        while place := origins.get(place):
            seen = columns.get(place, seen)
        return replace(column, not_null=True) if seen.not_null else column

    return tuple(
        replace(r, columns=tuple(traced(r.oid, c) for c in r.columns)) if r.kind in "vm" else r for r in relations
    )


def only(facts: Facts, kept: Collection[Address]) -> Facts:
    """Return the facts about what stands at one of the addresses *kept*, as Record.address of a Schema has them. Pure.

    The columns of views and of composite types have no addresses: they are kept, unless they are @server-only.
    """

    def columns(relation: Relation) -> tuple[Column, ...]:
        if relation.kind in "rpf":
            return tuple(c for c in relation.columns if (_PG_CLASS, relation.oid, c.number) in kept)
        return tuple(c for c in relation.columns if not read_tags(c.comment).server_only)

    return replace(
        facts,
        relations=tuple(
            replace(r, columns=columns(r))
            for r in facts.relations
            if r.kind == COMPOSITE or (_PG_CLASS, r.oid, 0) in kept
        ),
        functions=tuple(f for f in facts.functions if (_PG_PROC, f.oid, 0) in kept),
        if_needed=frozenset(oid for oid in facts.types if (_PG_TYPE, oid, 0) not in kept),
    )
