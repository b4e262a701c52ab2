"""Which kind of server `dbtool up` starts, and why; and its start."""

from collections.abc import Callable
from dataclasses import dataclass

from dbtool.config import Project
from dbtool.errors import Unreachable
from dbtool.secrets import Secret
from dbtool.server.embedded import data_version
from dbtool.server.local import Kind, LocalServer, Wish
from dbtool.server.remembered import Remembered, is_own

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The kind of server, and why this one."""

    kind: Kind
    why: str


def choose(project: Project, wanted: Kind | None, before: Remembered | None) -> Choice:
    """Return which kind of server is meant: what was asked for, else the one of the last time, else what there is.

    Looks for a compose file and a Docker engine where nothing else says it. Never silently another one than the last
    time: it would have other data.
    """
    if wanted is not None:
        return Choice(kind=wanted, why="asked for")
    if before is not None:
        return Choice(kind=before.kind, why="as the last time")
    if data_version(project.state):
        return Choice(kind="embedded", why="this project has data there; for a container say --docker")
    from dbtool.server.containers.compose import find_service, program
    from dbtool.server.containers.engine import engine
    from dbtool.server.containers.sockets import NoEngine

    service, found = find_service(project.root), engine()
    beside = f"; {service} needs one" if service is not None else ""
    if isinstance(found, NoEngine):
        return Choice(kind="embedded", why=f"no Docker engine can be used here ({found.why}){beside}")
    if service is not None and program():
        return Choice(kind="compose", why=f"{service}, and a Docker engine answers")
    if service is not None:
        return Choice(
            kind="docker", why=f"a Docker engine answers; {service} would need compose, which is not installed"
        )
    return Choice(kind="docker", why="a Docker engine answers, and no compose file has a postgres service")


def start(
    project: Project, choice: Choice, wish: Wish, before: Remembered | None, *, asked: bool, say: Say
) -> LocalServer:
    """Return the server once it takes connections; made and started if need be. Writes.

    *asked*: something is asked of it, so that one that answers need not be the right one.
    """
    if choice.kind == "embedded":
        from dbtool.server.embedded import serve

        return serve(project.state, wish, binaries=project.server_bin, idle_seconds=project.server_idle / 1000)
    same = before is not None and before.kind == choice.kind and is_own(before, project.state)
    if before is not None and same and not asked and (found := _answering(before)):
        return found
    from dbtool.server.containers import compose, docker
    from dbtool.server.containers.engine import engine
    from dbtool.server.containers.sockets import NoEngine

    machine = engine()
    if isinstance(machine, NoEngine) and before is not None and same:
        raise Unreachable(
            f"this project's server is {before.name}, and {machine.message}",
            hint=f"{machine.hint}; or, with other data: dbtool up --embedded",
        )
    ensure = docker.ensure if choice.kind == "docker" else compose.ensure
    return ensure(project.root, wish, say)


def _answering(before: Remembered) -> LocalServer | None:
    """The server of the last time, where it lets us in as it did: then its engine need not be asked."""
    import psycopg

    try:
        with psycopg.connect(before.url.reveal(), connect_timeout=2, application_name="dbtool up") as conn:
            said = conn.info.parameter_status("server_version") or before.version
    except psycopg.Error:
        return None
    return LocalServer(
        kind=before.kind, name=before.name, url=Secret(before.url.reveal()), version=said.split(" ")[0], started=False,
        port=before.port,
    )  # fmt: skip
