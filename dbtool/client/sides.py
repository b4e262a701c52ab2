"""What of the wanted schema cannot be in the client set, and why: its tags, what a PGlite is, its needs. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from dbtool.client.able import cannot
from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import parent_of
from dbtool.schema.names import qualified, unquoted
from dbtool.schema.whole import Schema
from dbtool.tags import read_tags

RELATIONS = frozenset({"table", "view", "materialized view"})
ROUTINES = frozenset({"function", "procedure", "aggregate"})
Needs = Mapping[Key, frozenset[Key]]
Why = Mapping[Key, str]  # what cannot be there, and why: as what is said of it, "is @server-only"

SERVER_ONLY = "is @server-only"
_WORDS = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')


def is_for_clients(record: Record) -> bool:
    """Whether the tags of *record* ask for it in the client set."""
    tags = read_tags(record.comment)
    return not tags.server_only and (tags.client_only or tags.category == "domain")


def without(schema: Schema, gone: Why, needs: Needs) -> Why:
    """Return *gone* with all that needs any of it, each with the one thing behind it."""
    dependents: defaultdict[Key, list[Key]] = defaultdict(list)
    for key, others in needs.items():
        for other in others:
            dependents[other].append(key)
    lost = dict(gone)
    waiting = [(key, key) for key in sorted(gone)]
    for key, cause in waiting:  # grows on the way: the nearest first
        for other in sorted(dependents.get(key, ())):
            if other not in lost and other in schema.parts:
                lost[other] = f"needs {told(schema.parts[cause])}, which {gone[cause]}"
                waiting.append((other, cause))
    return lost


def told(record: Record) -> str:
    """Return what *record* is called in a sentence."""
    if record.parent:
        return f"{record.kind} {record.name} of {record.parent}"
    return f"{record.kind} {record.schema}.{record.name}" if record.schema else f"{record.kind} {record.name}"


def needs_of(schema: Schema) -> Needs:
    """Return what each part needs; what one has by inheritance needs that of its parent."""
    found: defaultdict[Key, set[Key]] = defaultdict(set)
    parents = _parents(schema)
    for key, record in schema.parts.items():
        if record.kind in ("column", "constraint") and record.is_.get("inherited"):
            for parent in parents.get(record.parent, ()):
                found[key].add((record.kind, unquoted(parent)[0], parent, record.name))
        elif record.kind == "index attachment":  # an index of a partition goes with that of its parent
            above = {k for k in schema.needs.get(key, ()) if k[0] in ("index", "constraint") and k[2] != record.parent}
            for kind in ("index", "constraint"):
                found[kind, *key[1:]] |= above
    none: frozenset[Key] = frozenset()
    return {key: (schema.needs.get(key, none) | found.get(key, none)) & schema.parts.keys() for key in schema.parts}


def _parents(schema: Schema) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for record in schema.parts.values():
        if record.kind == "attachment":
            found[record.parent] = (record.is_["partition of"],)
        elif record.kind == "table" and "inherits" in record.is_:
            found[qualified(record.schema, record.name)] = tuple(record.is_["inherits"])
    return found


@dataclass(frozen=True, kw_only=True)
class Sides:
    """A schema, seen from the clients' side."""

    schema: Schema
    extensions: Collection[str]

    @cached_property
    def beside(self) -> Why:
        """The tables and views that are the server's alone, by what they are for."""
        relations = (record for record in self.schema.parts.values() if record.kind in RELATIONS)
        return {record.key: why for record in relations if (why := self._not_for_clients(record))}

    def _not_for_clients(self, record: Record) -> str:
        tags = read_tags(record.comment)
        schema = self.schema.parts.get(("schema", "", "", record.schema))
        if tags.server_only or (schema and read_tags(schema.comment).server_only):
            return SERVER_ONLY
        if above := self._partitioned.get(qualified(record.schema, record.name)):
            table = self._table(above)
            return self._not_for_clients(table) if table else "is a partition of no table of this schema"
        if is_for_clients(record):
            return ""
        return f"is of the category {tags.category}" if tags.category else "has no category"

    @cached_property
    def _partitioned(self) -> Mapping[str, str]:
        return {r.parent: r.is_["partition of"] for r in self.schema.parts.values() if r.kind == "attachment"}

    def _table(self, identity: str) -> Record | None:
        schema, name = unquoted(identity)
        return self.schema.parts.get(("table", schema, "", name))

    @cached_property
    def needs(self) -> Needs:
        """What each part cannot be without.

        Of a function that is what its body seems to name as well, unless its own tags say that it is for clients.
        """
        needs = dict(needs_of(self.schema))
        for key, hints in self.schema.hints.items():
            if key[0] in ROUTINES and not is_for_clients(self.schema.parts[key]):
                needs[key] |= hints
        return needs

    @cached_property
    def lost(self) -> Why:
        """All that cannot be in the set."""
        gone: dict[Key, str] = dict(self.beside)
        for key, record in self.schema.parts.items():
            if key not in gone and (why := cannot(record, self.extensions) or _tagged_out(record)):
                gone[key] = why
        gone |= self._without_partition_key(gone)
        gone |= self._views_of(gone)
        return without(self.schema, gone, self.needs)

    def _without_partition_key(self, gone: Why) -> Why:
        """Return the tables whose partition key is left out: PostgreSQL lets the column depend on the table there."""
        found: dict[Key, str] = {}
        for key in gone:
            if key[0] == "column" and (table := parent_of(self.schema.parts[key], self.schema)) and table not in gone:
                by = self.schema.parts[table].is_.get("partition by", "")
                if key[3] in {quoted.replace('""', '"') or plain for quoted, plain in _WORDS.findall(by)}:
                    found[table] = f"is partitioned by {key[3]}, which {gone[key]}"
        return found

    def _views_of(self, gone: Why) -> Why:
        """Return the views with a column that is left out: it is in their query."""
        columns = (self.schema.parts[key] for key in gone if key[0] == "column")
        views = [(column, parent_of(column, self.schema)) for column in columns if "type" not in column.is_]
        return {view: f"has the column {column.name}, which {gone[column.key]}" for column, view in views if view}

    @cached_property
    def roots(self) -> frozenset[Key]:
        """What is in the set by itself: tables and views, and what else is tagged so."""
        return frozenset(
            key
            for key, record in self.schema.parts.items()
            if key not in self.lost and not record.parent and (record.kind in RELATIONS or is_for_clients(record))
        )


def _tagged_out(record: Record) -> str:
    return SERVER_ONLY if record.comment and read_tags(record.comment).server_only else ""
