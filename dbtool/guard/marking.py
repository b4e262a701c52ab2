"""Who may change a database's mark: to a stricter one everybody, to a weaker one whom the policy lets."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dbtool.errors import Refused
from dbtool.guard.decide import decide
from dbtool.guard.facts import read_facts, with_activity, with_mark
from dbtool.guard.fresh import mark_to_write
from dbtool.guard.mark import Mark
from dbtool.guard.policy import Policy, Standing, read_policy
from dbtool.guard.rules import value_standing
from dbtool.guard.settle import Consent, settle, why_nobody_is_asked
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn


_STRICTEST = Standing.PRODUCTION


def refuse_marking(conn: "Conn", target: Target, now: Mark, wanted: str, *, confirm: str | None) -> None:
    """Return where the database may be marked *wanted*. Asks; raises Refused. Read-only.

    A mark of production is weakened by a person at a terminal alone: else two commands with --confirm, in a script
    or by an agent, would empty a production database.
    """
    policy = read_policy(target.project)
    if strictness(policy, wanted) > strictness(policy, now.environment) or strictness(policy, wanted) is _STRICTEST:
        return
    facts = with_activity(with_mark(read_facts(target, policy), conn), conn)
    if strictness(policy, wanted) is Standing.DEVELOPMENT and mark_to_write(conn, policy, facts) == "development":
        return  # fresh and empty: `migrate` would mark it so by itself
    if strictness(policy, now.environment) is Standing.PRODUCTION:
        nobody = why_nobody_is_asked(policy)
        if nobody:
            raise Refused(
                f"{now.database} is marked {now.environment}: only a person at a terminal weakens that ({nobody})",
                hint="on a terminal: dbtool env mark " + (wanted or "none"),
            )
        confirm = None
    # what it says of itself is what is to be changed: it does not stand in the way of asking
    facts = replace(facts, named=False)
    verdict = decide(policy, "env-mark", facts)
    settle(
        verdict, policy=policy, command="env mark", facts=facts, target=target, consent=Consent(confirm=confirm)
    )  # fmt: skip


def strictness(policy: Policy, environment: str) -> Standing:
    """Return how careful a mark makes the guard: none is between development and production."""
    return value_standing(policy, environment) if environment else Standing.UNCERTAIN
