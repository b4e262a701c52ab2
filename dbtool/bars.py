"""How far a run is, as bars on a terminal and as lines elsewhere. console.py alone uses it.

rich is imported where there is a terminal to draw on.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dbtool.progress import Wrote
from dbtool.report import seconds

_EVERY = 10_000  # rows between two lines of one file


class StepsBar:
    """One bar for steps of which the number is known: migrations, files."""

    def __init__(self, total: int) -> None:
        """Begin to draw."""
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._progress = _progress(
            SpinnerColumn(),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._task = self._progress.add_task("", total=total)
        self._progress.start()

    def began(self, step: str) -> None:
        """Show what is under way."""
        self._progress.update(self._task, description=step)

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(text, markup=False, soft_wrap=True)

    def stepped(self, line: str) -> None:
        """Print the line of a step that is done, and move on."""
        self.say(line)
        self._progress.advance(self._task)
        self._progress.refresh()

    def stop(self) -> None:
        """Take the bar off."""
        self._progress.stop()


class RowsBars:
    """A bar for each of several things that are written side by side: its rows a second, and the time left."""

    def __init__(self) -> None:
        """Begin to draw."""
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn

        self._progress = _progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[told]}", markup=False),
        )
        self._tasks: dict[str, Any] = {}
        self._progress.start()

    def show(self, wrote: Wrote) -> None:
        """Show how far one of them is."""
        if wrote.file not in self._tasks:
            self._tasks[wrote.file] = self._progress.add_task(wrote.name, total=wrote.of, told="")
        told = f"{wrote.rows:,} rows  {wrote.rate:,.0f}/s  {_left(wrote)}".rstrip()
        self._progress.update(self._tasks[wrote.file], completed=wrote.done, told=told)

    def say(self, text: str) -> None:
        """Print a line above the bars."""
        self._progress.console.print(text, markup=False, soft_wrap=True)

    def stepped(self, line: str) -> None:
        """Print the line of a step that is done."""
        self.say(line)

    def stop(self) -> None:
        """Take the bars off."""
        self._progress.stop()


class Lines:
    """A line for each 10,000 rows of each file, or a JSON object."""

    def __init__(self, *, as_json: bool) -> None:
        """Begin with nothing told."""
        self._as_json = as_json
        self._told: dict[str, int] = {}

    def of(self, wrote: Wrote) -> Iterator[str]:
        """Yield what is to be told now, if anything.

        >>> lines = Lines(as_json=False)
        >>> said = Wrote(file="demo/a.sql", name="a", done=10_000, of=20_000, rows=10_000, seconds=2.0, left=2.0)
        >>> list(lines.of(said)), list(lines.of(said))
        (['a: 10,000 of 20,000 (5,000 rows/s, 2.0 s left)'], [])
        """
        reached = wrote.done // _EVERY
        if reached <= self._told.get(wrote.file, 0) and wrote.done < wrote.of:
            return
        if self._told.get(wrote.file) == -1:
            return
        self._told[wrote.file] = reached if wrote.done < wrote.of else -1
        if self._as_json:
            rounded = {
                key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(wrote).items()
            }
            yield json.dumps({"event": "rows", **rounded, "rate": round(wrote.rate)}, ensure_ascii=False)
        else:
            told = ", ".join(filter(None, (f"{wrote.rate:,.0f} rows/s", _left(wrote))))
            yield f"{wrote.name}: {wrote.done:,} of {wrote.of:,} ({told})"


def _left(wrote: Wrote) -> str:
    return f"{seconds(wrote.left)} left" if wrote.left and wrote.done < wrote.of else ""


def _progress(*columns: Any) -> Any:
    from rich.console import Console
    from rich.progress import Progress

    return Progress(*columns, console=Console(stderr=True, highlight=False), transient=True)
