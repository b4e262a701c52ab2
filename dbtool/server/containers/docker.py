"""The project's server in a container: made, started or found; stopped; looked at. One container, a volume a version.

docs/decisions/containers.md says why it is made as it is.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dbtool.errors import UsageError
from dbtool.secrets import Secret
from dbtool.server.containers.claims import is_claimed, name_of, other_name
from dbtool.server.containers.container import Container
from dbtool.server.containers.engine import Engine, engine
from dbtool.server.containers.making import INSIDE, PROJECT, differences, make, start, volumes_of
from dbtool.server.containers.ready import DATABASE, Door, wait_until_ready
from dbtool.server.containers.sockets import NoEngine
from dbtool.server.local import LocalServer, Wish

__all__ = ["NoEngine", "Seen", "engine", "ensure", "look", "stop"]

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What there is of a project's container, for `up --status`."""

    container: str
    image: str
    state: str  # as the engine says; "removed" where only the volume is left
    health: str
    port: int | None
    volume: str


def ensure(root: Path, wish: Wish, say: Say) -> LocalServer:
    """Return the project's container with a server that takes connections; makes and starts what it takes. Writes.

    Raises UsageError where a wish cannot be had, Unreachable where there is no engine or the server does not start.
    """
    machine = _required()
    here = os.path.realpath(root)
    found, name = _own(machine, here)
    changes = list(differences(found, wish)) if found else []
    if found and not found.runs and found.labels.get(PROJECT) != here:
        changes.append("the folder was moved")  # its label cannot be: another project may stand where this one did
    if found is None or changes:
        found, started = make(machine, here, name, found, wish, changes, say), True
    else:
        found, started = start(machine, found)
    return _ready(machine, found, started, say)


def stop(root: Path, volumes: bool, say: Say) -> tuple[str, ...]:
    """Return what was stopped, or removed with its data where *volumes* says so, in words. Writes."""
    machine = engine()
    if isinstance(machine, NoEngine):
        if machine.why in ("no permission", "elsewhere") or volumes:
            raise machine.error()
        return ()  # without an engine none of its containers runs
    found, name = _own(machine, os.path.realpath(root))
    done: list[str] = []
    if found is not None and not volumes and found.state in ("running", "restarting", "paused"):
        say(f"stopping container {name}")
        if found.state == "paused":
            machine.go_on(name)  # a paused process hears no signal
        machine.stop(name)
        done.append(f"stopped container {name}")
    if volumes:
        if found is not None:
            machine.remove(name)
            done.append(f"removed container {name}")
        for volume in volumes_of(machine, name).values():
            machine.remove_volume(volume)
            done.append(f"removed volume {volume}")
    return tuple(done)


def look(root: Path) -> Seen | None:
    """Return what there is of the project's container, None where there is nothing, or no engine. Reads."""
    machine = engine()
    if isinstance(machine, NoEngine):
        return None
    found, name = _own(machine, os.path.realpath(root))
    kept = volumes_of(machine, name)
    if found is None:
        if not kept:
            return None
        newest = max(kept)
        image = f"postgres:{newest}"
        return Seen(container=name, image=image, state="removed", health="", port=None, volume=kept[newest])
    volume = next(iter(found.volumes.values()), "")
    return Seen(
        container=name, image=found.image, state=found.state, health=found.health, port=found.ports.get(INSIDE),
        volume=volume,
    )  # fmt: skip


# ---- what there is


def _required() -> Engine:
    machine = engine()
    if isinstance(machine, NoEngine):
        raise machine.error()
    return machine


def _own(machine: Engine, here: str) -> tuple[Container | None, str]:
    """The project's container, and its name, which may be free still."""
    name = name_of(here)
    found = machine.container(name)
    if found is None:
        return None, name
    owner = found.labels.get(PROJECT)
    if owner is None:
        raise UsageError(
            f"there is a container {name}, and dbtool did not make it: the label {PROJECT} is missing",
            hint=f"rename it (docker rename {name} ...) or remove it, and try again",
        )
    if owner != here and is_claimed(owner, name):  # of a project that stood here before, and moved on
        name = other_name(here)
        return machine.container(name), name
    return found, name


def _ready(machine: Engine, found: Container, started: bool, say: Say) -> LocalServer:
    port, password = found.ports.get(INSIDE), found.environment.get("POSTGRES_PASSWORD", "")
    if port is None:
        raise UsageError(
            f"container {found.name} has no port of this machine: somebody else made it anew",
            hint=f"docker rm -f {found.name}, and dbtool up: the volume with the data stays",
        )
    door = Door(user="postgres", password=password, port=port, database=DATABASE)
    version = wait_until_ready(machine, found, door, say, mend=True)
    return LocalServer(
        kind="docker", name=f"container {found.name}", url=Secret(door.url), version=version, started=started, port=port
    )
