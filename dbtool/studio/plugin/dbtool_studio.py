# pyright: basic, reportMissingImports=false
"""harlequin's adapter "dbtool": its PostgreSQL adapter, below a line that says which database this is.

It runs in harlequin's own Python, which finds it by PYTHONPATH and the metadata beside it, as it finds any adapter.
All else is harlequin's. Where the line cannot be drawn, because harlequin has changed, it is left out.
"""

import os
from contextlib import suppress
from typing import Any

_LINE, _COLOURS, _READ_ONLY = "DBTOOL_STUDIO_LINE", "DBTOOL_STUDIO_COLOURS", "DBTOOL_STUDIO_READ_ONLY"


def __getattr__(name: str) -> Any:
    # The class is made when harlequin asks for it: dbtool's own tests load this file where there is no harlequin.
    if name != "Adapter":
        raise AttributeError(name)
    return _adapter()


def _adapter() -> type:
    from harlequin_postgres import HarlequinPostgresAdapter

    class Adapter(HarlequinPostgresAdapter):
        """Connects as harlequin's adapter does; what dbtool says of the connection is in its environment."""

        ADAPTER_OPTIONS: Any = ()  # the connection string says all of it

        def __init__(self, conn_str: Any, **options: Any) -> None:
            options["read_only"] = os.environ.get(_READ_ONLY) == "on"
            super().__init__(conn_str, **options)

        def connect(self) -> Any:
            connection = super().connect()
            with suppress(Exception):
                _draw_line()
            return connection

    return Adapter


def _draw_line() -> None:
    """Show the line at the top of harlequin's screen, and keep it there."""
    from textual.widgets import Static
    from textual.worker import get_current_worker

    app: Any = get_current_worker().node.app  # harlequin connects in a worker
    text, (colour, background) = os.environ[_LINE], os.environ[_COLOURS].split(" on ")

    def draw() -> None:
        screen = app.screen_stack[0]
        if screen.query("#dbtool_line"):  # it has connected anew
            return
        line = Static(text, id="dbtool_line", markup=False)
        line.styles.dock = "top"
        line.styles.height = 1
        line.styles.width = "100%"
        line.styles.text_wrap, line.styles.text_overflow = "nowrap", "ellipsis"
        line.styles.color, line.styles.background, line.styles.text_style = colour, background, "bold"
        screen.mount(line, before=0)

    app.call_from_thread(draw)
