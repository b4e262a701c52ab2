"""A container, as the engine's description has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container, whoever made it."""

    id: str
    name: str
    image: str
    state: str  # created, running, paused, restarting, removing, exited, dead
    health: str  # starting, healthy, unhealthy; "" where nothing looks
    exit_code: int
    error: str  # why it could not be started at all
    ports: Mapping[str, int]  # "5432/tcp": the port of this machine
    environment: Mapping[str, str] = field(repr=False)  # a password is in it
    command: tuple[str, ...]
    host_network: bool  # it has the ports of this machine itself
    created: float  # seconds since 1970
    labels: Mapping[str, str]
    volumes: Mapping[str, str]  # where one is mounted: its name

    @property
    def runs(self) -> bool:
        """Whether its program runs now, or will in a moment."""
        return self.state in ("running", "restarting")


def described(seen: object) -> Container:
    """Return what `docker inspect` says of a container."""
    # Ports are what it has now; a container that does not run has only the bindings that were asked for.
    running = under(seen, "State", "Status") == "running"
    bound = dict(under(seen, "HostConfig", "PortBindings") or {}) | dict(under(seen, "NetworkSettings", "Ports") or {})
    return Container(
        id=str(under(seen, "Id")),
        name=str(under(seen, "Name")).lstrip("/"),
        image=str(under(seen, "Config", "Image") or ""),
        state=str(under(seen, "State", "Status") or ""),
        health=str(under(seen, "State", "Health", "Status") or "") if running else "",  # else: as it was
        exit_code=int(under(seen, "State", "ExitCode") or 0),
        error=str(under(seen, "State", "Error") or ""),
        ports={end: int(one["HostPort"]) for end, ones in bound.items() for one in ones or () if one.get("HostPort")},
        environment=pairs(under(seen, "Config", "Env")),
        command=tuple(under(seen, "Config", "Cmd") or ()),
        host_network=under(seen, "HostConfig", "NetworkMode") == "host",
        created=_seconds(str(under(seen, "Created") or "")),
        labels=under(seen, "Config", "Labels") or {},
        volumes={one["Destination"]: one["Name"] for one in under(seen, "Mounts") or () if one.get("Type") == "volume"},
    )


def _seconds(text: str) -> float:
    """A time as engines write it, with nine digits of a second or with none.

    >>> _seconds("1970-01-02T00:00:00.123456789Z"), _seconds("")
    (86400.0, 0.0)
    """
    return datetime.fromisoformat(text[:19] + "+00:00").timestamp() if text else 0.0


def under(value: object, *keys: str) -> Any:
    """Return what stands under these keys, None where nothing does: engines leave out what is empty.

    >>> under({"State": {"Status": "running", "Health": None}}, "State", "Health", "Status")
    """
    for key in keys:
        value = cast(dict[str, object], value).get(key) if isinstance(value, dict) else None
    return value


def pairs(words: Sequence[str] | None) -> dict[str, str]:
    """Return variables by name.

    >>> pairs(["PGDATA=/data", "EMPTY="])
    {'PGDATA': '/data', 'EMPTY': ''}
    """
    return {name: value for name, _, value in (word.partition("=") for word in words or ())}
