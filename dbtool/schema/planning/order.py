"""An order for what depends on each other, and what goes round in a circle. Pure, and knows nothing of databases."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

Node = TypeVar("Node")


def ordered(before: Mapping[Node, Iterable[Node]], priority: Callable[[Node], Any]) -> list[Node]:
    """Return the nodes so that each comes after those that *before* names for it, else by least *priority*.

    Those that cannot be placed (in a circle, or after one) are left out: ask circles() first.

    >>> ordered({"b": ["a"], "a": [], "c": []}, priority=lambda n: n != "c")
    ['c', 'a', 'b']
    """
    waiting = {node: set(others) for node, others in before.items()}
    after: defaultdict[Node, list[Node]] = defaultdict(list)
    for node, others in waiting.items():
        for other in others:
            after[other].append(node)
    # the place in the mapping decides between equals, so that nodes need not be comparable
    number = {node: place for place, node in enumerate(before)}
    ready = [(priority(node), number[node], node) for node, others in waiting.items() if not others]
    heapq.heapify(ready)
    found: list[Node] = []
    while ready:
        *_, node = heapq.heappop(ready)
        found.append(node)
        for other in after[node]:
            waiting[other].discard(node)
            if not waiting[other]:
                heapq.heappush(ready, (priority(other), number[other], other))
    return found


def circles(before: Mapping[Node, Iterable[Node]]) -> list[Sequence[Node]]:
    """Return the sets of nodes that each depend on all others of their set (Tarjan's components of two and more).

    >>> circles({"a": ["b"], "b": ["a"], "c": ["a"]})
    [['b', 'a']]
    """
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    path: list[Node] = []
    on_path: set[Node] = set()
    found: list[Sequence[Node]] = []
    for root in before:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        work = [(root, iter(before[root]))]
        while work:
            node, others = work[-1]
            for other in others:
                if other not in index:
                    index[other] = low[other] = len(index)
                    path.append(other)
                    on_path.add(other)
                    work.append((other, iter(before[other])))
                    break
                if other in on_path:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    place = path.index(node)
                    component = path[place:]
                    del path[place:]
                    on_path.difference_update(component)
                    if len(component) > 1:
                        found.append(component[::-1])
    return found
