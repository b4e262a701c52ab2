"""What a command answers, as data: the Report. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dbtool.finding import Finding
from dbtool.secrets import redact

if TYPE_CHECKING:
    from dbtool.progress import Step
    from dbtool.where import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows for a person; ``align`` has an "l" or "r" for each column."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer of a command: drawn as text by console.py, as JSON by to_json()."""

    command: str
    summary: str
    exit_code: int = 0
    where: "Where | None" = None
    steps: "Sequence[Step]" = ()
    findings: Sequence[Finding] = ()
    tables: Sequence[Table] = ()
    text: str = ""  # printed as it is, and nothing else: completion scripts, --dry-run SQL
    next: Sequence[str] = ()  # commands to type next
    streamed: bool = False  # --json: it was written line by line as it came, and nothing is left to tell
    data: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def ok(self) -> bool:
        """Whether the command did what was asked."""
        return self.exit_code == 0


def to_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON's types. Keys are only ever added: docs/json.md."""
    drawn: dict[str, Any] = {
        "command": report.command,
        "ok": report.ok,
        "exit_code": report.exit_code,
        "summary": plain(report.summary),
        "target": plain(report.where),
        "steps": plain(list(report.steps)),
        "findings": plain(list(report.findings)),
        "next": plain(list(report.next)),
    }
    return drawn | {key: plain(value) for key, value in report.data.items()}


def plain(value: object) -> Any:
    """Return *value* in JSON's types: dataclasses as objects, times in ISO 8601, paths as texts.

    >>> plain({"a": (Path("b"), None)})
    {'a': ['b', None]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast(Mapping[object, object], value).items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in cast(Sequence[object], value)]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | Path):
        return redact(str(value))
    return value


def seconds(value: float) -> str:
    """Return a duration as a person reads it.

    >>> seconds(0.0042), seconds(12.34), seconds(75), seconds(3700)
    ('4 ms', '12.3 s', '1 min 15 s', '1 h 2 min')
    """
    if round(value * 1000) < 1000:
        return f"{value * 1000:.0f} ms"
    if round(value, 1) < 60:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(value / 60)
    return f"{minutes // 60} h {minutes % 60} min"


def sized(bytes: int) -> str:
    """Return a size as a person reads it, in powers of 1024 as PostgreSQL's pg_size_pretty() has them.

    >>> sized(512), sized(8_912_896), sized(3_435_973_837)
    ('512 bytes', '8.5 MB', '3.2 GB')
    """
    size = float(bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TB"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "migration"), counted(2000, "migration")
    ('1 migration', '2,000 migrations')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
