"""make_changes(current, wanted) -> Changes: what has to be created, dropped, altered or replaced. Pure.

Something that PostgreSQL cannot alter in place is replaced: dropped and created again, together with all that depends
on it, which the wanted schema then brings back with its own grants and comments. Columns are the exception, since they
hold rows: where a type has to be replaced, it is renamed away, made anew, and its columns are given the new one.
"""

from dataclasses import dataclass, field

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import parent_of
from dbtool.schema.kinds import KINDS
from dbtool.schema.kinds.columns import needs_dependents_gone
from dbtool.schema.kinds.types import adds_values
from dbtool.schema.statement import Statement
from dbtool.schema.whole import Schema
from dbtool.schema.words import changed as changed_words


@dataclass(slots=True, kw_only=True)
class Changes:
    """What to do with which part. What is both dropped and created is replaced."""

    dropped: set[Key]
    created: set[Key]
    altered: dict[Key, list[Statement]] = field(default_factory=dict[Key, "list[Statement]"])
    rebuilt: set[Key] = field(default_factory=set[Key])  # replaced, but renamed away until the new one is there
    retyped: set[Key] = field(default_factory=set[Key])  # columns of rebuilt types
    disturbed: set[Key] = field(default_factory=set[Key])  # altered so that what depends on them has to go meanwhile


def make_changes(current: Schema, wanted: Schema, *, at_once: bool = False) -> Changes:
    """Return what turns *current* into *wanted*; *at_once*: with nothing that has to be committed before it is used."""
    changes = Changes(
        dropped=set(current.parts.keys() - wanted.parts.keys()), created=set(wanted.parts.keys() - current.parts.keys())
    )
    for key in current.parts.keys() & wanted.parts.keys():
        _compare(changes, current.parts[key], wanted.parts[key], current, wanted, at_once=at_once)
    _spread(changes, current, wanted)
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


def _spread(changes: Changes, current: Schema, wanted: Schema) -> None:
    """Take along what depends on something that goes, as far as it goes."""
    todo = [*changes.dropped, *changes.disturbed]
    while todo:
        key = todo.pop()
        if key in changes.dropped and (shell := _shell_of(key, current)) and shell not in changes.dropped:
            changes.dropped.add(shell)
            changes.created.add(shell)
            todo.append(shell)
        for other in current.dependents.get(key, ()):
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


def _shell_of(key: Key, current: Schema) -> Key | None:
    """Return the shell of a type that is named by its own functions: the type needs it, and goes with it."""
    if key[0] != "type":
        return None
    return next((k for k in current.needs.get(key, ()) if k[0] == "shell type" and k[3] == key[3]), None)


def _lets_go(changes: Changes, key: Key, other: Key, wanted: Schema) -> bool:
    """Whether *other* is altered into something that does not need *key* any more."""
    return other in changes.altered and key not in wanted.needs.get(other, ())


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
            return "where" not in other.is_
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
