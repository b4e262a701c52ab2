"""Actions: a verb and the part that it is done to, as the changes ask for them; and which to take first. Pure."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from dbtool.schema.catalog import Key
from dbtool.schema.family import inherited_from, parent_of
from dbtool.schema.planning.changes import Changes
from dbtool.schema.whole import Schema


class Verb(Enum):
    """What a step does."""

    DROP = "drop"
    RENAME = "rename"  # a type that is rebuilt, out of the way of the new one
    ALTER = "alter"
    CREATE = "create"
    RETYPE = "retype"  # a column whose type was rebuilt
    FORGET = "forget"  # the renamed type


@dataclass(frozen=True, slots=True)
class Action:
    """A verb and what it is done to."""

    verb: Verb
    key: Key


def make_actions(changes: Changes, current: Schema, wanted: Schema) -> list[Action]:
    """Return all that has to be done, in no order that means anything but the same for the same schemas."""
    found: list[Action] = []
    for key in sorted(changes.dropped):
        if key in changes.rebuilt:
            found += [Action(Verb.RENAME, key), Action(Verb.FORGET, key)]
        else:
            found.append(Action(Verb.DROP, key))
    found += [Action(Verb.CREATE, key) for key in sorted(changes.created)]
    # one without statements still says when what depends on it can go and come, where a table above does the work
    models = [key for key in changes.altered if changes.altered[key] or inherited_from(wanted.parts[key], wanted)]
    found += [Action(Verb.ALTER, key) for key in sorted(models)]
    # one whose own type differs as well is altered to what it shall be
    same_type = (k for k in sorted(changes.retyped) if current.parts[k].is_["type"] == wanted.parts[k].is_["type"])
    return found + [Action(Verb.RETYPE, key) for key in same_type]


_PHASE = {Verb.DROP: 0, Verb.RENAME: 1, Verb.ALTER: 2, Verb.RETYPE: 2, Verb.CREATE: 3, Verb.FORGET: 4}

# In which order people expect to read what stands by itself, where nothing else decides.
_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            "schema", "extension", "language", "access method", "collation", "shell type", "type", "conversion", "cast",
            "function", "procedure", "aggregate", "transform", "operator family", "operator", "operator class",
            "text search parser", "text search template", "text search dictionary", "text search configuration",
            "foreign-data wrapper", "server", "user mapping", "sequence", "table", "foreign table", "view",
            "materialized view", "publication", "subscription", "event trigger", "security label", "default acl",
        )
    )
}  # fmt: skip

# Of what belongs to one relation.
_PART_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            "column", "default", "constraint", "attachment", "index", "index attachment", "replica identity",
            "cluster mark", "statistics object", "rule", "trigger", "policy",
        )
    )
}  # fmt: skip


def priority(action: Action, current: Schema, wanted: Schema) -> tuple[Any, ...]:
    """Return what decides between actions that could come next: drops first, then kind, then name."""
    side = wanted if action.key in wanted.parts else current
    record = side.parts[action.key]
    root = parent_of(record, side) or record.key
    rank = _RANK.get(root[0], 99), root[1], root[3], _PART_RANK.get(record.kind, 0)
    foreign = record.kind == "constraint" and record.is_["type"] == "foreign key"
    return _phase(action), *(rank if not foreign else (98, *rank[1:])), record.name


def _phase(action: Action) -> int:
    match action.key[0]:
        case "default acl":
            return 9  # until then objects get what the old ones say: see words.after_create()
        case "event trigger":
            return -1 if action.verb is Verb.DROP else 8  # it would fire on what comes after
        case "subscription" | "security label" if action.verb is Verb.CREATE:
            return 7
        case "type" if action.verb is Verb.ALTER:
            return -1  # values that are added to an enum are committed before they are used
        case _:
            return _PHASE[action.verb]
