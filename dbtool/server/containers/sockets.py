"""Where a Docker engine may listen, and what keeps one out. The engine itself is not asked.

`docker` the program reads contexts, the library does not: so they are read here.
"""

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from dbtool.errors import Unreachable

Why = Literal["not installed", "not running", "no permission", "elsewhere"]

EMBEDDED = "or, with the server that needs no engine: dbtool up --embedded"
# Docker Desktop, Colima, OrbStack, Rancher Desktop: below the home folder
_AT_HOME = (
    ".docker/run/docker.sock",
    ".docker/desktop/docker.sock",
    ".colima/default/docker.sock",
    ".orbstack/run/docker.sock",
    ".rd/docker.sock",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEngine:
    """Why no engine can be used, and what to do about it."""

    why: Why
    message: str
    hint: str

    def error(self) -> Unreachable:
        """Return the same as what a command ends with."""
        return Unreachable(self.message, hint=f"{self.hint}; {EMBEDDED}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an engine may be, and who says so: "" for the usual places."""

    url: str
    said_by: str = ""


def addresses(environment: Mapping[str, str], home: Path) -> tuple[Address, ...]:
    """Return where to look for an engine: where DOCKER_HOST or the context says, else in the usual places. Reads."""
    if host := environment.get("DOCKER_HOST", "").strip():
        return (Address(url=host, said_by="DOCKER_HOST"),)
    folder = Path(environment.get("DOCKER_CONFIG") or home / ".docker")
    context = environment.get("DOCKER_CONTEXT") or _text(_json(folder / "config.json"), "currentContext")
    if context and context != "default":
        meta = folder / "contexts" / "meta" / hashlib.sha256(context.encode()).hexdigest() / "meta.json"
        if url := _text(_json(meta), "Endpoints", "docker", "Host"):
            return (Address(url=url, said_by=f"Docker's context {context}"),)
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    places = ["/var/run/docker.sock"]
    places += [f"{runtime}/docker.sock"] if runtime else []  # rootless
    places += [f"{home}/{place}" for place in _AT_HOME]
    places += [f"{runtime}/podman/podman.sock"] if runtime else []
    places += ["/run/podman/podman.sock"]
    return tuple(Address(url=f"unix://{place}") for place in places)


def is_local(url: str) -> bool:
    """Return whether a port that this engine publishes on 127.0.0.1 is one of this machine.

    >>> is_local("unix:///var/run/docker.sock"), is_local("tcp://localhost:2375"), is_local("ssh://me@host")
    (True, True, False)
    """
    scheme, _, rest = url.partition("://")
    if scheme not in ("tcp", "http", "https", "ssh"):
        return True
    host = urlsplit(f"//{rest}").hostname or ""
    return scheme != "ssh" and (host in ("localhost", "::1") or host.startswith("127."))


def obstacle(address: Address, *, patience: float) -> NoEngine | None:
    """Return what keeps us from asking an engine there; None where somebody listens. Connects, and hangs up."""
    where = f"{address.url} ({address.said_by})" if address.said_by else address.url
    if not is_local(address.url):
        return NoEngine(
            why="elsewhere",
            message=f"the Docker engine at {where} is on another machine: a port that it publishes there on 127.0.0.1 "
            "cannot be reached from here",
            hint="use an engine of this machine (unset DOCKER_HOST, docker context use default)",
        )
    try:
        _connect(address.url, patience)
    except PermissionError:
        return NoEngine(
            why="no permission",
            message=f"there is a Docker engine at {where}, but {_who()} may not use its socket",
            hint="add yourself to the socket's group (sudo usermod -aG docker $USER) and log in anew, or use a "
            "rootless engine",
        )
    except (OSError, ValueError) as error:
        return _nobody_there(address, where, error)
    return None


def no_answer(address: Address, error: object) -> NoEngine:
    """Return what to say of a socket where somebody listens, but does not answer as an engine."""
    return NoEngine(
        why="not running",
        message=f"what listens at {address.url} does not answer as a Docker engine: {error}",
        hint="is the engine just starting? try again in a moment; `docker info` tells how it is",
    )


def _nobody_there(address: Address, where: str, error: object) -> NoEngine:
    programs = ("docker", "dockerd", "podman")
    installed = bool(address.said_by) or any(shutil.which(program) for program in programs)
    if not installed and not isinstance(error, ConnectionRefusedError):
        return NoEngine(
            why="not installed",
            message="Docker is not installed on this machine: none of the usual sockets is there",
            hint="install Docker or podman",
        )
    reason = getattr(error, "strerror", None) or str(error)
    place = f"at {where}" if address.said_by or isinstance(error, ConnectionRefusedError) else "at the usual sockets"
    return NoEngine(
        why="not running",
        message=f"no Docker engine answers {place}: {reason}",
        hint="start it: Docker Desktop, or `sudo systemctl start docker`, or `systemctl --user start podman.socket`",
    )


def _connect(url: str, patience: float) -> None:
    scheme, _, rest = url.partition("://")
    if scheme in ("unix", "http+unix"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            one.settimeout(patience)
            one.connect("/" + rest.lstrip("/"))
    elif scheme in ("tcp", "http", "https"):
        found = urlsplit(f"//{rest}")
        socket.create_connection((found.hostname or "", found.port or 2375), timeout=patience).close()
    else:
        raise ValueError(f"{scheme}:// is no address that can be used here")


def _who() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _text(value: object, *keys: str) -> str:
    """Return what stands under these keys, "" where nothing does."""
    for key in keys:
        value = cast(dict[str, Any], value).get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
