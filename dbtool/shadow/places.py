"""Where the shadows' own PostgreSQL has its data: in memory where there is room, else beside the project's.

Nothing there is worth keeping, so it does not wait for the disk; a crash of the machine takes what is in memory along.
"""

import hashlib
import os
import shutil
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path

from dbtool.server.embedded import find_running

MEMORY = Path("/dev/shm")
_ROOM = 512_000_000  # bytes: a cluster has 60 MB, a shadow 8 and what the project puts in
_UNUSED = 86_400.0  # seconds


def state_for(project_state: Path, *, binaries: Path | None = None, memory: Path = MEMORY) -> Path:
    """Return the state directory of the shadows' server: in memory, or in *project_state*. Writes.

    In memory, one server serves all projects that have it from the same programs: those of this environment of
    Python, or *binaries*. The folder is our own, and no other account can write in it.
    """
    beside = project_state / "shadow"
    folder = memory / f"dbtool-{os.geteuid()}"
    place = folder / hashlib.sha256(os.fsencode(f"{sys.prefix}|{binaries}")).hexdigest()[:16]
    if place.is_dir() or _has_room(memory):
        with suppress(OSError):
            folder.mkdir(mode=0o755, exist_ok=True)
            if _is_ours(folder):
                place.mkdir(mode=0o755, exist_ok=True)
                return place
    beside.mkdir(parents=True, exist_ok=True)
    return beside


def begin_anew(state: Path) -> bool:
    """Return whether there were data of a server that does not run; they are removed, as of no worth. Writes."""
    if not (state / "postgres" / "data" / "PG_VERSION").exists() or find_running(state) is not None:
        return False
    shutil.rmtree(state / "postgres", ignore_errors=True)
    return True


def remove_unused(state: Path, *, memory: Path = MEMORY) -> None:
    """Remove the places in memory of other programs, where no server runs and none was used for a day. Writes."""
    if state.parent.parent != memory:
        return
    for place in state.parent.iterdir():
        if place != state and find_running(place) is None and time.time() - _last_used(place) > _UNUSED:
            shutil.rmtree(place, ignore_errors=True)


def _has_room(memory: Path) -> bool:
    with suppress(OSError):
        found = os.statvfs(memory)
        return found.f_bavail * found.f_frsize > _ROOM
    return False


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _last_used(place: Path) -> float:
    with suppress(OSError):
        return (place / "postgres" / "last-used").stat().st_mtime
    with suppress(OSError):
        return place.stat().st_mtime
    return time.time()
