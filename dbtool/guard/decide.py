"""decide(policy, command, facts) -> Allow | Ask | Refuse. Pure and total: each rule gives a reason, the strictest wins.

A rule says what the database is to be taken for (its standing) or answers by itself; the policy says what the
command may do with a database of that standing. No rule makes anything easier, except the database's own mark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dbtool.address import Address
from dbtool.guard.facts import Facts
from dbtool.guard.names import Locality, Meaning, host_name, locality, matches, meaning, tidy
from dbtool.guard.policy import Answer, Policy, Standing


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
    if command in policy.files:
        yield _plain("files", "the policy", f"{command} does not touch the database", Answer.ALLOW)
        return
    if facts.unreadable:
        yield _plain("target", facts.url_from or "the target", facts.unreadable, Answer.REFUSE)
        return
    if command in policy.read:
        yield _plain("reads", "the policy", f"{command} only reads, on a read-only connection", Answer.ALLOW)
        return
    if not any((standing, command) in policy.answers for standing in Standing):
        yield _plain("unknown-command", "the policy", f"the policy does not name {command}", Answer.REFUSE)
        return

    def standing(rule: str, source: str, message: str, value: Standing) -> Reason:
        return _plain(rule, source, message, policy.answer(value, command))

    worst, host = worst_host(policy, facts)
    yield standing(*_base(policy, facts, worst, host))
    for found in (*_variables(policy, facts), *_environment(policy, facts), *_names(policy, facts)):
        yield standing(*found)
    if facts.mark and facts.mark.environment and _means_production(policy, facts.mark.environment):
        agrees = facts.protected or meaning(facts.environment, policy.agreement) is Meaning.PRODUCTION
        if facts.named and not agrees:
            message = f"the database says that it is production, and {facts.environment} was said ({facts.why})"
            yield _plain("mark-contradicted", "the database's mark", message, Answer.REFUSE)
    elif worst > Locality.LOCAL and not facts.named and not _marked_development(policy, facts):
        message = f"nothing says which environment this is, and {host} is not this machine"
        yield _plain("environment-unset", facts.why, message, Answer.ASK)
    if command == "nuke":
        for name in _host_names(facts):
            if pattern := matches(host_name(name), policy.nuke_hosts):
                message = f"nuke is never for a host like {pattern}, whatever its mark"
                yield _plain("nuke-host", f"host {name}", message, Answer.REFUSE)


_Standing = tuple[str, str, str, Standing]  # rule, source, message, what the database is taken for


def _base(policy: Policy, facts: Facts, worst: Locality, host: str) -> _Standing:
    """Return what the mark and the host make of a database: the table of DESIGN.md, section 7."""
    mark = facts.mark.environment if facts.mark else ""
    where = {Locality.LOCAL: "this machine", Locality.PRIVATE: "in a private network"}.get(worst, "a public host")
    if facts.embedded and not mark:
        return "embedded", facts.url_from, "the embedded server is this project's own", Standing.DEVELOPMENT
    marks = value_standing(policy, mark) if mark else None
    if marks is Standing.PRODUCTION:
        return "mark", "the database's mark", "the database says of itself that it is production", Standing.PRODUCTION
    public = "public-host", f"host {host}"
    if marks is Standing.DEVELOPMENT:
        if worst is Locality.PUBLIC:
            return *public, f"the database is marked {mark}, and {host} is {where}", Standing.UNCERTAIN
        return "mark", "the database's mark", f"the database is marked {mark}, and {host} is {where}", marks
    said = f"is marked {mark}" if mark else _why_unmarked(facts)
    if worst is Locality.PUBLIC:
        return *public, f"{host} is {where}, and the database {said}: taken for production", Standing.PRODUCTION
    tunnel = ": it may be a tunnel" if worst is Locality.LOCAL else ""
    return "unmarked", f"host {host}", f"the database {said}; {host} is {where}{tunnel}", Standing.UNCERTAIN


def _why_unmarked(facts: Facts) -> str:
    if facts.mark is None:
        return "is not known to be marked"
    if facts.mark.foreign:
        return f"has the mark ({facts.mark.foreign}) of another database, as a copy has: it is not marked"
    return "is not marked"


def _variables(policy: Policy, facts: Facts) -> Iterator[_Standing]:
    for variable in facts.variables:
        source = f"{variable.name} of {variable.source}"
        kind = value_standing(policy, variable.value)
        if kind is Standing.PRODUCTION:
            yield "variable", source, f"{variable.name}={variable.value} means production", kind
        elif kind is Standing.UNCERTAIN:
            yield "unknown-word", source, f"{variable.name}={variable.value} is no word for development", kind


def _environment(policy: Policy, facts: Facts) -> Iterator[_Standing]:
    if facts.protected:
        message = f"environment {facts.environment} is marked protected"
        yield "protected", "dbtool.toml", message, Standing.PRODUCTION
    if facts.by_flag:
        kind = value_standing(policy, facts.environment)
        if kind is Standing.PRODUCTION:
            yield "environment", facts.why, f"environment {facts.environment} means production", kind
        elif kind is Standing.UNCERTAIN:
            yield "unknown-word", facts.why, f"environment {facts.environment} is no word for development", kind


def value_standing(policy: Policy, value: str) -> Standing:
    """Return what an environment's name says: development, production, or a word that is not known."""
    word = tidy(value)
    if word in policy.production_values:
        return Standing.PRODUCTION
    if word in policy.development_values:
        return Standing.DEVELOPMENT
    words = replace(policy.words, production=policy.words.production | policy.production_values)
    if meaning(value, words) is Meaning.PRODUCTION:
        return Standing.PRODUCTION
    return Standing.UNCERTAIN


def _names(policy: Policy, facts: Facts) -> Iterator[_Standing]:
    named = [("host", name) for name in _host_names(facts)]
    named += [("database", address.database) for address in facts.addresses]
    for kind, name in dict.fromkeys(named):
        found = meaning(host_name(name) if kind == "host" else name, policy.words)
        if found is Meaning.PRODUCTION:
            yield (
                "production-name",
                f"{kind} {name}",
                f"the {kind} {name} is named like production",
                Standing.PRODUCTION,
            )
        elif found is Meaning.DOUBTFUL:
            yield (
                "doubtful-name",
                f"{kind} {name}",
                f"the name of the {kind} {name} may mean production",
                Standing.UNCERTAIN,
            )


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
        yield _plain(fact, "the server", _facts_in_words[fact].format(f"{value:,}"), raised)


_facts_in_words = {
    "standby": "the server is a standby",
    "replicas": "{} standbys or subscribers stream from this server",
    "slots": "{} replication slots are on this database",
    "sessions": "{} sessions of others are in this database",
    "writers": "{} transactions of others are writing in it now",
    "size": "it has {} bytes, more than databases of developers have",
    "rows": "it has about {} rows, more than databases of developers have",
}


def worst_host(policy: Policy, facts: Facts) -> tuple[Locality, str]:
    """Return the farthest of the hosts that libpq may connect to, and its name."""
    names = [*_host_names(facts), *facts.reached]
    hosts = policy.private_hosts, policy.managed_hosts
    found = [(locality(name, private=hosts[0], managed=hosts[1]), name) for name in names] or [(Locality.LOCAL, "")]
    worst, name = max(found, key=lambda pair: pair[0])
    return worst, name or "the local socket"


def _host_names(facts: Facts) -> list[str]:
    return list(dict.fromkeys(name for address in facts.addresses for name in _names_of(address)))


def _names_of(address: Address) -> Iterator[str]:
    for host in address.hosts:
        if host.address:
            yield host.address
        if host.name or not host.address:
            yield host.name


def names_production(policy: Policy, facts: Facts) -> bool:
    """Return whether somebody said, by a flag or a variable, that this environment is production."""
    return facts.named and _means_production(policy, facts.environment)


def _means_production(policy: Policy, name: str) -> bool:
    return value_standing(policy, name) is Standing.PRODUCTION


def _marked_development(policy: Policy, facts: Facts) -> bool:
    mark = facts.mark.environment if facts.mark else ""
    return bool(mark) and value_standing(policy, mark) is Standing.DEVELOPMENT


def _plain(rule: str, source: str, message: str, answer: Answer) -> Reason:
    return Reason(rule=rule, source=source, message=message, answer=answer)


# What to do instead, by the reason that is hardest to get around.
_INSTEAD = {
    "target": "give a URL that libpq can read: postgresql://user@host:5432/database",
    "unknown-command": "dbtool --help lists the commands, dbtool guard table what each may do",
    "mark-contradicted": "if production is meant, say so: --env production",
    "variable": "run it where no variable says production: one that does has no override",
    "mark": "change production with a migration: dbtool new, dbtool migrate",
    "environment": "change production with a migration: dbtool new, dbtool migrate",
    "protected": "change a protected environment with a migration: dbtool new, dbtool migrate",
    "nuke-host": "dbtool drop, on a database that is no production, and then dbtool migrate --create-database",
    "production-name": "give what is not production another name; or change it with a migration: dbtool new",
    "public-host": "if this is a development database, it can say so itself: dbtool env mark development",
}


def _instead(rules: Sequence[str], command: str) -> str:
    if command == "seed" and not {"target", "mark-contradicted"} & set(rules):
        return "dbtool seed reference: the one set that is for production as well"
    return next((text for rule, text in _INSTEAD.items() if rule in rules), "ask the others who use this database")
