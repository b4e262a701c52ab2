"""`feed peek` from the target to its answer: what waits in a slot, shown or counted. Read-only."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from dbtool.db import connect
from dbtool.feed.assembled import Assembled, wanted_tables
from dbtool.feed.change import Begin, Change, Commit, Event, Message, Raw, Truncate
from dbtool.feed.counted import Counts, count
from dbtool.feed.line import line_of
from dbtool.feed.peek import Reading, Waiting, explained, reading_of, waiting, without_publications
from dbtool.feed.plugin import Plugin
from dbtool.feed.slot import Server, Slot, chosen_publications, read_server, readable_slot
from dbtool.where import Where, where

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.target import Target

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peeked:
    """What a look into a slot found."""

    where: Where
    slot: Slot
    plugin: Plugin
    until: int  # where the log stood when the look began
    read_up_to: int
    seconds: float
    out_of_time: bool
    notes: Sequence[str]
    more: bool = False
    changes: Sequence[Change | Truncate | Message | Raw] = ()
    lines: Sequence[str] = field(default=(), repr=False)  # of JSON, with begin and commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Into which slot we look, and how."""

    target: "Target"
    slot: str
    publications: Sequence[str]
    start: int  # transactions that ended there or before are passed over
    seconds: float
    command: str  # what to type for another slot, with {slot} in it


def peek_waiting(look: Look, limit: int) -> Peeked:
    """Return the first changes that wait in a slot. Read-only. Raises UsageError, DatabaseRefused, Unreachable."""
    (lines, changes, more), peeked = _look(look, lambda events: _first(events, limit))
    return replace(peeked, lines=lines, changes=changes, more=more)


def count_waiting(look: Look) -> tuple[Counts, Peeked]:
    """Return how much waits of each table. Read-only. Raises as peek_waiting()."""
    return _look(look, count, rows=False)


def _look(look: Look, work: Callable[[Iterable[Event]], _T], *, rows: bool = True) -> tuple[_T, Peeked]:
    with closing(connect(look.target, purpose="feed peek", read_only=True)) as conn:
        server, banner = read_server(conn, look.slot), where(conn, look.target)
        slot = readable_slot(server, look.slot, url=address(conn), command=look.command)
    reading = reading_of(slot, chosen_publications(server, look.publications))
    result, read = _read(look, server, slot, reading, work, rows)
    peeked = Peeked(
        where=banner, slot=slot, plugin=read.reading.plugin, until=read.until, read_up_to=read.read_up_to,
        seconds=look.seconds, out_of_time=read.out_of_time, notes=(*read.reading.notes, *dict.fromkeys(read.notices)),
    )  # fmt: skip
    return result, peeked


def _read(
    look: Look, server: Server, slot: Slot, reading: Reading, work: Callable[[Iterable[Event]], _T], rows: bool
) -> tuple[_T, Waiting]:
    """Return what *work* makes of what waits, and how that was read in the end."""
    import psycopg

    try:
        with waiting(look.target, server, slot, reading, start=look.start, seconds=look.seconds, rows=rows) as events:
            return work(events), events
    except psycopg.Error as error:
        if other := without_publications(reading, error):
            return _read(look, server, slot, other, work, rows)
        raise explained(error, server, slot.name, reading.plugin) or error from None


def _first(events: Iterable[Event], limit: int) -> tuple[list[str], list[Change | Truncate | Message | Raw], bool]:
    """Return the lines and the changes of the first *limit* changes, and whether there is another one."""
    assembled, lines = Assembled(wanted_tables(())), list[str]()
    changes: list[Change | Truncate | Message | Raw] = []
    for event in events:
        for told in assembled.told(event):
            if not isinstance(told, Begin | Commit):
                if len(changes) == limit:
                    return lines, changes, True
                changes.append(told)
            elif isinstance(told, Begin) and len(changes) == limit:
                return lines, changes, True
            lines.append(line_of(told))
    return lines, changes, False


def address(conn: "Conn") -> str:
    """Return the server's URL without a password, `{database}` in place of the database."""
    from urllib.parse import quote

    info = conn.info
    host, port = info.host or info.hostaddr, info.port
    user = quote(info.user, safe="")
    if not host or host.startswith("/"):
        return f"postgresql://{user}@:{port}/{{database}}" + (f"?host={quote(host, safe='')}" if host else "")
    return f"postgresql://{user}@{host}:{port}/{{database}}"
