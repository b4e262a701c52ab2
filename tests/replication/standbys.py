"""Scenarios of physical standbys, cascades, and slots that are to survive a failover."""

import os
import select
import signal
import time

from tests.replication.bed import Bed, Node, until
from tests.replication.scene import Scene, says, scenario
from tests.replication.slots import slot
from tests.replication.workers import Consumer, Load, write


def streaming(primary: Node, name: str = "standby") -> bool:
    """Whether a standby of this name follows closely."""
    rows = primary.run("SELECT state, sent_lsn - replay_lsn FROM pg_stat_replication WHERE application_name = %s", name)
    return any(state == "streaming" and behind is not None and behind < 1_000_000 for state, behind in rows)


def _pair(
    bed: Bed, *, settings: dict[str, str] | None = None, standby: dict[str, str] | None = None
) -> tuple[Node, Node]:
    primary = bed.primary(**{"max_slot_wal_keep_size": "64MB", **(settings or {})})
    copy = bed.standby(primary, slot="east", name="east", **(standby or {}))
    until(lambda: streaming(primary, "east"))
    return primary, copy


@scenario()
def healthy_standby(bed: Bed) -> Scene:
    primary, _ = _pair(bed)
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_standby_seen_from_it(bed: Bed) -> Scene:
    primary, standby = _pair(bed)
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=standby.url("postgres"))


@scenario()
def healthy_standby_without_traffic(bed: Bed) -> Scene:
    """Its lag columns are empty: nothing is to be concluded from that."""
    primary, standby = _pair(bed)
    write(primary, 3)
    until(lambda: streaming(primary, "east"))
    time.sleep(0.5)
    return Scene(url=standby.url("postgres"))


@scenario()
def healthy_standby_without_slot(bed: Bed) -> Scene:
    primary = bed.primary(wal_keep_size="32MB", wal_level="replica")
    bed.standby(primary, name="plain")
    until(lambda: streaming(primary, "plain"))
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=primary.url("postgres"))


@scenario()
def healthy_cascade(bed: Bed) -> Scene:
    """Looked at in the middle: a standby that itself has a standby."""
    primary, middle = _pair(bed, standby={"max_slot_wal_keep_size": "64MB"})
    bed.work(Load(primary, 400))
    bed.standby(middle, slot="leaf", name="leaf")
    until(lambda: streaming(middle, "leaf"))
    time.sleep(1)
    return Scene(url=middle.url("postgres"))


@scenario()
def cascade_leaf_down(bed: Bed) -> Scene:
    """Looked at in the middle: its own standby is gone."""
    primary, middle = _pair(bed, standby={"max_slot_wal_keep_size": "96MB", "max_wal_size": "16MB"})
    leaf = bed.standby(middle, slot="leaf", name="leaf")
    until(lambda: streaming(middle, "leaf"))
    leaf.stop(signal.SIGQUIT)
    write(primary, 24)
    until(lambda: streaming(primary, "east"))
    return Scene(url=middle.url("postgres"), subject="leaf", expected=says("standby-down warning"))


@scenario()
def standby_down(bed: Bed) -> Scene:
    primary, standby = _pair(bed, settings={"max_wal_size": "16MB"})
    standby.stop(signal.SIGQUIT)
    write(primary, 24)
    return Scene(url=primary.url("postgres"), subject="east", expected=says("standby-down warning"))


@scenario()
def standby_down_without_a_cap(bed: Bed) -> Scene:
    primary, standby = _pair(bed, settings={"max_wal_size": "16MB", "max_slot_wal_keep_size": "-1"})
    standby.stop(signal.SIGQUIT)
    write(primary, 24)
    expected = says("standby-down error", "no-slot-wal-limit note")
    return Scene(url=primary.url("postgres"), subject="east", expected=expected)


@scenario()
def standby_lost(bed: Bed) -> Scene:
    """It was down for too long: its slot was given up."""
    primary, standby = _pair(bed, settings={"max_wal_size": "4MB", "max_slot_wal_keep_size": "8MB"})
    standby.stop(signal.SIGQUIT)
    write(primary, 30)
    primary.run("CHECKPOINT")
    until(lambda: slot(primary, "wal_status", "east") == "lost")
    return Scene(url=primary.url("postgres"), subject="east", expected=says("slot-lost error"))


@scenario()
def standby_lagging(bed: Bed) -> Scene:
    """It receives no more, and holds its connection: its receiver is stopped."""
    primary, standby = _pair(bed, settings={"max_wal_size": "16MB", "max_slot_wal_keep_size": "64GB"})
    receiver = standby.one("SELECT pid FROM pg_stat_wal_receiver")
    os.kill(receiver, signal.SIGSTOP)
    bed.at_end.append(lambda: os.kill(receiver, signal.SIGCONT))
    write(primary, 48)
    bed.work(Load(primary, 1000))
    time.sleep(1)
    expected, may = says("standby-lagging warning"), frozenset({"slot-lagging"})
    return Scene(url=primary.url("postgres"), subject="east", expected=expected, may=may)


@scenario()
def standby_delayed(bed: Bed) -> Scene:
    """It receives all, and replays it an hour later, as it is told to: seen from it, that is no mistake."""
    primary, standby = _pair(bed, settings={"max_wal_size": "16MB"}, standby={"recovery_min_apply_delay": "1h"})
    write(primary, 20)
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=standby.url("postgres"))


@scenario()
def replay_paused(bed: Bed) -> Scene:
    primary, standby = _pair(bed, settings={"max_wal_size": "16MB"})
    standby.run("SELECT pg_wal_replay_pause()")
    bed.work(Load(primary, 1000))
    write(primary, 24)
    until(lambda: standby.one("SELECT pg_get_wal_replay_pause_state()") == "paused")
    return Scene(url=standby.url("postgres"), expected=says("replay-paused warning"))


@scenario()
def replay_paused_seen_from_primary(bed: Bed) -> Scene:
    """The primary sees that it replays nothing, not why."""
    primary, standby = _pair(bed, settings={"max_wal_size": "16MB"})
    standby.run("SELECT pg_wal_replay_pause()")
    write(primary, 48)
    bed.work(Load(primary, 1000))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject="east", expected=says("standby-lagging warning"))


@scenario()
def healthy_synchronous_standby(bed: Bed) -> Scene:
    primary, _ = _pair(bed, settings={"synchronous_commit": "on"})
    primary.set(synchronous_standby_names="FIRST 1 (east)")
    bed.work(Load(primary, 400))
    until(lambda: primary.one("SELECT sync_state FROM pg_stat_replication") == "sync")
    return Scene(url=primary.url("postgres"))


@scenario()
def sync_standby_missing(bed: Bed) -> Scene:
    """Commits wait for a standby that is not there."""
    primary, standby = _pair(bed, settings={"synchronous_commit": "on"})
    primary.set(synchronous_standby_names="FIRST 1 (east)")
    standby.stop(signal.SIGQUIT)
    waiting = bed.connect(primary, application_name="shop")
    waiting.pgconn.send_query(b"CREATE TABLE waits (a int)")
    waiting.pgconn.flush()
    until(lambda: primary.one("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
    expected = says("sync-standby-missing error")
    return Scene(url=primary.url("postgres"), subject="east", expected=expected, may=frozenset({"standby-down"}))


def _failover(bed: Bed, **standby: str) -> tuple[Node, Node]:
    """A primary with a failover slot, and a standby that is to synchronize it."""
    settings = {"sync_replication_slots": "on", "hot_standby_feedback": "on"} | standby
    primary, copy = _pair(bed, standby=settings)
    primary.run("CREATE PUBLICATION everything FOR ALL TABLES")
    primary.run("SELECT pg_create_logical_replication_slot('cdc', 'pgoutput', failover => true)")
    return primary, copy


def _synced(standby: Node) -> bool:
    return bool(standby.run("SELECT 1 FROM pg_replication_slots WHERE slot_name = 'cdc' AND synced AND NOT temporary"))


@scenario(since=17)
def healthy_failover_slot(bed: Bed) -> Scene:
    primary, standby = _failover(bed)
    bed.work(Consumer(primary, "cdc"))
    bed.work(Load(primary, 400))
    until(lambda: primary.run("SELECT pg_log_standby_snapshot()") and _synced(standby), 30)
    return Scene(url=primary.url("postgres"))


@scenario(since=17)
def healthy_failover_slot_seen_from_standby(bed: Bed) -> Scene:
    return Scene(url=_url_of_standby(bed, healthy_failover_slot(bed)))


def _url_of_standby(bed: Bed, _: Scene) -> str:
    return bed.nodes[1].url("postgres")


@scenario(since=17)
def failover_slot_not_synced(bed: Bed) -> Scene:
    """It is to survive a failover, and no standby takes it over: synchronization is off there."""
    primary, _ = _failover(bed, sync_replication_slots="off")
    bed.work(Consumer(primary, "cdc"))
    bed.work(Load(primary, 400))
    time.sleep(1)
    return Scene(url=primary.url("postgres"), subject="cdc", expected=says("failover-slot-not-synced warning"))


@scenario(since=17)
def failover_slot_not_synced_seen_from_standby(bed: Bed) -> Scene:
    """The copy on the standby stays temporary: what the standby kept lies after what the slot needs."""
    primary, standby = _failover(bed)
    write(primary, 2)
    until(lambda: standby.one("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'cdc'"))
    time.sleep(1)
    return Scene(url=standby.url("postgres"), subject="cdc", expected=says("failover-slot-not-synced warning"))


@scenario(since=17)
def failover_slot_waits(bed: Bed) -> Scene:
    """Its consumer is sent nothing before a standby has it, and that standby is gone."""
    primary, standby = _failover(bed)
    bed.work(Consumer(primary, "cdc"))
    primary.set(synchronized_standby_slots="east")
    time.sleep(0.5)
    standby.stop(signal.SIGQUIT)
    bed.work(Load(primary, 1000))
    write(primary, 8)
    time.sleep(1)
    expected = says("failover-slot-waits error")
    may = frozenset({"standby-down", "failover-slot-not-synced"})
    return Scene(url=primary.url("postgres"), subject="cdc", evidence=("east",), expected=expected, may=may)


@scenario(since=16)
def healthy_logical_slot_on_a_standby(bed: Bed) -> Scene:
    feedback = {"hot_standby_feedback": "on", "wal_receiver_status_interval": "1s", "max_slot_wal_keep_size": "64MB"}
    primary, standby = _pair(bed, standby=feedback)
    _logical_on(primary, standby)
    until(lambda: slot(primary, "catalog_xmin", "east"))
    bed.work(Load(primary, 400))
    bed.work(Consumer(standby, "there"))
    time.sleep(1)
    return Scene(url=standby.url("postgres"))


@scenario(since=16)
def slot_lost_on_a_standby(bed: Bed) -> Scene:
    """Rows that its decoding needs were removed on the primary: it did not ask to keep them."""
    primary, standby = _pair(bed, standby={"hot_standby_feedback": "off", "max_slot_wal_keep_size": "64MB"})
    _logical_on(primary, standby)
    primary.run("CREATE TABLE gone (a int)")
    primary.run("DROP TABLE gone")
    primary.run("VACUUM (FULL) pg_class")
    until(lambda: slot(standby, "wal_status", "there") == "lost" or slot(standby, "conflicting", "there"))
    return Scene(url=standby.url("postgres"), subject="there", expected=says("slot-lost error"))


def _logical_on(primary: Node, standby: Node) -> None:
    """Make a logical slot on a standby, which waits for a snapshot of the primary's running transactions."""
    primary.run("CREATE PUBLICATION everything FOR ALL TABLES")
    with standby.connect("postgres", options="-c statement_timeout=20s") as conn:
        conn.pgconn.send_query(b"SELECT pg_create_logical_replication_slot('there', 'pgoutput')")
        while not select.select([conn.pgconn.socket], [], [], 0.1)[0]:
            primary.run("SELECT pg_log_standby_snapshot()")
        while conn.pgconn.get_result():
            pass
