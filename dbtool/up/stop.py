"""Stopping what `dbtool up` started for this project, and deleting its data."""

from collections.abc import Callable

from dbtool.config import Project
from dbtool.server import embedded
from dbtool.server.remembered import Remembered

Say = Callable[[str], None]


def stop_servers(project: Project, up: Remembered | None, *, volumes: bool, say: Say) -> tuple[str, ...]:
    """Return what was stopped or deleted, in words; () where nothing was to be done. Writes.

    The embedded server in any case: another command may have started it. Containers where up made one here.
    """
    made = up.made if up else ()
    done: list[str] = []
    if embedded.stop(project.state):
        done.append("stopped the embedded server")
    if volumes and embedded.remove(project.state):
        done.append(f"deleted the data of the embedded server, {project.shown(project.state / 'postgres')}")
    if "docker" in made:
        from dbtool.server.containers import docker

        done += docker.stop(project.root, volumes, say)
    if "compose" in made:
        from dbtool.server.containers import compose

        done += compose.stop(project.root, volumes, say)
    return tuple(done)


def what_goes(project: Project, up: Remembered | None) -> tuple[str, ...]:
    """Return whose data --volumes would delete, in words; () for none. Reads files."""
    goes = ["the data of the embedded server"] if embedded.data_version(project.state) else []
    names = {"docker": "the project's container and its volume", "compose": "the compose service and its volume"}
    return (*goes, *(names[kind] for kind in (up.made if up else ()) if kind in names))
