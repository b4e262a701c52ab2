"""The guard's decision as a truth table, and how it is settled."""

from pathlib import Path

import pytest

from dbtool.config import Environment, Project
from dbtool.errors import Refused
from dbtool.guard import Allow, Ask, decide, is_local, settle
from dbtool.secrets import Secret
from dbtool.target import Target

LOCAL, FAR = ("localhost", "127.0.0.1"), ("db.example.com", "203.0.113.7")


def target(name: str = "development", *, named: bool = True, protected: bool = False, embedded: bool = False) -> Target:
    project = Project(root=Path(), file=None, migrations=Path(), environments={})
    return Target(
        environment=Environment(name=name, protected=protected), why="chosen by --env", url=Secret("x"), url_from="x",
        named=named, embedded=embedded, project=project,
    )  # fmt: skip


@pytest.mark.parametrize("hosts", [LOCAL, FAR], ids=["local", "far"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("protected", [True, False], ids=["protected", "open"])
@pytest.mark.parametrize("name", ["development", "test", "staging", "production", "prod", "LIVE", "prd"])
def test_who_is_asked(name: str, protected: bool, named: bool, hosts: tuple[str, ...]) -> None:
    production = name.lower() in ("production", "prod", "live", "prd")
    asked = production or protected or (hosts == FAR and not named)
    verdict = decide(target(name, named=named, protected=protected), hosts=hosts, database="shop")
    assert isinstance(verdict, Ask if asked else Allow)
    if isinstance(verdict, Ask):
        assert verdict.phrase == "shop"


def test_the_embedded_server_is_never_asked_about() -> None:
    assert decide(target("production", embedded=True), hosts=(), database="x") == Allow()


def test_one_far_host_among_several_is_enough() -> None:
    verdict = decide(target(named=False), hosts=("localhost", "db.example.com"), database="x")
    assert isinstance(verdict, Ask)
    assert "db.example.com is not this machine" in verdict.why


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("", True), ("/tmp", True), ("@abstract", True), ("LOCALHOST", True), ("localhost.", True), ("127.9.9.9", True),
        ("::1", True), ("localhost.example.com", False), ("127.0.0.1.example.com", False), ("10.0.0.1", False),
        ("0.0.0.0", False), ("::ffff:10.0.0.1", False), ("db", False),
    ],
)  # fmt: skip
def test_which_hosts_are_this_machine(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_settle_lets_allow_and_yes_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    settle(Allow(), yes=False, command="migrate", target=target())
    settle(Ask(phrase="x", why="y"), yes=True, command="migrate", target=target())


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from dbtool import console

    monkeypatch.setattr(console, "can_ask", lambda: False)
    monkeypatch.setattr(console, "ask", lambda question: pytest.fail("asked"))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="because") as caught:
        settle(Ask(phrase="shop", why="because"), yes=False, command="migrate", target=target())
    assert "--yes" in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "passes"),
    [("shop\n", True), ("shop", True), ("SHOP\n", False), ("y\n", False), ("\n", False), ("", False)],
)
def test_on_a_terminal_only_the_databases_name_passes(
    answer: str, passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dbtool import console

    monkeypatch.setattr(console, "can_ask", lambda: True)
    monkeypatch.setattr(console, "ask", lambda question: answer)  # type: ignore[arg-type]
    ask = Ask(phrase="shop", why="because")
    if passes:
        settle(ask, yes=False, command="migrate", target=target())
    else:
        with pytest.raises(Refused, match="nothing was done"):
            settle(ask, yes=False, command="migrate", target=target())
