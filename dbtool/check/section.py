"""Section: one question that `check` asks, and its answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dbtool.finding import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The answer to one question: ``said`` in a few words, ``exit_code`` 0 where all is well."""

    name: str
    said: str
    findings: Sequence[Finding] = ()
    exit_code: int = 0
    skipped: bool = False
    next: Sequence[str] = ()

    @property
    def verdict(self) -> str:
        """ok, note, failed or skipped."""
        if self.skipped:
            return "skipped"
        if self.exit_code:
            return "failed"
        return "note" if any(f.severity is not Severity.NOTE for f in self.findings) else "ok"


def worst(sections: Sequence[Section]) -> int:
    """Return the exit code of a report on *sections*: the highest."""
    return max((section.exit_code for section in sections), default=0)
