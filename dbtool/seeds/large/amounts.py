"""How much is seeded, and how: flags, SEED_ variables, .env files, the defaults of the files -> Amounts."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from dbtool.errors import UsageError
from dbtool.spelling import close_words
from dbtool.target import read_dotenv

BATCH = 1000  # rows written by one statement and one commit
CONNECTIONS = 20
MOST = 10**15  # as a seed number: files multiply it, and stay within a bigint
_OWN = {"SEED_BATCH_SIZE": BATCH, "SEED_MAX_CONNECTIONS": CONNECTIONS, "SEED_NUMBER": 1}
_ANY_TOTAL = "ALLOW_CUSTOM_SEED_TOTAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What a run is made with: the files' variables, rows a part, connections at most, and the seed number."""

    variables: Mapping[str, int]
    batch: int = BATCH
    connections: int = CONNECTIONS
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said on the command line: values by variable, ``scale`` as it was written."""

    values: Mapping[str, int]
    scale: str = "1"
    any_total: bool = False
    fresh: bool = False

    @property
    def anything(self) -> bool:
        """Whether something was said that only a large set takes."""
        return bool(self.values) or self.scale != "1" or self.any_total or self.fresh


def read_amounts(said: Said, declared: Mapping[str, int], *, root: Path, environment: str) -> Amounts:
    """Return the amounts for files that declare these variables, by flag, process, .env files, default. Reads files.

    Raises UsageError for what is no number, a variable that no file has, and a total that is not the set's own.
    """
    unknown = [name for name in said.values if name not in declared and name not in _OWN]
    if unknown:
        close = close_words(unknown[0], declared)
        raise UsageError(
            f"no file of the set has rows {unknown[0]}; there are: {', '.join(declared) or 'none'}",
            hint=f"did you mean {close[0]}?" if close else "a file says it: -- dbtool: rows NAME = 1000",
        )
    files = [root / name for name in (f".env.{environment}.local", f".env.{environment}", ".env")]
    found = {name: _found(name, default, said, files) for name, default in (_OWN | dict(declared)).items()}
    variables = {name: found[name] for name in declared}
    if not (said.any_total or _flag(_ANY_TOTAL, files)):
        _refuse_total(variables, declared)
    scale = parse_scale(said.scale)
    for name in ("SEED_BATCH_SIZE", "SEED_MAX_CONNECTIONS"):
        if found[name] < 1:
            raise UsageError(f"{name} must be a whole number from 1, found {found[name]}")
    if not 0 <= found["SEED_NUMBER"] <= MOST:
        raise UsageError(f"SEED_NUMBER must be a whole number from 0 to {MOST:,}, found {found['SEED_NUMBER']}")
    return Amounts(
        variables={name: int((value * scale).to_integral_value()) for name, value in variables.items()},
        batch=found["SEED_BATCH_SIZE"],
        connections=found["SEED_MAX_CONNECTIONS"],
        number=found["SEED_NUMBER"],
    )


def parse_scale(text: str) -> Decimal:
    """Return by what the rows are multiplied. Raises UsageError.

    >>> parse_scale("0.01")
    Decimal('0.01')
    """
    scale = Decimal(text) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?|\.[0-9]{1,6}", text) else Decimal(0)
    if not 0 < scale <= 1000:
        raise UsageError(f"--scale must be a number such as 0.01 or 10, at most 1000; found {text}")
    return scale


def parse_assignments(words: Sequence[str]) -> dict[str, int]:
    """Return what ``--set NAME=ROWS`` said. Raises UsageError.

    >>> parse_assignments(["SEED_ORDERS=10_000"])
    {'SEED_ORDERS': 10000}
    """
    found: dict[str, int] = {}
    for word in words:
        name, _, value = word.partition("=")
        found[name.strip()] = _whole(value, f"--set {name}")
    return found


def _found(name: str, default: int, said: Said, files: list[Path]) -> int:
    if name in said.values:
        return said.values[name]
    text, where = _variable(name, files)
    return _whole(text, f"{name} ({where})") if text else default


def _variable(name: str, files: list[Path]) -> tuple[str, str]:
    if text := os.environ.get(name, "").strip():
        return text, "of the process"
    for file in files:
        if text := (read_dotenv(file).get(name) or "").strip():
            return text, f"in {file.name}"
    return "", ""


def _flag(name: str, files: list[Path]) -> bool:
    text, where = _variable(name, files)
    if text.lower() not in ("", "0", "false", "no", "1", "true", "yes"):
        raise UsageError(f"{name} ({where}) must be true or false, found {text!r}")
    return text.lower() in ("1", "true", "yes")


def _whole(text: str, what: str) -> int:
    if not re.fullmatch(r"[0-9][0-9_]{0,17}", text.strip()):
        raise UsageError(f"{what} must be a whole number of rows, found {text!r}")
    return int(text)


def _refuse_total(variables: Mapping[str, int], declared: Mapping[str, int]) -> None:
    total, own = sum(variables.values()), sum(declared.values())
    if total != own:
        sum_ = " + ".join(f"{name} {value:,}" for name, value in variables.items())
        raise UsageError(
            f"{sum_} = {total:,}, and the set has {own:,} in all",
            hint=f"let them add up to {own:,}; or say that it is meant: --allow-custom-total, {_ANY_TOTAL}=true; "
            "or take them all larger or smaller: --scale 0.1",
        )
