"""The project's container: made, found, started, explained; the data are never lost on the way."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from dbtool.errors import Unreachable, UsageError
from dbtool.server.containers import docker
from dbtool.server.containers.making import INSIDE
from dbtool.server.ports import is_free
from tests.containers import images
from tests.docker.place import Place, run


def test_it_is_made_found_and_started_again_with_the_same_url(place: Place) -> None:
    first = place.up()
    assert first.started and first.version.startswith(str(max(images())))
    assert run(first, "SHOW wal_level") == [("logical",)]
    assert run(first, "SHOW max_slot_wal_keep_size") == [("1GB",)]
    found = place.machine._api.inspect_container(place.container().id)
    assert found["HostConfig"]["PortBindings"][INSIDE] == [{"HostIp": "127.0.0.1", "HostPort": str(first.port)}]
    assert found["Config"]["Healthcheck"]["Test"][1] == "pg_isready"
    run(first, "CREATE TABLE kept (id int)")
    again = place.up()
    assert not again.started and again.url == first.url
    assert place.down() == (f"stopped {first.name}",)
    assert place.down() == ()
    seen = docker.look(place.root)
    assert seen is not None and (seen.state, seen.health, seen.port) == ("exited", "", first.port)
    third = place.up()
    assert third.started and third.url == first.url
    assert run(third, "TABLE kept") == []
    place.machine._api.pause(place.container().id)
    fourth = place.up()
    assert fourth.started and fourth.url == first.url
    assert first.url.reveal().partition(":")[0] == "postgresql" and "***" in str(first.url)
    done = place.down(volumes=True)
    assert [word.split()[0] for word in done] == ["removed", "removed"]
    assert docker.look(place.root) is None
    anew = place.up()
    assert anew.url == first.url, "a URL in .env stays valid"
    assert run(anew, "SELECT to_regclass('kept')") == [(None,)]


def test_data_outlive_a_container_that_was_removed_and_settings_that_change(place: Place) -> None:
    first = place.up()
    run(first, "CREATE TABLE kept AS SELECT 7 AS id")
    run(first, "CHECKPOINT")  # commits are asynchronous here, and the next is a kill
    place.machine.remove(place.container().id)
    seen = docker.look(place.root)
    assert seen is not None and seen.state == "removed"
    second = place.up()
    assert second.url == first.url and run(second, "TABLE kept") == [(7,)]
    assert "are there from before" in place.said[-1]

    with psycopg.connect(second.url.reveal(), application_name="somebody"):
        with pytest.raises(UsageError, match=r"would disconnect process \d+ \(somebody, database development\)"):
            place.up(wal_level="replica")
        assert not place.up().started
    other = next(port for port in range(first.port + 1, 65536) if is_free(port))
    third = place.up(wal_level="replica", port=other)
    assert run(third, "SHOW wal_level") == [("replica",)] and third.port == other
    assert run(third, "TABLE kept") == [(7,)]
    assert f"port {other} instead of {first.port}, wal_level replica instead of logical" in place.said[-1]
    assert not place.up(wal_level="replica").started


@pytest.mark.slow
def test_a_password_and_a_database_that_are_not_what_they_were_are_put_right(place: Place) -> None:
    first = place.up()
    run(first, "ALTER ROLE postgres PASSWORD 'another one'")
    assert place.up().url == first.url
    assert "had another password" in place.said[-1]
    admin = first.url.reveal().replace("/development", "/postgres")
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute("DROP DATABASE development")
    assert run(place.up(), "SELECT 1") == [(1,)]


def test_two_projects_have_servers_side_by_side_and_a_port_has_one_owner(make_place: Callable[[str], Place]) -> None:
    one, other = make_place("one"), make_place("The Other")
    first, second = one.up(), other.up()
    assert first.port != second.port and first.url != second.url
    with pytest.raises(UsageError, match=f"port {first.port} of 127.0.0.1 is taken by {first.name}") as error:
        other.up(port=first.port)
    assert "dbtool up --docker --port" in error.value.hint
    assert not other.up().started, "what was refused changed nothing"
    other.down()
    by_process = rf"port {second.port} of 127.0.0.1 is taken by process \d+ \(\S+\)"
    with taken(second.port), pytest.raises(UsageError, match=by_process):
        other.up()
    assert other.up().url == second.url


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Another process that listens on a port."""
    code = f"import socket; s = socket.create_server(('127.0.0.1', {port})); print('there', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline()
        yield
        process.communicate("\n")


def test_a_container_that_ends_is_told_with_its_last_lines_and_at_once(place: Place) -> None:
    place.up()
    name = place.container().name
    place.machine.run_inside(name, "sh", "-c", "echo 9.6 > $PGDATA/PG_VERSION")
    place.down()
    began = time.monotonic()
    with pytest.raises(Unreachable) as error:
        place.up()
    assert time.monotonic() - began < 5  # a second of its own; machines are busy
    assert f"container {name} ended with exit code 1" in error.value.message
    assert "database files are incompatible with server" in error.value.message
    assert f"docker logs {name}" in error.value.hint and "down --volumes" in error.value.hint


def test_an_image_that_cannot_be_had_is_told_before_anything_changes(place: Place) -> None:
    missing = next(major for major in (14, 15, 16, 17) if major not in images())
    with pytest.raises(Unreachable, match=f"the image postgres:{missing} is not on this machine") as error:
        place.up(version=missing)
    assert f"--version {' or '.join(map(str, images()))}" in error.value.hint
    assert place.said == [f"fetching the image postgres:{missing}: it is not on this machine yet"]
    assert docker.look(place.root) is None


def test_a_container_of_that_name_which_is_not_ours_stays(place: Place) -> None:
    from dbtool.server.containers.claims import name_of

    name = name_of(str(place.root))
    place.machine.create(images()[max(images())], name)
    try:
        with pytest.raises(UsageError, match="dbtool did not make it"):
            place.up()
        with pytest.raises(UsageError, match="dbtool did not make it"):
            place.down(volumes=True)
        assert place.machine.container(name) is not None
    finally:
        place.machine.remove(name)


@pytest.mark.slow
def test_a_folder_that_moves_takes_its_server_along_and_a_copy_gets_its_own(place: Place, tmp_path: Path) -> None:
    first = place.up()
    run(first, "CREATE TABLE kept AS SELECT 7 AS id")
    subprocess.run(["cp", "-a", place.root, tmp_path / "copy"], check=True)
    copy = Place(place.machine, tmp_path / "copy")
    assert docker.look(copy.root) is None
    place.down()
    moved = Place(place.machine, place.root.rename(tmp_path / "moved"))
    again = moved.up()
    assert again.url == first.url and run(again, "TABLE kept") == [(7,)]
    place.root.mkdir()  # a new project where the old one was
    with pytest.raises(UsageError, match="is taken by"):
        place.up(port=again.port)
    assert docker.look(place.root) is None


@pytest.mark.slow
def test_each_version_has_data_of_its_own(place: Place) -> None:
    if len(images()) < 2:
        pytest.skip("one image only")
    older, newer = sorted(images())[-2:]
    first = place.up(version=newer)
    run(first, "CREATE TABLE kept (id int)")
    second = place.up(version=older)
    assert second.version.startswith(str(older))
    assert run(second, "SELECT to_regclass('kept')") == [(None,)]
    assert not place.up().started, "without --version it stays what it is"
    third = place.up(version=newer)
    assert run(third, "SELECT to_regclass('kept')::text") == [("kept",)]
    assert len([word for word in place.down(volumes=True) if "volume" in word]) == 2
