"""Where programs are looked for, what installs them, and how a database is shown."""

import sys
from pathlib import Path

import pytest

from dbtool.guard.policy import Standing
from dbtool.studio import programs
from dbtool.studio.look import Look
from dbtool.studio.opening import open_harlequin
from dbtool.studio.programs import Harlequin, installing
from dbtool.studio.reach import Reach
from dbtool.where import Where


def look(
    environment: str = "development", standing: Standing = Standing.DEVELOPMENT, *, writable: bool = False
) -> Look:
    where = Where(
        host="db",
        port=5432,
        database="app",
        role="me",
        server_version="18",
        environment=environment,
        why="",
        url_from="",
    )
    return Look(where=where, mark="", standing=standing, writable=writable)


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("uv-receipt.toml", "uv tool install 'harlequin[postgres]'"),
        ("pipx_metadata.json", "pipx install 'harlequin[postgres]'"),
        ("", f"{sys.executable} -m pip install 'dbtool-pg[studio]'"),
    ],
)
def test_the_command_that_installs_is_that_of_dbtool_itself(
    file: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(programs, "_installer", lambda: "pip")
    if file:
        (tmp_path / file).touch()
    assert installing(None) == command


def test_uv_installs_into_the_environment_of_dbtool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_installer", lambda: "uv")
    assert installing(None) == f"uv pip install --python {sys.executable} 'dbtool-pg[studio]'"


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("uv-receipt.toml", "uv tool install 'harlequin[postgres]'"),
        ("pipx_metadata.json", "pipx inject harlequin harlequin-postgres"),
        ("", "{python} -m pip install harlequin-postgres"),
    ],
)
def test_an_adapter_is_added_to_the_harlequin_that_is_there(file: str, command: str, tmp_path: Path) -> None:
    python, script = tmp_path / "bin" / "python3", tmp_path / "bin" / "harlequin"
    python.parent.mkdir()
    script.write_text(f"#!{python}\n")
    if file:
        (tmp_path / file).touch()
    assert installing(Harlequin(path=str(script), adapters=frozenset())) == command.format(python=python)


def test_the_line_says_first_what_matters_most() -> None:
    assert look().line == "development | read-only | app on db:5432 as me | not marked"
    assert look("production", Standing.PRODUCTION, writable=True).line.startswith("production | read-write | ")
    assert look("prod-eu", Standing.PRODUCTION).line.startswith("production, called prod-eu | ")


def test_no_name_breaks_out_of_the_prompt_or_the_title() -> None:
    odd = look("a%/b\x1b[0m\x07")
    assert "\x1b" not in odd.title + odd.line
    assert "\x07" not in odd.title
    assert odd.prompt("%# ", coloured=False) == "[a%%/b?[0m?, read-only] %/%# "


def test_each_way_to_open_each_database_has_an_editor_of_its_own() -> None:
    found = Harlequin(path="harlequin", adapters=frozenset({"postgres", "dbtool"}))
    conninfos = ("dbname=a", "dbname=b", "dbname=a options='-c default_transaction_read_only=on'")
    opened = [open_harlequin(found, Reach(conninfo=text, variables={}), look()) for text in conninfos]
    assert len({opening.variables["XDG_CACHE_HOME"] for opening in opened}) == 3
