"""The bed itself: what it starts, it ends."""

import pytest

from tests.replication.bed import Bed, until
from tests.replication.slots import logical
from tests.replication.standbys import streaming
from tests.replication.workers import Consumer, Load, Reads, write
from tests.servers import binaries


@pytest.mark.parametrize("major", sorted({min(binaries()), max(binaries())}))
def test_nothing_is_left_behind(major: int):
    with Bed(major) as bed:
        primary = bed.primary()
        standby = bed.standby(primary, slot="east", name="east")
        bed.standby(standby, name="leaf")
        until(lambda: streaming(primary, "east") and streaming(standby, "leaf"))
        stuck = bed.work(Consumer(primary, logical(primary), Reads.NOTHING))
        load = bed.work(Load(primary, 400))
        write(primary, 8)
        processes = [node.process for node in bed.nodes if node.process]
    assert len(processes) == 3 and all(process.poll() is not None for process in processes)
    assert not any(node.home.exists() for node in bed.nodes)
    assert not stuck.is_alive() and not load.is_alive()


def test_a_scene_that_fails_ends_its_bed():
    with pytest.raises(ZeroDivisionError), Bed(max(binaries())) as bed:
        bed.primary()
        raise ZeroDivisionError
    assert not bed.nodes[0].home.exists()
