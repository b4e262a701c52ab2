"""A schema with the families' things as they are to be, and all else as it is: what `triggers sync` aims at. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dbtool.families.family import Family
from dbtool.families.members import members, tables_of
from dbtool.families.standing import key_of, keys_of, strays_of
from dbtool.schema.catalog import Catalog, Key, Record
from dbtool.schema.family import RELATIONS
from dbtool.schema.names import qualified, unquoted
from dbtool.schema.whole import Schema

_SWITCHES = ("row security", "force row security")
_STRAY = ("trigger", "policy")


def in_families(current: Schema, wanted: Schema, families: Sequence[Family], *, alone: bool = False) -> Schema:
    """Return *current* with what families make as in *wanted*.

    Triggers and policies that neither sql/schema nor a family says go, on tables that sql/schema has; so does a
    function that only such triggers ran. *alone*: of what nobody says, only triggers that run a function of these
    families go, and nothing else is touched. What belongs to a table that *current* lacks is left for `generate`.
    """
    scope = {key for key in keys_made(wanted, families) if _has_place(wanted.parts[key], current)}
    strays = set(_running(families, current, wanted) if alone else _strays(current, wanted))
    switched = {m.table.key for m in members(families, tables_of(wanted))} if alone else wanted.parts.keys()
    parts = {key: record for key, record in current.parts.items() if key not in strays}
    for key in scope:
        parts[key] = wanted.parts[key]
    for key, record in parts.items():
        if key[0] == "table" and key in switched and key in wanted.parts and key not in scope:
            parts[key] = _switched(record, wanted.parts[key])
    needs = {key: found for key, found in current.needs.items() if key in parts and key not in scope}
    needs |= {key: wanted.needs[key] for key in scope if key in wanted.needs}
    hints = {**current.hints, **{key: wanted.hints[key] for key in scope if key in wanted.hints}}
    return replace(current, parts=parts, needs=_known(needs, parts), hints=_known(hints, parts))


def _running(families: Sequence[Family], current: Schema, wanted: Schema) -> Iterator[Key]:
    """Yield the triggers that run a function of the families, and that nobody says."""
    for standing in strays_of(families, members(families, tables_of(wanted)), wanted.parts, current.parts):
        yield from (key for key in standing.keys if _table_of(current.parts[key]) in wanted.parts)


def _known(needs: Mapping[Key, frozenset[Key]], parts: Catalog) -> Mapping[Key, frozenset[Key]]:
    return {key: frozenset(n for n in found if n in parts) for key, found in needs.items() if key in parts}


def without_families(schema: Schema, families: Sequence[Family]) -> Schema:
    """Return *schema* without what the families make, as they are in sql/triggers already."""
    made = keys_made(schema, families)
    parts = {key: record for key, record in schema.parts.items() if key not in made}
    return replace(schema, parts=parts, needs=_known(schema.needs, parts), hints=_known(schema.hints, parts))


def keys_made(schema: Schema, families: Sequence[Family]) -> set[Key]:
    """Return the keys of what the families make, with all that belongs to a table of theirs."""
    keys = {key for family in families for d in family.shared if (key := key_of(d.made, schema.parts))}
    own = {qualified(key[1], key[3]) for key in keys if key[0] in RELATIONS}
    for key, record in schema.parts.items():
        if record.kind == "ownership" and qualified(*unquoted(record.is_["owned by"])[:2]) in own:  # of a serial column
            keys |= {key, ("sequence", record.schema, "", record.name)}
        elif record.parent in own:
            keys.add(key)
    for member in members(families, tables_of(schema)):
        keys |= set(keys_of(member, schema.parts))
    return keys


def _has_place(record: Record, current: Schema) -> bool:
    """Whether the table that it belongs to is there, or comes with it."""
    if record.kind not in _STRAY:
        return True
    names = unquoted(record.parent)
    return any((kind, names[0], "", names[-1]) in current.parts for kind in ("table", "view", "foreign table"))


def _strays(current: Schema, wanted: Schema) -> Iterator[Key]:
    gone = [
        key
        for key, record in current.parts.items()
        if record.kind in _STRAY and key not in wanted.parts and _table_of(record) in wanted.parts
    ]
    yield from gone
    yield from _functions_of(gone, current, wanted)


def _functions_of(gone: Iterable[Key], current: Schema, wanted: Schema) -> Iterator[Key]:
    for key in gone:
        for needed in current.needs.get(key, ()):
            if needed[0] == "function" and needed not in wanted.parts and current.dependents[needed] <= set(gone):
                yield needed


def _table_of(record: Record) -> Key:
    names = unquoted(record.parent)
    return "table", names[0], "", names[-1]


def _switched(record: Record, wanted: Record) -> Record:
    """Return the table with row-level security as it is to be."""
    if all(record.is_.get(switch) == wanted.is_.get(switch) for switch in _SWITCHES):
        return record
    kept = {name: value for name, value in record.is_.items() if name not in _SWITCHES}
    return record.with_(kept | {switch: wanted.is_[switch] for switch in _SWITCHES if switch in wanted.is_})
