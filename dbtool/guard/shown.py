"""What a person is shown before anything is destroyed. Pure."""

from typing import TYPE_CHECKING

from dbtool.guard.facts import Facts
from dbtool.report import counted, sized

if TYPE_CHECKING:
    from dbtool.where import Where


def scope_lines(facts: Facts, where: "Where") -> list[str]:
    """Return which database this is, why it is taken for that, what is in it, and who uses it: a line for each."""
    mark, activity = facts.mark, facts.activity
    assert mark
    assert activity
    address = "the embedded server" if where.embedded else f"{where.host}:{where.port}"
    unmarked = "this project's own" if where.embedded else "not marked"
    said = f"marked {mark.environment}" if mark.environment else unmarked
    if mark.foreign and not mark.environment:
        said += f" (the mark {mark.foreign} in it is another database's: this is a copy)"
    others = ", ".join(f"{name} ({number})" for name, number in sorted(activity.applications.items()))
    tables = counted(activity.tables, "table")
    lines = [
        f"database     {where.database} on {address} as {where.role}, PostgreSQL {where.server_version}; {said}",
        f"environment  {facts.environment} ({facts.why}{'' if where.embedded else f'; {facts.url_from}'})",
        f"holds        {tables}, about {counted(activity.rows, 'row')}, {sized(activity.size)}",
        f"used by      {counted(activity.sessions, 'other session')}" + (f": {others}" if others else ""),
    ]
    if activity.replicas or activity.slots:
        streams = f"{counted(activity.replicas, 'replica')}, {counted(activity.slots, 'replication slot')}"
        lines.append(f"followed by  {streams}")
    if activity.last_commit:  # where the server keeps it: track_commit_timestamp
        lines.append(f"last write   {activity.last_commit:%Y-%m-%d %H:%M:%S} UTC")
    return lines
