"""What a scenario leaves standing for the command to look at, and what must be said of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.replication.bed import Bed

Said = tuple[str, str]  # a code and its severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A situation. Warnings and errors that are not expected here are wrong; of notes only the expected are compared."""

    url: str
    expected: frozenset[Said] = frozenset()
    subject: str = ""
    """What the expected causes must name: a slot, a standby, a table, a subscription."""
    evidence: tuple[str, ...] = ()
    """Words that must be in what is said: a pid, a gid, a user."""
    may: frozenset[str] = frozenset()
    """Codes that may be said as well, because they are true too."""
    never: frozenset[str] = frozenset()
    """Codes that must not be said, not even as a note."""
    arguments: tuple[str, ...] = ()
    may_break: frozenset[str] = frozenset()
    """Names of workers that end by what is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A function that makes a scene on a bed, and the majors that have it."""

    name: str
    make: Callable[[Bed], Scene]
    majors: range


SCENARIOS: dict[str, Scenario] = {}


def scenario(since: int = 14, until: int = 99) -> Callable[[Callable[[Bed], Scene]], Callable[[Bed], Scene]]:
    """Enter a function among the scenarios."""

    def enter(make: Callable[[Bed], Scene]) -> Callable[[Bed], Scene]:
        SCENARIOS[make.__name__] = Scenario(name=make.__name__, make=make, majors=range(since, until + 1))
        return make

    return enter


def says(*causes: str) -> frozenset[Said]:
    """Read "slot-lost error" as a code with its severity; * stands for a warning or an error."""
    return frozenset((code, severity) for code, severity in (cause.split() for cause in causes))


def differences(scene: Scene, causes: Iterable[Mapping[str, Any]], told: str) -> list[str]:
    """Return what is missing in an answer, and what is in it without being so."""
    said = [(cause["code"], cause["severity"], cause["subject"]) for cause in causes]
    wrong = [
        f"missing: {code} {severity}"
        for code, severity in sorted(scene.expected)
        if not _among(code, severity, scene.subject, said)
    ]
    known = {code for code, _ in scene.expected} | scene.may
    wrong += [
        f"not so: {code} {severity} of {subject}"
        for code, severity, subject in said
        if severity != "note" and code not in known
    ]
    wrong += [f"not so: {code} of {subject}" for code, _, subject in said if code in scene.never]
    wrong += [f"not told: {word}" for word in scene.evidence if word not in told]
    return [*wrong, f"said: {said}"] if wrong else []


def _among(code: str, severity: str, subject: str, said: list[tuple[str, str, str]]) -> bool:
    """Whether a cause was said of its subject; a note is of the server, and has another."""
    return any(
        code == c and (severity == s or (severity == "*" and s != "note")) and (severity == "note" or subject in about)
        for c, s, about in said
    )
