"""What is wrong with subscriptions of this server. Pure."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.replication.cause import Cause
from dbtool.replication.facts import Facts, Subscription
from dbtool.report import counted
from dbtool.schema.names import quoted


def subscription_causes(before: Facts | None, after: Facts) -> Iterator[Cause]:
    """Yield subscriptions that are disabled, without a worker, or that fail at what they are sent."""
    earlier = {(s.database, s.name): s for s in before.subscriptions} if before else {}
    for subscription in after.subscriptions:
        yield from _subscription(subscription, earlier.get((subscription.database, subscription.name)))


def in_doubt(subscription: Subscription) -> bool:
    """Return whether a longer look may tell a change that cannot be applied from a publisher that is gone.

    Both leave no worker; the lost connection counts as one error, a change as one more with each try.
    """
    failed = bool(subscription.errors) and not any(subscription.conflicts.values())
    return subscription.enabled and not subscription.workers and failed


def _subscription(now: Subscription, before: Subscription | None) -> Iterator[Cause]:
    again = before is not None and (now.errors or 0) > (before.errors or 0)
    if not now.enabled:
        failed = f"; it failed {counted(now.errors, 'time')} before (disable_on_error?)" if now.errors else ""
        yield Cause(
            code="subscription-disabled",
            severity=Severity.WARNING,
            subject=now.name,
            message=f"subscription {now.name} in {now.database} is disabled: its slot {now.slot} on the publisher "
            f"keeps all log meanwhile{failed}",
            evidence=("pg_subscription.subenabled is false",),
            remedy=(
                f"ALTER SUBSCRIPTION {quoted(now.name)} ENABLE;  -- in {now.database}; or, if it is gone for good:",
                f"DROP SUBSCRIPTION {quoted(now.name)};  -- drops the slot on the publisher, too",
            ),
            consequence="it catches up from its slot",
        )
    elif again or (not now.workers and any(now.conflicts.values())):
        yield Cause(
            code="subscription-failing",
            severity=Severity.ERROR,
            subject=now.name,
            message=f"subscription {now.name} in {now.database} cannot apply a change, and tries it again and again",
            evidence=(f"apply_error_count {now.errors}{_conflicts(now)}, {counted(now.workers, 'worker')} now",),
            remedy=(
                "the subscriber's log says which row and why: mend the row there; or skip that transaction:",
                f"ALTER SUBSCRIPTION {quoted(now.name)} SKIP (lsn = '...');  -- the finish LSN in the log",
            ),
            consequence="it goes on with the next; what is skipped is never applied, and both sides differ",
        )
    elif not now.workers:
        yield Cause(
            code="subscription-down",
            severity=Severity.ERROR,
            subject=now.name,
            message=f"subscription {now.name} in {now.database} is enabled, and no worker applies it",
            evidence=("no row with a pid in pg_stat_subscription",),
            remedy=(
                "the subscriber's log says why: the publisher cannot be reached, the slot is missing or lost, a change "
                "cannot be applied, or max_logical_replication_workers is used up",
            ),
            consequence="its slot on the publisher keeps all log meanwhile",
        )


def _conflicts(now: Subscription) -> str:
    met = {key.removeprefix("confl_"): number for key, number in now.conflicts.items() if number}
    return "".join(f", {name} {number}" for name, number in met.items())
