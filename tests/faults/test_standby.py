"""A read-only standby is refused at once, with the reason."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers import Server, binaries


@pytest.fixture(scope="module", params=sorted({min(binaries()), max(binaries())}), ids=lambda v: f"pg{v}")
def standby(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A hot standby: a copy of a stopped primary's data directory that follows it."""
    primary = Server(request.param).start()
    primary.stop()
    copy = Server(request.param)
    _copy(primary.home / "data", copy.home / "data")
    copy.home.chmod(0o755)
    (copy.home / "data" / "standby.signal").touch()
    copy.settings["primary_conninfo"] = f"host=127.0.0.1 port={primary.port} user=postgres"
    primary.start()
    copy.start()
    yield copy
    copy.remove()
    primary.remove()


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    target.chmod(0o700)
    if os.geteuid() == 0:
        for path in (target, *target.rglob("*")):
            os.chown(path, source.stat().st_uid, source.stat().st_gid)


def test_a_standby_is_refused_within_a_second_or_so_with_the_reason(standby, make_project):
    project = make_project()
    project.write(m1="CREATE TABLE t (a int);")
    url = {"DATABASE_URL": standby.url("postgres")}
    project.run("status", env=url)  # what is imported is read from disk before
    started = time.monotonic()
    refused = project.run("migrate", env=url)
    assert time.monotonic() - started < 3, "a second, and what a loaded machine adds"
    assert refused.returncode == 1
    assert "is a standby" in refused.stderr and "primary" in refused.stderr


def test_status_answers_on_a_standby(standby, make_project):
    project = make_project()
    project.write(m1="CREATE TABLE t (a int);")
    told = project.run("status", env={"DATABASE_URL": standby.url("postgres")})
    assert told.returncode == 0, told.stderr
    assert "1 pending" in told.stdout


def test_with_several_hosts_the_primary_is_found(standby, make_project):
    project = make_project()
    project.write(m1="CREATE TABLE IF NOT EXISTS found (a int);")
    primary = psycopg.conninfo.conninfo_to_dict(standby.settings["primary_conninfo"])["port"]
    hosts = f"127.0.0.1:{standby.port},127.0.0.1:{primary}"
    done = project.run(
        "migrate", env={"DATABASE_URL": f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"}
    )
    assert done.returncode == 0, done.stderr
