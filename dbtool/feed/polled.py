"""What waits in a temporary copy of a slot, by SQL functions: where the server has no walsender left for a stream.

Each batch is decoded again from the copy's restart_lsn, and a transaction is whole in the server's memory or in its
temporary files: docs/decisions/feed.md.
"""

import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from dbtool.feed.stream import Data, Keepalive
from dbtool.lsn import lsn_of, lsn_text
from dbtool.queries import query

if TYPE_CHECKING:
    from dbtool.db import Conn

_AT_ONCE = 2000


class Polled:
    """Gives what a Stream gives, up to *until*."""

    patience = float("inf")  # a batch that is broken off has to begin anew

    def __init__(self, conn: "Conn", copy: str, *, start: int, until: int, options: Mapping[str, str]) -> None:
        """Begin after *start*. Moves the copy, which is ours alone. Raises psycopg.Error."""
        self._conn, self._until = conn, until
        words = [word for pair in options.items() for word in pair]
        self._values = {"slot": copy, "until": lsn_text(until), "number": _AT_ONCE, "options": words}
        self._waiting: deque[Data] = deque()
        self._ended = False
        if start:
            conn.execute(
                "SELECT pg_catalog.pg_replication_slot_advance(%(slot)s, least(%(start)s::pg_lsn, %(until)s::pg_lsn))",
                {"slot": copy, "start": lsn_text(start), "until": lsn_text(until)},
            )

    def next(self, timeout: float) -> Data | Keepalive | None:
        """Return what comes next, None where it takes longer than *timeout* seconds. Raises psycopg.Error."""
        import psycopg

        if not self._waiting and not self._ended:
            milliseconds = str(max(int(timeout * 1000), 1))
            self._conn.execute("SELECT pg_catalog.set_config('statement_timeout', %s, false)", [milliseconds])
            began = time.monotonic()
            try:
                rows = self._conn.execute(query("feed/poll"), self._values).fetchall()
            except psycopg.errors.QueryCanceled:
                time.sleep(max(timeout - (time.monotonic() - began), 0))
                return None
            self._ended = not rows
            self._waiting.extend(Data(lsn_of(lsn), data) for lsn, data in cast(list[tuple[str, bytes]], rows))
        return self._waiting.popleft() if self._waiting else Keepalive(self._until)

    def tell(self, *, ask: bool = False) -> None:
        """Do nothing: there is nobody who waits for a sign of life."""
