"""settle(verdict) -> Settled: asks, or raises Refused. The one place where a verdict becomes a permission.

A function that destroys takes the Settled and calls recheck() first, in its own transaction: what was judged must
be what it stands on.
"""

import hashlib
import os
import secrets
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dbtool.db import connect_for_changes
from dbtool.errors import Interrupted, Refused
from dbtool.guard.decide import Allow, Ask, Refuse, Verdict, decide, policy_name
from dbtool.guard.facts import Facts, read_facts, with_mark
from dbtool.guard.mark import Mark, read_mark
from dbtool.guard.policy import Policy, Standing, read_policy
from dbtool.guard.rules import signs
from dbtool.secrets import redact
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn

TAKES_YES = ("migrate", "rollback", "baseline", "seed-reference")  # the commands that have --yes
_made_here = secrets.token_bytes(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The proof that a command may run against one database. Only settle() makes one."""

    command: str
    database: str
    system: str  # the server's system identifier
    oid: int  # of the database
    mark: str  # as it was judged
    seal: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.seal != _seal(self.command, self.database, self.system, self.oid, self.mark):
            raise TypeError("a verdict is settled by guard.settle.settle() alone")


def _seal(*values: object) -> bytes:
    return hashlib.sha256(_made_here + repr(values).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What was said on the command line: ``confirm`` the database's name, ``yes``, and why a refusal is overridden."""

    confirm: str | None = None
    yes: bool = False
    override: str | None = None
    token: str | None = None


def refuse_beforehand(policy: Policy, command: str, target: Target) -> Facts:
    """Return the facts without a connection. Raises Refused where no mark of the database could change that."""
    facts = read_facts(target, policy)
    best = replace(facts, mark=Mark(database=facts.database, environment="development", system="", oid=0))
    verdict = decide(policy, command, best)
    if isinstance(verdict, Refuse) and not verdict.overridable:
        raise _refused(verdict, command, "")
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict on what changes a database without destroying it, not settled yet."""

    command: str
    target: Target
    policy: Policy
    facts: Facts
    verdict: Verdict
    mark: str  # the mark to write once it is permitted, "" for none


def judge(conn: "Conn", target: Target, command: str) -> Judged:
    """Return what is to be said to *command* on the connected database. Read-only, one or two round trips."""
    from dbtool.guard.fresh import mark_to_write

    policy = read_policy(target.project)
    facts = with_mark(read_facts(target, policy), conn)
    mark = mark_to_write(conn, policy, facts) if command == "migrate" else ""
    verdict = decide(policy, command, facts)
    return Judged(command=command, target=target, policy=policy, facts=facts, verdict=verdict, mark=mark)


def standing_of(judged: Judged) -> Standing:
    """Return what the database is taken for: by the strictest of the signs. Pure."""
    return max((sign.standing for sign in signs(judged.policy, judged.facts)), default=Standing.UNCERTAIN)


def refused_hazards(judged: Judged) -> tuple[frozenset[str], str]:
    """Return the hazards that the policy refuses on such a database, or on a less strict one, and its name. Pure."""
    standing = standing_of(judged)
    found = frozenset[str]().union(*(ids for at, ids in judged.policy.hazards.items() if at <= standing))
    return found, standing.name.lower()


def permit(judged: Judged, *, yes: bool) -> Settled:
    """Return the permission: asks in production, takes --yes elsewhere. Raises Refused. Writes the mark alone."""
    consent = Consent(yes=yes)
    settled = settle(
        judged.verdict, policy=judged.policy, command=judged.command, facts=judged.facts, target=judged.target,
        consent=consent,
    )  # fmt: skip
    if judged.mark:
        with connect_for_changes(judged.target, purpose="guard") as conn:
            write_mark_of(conn, judged)
    return settled


def write_mark_of(conn: "Conn", judged: Judged) -> None:
    """Write the mark that the judged facts ask for, and tell it. Writes."""
    from dbtool import console
    from dbtool.guard.fresh import write_and_tell

    if told := write_and_tell(conn, judged.facts, judged.mark):
        console.say(told)


def settle(
    verdict: Verdict,
    *,
    policy: Policy,
    command: str,
    facts: Facts,
    target: Target,
    consent: Consent,
    record: Callable[[str], None] | None = None,
) -> Settled:
    """Return the permission: asks on a terminal, takes --confirm elsewhere. Raises Refused.

    An override is written to .dbtool/audit.log, and handed to *record* for the ledger, before this returns.
    """
    if isinstance(verdict, Refuse):
        ask = Ask(reasons=verdict.reasons, phrase=facts.database)
        if verdict.overridable and (consent.override or consent.token):
            _refuse_unsaid(ask, policy, command, consent)  # before the token is spent
        _override(verdict, policy, command, facts, target, consent, record)
        verdict = ask
    if isinstance(verdict, Ask) and not _refuse_unsaid(verdict, policy, command, consent):
        _ask(verdict, command, target)
    mark = facts.mark or Mark(database=facts.database, environment="", system="", oid=0)
    command = policy_name(command)
    return Settled(
        command=command, database=mark.database, system=mark.system, oid=mark.oid, mark=mark.environment,
        seal=_seal(command, mark.database, mark.system, mark.oid, mark.environment),
    )  # fmt: skip


def recheck(conn: "Conn", settled: Settled) -> None:
    """Return where this connection stands on the database that was judged, and its mark is as it was. Read-only.

    Raises Refused. To be called on the connection that destroys, inside of its transaction.
    """
    now = read_mark(conn)
    if (now.system, now.oid, now.database) != (settled.system, settled.oid, settled.database):
        raise Refused(
            f"this connection reaches another database than the one that was judged: {now.database} "
            f"(system {now.system}, oid {now.oid}) instead of {settled.database} "
            f"(system {settled.system}, oid {settled.oid})",
            hint="nothing was done; it was made anew meanwhile: run the command again"
            if now.system == settled.system
            else "nothing was done; does a load balancer or a failover stand behind this address?",
        )
    if now.environment != settled.mark:
        raise Refused(
            f"the database's mark changed meanwhile: {settled.mark or 'none'} was judged, "
            f"{now.environment or 'none'} it is now",
            hint="nothing was done; run the command again",
        )


def in_words(verdict: Verdict) -> str:
    """Return a verdict as scripts know it: allow, confirm, block."""
    return {Allow: "allow", Ask: "confirm", Refuse: "block"}[type(verdict)]


def automation(policy: Policy) -> str:
    """Return the variable that says that no person is at work here, such as CI; "" for none."""
    words = ("", "0", "false", "no")
    return next((n for n in policy.automation if os.environ.get(n, "").strip().lower() not in words), "")


def why_nobody_is_asked(policy: Policy) -> str:
    """Return why there is no person to ask: automation, an agent, no terminal; "" where there is one."""
    if name := automation(policy):
        return f"{name} is set"
    for name in policy.agents:
        if os.environ.get(name, "").strip().lower() not in ("", "0", "false", "no"):
            return f"{name} is set: an automated agent"
    from dbtool import console

    return "" if console.can_ask() else "there is no terminal to ask on"


def _refuse_unsaid(verdict: Ask, policy: Policy, command: str, consent: Consent) -> bool:
    """Return whether the answer was said beforehand. Raises Refused where it was not, and nobody is there to ask."""
    if consent.confirm is not None:
        if consent.confirm != verdict.phrase:
            raise Refused(
                f"--confirm {consent.confirm!r} is not the name of this database: nothing was done",
                hint="look once more at which database this is",
            )
        return True
    if consent.yes and policy_name(command) in TAKES_YES:
        return True
    if nobody := why_nobody_is_asked(policy):
        raise Refused(
            f"dbtool {command} asks before it changes this database: {_listed(verdict)}",
            hint=f"{nobody}; when it is meant: {_said_beforehand(verdict, command)}",
        )
    return False


def _said_beforehand(verdict: Ask, command: str) -> str:
    if policy_name(command) not in TAKES_YES:
        return "--confirm, followed by the name of the database"
    again = shlex.join(["dbtool", *(redact(word) for word in sys.argv[1:]), "--yes"])
    unset = any(reason.rule == "environment-unset" for reason in verdict.reasons)
    return again + ("; or say which environment it is: --env, or DBTOOL_ENV" if unset else "")


def _ask(verdict: Ask, command: str, target: Target) -> None:
    """Return where the database's name was typed at the terminal. Raises Refused, and Interrupted."""
    from dbtool import console

    for reason in verdict.reasons:
        console.say(f"  {reason.message} [{reason.rule}]")
    if {reason.rule for reason in verdict.reasons} == {"unmarked"} and command != "env mark":
        console.say(f"  to be asked no more: dbtool env mark development{target.flags}")
    try:
        answer = console.ask(f"to go on with {command}, type the database's name ({verdict.phrase})")
    except KeyboardInterrupt:
        raise Interrupted("interrupted: nothing was done") from None
    if answer.strip() != verdict.phrase:
        said = "that is not the database's name" if answer.strip() else "nothing was typed"
        raise Refused(
            f"{said}: nothing was done, {verdict.phrase} is as it was",
            hint=f"asked because {verdict.reasons[0].message}",
        )


def _override(
    verdict: Refuse,
    policy: Policy,
    command: str,
    facts: Facts,
    target: Target,
    consent: Consent,
    record: Callable[[str], None] | None,
) -> None:
    """Return where a refusal is lifted, after that was written down. Raises Refused elsewhere."""
    from dbtool.guard import override

    state = target.project.state
    bound = override.Bound(
        command=policy_name(command),
        database=facts.database,
        system=facts.mark.system if facts.mark else "",
        oid=facts.mark.oid if facts.mark else 0,
    )
    if consent.override is None and consent.token is None:
        token = ""
        if verdict.overridable and facts.mark and not why_nobody_is_asked(policy):
            with suppress(OSError):  # nowhere to keep a key: there is no token, and the refusal stays
                token = override.issue(state, bound)
        raise _refused(verdict, command, token)
    if not verdict.overridable:
        raise _refused(verdict, command, "", "this refusal has no override: ")
    override.redeem(
        state, bound, why=consent.override, token=consent.token, target=f"{facts.environment} ({facts.why})",
        hosts=[str(host) for address in facts.addresses for host in address.hosts],
        reasons=[reason.rule for reason in verdict.reasons],
    )  # fmt: skip
    if record is not None:
        record(f"dbtool override of {command}: {consent.override}")


def _refused(verdict: Refuse, command: str, token: str, before: str = "") -> Refused:
    hint = before + verdict.instead
    if token:
        hint += (
            f'\n  if it is meant all the same, within 10 minutes: add --override "why" --token {token}; '
            "it is written to .dbtool/audit.log and to the ledger"
        )
    return Refused(f"dbtool {command} is refused: {_listed(verdict)}", hint=hint)


def _listed(verdict: Ask | Refuse) -> str:
    first, *more = verdict.reasons
    lines = [f"{first.message} [{first.rule}]", *(f"  and {reason.message} [{reason.rule}]" for reason in more)]
    return "\n".join(lines)
