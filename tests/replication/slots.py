"""Logical slots: how one is made, and scenarios in which all is well with it."""

import time

from tests.replication.bed import Bed, Node, until
from tests.replication.scene import Scene, scenario
from tests.replication.workers import Consumer, Load, Poller, Reads, write


def logical(node: Node, name: str = "cdc", *, plugin: str = "pgoutput", database: str = "postgres") -> str:
    """Make a logical slot, a publication of everything for it, and return the slot's name."""
    if not node.one("SELECT count(*) FROM pg_publication WHERE pubname = 'everything'", database=database):
        node.run("CREATE PUBLICATION everything FOR ALL TABLES", database=database)
    node.run("SELECT pg_create_logical_replication_slot(%s, %s)", name, plugin, database=database)
    return name


def slot(node: Node, column: str, name: str = "cdc") -> object:
    return node.one(f"SELECT {column} FROM pg_replication_slots WHERE slot_name = %s", name)


@scenario()
def healthy_streaming(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    bed.work(Load(primary, 400))
    bed.work(Consumer(primary, logical(primary)))
    time.sleep(1)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_streaming_without_traffic(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    consumer = bed.work(Consumer(primary, logical(primary)))
    write(primary, 3)
    until(lambda: consumer.commits > 2)
    time.sleep(0.5)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_confirming_commits_only(bed: Bed) -> Scene:
    """A consumer that never answers to keepalives is well as long as there are changes for it."""
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    bed.work(Load(primary, 400))
    bed.work(Consumer(primary, logical(primary), Reads.COMMITS))
    time.sleep(1)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_polled(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    bed.work(Load(primary, 400))
    bed.work(Poller(primary, logical(primary, plugin="test_decoding"), 0.3))
    time.sleep(1)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_polled_seldom(bed: Bed) -> Scene:
    """Two samples a second apart see no advance: that it was read a moment ago must be seen by other means."""
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    bed.work(Load(primary, 400))
    bed.work(Poller(primary, logical(primary), 3))
    time.sleep(4)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_idle(bed: Bed) -> Scene:
    """Nobody reads, and there is nothing to read."""
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    name = logical(primary, plugin="test_decoding")
    write(primary, 2)
    primary.run("SELECT count(*) FROM pg_logical_slot_get_changes(%s, NULL, NULL)", name)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_quiet_database(bed: Bed) -> Scene:
    """Nothing happens in the slot's database, all in another; the consumer confirms keepalives."""
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    bed.work(Consumer(primary, logical(primary, database=primary.database("quiet")), database="quiet"))
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_beside_a_transaction(bed: Bed) -> Scene:
    """A transaction is open for long, and little WAL was written since."""
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    holder = bed.connect(primary)
    holder.execute("CREATE TABLE held (a int PRIMARY KEY)")
    bed.work(Consumer(primary, logical(primary)))
    holder.execute("BEGIN; INSERT INTO held VALUES (1)")
    bed.work(Load(primary, 400))
    time.sleep(2)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_physical_slot_not_yet_used(bed: Bed) -> Scene:
    """It was made without reserving WAL: nothing is retained, and restart_lsn is empty as that of a lost one."""
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    primary.run("SELECT pg_create_physical_replication_slot('later')")
    write(primary, 5)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_catching_up(bed: Bed) -> Scene:
    """Its consumer was restarted a moment ago and is nearly there."""
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    name = logical(primary)
    write(primary, 6, each=4)
    bed.work(Consumer(primary, name, delay=0.005))
    bed.work(Load(primary, 400))
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_with_segments_of_16_megabytes(bed: Bed) -> Scene:
    primary = bed.primary(segment=16, max_slot_wal_keep_size="1GB", max_wal_size="1GB", min_wal_size="80MB")
    bed.work(Load(primary, 1000))
    bed.work(Consumer(primary, logical(primary)))
    time.sleep(1)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_polled_seldom_under_load(bed: Bed) -> Scene:
    """Many segments are written between two polls, and each poll reads them all."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="256MB")
    bed.work(Poller(primary, logical(primary, plugin="test_decoding"), 3))
    bed.work(Load(primary, 4000))
    time.sleep(5)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_confirming_seldom(bed: Bed) -> Scene:
    """It reads at once and confirms every five seconds, as clients do that save their position now and then."""
    primary = bed.primary(max_slot_wal_keep_size="64GB", max_wal_size="256MB")
    bed.work(Consumer(primary, logical(primary), every=5))
    bed.work(Load(primary, 2000))
    time.sleep(6)
    return Scene(url=primary.url("postgres"))
