"""A project's folder, and what is asked of its container."""

from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from dbtool.server.containers import docker
from dbtool.server.containers.container import Container
from dbtool.server.containers.engine import Engine
from dbtool.server.local import LocalServer, Wish


@dataclass
class Place:
    """A folder and its container; ``said`` is what was told on the way."""

    machine: Engine
    root: Path
    said: list[str] = field(default_factory=list)

    def up(self, **wish: object) -> LocalServer:
        return docker.ensure(self.root, Wish(**wish), self.said.append)  # type: ignore[arg-type]

    def down(self, *, volumes: bool = False) -> tuple[str, ...]:
        return docker.stop(self.root, volumes, self.said.append)

    def container(self) -> Container:
        seen = docker.look(self.root)
        assert seen is not None
        found = self.machine.container(seen.container)
        assert found is not None
        return found


def run(server: LocalServer, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query, in autocommit."""
    with psycopg.connect(server.url.reveal(), autocommit=True) as conn:
        cursor = conn.execute(query)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []
