"""Events as they come -> events as they are told: no empty transactions, no tables that were not asked for. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from dbtool.feed.change import Begin, Change, Commit, Event, Message, Raw, Truncate

Wanted = Callable[[str, str], bool]


def wanted_tables(names: Iterable[str]) -> Wanted:
    """Return which tables are meant: `table` in any schema, `schema.table`, `schema.*`; all where none is named.

    >>> meant = wanted_tables(["users", "audit.*"])
    >>> meant("public", "users"), meant("audit", "log"), meant("public", "log")
    (True, True, False)
    """
    chosen = set(names)
    if not chosen:
        return lambda schema, table: True
    return lambda schema, table: bool({table, f"{schema}.{table}", f"{schema}.*"} & chosen)


class Assembled:
    """Holds a BEGIN back until something of its transaction is told: PostgreSQL 14 sends empty ones as well."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._begin: Begin | None = None  # not told yet
        self._told: int | None = None  # how many changes of the open transaction were told; None outside of one

    def told(self, event: Event) -> Iterator[Event]:
        """Yield what is to be told now that this event has come."""
        if isinstance(event, Begin):
            self._begin, self._told = event, 0
        elif isinstance(event, Commit):
            if self._told and self._begin is None:
                yield replace(event, changes=self._told)
            self._begin, self._told = None, None
        elif not isinstance(event, Change | Truncate) or self._wanted(event.schema, event.table):
            yield from self._inside(event)

    def _inside(self, event: Change | Truncate | Message | Raw) -> Iterator[Event]:
        if isinstance(event, Message) and not event.transactional:
            yield event  # it belongs to no transaction, whichever is open
            return
        if self._begin is not None:
            yield self._begin
            self._begin = None
        if self._told is not None:
            self._told += 1
        yield event
