"""Which container is a project's: noted in its folder with port and password, so that folder and container may go."""

import hashlib
import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dbtool.server.postmaster import write_text

NOTE = "docker.json"  # in the project's state directory, which git ignores: a clone is another project


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a project had last: the URL in its .env has port and password, and is to stay valid."""

    project: str  # the folder, when this was written
    name: str
    port: int
    password: str = field(repr=False)


def read_claim(here: str) -> Claim | None:
    """Return what the project in this folder had last, None where there is nothing. Reads.

    A folder that was moved keeps its container. A copy of one that is still there has none.
    """
    noted = _noted(here)
    if noted is None or noted.project == here:
        return noted
    original = _noted(noted.project)
    return None if original and original.name == noted.name else noted


def name_of(here: str) -> str:
    """Return the name of the project's container: the noted one, else that of the folder. Reads."""
    claim = read_claim(here)
    return claim.name if claim else fresh_name(here)


def fresh_name(here: str) -> str:
    """Return the name that a folder's path gives.

    >>> fresh_name("/home/me/My Shop")
    'dbtool-my-shop-e126dd'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", here.rpartition("/")[2].lower()).strip("-")[:40].strip("-") or "project"
    return f"dbtool-{slug}-{hashlib.sha256(os.fsencode(here)).hexdigest()[:6]}"


def other_name(here: str) -> str:
    """Return a name for a folder whose first one another project took along.

    >>> other_name("/home/me/My Shop")
    'dbtool-my-shop-e126dd-2'
    """
    return fresh_name(here) + "-2"


def is_claimed(project: str, name: str) -> bool:
    """Return whether the project in that folder says that the container is its own. Reads."""
    noted = _noted(project)
    return noted is not None and noted.name == name


def write_claim(claim: Claim) -> None:
    """Note in the project's folder what is its own. Writes a file; where that cannot be, nothing."""
    if _noted(claim.project) == claim:
        return
    state = Path(claim.project) / ".dbtool"
    with suppress(OSError):  # a read-only folder: then the path alone tells the name
        state.mkdir(exist_ok=True)
        if not (state / ".gitignore").exists():
            write_text(f"{state}/.gitignore", "*\n", 0o644)
        write_text(f"{state}/{NOTE}", json.dumps(asdict(claim), indent=2) + "\n")


def _noted(folder: str) -> Claim | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        found = json.loads((Path(folder) / ".dbtool" / NOTE).read_text(encoding="utf-8"))
        return Claim(
            project=str(found["project"]), name=str(found["name"]),
            port=int(found["port"]), password=str(found["password"]),
        )  # fmt: skip
    return None
