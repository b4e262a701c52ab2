"""edges(actions), hints_of(actions), overloads(actions): which comes before which, or had better. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dbtool.schema.catalog import Key
from dbtool.schema.family import family_name, parent_of
from dbtool.schema.kinds.relatives import is_only_inherited
from dbtool.schema.names import unquoted
from dbtool.schema.planning.actions import Action, Verb
from dbtool.schema.planning.changes import Changes
from dbtool.schema.whole import Schema

Edge = tuple[Action, Action]  # the first comes before the second


def edges(actions: Sequence[Action], changes: Changes, current: Schema, wanted: Schema) -> Iterator[Edge]:
    """Yield what has to be done before what."""
    there = set(actions)

    def of(key: Key, *verbs: Verb) -> list[Action]:
        return [a for v in verbs if (a := Action(v, key)) in there]

    for action in actions:
        key = action.key
        match action.verb:
            case Verb.CREATE | Verb.ALTER | Verb.RETYPE:
                for other in wanted.needs.get(key, ()):
                    before = of(other, Verb.CREATE, Verb.ALTER, Verb.RETYPE)
                    turned = _is_asked_of_a_child(key, other, current, wanted)
                    yield from ((action, o) if turned else (o, action) for o in before)
            case _:
                pass
        match action.verb:
            case Verb.DROP | Verb.FORGET:
                for other in current.needs.get(key, ()):
                    goes = of(other, Verb.DROP, Verb.FORGET, Verb.RENAME, Verb.ALTER, Verb.RETYPE)
                    turned = _is_asked_of_a_child(key, other, wanted, current)
                    if _says_words_only(other, current, wanted):  # a comment or grants can come before or after
                        goes = [o for o in goes if o.verb is not Verb.ALTER]
                    for o in goes:
                        if action.verb is Verb.DROP or o.verb in (Verb.DROP, Verb.FORGET):
                            yield (o, action) if turned and o.verb is Verb.ALTER else (action, o)
                if key[0] in ("index", "constraint"):  # what came by being a partition goes when that has ended
                    attached = _attachment(key)
                    if attached not in current.needs.get(key, ()):
                        yield from ((o, action) for o in of(attached, Verb.DROP))
            case Verb.ALTER | Verb.RETYPE:
                for other in current.needs.get(key, ()):
                    yield from ((action, o) for o in of(other, Verb.DROP, Verb.FORGET))
                if _is_handed_over(key, current, wanted):  # to those that have it then
                    yield from ((o, action) for k in wanted.hints.get(key, ()) for o in of(k, Verb.CREATE))
            case Verb.CREATE:
                if key in changes.renamed:
                    yield from ((o, action) for o in of(_attachment(key), Verb.DROP))
                if not _goes_with_the_old(key, changes, current):
                    yield from ((o, action) for o in of(key, Verb.DROP, Verb.RENAME))
                yield from ((action, o) for o in of(key, Verb.FORGET))
            case Verb.RENAME:  # by names that what it is made of has until then
                for other in current.needs.get(key, ()):
                    yield from ((action, o) for o in of(other, Verb.RENAME))
    yield from _clashes(actions, current, wanted)


def _is_handed_over(key: Key, current: Schema, wanted: Schema) -> bool:
    """Whether it is a column that is the table's own, and shall be its parents' alone."""
    return key[0] == "column" and is_only_inherited(wanted.parts[key]) and not is_only_inherited(current.parts[key])


def _says_words_only(key: Key, current: Schema, wanted: Schema) -> bool:
    return key in current.parts and key in wanted.parts and current.parts[key].is_ == wanted.parts[key].is_


def _attachment(key: Key) -> Key:
    return "attachment", key[1], key[2], unquoted(key[2])[-1]


def _goes_with_the_old(key: Key, changes: Changes, current: Schema) -> bool:
    """Whether it is of a type that is renamed away: the old one keeps it to its end."""
    return key in current.parts and parent_of(current.parts[key], current) in changes.rebuilt


def _is_asked_of_a_child(key: Key, other: Key, current: Schema, wanted: Schema) -> bool:
    """Whether the table *other* comes to inherit, which asks that it has the columns of its parents: so *key* first."""
    if key[0] not in ("column", "constraint") or other[0] != "table" or other not in current.parts:
        return False
    record, table = wanted.parts[key], wanted.parts[other]
    if parent_of(record, wanted) != other or current.parts[other].is_.get("inherits") == table.is_.get("inherits"):
        return False
    return not record.is_.get("inherited") or bool(record.is_.get("local"))


def _clashes(actions: Sequence[Action], current: Schema, wanted: Schema) -> Iterator[Edge]:
    """What goes makes place for what gets its name."""
    going: defaultdict[tuple[str, ...], list[Action]] = defaultdict(list)
    for action in actions:
        if action.verb in (Verb.DROP, Verb.RENAME) and (name := family_name(current.parts[action.key])):
            going[name].append(action)
    for action in actions:
        if action.verb is Verb.CREATE and (name := family_name(wanted.parts[action.key])):
            yield from ((other, action) for other in going.get(name, ()))


def hints_of(actions: Sequence[Action], changes: Changes, current: Schema, wanted: Schema) -> Iterator[Edge]:
    """Yield what had better be done before what; it works without, or fails, where something speaks against it."""
    there = set(actions)
    for action in actions:
        if action.verb in (Verb.CREATE, Verb.ALTER):
            for other in (*wanted.hints.get(action.key, ()), *_columns_of_results(action.key, wanted)):
                first = Action(Verb.CREATE, other)
                if first in there and other != action.key:
                    turned = _precedes_parent(action, changes, wanted)
                    yield (action, first) if turned else (first, action)
        yield from (
            (one, other) for one, other in _beside_parents(action, changes, current, wanted) if {one, other} <= there
        )


def _precedes_parent(action: Action, changes: Changes, wanted: Schema) -> bool:
    """Whether it is done while no parent has it: a constraint is renamed then, a column of the table's own is added."""
    record = wanted.parts[action.key]
    own_too = record.kind in ("column", "constraint") and record.is_.get("inherited") and record.is_.get("local")
    return action.key in changes.renamed or (action.verb is Verb.CREATE and bool(own_too))


def _beside_parents(action: Action, changes: Changes, current: Schema, wanted: Schema) -> Iterator[Edge]:
    """Yield what is done first of a column or constraint and the one that it is inherited from."""
    key = action.key
    if key[0] not in ("column", "constraint"):
        return
    had, has = _inherited(key, current), _inherited(key, wanted)
    match action.verb:
        case Verb.ALTER:
            yield from ((Action(Verb.ALTER, model), action) for model in has)
            yield from ((Action(Verb.DROP, model), action) for model in had)
        case Verb.DROP if (table := parent_of(current.parts[key], current)) in changes.dropped and table:
            # together with what uses it, which the parent's would not take along
            yield from ((Action(Verb.DROP, table), Action(Verb.DROP, model)) for model in had)
        case Verb.DROP:
            yield from ((Action(Verb.DROP, model), action) for model in had)
        case Verb.CREATE if key in changes.renamed:
            yield from ((Action(Verb.DROP, model), action) for model in _inherited(changes.renamed[key], current))
        case _:
            pass


def _inherited(key: Key, schema: Schema) -> Sequence[Key]:
    """Return what a column or constraint is inherited from."""
    if key not in schema.parts or not schema.parts[key].is_.get("inherited"):
        return ()
    return [model for model in schema.hints.get(key, ()) if model[0] == key[0]]


def overloads(actions: Sequence[Action]) -> Iterator[Edge]:
    """A function goes before another of its name comes: what calls it could mean either."""
    going = [a for a in actions if a.verb is Verb.DROP and a.key[0] == "function"]
    coming = [a for a in actions if a.verb is Verb.CREATE and a.key[0] == "function"]
    for one in going:
        for other in coming:
            if one.key[1] == other.key[1] and one.key[3].partition("(")[0] == other.key[3].partition("(")[0]:
                yield one, other


def _columns_of_results(key: Key, wanted: Schema) -> Iterator[Key]:
    """Yield the columns that a view sees through a function that returns rows of a table."""
    if key[0] in ("view", "materialized view"):
        functions = [k for k in wanted.needs.get(key, ()) if k[0] == "function"]
        for table in {k for f in functions for k in wanted.needs.get(f, ()) if k[0] == "table"}:
            yield from (k for k in wanted.dependents.get(table, ()) if k[0] == "column")
