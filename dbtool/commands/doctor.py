"""dbtool doctor."""

from collections.abc import Sequence

from dbtool.commands.options import Env, Json, Url
from dbtool.doctor.check import Check
from dbtool.finding import Finding, Severity
from dbtool.report import Report, Table, counted


def doctor(env: Env = None, url: Url = None, json: Json = False) -> Report:
    """Look at everything a migration needs, from the configuration to the ledger, and tell each remedy. Read-only.

    Example: dbtool doctor --env production
    """
    from dbtool.doctor.examination import examine

    found = examine(env, url)
    findings = [finding for check in found.checks for finding in check.findings]
    pending = [m.id for m in found.pending]
    code = exit_code(findings)
    return Report(
        command="doctor",
        where=found.where,
        findings=findings,
        tables=(_table(found.checks),),
        summary=_summary(found.checks, findings),
        next=("dbtool migrate",) if pending and code == 0 else (),
        exit_code=code,
        data={
            "checks": [{"check": c.name, "state": c.state, "found": c.found} for c in found.checks],
            "pending": pending,
            "round_trip_ms": found.round_trip,
            "versions": _versions(),
        },
    )


_UNREACHABLE = {"unreachable", "database-missing"}
_CONFIGURATION = {"configuration", "connection-string", "toml", "config-value", "config-key"}
_DRIFT = {"edited-migration", "renamed-migration", "missing-migration"}


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 0 without an error, 7 unreachable, 2 for the configuration, 4 when all errors are drift, else 1.

    >>> exit_code([Finding(id="edited-migration", message="x")]), exit_code([Finding(id="standby", message="x")])
    (4, 1)
    """
    errors = {finding.id for finding in findings if finding.severity is Severity.ERROR}
    if not errors:
        return 0
    if errors & _UNREACHABLE:
        return 7
    if errors & _CONFIGURATION:
        return 2
    return 4 if errors <= _DRIFT else 1


def _table(checks: Sequence[Check]) -> Table:
    return Table(columns=("", "check", "found"), rows=[(check.state, check.name, check.found) for check in checks])


def _summary(checks: Sequence[Check], findings: Sequence[Finding]) -> str:
    count = {severity: sum(f.severity is severity for f in findings) for severity in Severity}
    told = [counted(number, severity.value) for severity, number in count.items() if number]
    looked = counted(sum(not check.skipped for check in checks), "check")
    return f"{looked}: " + (", ".join(told) if told else "all is well")


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import version

    import psycopg
    from psycopg import pq

    libpq = pq.version()
    return {
        "dbtool": version("dbtool-pg"),
        "psycopg": psycopg.__version__,
        "psycopg_implementation": pq.__impl__,
        "libpq": f"{libpq // 10_000}.{libpq % 10_000}",
        "python": platform.python_version(),
    }
