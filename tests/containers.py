"""The same servers as in servers.py from a Docker engine and an image that is at hand, through testcontainers.

They are in the host's network, so that a server and its clients mean the same by 127.0.0.1: whether a database is local
is what many tests are about. That takes root's engine on Linux, which is asked for by itself; another one when told.
Nothing is fetched. What a run that was killed left behind is removed by the next one, by label: its own reaper is an
image of a registry, and stays off.
"""

import os
import re
import socket
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from dbtool.server.containers.engine import Engine, engine
from tests.servers import Server

os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
LABEL, OWNER = "dbtool.test", f"{socket.gethostname()}:{os.getpid()}"


@cache
def images() -> dict[int, str]:
    """Return the images of PostgreSQL at hand, by major version; none where no engine answers."""
    found = engine()
    usual = sys.platform == "linux" and getattr(found, "address", "") == "unix:///var/run/docker.sock"
    told = os.environ.get("DBTOOL_TEST_SERVER") == "docker"
    tags = found.tags() if isinstance(found, Engine) and (usual or told) else ()
    seen = {int(known[1]): tag for tag in tags if (known := re.fullmatch(r"postgres:(\d+)", tag))}
    return dict(sorted(seen.items()))


@cache
def remove_left_over() -> None:
    """Remove the containers of test runs on this machine that are no more."""
    found = engine()
    assert isinstance(found, Engine), found
    for container in found.containers(LABEL):
        host, _, process = container.labels[LABEL].rpartition(":")
        if host == socket.gethostname() and not Path(f"/proc/{process}").exists():
            found.remove(container.id)


class ContainerServer(Server):
    """One scratch server in a container, its data in memory."""

    container: Any = None

    def start(self) -> "Server":
        """Start a container and return when its server answers; with its log as soon as it does not."""
        from testcontainers.core.container import DockerContainer

        remove_left_over()
        settings = {
            "port": str(self.port), "listen_addresses": "127.0.0.1",
            "fsync": "off", "max_connections": "200", "wal_level": "logical", **self.settings,
        }  # fmt: skip
        made = DockerContainer(images()[self.major])
        made.with_command(["postgres", *(word for key, value in settings.items() for word in ("-c", f"{key}={value}"))])
        made.with_env("POSTGRES_HOST_AUTH_METHOD", "trust")
        made.with_env("POSTGRES_INITDB_ARGS", "-N -E UTF8 --locale=C")
        made.with_tmpfs_mount("/var/lib/postgresql" if self.major >= 18 else "/var/lib/postgresql/data")
        made.with_kwargs(labels={LABEL: OWNER}, shm_size="256m", network_mode="host")
        self.container = made.start()
        deadline = time.monotonic() + 60
        while True:
            try:
                self.connect("postgres").close()
                return self
            except psycopg.OperationalError:
                one = made.get_wrapped_container()
                one.reload()
                if one.status != "running" or time.monotonic() > deadline:
                    log = one.logs(tail=30).decode(errors="replace")
                    self.remove()
                    raise AssertionError(f"the container's server does not answer:\n{log}") from None
                time.sleep(0.05)

    @property
    def runs(self) -> bool:
        return self.container is not None

    def remove(self) -> None:
        """Stop the container and delete all it had."""
        if self.container is not None:
            self.container.stop()
        self.container = None
        self.home.rmdir()
