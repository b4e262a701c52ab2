"""Seen: what one statement did to the relations that were there before, found by comparing before and after. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from dbtool.lock_modes import Lock
from dbtool.schema.names import qualified

_INDEXES = ("i", "I")
_HOLDS_ROWS = ("r", "m", "p")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One relation at one moment: pg_class, with what this transaction did to it so far."""

    oid: int
    schema: str
    name: str
    kind: str  # relkind
    belongs_to: int | None  # the table of an index or a TOAST table
    file: int | None  # its file node: another one is another file
    scans: int  # by this transaction
    writes: int  # rows

    def __str__(self) -> str:
        return qualified(self.schema, self.name)


Relations = Mapping[int, Relation]  # by oid


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a statement did to relations that were there before the first pending migration, by their names then."""

    locks: Mapping[str, Lock] = field(default_factory=dict[str, Lock])  # the strongest on each
    indexes: Mapping[str, str] = field(default_factory=dict[str, str])  # those that are locked, with their tables
    rewritten: tuple[str, ...] = ()  # tables that got another file
    built: Mapping[str, str] = field(default_factory=dict[str, str])  # indexes that got a file, with their tables
    scanned: tuple[str, ...] = ()  # tables that were read from end to end
    written: tuple[str, ...] = ()  # tables whose rows were changed


def seen_between(before: Relations, after: Relations, locks: Mapping[int, Lock], known: Relations) -> Seen:
    """Return what happened between two moments to the relations of *known*, whose names are told."""
    files = {relation.file for relation in before.values()}
    return Seen(
        locks=dict(named(locks, known)),
        indexes=dict(_indexes(locks, known)),
        rewritten=_names(known, (oid for oid in known if _is_rewritten(oid, before, after))),
        built=dict(_built(before, after, known, files)),
        scanned=_names(known, (oid for oid in known if _grown(oid, before, after, "scans"))),
        written=_names(known, (oid for oid in known if _grown(oid, before, after, "writes"))),
    )


def joined(one: Seen, other: Seen) -> Seen:
    """Return what was seen here or there: of the locks the stronger ones."""
    locks = {name: max(one.locks.get(name, 0), other.locks.get(name, 0)) for name in {**one.locks, **other.locks}}
    return Seen(
        locks={name: Lock(lock) for name, lock in sorted(locks.items())},
        indexes={**one.indexes, **other.indexes},
        rewritten=_both(one.rewritten, other.rewritten),
        built={**one.built, **other.built},
        scanned=_both(one.scanned, other.scanned),
        written=_both(one.written, other.written),
    )


def of_new_transaction(relations: Relations) -> Relations:
    """Return the relations as a transaction finds them that has done nothing yet."""
    return {oid: replace(r, scans=0, writes=0) for oid, r in relations.items()}


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def named(locks: Mapping[int, Lock], known: Relations) -> Iterator[tuple[str, Lock]]:
    """Yield the locks on what a person knows: TOAST tables are locked with theirs, and have no names."""
    for oid, lock in locks.items():
        relation = known.get(oid)
        if relation and relation.kind != "t" and not relation.schema.startswith("pg_toast"):
            yield str(relation), lock


def _indexes(locks: Mapping[int, Lock], known: Relations) -> Iterator[tuple[str, str]]:
    for oid in locks:
        relation = known.get(oid)
        table = known.get(relation.belongs_to or 0) if relation and relation.kind in _INDEXES else None
        if table:
            yield str(relation), str(table)


def _names(known: Relations, oids: Iterator[int]) -> tuple[str, ...]:
    """Return the tables meant: a TOAST table stands for its own."""
    found: list[str] = []
    for oid in oids:
        relation = known[oid]
        table = known.get(relation.belongs_to or 0, relation) if relation.kind == "t" else relation
        if table.kind in _HOLDS_ROWS:
            found.append(str(table))
    return tuple(sorted(set(found)))


def _is_rewritten(oid: int, before: Relations, after: Relations) -> bool:
    old, new = before.get(oid), after.get(oid)
    if old is None or new is None or old.kind in _INDEXES or old.kind == "t":
        return False
    return old.file != new.file and new.file is not None


def _built(before: Relations, after: Relations, known: Relations, files: set[int | None]) -> Iterator[tuple[str, str]]:
    """Yield each index that got a file of its own, on a table that was there, with that table."""
    for oid, relation in after.items():
        table = known.get(relation.belongs_to or 0)
        if relation.kind != "i" or table is None or table.kind == "t":
            continue
        old = before.get(oid)
        if (old is None or old.file != relation.file) and relation.file not in files:  # not one that is used again
            yield str(relation), str(table)


def _grown(oid: int, before: Relations, after: Relations, count: str) -> bool:
    old, new = before.get(oid), after.get(oid)
    return old is not None and new is not None and getattr(new, count) > getattr(old, count)
