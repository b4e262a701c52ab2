"""Scenarios of logical slots that are read, and not well enough."""

import time

from tests.replication.bed import Bed, until
from tests.replication.scene import Scene, says, scenario
from tests.replication.slots import logical
from tests.replication.workers import Consumer, Load, Poller, Reads, write


@scenario()
def slot_lagging(bed: Bed) -> Scene:
    """It reads, it advances, it gains ground, and it is far behind."""
    primary = bed.primary(max_slot_wal_keep_size="96MB", max_wal_size="16MB")
    name = logical(primary)
    write(primary, 60, each=16)
    bed.work(Consumer(primary, name, delay=0.02))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-lagging warning"))


@scenario()
def slot_too_slow_streaming(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary)
    write(primary, 24, each=8)
    bed.work(Consumer(primary, name, delay=0.2))
    bed.work(Load(primary, 4000))
    time.sleep(2)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-too-slow warning"))


@scenario()
def slot_too_slow_polled(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary)
    write(primary, 24, each=8)
    bed.work(Poller(primary, name, 0.3, limit=8))
    bed.work(Load(primary, 4000))
    time.sleep(2)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-too-slow warning"))


@scenario()
def slot_reader_stuck(bed: Bed) -> Scene:
    """The client holds its connection and takes nothing from it."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary)
    bed.work(Consumer(primary, name, Reads.NOTHING))
    write(primary, 24, each=8)
    bed.work(Load(primary, 1000))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-reader-stuck warning"))


@scenario()
def slot_not_confirming(bed: Bed) -> Scene:
    """It is sent everything, at once, and confirms nothing of it."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary)
    bed.work(Consumer(primary, name, Reads.UNCONFIRMED))
    write(primary, 24, each=8)
    bed.work(Load(primary, 1000))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-not-confirming warning"))


@scenario()
def slot_quiet_database(bed: Bed) -> Scene:
    """Nothing happens in its database, all in another, and its consumer confirms transactions only."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary, database=primary.database("quiet"))
    bed.work(Consumer(primary, name, Reads.COMMITS, database="quiet"))
    write(primary, 24, each=8)
    bed.work(Load(primary, 1000))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-quiet-database warning"))


@scenario(since=15)
def slot_quiet_publication(bed: Bed) -> Scene:
    """Nothing happens in the published table, all in another of the same database (14 sends empty transactions)."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    write(primary, 0.1, table="published")
    primary.run("CREATE PUBLICATION partly FOR TABLE published")
    name = logical(primary)
    bed.work(Consumer(primary, name, Reads.COMMITS, publication="partly"))
    primary.run("DROP PUBLICATION everything")
    write(primary, 24, each=8)
    bed.work(Load(primary, 1000))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-quiet-database warning"))


@scenario()
def slot_reader_slow_in_a_large_transaction(bed: Bed) -> Scene:
    """One transaction of 24 MB is being read: sent_lsn stands until its end, and the reader is not stuck."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary)
    write(primary, 24, each=10_000)
    consumer = bed.work(Consumer(primary, name, breath=0.002))
    until(lambda: consumer.received)
    time.sleep(0.5)
    return Scene(
        url=primary.url("postgres"), subject=name, may=frozenset({"slot-lagging", "slot-too-slow"}), never=frozenset({"slot-reader-stuck"})
    )  # fmt: skip


@scenario()
def slot_not_confirming_for_some_megabytes(bed: Bed) -> Scene:
    """Less than a segment of the usual size is not confirmed, and all of it was sent."""
    primary = bed.primary(segment=16, max_slot_wal_keep_size="64GB", max_wal_size="256MB", min_wal_size="80MB")
    name = logical(primary)
    bed.work(Consumer(primary, name, Reads.UNCONFIRMED))
    write(primary, 12, each=8)
    bed.work(Load(primary, 200))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-not-confirming warning"))
