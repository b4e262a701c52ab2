"""How the project's container is made, and started: its image, volume, port, password and settings."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence

from dbtool.errors import UsageError
from dbtool.server.containers.claims import Claim, read_claim, write_claim
from dbtool.server.containers.container import Container
from dbtool.server.containers.engine import Engine, Refusal
from dbtool.server.containers.image import choose_image, have_image, major_of
from dbtool.server.containers.ready import DATABASE, Door, count_clients
from dbtool.server.local import Wish
from dbtool.server.ports import holder, is_free

Say = Callable[[str], None]

PROJECT, KIND, PASSWORD = "dbtool.project", "dbtool.kind", "dbtool.password"
INSIDE = "5432/tcp"
_SECOND = 1_000_000_000  # in the engine's nanoseconds
# As the embedded server has them (launch.py says why), but for what the image sets itself.
SETTINGS = {
    "cluster_name": "dbtool",
    "max_locks_per_transaction": "256",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "max_slot_wal_keep_size": "1GB",
    "synchronous_commit": "off",
    "jit": "off",
    "timezone": "UTC",
}


def differences(found: Container, wish: Wish) -> tuple[str, ...]:
    """Return in what the container is not as it is wished: none of this can be changed, it has to be made anew."""
    port, major = found.ports.get(INSIDE), major_of(found.image)
    level = next((word.partition("=")[2] for word in found.command if word.startswith("wal_level=")), "")
    looked_at = (
        (wish.port not in (None, port), f"port {wish.port} instead of {port}"),
        (wish.version not in (None, major), f"PostgreSQL {wish.version} instead of {major}"),
        (wish.wal_level != level, f"wal_level {wish.wal_level} instead of {level}"),
    )
    return tuple(text for differs, text in looked_at if differs)


def volumes_of(machine: Engine, name: str) -> dict[int, str]:
    """Return the volumes of a container, by the major version of their data. Reads."""
    prefix = f"{name}-pg"
    names = {volume.removeprefix(prefix): volume for volume in machine.volumes() if volume.startswith(prefix)}
    return {int(major): volume for major, volume in names.items() if major.isdigit()}


def make(
    machine: Engine, here: str, name: str, old: Container | None, wish: Wish, changes: Sequence[str], say: Say
) -> Container:
    """Return a container that was made and started, in place of the old one if there is one. Writes.

    The data are in a volume, and stay.
    """
    volumes = machine.volumes()
    kept = volumes_of(machine, name)
    version = wish.version or (major_of(old.image) if old else None) or max(kept, default=None)
    image = old.image if old and major_of(old.image) == version else choose_image(machine.tags(), version)
    environment = have_image(machine, image, say)
    major = major_of(image) or 0
    volume = f"{name}-pg{major}"
    if old is not None and old.runs:
        _require_unused(old)
    last = read_claim(here)
    port = _choose_port(machine, last, old, name, wish)
    password = _password(volumes.get(volume), old, last)
    if old is not None:
        say(f"container {name} is made anew: {', '.join(changes)}; its data stay")
        if old.runs:
            machine.stop(name)
        machine.remove(name)
    if volume not in volumes:
        if kept:
            say(f"the data of PostgreSQL {', '.join(map(str, sorted(kept)))} are kept; those of {major} begin empty")
        machine.make_volume(volume, {PROJECT: here, KIND: "development", PASSWORD: password})
    elif old is None:
        say(f"the data in volume {volume} are there from before")
    settings = {
        "command": _command(wish),
        "labels": {PROJECT: here, KIND: "development"},
        "environment": {
            "POSTGRES_PASSWORD": password, "POSTGRES_DB": DATABASE, "POSTGRES_INITDB_ARGS": _initdb_arguments(major),
        },
        "ports": {INSIDE: ("127.0.0.1", port)},
        "volumes": {volume: {"bind": _mount(environment, major), "mode": "rw"}},
        "shm_size": "256m",  # parallel queries take it; Docker's own 64 MB are soon full
        "healthcheck": {
            "test": ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres", "-d", DATABASE],
            "interval": 10 * _SECOND, "timeout": 5 * _SECOND, "retries": 3, "start_period": 60 * _SECOND,
        },
    }  # fmt: skip
    try:
        machine.create(image, name, **settings)
    except Refusal as refusal:
        if refusal.status != 409:  # else: another `up` was quicker, and made the same
            raise
    found = machine.container(name)
    if found is None:
        raise Refusal(f"container {name}: it is gone as soon as it was made")
    had = found.ports.get(INSIDE, port), found.environment.get("POSTGRES_PASSWORD", password)
    write_claim(Claim(project=here, name=name, port=had[0], password=had[1]))
    return start(machine, found)[0]


def _command(wish: Wish) -> list[str]:
    settings = SETTINGS | {"wal_level": wish.wal_level}
    if wish.wal_level == "minimal":
        settings |= {"max_wal_senders": "0"}  # else it does not start: manual, 20.6.1
    return ["postgres", *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))]


def _initdb_arguments(major: int) -> str:
    """The same order and the same letters as in the embedded server (cluster.py), and no waiting for the disk yet."""
    locale = "--lc-ctype=C.UTF-8" if major < 17 else "--locale-provider=builtin --builtin-locale=C.UTF-8"
    return f"--no-sync -E UTF8 --locale=C {locale}"


def _mount(environment: Mapping[str, str], major: int) -> str:
    """Where the volume goes: from 18 on the image keeps its data in a folder of the version, below what it mounts."""
    data = environment.get("PGDATA") or "/var/lib/postgresql/data"
    return "/var/lib/postgresql" if major >= 18 and data.startswith(f"/var/lib/postgresql/{major}") else data


def _password(labels: Mapping[str, str] | None, old: Container | None, last: Claim | None) -> str:
    """The password that the data were made with, where they are there; else the last one; else a new one.

    The image sets it only when it makes the data. A container that was removed by hand leaves it on the volume.
    """
    of_data = labels.get(PASSWORD) if labels is not None else None
    of_container = old.environment.get("POSTGRES_PASSWORD") if old else None
    return of_data or of_container or (last.password if last else "") or secrets.token_urlsafe(18)


def start(machine: Engine, found: Container) -> tuple[Container, bool]:
    """Return the container as it is now that it runs, and whether it had to be started. Writes."""
    if found.runs:
        return found, False
    if found.state == "paused":
        machine.go_on(found.name)
        return found, True
    port = found.ports.get(INSIDE)
    if port is not None and not is_free(port):
        raise _port_taken(machine, found.name, port)
    try:
        machine.start(found.name)
    except Refusal as refusal:
        if port is not None and ("already allocated" in refusal.message or "already in use" in refusal.message):
            raise _port_taken(machine, found.name, port) from None
        raise
    return machine.container(found.name) or found, True


# ---- what may be in the way


def _require_unused(found: Container) -> None:
    """Refuse to restart the server under those who are connected. Read-only."""
    door = Door(
        user="postgres", password=found.environment.get("POSTGRES_PASSWORD", ""),
        port=found.ports.get(INSIDE, 0), database=DATABASE,
    )  # fmt: skip
    if clients := count_clients(door):
        raise UsageError(
            f"container {found.name} has to be made anew for that, which would disconnect {', '.join(clients)}",
            hint="disconnect them and try again; the data stay",
        )


def _choose_port(machine: Engine, last: Claim | None, old: Container | None, name: str, wish: Wish) -> int:
    """The port that is wished or was had before, if it can be had; else one that is free, and no other project's."""
    had = old.ports.get(INSIDE) if old else None
    wanted = wish.port or had or (last.port if last else None)
    if wanted and (is_free(wanted) or (old is not None and old.runs and had == wanted)):
        return wanted
    if wish.port or had:
        raise _port_taken(machine, name, wanted or 0)
    others = [one for one in machine.containers(KIND) if one.name != name]
    return _first_free({port for one in others for port in one.ports.values()})


def _port_taken(machine: Engine, name: str, port: int) -> UsageError:
    owners = [one for one in machine.containers() if one.runs and one.name != name and port in one.ports.values()]
    who = f"container {owners[0].name}" if owners else holder(port) or "another program"
    return UsageError(
        f"port {port} of 127.0.0.1 is taken by {who}: container {name} cannot have it",
        hint=f"stop that, or choose another: dbtool up --docker --port {_first_free({port})}",
    )


def _first_free(avoid: Collection[int]) -> int:
    """PostgreSQL's own port where it is free, else the next one."""
    return next(port for port in range(5432, 65536) if port not in avoid and is_free(port))
