"""A slot's measures in the words that causes and tables share. Pure."""

from dbtool.replication.facts import Facts
from dbtool.replication.measure import Measured
from dbtool.report import seconds, sized

# The remedy against what grows without a limit.
BOUND = "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();  -- less than the disk has free"


def named(m: Measured) -> str:
    """Return who reads the slot, as far as anybody knows."""
    return m.consumer or f"the consumer of {m.slot.name}"


def behind(m: Measured) -> str:
    """Return how far its consumer is behind."""
    return sized(m.lag or 0)


def kept_of_limit(m: Measured, facts: Facts) -> str:
    """Return what the slot keeps, and of what."""
    if m.retained is None:
        return "nothing"
    if facts.limit is None:
        return f"{sized(m.retained)}, without a limit (max_slot_wal_keep_size = -1)"
    return f"{sized(m.retained)}, {share(m)} of max_slot_wal_keep_size ({sized(facts.limit)})"


def share(m: Measured) -> str:
    """Return the share of the limit.

    100 % and more: the limit is looked at when a checkpoint comes.
    """
    return "" if m.share is None else f"{m.share * 100:.0f} %"


def growing(m: Measured) -> str:
    """Return ", growing 3.0 MB/s, lost in 5 min" and the like; "" where nothing is known of it."""
    if m.growth is None:
        return ""
    if abs(m.growth) < 1024:
        return ", not growing now"
    if m.growth < 0:
        return f", draining {sized(round(-m.growth))}/s"
    end = f", lost in {seconds(m.seconds_to_loss)} at this rate" if m.seconds_to_loss is not None else ""
    return f", growing {sized(round(m.growth))}/s{end}"


def ago(m: Measured, facts: Facts) -> str:
    """Return since when it is inactive, where the server says it (17 and newer)."""
    since = m.slot.inactive_since
    return "" if since is None else f", inactive for {seconds(max(0.0, facts.at - since))}"
