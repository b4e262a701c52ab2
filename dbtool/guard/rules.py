"""The rules of the guard: what a target's variables, names, hosts and mark say that it is. Pure.

Each gives a Sign: what the database is to be taken for, from what that was read, and why. docs/guards.md lists them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dbtool.address import Address
from dbtool.guard.facts import Facts
from dbtool.guard.names import Locality, Meaning, host_name, locality, matches, meaning, tidy
from dbtool.guard.policy import Policy, Standing


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that says what a database is."""

    rule: str
    source: str  # what it was read from
    message: str
    standing: Standing


def signs(policy: Policy, facts: Facts) -> Iterator[Sign]:
    """Yield all that says what the database is to be taken for; at least one."""
    yield _mark_and_host(policy, facts)
    yield from _variables(policy, facts)
    yield from _environment(policy, facts)
    yield from _names(policy, facts)
    yield from _where_from(policy, facts)
    yield from _same_address(policy, facts)


def contradiction(policy: Policy, facts: Facts) -> Iterator[str]:
    """Yield why it is not to be touched, where the mark says production and somebody said another environment."""
    agrees = facts.protected or meaning(facts.environment, policy.agreement) is Meaning.PRODUCTION
    if facts.named and not agrees and _mark_standing(policy, facts) is Standing.PRODUCTION:
        yield f"the database says that it is production, and {facts.environment} was said ({facts.why})"


def unset_environment(policy: Policy, facts: Facts) -> Iterator[str]:
    """Yield why it is to be asked, where nobody said which environment this is and the host is not this machine."""
    worst, host = worst_host(policy, facts)
    if (
        worst > Locality.LOCAL
        and not somebody_said(policy, facts)
        and _mark_standing(policy, facts) is not Standing.DEVELOPMENT
    ):
        yield f"nothing says which environment this is, and {host} is not this machine"


def somebody_said(policy: Policy, facts: Facts) -> bool:
    """Return whether the environment is named: by a flag, a variable of ours, or by any other that says development."""
    return facts.named or any(value_standing(policy, v.value) is Standing.DEVELOPMENT for v in facts.variables)


def nuke_hosts(policy: Policy, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield each host that is never nuked, and why."""
    for name in _host_names(facts):
        if pattern := matches(host_name(name), policy.nuke_hosts):
            yield name, f"nuke is never for a host like {pattern}, whatever its mark"


def server_databases(policy: Policy, facts: Facts) -> Iterator[str]:
    """Yield the name of each database that the server itself needs."""
    yield from dict.fromkeys(a.database for a in facts.addresses if a.database in policy.server_databases)


def names_production(policy: Policy, facts: Facts) -> bool:
    """Return whether somebody said, by a flag or a variable, that this environment is production."""
    return facts.named and value_standing(policy, facts.environment) is Standing.PRODUCTION


def value_standing(policy: Policy, value: str) -> Standing:
    """Return what an environment's name says: development, production, or a word that is not known."""
    word = tidy(value)
    words = replace(policy.words, production=policy.words.production | policy.production_values)
    if word in policy.production_values:
        return Standing.PRODUCTION
    if word in policy.development_values:
        return Standing.DEVELOPMENT
    return Standing.PRODUCTION if meaning(value, words) is Meaning.PRODUCTION else Standing.UNCERTAIN


def worst_host(policy: Policy, facts: Facts) -> tuple[Locality, str]:
    """Return the farthest of the hosts that libpq may connect to, and its name."""
    names = [*_host_names(facts), *facts.reached] or [""]
    if facts.activity and facts.activity.provider:
        return Locality.PUBLIC, names[0] or "the local socket"
    private, managed = policy.private_hosts, policy.managed_hosts
    worst, name = max(((locality(name, private=private, managed=managed), name) for name in names), key=lambda p: p[0])
    return worst, name or "the local socket"


def _mark_and_host(policy: Policy, facts: Facts) -> Sign:
    """Return what the mark and the host make of a database: the table at the top of docs/guards.md."""
    mark = facts.mark.environment if facts.mark else ""
    if facts.embedded and not mark:
        own = "the embedded server is this project's own"
        return Sign("embedded", facts.url_from, own, Standing.DEVELOPMENT)
    standing = _mark_standing(policy, facts)
    if standing is Standing.PRODUCTION:
        return Sign("mark", "the database's mark", "the database says of itself that it is production", standing)
    worst, host = worst_host(policy, facts)
    where = f"{host} is {_where(policy, facts, worst, host)}"
    if standing is Standing.DEVELOPMENT:
        marked = f"the database is marked {mark}, and {where}"
        if worst is Locality.PUBLIC:
            return Sign("public-host", f"host {host}", marked, Standing.UNCERTAIN)
        return Sign("mark", "the database's mark", marked, standing)
    said = f"is marked {mark}" if mark else _why_unmarked(facts)
    if worst is Locality.PUBLIC:
        message = f"{where}, and the database {said}: taken for production"
        return Sign("public-host", f"host {host}", message, Standing.PRODUCTION)
    tunnel = ": it may be a tunnel" if worst is Locality.LOCAL else ""
    return Sign("unmarked", f"host {host}", f"the database {said}; {where}{tunnel}", Standing.UNCERTAIN)


def _where(policy: Policy, facts: Facts, worst: Locality, host: str) -> str:
    if facts.activity and facts.activity.provider:
        return f"a managed provider's server: it has the superuser {facts.activity.provider}"
    if pattern := matches(host_name(host), policy.managed_hosts):
        return f"a managed provider's host ({pattern})"
    return {Locality.LOCAL: "this machine", Locality.PRIVATE: "in a private network"}.get(worst, "a public host")


def _why_unmarked(facts: Facts) -> str:
    if facts.mark is None:
        return "is not known to be marked"
    if facts.mark.foreign:
        return f"has the mark ({facts.mark.foreign}) of another database, as a copy has: it is not marked"
    return "is not marked"


def _mark_standing(policy: Policy, facts: Facts) -> Standing | None:
    mark = facts.mark.environment if facts.mark else ""
    return value_standing(policy, mark) if mark else None


def _variables(policy: Policy, facts: Facts) -> Iterator[Sign]:
    for variable in facts.variables:
        source = f"{variable.name} of {variable.source}"
        standing = value_standing(policy, variable.value)
        if standing is Standing.PRODUCTION:
            yield Sign("variable", source, f"{variable.name}={variable.value} means production", standing)
        elif standing is Standing.UNCERTAIN:
            message = f"{variable.name}={variable.value} is no word for development"
            yield Sign("unknown-word", source, message, standing)


def _environment(policy: Policy, facts: Facts) -> Iterator[Sign]:
    name = facts.environment
    if facts.protected:
        yield Sign("protected", "dbtool.toml", f"environment {name} is marked protected", Standing.PRODUCTION)
    if facts.by_flag:  # what a variable said, its own rule tells
        standing = value_standing(policy, name)
        if standing is Standing.PRODUCTION:
            yield Sign("environment", facts.why, f"environment {name} means production", standing)
        elif standing is Standing.UNCERTAIN:
            yield Sign("unknown-word", facts.why, f"environment {name} is no word for development", standing)


def _names(policy: Policy, facts: Facts) -> Iterator[Sign]:
    named = [("host", name) for name in _host_names(facts)]
    named += [("database", address.database) for address in facts.addresses]
    for kind, name in dict.fromkeys(named):
        means = meaning(host_name(name) if kind == "host" else name, policy.words)
        source = f"{kind} {name}"
        if means is Meaning.PRODUCTION:
            yield Sign("production-name", source, f"the {source} is named like production", Standing.PRODUCTION)
        elif means is Meaning.DOUBTFUL:
            yield Sign("doubtful-name", source, f"the name of the {source} may mean production", Standing.UNCERTAIN)


def _where_from(policy: Policy, facts: Facts) -> Iterator[Sign]:
    """Yield what the variable is called that the URL comes from, and where two URLs name different databases."""
    variable = re.match(r"(\w+) (?:of the process|in \S+)$", facts.url_from)
    if variable and meaning(variable[1], policy.words) is not Meaning.NOTHING:
        message = f"the URL comes from a variable called {variable[1]}"
        yield Sign("doubtful-name", facts.url_from, message, Standing.UNCERTAIN)
    databases = list(dict.fromkeys(address.database for address in facts.addresses))
    if len(databases) > 1:
        message = f"the URL names the database {databases[0]}, and the direct URL {databases[1]}"
        yield Sign("direct-url", facts.url_from, message, Standing.UNCERTAIN)


def _same_address(policy: Policy, facts: Facts) -> Iterator[Sign]:
    """Yield where the project itself calls this very database production, under another environment."""
    here = {place for address in facts.addresses for place in _places(policy, address)}
    for other in facts.elsewhere:
        production = other.protected or value_standing(policy, other.environment) is Standing.PRODUCTION
        if production and here & set(_places(policy, other.address)):
            message = f"environment {other.environment} of this project is this very database"
            yield Sign("same-as-production", f"environment {other.environment}", message, Standing.PRODUCTION)
            return


def _places(policy: Policy, address: Address) -> Iterator[tuple[str, str, str]]:
    for host in address.hosts:
        for name in {host.name, host.address} - {""} or {""}:
            local = locality(name, private=policy.private_hosts, managed=policy.managed_hosts) is Locality.LOCAL
            yield "this machine" if local else host_name(name), host.port, address.database


def _host_names(facts: Facts) -> list[str]:
    return list(dict.fromkeys(name for address in facts.addresses for name in _names_of(address)))


def _names_of(address: Address) -> Iterator[str]:
    for host in address.hosts:
        if host.address:
            yield host.address
        if host.name or not host.address:
            yield host.name
