"""make_graph(actions): which action comes after which, with what is done in one statement taken together. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import family_name, inherited_from, parent_of
from dbtool.schema.kinds import KINDS
from dbtool.schema.kinds.constraints import not_null_column
from dbtool.schema.kinds.words import says_words_only
from dbtool.schema.names import qualified, unquoted
from dbtool.schema.planning.actions import Action, Verb
from dbtool.schema.planning.changes import Changes
from dbtool.schema.planning.order import circles
from dbtool.schema.statement import Unmanageable
from dbtool.schema.whole import Schema

# What PostgreSQL does not drop together with what it belongs to.
_STAY = ("user mapping", "security label")

Edge = tuple[Action, Action]  # the first comes before the second


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The nodes, each with those that come before it; a node is the first of several actions, or one alone."""

    before: Mapping[Action, set[Action]]
    leaders: Mapping[Action, Action]  # of actions that are done with another one
    held: Mapping[Action, list[Action]]
    beside: Mapping[Action, list[Action]]

    def members(self, node: Action) -> Iterator[tuple[Action, list[Action]]]:
        """Yield the node and what is done beside it, each with what is done within its own statement."""
        yield node, self.held.get(node, [])
        for other in self.beside.get(node, ()):
            yield from self.members(other)

    def leader(self, action: Action) -> Action:
        """Return the node that *action* is done with."""
        while action in self.leaders:
            action = self.leaders[action]
        return action


def make_graph(actions: Sequence[Action], changes: Changes, current: Schema, wanted: Schema) -> Graph:
    """Return the graph of *actions* without circles. Raises Unmanageable where one cannot be cut."""
    hard = list(_edges(actions, changes, current, wanted))
    soft = {*_hints(actions, wanted), *_overloads(actions)}
    apart: set[Action] = set()
    while True:
        graph = _grouped(actions, [*hard, *soft], apart, changes, current, wanted)
        found = circles(graph.before)
        if not found:
            return graph
        for circle in found:
            _cut(circle, graph, hard, soft, apart, current, wanted)


def _cut(
    circle: Sequence[Action], graph: Graph, hard: Sequence[Edge], soft: set[Edge], apart: set[Action],
    current: Schema, wanted: Schema,
) -> None:  # fmt: skip
    """Leave out hints, else do by itself what was to be done within another statement; least first."""
    nodes = set(circle)
    hints = {e for e in soft if {graph.leader(a) for a in e} <= nodes}
    if hints:
        soft -= hints
        return
    inner = [a for n in circle for _, held in graph.members(n) for a in held]
    tied = {a for e in hard for a in e if _crosses(e, graph, nodes)}
    for chosen in (_foreign_keys, _other_constraints, _anything):
        moved = [a for a in inner if a in tied and chosen(_record(a, current, wanted))]
        if moved:
            apart.update(moved)
            return
    names = ", ".join(str(_record(a, current, wanted)) for a in circle)
    raise Unmanageable(f"These need each other, and none can be made first: {names}.")


def _crosses(edge: Edge, graph: Graph, nodes: set[Action]) -> bool:
    ends = [graph.leader(a) for a in edge]
    return ends[0] != ends[1] and set(ends) <= nodes


def _record(action: Action, current: Schema, wanted: Schema) -> Record:
    side = wanted if action.verb is Verb.CREATE else current
    return side.parts.get(action.key) or wanted.parts[action.key]


def _foreign_keys(record: Record) -> bool:
    return record.kind == "constraint" and record.is_["type"] == "foreign key"


def _other_constraints(record: Record) -> bool:
    return record.kind in ("constraint", "default", "domain constraint")


def _anything(record: Record) -> bool:
    return True


def _edges(actions: Sequence[Action], changes: Changes, current: Schema, wanted: Schema) -> Iterator[Edge]:
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


def _hints(actions: Sequence[Action], wanted: Schema) -> Iterator[Edge]:
    there = set(actions)
    for action in actions:
        if action.verb in (Verb.CREATE, Verb.ALTER):
            for other in (*wanted.hints.get(action.key, ()), *_columns_of_results(action.key, wanted)):
                first = Action(Verb.CREATE, other)
                if first in there and other != action.key:
                    yield first, action


def _overloads(actions: Sequence[Action]) -> Iterator[Edge]:
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


def _grouped(
    actions: Sequence[Action], edges: Sequence[Edge], apart: set[Action], changes: Changes, current: Schema,
    wanted: Schema,
) -> Graph:  # fmt: skip
    leaders: dict[Action, Action] = {}
    held: defaultdict[Action, list[Action]] = defaultdict(list)
    beside: defaultdict[Action, list[Action]] = defaultdict(list)
    there = set(actions)
    for action in actions:
        if action in apart:
            continue
        if (leader := _holder(action, there, apart, changes, current, wanted)) is not None:
            leaders[action] = leader
            held[leader].append(action)
        elif (leader := _model(action, there, current, wanted)) is not None:
            leaders[action] = leader
            beside[leader].append(action)
    graph = Graph(before={a: set() for a in actions if a not in leaders}, leaders=leaders, held=held, beside=beside)
    for first, second in edges:
        one, other = graph.leader(first), graph.leader(second)
        if one != other:
            graph.before[other].add(one)
    return graph


def _holder(
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


def _model(action: Action, there: set[Action], current: Schema, wanted: Schema) -> Action | None:
    """Return the same action on what this part is inherited from: PostgreSQL does both at once."""
    if action.key[0] not in ("column", "constraint"):
        return None
    side = current if action.verb is Verb.DROP else wanted
    origin = inherited_from(side.parts[action.key], side)
    if origin is None:
        return None
    leader = Action(action.verb, origin)
    return leader if leader in there else None
