"""Schema: a catalog in the parts that the engine moves, with what each part depends on. Pure.

What can be made later than the thing it belongs to is a part of its own here, so that no two things have to be made
before each other: a column's default, a sequence's owner, a partition's attachment, an index's, a table's marks on an
index, the shell of a type that its own functions name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dbtool.schema.catalog import Catalog, Key, Record
from dbtool.schema.names import quoted


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The parts of a database's schema. ``needs``: what each must have before it, as the server recorded it."""

    parts: Catalog
    needs: Mapping[Key, frozenset[Key]]
    version: int  # of the server, as 180001
    role: str  # who owns what is created without more words
    # what had better be there before, such as what a function's body names: an order, kept where nothing speaks against
    hints: Mapping[Key, frozenset[Key]] = field(default_factory=dict[Key, frozenset[Key]])

    @cached_property
    def dependents(self) -> Mapping[Key, frozenset[Key]]:
        """What needs each part, directly."""
        found: defaultdict[Key, set[Key]] = defaultdict(set)
        for key, needed in self.needs.items():
            for other in needed:
                found[other].add(key)
        return {key: frozenset(others) for key, others in found.items()}

    @cached_property
    def children(self) -> Mapping[str, tuple[Record, ...]]:
        """The parts that belong to a relation (or type, or publication), by its quoted name."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for record in self.parts.values():
            if record.parent:
                found[record.parent].append(record)
        return {parent: tuple(records) for parent, records in found.items()}


# What is split off, by the kind and the attributes that go along: the new part's kind, and whether it is named by it.
_SPLIT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "column": {"default": ("default",)},
    "table": {
        "attachment": ("partition of", "bound", "detach pending"),
        "replica identity": ("replica identity",),
        "cluster mark": ("clustered on",),
    },
    "foreign table": {"attachment": ("partition of", "bound")},
    "materialized view": {"cluster mark": ("clustered on",)},
    "sequence": {"ownership": ("owned by",)},
    "index": {"index attachment": ("partition of",)},
    "constraint": {"index attachment": ("partition of",)},
}


def parts_of(catalog: Catalog) -> Catalog:
    """Return the records of *catalog*, with what can be made later split off as parts of their own. Pure."""
    split = (part for record in catalog.values() for part in _split(record))
    return {part.key: part for part in split}


def _split(record: Record) -> Iterator[Record]:
    splits = [
        (kind, names) for kind, names in _SPLIT.get(record.kind, {}).items() if not record.is_.keys().isdisjoint(names)
    ]
    if record.kind == "type" and record.is_.get("form") in ("base", "range") and _names_itself(record.is_):
        yield split_off(record, "shell type", {})
    if not splits:
        yield record
        return
    is_: dict[str, Any] = dict(record.is_)
    for kind, attributes in splits:
        taken = {name: is_.pop(name) for name in attributes if name in is_}
        yield split_off(record, kind, taken)
    yield record.with_(is_)


def _names_itself(is_: Mapping[str, Any]) -> bool:
    return is_["form"] == "base" or "canonical" in is_


def split_off(record: Record, kind: str, is_: Mapping[str, Any]) -> Record:
    """Return the part of *record* that is told as *kind*: on what the record is on, or on itself."""
    parent = record.parent or f"{quoted(record.schema)}.{quoted(record.name)}"
    return Record(
        kind=kind, schema=record.schema, parent=parent, name=record.name, owner=None, grants=None, comment=None, is_=is_
    )
