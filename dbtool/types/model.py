"""What the types of one file say, whatever the language: rows, enums, domains, calls, in the order they stand in."""

from dataclasses import dataclass

from dbtool.types.limits import NONE, Limits

AS_TYPE = "t"  # a table or view of another schema: no more than a type here


@dataclass(frozen=True, slots=True)
class Plain:
    """A type that PostgreSQL or an extension has, by its name in pg_type; ``builtin``: of PostgreSQL itself."""

    name: str
    builtin: bool = True


@dataclass(frozen=True, slots=True)
class Custom:
    """A type in the words of the language, out of the configuration or a @type tag."""

    text: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some values."""

    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON value; ``kind`` is what jsonb_typeof() says of each, or empty."""

    kind: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A type of this file."""

    name: str
    base: str  # what it is below: a name in pg_type, or ""


@dataclass(frozen=True, slots=True)
class Array:
    """An array; ``longest`` is that of varchar(n)[]."""

    element: "Shape"
    dimensions: int = 1
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """What a function returns whose columns are its own."""

    fields: tuple["Field", ...]


Shape = Plain | Custom | OneOf | Json | Named | Array | Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column, attribute or argument."""

    name: str
    doc: str
    shape: Shape
    nullable: bool
    limits: Limits = NONE
    base: str = ""  # the type below domains: a name in pg_type
    written: bool = True  # an INSERT or UPDATE can give it
    optional: bool = False  # an INSERT, or a call, can leave it out


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """An enum."""

    schema: str
    source: str
    name: str
    doc: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain."""

    schema: str
    source: str
    name: str
    doc: str
    field: Field
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A table, a view, or a composite type; ``kind`` is that of pg_class.relkind, or AS_TYPE."""

    schema: str
    source: str
    kind: str
    name: str
    doc: str
    fields: tuple[Field, ...]
    left_out: tuple[str, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether rows are written to it."""
        return self.kind in "rpf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One way to call a function."""

    arguments: tuple[Field, ...]
    result: Shape | None  # None for nothing
    nullable: bool
    is_set: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function or procedure, with all its signatures."""

    schema: str
    source: str
    name: str
    doc: str
    signatures: tuple[Signature, ...]


Item = Enum | Domain | Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """What a file holds."""

    items: tuple[Item, ...]  # each after those that it needs
    calls: tuple[Call, ...]
