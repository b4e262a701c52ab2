"""Scenarios of settings, the archiver, subscriptions, and of those who may see little."""

import time

from tests.replication.bed import Bed, Node, until
from tests.replication.scene import Scene, says, scenario
from tests.replication.slots import logical, slot
from tests.replication.workers import Consumer, Load, write

# --- settings


@scenario()
def no_slot_wal_limit(bed: Bed) -> Scene:
    primary = bed.primary()
    bed.work(Load(primary, 400))
    bed.work(Consumer(primary, logical(primary)))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), expected=says("no-slot-wal-limit note"))


@scenario()
def healthy_without_replication(bed: Bed) -> Scene:
    primary = bed.primary(wal_level="replica")
    write(primary, 5)
    return Scene(url=primary.url("postgres"))


@scenario()
def wal_level_too_low(bed: Bed) -> Scene:
    primary = bed.primary(wal_level="replica")
    primary.run("CREATE TABLE orders (id int PRIMARY KEY)")
    primary.run("CREATE PUBLICATION shop FOR TABLE orders")
    return Scene(url=primary.url("postgres"), expected=says("wal-level-too-low warning"))


@scenario()
def slots_exhausted(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64MB", max_replication_slots="2")
    bed.work(Consumer(primary, logical(primary, "first")))
    bed.work(Consumer(primary, logical(primary, "second")))
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), expected=says("slots-exhausted warning"))


@scenario()
def senders_exhausted(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="64MB", max_wal_senders="2")
    bed.work(Consumer(primary, logical(primary, "first")))
    bed.work(Consumer(primary, logical(primary, "second")))
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), expected=says("senders-exhausted warning"))


# --- the archiver


@scenario()
def archiver_failing(bed: Bed) -> Scene:
    primary = bed.primary(archive_mode="on", archive_command="false")
    write(primary, 12)
    until(lambda: primary.one("SELECT failed_count FROM pg_stat_archiver"))
    return Scene(url=primary.url("postgres"), expected=says("archiver-failing *"))


@scenario()
def healthy_archiver(bed: Bed) -> Scene:
    primary = bed.primary(archive_mode="on", archive_command="true")
    write(primary, 12)
    until(lambda: primary.one("SELECT archived_count FROM pg_stat_archiver") > 10)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_archiver_that_failed_before(bed: Bed) -> Scene:
    """It counts its failures for ever; what matters is whether it works since."""
    primary = bed.primary(archive_mode="on", archive_command="false")
    write(primary, 4)
    until(lambda: primary.one("SELECT failed_count FROM pg_stat_archiver"))
    primary.set(archive_command="true")
    write(primary, 4)
    until(lambda: not primary.one("SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%%.ready'"), 30)
    return Scene(url=primary.url("postgres"))


# --- subscriptions


def _subscribed(bed: Bed, **settings: str) -> tuple[Node, Node]:
    """A publisher and a subscriber that copied its table and follows."""
    publisher = bed.primary(max_slot_wal_keep_size="64MB", **settings)
    subscriber = bed.primary(wal_retrieve_retry_interval="5s")  # as is usual: a worker that fails is mostly not there
    for node in (publisher, subscriber):
        node.run("CREATE TABLE orders (id int PRIMARY KEY, note text)")
    publisher.run("INSERT INTO orders SELECT n, 'copied' FROM generate_series(1, 10) n")
    publisher.run("CREATE PUBLICATION shop FOR TABLE orders")
    subscriber.run(
        f"CREATE SUBSCRIPTION mirror CONNECTION 'host=127.0.0.1 port={publisher.port} user=postgres dbname=postgres' PUBLICATION shop"
    )
    until(lambda: subscriber.one("SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel"), 30)
    publisher.run("INSERT INTO orders VALUES (11, 'streamed')")
    until(lambda: subscriber.one("SELECT count(*) FROM orders") == 11)
    return publisher, subscriber


@scenario()
def healthy_subscription(bed: Bed) -> Scene:
    _, subscriber = _subscribed(bed)
    return Scene(url=subscriber.url("postgres"))


@scenario()
def healthy_subscription_seen_from_publisher(bed: Bed) -> Scene:
    publisher, _ = _subscribed(bed)
    bed.work(Load(publisher, 400))
    time.sleep(1)
    return Scene(url=publisher.url("postgres"))


@scenario()
def subscription_disabled(bed: Bed) -> Scene:
    _, subscriber = _subscribed(bed)
    subscriber.run("ALTER SUBSCRIPTION mirror DISABLE")
    until(lambda: not subscriber.one("SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL"))
    return Scene(url=subscriber.url("postgres"), subject="mirror", expected=says("subscription-disabled warning"))


@scenario()
def subscription_disabled_seen_from_publisher(bed: Bed) -> Scene:
    """What the publisher sees is a slot that nobody reads."""
    publisher, subscriber = _subscribed(bed, max_wal_size="16MB")
    subscriber.run("ALTER SUBSCRIPTION mirror DISABLE")
    until(lambda: slot(publisher, "active_pid", "mirror") is None)
    write(publisher, 40)
    return Scene(url=publisher.url("postgres"), subject="mirror", expected=says("slot-abandoned warning"))


@scenario()
def subscription_down(bed: Bed) -> Scene:
    """The publisher is gone."""
    publisher, subscriber = _subscribed(bed)
    publisher.remove()
    until(
        lambda: (
            not subscriber.one(
                "SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL AND received_lsn IS NOT NULL"
            )
        )
    )
    time.sleep(1)
    return Scene(url=subscriber.url("postgres"), subject="mirror", expected=says("subscription-down error"))


def _failing(bed: Bed) -> Node:
    publisher, subscriber = _subscribed(bed)
    subscriber.run("INSERT INTO orders VALUES (12, 'in the way')")
    publisher.run("INSERT INTO orders VALUES (12, 'cannot be applied')")
    until(lambda: "duplicate key" in subscriber.said() or "conflict detected" in subscriber.said())
    return subscriber


@scenario(since=15)
def subscription_failing(bed: Bed) -> Scene:
    subscriber = _failing(bed)
    until(lambda: subscriber.one("SELECT apply_error_count FROM pg_stat_subscription_stats") > 1, 30)
    return Scene(url=subscriber.url("postgres"), subject="mirror", expected=says("subscription-failing error"))


@scenario(until=14)
def subscription_failing_uncounted(bed: Bed) -> Scene:
    """14 counts no errors: what is seen is a worker that is not there, or just begins."""
    subscriber = _failing(bed)
    time.sleep(1)
    return Scene(url=subscriber.url("postgres"), subject="mirror", expected=says("subscription-down error"))


@scenario(since=15)
def subscription_disabled_on_error(bed: Bed) -> Scene:
    publisher, subscriber = _subscribed(bed)
    subscriber.run("ALTER SUBSCRIPTION mirror SET (disable_on_error = true)")
    subscriber.run("INSERT INTO orders VALUES (12, 'in the way')")
    publisher.run("INSERT INTO orders VALUES (12, 'cannot be applied')")
    until(lambda: not subscriber.one("SELECT subenabled FROM pg_subscription"))
    may = frozenset({"subscription-failing"})
    return Scene(url=subscriber.url("postgres"), subject="mirror", expected=says("subscription-disabled *"), may=may)


# --- who may see little


def _looked_at_by(node: Node, role: str) -> str:
    node.run(f"CREATE ROLE {role} LOGIN")
    return node.url("postgres", role)


@scenario()
def no_privileges(bed: Bed) -> Scene:
    """It works, finds nothing wrong where nothing is, and says what it could not see."""
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    bed.work(Load(primary, 400))
    bed.work(Consumer(primary, logical(primary)))
    time.sleep(1)
    return Scene(url=_looked_at_by(primary, "stranger"), evidence=("pg_monitor",))


@scenario()
def no_privileges_and_an_abandoned_slot(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="96MB")
    name = logical(primary)
    write(primary, 40)
    url = _looked_at_by(primary, "stranger")
    return Scene(url=url, subject=name, expected=says("slot-abandoned warning"), evidence=("pg_monitor",))


@scenario()
def monitor_and_an_abandoned_slot(bed: Bed) -> Scene:
    primary = bed.primary(max_slot_wal_keep_size="96MB")
    name = logical(primary)
    write(primary, 40)
    url = _looked_at_by(primary, "watcher")
    primary.run("GRANT pg_monitor TO watcher")
    return Scene(url=url, subject=name, expected=says("slot-abandoned warning"))
