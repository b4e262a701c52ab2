"""client_schema(everything), server_schema(everything): what of the wanted schema belongs to which side. Pure.

Tags in the comments decide. What needs something that is left out is left out as well, and says why; what nothing in
the set needs does not come along.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from dbtool.client.able import EXTENSIONS, unable
from dbtool.client.owned import as_owned_by, public_schema
from dbtool.client.sides import RELATIONS, ROUTINES, Sides, is_for_clients, needs_of, told, without
from dbtool.finding import Severity
from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import parent_of
from dbtool.schema.whole import Schema
from dbtool.tags import read_tags

# What is of one piece with its parent, and comes along with it.
_OWN = frozenset(
    {
        "column", "default", "constraint", "index", "trigger", "rule", "statistics object", "attachment",
        "index attachment", "replica identity", "cluster mark", "domain constraint", "shell type", "ownership",
    }
)  # fmt: skip
_TOLD = frozenset({"publication", "subscription", "event trigger"})  # what is of no table, and told all the same
# What goes with a column, a table or an index that is told itself.
_SILENT = frozenset(
    {
        "default", "ownership", "attachment", "index attachment", "replica identity", "cluster mark", "policy",
        "security label",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One thing that the client set does not have, and why; ``severity`` says how bad that is."""

    record: Record
    why: str  # as what is said of it: "is @server-only"
    severity: Severity = Severity.NOTE
    id: str = "left-out"
    part: str = ""  # where it is not the whole record: "row-level security"

    @property
    def what(self) -> str:
        """What it is called in a sentence."""
        return f"{self.part} of {told(self.record)}" if self.part else told(self.record)

    def __str__(self) -> str:
        return f"{self.what} {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The client's schema; what of its tables is not in it (``left_out``); what is the server's alone (``beside``)."""

    schema: Schema
    left_out: tuple[LeftOut, ...]
    beside: tuple[LeftOut, ...]


def server_schema(everything: Schema) -> Schema:
    """Return *everything* without what is @client-only, and what needs that: what the server is to have."""
    gone = {
        record.key: "is @client-only"
        for record in everything.parts.values()
        if record.comment and read_tags(record.comment).client_only
    }
    if not gone:
        return everything
    return _only(everything, everything.parts.keys() - without(everything, gone, needs_of(everything)).keys())


def client_schema(everything: Schema, *, extensions: Collection[str] = EXTENSIONS) -> Derived:
    """Return what of *everything* the clients are to have. *extensions*: those that their PGlite can be made with.

    That is the tables of the category domain and the @client-only ones without what is @server-only, the views that
    are tagged so, and what these need. Owners, grants and row-level security are left out.
    """
    sides = Sides(schema=everything, extensions=extensions)
    kept = _closure(sides)
    public = public_schema(everything)
    parts = {key: _of_one_user(everything.parts[key], everything) for key in sorted(kept)} | {public.key: public}
    left_out = (*_lost(sides, kept), *_without_default(sides, kept), *_attributes(everything, kept))
    return Derived(
        schema=replace(_only(everything, kept), parts=parts),
        left_out=tuple(sorted(left_out, key=lambda one: one.record.key)),
        beside=tuple(LeftOut(record=everything.parts[key], why=why) for key, why in sorted(sides.beside.items())),
    )


def _only(schema: Schema, keys: Collection[Key]) -> Schema:
    kept = frozenset(keys)
    return replace(
        schema,
        parts={key: record for key, record in schema.parts.items() if key in kept},
        needs={key: others & kept for key, others in schema.needs.items() if key in kept},
        hints={key: others & kept for key, others in schema.hints.items() if key in kept},
    )


def _closure(sides: Sides) -> frozenset[Key]:
    """Return what is in the set: by itself, because that needs it, or as a piece of either."""
    schema = sides.schema
    pieces: defaultdict[Key, list[Key]] = defaultdict(list)
    for key, record in schema.parts.items():
        if record.kind in _OWN and (parent := parent_of(record, schema)):
            pieces[parent].append(key)
    kept: set[Key] = set()
    waiting = list(sides.roots)
    while waiting := waiting or list(_casts(sides, kept)):
        key = waiting.pop()
        if key in kept or key in sides.lost:
            continue
        kept.add(key)
        hints = schema.hints.get(key, ()) if key[0] in ROUTINES else ()
        waiting += (*sides.needs.get(key, ()), *hints, *pieces.get(key, ()))
    return frozenset(key for key in kept if _is_more_than_grants(schema.parts[key], kept))


def _casts(sides: Sides, kept: Collection[Key]) -> Iterator[Key]:
    """Yield the casts between types that are in the set: what uses one is recorded to need its function alone."""
    for key in sides.schema.parts:
        if key[0] == "cast" and key not in kept and key not in sides.lost:
            types = [other for other in sides.needs.get(key, ()) if other[0] == "type"]
            if types and all(other in kept for other in types):
                yield key


def _is_more_than_grants(record: Record, kept: Collection[Key]) -> bool:
    """Whether *record* is not just who may use the sequence of an identity column, or a view's column."""
    if record.comment is not None:
        return True
    if record.kind == "column":
        return bool(record.is_) or ("default", *record.key[1:]) in kept
    return record.kind != "sequence" or "identity of" not in record.is_


_NOT_FOR_ONE_USER = frozenset({"row security", "force row security", "tablespace"})


def _of_one_user(record: Record, schema: Schema) -> Record:
    """Return *record* as the one user of a PGlite has it, on its one disk."""
    gone = _NOT_FOR_ONE_USER | unable(record).keys()
    if not gone.isdisjoint(record.is_):
        record = record.with_({name: value for name, value in record.is_.items() if name not in gone})
    return as_owned_by(schema.role, record, schema)


def _lost(sides: Sides, kept: Collection[Key]) -> Iterator[LeftOut]:
    """Yield what belongs to the set and is not in it: of its tables, and what was tagged to be in it."""
    for key, why in sides.lost.items():
        record = sides.schema.parts[key]
        if key in sides.beside or record.kind in _SILENT or record.is_.get("type") == "not null":
            continue
        if record.parent:
            parent = parent_of(record, sides.schema)
            if parent in kept and not record.is_.get("inherited"):
                yield _judged(record, why)
        elif record.kind in RELATIONS or is_for_clients(record):
            yield LeftOut(record=record, why=why, severity=Severity.ERROR, id="client-table-lost")
        elif record.kind in _TOLD:
            yield LeftOut(record=record, why=why)


def _judged(record: Record, why: str) -> LeftOut:
    if record.kind == "constraint" and record.is_["type"] == "primary key":
        return LeftOut(
            record=record, why=f"is the primary key, and {why}", severity=Severity.ERROR, id="client-key-lost"
        )
    return LeftOut(record=record, why=why)


def _without_default(sides: Sides, kept: Collection[Key]) -> Iterator[LeftOut]:
    """Yield the columns that a row must have and no client can give."""
    parts = sides.schema.parts
    for key in sides.lost:
        record = parts[key]
        if record.kind != "column" or not record.is_.get("not null") or record.is_.get("inherited"):
            continue
        filled = {"generated", "identity"} & record.is_.keys() or ("default", *key[1:]) in parts
        if not filled and parent_of(record, sides.schema) in kept:
            why = "must have a value on the server, has no default, and no client can give it one"
            yield LeftOut(record=record, why=why, severity=Severity.WARNING, id="client-no-default")


def _attributes(schema: Schema, kept: Collection[Key]) -> Iterator[LeftOut]:
    """Yield what tables and columns are that come along, and is left out of them."""
    for key in kept:
        record = schema.parts[key]
        for part, why in unable(record).items():
            yield LeftOut(record=record, why=why, part=part)
        if record.kind == "table" and "row security" in record.is_:
            why = "means nothing in a PGlite, whose one user sees all rows"
            yield LeftOut(record=record, why=why, part="row-level security")
