"""A Docker engine of this machine, or podman's, which speaks the same: found, and asked. The door to `docker`."""

import os
import time
import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from dbtool.errors import Unreachable
from dbtool.server.containers.container import Container, described, pairs, under
from dbtool.server.containers.sockets import EMBEDDED, NoEngine, addresses, no_answer, obstacle

PATIENCE = 2.0  # seconds for the first answer of all; an engine that runs gives it in ten milliseconds
LONG = 90  # seconds for any other; a server takes its time to stop
_TELLING = ("no permission", "elsewhere", "not running", "not installed")  # the first of these is told


class Refusal(Unreachable):
    """The engine refused, or did not answer; ``status`` is its HTTP code. Exit code 7."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message, hint=f"`docker info` tells how the engine is; {EMBEDDED}")
        self.status = status


class Engine:
    """An engine that answers. Each method asks it, and raises Refusal where it refuses."""

    def __init__(self, address: str, client: Any) -> None:
        self.address = address
        self._client = client
        self._api = client.api

    def container(self, name: str) -> Container | None:
        """Return the container of this name or id, None where there is none. Reads."""
        try:
            with _explained(f"container {name}"):
                return described(self._api.inspect_container(name))
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            raise

    def containers(self, label: str = "") -> tuple[Container, ...]:
        """Return all containers, or those with a label (name=value), stopped ones too. Reads."""
        with _explained("the list of containers"):
            filters = {"label": label} if label else {}
            found: list[str] = [one["Id"] for one in self._api.containers(all=True, filters=filters)]
        return tuple(one for one in map(self.container, found) if one is not None)  # else: removed meanwhile

    def create(self, image: str, name: str, **settings: Any) -> None:
        """Make a container; status 409 where there is one of that name. Writes."""
        with _explained(f"container {name}"):
            self._client.containers.create(image, name=name, **settings)

    def start(self, name: str) -> None:
        """Start a container that was made, or has ended. Writes."""
        with _explained(f"container {name}"):
            self._api.start(name)

    def go_on(self, name: str) -> None:
        """Let a paused container go on. Writes."""
        with _explained(f"container {name}"):
            self._api.unpause(name)

    def stop(self, name: str) -> None:
        """Stop a container in order. Writes."""
        with _explained(f"container {name}"):
            self._api.stop(name, timeout=30)

    def remove(self, name: str) -> None:
        """Remove a container, and those of its volumes that have no name. Writes."""
        with _explained(f"container {name}"):
            self._api.remove_container(name, v=True, force=True)

    def log(self, name: str, lines: int = 12) -> tuple[str, ...]:
        """Return the last lines of a container's log. Reads."""
        with _explained(f"the log of container {name}"):
            text: bytes = self._api.logs(name, stdout=True, stderr=True, tail=lines)
        return tuple(line for line in text.decode(errors="replace").splitlines() if line.strip())

    def run_inside(self, name: str, *words: str) -> tuple[int, str]:
        """Run a program in a container: its exit code, and what it printed. Writes."""
        with _explained(f"container {name}"):
            made: str = self._api.exec_create(name, list(words))["Id"]
            said: bytes = self._api.exec_start(made)
            return int(self._api.exec_inspect(made)["ExitCode"]), said.decode(errors="replace")

    def tags(self) -> tuple[str, ...]:
        """Return the names of all images at hand. Reads."""
        with _explained("the list of images"):
            return tuple(tag for image in self._api.images() for tag in image.get("RepoTags") or ())

    def image_environment(self, image: str) -> Mapping[str, str] | None:
        """Return the variables that an image sets, None where it is not at hand. Reads."""
        try:
            with _explained(f"image {image}"):
                return pairs(under(self._api.inspect_image(image), "Config", "Env"))
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            raise

    def pull(self, image: str) -> Iterator[Mapping[str, Any]]:
        """Fetch an image; yields the engine's events as they come. Writes."""
        repository, _, tag = image.rpartition(":")
        with _explained(f"image {image}"):
            for event in self._api.pull(repository, tag=tag, stream=True, decode=True):
                if "error" in event:
                    raise Refusal(f"image {image}: {event['error']}")
                yield event

    def volumes(self) -> Mapping[str, Mapping[str, str]]:
        """Return the labels of each volume, by its name. Reads."""
        with _explained("the list of volumes"):
            return {one["Name"]: one.get("Labels") or {} for one in self._api.volumes().get("Volumes") or ()}

    def make_volume(self, name: str, labels: Mapping[str, str]) -> None:
        """Make a volume. Writes."""
        with _explained(f"volume {name}"):
            self._api.create_volume(name, labels=dict(labels))

    def remove_volume(self, name: str) -> None:
        """Remove a volume with all that is in it. Writes."""
        with _explained(f"volume {name}"):
            self._api.remove_volume(name)


def engine() -> Engine | NoEngine:
    """Return the first engine of this machine that answers, or why none does. Takes two seconds at most."""
    until = time.monotonic() + PATIENCE
    refused: list[NoEngine] = []
    for address in addresses(os.environ, _home()):
        left = max(0.1, until - time.monotonic())
        if reason := obstacle(address, patience=left):
            refused.append(reason)
            continue
        try:
            return Engine(address.url, _client(address.url, max(0.1, until - time.monotonic())))
        except Refusal as refusal:
            refused.append(no_answer(address, refusal.message))
    return min(refused, key=lambda one: _TELLING.index(one.why))


def _home() -> Path:
    with suppress(RuntimeError):
        return Path.home()
    return Path("/")


def _client(url: str, patience: float) -> Any:
    here = os.environ | {"DOCKER_HOST": url}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # requests has an opinion on the versions of what it finds installed
        import docker  # pyright: ignore[reportMissingTypeStubs]

    with _explained(f"the engine at {url}"):
        # TLS as DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say; "auto" asks which version the engine speaks
        client: Any = docker.from_env(version="auto", timeout=cast(int, patience), environment=here)
    client.api.timeout = LONG
    return client


@contextmanager
def _explained(what: str) -> Generator[None]:
    """Turn what the engine, or the way to it, raises into a Refusal."""
    from docker.errors import APIError, DockerException  # pyright: ignore[reportMissingTypeStubs]
    from urllib3.exceptions import HTTPError

    try:
        yield
    except APIError as error:
        told: Any = error
        raise Refusal(f"{what}: {told.explanation or told}".strip(), status=int(told.status_code or 0)) from None
    except (DockerException, HTTPError, OSError) as error:  # those of requests are OSErrors
        raise Refusal(f"{what}: {error}") from None
