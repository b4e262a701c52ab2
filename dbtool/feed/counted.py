"""How much of what waits is of which table. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from dbtool.feed.change import Begin, Change, Commit, Event, Message, Truncate
from dbtool.lsn import lsn_text


@dataclass(slots=True)
class Count:
    """What waits of one table."""

    schema: str
    table: str
    inserts: int = 0
    updates: int = 0
    deletes: int = 0
    truncates: int = 0
    transactions: int = 0
    first: int = 0
    last: int = 0
    seen: int = 0  # the transaction that was counted last

    def as_json(self) -> dict[str, object]:
        """Return the keys that docs/json.md promises."""
        return {
            "schema": self.schema, "table": self.table, "inserts": self.inserts, "updates": self.updates,
            "deletes": self.deletes, "truncates": self.truncates, "transactions": self.transactions,
            "first_lsn": lsn_text(self.first), "last_lsn": lsn_text(self.last),
        }  # fmt: skip


@dataclass(slots=True)
class Counts:
    """What waits, by table, and in all."""

    tables: dict[tuple[str, str], Count]
    transactions: int = 0
    changes: int = 0
    messages: int = 0
    unreadable: int = 0
    largest_xid: int = 0
    largest: int = 0  # changes in the transaction that has most

    @property
    def most_first(self) -> list[Count]:
        """The tables, the busiest first."""
        return sorted(
            self.tables.values(), key=lambda c: (-(c.inserts + c.updates + c.deletes + c.truncates), c.schema, c.table)
        )


def count(events: Iterable[Event]) -> Counts:
    """Return how much there is of each table. A transaction without a change is not counted."""
    found = Counts({})
    number = at_begin = 0
    for event in events:
        if isinstance(event, Change | Truncate):
            found.changes += 1
            key = (event.schema, event.table)
            table = found.tables.get(key)
            if table is None:
                table = found.tables[key] = Count(*key, first=event.lsn)
            if event.kind == "insert":
                table.inserts += 1
            elif event.kind == "update":
                table.updates += 1
            elif event.kind == "delete":
                table.deletes += 1
            else:
                table.truncates += 1
            table.last = event.lsn
            if table.seen != number:
                table.transactions, table.seen = table.transactions + 1, number
        elif isinstance(event, Begin):
            number, at_begin = number + 1, found.changes
        elif isinstance(event, Commit):
            size = found.changes - at_begin
            found.transactions += size > 0
            if size > found.largest:
                found.largest, found.largest_xid = size, event.xid
        elif isinstance(event, Message):
            found.messages += 1
        else:
            found.unreadable += 1
    return found
