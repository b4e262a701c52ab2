"""Which image of PostgreSQL a container is made from: one at hand, else the newest, which is fetched."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dbtool.errors import Unreachable
from dbtool.server.containers.container import under
from dbtool.server.containers.engine import Engine, Refusal
from dbtool.server.containers.sockets import EMBEDDED

NEWEST = 18
_TAG = re.compile(r"(?:^|/)postgres:(?P<major>\d+)(?P<rest>[.-].*)?$")
_PAUSE = 3.0  # seconds between two lines of progress


def choose_image(tags: Iterable[str], version: int | None) -> str:
    """Return the image for a major version, or for the newest at hand; the plain tag before the others.

    >>> choose_image(["postgres:16", "local/postgres:17-alpine", "redis:8"], None), choose_image([], None)
    ('local/postgres:17-alpine', 'postgres:18')
    >>> choose_image(["postgres:17.2", "postgres:17"], 17), choose_image(["postgres:17"], 15)
    ('postgres:17', 'postgres:15')
    """
    found = [(int(seen["major"]), not seen["rest"], tag) for tag in tags if (seen := _TAG.search(tag))]
    fitting = [one for one in found if version is None or one[0] == version]
    return max(fitting)[2] if fitting else f"postgres:{version or NEWEST}"


def major_of(image: str) -> int | None:
    """Return the major version that an image's tag tells.

    >>> major_of("postgres:17-alpine"), major_of("postgres:latest")
    (17, None)
    """
    seen = _TAG.search(image)
    return int(seen["major"]) if seen else None


def have_image(engine: Engine, image: str, say: Callable[[str], None]) -> Mapping[str, str]:
    """Return the variables that the image sets; it is fetched where it is not at hand. Writes."""
    found = engine.image_environment(image)
    if found is None:
        say(f"fetching the image {image}: it is not on this machine yet")
        pulled = _Pulled(image, say)
        try:
            for event in engine.pull(image):
                pulled.hear(event)
        except Refusal as refusal:
            raise _not_had(engine, image, refusal) from None
        found = engine.image_environment(image)
    return found or {}


def _not_had(engine: Engine, image: str, refusal: Refusal) -> Unreachable:
    others = sorted({major for tag in engine.tags() if (major := major_of(tag))})
    at_hand = f"at hand: --version {' or '.join(map(str, others))}; " if others else ""
    return Unreachable(
        f"the image {image} is not on this machine, and cannot be fetched\n  {refusal.message}",
        hint=f"{at_hand}fetch it where there is a network (docker pull {image}), or docker load it; {EMBEDDED}",
    )


class _Pulled:
    """How much of an image has come, told now and then: the engine tells it layer by layer."""

    def __init__(self, image: str, say: Callable[[str], None]) -> None:
        self._image, self._say = image, say
        self._layers: dict[str, tuple[int, int]] = {}
        self._told = time.monotonic()

    def hear(self, event: Mapping[str, Any]) -> None:
        """Note one event of the engine, and say how far it is when it is time to."""
        total = under(event, "progressDetail", "total")
        if event.get("status") == "Downloading" and total:
            self._layers[str(event.get("id"))] = int(under(event, "progressDetail", "current") or 0), int(total)
        elif event.get("status") == "Download complete" and (layer := str(event.get("id"))) in self._layers:
            _, total = self._layers[layer]
            self._layers[layer] = total, total
        if self._layers and time.monotonic() - self._told > _PAUSE:
            self._told = time.monotonic()
            came, all_of_it = (sum(column) // 1_000_000 for column in zip(*self._layers.values(), strict=True))
            self._say(f"fetching the image {self._image}: {came} of {all_of_it} MB")
