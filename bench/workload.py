"""Realistic migrations, the same for the same seed: what every tool of the benchmark is given."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench import recipes
from bench.recipes import Change, Schema

FIRST = datetime(2024, 1, 1)

# How often each kind of change comes, out of 100: tables first, then what teams do to them.
RECIPES: tuple[tuple[Callable[[Schema], recipes.Recipe], int], ...] = (
    (recipes.create_table, 30),
    (recipes.add_column, 14),
    (recipes.add_trigger, 15),
    (recipes.load_rows, 15),
    (recipes.tighten, 10),
    (recipes.create_view, 9),
    (recipes.add_enum, 7),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One change with the way back; `depends` is the id before it."""

    id: str
    depends: str | None
    statements: tuple[str, ...]
    undo: tuple[str, ...]
    creates: Counter[str]

    @property
    def text(self) -> str:
        """The SQL, without any tool's header."""
        return "\n\n".join(self.statements) + "\n"

    @property
    def rollback(self) -> str:
        """The SQL that takes it back."""
        return "\n\n".join(self.undo) + "\n"


def make_migrations(count: int, *, seed: int) -> tuple[Migration, ...]:
    """`count` migrations, each depending on the one before.

    >>> first, second = make_migrations(2, seed=1)
    >>> first.id, second.depends
    ('20240101000000_foundation', '20240101000000_foundation')
    >>> make_migrations(5, seed=1) == make_migrations(5, seed=1)
    True
    """
    return tuple(_migrations(count, seed))


def expected(migrations: Sequence[Migration]) -> Counter[str]:
    """How many tables, indexes, functions, ... and rows there are once all were applied."""
    return sum((migration.creates for migration in migrations), Counter[str]())


def _migrations(count: int, seed: int) -> Iterator[Migration]:
    chance = random.Random(seed)
    schema = Schema(chance)
    kinds, weights = zip(*RECIPES, strict=True)
    before: str | None = None
    for number in range(count):
        # Every kind of change needs some tables to work on.
        kind = recipes.foundation if number == 0 else recipes.create_table
        if number >= 5:
            kind = chance.choices(kinds, weights)[0]
        slug, changes = kind(schema)
        migration = _migration(number, slug, changes, before)
        yield migration
        before = migration.id


def _migration(number: int, slug: str, changes: tuple[Change, ...], before: str | None) -> Migration:
    stamp = (FIRST + timedelta(minutes=7 * number)).strftime("%Y%m%d%H%M%S")
    return Migration(
        id=f"{stamp}_{slug}",
        depends=before,
        statements=tuple(change.sql for change in changes),
        undo=tuple(change.undo for change in reversed(changes) if change.undo),
        creates=sum((change.creates for change in changes), Counter[str]()),
    )
