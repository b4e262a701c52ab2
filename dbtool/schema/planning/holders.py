"""holder(action), model_of(action): the other action whose statement does this one as well. Pure."""

from collections.abc import Iterator

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import inherited_from, parent_of
from dbtool.schema.kinds import KINDS
from dbtool.schema.kinds.constraint_words import not_null_column
from dbtool.schema.kinds.words import says_words_only
from dbtool.schema.names import qualified, unquoted
from dbtool.schema.planning.actions import Action, Verb
from dbtool.schema.planning.changes import Changes
from dbtool.schema.whole import Schema

# What PostgreSQL does not drop together with what it belongs to.
_STAY = ("user mapping", "security label")


def holder(
    action: Action, there: set[Action], apart: set[Action], changes: Changes, current: Schema, wanted: Schema
) -> Action | None:
    """Return the action whose statement does this one as well."""
    match action.verb:
        case Verb.DROP:
            return _dropped_with(action.key, there, apart, current)
        case Verb.CREATE:
            return _created_with(action.key, there, apart, wanted)
        case _:
            return None


def _dropped_with(key: Key, there: set[Action], apart: set[Action], current: Schema) -> Action | None:
    record = current.parts[key]
    if record.kind in _STAY or _keeps_a_foreign_key(record, there, current):
        return None
    for other in _takes_along(record, current):
        # what a type is made of is renamed with it (types.renamed_away), so that its names are free for the new one
        rebuilt = Verb.RENAME if record.kind == "function" else Verb.FORGET
        for verb in (Verb.DROP, rebuilt):
            leader = Action(verb, other)
            if leader in there:
                return leader if leader in apart else _dropped_with(other, there, apart, current) or leader
    return None


def _keeps_a_foreign_key(record: Record, there: set[Action], current: Schema) -> bool:
    """Whether it is the attachment of a partition that cannot be dropped before it is detached.

    A foreign key to the partitioned table is one to each partition as well.
    """
    if record.kind != "attachment":
        return False
    keys = (k for k in current.needs.get(record.key, ()) if k[0] == "table" and k[3] != record.name)
    return any(
        other[0] == "constraint" and current.parts[other].is_["type"] == "foreign key"
        for parent in keys
        if Action(Verb.DROP, parent) not in there
        for column in current.dependents.get(parent, ())
        for other in current.dependents.get(column, ())
    )


def _takes_along(record: Record, current: Schema) -> Iterator[Key]:
    """Yield what takes *record* along when it is dropped."""
    parent = parent_of(record, current)
    if parent is not None:
        yield parent
    if record.kind == "constraint" and record.is_["type"] == "not null":  # goes with its column (18)
        yield from (k for k in current.needs.get(record.key, ()) if k[0] == "column")
    attachment = current.parts.get(("attachment", record.schema, qualified(record.schema, record.name), record.name))
    if record.kind in ("table", "foreign table") and attachment:  # partitions go with their table
        yield from (k for k in current.needs.get(attachment.key, ()) if k[0] == "table" and k != record.key)
    if record.kind == "sequence":  # one that a column owns goes with the column
        ownership = ("ownership", record.schema, KINDS["sequence"].name(record), record.name)
        yield from (k for k in current.needs.get(ownership, ()) if k[0] == "column")
    if record.kind == "function":  # those that a base type is made of: neither can go before the other
        for needed in current.needs.get(record.key, ()):
            if needed[0] == "shell type" and (parent := parent_of(current.parts[needed], current)):
                yield parent


def _created_with(key: Key, there: set[Action], apart: set[Action], wanted: Schema) -> Action | None:
    record = wanted.parts[key]
    parents = [parent_of(record, wanted)]
    if record.kind == "default":  # of a column that is added to a table that is there
        parents.append(("column", record.schema, record.parent, record.name))
    elif record.kind == "constraint" and record.is_["type"] == "not null":  # likewise (18)
        parents.append(("column", record.schema, record.parent, unquoted(not_null_column(record))[0]))
    for parent in parents:
        if parent is None or record.kind not in KINDS[parent[0]].holds or says_words_only(wanted.parts.get(parent)):
            continue
        leader = Action(Verb.CREATE, parent)
        if leader in there and _columns_are_there(record, leader, apart, wanted):
            return leader
    return None


def _columns_are_there(record: Record, leader: Action, apart: set[Action], wanted: Schema) -> bool:
    """Whether the columns that *record* is about are made in the leader's statement too, not after it."""
    needed = wanted.needs.get(record.key, ())
    return not any(Action(Verb.CREATE, k) in apart for k in needed if k[0] == "column" and k != leader.key)


def model_of(action: Action, there: set[Action], current: Schema, wanted: Schema) -> Action | None:
    """Return the same action on what this part is inherited from: PostgreSQL does both at once."""
    if action.key[0] not in ("column", "constraint"):
        return None
    side = current if action.verb is Verb.DROP else wanted
    origin = inherited_from(side.parts[action.key], side)
    if origin is None:
        return None
    leader = Action(action.verb, origin)
    table, model = parent_of(side.parts[action.key], side), parent_of(side.parts[origin], side)
    if model is not None and Action(action.verb, model) in there and Action(action.verb, table or model) not in there:
        return None  # no table inherits from it yet, or any more
    return leader if leader in there else None
