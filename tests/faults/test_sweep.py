"""dbtool is killed, cut off and left without an answer at every message that it exchanges with the server.

Each point ends with `dbtool migrate` run directly until it has nothing to do, and with every statement applied
once, no INVALID index and no half-done step in the ledger. `make test` takes a sample of the points, each kind of
harm other ones; the full sweep is marked slow.
"""

import pytest

from tests.conftest import Project
from tests.faults.harness import SIX_MIGRATIONS, Forker, new_database, outlived, survives
from tests.faults.proxy import Fault, Proxy
from tests.servers import Server

# What may be the end of the run that is harmed: it goes on by itself (0), tells that it cannot (7), or was
# told to stop (130; 0 where it was done already; -9 is the kill itself).
_ENDS = {
    ("cut", "client"): {0, 7},
    ("cut-after", "client"): {0, 7},
    ("cut-all", "client"): {0, 7},
    ("tear", "client"): {0, 7},
    ("swallow", "client"): {0, 7},
    ("cut", "server"): {0, 7},
    ("cut-all", "server"): {0, 7},
    ("kill", "client"): {0, -9},
    ("kill", "server"): {0, -9},
    ("term", "client"): {0, 130},
    ("int", "client"): {0, 130},
    ("int", "server"): {0, 130},
}
_SAMPLE = 3  # points of each kind in `make test`


def _messages(forker: Forker, project: Project, server: Server, side: str) -> int:
    """Return how many messages *side* sends in a run that nothing happens to."""
    with new_database(server) as database, Proxy(server.port) as proxy:
        assert forker.run(project, "migrate", url=proxy.url(database.name)).returncode == 0
        return proxy.counts[side]


def _sweep(forker: Forker, project: Project, server: Server, kind: str, side: str, step: int, first: int) -> None:
    project.write(**SIX_MIGRATIONS)
    count = _messages(forker, project, server, side)
    step = step or count // _SAMPLE
    wrong: list[str] = []
    for at in range(1 + first % step, count + 1, step):
        with new_database(server) as database:
            fault = Fault(kind, at, side)
            wrong.append(survives(forker, project, database, fault, _ENDS[kind, side]))
    wrong = [text for text in wrong if text]
    assert not wrong, f"{len(wrong)} of {count // step} points:\n" + "\n".join(wrong)


@pytest.mark.parametrize(("kind", "side"), _ENDS)
def test_applied_once_whatever_happens_at_some_messages(each_server, make_project, forker, kind, side):
    first = 37 * list(_ENDS).index((kind, side))
    _sweep(forker, make_project(), each_server, kind, side, step=0, first=first)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "side"), _ENDS)
def test_applied_once_whatever_happens_at_any_message(each_server, make_project, forker, kind, side):
    _sweep(forker, make_project(), each_server, kind, side, step=1, first=0)


def _stall(forker: Forker, project: Project, server: Server, step: int) -> None:
    project.write(**SIX_MIGRATIONS)
    count = _messages(forker, project, server, "client")
    wrong: list[str] = []
    for at in range(step // 2 + 1, count + 1, step):
        with new_database(server) as database:
            wrong.append(outlived(forker, project, database, at))
    assert not any(wrong), "\n".join(text for text in wrong if text)


def test_a_run_that_stalled_at_some_messages_while_another_took_over_changes_nothing(each_server, make_project, forker):
    _stall(forker, make_project(), each_server, step=110)


@pytest.mark.slow
def test_a_run_that_stalled_at_any_message_while_another_took_over_changes_nothing(each_server, make_project, forker):
    _stall(forker, make_project(), each_server, step=1)
