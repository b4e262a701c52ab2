"""What is to be written, dealt out: the parts of each file, of those first whose predecessors are complete."""

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbtool.progress import Wrote
from dbtool.seeds.large import LargeFile
from dbtool.seeds.large.part import Part, Statements, Written, part, parts_of


@dataclass(slots=True)
class FileWork:
    """One file under way. ``kept`` is what an earlier run wrote of it."""

    large: LargeFile
    statements: Statements
    rows: int  # row numbers
    batch: int
    kept: Mapping[int, Written]
    left: "deque[int]" = field(init=False)
    written: dict[int, Written] = field(init=False)
    started: float = 0.0
    ended: float = 0.0
    _rows: int = 0  # by this run

    def __post_init__(self) -> None:
        self.written = dict(self.kept)
        self.left = deque(number for number in range(1, self.of + 1) if number not in self.written)

    @property
    def of(self) -> int:
        """How many parts there are."""
        return parts_of(self.rows, self.batch)

    @property
    def complete(self) -> bool:
        """Whether every part is written."""
        return len(self.written) == self.of

    @property
    def seconds(self) -> float:
        """The time from its first part to its last."""
        return self.ended - self.started

    def next_part(self) -> Part:
        """Take the next part off."""
        self.started = self.started or time.monotonic()
        return part(self.left.popleft(), self.rows, self.batch)

    def take(self, written: Written) -> Wrote:
        """Note that a part is written, and return how far the file is."""
        self.written[written.number] = written
        self.ended = time.monotonic()
        self._rows += written.rows
        parts = len(self.written)
        left = self.seconds / (parts - len(self.kept)) * (self.of - parts)
        return Wrote(
            file=self.large.name, name=self.large.told, done=min(parts * self.batch, self.rows), of=self.rows,
            rows=self._rows, seconds=self.seconds, left=left,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """One part of one file, for whoever takes it."""

    work: FileWork
    part: Part


class Supply:
    """Deals out the parts to several threads, in the order of the files; who finds none ready waits."""

    def __init__(self, works: Sequence[FileWork]) -> None:
        """Deal out what is left of *works*."""
        self._works = works
        self._change = threading.Condition()
        self._stopped = False

    def next_task(self) -> Task | None:
        """Return the next part; None where nothing is left to be dealt out, or all is stopped. Waits."""
        with self._change:
            while not self._stopped:
                ready = next((work for work in self._works if work.left and self._may_begin(work)), None)
                if ready:
                    return Task(ready, ready.next_part())
                if not any(work.left for work in self._works):
                    return None
                self._change.wait()
            return None

    def take(self, task: Task, written: Written) -> Wrote:
        """Note that a part is written, which may let others begin."""
        with self._change:
            wrote = task.work.take(written)
            if task.work.complete:
                self._change.notify_all()
            return wrote

    def stop(self) -> None:
        """Deal out nothing more."""
        with self._change:
            self._stopped = True
            self._change.notify_all()

    def _may_begin(self, work: FileWork) -> bool:
        return all(other.complete for other in self._works if other.large.name in work.large.after)
