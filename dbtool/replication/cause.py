"""Cause: one thing that is wrong with replication, with its evidence, the remedy and what that brings about. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from dbtool.finding import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One cause. The remedy is SQL or a command to type, and is never run by dbtool itself."""

    code: str
    severity: Severity
    subject: str  # the slot, standby, table, setting that it is about
    message: str
    evidence: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()
    consequence: str = ""

    def finding(self) -> Finding:
        """Return it as what any inspection has to say."""
        message = "\n".join((self.message, *(f"seen: {one}" for one in self.evidence)))
        effect = (f"then: {self.consequence}",) if self.consequence else ()
        return Finding(
            id=self.code, message=message, help="\n         ".join((*self.remedy, *effect)), severity=self.severity
        )


_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def worst_first(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Return the causes, errors first, otherwise in their order."""
    return tuple(sorted(causes, key=lambda cause: _ORDER[cause.severity]))
