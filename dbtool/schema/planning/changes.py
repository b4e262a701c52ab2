"""make_changes(current, wanted) -> Changes: what has to be created, dropped, altered or replaced. Pure.

Something that PostgreSQL cannot alter in place is replaced: dropped and created again, together with all that depends
on it, which the wanted schema then brings back with its own grants and comments. Columns are the exception, since they
hold rows: where a type has to be replaced, it is renamed away, made anew, and its columns are given the new one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import inherited_from, parent_of
from dbtool.schema.kinds import KINDS
from dbtool.schema.kinds.column_types import needs_dependents_gone
from dbtool.schema.kinds.constraint_heritage import is_renamed_below
from dbtool.schema.kinds.constraint_words import not_null_column
from dbtool.schema.kinds.types import adds_values
from dbtool.schema.kinds.words import changed as changed_words
from dbtool.schema.names import quoted, unquoted
from dbtool.schema.statement import Statement, Unmanageable
from dbtool.schema.whole import Schema


@dataclass(slots=True, kw_only=True)
class Changes:
    """What to do with which part. What is both dropped and created is replaced."""

    dropped: set[Key]
    created: set[Key]
    altered: dict[Key, list[Statement]] = field(default_factory=dict[Key, "list[Statement]"])
    rebuilt: set[Key] = field(default_factory=set[Key])  # replaced, but renamed away until the new one is there
    retyped: set[Key] = field(default_factory=set[Key])  # columns of rebuilt types
    renamed: dict[Key, Key] = field(default_factory=dict[Key, Key])  # what is created by renaming what was there
    disturbed: set[Key] = field(default_factory=set[Key])  # altered so that what depends on them has to go meanwhile


def make_changes(current: Schema, wanted: Schema, *, at_once: bool = False) -> Changes:
    """Return what turns *current* into *wanted*; *at_once*: with nothing that has to be committed before it is used."""
    changes = Changes(
        dropped=set(current.parts.keys() - wanted.parts.keys()), created=set(wanted.parts.keys() - current.parts.keys())
    )
    for key in current.parts.keys() & wanted.parts.keys():
        _compare(changes, current.parts[key], wanted.parts[key], current, wanted, at_once=at_once)
    _rename_not_nulls(changes, current, wanted)
    _spread(changes, current, wanted)
    _rebuild_below(changes, current)
    for key in sorted(changes.disturbed - changes.dropped):
        _refuse_key_of_partitions(current.parts[key], current)
    changes.rebuilt |= {
        key for key in changes.dropped & changes.created if _can_stay_meanwhile(key, changes, current, wanted)
    }
    return changes


def _compare(changes: Changes, old: Record, new: Record, current: Schema, wanted: Schema, *, at_once: bool) -> None:
    if old == new:
        return
    kind, key = KINDS[old.kind], old.key
    done = kind.alter(old, new, current, wanted) if old.is_ != new.is_ else []
    if at_once and old.kind == "type" and adds_values(old, new):
        done = None
    if done is None:
        changes.dropped.add(key)
        changes.created.add(key)
        return
    changes.altered[key] = [*done, *changed_words(old, new, kind, current, wanted)]
    if old.kind == "column" and needs_dependents_gone(old, new):
        changes.disturbed.add(key)


def _rename_not_nulls(changes: Changes, current: Schema, wanted: Schema) -> None:
    """Keep a NOT NULL constraint that only gets another name (18): under a primary key it cannot go, nor come twice."""
    going = {
        (key[2], not_null_column(current.parts[key])): key
        for key in changes.dropped
        if key[0] == "constraint" and current.parts[key].is_["type"] == "not null"
    }
    pairs: dict[Key, Key] = {}
    for key in sorted(changes.created) if going else ():
        record = wanted.parts[key]
        if key[0] == "constraint" and record.is_["type"] == "not null":
            old = going.get((key[2], not_null_column(record)))
            if old is None or not is_renamed_below(current.parts[old], current):
                continue
            if KINDS["constraint"].alter(current.parts[old], record, current, wanted) is not None:
                pairs[key] = old
    for key, old in pairs.items():
        along = {inherited_from(wanted.parts[key], wanted), inherited_from(current.parts[old], current)}
        # what is inherited before and after comes and goes with its parents, or is renamed with theirs
        if None in along or along & {*pairs, *pairs.values()}:
            changes.renamed[key] = old
    changes.dropped -= set(changes.renamed.values())


def _spread(changes: Changes, current: Schema, wanted: Schema) -> None:
    """Take along what depends on something that goes, as far as it goes."""
    todo = [*changes.dropped, *changes.disturbed]
    while todo:
        key = todo.pop()
        if key in changes.dropped and (shell := _shell_of(key, current)) and shell not in changes.dropped:
            changes.dropped.add(shell)
            changes.created.add(shell)
            todo.append(shell)
        for other in _attached(changes, key, current, wanted):
            changes.dropped.add(other)
            changes.created.add(other)
            todo.append(other)
        for other in (*current.dependents.get(key, ()), *_with_its_rows(changes, key, current)):
            if other in changes.dropped:
                continue
            if key in changes.disturbed and key not in changes.dropped:
                if _bears_another_type(current.parts[other]):
                    continue
            elif _lets_go(changes, key, other, wanted):
                continue
            elif _keeps_rows(current.parts[other], key):
                changes.retyped.add(other)
                changes.rebuilt.add(key)
                if other not in changes.disturbed:
                    changes.disturbed.add(other)
                    todo.append(other)
                continue
            changes.altered.pop(other, None)
            changes.disturbed.discard(other)
            changes.retyped.discard(other)
            changes.dropped.add(other)
            changes.created.add(other)
            todo.append(other)


def _with_its_rows(changes: Changes, key: Key, current: Schema) -> Iterator[Key]:
    """Yield the materialized views that hold whole rows of the table whose column gets another type."""
    table = parent_of(current.parts[key], current) if key[0] == "column" and key in changes.disturbed else None
    if table is not None:
        yield from (k for k in current.dependents.get(table, ()) if k[0] == "materialized view")


def _attached(changes: Changes, key: Key, current: Schema, wanted: Schema) -> list[Key]:
    """Return the indexes that go with *key*: dropping that of a partitioned table takes along those attached to it.

    And the other way round: no statement detaches one, so that it comes free only with the one above it.
    """
    if key not in changes.dropped:
        return []
    if key[0] in ("index", "constraint"):
        attachments = [k for k in current.dependents.get(key, ()) if k[0] == "index attachment"]
        found = [(kind, *k[1:]) for k in attachments for kind in ("index", "constraint")]
        found += _above(changes, ("index attachment", *key[1:]), current)
    elif key[0] == "index attachment" and key not in changes.created:
        found = _above(changes, key, current)
    else:
        found = []
    return [k for k in found if k in current.parts and k in wanted.parts and k not in changes.dropped]


def _above(changes: Changes, attachment: Key, current: Schema) -> list[Key]:
    """Return both ends of the attachment of an index, where the table of the lower one stays a partition."""
    _, schema, table, _ = attachment
    partition = ("attachment", schema, table, unquoted(table)[-1])
    if attachment not in current.parts or partition not in current.parts or partition in changes.dropped:
        return []
    return [k for k in current.needs.get(attachment, ()) if k[0] in ("index", "constraint")]


def _refuse_key_of_partitions(column: Record, current: Schema) -> None:
    """Raise Unmanageable for another type of a column by which rows are put into partitions: nothing alters that."""
    table = parent_of(column, current)
    by = str(current.parts[table].is_.get("partition by", "")) if table else ""
    if table and re.search(rf"(?<![\w\"]){re.escape(quoted(column.name))}(?![\w\"])", by):
        raise Unmanageable(
            f"{column} is in the key that the table is partitioned by ({by}), and its type changes: PostgreSQL alters "
            "no such column. Make a new table and copy the rows: dbtool new"
        )


def _rebuild_below(changes: Changes, current: Schema) -> None:
    """Let a type that a rebuilt one is made of stay as long: the renamed one still needs it."""
    todo = list(changes.rebuilt)
    while todo:
        for key in current.needs.get(todo.pop(), ()):
            if key in changes.dropped & changes.created and KINDS[key[0]].rebuilds and key not in changes.rebuilt:
                changes.rebuilt.add(key)
                todo.append(key)


def _shell_of(key: Key, current: Schema) -> Key | None:
    """Return the shell of a type that is named by its own functions: the type needs it, and goes with it."""
    if key[0] != "type":
        return None
    return next((k for k in current.needs.get(key, ()) if k[0] == "shell type" and k[3] == key[3]), None)


def _lets_go(changes: Changes, key: Key, other: Key, wanted: Schema) -> bool:
    """Whether *other* is altered into something that does not need *key* any more."""
    if other not in changes.altered or key in wanted.needs.get(other, ()):
        return False
    # as long as both are there, which of two functions of one name is meant may be open
    return not any(k[:2] == key[:2] and _bare(k) == _bare(key) for k in changes.created if key[0] == "function")


def _bare(key: Key) -> str:
    return key[3].partition("(")[0]


def _keeps_rows(other: Record, key: Key) -> bool:
    return KINDS[key[0]].rebuilds and other.kind == "column" and "generated" not in other.is_


# What PostgreSQL adapts by itself when a column gets another type (ATExecAlterColumnType in tablecmds.c): the rest
# refuses, or may, as checks and expressions do whose operators the new type has not.
_BEARS = ("ownership", "attachment", "replica identity", "cluster mark", "index attachment", "statistics object")


def _bears_another_type(other: Record) -> bool:
    match other.kind:
        case "index":
            return "expressions" not in other.is_
        case "constraint":
            return other.is_["type"] in ("primary key", "unique", "not null")
        case "publication relation":
            return other.is_.keys().isdisjoint(("where", "columns"))
        case "column":  # of a view: what a view's column says for itself goes with the view
            return False
        case kind:
            return kind in _BEARS


def _can_stay_meanwhile(key: Key, changes: Changes, current: Schema, wanted: Schema) -> bool:
    """Whether the old one of a replaced index can serve until the new one is there."""
    if key[0] != "index" or ("index attachment", *key[1:]) in current.parts.keys() | wanted.parts.keys():
        return False
    if current.needs.get(key, frozenset()) & (changes.dropped | changes.disturbed):
        return False
    table = parent_of(current.parts[key], current)
    return table is not None and "partition by" not in current.parts[table].is_
