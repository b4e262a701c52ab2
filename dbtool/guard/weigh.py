"""What reset, nuke and drop do before they destroy: look, judge, show, ask. The recipe that they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool import console
from dbtool.config import Project
from dbtool.db import DatabaseMissing, connect, connect_for_changes
from dbtool.errors import Refused, UsageError
from dbtool.guard.decide import Refuse, Verdict, decide
from dbtool.guard.facts import Facts, read_facts, read_variables, with_activity, with_mark
from dbtool.guard.override import record_in_ledger
from dbtool.guard.policy import Policy, Standing
from dbtool.guard.rules import value_standing
from dbtool.guard.settle import Consent, Settled, in_words, settle
from dbtool.guard.shown import scope_lines
from dbtool.report import Report
from dbtool.target import Target, direct_target, load_target
from dbtool.where import Where, where

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A command that destroys, judged on an open connection: what is shown, what was decided."""

    command: str
    target: Target
    policy: Policy
    facts: Facts
    verdict: Verdict
    where: Where
    lines: tuple[str, ...]  # the scope, for a person

    @property
    def data(self) -> dict[str, object]:
        """The scope and the verdict for --json."""
        mark, activity = self.facts.mark, self.facts.activity
        reasons = [{"rule": r.rule, "source": r.source, "message": r.message} for r in self.verdict.reasons]
        return {
            "verdict": in_words(self.verdict), "reasons": reasons, "mark": (mark and mark.environment) or None,
            "activity": activity,
        }  # fmt: skip


def load_judged_target(project: Project, policy: Policy, command: str, env: str | None, url: str | None) -> Target:
    """Return the database that is meant, as load_target() does. Raises Refused where a variable says production.

    Also where no URL can be found for production: what is missing is not what is wrong then.
    """
    try:
        return load_target(project, env, url=url, any_word=True)
    except UsageError as error:
        for variable in read_variables(project.root, "production", policy.variables):
            if value_standing(policy, variable.value) is Standing.PRODUCTION:
                raise Refused(
                    f"dbtool {command} is refused: {variable.name}={variable.value} ({variable.source}) means "
                    f"production [variable]\n  and {error.message}",
                    hint="run it where no variable says production: one that does has no override",
                ) from None
        raise


def connect_to(target: Target, command: str, *, dry_run: bool) -> "Conn":
    """Return the connection that the command works on; for --dry-run one that cannot write."""
    if dry_run:
        return connect(direct_target(target), purpose=command, read_only=True)
    try:
        return connect_for_changes(target, purpose=command)
    except DatabaseMissing as missing:
        missing.hint = f"there is no database {missing.database}: there is nothing to {command}"
        raise


def weigh(conn: "Conn", target: Target, policy: Policy, command: str) -> Weighed:
    """Return the verdict on *command* and what is to be shown before it. Read-only, two round trips."""
    facts = with_activity(with_mark(read_facts(target, policy), conn), conn)
    here = where(conn, target)
    return Weighed(
        command=command, target=target, policy=policy, facts=facts, verdict=decide(policy, command, facts), where=here,
        lines=tuple(scope_lines(facts, here)),
    )  # fmt: skip


def show(weighed: Weighed, scope: Sequence[str], *, does: str) -> None:
    """Tell a person which database this is, and what would become of it."""
    for line in (f"dbtool {weighed.command} {does}", *weighed.lines, *scope):
        console.say(line)


def dry_run(weighed: Weighed, *, would: str, data: dict[str, object], json: bool) -> Report:
    """Return the answer to --dry-run: what would be done, and whether it would be let; else exit code 6."""
    refused = isinstance(weighed.verdict, Refuse)
    why = "; ".join(f"{reason.message} [{reason.rule}]" for reason in weighed.verdict.reasons)
    asked = {"allow": "without asking", "confirm": "once the database's name is said", "block": "but it is refused"}
    then = asked[in_words(weighed.verdict)]
    return Report(
        command=weighed.command,
        where=weighed.where if json else None,  # the scope told it already
        summary=f"would {would}, {then}: {why}",
        exit_code=Refused.exit_code if refused else 0,
        data=weighed.data | data,
    )


def settle_weighed(conn: "Conn", weighed: Weighed, consent: Consent) -> Settled:
    """Return the permission: asks, or takes what was said. Raises Refused. Writes what an override leaves behind."""
    schema = weighed.target.project.ledger_schema
    return settle(
        weighed.verdict,
        policy=weighed.policy,
        command=weighed.command,
        facts=weighed.facts,
        target=weighed.target,
        consent=consent,
        record=lambda text: record_in_ledger(conn, schema, text),
    )
