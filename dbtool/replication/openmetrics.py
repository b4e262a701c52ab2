"""Slots as metrics, for a textfile collector. Pure.

OpenMetrics text format 1.0, in the part of it that the older Prometheus format reads as well: gauges alone.
"""

from collections.abc import Callable, Sequence

from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.replication.state import Limits, state_of

Value = Callable[[Measured], float | None]


def openmetrics(measured: Sequence[Measured], facts: Facts, limits: Limits) -> str:
    """Return all measures as text."""
    lines: list[str] = []
    for name, unit, told, value in _METRICS:
        full = f"dbtool_slot_{name}{f'_{unit}' if unit else ''}"
        lines += _head(full, unit, told)
        lines += [f"{full}{_labels(m)} {_number(found)}" for m in measured if (found := value(m)) is not None]
    lines += _head("dbtool_slot_state", "", "How the slot is doing, as a label.")
    lines += [f"dbtool_slot_state{_labels(m, state=str(state_of(m, facts, limits)))} 1" for m in measured]
    lines += _head("dbtool_wal_position_bytes", "bytes", "The current position in the write-ahead log.")
    return "\n".join([*lines, f"dbtool_wal_position_bytes {facts.lsn}", "# EOF"])


def _whole(value: int | None) -> float | None:
    return None if value is None else float(value)


_METRICS: tuple[tuple[str, str, str, Value], ...] = (
    ("retained", "bytes", "Log that the slot keeps.", lambda m: _whole(m.retained)),
    ("lag", "bytes", "Log that its consumer has not confirmed.", lambda m: _whole(m.lag)),
    ("limit", "ratio", "Retained, of max_slot_wal_keep_size.", lambda m: m.share),
    ("lag", "seconds", "Since when its consumer is behind, at least.", lambda m: m.lag_seconds),
    ("loss", "seconds", "Until the slot is lost, at the rate of now.", lambda m: m.seconds_to_loss),
    ("growth", "bytes_per_second", "What it comes to keep more each second.", lambda m: m.growth),
    ("active", "", "Whether somebody is connected to it.", lambda m: float(m.slot.pid is not None)),
    ("lost", "", "Whether it is lost.", lambda m: float(m.slot.lost)),
)


def _number(value: float) -> str:
    """Return a value with all its digits: bytes are many.

    >>> _number(41503552.0), _number(0.412301), _number(1.25e14)
    ('41503552', '0.412301', '125000000000000')
    """
    return str(int(value)) if value.is_integer() else f"{value:.6f}"


def _head(name: str, unit: str, told: str) -> list[str]:
    return [f"# TYPE {name} gauge", *([f"# UNIT {name} {unit}"] if unit else []), f"# HELP {name} {told}"]


def _labels(m: Measured, **more: str) -> str:
    kind = "logical" if m.slot.logical else "physical"
    pairs = {"slot": m.slot.name, "kind": kind, "database": m.slot.database, **more}
    return "{" + ",".join(f'{key}="{_escaped(text)}"' for key, text in pairs.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
