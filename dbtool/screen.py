"""A screen that is drawn again and again: in place on a terminal, one frame below the other elsewhere.

rich is imported where there is a terminal to draw on.
"""

import json
import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from dbtool.secrets import redact


class Screen:
    """Shows frames, the latest in place of the one before; with *json* one object a line."""

    def __init__(self, *, json: bool) -> None:
        """Draw on stdout."""
        self._json = json
        self._live: Any = None
        if not json and sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", None):
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(highlight=False), auto_refresh=False, screen=False)

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the last frame as it is."""
        if self._live:
            self._live.stop()

    def show(self, lines: Sequence[str], data: object) -> None:
        """Show the next frame: *lines* to a person, *data* as JSON."""
        if self._json:
            sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
        elif self._live:
            from rich.text import Text

            self._live.update(Text(redact("\n".join(lines)), overflow="fold"), refresh=True)
        else:
            sys.stdout.write(redact("\n".join(lines)) + "\n\n")
        sys.stdout.flush()
