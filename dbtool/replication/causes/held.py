"""What holds slots back from behind: transactions that are open, prepared ones. Pure.

A logical slot keeps the log from where the oldest transaction began that was open when its consumer last confirmed.
"""

from collections.abc import Iterator, Sequence

from dbtool.finding import Severity
from dbtool.replication.cause import Cause
from dbtool.replication.facts import MB, Backend, Facts, Prepared
from dbtool.replication.measure import Measured
from dbtool.replication.told import growing, kept_of_limit
from dbtool.report import seconds, sized
from dbtool.schema.names import literal
from dbtool.secrets import redact

_SHORT = 2.0  # seconds
_ORDINARY = 10.0
_MUCH = 0.5  # of max_slot_wal_keep_size
_LONG = 3600.0
_FORGOTTEN = 600.0


def held_causes(measured: Sequence[Measured], facts: Facts) -> Iterator[Cause]:
    """Yield the transaction that holds slots back, and those that are old enough to be held against them."""
    held = [m for m in measured if (m.held or 0) >= MB and not m.slot.synced]
    oldest = _oldest(facts)
    if oldest is None:
        return
    age = facts.at - _begun(oldest)
    far = any(m.slot.status in ("extended", "unreserved") or (m.share or 0) >= _MUCH for m in held)
    if held and age >= (_SHORT if far else _ORDINARY):
        yield _cause(oldest, held, facts)
    elif age >= (_FORGOTTEN if isinstance(oldest, Prepared) else _LONG) and measured:
        yield _cause(oldest, (), facts)


def _oldest(facts: Facts) -> Backend | Prepared | None:
    writing = [b for b in facts.backends if b.has_xid and b.transaction_started is not None and b.type != "walsender"]
    return min([*writing, *facts.prepared], key=_begun, default=None)


def _begun(one: Backend | Prepared) -> float:
    return one.prepared if isinstance(one, Prepared) else one.transaction_started or 0.0


def _cause(oldest: Backend | Prepared, held: Sequence[Measured], facts: Facts) -> Cause:
    slots = ", ".join(m.slot.name for m in held)
    most = max((m.held or 0 for m in held), default=0)
    worst = max(held, key=lambda m: m.retained or 0, default=None)
    kept = f"; {worst.slot.name} keeps {kept_of_limit(worst, facts)}{growing(worst)}" if worst else ""
    effect = f"it holds back slot {slots}: {sized(most)} are confirmed and must be kept{kept}" if held else ""
    effect = effect or "no slot lets go of the log that came after it, and VACUUM of no row that died since"
    age = seconds(max(0.0, facts.at - _begun(oldest)))
    severity = Severity.ERROR if any((m.share or 0) >= 0.8 for m in held) else Severity.WARNING
    if isinstance(oldest, Prepared):
        return Cause(
            code="slot-held-by-prepared-transaction",
            severity=severity,
            subject=slots or oldest.gid,
            message=f"prepared transaction {literal(oldest.gid)} of {oldest.owner} in {oldest.database} is open "
            f"since {age}: {effect}",
            evidence=("it is in pg_prepared_xacts: it lives on without a session, and over a restart",),
            remedy=(
                f"in database {oldest.database}, as {oldest.owner} or a superuser, as its coordinator decided:",
                f"COMMIT PREPARED {literal(oldest.gid)};  -- or",
                f"ROLLBACK PREPARED {literal(oldest.gid)};",
            ),
            consequence="slots and VACUUM go on; what is rolled back is gone",
        )
    what = "idle in transaction" if oldest.state.startswith("idle") else oldest.state or "in a transaction"
    who = f"pid {oldest.pid} ({oldest.user or 'user unknown'}, {oldest.application or 'no application name'})"
    query = " ".join(redact(oldest.query).split())[:120]
    return Cause(
        code="slot-held-by-transaction",
        severity=severity,
        subject=slots or f"pid {oldest.pid}",
        message=f"the transaction of {who} in {oldest.database} is open since {age}: {effect}",
        evidence=(f"{what}; its last statement: {query}" if query else what,),
        remedy=(
            "let it commit or roll back; or end it:",
            f"SELECT pg_terminate_backend({oldest.pid});",
            "ALTER SYSTEM SET idle_in_transaction_session_timeout = '10min'; SELECT pg_reload_conf();  -- for the next",
        ),
        consequence="what it has written is rolled back; the slots let go at the next running-transactions record",
    )
