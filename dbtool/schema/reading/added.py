"""What parts need that PostgreSQL does not record, since it follows from what they are. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from dbtool.schema.catalog import Catalog, Key, Record
from dbtool.schema.kinds.constraint_words import not_null_column
from dbtool.schema.kinds.operators import LINKS, operator_identity
from dbtool.schema.names import qualified, unquoted

Needs = Mapping[Key, set[Key]]
Place = tuple[str, ...]  # schema and name, or a name alone

# What a parent's name is the name of, by the kind of the child; a relation where it is not told here.
_PARENTS = {
    "domain constraint": "type", "user mapping": "server", "publication relation": "publication",
    "publication namespace": "publication", "security label": "", "shell type": "",
}  # fmt: skip
_RELATIONS = frozenset({"table", "foreign table", "view", "materialized view", "sequence"})
_KEYS = frozenset({"primary key", "unique", "exclude"})  # what has an index


def added(parts: Catalog, needs: Needs) -> tuple[Mapping[Key, list[Key]], Needs]:
    """Return what *needs* lacks, and what had better be there before: without it, or after, a part can be as well.

    The first are schemas, parents, and what follows from what a part says.
    """
    known = _Known(parts, needs)
    hard: dict[Key, list[Key]] = {}
    soft: dict[Key, set[Key]] = {}
    for key, record in parts.items():
        hard[key] = list(_around(record, known))
        if more := _HARD.get(record.kind):
            hard[key] += more(record, known)
        if more := _SOFT.get(record.kind):
            soft[key] = set(more(record, known))
    return hard, soft


def _around(record: Record, known: "_Known") -> Iterator[Key]:
    schema = ("schema", "", "", record.schema)
    if record.schema and schema in known.parts:
        yield schema
    if record.parent and (parent := known.parent(record)):
        yield parent


class _Known:
    """The parts by what they are of."""

    def __init__(self, parts: Catalog, needs: Needs) -> None:
        self.parts = parts
        self.needs = needs
        self._wholes: dict[tuple[str, Place], Key] = {}
        self._children: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
        self.links: defaultdict[str, list[tuple[Record, str]]] = defaultdict(list)  # operators, by what they lead to
        self._attached: defaultdict[Key, list[Key]] = defaultdict(list)
        for key, record in parts.items():
            if record.parent:
                self._children[record.parent, record.kind].append(record)
            elif record.kind in _RELATIONS or record.kind in _PARENTS.values():
                place = (record.schema, record.name) if record.schema else (record.name,)
                self._wholes[_family(record.kind), place] = key
            if record.kind == "operator":
                for link in LINKS:
                    self.links[record.is_.get(link, "")].append((record, link))
            if record.kind == "index attachment":
                for other in needs.get(key, ()):
                    self._attached[other].append(key)

    def parent(self, record: Record) -> Key | None:
        """Return what *record* belongs to."""
        return self._wholes.get((_PARENTS.get(record.kind, "relation"), _place(record.parent)))

    def relation(self, identity: str) -> Key | None:
        """Return the relation of that quoted name."""
        return self._wholes.get(("relation", _place(identity)))

    def children(self, identity: str, *kinds: str) -> Iterator[Record]:
        """Yield what belongs to the relation of that quoted name."""
        return (record for kind in kinds for record in self._children.get((identity, kind), ()))

    def index(self, identity: str, name: str) -> Key | None:
        """Return the constraint, or else the index, of that name on a relation."""
        found = [r.key for r in self.children(identity, "constraint", "index") if r.name == name and _has_index(r)]
        return min(found, default=None)

    def attachments(self, key: Key) -> Iterator[Key]:
        """Yield the attachments to an index of a partitioned table, and to what was attached to it."""
        for attachment in self._attached.get(key, ()):
            yield attachment
            for kind in ("constraint", "index"):
                yield from self.attachments((kind, *attachment[1:]))


@cache
def _place(identity: str) -> Place:
    return unquoted(identity)


def _family(kind: str) -> str:
    return "relation" if kind in _RELATIONS else kind


def _has_index(record: Record) -> bool:
    return record.kind == "index" or record.is_["type"] in _KEYS


def _column_of_default(record: Record, known: _Known) -> Iterator[Key]:
    column = ("column", *record.key[1:])
    if column in known.parts:
        yield column


def _parent_table(record: Record, known: _Known) -> Iterator[Key]:
    if parent := known.relation(record.is_["partition of"]):
        yield parent


def _own_index(record: Record, known: _Known) -> Iterator[Key]:
    if index := known.index(record.parent, record.name):
        yield index
    yield from (r.key for r in known.children(record.parent, "attachment"))


def _of_constraint(record: Record, known: _Known) -> Iterator[Key]:
    yield from _attachments_of_clone(record, known)
    if record.is_["type"] == "primary key":  # from 18 on what keeps its columns from being null is a constraint too
        needed = known.needs.get(record.key, set())
        for child in known.children(record.parent, "constraint"):
            if child.is_["type"] == "not null" and not needed.isdisjoint(known.needs.get(child.key, ())):
                yield child.key


def _attachments_of_clone(record: Record, known: _Known) -> Iterator[Key]:
    if _cloned(record):
        yield from _attachments(record.parent, known)


def _attachments(table: str, known: _Known) -> Iterator[Key]:
    for attachment in known.children(table, "attachment"):
        yield attachment.key
        yield from _attachments(attachment.is_["partition of"], known)


def _marked_index(record: Record, known: _Known) -> Iterator[Key]:
    name = _marked_name(record)
    if name and (index := known.index(record.parent, name)):
        yield index


def _marked_name(record: Record) -> str | None:
    if record.kind == "cluster mark":
        return record.is_["clustered on"]
    value: str = record.is_["replica identity"]
    return _place(value.removeprefix("index "))[0] if value.startswith("index ") else None


def _parent_first(record: Record, known: _Known) -> Iterator[Key]:
    """As people write it; and names that the server makes up for the parent are then not taken by the partition."""
    for attachment in known.children(qualified(record.schema, record.name), "attachment"):
        yield from _parent_table(attachment, known)


def _what_is_compared(record: Record, known: _Known) -> Iterator[Key]:
    """Columns and constraints, and the indexes that are taken instead of new ones."""
    for table in (record.parent, record.is_["partition of"]):
        yield from (column.key for column in known.children(table, "column"))
    for child in known.children(record.parent, "constraint", "index"):
        if not _cloned(child) and (child.is_.get("inherited") or ("index attachment", *child.key[1:]) in known.parts):
            yield child.key


def _what_is_inherited(record: Record, known: _Known) -> Iterator[Key]:
    if record.is_.get("inherited") and (table := known.relation(record.parent)):
        for parent in known.parts[table].is_.get("inherits", ()):
            yield from (r.key for r in known.children(parent, record.kind) if r.name == record.name or _same(r, record))


def _same(model: Record, record: Record) -> bool:
    """Whether both are the NOT NULL of one column, whatever their names are."""
    if record.kind != "constraint" or not record.is_["type"] == model.is_["type"] == "not null":
        return False
    return not_null_column(record) == not_null_column(model)


def _what_is_inherited_or_valid(record: Record, known: _Known) -> Iterator[Key]:
    yield from _what_is_inherited(record, known)
    if record.is_["type"] == "foreign key":
        yield from _what_makes_valid(record, known)


def _what_makes_valid(record: Record, known: _Known) -> Iterator[Key]:
    """Of each index that is needed, the attachments of the partitions' ones: before, it serves for nothing."""
    needed = known.needs.get(record.key, set()) | set(_marked_index(record, known) if record.kind in _MARKS else ())
    for key in needed:
        yield from known.attachments(key)


def _promised_by(record: Record, known: _Known) -> Iterator[Key]:
    """Yield the operators that name this one as commutator or negator, unnamed by it.

    So it is only where they were made first: of an operator that is there, the server sets the other end as well.
    """
    for other, link in known.links.get(operator_identity(record), ()):
        if other.key != record.key and record.is_.get(link) != operator_identity(other):
            yield other.key


def _cloned(record: Record) -> bool:
    """Whether attaching a partition made it, as the parent has it."""
    if record.kind == "trigger" or (record.kind == "constraint" and record.is_["type"] == "foreign key"):
        return bool(record.is_.get("inherited"))
    return False


_MARKS = ("replica identity", "cluster mark")
_Rules = Mapping[str, Callable[[Record, _Known], Iterator[Key]]]
_HARD: _Rules = {
    "operator": _promised_by,
    "default": _column_of_default,
    "attachment": _parent_table,
    "index attachment": _own_index,
    "replica identity": _marked_index,
    "cluster mark": _marked_index,
    "constraint": _of_constraint,
    "trigger": _attachments_of_clone,
}
_SOFT: _Rules = {
    "table": _parent_first,
    "foreign table": _parent_first,
    "attachment": _what_is_compared,
    "column": _what_is_inherited,
    "constraint": _what_is_inherited_or_valid,
    "replica identity": _what_makes_valid,
    "cluster mark": _what_makes_valid,
}
