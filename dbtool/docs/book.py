"""Book: what the documentation says of a schema, as data. Pure.

Without owners, grants and sizes: they are of a database, and differ from one to the next.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dbtool.schema.names import quoted
from dbtool.tags import Tags

Name = tuple[str, str]  # schema and name, as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table or view; ``default`` with what makes it: an identity, a generated value."""

    name: str
    type: str
    nullable: bool
    default: str
    tags: Tags
    primary: bool = False
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something of a table with a name, what it is, and its comment: a constraint, an index, a trigger, a policy."""

    name: str
    text: str
    comment: str = ""
    note: str = ""  # in a word or two: unique, disabled, restrictive
    depth: int = 0  # of a partition: how many levels below those of the table itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key; ``columns`` beside ``target_columns``."""

    name: str
    table: Name
    columns: tuple[str, ...]
    target: Name
    target_columns: tuple[str, ...]
    rule: str  # what follows: ON DELETE CASCADE, DEFERRABLE, ...
    nullable: bool  # a row can be without
    single: bool  # at most one row refers to each


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; partitions are told with the partitioned one."""

    schema: str
    name: str
    kind: str  # table, partitioned table, foreign table
    tags: Tags
    columns: tuple[Column, ...]
    facts: tuple[Part, ...] = ()  # how it is partitioned, what it inherits, its options
    constraints: tuple[Part, ...] = ()
    references: tuple[Reference, ...] = ()
    indexes: tuple[Part, ...] = ()
    triggers: tuple[Part, ...] = ()
    policies: tuple[Part, ...] = ()
    partitions: tuple[Part, ...] = ()

    @property
    def key(self) -> Name:
        """What makes it this table and no other."""
        return self.schema, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view, plain or materialized."""

    schema: str
    name: str
    kind: str
    tags: Tags
    columns: tuple[Column, ...]
    definition: str
    indexes: tuple[Part, ...] = ()
    triggers: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function, procedure or aggregate; ``traits``: language, volatility and the like."""

    schema: str
    name: str  # quoted, with the types of its arguments
    kind: str
    arguments: str
    returns: str
    traits: tuple[str, ...]
    body: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type that was made: its ``values`` where it is an enum, its ``rows`` where it is made of others."""

    schema: str
    name: str
    form: str  # enum, composite, domain, range, base
    comment: str
    text: str = ""
    values: tuple[str, ...] = ()
    rows: tuple[Column, ...] = ()
    constraints: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """All of one schema."""

    name: str
    comment: str
    tables: tuple[Table, ...]
    views: tuple[View, ...]
    functions: tuple[Function, ...]
    types: tuple[Type, ...]
    sequences: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Book:
    """All there is to be told."""

    title: str
    chapters: tuple[Chapter, ...]
    extensions: tuple[Part, ...] = ()
    publications: tuple[Part, ...] = ()
    referrers: Mapping[Name, Sequence[Reference]] = field(default_factory=dict[Name, Sequence[Reference]])

    @property
    def tables(self) -> Iterator[Table]:
        """The tables of all schemas."""
        return (table for chapter in self.chapters for table in chapter.tables)

    @cached_property
    def by_key(self) -> Mapping[Name, Table]:
        """The tables by schema and name: those that have a page."""
        return {table.key: table for table in self.tables}

    def named(self, table: Name) -> str:
        """Return the name of a table as it is shown: with its schema, where there are several or it is not public."""
        schema, name = table
        return quoted(name) if schema == "public" and len(self.chapters) == 1 else f"{quoted(schema)}.{quoted(name)}"
