"""One line of the doctor's answer. Pure."""

from dataclasses import dataclass

from dbtool.finding import Finding, Severity

_worst_first = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: what was found there, and what is wrong with it, if anything."""

    name: str
    found: str
    findings: tuple[Finding, ...] = ()
    skipped: bool = False  # it could not be looked at

    @property
    def state(self) -> str:
        """The worst of its findings: "error", "warning" or "note"; else "ok", or "-" where nobody looked.

        >>> Check(name="clock", found="1 ms ahead").state
        'ok'
        """
        if self.skipped:
            return "-"
        severities = {finding.severity for finding in self.findings}
        return next((severity.value for severity in _worst_first if severity in severities), "ok")


def skipped(name: str, why: str) -> Check:
    """Return the line of what could not be looked at."""
    return Check(name=name, found=f"not looked at: {why}", skipped=True)
