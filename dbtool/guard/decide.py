"""decide(policy, command, facts) -> Allow | Ask | Refuse. Pure and total: each rule gives a reason, the strictest wins.

A rule says what the database is to be taken for (rules.py); the policy says what the command may do with such a
database. No rule makes anything easier, except the database's own mark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dbtool.guard.facts import Facts
from dbtool.guard.policy import Answer, Policy, Standing
from dbtool.guard.rules import contradiction, nuke_hosts, server_databases, signs, unset_environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a verdict is as it is: the rule, what it was read from, what it says in words, what it asks for."""

    rule: str
    source: str
    message: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """Go on."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Go on when *phrase*, the database's name, is typed or said."""

    reasons: tuple[Reason, ...]
    phrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Do not go on. ``overridable``: the policy lets every one of the reasons be lifted."""

    reasons: tuple[Reason, ...]
    instead: str
    overridable: bool


Verdict = Allow | Ask | Refuse


def decide(policy: Policy, command: str, facts: Facts) -> Verdict:
    """Return whether *command* may run against what the facts describe, with every reason, the strictest first."""
    command = policy_name(command)
    reasons = tuple(_reasons(policy, command, facts))
    reasons += tuple(_limits(policy, command, facts, max(r.answer for r in reasons)))
    answer = max(reason.answer for reason in reasons)
    told = tuple(sorted(reasons, key=lambda r: -r.answer))
    if answer > Answer.ALLOW:
        told = tuple(reason for reason in told if reason.answer > Answer.ALLOW)
    if answer is Answer.ALLOW:
        return Allow(reasons=told)
    if answer is Answer.ASK:
        return Ask(reasons=told, phrase=facts.database)
    refusing = [reason.rule for reason in told if reason.answer is Answer.REFUSE]
    lifted = command in policy.destroy and set(refusing) <= policy.overridable
    return Refuse(reasons=told, instead=_instead(refusing, command), overridable=lifted)


def raised(verdict: Verdict, reason: Reason, *, phrase: str) -> Verdict:
    """Return *verdict* with what a look at the database added: where nothing was to be asked, it is.

    >>> why = Reason(rule="loses-rows", source="the database", message="loses 3 rows", answer=Answer.ASK)
    >>> raised(Allow(reasons=()), why, phrase="app").phrase
    'app'
    """
    if isinstance(verdict, Allow):
        return Ask(reasons=(*verdict.reasons, reason), phrase=phrase)
    return replace(verdict, reasons=(*verdict.reasons, reason))


def policy_name(command: str) -> str:
    """Return a command's name as the policy has it.

    >>> [policy_name(c) for c in ("seed reference", "seed dev", "seed reference dev", "env mark")]
    ['seed-reference', 'seed', 'seed', 'env-mark']
    """
    words = command.replace("-", " ").split()
    if words[:1] == ["seed"]:
        return "seed-reference" if words[1:] and set(words[1:]) == {"reference"} else "seed"
    return "-".join(words)


def _reasons(policy: Policy, command: str, facts: Facts) -> Iterator[Reason]:
    def reason(rule: str, source: str, message: str, answer: Answer) -> Reason:
        return Reason(rule=rule, source=source, message=message, answer=answer)

    if command in policy.files:
        yield reason("files", "the policy", f"{command} does not touch the database", Answer.ALLOW)
    elif facts.unreadable:
        yield reason("target", facts.url_from or "the target", facts.unreadable, Answer.REFUSE)
    elif command in policy.read:
        yield reason("reads", "the policy", f"{command} only reads, on a read-only connection", Answer.ALLOW)
    elif not any((standing, command) in policy.answers for standing in Standing):
        yield reason("unknown-command", "the policy", f"the policy does not name {command}", Answer.REFUSE)
    else:
        for sign in signs(policy, facts):
            yield reason(sign.rule, sign.source, sign.message, policy.answer(sign.standing, command))
        for message in contradiction(policy, facts):
            yield reason("mark-contradicted", "the database's mark", message, Answer.REFUSE)
        for message in unset_environment(policy, facts):
            yield reason("environment-unset", facts.why, message, Answer.ASK)
        for name in server_databases(policy, facts) if command == "drop" else ():
            yield reason("server-database", f"database {name}", f"{name} is the server's own database", Answer.REFUSE)
        for host, message in nuke_hosts(policy, facts) if command == "nuke" else ():
            yield reason("nuke-host", f"host {host}", message, Answer.REFUSE)


def _limits(policy: Policy, command: str, facts: Facts, answer: Answer) -> Iterator[Reason]:
    """Yield what the server's facts raise: from a limit on, what was allowed is asked, what is asked is refused."""
    if facts.activity is None or command not in policy.destroy:
        return
    for fact, limit in policy.limits.items():
        value = int(getattr(facts.activity, fact))
        if limit.refuse is not None and value >= limit.refuse:
            raised = Answer(min(answer + 1, Answer.REFUSE))
        elif limit.ask is not None and value >= limit.ask:
            raised = Answer.ASK
        else:
            continue
        message = _facts_in_words[fact].format(f"{value:,}")
        yield Reason(rule=fact, source="the server", message=message, answer=raised)


_facts_in_words = {
    "standby": "the server is a standby",
    "replicas": "{} standbys or subscribers stream from this server",
    "slots": "{} replication slots are on this database",
    "sessions": "{} sessions of others are in this database",
    "writers": "{} transactions of others are writing in it now",
    "size": "it has {} bytes, more than databases of developers have",
    "rows": "it has about {} rows, more than databases of developers have",
}


# What to do instead, by the reason that is hardest to get around.
_INSTEAD = {
    "target": "give a URL that libpq can read: postgresql://user@host:5432/database",
    "unknown-command": "dbtool --help lists the commands, dbtool guard table what each may do",
    "mark-contradicted": "if production is meant, say so: --env production",
    "variable": "run it where no variable says production: one that does has no override",
    "mark": "change production with a migration: dbtool new, dbtool migrate",
    "same-as-production": "change production with a migration: dbtool new, dbtool migrate",
    "environment": "change production with a migration: dbtool new, dbtool migrate",
    "protected": "change a protected environment with a migration: dbtool new, dbtool migrate",
    "nuke-host": "dbtool drop, on a database that is no production, and then dbtool migrate --create-database",
    "server-database": "dbtool nuke drops all that is in it; does the URL lack the name of a database?",
    "production-name": "give what is not production another name; or change it with a migration: dbtool new",
    "public-host": "if this is a development database, it can say so itself: dbtool env mark development",
}


def _instead(rules: Sequence[str], command: str) -> str:
    if command == "seed" and not {"target", "mark-contradicted"} & set(rules):
        return "dbtool seed reference: the one set that is for production as well"
    return next((text for rule, text in _INSTEAD.items() if rule in rules), "ask the others who use this database")
