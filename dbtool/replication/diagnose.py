"""Diagnosis: from facts to causes. Pure, so that each cause can be tried on facts that were recorded."""

from collections.abc import Sequence

from dbtool.replication.cause import Cause, worst_first
from dbtool.replication.causes.held import held_causes
from dbtool.replication.causes.server import server_causes
from dbtool.replication.causes.slots import slot_causes
from dbtool.replication.causes.standbys import standby_causes
from dbtool.replication.causes.subscriptions import subscription_causes
from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.replication.state import Limits


def diagnose(
    before: Facts | None, after: Facts, measured: Sequence[Measured], *, limits: Limits | None = None
) -> tuple[Cause, ...]:
    """Return what is wrong, worst first. *measured* is of measure(before, after); *before* None: one look alone."""
    limits = limits or Limits()
    slots = [cause for m in measured for cause in slot_causes(m, after, limits)]
    return worst_first(
        [
            *slots,
            *held_causes(measured, after),
            *standby_causes(before, after),
            *server_causes(measured, before, after),
            *subscription_causes(before, after),
        ]
    )
