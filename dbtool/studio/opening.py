"""What is run, with which words and variables: a program opened on a database. Pure but for what is set around it."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dbtool.studio.look import Look
from dbtool.studio.programs import Harlequin, plugin_path
from dbtool.studio.reach import Reach

_PSQLRC = Path(__file__).parent / "psqlrc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A program with its arguments, which everybody on the machine can read, and its variables, which nobody can."""

    program: str
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(repr=False)
    title: str


def open_harlequin(found: Harlequin, reach: Reach, look: Look) -> Opening:
    """Return harlequin on the database that is meant.

    ``-P None``: a profile of the user's own may name another host. With our adapter the line with the environment's
    name and colour stands above it; where its Python does not take our adapter, its own connects as well.
    """
    adapter = "dbtool" if "dbtool" in found.adapters else "postgres"
    variables = {
        "PYTHONPATH": plugin_path(),
        "DBTOOL_STUDIO_LINE": f" {look.line}",
        "DBTOOL_STUDIO_COLOURS": look.colours.named,
        "DBTOOL_STUDIO_READ_ONLY": "off" if look.writable else "on",
        "XDG_CACHE_HOME": _memory(reach),
    }
    command = (found.path, "-P", "None", "-a", adapter, reach.conninfo)
    return Opening(program="harlequin", command=command, variables={**variables, **reach.variables}, title=look.title)


def _memory(reach: Reach) -> str:
    """Return where harlequin keeps the texts of its editor: for each database by itself, and for each way to open it.

    It keeps one memory for all, and so a DELETE typed in development would stand ready in production. In the user's
    own cache, never in the project: harlequin runs what it reads there (pickle).
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return str(cache / "dbtool" / "studio" / hashlib.sha256(reach.conninfo.encode()).hexdigest()[:16])


def open_psql(path: str, reach: Reach, look: Look) -> Opening:
    """Return psql on the database that is meant, the environment's name and colour in its prompt."""
    coloured = not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in ("dumb", None)
    settings = {
        "dbtool_prompt1": look.prompt("%R%x%# ", coloured=coloured),
        "dbtool_prompt2": look.prompt("%R%x%# ", coloured=coloured),
    }
    own = Path(os.environ.get("PSQLRC") or Path.home() / ".psqlrc")
    if own.is_file():
        settings["dbtool_psqlrc"] = str(own)
    words = [word for name, value in settings.items() for word in ("-v", f"{name}={value}")]
    variables = {"PSQLRC": str(_PSQLRC), **reach.variables}
    return Opening(program="psql", command=(path, *words, reach.conninfo), variables=variables, title=look.title)
