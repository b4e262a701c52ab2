"""The server that a project's compose file describes: started by compose itself, found by its labels, stopped.

What the file makes of variables, overrides and secrets is not worked out here: the container that came of it tells.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from dbtool.errors import Unreachable, UsageError
from dbtool.secrets import Secret, redact
from dbtool.server.containers.compose_file import Service, compose_files, find_service
from dbtool.server.containers.container import Container
from dbtool.server.containers.engine import Engine, engine
from dbtool.server.containers.ready import Door, wait_until_ready
from dbtool.server.containers.sockets import NoEngine
from dbtool.server.local import LocalServer, Wish

__all__ = ["Service", "ensure", "find_service", "look", "program", "stop"]

Say = Callable[[str], None]

ONE_OFF = "com.docker.compose.oneoff"  # of `compose run`
OF_PROJECT = "com.docker.compose.project"
OF_FOLDER, OF_SERVICE = "com.docker.compose.project.working_dir", "com.docker.compose.service"
OWN = "with a container of dbtool's own: dbtool up --docker"


@cache
def program() -> tuple[str, ...]:
    """Return how compose is run here: as a part of docker, or by itself; () where it is not installed. Runs docker."""
    docker, alone = shutil.which("docker"), shutil.which("docker-compose")
    if docker:
        asked = subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
        if asked.returncode == 0:
            return (docker, "compose")
    return (alone,) if alone else ()


def ensure(root: Path, wish: Wish, say: Say) -> LocalServer:
    """Return the compose file's server once it takes connections; started if need be, with what it depends on. Writes.

    What it is like, the file says: a wish that it does not fulfil is a UsageError.
    """
    service, machine = _required(root)
    found = _container(root, service, machine)
    if found is not None and found.state == "paused":
        machine.go_on(found.id)  # `up` would leave it as it is
    started = found is None or not found.runs or found.created < _changed(root)
    if started:
        before = found.id if found else ""
        say(f"{_shown()} up -d {service.name}")
        _told(root, "up", "-d", service.name)
        started = not (found and found.runs)
        found = _container(root, service, machine) or _listed(root, service, machine)
        started = started or (found is not None and found.id != before)
    if found is None:
        raise Unreachable(f"compose made no container for {service}", hint=f"look: {_shown()} ps {service.name}")
    door = _door(machine, service, found)
    version = wait_until_ready(machine, found, door, say)
    _compare(service, wish, version, door.port)
    _tell_level(service, wish, door, say)
    return LocalServer(
        kind="compose", name=str(service), url=Secret(door.url), version=version, started=started, port=door.port
    )


def stop(root: Path, volumes: bool, say: Say) -> tuple[str, ...]:
    """Return what was stopped, or removed with its data where *volumes* says so, in words. Writes.

    Only the service itself: what else the file starts is not dbtool's.
    """
    service, machine = find_service(root), engine()
    if service is None:
        return ()
    if isinstance(machine, NoEngine):
        if machine.why in ("no permission", "elsewhere") or volumes:
            raise machine.error()
        return ()  # without an engine none of its containers runs
    found = _container(root, service, machine)
    if found is None:
        return ()
    done: list[str] = []
    if not volumes and found.state in ("running", "restarting", "paused"):
        say(f"stopping {service}")
        if found.state == "paused":
            machine.go_on(found.id)  # a paused process hears no signal
        machine.stop(found.id)
        done.append(f"stopped {service}")
    if volumes:
        machine.remove(found.id)
        done.append(f"removed the container of {service}")
        kept = machine.volumes()
        for volume in found.volumes.values():
            if OF_PROJECT in kept.get(volume, {}):  # else: without a name it went with the container; or not compose's
                machine.remove_volume(volume)
                done.append(f"removed volume {volume}")
    return tuple(done)


def look(root: Path) -> Container | None:
    """Return the container of the postgres service, None where there is none, or no engine. Reads."""
    service, machine = find_service(root), engine()
    if service is None or isinstance(machine, NoEngine):
        return None
    return _container(root, service, machine)


# ---- what there is


def _required(root: Path) -> tuple[Service, Engine]:
    service = find_service(root)
    if service is None:
        raise UsageError("no compose file here has a postgres service", hint=f"{OWN}; or: dbtool up --embedded")
    machine = engine()
    if isinstance(machine, NoEngine):
        raise machine.error()
    return service, machine


def _container(root: Path, service: Service, machine: Engine) -> Container | None:
    """The service's container: of several, the one that runs."""
    here = os.path.realpath(root)
    found = [
        one
        for one in machine.containers(f"{OF_SERVICE}={service.name}")
        if os.path.realpath(one.labels.get(OF_FOLDER, "/")) == here and one.labels.get(ONE_OFF) != "True"
    ]
    return min(found, key=lambda one: not one.runs, default=None)


def _listed(root: Path, service: Service, machine: Engine) -> Container | None:
    """The same, as compose lists it: for one that labels otherwise."""
    return next(
        (one for name in _told(root, "ps", "-q", service.name).split() if (one := machine.container(name))), None
    )


def _changed(root: Path) -> float:
    """When the files that compose reads were written last: it knows what to make of that."""
    times: list[float] = []
    for file in (
        *compose_files(root),
        root / "compose.override.yaml",
        root / "docker-compose.override.yml",
        root / ".env",
    ):
        with suppress(OSError):
            times.append(file.stat().st_mtime)
    return max(times, default=0.0)


def _door(machine: Engine, service: Service, found: Container) -> Door:
    """How the server is reached: by the variables that its container has."""
    here = found.environment

    def setting(*names: str, default: str = "") -> str:
        for name in names:
            if here.get(name):
                return here[name]
            if here.get(f"{name}_FILE"):
                code, text = machine.run_inside(found.id, "cat", here[f"{name}_FILE"])
                return text.strip() if code == 0 else default
        return default

    inside = int(here["PGPORT"]) if here.get("PGPORT", "").isdigit() else 5432
    port = inside if found.host_network else found.ports.get(f"{inside}/tcp")
    if port is None:
        raise UsageError(
            f"{service} cannot be reached from here: its port {inside} is not published",
            hint=f'give it one in {service.file.name}: ports: ["127.0.0.1:5432:{inside}"]; or, {OWN}',
        )
    user = setting("POSTGRES_USER", "POSTGRESQL_USERNAME", default="postgres")
    trusting = here.get("POSTGRES_HOST_AUTH_METHOD") == "trust"
    return Door(
        user=user,
        password="" if trusting else setting("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"),
        port=port,
        database=setting("POSTGRES_DB", "POSTGRESQL_DATABASE", default=user),
    )


# ---- compose, told


def _told(root: Path, *words: str) -> str:
    """What compose printed; what it says on the way is only told where it fails. Runs it."""
    if not program():
        raise UsageError(
            "there is a compose file, and compose is not installed: neither `docker compose` nor docker-compose",
            hint=f"install it (Debian: docker-compose; others: docker-compose-plugin), or, {OWN}",
        )
    done = subprocess.run(
        [*program(), *words], cwd=root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        lines = [line for line in redact(done.stderr).splitlines() if line.strip()]
        said = "".join(f"\n    {line}" for line in lines[-10:])
        raise Unreachable(
            f"`{_shown()} {' '.join(words)}` failed with exit code {done.returncode}:{said or ' it said nothing'}",
            hint=f"mend the compose file, or what it needs; or, {OWN}",
        )
    return done.stdout


def _shown() -> str:
    """How a person would call it."""
    return "docker compose" if program()[-1:] == ("compose",) else "docker-compose"


# ---- what was wished


def _compare(service: Service, wish: Wish, version: str, port: int) -> None:
    """Refuse a wish that the file does not fulfil."""
    major = version.partition(".")[0]
    for what, flag, wished, found in (
        ("PostgreSQL", "version", wish.version, major),
        ("port", "port", wish.port, str(port)),
    ):
        if wished is not None and str(wished) != found:
            raise UsageError(
                f"{service} has {what} {found}, and {what} {wished} is asked for",
                hint=f"say so in {service.file.name}; or, {OWN} --{flag} {wished}",
            )


def _tell_level(service: Service, wish: Wish, door: Door, say: Say) -> None:
    """Say so where feeds and slots cannot be developed here. Read-only."""
    if wish.wal_level != "logical":
        return
    with door.connect() as conn:
        row = conn.execute("SHOW wal_level").fetchone()
    if row and row[0] != "logical":
        say(
            f"{service} has wal_level = {row[0]}: change feeds and slots need logical; in {service.file.name}: "
            "command: postgres -c wal_level=logical"
        )
