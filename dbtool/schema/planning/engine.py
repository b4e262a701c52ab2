"""difference(current, wanted) -> the steps that turn one schema into the other, in an order that works. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import inherited_from, parent_of
from dbtool.schema.kinds import KINDS
from dbtool.schema.kinds.column_types import retype
from dbtool.schema.kinds.constraint_heritage import beside_parents
from dbtool.schema.kinds.constraint_words import renamed
from dbtool.schema.kinds.constraints import goes_with_parents
from dbtool.schema.kinds.heritage import drop_alone
from dbtool.schema.kinds.kind import named
from dbtool.schema.kinds.relatives import is_only_inherited
from dbtool.schema.kinds.types import adds_values, drop_renamed, renamed_away
from dbtool.schema.kinds.words import after_create, changed, says_words_only, withdrawn
from dbtool.schema.names import old_name, quoted
from dbtool.schema.planning.actions import Action, Verb, make_actions, priority
from dbtool.schema.planning.changes import Changes, make_changes
from dbtool.schema.planning.graph import Graph, make_graph
from dbtool.schema.planning.order import ordered
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is done, with the statements that do it. ``record`` as wanted, or as it was for a drop."""

    verb: Verb
    record: Record
    statements: tuple[Statement, ...]
    parts: tuple[Record, ...] = ()  # what is made, or goes, along with it
    kept: Record | None = None  # what gets this name, where it is renamed
    apart: bool = False  # to be committed before what comes after may use it: a new value of an enum


def difference(current: Schema, wanted: Schema, *, at_once: bool = False) -> list[Step]:
    """Return the steps from *current* to *wanted*; none where they are the same. Raises Unmanageable.

    *at_once*: they fit into one transaction.
    """
    changes = make_changes(current, wanted, at_once=at_once)
    actions = make_actions(changes, current, wanted)
    graph = make_graph(actions, changes, current, wanted)
    order = ordered(graph.before, lambda action: priority(action, current, wanted))
    steps = [_step(action, graph, changes, current, wanted) for action in order]
    return [step for step in steps if step.statements]


def _step(action: Action, graph: Graph, changes: Changes, current: Schema, wanted: Schema) -> Step:
    found: list[Statement] = []
    parts: list[Action] = []
    for one, held in graph.members(action):
        found += _statements(one, held, changes, current, wanted)
        parts += held
    side = current if action.verb in (Verb.DROP, Verb.RENAME, Verb.FORGET) else wanted
    return Step(
        verb=action.verb,
        record=side.parts[action.key],
        statements=tuple(found),
        parts=tuple(side.parts[p.key] for p in parts),
        kept=current.parts[changes.renamed[action.key]] if action.key in changes.renamed else None,
        apart=_apart(action, current, wanted),
    )


def _statements(
    action: Action, parts: Sequence[Action], changes: Changes, current: Schema, wanted: Schema
) -> list[Statement]:
    match action.verb:
        case Verb.DROP:
            return _dropped(current.parts[action.key], changes, current, wanted)
        case Verb.RENAME:
            return _out_of_the_way(current.parts[action.key], wanted.parts[action.key])
        case Verb.FORGET:
            return _forgotten(current.parts[action.key])
        case Verb.ALTER:
            return changes.altered[action.key]
        case Verb.RETYPE:
            return retype(wanted.parts[action.key], wanted, current)
        case Verb.CREATE if action.key in changes.renamed:
            return _renamed(action.key, changes, current, wanted)
        case Verb.CREATE:
            return _created(wanted.parts[action.key], [wanted.parts[p.key] for p in parts], current, wanted)


def _dropped(record: Record, changes: Changes, current: Schema, wanted: Schema) -> list[Statement]:
    kind = KINDS[record.kind]
    if record.kind == "column" and not is_only_inherited(record) and (made := drop_alone(record, current, wanted)):
        return made
    made = kind.dropped(record, _without_attachment(record, changes, current))
    if says_words_only(record) and record.key not in changes.created:
        return made + withdrawn(record, kind, current, wanted)
    return made


def _out_of_the_way(old: Record, new: Record) -> list[Statement]:
    if old.kind == "type":
        return renamed_away(old, new)
    return statements(f"ALTER {KINDS[old.kind].reference(old)} RENAME TO {old_name(named(old))}")


def _forgotten(old: Record) -> list[Statement]:
    if old.kind == "type":
        return drop_renamed(old)
    return statements(f"DROP {KINDS[old.kind].word} {quoted(old.schema)}.{old_name(named(old))}")


def _renamed(key: Key, changes: Changes, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what turns a constraint of another name into this one; nothing where its parent's takes it along."""
    old, new = current.parts[changes.renamed[key]], wanted.parts[key]
    kind = KINDS[new.kind]
    if inherited_from(new, wanted) in changes.renamed or inherited_from(old, current) in changes.renamed.values():
        made: list[Statement] = []
    elif (
        old.is_.get("inherited") and new.is_.get("inherited") and not goes_with_parents(old, current, wanted)
    ):  # PostgreSQL renames none that a table above has too
        return beside_parents(old, new, current, wanted)
    else:
        made = [renamed(old, new.name)]
    old = replace(old, name=new.name)
    return made + (kind.alter(old, new, current, wanted) or []) + changed(old, new, kind, current, wanted)


def _without_attachment(record: Record, changes: Changes, current: Schema) -> Schema:
    """Return *current* as it is for an index whose table stays, and is a partition no more: nothing drops it then."""
    attachment = ("index attachment", *record.key[1:])
    if record.kind not in ("index", "constraint") or attachment not in current.parts:
        return current
    table = parent_of(record, current)
    if (
        table is None
        or table in changes.dropped
        or ("attachment", table[1], record.parent, table[3]) not in changes.dropped
    ):
        return current
    return replace(current, parts={key: part for key, part in current.parts.items() if key != attachment})


def _created(record: Record, parts: Sequence[Record], current: Schema, wanted: Schema) -> list[Statement]:
    made = KINDS[record.kind].create(record, wanted, parts)
    for one in (record, *parts):
        made += after_create(one, KINDS[one.kind], wanted, current)
    return made


def _apart(action: Action, current: Schema, wanted: Schema) -> bool:
    if action.verb is not Verb.ALTER or action.key[0] != "type":
        return False
    return adds_values(current.parts[action.key], wanted.parts[action.key])


def makes_bodies(steps: Sequence[Step]) -> bool:
    """Whether *steps* make functions whose bodies are texts, which the server would read as it makes them."""
    kinds = ("function", "procedure")
    return any(
        step.verb in (Verb.CREATE, Verb.ALTER) and step.record.kind in kinds and "body" in step.record.is_
        for step in steps
    )
