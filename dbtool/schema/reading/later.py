"""Later(make): a mapping that is made when it is first asked for."""

from collections.abc import Callable, ItemsView, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Later(Mapping[K, V]):
    """What *make* returns, made once, and only if anybody looks: two equal schemas need no order."""

    def __init__(self, make: Callable[[], Mapping[K, V]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[K, V]:
        return self._make()

    def __getitem__(self, key: K) -> V:
        return self._made[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __contains__(self, key: object) -> bool:
        return key in self._made

    # what Mapping has for these two asks for each key once more
    def get(self, key: K, default: Any = None) -> Any:
        """Return the value of *key*, or *default*."""
        return self._made.get(key, default)

    def items(self) -> ItemsView[K, V]:
        """Return the keys and values."""
        return self._made.items()
