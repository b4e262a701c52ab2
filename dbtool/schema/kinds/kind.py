"""What the engine knows of one kind of thing: how it is made, changed, and taken away. Pure.

A family's module fills in a Kind for each kind of its records; ``dbtool.schema.kinds.KINDS`` gathers them. Owners,
grants, comments and security labels are not told here: one rule for all kinds does that (dbtool/schema/words.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dbtool.schema.catalog import Record
from dbtool.schema.names import qualified, quoted
from dbtool.schema.statement import Statement
from dbtool.schema.whole import Schema

Create = Callable[[Record, Schema, Sequence[Record]], list[Statement]]
Alter = Callable[[Record, Record, Schema, Schema], list[Statement] | None]
Drop = Callable[[Record, Schema], list[Statement]]


def named(record: Record) -> str:
    """Return the name of what stands by itself."""
    return qualified(record.schema, record.name)


def named_as_is(record: Record) -> str:
    """Return the name of what the catalog tells quoted already: functions, operator classes."""
    return f"{quoted(record.schema)}.{record.name}" if record.schema else record.name


def named_on(record: Record) -> str:
    """Return the name of what belongs to a relation: "name ON table"."""
    return f"{quoted(record.name)} ON {record.parent}"


def replace_always(old: Record, new: Record, current: Schema, wanted: Schema) -> None:
    """Say that nothing of it can be altered: drop it, and create it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How things of one kind are made, changed and dropped.

    ``create(record, wanted, parts)``: *parts* are the children (of the kinds in ``holds``) to be made in the same
    statement. ``alter(old, new, current, wanted)`` sees those whose ``is_`` differs; None: it has to be replaced.
    """

    word: str  # "MATERIALIZED VIEW", in DROP, ALTER and COMMENT ON
    create: Create
    alter: Alter = replace_always
    drop: Drop | None = None  # None: DROP word name
    name: Callable[[Record], str] = named  # how it is named after its word
    grant_word: str = ""  # in GRANT ... ON; "" for none
    holds: frozenset[str] = field(default_factory=frozenset[str])  # kinds of children that create() can take in
    rebuilds: bool = False  # replaced by renaming the old one away, while columns are of this type

    def reference(self, record: Record) -> str:
        """Return how DDL refers to *record*.

        Such as TABLE public.users, TRIGGER t ON public.users, FUNCTION app.add(integer).
        """
        return f"{self.word} {self.name(record)}"

    def dropped(self, record: Record, current: Schema) -> list[Statement]:
        """Return the statements that take *record* away."""
        return self.drop(record, current) if self.drop else [Statement(f"DROP {self.reference(record)}")]
