"""How the project's server is now, for `dbtool up --status`. Starts nothing."""

from dataclasses import dataclass

from dbtool.config import Project
from dbtool.server.embedded import data_version, find_running, find_served
from dbtool.server.remembered import Remembered
from dbtool.up.branches import BranchDatabase, read_branch_databases

RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The server that is meant: its state in one word, and what else there is to say of it."""

    kind: str  # "" where up has started nothing here
    name: str
    state: str  # running, stopped, none; of a container as its engine says
    note: str = ""
    version: str = ""
    port: int | None = None

    @property
    def runs(self) -> bool:
        """Whether it can be connected to."""
        return self.state == RUNNING


def read_standing(project: Project, up: Remembered | None) -> Standing:
    """Return how the server is that up started, or else the embedded one. Asks the engine where it is a container."""
    if up is None or up.kind == "embedded":
        return _embedded(project, up)
    from dbtool.server.containers import compose, docker
    from dbtool.server.containers.engine import engine
    from dbtool.server.containers.sockets import NoEngine

    machine = engine()
    if isinstance(machine, NoEngine):
        return Standing(kind=up.kind, name=up.name, state="unknown", note=machine.message, version=up.version)
    if up.kind == "docker":
        seen = docker.look(project.root)
        note = f"image {seen.image}, volume {seen.volume}" if seen else "there is no container: dbtool up makes it"
        state, health, port = (seen.state, seen.health, seen.port) if seen else ("none", "", None)
    else:
        found = compose.look(project.root)
        note = f"container {found.name}" if found else "there is no container: dbtool up makes it"
        state, health, port = (found.state, found.health, up.port) if found else ("none", "", None)
    note = f"{health}; {note}" if health else note
    return Standing(kind=up.kind, name=up.name, state=state, note=note, version=up.version, port=port)


def _embedded(project: Project, up: Remembered | None) -> Standing:
    name, kind = "the embedded server", up.kind if up else ""
    if (served := find_served(project.state)) is not None:
        return Standing(kind=kind, name=name, state=RUNNING, version=served.version, port=served.port)
    if (found := find_running(project.state)) is not None:
        note = "by its socket alone: dbtool up gives it a port" + (" again" if up else "")
        return Standing(kind=kind, name=name, state=RUNNING, version=found.version, note=note)
    major = data_version(project.state)
    if not major:
        return Standing(kind=kind, name=name, state="none", note="there are no data: dbtool up makes them")
    return Standing(kind=kind, name=name, state="stopped", version=str(major))


def read_branches(project: Project, up: Remembered, standing: Standing) -> tuple[BranchDatabase, ...]:
    """Return the databases of git branches on a server that runs. Read-only."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    running = find_running(project.state) if up.kind == "embedded" else None
    conninfo = make_conninfo(running.conninfo if running else up.url.reveal(), dbname="template1")
    known = {name: one.branch for name, one in up.databases.items() if one.branch}
    with psycopg.connect(conninfo, connect_timeout=5, application_name="dbtool up", autocommit=True) as conn:
        return read_branch_databases(conn, up.main, project.root, known)
