"""A Scope in lines for a person: what goes, what stays, who is concerned. Pure."""

from collections.abc import Iterable, Sequence

from dbtool.report import counted, sized
from dbtool.wipe.scope import HISTORY, Left, Scope

_AT_MOST = 8  # of a kind, by name


def rows_lines(scope: Scope, *, careful: bool) -> list[str]:
    """Return what reset takes and leaves; *careful* names the largest tables."""
    tables = counted(len(scope.tables), "table")
    lines = [f"takes        about {counted(scope.rows, 'row')} of {tables}, {sized(scope.bytes)}"]
    lines += _largest(scope) if careful else []
    if scope.large_objects:
        lines.append(f"             and {counted(scope.large_objects, 'large object')}")
    if scope.materialized_views:
        lines.append("refreshes    " + _some([view.identity for view in scope.materialized_views]))
    if publications := scope.truncated_publications():
        lines.append("subscribers  lose these rows as well: publication " + _some([p.identity for p in publications]))
    return lines + _left(item for item in scope.left_by_reset() if item.why != HISTORY)


def objects_lines(scope: Scope, *, careful: bool) -> list[str]:
    """Return what nuke takes and leaves; *careful* names the largest tables."""
    counts = ", ".join(counted(number, kind) for kind, number in scope.counts().items())
    lines = [f"takes        {counts or 'nothing: the project has no object here'}"]
    lines += _largest(scope) if careful else []
    for subscription in scope.remote_slots():
        slot = f"slot {subscription.slot} of subscription {subscription.identity}"
        lines.append(f"leaves       {slot} on the publishing server: drop it there")
    if publications := scope.others_publications():
        lines.append("shrinks      publication " + _some([f"{p.identity} (of {p.owner})" for p in publications]))
    return lines + _left(scope.left_by_nuke())


def _largest(scope: Scope) -> list[str]:
    tables = sorted(scope.tables, key=lambda table: -table.bytes)
    blank = " " * 13
    lines = [f"{blank}{t.identity}: about {counted(t.rows, 'row')}, {sized(t.bytes)}" for t in tables[:_AT_MOST]]
    return lines + ([f"{blank}and {len(tables) - _AT_MOST} more"] if len(tables) > _AT_MOST else [])


def _left(left: Iterable[Left]) -> list[str]:
    why: dict[str, list[str]] = {}
    for item in left:
        why.setdefault(item.why, []).append(f"{item.kind} {item.identity}")
    return [f"leaves       {_some(names)} ({reason})" for reason, names in why.items()]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _AT_MOST} more" if len(names) > _AT_MOST else ""
    return ", ".join(names[:_AT_MOST]) + more
