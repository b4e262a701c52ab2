"""Scenarios of logical slots that nobody reads, that are lost, or that open transactions hold back."""

import time

from tests.replication.bed import Bed, until
from tests.replication.scene import Scene, says, scenario
from tests.replication.slots import logical, slot
from tests.replication.workers import Consumer, Load, write


@scenario()
def slot_abandoned(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="96MB")
    name = logical(primary)
    write(primary, 40)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-abandoned warning"))


@scenario()
def slot_abandoned_near_the_cap(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    name = logical(primary)
    write(primary, 58)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-abandoned error"))


@scenario()
def slot_abandoned_without_a_cap(bed: Bed) -> Scene:
    primary = bed.primary()
    name = logical(primary)
    write(primary, 80)
    expected = says("slot-abandoned error", "no-slot-wal-limit note")
    return Scene(url=primary.url("postgres"), subject=name, expected=expected)


@scenario()
def slot_nearly_lost(bed: Bed) -> Scene:
    """Beyond its limit, and not yet past a checkpoint."""
    primary = bed.primary(max_slot_wal_keep_size="16MB", max_wal_size="128MB")
    name = logical(primary)
    write(primary, 30)
    until(lambda: slot(primary, "wal_status") == "unreserved")
    return Scene(
        url=primary.url("postgres"),
        subject=name,
        expected=says("slot-nearly-lost error"),
        may=frozenset({"slot-abandoned"}),
    )


@scenario()
def slot_lost(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="8MB", max_wal_size="4MB")
    name = logical(primary)
    write(primary, 30)
    primary.run("CHECKPOINT")
    until(lambda: slot(primary, "wal_status") == "lost")
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-lost error"))


@scenario(since=18)
def slot_lost_by_idle_timeout(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64MB", idle_replication_slot_timeout="1s")
    name = logical(primary)
    write(primary, 2)
    time.sleep(1.5)
    primary.run("CHECKPOINT")
    until(lambda: slot(primary, "wal_status") == "lost")
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-lost error"), evidence=("idle",))


@scenario()
def slot_held_by_transaction(bed: Bed) -> Scene:
    """The consumer is up to date; a transaction that began long ago keeps restart_lsn where it is."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary)
    primary.run("CREATE ROLE forgetful LOGIN SUPERUSER")
    holder = bed.connect(primary, user="forgetful", application_name="console")
    holder.execute("CREATE TABLE held (a int PRIMARY KEY)")
    holder.execute("BEGIN; INSERT INTO held VALUES (1)")
    consumer = bed.work(Consumer(primary, name))
    write(primary, 40, each=16)
    bed.work(Load(primary, 400))
    until(lambda: consumer.commits > 300)
    primary.run("CHECKPOINT")  # which logs the running transactions, where restart_lsn would move on
    time.sleep(0.5)
    evidence = (str(holder.info.backend_pid), "forgetful", "INSERT INTO held")
    return Scene(
        url=primary.url("postgres"), subject=name, evidence=evidence, expected=says("slot-held-by-transaction warning")
    )  # fmt: skip


@scenario()
def slot_held_by_prepared_transaction(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary)
    with primary.connect("postgres") as conn:
        conn.execute("CREATE TABLE held (a int PRIMARY KEY)")
        conn.execute("BEGIN; INSERT INTO held VALUES (1); PREPARE TRANSACTION 'orphan-7'")
    consumer = bed.work(Consumer(primary, name))
    write(primary, 40, each=16)
    bed.work(Load(primary, 400))
    until(lambda: consumer.commits > 300)
    primary.run("CHECKPOINT")
    time.sleep(0.5)
    expected = says("slot-held-by-prepared-transaction warning")
    return Scene(url=primary.url("postgres"), subject=name, evidence=("orphan-7",), expected=expected)


@scenario()
def slot_held_by_transaction_elsewhere(bed: Bed) -> Scene:
    """Transactions of all databases are in one log: one in another database holds a slot as well."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary)
    holder = bed.connect(primary, primary.database("other"), application_name="console")
    holder.execute("CREATE TABLE held (a int PRIMARY KEY)")
    holder.execute("BEGIN; INSERT INTO held VALUES (1)")
    consumer = bed.work(Consumer(primary, name))
    write(primary, 40, each=16)
    bed.work(Load(primary, 400))
    until(lambda: consumer.commits > 300)
    primary.run("CHECKPOINT")
    time.sleep(0.5)
    expected = says("slot-held-by-transaction warning")
    return Scene(url=primary.url("postgres"), subject=name, evidence=(str(holder.info.backend_pid),), expected=expected)


@scenario()
def slot_abandoned_beside_a_transaction(bed: Bed) -> Scene:
    """A transaction is open, and not to blame: nobody reads the slot."""
    primary = bed.primary(max_slot_wal_keep_size="96MB")
    name = logical(primary)
    holder = bed.connect(primary)
    holder.execute("CREATE TABLE held (a int PRIMARY KEY)")
    holder.execute("BEGIN; INSERT INTO held VALUES (1)")
    write(primary, 40)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-abandoned warning"))


@scenario()
def slot_abandoned_beside_a_healthy_one(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="16MB")
    name = logical(primary, "forgotten")
    consumer = bed.work(Consumer(primary, logical(primary, "used")))
    write(primary, 40, each=16)
    until(lambda: consumer.commits > 300)
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-abandoned warning"))


@scenario()
def slot_lost_with_segments_of_16_megabytes(bed: Bed) -> Scene:
    primary = bed.primary(segment=16, max_slot_wal_keep_size="16MB", max_wal_size="32MB", min_wal_size="32MB")
    name = logical(primary)
    write(primary, 100)
    primary.run("CHECKPOINT")
    until(lambda: slot(primary, "wal_status") == "lost")
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-lost error"))


@scenario()
def slot_abandoned_after_use(bed: Bed) -> Scene:
    """It was read once, some megabytes ago; segments have their usual size."""
    primary = bed.primary(segment=16, max_slot_wal_keep_size="1GB", max_wal_size="256MB", min_wal_size="80MB")
    name = logical(primary, plugin="test_decoding")
    write(primary, 1)
    primary.run("SELECT count(*) FROM pg_logical_slot_get_changes(%s, NULL, NULL)", name)
    write(primary, 12)
    bed.work(Load(primary, 100))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject=name, expected=says("slot-abandoned warning"))
