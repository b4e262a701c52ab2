"""Marks that nobody has to ask for: a fresh, empty, local database is development; a migrated production is production.

The first keeps local work and CI quiet; the second makes every later command careful, whatever its variables say.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, Refused
from dbtool.guard.decide import Allow, decide
from dbtool.guard.facts import Facts
from dbtool.guard.mark import write_mark
from dbtool.guard.names import Locality
from dbtool.guard.policy import Policy
from dbtool.guard.rules import names_production, somebody_said, worst_host
from dbtool.queries import query

if TYPE_CHECKING:
    from dbtool.db import Conn


def mark_to_write(conn: "Conn", policy: Policy, facts: Facts) -> str:
    """Return the mark that follows from what is known, "" where none does. Read-only.

    Production by its environment's name is marked so; an empty database that every rule would take for
    development, were it marked so, is marked development. A mark that holds is only ever made stricter.
    """
    mark = facts.mark
    if mark is None or facts.embedded or not mark.owner or not mark.system:
        return ""
    if names_production(policy, facts):
        return "" if mark.environment == "production" else "production"
    fresh = not mark.environment and _would_be_development(policy, facts) and _is_fresh(conn)
    return "development" if fresh else ""


def write_and_tell(conn: "Conn", facts: Facts, environment: str) -> str:
    """Write this mark, and return what to tell; "" where it turns out not to be ours to write. Writes."""
    assert facts.mark
    import psycopg

    try:
        write_mark(conn, facts.mark, environment)
    except (DatabaseRefused, Refused, psycopg.errors.InternalError, psycopg.errors.UniqueViolation):
        return ""  # not ours, or another run was faster; and what is not marked is treated with care
    why = "a fresh, empty database" if environment == "development" else facts.why
    other = "production" if environment == "development" else "development"
    return f"marked {facts.mark.database} as {environment} ({why}); otherwise: dbtool env mark {other}"


def _would_be_development(policy: Policy, facts: Facts) -> bool:
    assert facts.mark
    marked = replace(facts, mark=replace(facts.mark, environment="development"))
    far, _ = worst_host(policy, facts)
    near = far is Locality.LOCAL or (far is Locality.PRIVATE and somebody_said(policy, facts))
    return near and isinstance(decide(policy, "reset", marked), Allow)


def _is_fresh(conn: "Conn") -> bool:
    cursor = conn.execute(query("guard/fresh"))
    cursor.nextset()
    return bool(cast(Any, cursor.fetchone())[0])
