"""policy.toml -> Policy: the built-in one and the project's, the stricter of each entry.

The project's safety/policy.toml can tighten and never loosen: an entry that would allow more, take a pattern away or
raise a limit is a mistake in that file, told with its key and line.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path
from typing import Any, cast

from dbtool.config import Project
from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.guard.names import Words, tidy
from dbtool.spelling import close_words
from dbtool.toml import key_lines, read_toml


class Answer(IntEnum):
    """What the policy says to a command; the greater one is the stricter."""

    ALLOW = 0
    ASK = 1
    REFUSE = 2


class Standing(IntEnum):
    """What the database is taken for; the greater one is the stricter."""

    DEVELOPMENT = 0
    UNCERTAIN = 1
    PRODUCTION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From ``ask`` on, what was allowed is asked; from ``refuse`` on, what would be asked is refused."""

    ask: int | None = None
    refuse: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is allowed. As it is made it names nothing, and what is not named is refused."""

    answers: Mapping[tuple[Standing, str], Answer] = field(default_factory=dict[tuple[Standing, str], Answer])
    sources: Mapping[tuple[Standing, str], str] = field(default_factory=dict[tuple[Standing, str], str])
    hazards: Mapping[Standing, frozenset[str]] = field(default_factory=dict[Standing, frozenset[str]])
    destroy: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    variables: tuple[str, ...] = ()
    production_values: frozenset[str] = frozenset()
    development_values: frozenset[str] = frozenset()
    words: Words = field(default_factory=Words)
    agreement: Words = field(default_factory=Words)  # names of environments that agree with a mark of production
    private_hosts: tuple[str, ...] = ()
    managed_hosts: tuple[str, ...] = ()
    nuke_hosts: tuple[str, ...] = ()
    server_databases: frozenset[str] = frozenset()
    limits: Mapping[str, Limit] = field(default_factory=dict[str, Limit])
    overridable: frozenset[str] = frozenset()
    automation: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()

    def answer(self, standing: Standing, command: str) -> Answer:
        """Return what may be done with a database of this standing; what is not named is refused."""
        return self.answers.get((standing, command), Answer.REFUSE)


PROJECT_FILE = Path("safety") / "policy.toml"
_BUILT_IN = Path(__file__).parents[1] / "policy.toml"
_standings = {standing.name.lower(): standing for standing in Standing}
# Words may be added to these lists, and make the guard see more; the others are not for a project to change.
_lists = {
    ("variables", "names"): "variables",
    ("variables", "production"): "production_values",
    ("names", "production"): "production",
    ("names", "beside"): "beside",
    ("names", "doubtful"): "doubtful",
    ("hosts", "managed"): "managed_hosts",
    ("nuke", "hosts"): "nuke_hosts",
    ("names", "server"): "server_databases",
    ("commands", "destroy"): "destroy",
    ("asking", "automation"): "automation",
    ("asking", "agents"): "agents",
}


def read_policy(project: Project) -> Policy:
    """Return the built-in policy, tightened by the project's safety/policy.toml where there is one. Reads files.

    Raises BadFile with every entry of the project's file that is unknown, or would allow more.
    """
    policy = built_in()
    file = project.root / PROJECT_FILE
    return _tightened(policy, file) if os.path.lexists(file) else policy


def built_in() -> Policy:
    """Return the policy that comes with dbtool. Reads its file."""
    import tomllib

    raw: dict[str, Any] = tomllib.loads(_BUILT_IN.read_text(encoding="utf-8"))
    answers = {
        (standing, command): Answer[answer.upper()]
        for name, standing in _standings.items()
        for command, answer in raw[name].items()
    }
    words = Words(**{key: frozenset(raw["names"][key]) for key in Words.__slots__})
    production = frozenset(raw["variables"]["production"])
    return Policy(
        answers=answers,
        sources=dict.fromkeys(answers, "the built-in policy"),
        destroy=frozenset(raw["commands"]["destroy"]),
        read=frozenset(raw["commands"]["read"]),
        files=frozenset(raw["commands"]["files"]),
        variables=tuple(raw["variables"]["names"]),
        production_values=production,
        development_values=frozenset(raw["variables"]["development"]),
        words=words,
        agreement=replace(words, production=words.production | production),
        private_hosts=tuple(raw["hosts"]["private"]),
        managed_hosts=tuple(raw["hosts"]["managed"]),
        nuke_hosts=tuple(raw["nuke"]["hosts"]),
        server_databases=frozenset(raw["names"]["server"]),
        limits={fact: Limit(**limit) for fact, limit in raw["facts"].items()},
        overridable=frozenset(raw["override"]["rules"]),
        automation=tuple(raw["asking"]["automation"]),
        agents=tuple(raw["asking"]["agents"]),
    )


def tightened(policy: Policy, raw: Mapping[str, Any], source: str) -> tuple[Policy, list[tuple[str, str]]]:
    """Return *policy* with the entries of a project's file, and what is wrong with them: key and message. Pure.

    What is wrong changes nothing: the result is never looser than *policy*.
    """
    wrong: list[tuple[str, str]] = []
    for section, value in raw.items():
        if section == "lint":
            continue  # read by dbtool/lint/allow.py: what it allows, the guard does not ask about
        if not isinstance(value, dict):
            wrong.append((section, "is not a section that dbtool knows: expected [" + "], [".join(_sections) + "]"))
            continue
        for key, entry in cast(dict[str, Any], value).items():
            try:
                policy = _entry(policy, section, key, entry, source)
            except ValueError as error:
                wrong.append((f"{section}.{key}", str(error)))
    return policy, wrong


_sections = (*_standings, "commands", "variables", "names", "hosts", "nuke", "facts", "override", "asking")


def _tightened(policy: Policy, file: Path) -> Policy:
    text, raw = read_toml(file)
    policy, wrong = tightened(policy, raw, str(PROJECT_FILE))
    if wrong:
        lines = key_lines(text)
        places = [Place(path=file, line=_line(lines, key)) for key, _ in wrong]
        messages = zip(places, wrong, strict=True)
        raise BadFile(*(Finding(id="policy", message=f"{key} {what}", place=place) for place, (key, what) in messages))
    return policy


def _entry(policy: Policy, section: str, key: str, entry: Any, source: str) -> Policy:
    if section in _standings:
        return _standing_entry(policy, _standings[section], key, entry, source)
    if section == "facts":
        return _fact_entry(policy, key, entry)
    if (section, key) == ("override", "rules"):
        return _override_entry(policy, entry)
    name = _lists.get((section, key))
    if name is None:
        close = close_words(f"{section}.{key}", [f"{s}.{k}" for s, k in _lists])
        raise ValueError("is not a key that dbtool knows here" + (f": did you mean {close[0]}?" if close else ""))
    added = _texts(entry)
    if name in Words.__slots__:
        if several := [word for word in added if not word.isalpha()]:
            raise ValueError(f"must be single words of letters, found {several[0]!r}")
        words = frozenset(word.casefold() for word in added)
        return replace(policy, words=replace(policy.words, **{name: getattr(policy.words, name) | words}))
    if section == "variables" and key == "production":
        added = [tidy(word) for word in added]
    if section in ("hosts", "nuke"):
        added = [word if "/" in word else word.casefold() for word in added]  # as host names are compared
    kept = getattr(policy, name)
    together = (*kept, *(word for word in added if word not in kept))
    return replace(policy, **{name: frozenset(together) if isinstance(kept, frozenset) else together})


def _standing_entry(policy: Policy, standing: Standing, key: str, entry: Any, source: str) -> Policy:
    if key == "refuse":
        hazards = policy.hazards.get(standing, frozenset()) | frozenset(_texts(entry))
        return replace(policy, hazards={**policy.hazards, standing: hazards})
    known = {command for _, command in policy.answers}
    if key not in known:
        close = close_words(key, known)
        raise ValueError("is no command of the policy" + (f": did you mean {close[0]}?" if close else ""))
    if not isinstance(entry, str) or entry.upper() not in Answer.__members__:
        raise ValueError(f'must be "ask" or "refuse", found {entry!r}')
    wanted, now = Answer[entry.upper()], policy.answer(standing, key)
    if wanted < now:
        raise ValueError(f'would loosen the policy: it says "{now.name.lower()}", found "{entry}"')
    if wanted == now:
        return policy
    place = (standing, key)
    return replace(policy, answers={**policy.answers, place: wanted}, sources={**policy.sources, place: source})


def _fact_entry(policy: Policy, key: str, entry: Any) -> Policy:
    now = policy.limits.get(key)
    if now is None:
        raise ValueError("is no fact that is looked at; they are: " + ", ".join(policy.limits))
    limits = cast(dict[str, Any], entry) if isinstance(entry, dict) else {}
    if not limits or not all(k in ("ask", "refuse") and type(v) is int and v >= 0 for k, v in limits.items()):
        raise ValueError(f"must be {{ ask = NUMBER, refuse = NUMBER }}, found {entry!r}")
    for name, limit in limits.items():
        kept = getattr(now, name)
        if kept is not None and limit > kept:
            raise ValueError(f"would loosen the policy: {name} is {kept}, found {limit}")
    return replace(policy, limits={**policy.limits, key: replace(now, **limits)})


def _override_entry(policy: Policy, entry: Any) -> Policy:
    rules = frozenset(_texts(entry))
    if added := rules - policy.overridable:
        raise ValueError(f"would loosen the policy: {', '.join(sorted(added))} cannot be overridden")
    return replace(policy, overridable=rules)


def _texts(entry: Any) -> list[str]:
    found = cast(list[Any], entry) if isinstance(entry, list) else None
    if found is None or not all(isinstance(item, str) and item for item in found):
        raise ValueError(f"must be a list of texts, found {entry!r}")
    return cast(list[str], found)


def _line(lines: Mapping[str, int], dotted: str) -> int:
    """Return the line of an entry: of itself, of a part of it, or of the nearest thing around it that has one."""
    for key, line in lines.items():
        if key == dotted or key.startswith(f"{dotted}."):
            return line
    return _line(lines, dotted.rpartition(".")[0]) if "." in dotted else 1
