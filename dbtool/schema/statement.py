"""A statement that the engine writes, and what can go wrong with it: data, until the end."""

from dataclasses import dataclass

from dbtool.errors import DbtoolError


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a statement can cost: ``id`` a kebab-case word that never changes, ``message`` what and of what."""

    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, without its semicolon. ``alone``: it cannot run in a transaction block."""

    sql: str
    hazards: tuple[Hazard, ...] = ()
    alone: bool = False


class Unmanageable(DbtoolError):
    """A change that no statement of ours makes: refused by name, never left out."""

    exit_code = 1


def statements(*sql: str) -> list[Statement]:
    """Return plain statements, without hazards.

    >>> statements("DROP VIEW v")
    [Statement(sql='DROP VIEW v', hazards=(), alone=False)]
    """
    return [Statement(text) for text in sql]
