"""read_tables(conn) -> Listing: the tables of a database in dependency order, with what each has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool.queries import query
from dbtool.schema.names import qualified
from dbtool.tables.order import Cycle, Reference, in_dependency_order
from dbtool.tags import Tags, read_tags

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.families.family import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A table as queries/tables/listed.sql tells it."""

    oid: int
    schema: str
    name: str
    kind: str  # ordinary, partitioned, foreign
    partitions: int
    rows: int | None  # estimated; None where nobody has counted
    bytes: int
    comment: str | None
    publications: list[str]
    triggers: list[str]
    policies: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A foreign key as queries/tables/references.sql tells it; tables by their oids."""

    child: int
    parent: int
    name: str
    is_deferrable: bool
    is_nullable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, with its partitions counted in."""

    schema: str
    name: str
    kind: str
    partitions: int
    rows: int | None
    bytes: int
    tags: Tags
    publications: tuple[str, ...]
    families: tuple[str, ...]  # those that are whole
    families_in_part: tuple[str, ...]
    references: tuple[str, ...]  # the other tables that it refers to, as they are quoted

    def __str__(self) -> str:
        return qualified(self.schema, self.name)

    @property
    def client(self) -> bool:
        """Whether it is in the client set, by its tags."""
        return not self.tags.server_only and (self.tags.client_only or self.tags.category == "domain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The tables, parents before children, and the circles among them, by quoted names."""

    tables: tuple[Table, ...]
    cycles: tuple[Cycle[str], ...]


def read_tables(conn: "Conn", families: "Sequence[Family]" = (), *, ledger_schema: str) -> Listing:
    """Return the tables of the connected database, without dbtool's ledger. Read-only, one round trip."""
    from psycopg.rows import class_row

    with conn.pipeline(), conn.transaction():
        tables, keys = conn.cursor(row_factory=class_row(Row)), conn.cursor(row_factory=class_row(ForeignKey))
        tables.execute(query("tables/listed"), {"ledger": ledger_schema})
        keys.execute(query("tables/references"))
    return listing(tables.fetchall(), keys.fetchall(), families)


def listing(rows: Sequence[Row], keys: Sequence[ForeignKey], families: "Sequence[Family]" = ()) -> Listing:
    """Return the tables in dependency order, with the families that they have. Pure."""
    names = {row.oid: qualified(row.schema, row.name) for row in rows}
    references = [
        Reference(
            child=names[key.child], parent=names[key.parent], constraint=key.name,
            deferrable=key.is_deferrable, nullable=key.is_nullable,
        )
        for key in keys if key.child in names and key.parent in names
    ]  # fmt: skip
    order, cycles = in_dependency_order(names.values(), references)
    parts = {family.name: parts_of(family) for family in families}
    parents: dict[str, set[str]] = {}
    for reference in references:
        if reference.child != reference.parent:
            parents.setdefault(reference.child, set()).add(reference.parent)
    by_name = {names[row.oid]: row for row in rows}
    rank = {name: number for number, name in enumerate(order)}
    return Listing(
        tables=tuple(
            _table(
                by_name[name],
                {f.name: parts[f.name] for f in families if _may_have(by_name[name], f, parts[f.name])},
                sorted(parents.get(name, ()), key=rank.__getitem__),
            )
            for name in order
        ),
        cycles=cycles,
    )


Part = tuple[str, str]  # "trigger" or "policy", and its name


def parts_of(family: "Family") -> frozenset[Part]:
    """Return the triggers and policies that a family makes for each of its tables. Pure."""
    made = (definition.made for definition in family.definitions_for("this_table"))
    return frozenset((one.family, one.name) for one in made if one and one.family in ("trigger", "policy"))


def _may_have(row: Row, family: "Family", parts: Iterable[Part]) -> bool:
    """Whether what is called as the family's is the family's: its triggers are; a policy may be anybody's."""
    from dbtool.families.family import Table as Candidate

    triggers = {name for kind, name in parts if kind == "trigger"}
    candidate = Candidate(schema=row.schema, name=row.name, tags=read_tags(row.comment), columns=frozenset())
    return not triggers.isdisjoint(row.triggers) or family.wants(candidate)


def _table(row: Row, families: dict[str, frozenset[Part]], references: Iterable[str]) -> Table:
    has = {("trigger", name) for name in row.triggers} | {("policy", name) for name in row.policies}
    return Table(
        schema=row.schema,
        name=row.name,
        kind=row.kind,
        partitions=row.partitions,
        rows=row.rows,
        bytes=row.bytes,
        tags=read_tags(row.comment),
        publications=tuple(sorted(row.publications)),
        families=tuple(name for name, parts in families.items() if parts and parts <= has),
        families_in_part=tuple(name for name, parts in families.items() if parts & has and not parts <= has),
        references=tuple(references),
    )
