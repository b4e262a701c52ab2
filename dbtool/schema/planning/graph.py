"""make_graph(actions): which action comes after which, with what is done in one statement taken together. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dbtool.schema.catalog import Record
from dbtool.schema.planning.actions import Action, Verb
from dbtool.schema.planning.changes import Changes
from dbtool.schema.planning.edges import Edge, edges, hints_of, overloads
from dbtool.schema.planning.holders import holder, model_of
from dbtool.schema.planning.order import circles
from dbtool.schema.statement import Unmanageable
from dbtool.schema.whole import Schema


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

    def chain(self, action: Action) -> Iterator[Action]:
        """Yield *action*, what it is done with, what that is done with, up to the node."""
        yield action
        while action in self.leaders:
            action = self.leaders[action]
            yield action


def make_graph(actions: Sequence[Action], changes: Changes, current: Schema, wanted: Schema) -> Graph:
    """Return the graph of *actions* without circles. Raises Unmanageable where one cannot be cut."""
    hard = list(edges(actions, changes, current, wanted))
    soft = {*hints_of(actions, changes, current, wanted), *overloads(actions)}
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
    tied = {one for e in hard if _crosses(e, graph, nodes) for a in e for one in graph.chain(a)}
    for chosen in (_foreign_keys, _other_constraints, _by_themselves, _anything):
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


def _by_themselves(record: Record) -> bool:
    return not record.parent


def _anything(record: Record) -> bool:
    return True


def _grouped(
    actions: Sequence[Action], pairs: Sequence[Edge], apart: set[Action], changes: Changes, current: Schema,
    wanted: Schema,
) -> Graph:  # fmt: skip
    leaders: dict[Action, Action] = {}
    held: defaultdict[Action, list[Action]] = defaultdict(list)
    beside: defaultdict[Action, list[Action]] = defaultdict(list)
    there = set(actions)
    for action in actions:
        if action in apart:
            continue
        if (leader := holder(action, there, apart, changes, current, wanted)) is not None:
            leaders[action] = leader
            held[leader].append(action)
        elif (leader := model_of(action, there, current, wanted)) is not None:
            leaders[action] = leader
            beside[leader].append(action)
    graph = Graph(before={a: set() for a in actions if a not in leaders}, leaders=leaders, held=held, beside=beside)
    for first, second in pairs:
        one, other = graph.leader(first), graph.leader(second)
        if one != other:
            graph.before[other].add(one)
    return graph
