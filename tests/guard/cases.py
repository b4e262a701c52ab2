"""Reads cases.txt: what the guard must say, written down from its rules and not from its code."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("cases.txt")


@dataclass(frozen=True)
class Case:
    """One line: given these variables, this --env and this --url, what is said to the command."""

    line: int
    verdict: str
    command: str
    mark: str
    url: str
    environment: dict[str, str]
    env: str | None
    why: str

    def __str__(self) -> str:
        return f"line {self.line}"


def read_cases() -> list[Case]:
    """Return every case of the file."""
    cases: list[Case] = []
    for number, line in enumerate(FILE.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        verdict, command, mark, url, variables, why = (field.strip() for field in re.split(r" \|(?: |$)", line))
        words = [word.split("=", 1) for word in shlex.split(variables)]
        environment = {name: value for name, value in words if not name.startswith("--")}
        env = next((value for name, value in words if name == "--env"), None)
        cases.append(Case(number, verdict, command, mark, url, environment, env, why))
    return cases
