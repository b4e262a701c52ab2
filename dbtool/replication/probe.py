"""The answer for monitoring: one line with performance data, and the exit codes 0, 1, 2, 3. Pure.

https://www.monitoring-plugins.org/doc/guidelines.html
"""

from collections.abc import Iterator, Sequence

from dbtool.errors import UsageError
from dbtool.finding import Severity
from dbtool.replication.cause import Cause
from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.replication.state import Limits, state_of
from dbtool.replication.verdict import causes_of
from dbtool.report import counted, seconds, sized
from dbtool.toml import parse_duration, parse_size

UNKNOWN = 3
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_KEYS = ("share", "size", "age", "loss")


def thresholds(option: str, given: str | None) -> dict[str, float]:
    """Return thresholds such as "share=80,size=10GB,age=5min,loss=1h" in shares, bytes and seconds.

    Raises UsageError.

    >>> thresholds("--critical", "share=80, age=5min")
    {'share': 0.8, 'age': 300.0}
    """
    found: dict[str, float] = {}
    for part in (given or "").split(","):
        if not part.strip():
            continue
        key, _, text = (word.strip() for word in part.partition("="))
        try:
            if key == "share":
                found[key] = int(text.removesuffix("%")) / 100 if text.removesuffix("%").isdigit() else _no_share(text)
            elif key == "size":
                found[key] = parse_size(text)
            elif key in ("age", "loss"):
                found[key] = parse_duration(text) / 1000
            else:
                raise ValueError("one of " + ", ".join(_KEYS))
        except ValueError as error:
            raise UsageError(
                f"{option} {part.strip()}: expected {error}",
                hint=f"{option} share=80,size=10GB,age=5min,loss=1h: of the limit, retained, behind, until lost",
            ) from None
    return found


def _no_share(text: str) -> float:
    raise ValueError(f"a whole number of percent, found {text!r}")


def probe(
    measured: Sequence[Measured],
    causes: Sequence[Cause],
    facts: Facts,
    *,
    limits: Limits,
    warning: dict[str, float],
    critical: dict[str, float],
) -> tuple[int, str]:
    """Return the exit code and the line: the worst slots first, then the performance data of all."""
    judged = [(_level(m, causes, warning, critical), m) for m in measured]
    level = max((level for level, _ in judged), default=0)
    worst = [_words(m, facts, limits) for one, m in judged if one == level]
    said = "; ".join(worst) if level else f"{counted(len(measured), 'slot')}, all are well"
    data = " ".join(piece for m in measured for piece in _performance(m, facts, warning, critical))
    return level, f"SLOTS {_WORDS[level]} - {said}" + (f" | {data}" if data else "")


def unknown(why: str) -> str:
    """Return the line of what could not be asked."""
    return f"SLOTS {_WORDS[UNKNOWN]} - {' '.join(why.split())}"


def _level(m: Measured, causes: Sequence[Cause], warning: dict[str, float], critical: dict[str, float]) -> int:
    severities = {cause.severity for cause in causes_of(m, causes)}
    by_cause = 2 if Severity.ERROR in severities else 1 if Severity.WARNING in severities else 0
    return max(by_cause, 2 if _beyond(m, critical) else 1 if _beyond(m, warning) else 0)


def _beyond(m: Measured, limit: dict[str, float]) -> bool:
    over = (("share", m.share), ("size", m.retained), ("age", m.lag_seconds))
    if any(key in limit and value is not None and value >= limit[key] for key, value in over):
        return True
    return "loss" in limit and m.seconds_to_loss is not None and m.seconds_to_loss <= limit["loss"]


def _words(m: Measured, facts: Facts, limits: Limits) -> str:
    of_limit = f" ({m.share * 100:.0f} %)" if m.share is not None else ""
    loss = f", lost in {seconds(m.seconds_to_loss)}" if m.seconds_to_loss is not None else ""
    return f"{m.slot.name} {state_of(m, facts, limits)}, retains {sized(m.retained or 0)}{of_limit}{loss}"


def _performance(m: Measured, facts: Facts, warning: dict[str, float], critical: dict[str, float]) -> Iterator[str]:
    """Yield 'label'=value[unit];warning;critical;least;most of each measure that is known."""
    most = "" if facts.limit is None else str(facts.limit)
    rows = (
        ("retained", m.retained, "B", "size", most),
        ("lag", m.lag, "B", "", ""),
        ("share", None if m.share is None else round(m.share * 100, 1), "%", "share", ""),
        ("age", None if m.lag_seconds is None else round(m.lag_seconds, 1), "s", "age", ""),
    )
    for name, value, unit, key, top in rows:
        if value is not None:
            factor = 100 if key == "share" else 1
            bounds = [f"{limit[key] * factor:g}" if key in limit else "" for limit in (warning, critical)]
            yield f"'{m.slot.name}_{name}'={value}{unit};{bounds[0]};{bounds[1]};0;{top}".rstrip(";")
