"""On a standby: read from 16 on, refused before with the reason; `feed lsn` tells what was received and replayed."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Project
from tests.feed.conftest import wait_until
from tests.servers import Server, binaries


@pytest.fixture(params=[max(binaries()), pytest.param(min(binaries()), marks=pytest.mark.slow)], ids=lambda v: f"pg{v}")
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """A primary and its standby, whose slot of the primary keeps catalog rows for it."""
    primary = Server(request.param).start()
    primary.stop()
    standby = Server(request.param)
    _copy(primary.home / "data", standby.home / "data")
    standby.home.chmod(0o755)
    (standby.home / "data" / "standby.signal").touch()
    standby.settings["primary_conninfo"] = f"host=127.0.0.1 port={primary.port} user=postgres"
    standby.settings["hot_standby_feedback"] = "on"
    primary.start()
    standby.start()
    yield primary, standby
    standby.remove()
    primary.remove()


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    target.chmod(0o700)
    if os.geteuid() == 0:
        for path in (target, *target.rglob("*")):
            os.chown(path, source.stat().st_uid, source.stat().st_gid)


def test_a_standby(pair: tuple[Server, Server], project: Project) -> None:
    primary, standby = pair
    env = {"DATABASE_URL": standby.url("postgres")}
    with primary.connect("postgres") as conn:
        conn.execute("CREATE TABLE jobs (id integer PRIMARY KEY)")
        conn.execute("CREATE PUBLICATION jobs FOR ALL TABLES")
        position = project.run("feed", "lsn", env=env)
        assert "a standby; received" in position.stdout and "replayed" in position.stdout
        if standby.major < 16:
            for words in (["peek", "any"], ["tail"]):
                refused = project.run("feed", *words, env=env)
                assert refused.returncode == 1 and "a standby decodes changes from 16 on" in refused.stderr
            return
        # a slot on a standby begins with the next record of running transactions, which the primary writes
        with standby.connect("postgres") as reading:
            make = threading.Thread(
                target=lambda: reading.execute("SELECT pg_create_logical_replication_slot('there', 'pgoutput')")
            )
            make.start()
            while make.is_alive():
                conn.execute("SELECT pg_log_standby_snapshot()")
                make.join(0.2)
            conn.execute("INSERT INTO jobs VALUES (1)")
            wait_until(lambda: reading.execute("SELECT count(*) FROM jobs").fetchone()[0])
            peeked = project.run("feed", "peek", "there", env=env)
            assert "INSERT public.jobs id=1" in peeked.stdout, peeked.stdout + peeked.stderr
            until = reading.execute("SELECT pg_last_wal_replay_lsn()::text").fetchone()[0]
            told = project.run("feed", "tail", "--slot", "there", "--until", until, env=env)
            assert '"new":{"id":1}' in told.stdout, told.stderr
