"""How far an import is, as events now and then: a bar on a terminal, a line elsewhere, an event with --json."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from dbtool.progress import Further, Talk, Wrote
from dbtool.report import sized
from dbtool.seeds.load.rows import Rows

_EVERY = {"bar": 0.2, "line": 5.0, "json": 5.0}  # seconds


@dataclass(slots=True, kw_only=True)
class Pace:
    """How it is told ("bar", "line" or "json"), and how far the file was when it last was."""

    rows: Rows
    how: str
    _done: int = 0
    _started: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)

    def begin_again(self) -> None:
        """Count from the beginning: the file is read once more."""
        self._done, self._started = 0, time.monotonic()

    def further(self, count: int) -> Iterator[Further | Talk | Wrote]:
        """Yield an event where so many rows more make one due."""
        return self.at(self._done + count)

    def at(self, done: int) -> Iterator[Further | Talk | Wrote]:
        """Yield an event where one is due, after so many rows."""
        self._done = done
        now = time.monotonic()
        if now - self._told >= _EVERY[self.how]:
            self._told = now
            yield self._event(now - self._started)

    def talk(self, text: str) -> Iterator[Talk]:
        """Yield a line about the file."""
        yield Talk(f"{self.rows.source.where}: {text}")

    def _event(self, elapsed: float) -> Further | Talk | Wrote:
        source = self.rows.source
        at, size = source.position, source.size
        if size and self.how != "line":
            left = elapsed * (size - at) / at if at else None
            return Wrote(
                file=source.where, name=source.where, done=at, of=size, rows=self._done, seconds=elapsed, left=left
            )
        share = f"{100 * at // size}% of {sized(size)}" if size else sized(at)
        text = f"{share}, {self._done:,} {self.rows.unit}s, {self._done / elapsed:,.0f}/s"
        return Talk(f"{source.where}: {text}") if self.how == "line" else Further(text)
