"""dbtool is killed, cut off and left without an answer at every message that it exchanges with the server.

Each point ends with `dbtool migrate` run directly until it has nothing to do, and with every statement applied
once, no INVALID index and no half-done step in the ledger. `make test` takes a sample of the points, each with
another kind of harm; all points by all kinds are marked slow.
"""

import itertools

import pytest

from tests.faults.harness import ForkedProject, new_database
from tests.faults.proxy import Fault, Proxy
from tests.faults.six import SIX_MIGRATIONS, outlived, survives, wrong_in
from tests.servers import Server

# What may be the end of the run that is harmed: it goes on by itself (0), tells that it cannot (7), or was
# told to stop (130; 0, or the signal itself, where all was done and Python was on its way out; -9 is the kill).
_ENDS = {
    ("cut", "client"): {0, 7},
    ("kill", "client"): {0, -9},
    ("swallow", "client"): {0, 7},
    ("cut", "server"): {0, 7},
    ("int", "client"): {0, 130, -2},
    ("tear", "client"): {0, 7},
    ("cut-all", "client"): {0, 7},
    ("kill", "server"): {0, -9},
    ("term", "client"): {0, 130, -15},
    ("cut-all", "server"): {0, 7},
    ("cut-after", "client"): {0, 7},
    ("int", "server"): {0, 130, -2},
}
_SAMPLE = 18  # points on each server in `make test`


@pytest.fixture
def six(make_project) -> ForkedProject:
    """The project of the sweeps."""
    project = make_project()
    project.write(**SIX_MIGRATIONS)
    return project


def _messages(project: ForkedProject, server: Server) -> dict[str, int]:
    """Return how many messages each side sends in a run that nothing happens to."""
    with new_database(server) as database, Proxy(server.port) as proxy:
        assert project.run_on(proxy.url(database.name), "migrate").returncode == 0
        return proxy.counts


def test_applied_once_whatever_happens_at_some_messages(each_server, six):
    counts = _messages(six, each_server)
    wrong: list[str] = []
    for number, (kind, side) in zip(range(_SAMPLE), itertools.cycle(_ENDS), strict=False):
        at = 1 + counts[side] * number // _SAMPLE
        with new_database(each_server) as database:
            wrong.append(survives(six, database, Fault(kind, at, side), _ENDS[kind, side]))
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_what_the_server_still_has_of_a_lost_connection_is_ended_by_the_run_itself(each_server, six):
    """As when a NAT or a VPN dies in between: the server does not learn that the client has gone."""
    count = _messages(six, each_server)["client"]
    for at in (count // 8, count // 2):
        with new_database(each_server) as database, Proxy(each_server.port, Fault("ghost", at)) as proxy:
            ended = six.run_on(proxy.url(database.name), "migrate", "--lock-wait", "10s")
            assert ended.returncode == 0, f"at {at}: {ended}"
            assert wrong_in(database) == ""


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "side"), _ENDS)
def test_applied_once_whatever_happens_at_any_message(each_server, six, kind, side):
    count = _messages(six, each_server)[side]
    wrong: list[str] = []
    for at in range(1, count + 1):
        with new_database(each_server) as database:
            wrong.append(survives(six, database, Fault(kind, at, side), _ENDS[kind, side]))
    assert not any(wrong), "\n".join(filter(None, wrong))


def _stall(project: ForkedProject, server: Server, points: int) -> None:
    count = _messages(project, server)["client"]
    wrong: list[str] = []
    for number in range(points or count):
        with new_database(server) as database:
            wrong.append(outlived(project, database, 1 + (2 * number + 1) * count // (2 * (points or count))))
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_a_run_that_stalled_at_some_messages_while_another_took_over_changes_nothing(each_server, six):
    _stall(six, each_server, points=1)


@pytest.mark.slow
def test_a_run_that_stalled_at_any_message_while_another_took_over_changes_nothing(each_server, six):
    _stall(six, each_server, points=0)
