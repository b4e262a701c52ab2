"""The ledger and its locks, as they were read -> what is wrong with them. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dbtool.doctor.check import Check
from dbtool.doctor.facts import OLD_TRANSACTION, Facts
from dbtool.errors import DbtoolError
from dbtool.finding import Finding, Severity
from dbtool.ledger import Ledger
from dbtool.plan import Plan
from dbtool.report import counted, seconds


def ledger_checks(facts: Facts, plan: Plan | None) -> Iterator[Check]:
    """Yield the lines about the ledger: its state, and who holds the locks."""
    yield check_ledger(facts, plan)
    yield check_locks(facts, datetime.now(UTC))


def check_ledger(facts: Facts, plan: Plan | None) -> Check:
    """Return whether the ledger can be read, is the only one, and agrees with the files."""
    ledger, several = facts.ledger, _several(facts)
    if ledger is None:
        findings = (_unreadable(facts.ledger_error), *several)
        return Check(name="ledger", found="it cannot be read", findings=findings)
    if plan is None:  # the files could not be read, and that has been told
        return Check(name="ledger", found=_state(ledger), findings=several)
    pending = (_pending(len(plan.pending)),) if plan.pending and ledger.applied else ()
    found = f"{_state(ledger)}, {len(plan.pending)} pending"
    return Check(name="ledger", found=found, findings=(*pending, *several, *plan.drift))


def _state(ledger: Ledger) -> str:
    if not ledger.exists:
        return f"none yet in schema {ledger.schema}"
    return f"{counted(len(ledger.applied), 'migration')} applied (schema {ledger.schema})"


def _pending(number: int) -> Finding:
    return Finding(
        id="pending-migrations",
        message=f"{counted(number, 'migration')} pending: an application that says a column or a table "
        "does not exist may be ahead of this database",
        help="dbtool migrate",
        severity=Severity.NOTE,
    )


def _several(facts: Facts) -> tuple[Finding, ...]:
    if len(facts.ledger_schemas) < 2:
        return ()
    used = f"; {facts.ledger.schema} is the one in use" if facts.ledger else ""
    finding = Finding(
        id="several-ledgers",
        message=f"several schemas hold a ledger: {', '.join(facts.ledger_schemas)}{used}",
        help="a ledger follows search_path where plain yoyo makes it; say which one is meant: [ledger] schema = "
        '"..." in dbtool.toml, and drop the others when they hold nothing that it lacks',
        severity=Severity.WARNING if facts.ledger else Severity.ERROR,
    )
    return (finding,)


def _unreadable(error: DbtoolError | None) -> Finding:
    return Finding(
        id="ledger-unreadable",
        message=error.message if error else "the ledger cannot be read",
        help=error.hint if error else "",
    )


def check_locks(facts: Facts, now: datetime) -> Check:
    """Return who holds the migration lock, and whose row stands in yoyo's."""
    findings: list[Finding] = []
    if facts.holder:
        message = f"the migration lock is held by {facts.holder}: a migration runs"
        help = f"wait for it; where that process is gone: SELECT pg_terminate_backend({facts.holder.pid});"
        findings.append(Finding(id="migration-lock-held", message=message, help=help, severity=Severity.NOTE))
    if facts.yoyo_lock:
        findings.append(_yoyo(*facts.yoyo_lock, now))
    found = " and ".join(
        ["the migration lock is held"] * bool(facts.holder) + ["yoyo's lock is held"] * bool(facts.yoyo_lock)
    )
    return Check(name="locks", found=found or "free", findings=tuple(findings))


def _yoyo(pid: int, since: datetime | None, now: datetime) -> Finding:
    age = (now - since).total_seconds() if since else 0.0
    when = f", since {since:%Y-%m-%d %H:%M:%S} UTC ({seconds(max(age, 0))})" if since else ""
    # A yoyo that works for five minutes is rare, one that was killed leaves its row for ever.
    old = age > OLD_TRANSACTION
    return Finding(
        id="yoyo-lock",
        message=f"yoyo's lock is held by process {pid} of some machine{when}: nobody migrates until it is given back",
        help="where that yoyo is gone: yoyo break-lock",
        severity=Severity.ERROR if old else Severity.WARNING,
    )
