"""What the bodies of functions name. PostgreSQL keeps a body as a text, and records nothing of what is in it. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from dbtool.schema.catalog import Catalog, Key, Record

_RELATIONS = frozenset({"table", "foreign table", "view", "materialized view", "sequence"})
_ROUTINES = frozenset({"function", "procedure", "aggregate"})
_NAMES = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')

Index = Mapping[str, tuple[Record, ...]]


def hints_of(parts: Catalog) -> Mapping[Key, frozenset[Key]]:
    """Return for each function with a body the relations, functions and types that words of it may be names of.

    A guess, for the order alone: a word in a comment counts as well. With a relation go those of its columns that
    are named.
    """
    named = _by_name(parts)
    columns = _columns(parts)
    hints: dict[Key, frozenset[Key]] = {}
    for key, record in parts.items():
        if record.kind in _ROUTINES and isinstance(body := record.is_.get("body"), str):
            found = frozenset(_mentioned(body, named, columns)) - {key}
            if found:
                hints[key] = found
    return hints


def _mentioned(body: str, named: Index, columns: Mapping[Key, Mapping[str, Key]]) -> Iterator[Key]:
    words = {quoted.replace('""', '"') or plain.lower() for quoted, plain in _NAMES.findall(body)}
    for word in words & named.keys():
        records = named[word]
        if len(records) > 1:  # of several schemas: those whose schema is named too, else all
            records = [r for r in records if r.schema in words] or records
        for record in records:
            yield record.key
            of_it = columns.get(record.key)
            if of_it:
                yield from (of_it[name] for name in words & of_it.keys())


def _by_name(parts: Catalog) -> Index:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in parts.values():
        if record.kind in _RELATIONS or record.kind == "type":
            found[record.name].append(record)
        elif record.kind in _ROUTINES:
            found[_routine_name(record.name)].append(record)
    return {name: tuple(records) for name, records in found.items()}


def _routine_name(name: str) -> str:
    """Return the name before the arguments.

    >>> _routine_name("add(integer)"), _routine_name('"a ""(b"(integer)')
    ('add', 'a "(b')
    """
    match = _NAMES.match(name)
    assert match
    return match[1].replace('""', '"') if match[1] else match[2]


def _columns(parts: Catalog) -> Mapping[Key, Mapping[str, Key]]:
    relations = {key: record for key, record in parts.items() if record.kind in _RELATIONS and record.address}
    by_oid = {record.address[1]: key for key, record in relations.items() if record.address}
    found: defaultdict[Key, dict[str, Key]] = defaultdict(dict)
    for key, record in parts.items():
        if record.kind == "column" and record.address and record.address[1] in by_oid:
            found[by_oid[record.address[1]]][record.name] = key
    return found
