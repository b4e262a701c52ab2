"""Where a Docker engine is looked for, and why there is none."""

import hashlib
import json
import socket
from pathlib import Path

import pytest

from dbtool.server.containers.sockets import Address, addresses, is_local, obstacle


def urls(environment: dict[str, str], home: Path) -> list[str]:
    return [one.url for one in addresses(environment, home)]


def test_docker_host_is_the_only_place_where_it_is_set(tmp_path: Path) -> None:
    assert addresses({"DOCKER_HOST": "tcp://127.0.0.1:2375"}, tmp_path) == (
        Address(url="tcp://127.0.0.1:2375", said_by="DOCKER_HOST"),
    )


def test_the_usual_places_come_in_order(tmp_path: Path) -> None:
    found = urls({"XDG_RUNTIME_DIR": "/run/user/7"}, tmp_path)
    assert found[:2] == ["unix:///var/run/docker.sock", "unix:///run/user/7/docker.sock"]
    assert f"unix://{tmp_path}/.colima/default/docker.sock" in found
    assert found[-2:] == ["unix:///run/user/7/podman/podman.sock", "unix:///run/podman/podman.sock"]


@pytest.mark.parametrize("by_variable", [True, False])
def test_the_context_is_read_as_docker_reads_it(tmp_path: Path, by_variable: bool) -> None:
    meta = tmp_path / ".docker/contexts/meta" / hashlib.sha256(b"mine").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": "mine", "Endpoints": {"docker": {"Host": "unix:///mine.sock"}}}))
    environment = {"DOCKER_CONTEXT": "mine"} if by_variable else {}
    (tmp_path / ".docker/config.json").write_text("{}" if by_variable else '{"currentContext": "mine"}')
    assert addresses(environment, tmp_path) == (Address(url="unix:///mine.sock", said_by="Docker's context mine"),)


@pytest.mark.parametrize("text", ["", "[]", '{"currentContext": "gone"}', '{"currentContext": "default"}', "{"])
def test_a_context_that_leads_nowhere_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(text)
    assert urls({}, tmp_path)[0] == "unix:///var/run/docker.sock"


def test_what_keeps_one_out_is_told(tmp_path: Path) -> None:
    place = str(tmp_path / "s")
    missing = obstacle(Address(url=f"unix://{place}", said_by="DOCKER_HOST"), patience=1)
    assert missing is not None and missing.why == "not running" and "No such file" in missing.message
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(place)  # as a daemon that was killed leaves it: nobody listens
        refused = obstacle(Address(url=f"unix://{place}"), patience=1)
        assert refused is not None and refused.why == "not running" and "Connection refused" in refused.message
        one.listen()
        assert obstacle(Address(url=f"unix://{place}"), patience=1) is None
    for address in ("tcp://docker:2375", "ssh://me@host"):
        far = obstacle(Address(url=address, said_by="DOCKER_HOST"), patience=1)
        assert far is not None and far.why == "elsewhere" and not is_local(address)
    strange = obstacle(Address(url="gopher:///x", said_by="DOCKER_HOST"), patience=1)
    assert strange is not None and "gopher:// is no address" in strange.message
