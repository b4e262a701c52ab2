"""The own rules, by id. A rule is one file of this folder: its name is the id with underscores."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbtool.lint.rule import Rule


class _Rules(Mapping[str, "Rule"]):
    """Read at first use: `dbtool --help` pays nothing for them."""

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        files = Path(__file__).parent.glob("*.py")
        return tuple(sorted(file.stem.replace("_", "-") for file in files if not file.stem.startswith("_")))

    @cached_property
    def _rules(self) -> "dict[str, Rule]":
        return {id: import_module(f"{__name__}.{id.replace('-', '_')}").RULE for id in self._ids}

    def __getitem__(self, id: str) -> "Rule":
        return self._rules[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


RULES: "Mapping[str, Rule]" = _Rules()
