"""Renames: told with --rename, a tag or at a terminal, never guessed; and those that cost nothing and lose nothing.

A rename is made on the throw-away database, and what follows is found by comparing with the schema after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dbtool.errors import UsageError
from dbtool.schema.catalog import Key, Record
from dbtool.schema.kinds import KINDS
from dbtool.schema.kinds.constraint_heritage import is_renamed_below
from dbtool.schema.names import literal, qualified, quoted
from dbtool.schema.whole import Schema
from dbtool.tags import read_tags

# What people name; the parts that are split off follow what they belong to.
_NAMED = frozenset(KINDS) - {
    "default", "attachment", "replica identity", "cluster mark", "ownership", "index attachment", "shell type",
    "default acl", "security label", "user mapping", "publication relation", "publication namespace", "cast",
    "transform",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A thing that gets another name, with the statement that does it and the one that takes it back."""

    told: str
    wish: str  # as --rename takes it
    sql: tuple[str, ...]
    back: tuple[str, ...]


def find_rename(wish: str, current: Schema, wanted: Schema) -> Rename:
    """Return the rename that "old=new" asks for. Pure. Raises UsageError where it fits nothing, or more than one thing.

    Only what goes can be renamed, into what comes: users=people, users.name=users.full_name, status.open=status.new.
    """
    old, equals, new = (part.strip() for part in wish.partition("="))
    if not (old and equals and new):
        raise UsageError(f"--rename is old=new, found {wish!r}", hint="such as --rename users.name=users.full_name")
    found = [r for r in _possible(current, wanted) if r[0] and _fits(old, r[1]) and _fits(new, r[2])]
    if len(found) == 1:
        return found[0][3]
    if found:
        choices = ", ".join(f"{r[1][-1]}={r[2][-1]}" for r in found)
        raise UsageError(f"--rename: {old} fits several things: {choices}", hint="name the schema and table as well")
    going = sorted({names[-1] for _, names, _, _ in _possible(current, wanted)})
    raise UsageError(
        f"--rename: nothing that goes is called {old} while something like it comes as {new}",
        hint=f"what could be renamed: {', '.join(going[:20])}" if going else "nothing goes and comes in another name",
    )


def tagged_renames(current: Schema, wanted: Schema) -> list[Rename]:
    """Return the renames that @renamed-from tells in sql/schema, where the old one is still there. Pure."""
    return [
        _rename(old, new)
        for old, new in _pairs(current, wanted)
        if (said := read_tags(new.comment).renamed_from) and _fits(said, _names(old))
    ]


def likely_renames(current: Schema, wanted: Schema) -> list[Rename]:
    """Return what looks like a rename: of all that comes, exactly one thing is as the one that goes. Pure."""
    return [rename for likely, _, _, rename in _possible(current, wanted) if likely == 2]


def free_renames(current: Schema, wanted: Schema) -> list[Rename]:
    """Return the renames that hold no rows and change no meaning: constraints, indexes and owned sequences. Pure.

    One that is otherwise the same, on the same table: to rename it is the same as to build it anew, and free.
    """
    found: list[Rename] = []
    taken: set[Key] = set()
    for old, new in _pairs(current, wanted):
        free = old.kind in ("constraint", "index", "sequence") and not old.is_.get("inherited")
        if free and not {old.key, new.key} & taken and _same(old, new, current, wanted):
            taken |= {old.key, new.key}
            found.append(_rename(old, new))
    return found


Names = tuple[str, ...]


def _possible(current: Schema, wanted: Schema) -> Iterator[tuple[int, Names, Names, Rename]]:
    """Yield (2 for likely, 1 for possible; the old one's names, from bare to full; the new one's; the rename)."""
    pairs = [(old, new) for old, new in _pairs(current, wanted) if old.kind in _NAMED]
    alike = [(old, new) for old, new in pairs if _same(old, new, current, wanted)]
    for old, new in pairs:
        twins = [p for p in alike if old in p or new in p]
        likely = 2 if twins == [(old, new)] and old.kind in ("table", "column") else 1
        yield likely, _names(old), _names(new), _rename(old, new)
    for key in current.parts.keys() & wanted.parts.keys():
        yield from _values(current.parts[key], wanted.parts[key])


def _pairs(current: Schema, wanted: Schema) -> Iterator[tuple[Record, Record]]:
    """Yield what goes with what comes of the same kind, at the same place."""
    going = [current.parts[k] for k in sorted(current.parts.keys() - wanted.parts.keys())]
    coming = [wanted.parts[k] for k in sorted(wanted.parts.keys() - current.parts.keys())]
    for old in going:
        for new in coming:
            follows = old.kind == "index" and "definition" not in old.is_  # a constraint's index is named with it
            if old.kind == new.kind and old.parent == new.parent and not follows:
                yield old, new


def _same(old: Record, new: Record, current: Schema, wanted: Schema) -> bool:
    match old.kind:
        case "table" | "foreign table":
            return _columns(old, current) == _columns(new, wanted)
        case "sequence":
            return old.is_ == new.is_ and _owner(old, current) == _owner(new, wanted) is not None
        case "constraint" if old.is_["type"] == "not null" and not is_renamed_below(old, current):
            return False
        case _:
            return old.schema == new.schema and _nameless(old) == _nameless(new)


def _columns(table: Record, schema: Schema) -> list[tuple[str, object]]:
    parts = schema.children.get(qualified(table.schema, table.name), ())
    return sorted((p.name, p.is_.get("type")) for p in parts if p.kind == "column")


def _owner(sequence: Record, schema: Schema) -> object:
    parts = schema.children.get(qualified(sequence.schema, sequence.name), ())
    return next((p.is_["owned by"] for p in parts if p.kind == "ownership"), None)


def _nameless(record: Record) -> object:
    definition = record.is_.get("definition")
    if not isinstance(definition, str):
        return record.is_
    return {**record.is_, "definition": definition.replace(f" {quoted(record.name)} ON ", " ON ", 1)}


def _names(record: Record) -> Names:
    own = record.name if "(" in record.name else quoted(record.name)
    if record.parent:
        return own, f"{record.parent.split('.', 1)[-1]}.{own}", f"{record.parent}.{own}"
    bare = own.split("(")[0]
    return (bare, own, f"{quoted(record.schema)}.{bare}", f"{quoted(record.schema)}.{own}") if record.schema else (own,)


def _fits(said: str, names: Names) -> bool:
    return any(said == name or said == name.replace('"', "") for name in names)


def _rename(old: Record, new: Record) -> Rename:
    bare, full = _names(new)[0], _names(new)[-1]
    stays = (old.schema, old.parent) == (new.schema, new.parent)
    return Rename(
        told=f"rename {old} to {bare if stays else full}",
        wish=f"{_names(old)[-1]}={full}",
        sql=_statements(old, new),
        back=_statements(new, old),
    )


def _statements(old: Record, new: Record) -> tuple[str, ...]:
    name = quoted(new.name) if "(" not in new.name else new.name.split("(")[0]
    if old.kind == "column":
        return (f"ALTER TABLE {old.parent} RENAME COLUMN {quoted(old.name)} TO {name}",)
    if old.kind == "constraint":
        return (f"ALTER TABLE {old.parent} RENAME CONSTRAINT {quoted(old.name)} TO {name}",)
    if old.kind == "domain constraint":
        return (f"ALTER DOMAIN {old.parent} RENAME CONSTRAINT {quoted(old.name)} TO {name}",)
    kind = KINDS[old.kind]
    old_name = kind.reference(old)
    if old.name == new.name:
        return (f"ALTER {old_name} SET SCHEMA {quoted(new.schema)}",)
    first = f"ALTER {old_name} RENAME TO {name}"
    if old.schema == new.schema or old.parent:
        return (first,)
    moved = kind.reference(replace(old, name=new.name))
    return first, f"ALTER {moved} SET SCHEMA {quoted(new.schema)}"


def _values(old: Record, new: Record) -> Iterator[tuple[int, Names, Names, Rename]]:
    if old.kind != "type" or not old.is_.get("form") == new.is_.get("form") == "enum" or old.is_ == new.is_:
        return
    before: Sequence[str] = old.is_["values"]
    after: Sequence[str] = new.is_["values"]
    type_ = qualified(old.schema, old.name)
    for one in before:
        for other in after:
            if one not in after and other not in before:
                there = f"ALTER TYPE {type_} RENAME VALUE {literal(one)} TO {literal(other)}"
                back = f"ALTER TYPE {type_} RENAME VALUE {literal(other)} TO {literal(one)}"
                told = f"rename the value {one} of type {type_} to {other}"
                names = [(f"{old.name}.{value}", f"{type_}.{value}") for value in (one, other)]
                yield (
                    1,
                    names[0],
                    names[1],
                    Rename(told=told, wish=f"{names[0][0]}={names[1][0]}", sql=(there,), back=(back,)),
                )
