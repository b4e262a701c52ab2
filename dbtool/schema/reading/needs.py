"""What each part needs before it, from the rows of pg_depend. Pure.

A row names two objects by address. Each stands for parts: itself, or what it is inside of (an array type is inside its
element type, a view's rule inside the view, the index of a constraint inside the constraint). What PostgreSQL does not
record because it follows from the thing itself is added: a child's parent, and what the split-off parts need.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dbtool.schema.catalog import Address, Catalog, Key
from dbtool.schema.names import qualified
from dbtool.schema.reading.added import added

Needs = Mapping[Key, frozenset[Key]]
_Object = tuple[int, int]  # classid, objid
# classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype
Row = tuple[int, int, int, int, int, int, str]

# The oids of catalogs are the same on each server: CATALOG() in src/include/catalog.
_RELATION, _CONSTRAINT, _DEFAULT, _EXTENSION = 1259, 2606, 2604, 3079
_OPERATOR_CLASS, _OPERATOR_FAMILY = 2616, 2753
_MEMBERS = frozenset({2602, 2603})  # pg_amop, pg_amproc


def needs_of(parts: Catalog, rows: Iterable[Row]) -> tuple[Needs, Needs]:
    """Return for each part what it needs before it, and what had better be before it."""
    rows = list(rows)
    keys = _keys(parts)
    inside = _inside(rows)
    objects = _Objects(parts=parts, keys=keys, inside=inside, beside=_beside(rows, inside))
    needs: defaultdict[Key, set[Key]] = defaultdict(set)
    for row in rows:
        for key in objects.sources(row):
            needs[key].update(objects.stands_for(row[3:6]))
    for key, record in parts.items():
        if record.kind == "security label" and record.address:
            needs[key].update(objects.stands_for(record.address))
    hard, better = added(parts, needs)
    for key, others in hard.items():
        needs[key].update(others)
    _with_shells(parts, needs)
    return _settled(needs), _settled(better)


def _settled(needs: Mapping[Key, set[Key]]) -> Needs:
    for key, others in needs.items():
        others.discard(key)
    return {key: frozenset(others) for key, others in needs.items() if others}


def _keys(parts: Catalog) -> Mapping[Address, Key]:
    # a security label has the address of what it is of
    return {r.address: key for key, r in parts.items() if r.address and r.kind != "security label"}


def _inside(rows: Iterable[Row]) -> Mapping[_Object, Address]:
    """Return for each object that is no part, or not always one, what it is inside of."""
    found: dict[_Object, Address] = {}
    for class_, oid, column, other_class, other, other_column, how in rows:
        if column:
            continue
        if (
            how in "ie"
            or (how == "a" and class_ == _DEFAULT)
            or (how == "a" and class_ in _MEMBERS and other_class in (_OPERATOR_CLASS, _OPERATOR_FAMILY))
        ):
            found[class_, oid] = other_class, other, other_column
    return found


def _beside(rows: Iterable[Row], inside: Mapping[_Object, Address]) -> Mapping[_Object, Address]:
    """Return what stands for an object that is neither a part nor inside of one.

    A partition's trigger stands for the parent's that it was cloned from; an index or constraint of an extension's
    table, no member itself, for that table.
    """
    return {
        row[:2]: row[3:6]
        for row in rows
        if row[6] == "P"
        or (row[6] == "a" and row[3] == _RELATION and row[0] in (_RELATION, _CONSTRAINT) and row[3:5] in inside)
    }


def _with_shells(parts: Catalog, needs: Mapping[Key, set[Key]]) -> None:
    """Let a type's own functions need its shell instead of itself. Changes *needs*."""
    for key in parts:
        if key[0] != "shell type":
            continue
        type_ = ("type", key[1], "", key[3])
        needs[type_].add(key)
        for other in needs[type_]:
            if other[0] == "function" and type_ in needs[other]:
                needs[other].remove(type_)
                needs[other].add(key)


@dataclass(frozen=True, kw_only=True)
class _Objects:
    parts: Catalog
    keys: Mapping[Address, Key]
    inside: Mapping[_Object, Address]
    beside: Mapping[_Object, Address]
    _known: dict[Address, tuple[Key, ...]] = field(default_factory=dict[Address, tuple[Key, ...]])

    def stands_for(self, address: Address) -> tuple[Key, ...]:
        """Return the parts that are needed where *address* is."""
        found = self._known.get(address)
        if found is None:
            found = self._known[address] = self._parts_at(address)
        return found

    def _parts_at(self, address: Address) -> tuple[Key, ...]:
        if within := self.inside.get(address[:2]):
            return self.stands_for(within)
        if own := self._own(address):
            return own
        owner = self.beside.get(address[:2])
        return self.stands_for(owner) if owner else ()

    def _own(self, address: Address) -> tuple[Key, ...]:
        class_, oid, column = address
        exact = self.keys.get(address)
        if exact and not column:
            return (exact,)
        whole = self.keys.get((class_, oid, 0))
        if exact and whole and whole[0] not in ("view", "materialized view"):
            return (exact,)
        return tuple(key for key in (exact, whole) if key)

    def sources(self, row: Row) -> tuple[Key, ...]:
        """Return the parts that *row* says need something."""
        address, how = row[:3], row[6]
        if how in "PS":
            return self._partition(address, how)
        if address[0] == _DEFAULT:
            return self._default(address)
        if address[0] == _RELATION and how == "a":
            key = self.keys.get(address)
            # an owned sequence needs its column, and a partition its parent, only from when they are joined
            later = key and row[3] == _RELATION and _LATER.get(key[0])
            if key and later and (part := self._split(key, later)):
                return (part,)
        return self._needing(address)

    def _needing(self, address: Address) -> tuple[Key, ...]:
        within = self.inside.get(address[:2])
        if within is None:
            return self._own(address)
        # a foreign key to a partitioned table is inside it once more for each partition
        if within[0] == _EXTENSION or address[0] == within[0] == _CONSTRAINT:
            return ()
        key = self.keys.get(address)
        return (key, *self._needing(within)) if key else self._needing(within)

    def _default(self, address: Address) -> tuple[Key, ...]:
        keys = self._needing(address)
        defaults = (("default", *key[1:]) for key in keys if key[0] == "column")
        return tuple(key for key in defaults if key in self.parts) or keys

    def _partition(self, address: Address, how: str) -> tuple[Key, ...]:
        key = self.keys.get(address)
        if key is None:
            return ()
        attachment = ("index attachment", *key[1:])
        if attachment not in self.parts:
            return (key,)
        return (attachment,) if how == "P" else ()

    def _split(self, key: Key, kind: str) -> Key | None:
        """Return the part of *kind* that was split off *key*, where there is one."""
        part = kind, key[1], key[2] or qualified(key[1], key[3]), key[3]
        return part if part in self.parts else None


_LATER = {"sequence": "ownership", "table": "attachment", "foreign table": "attachment"}
