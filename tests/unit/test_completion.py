"""Completion: scripts for three shells, and what they complete."""

import shutil
import subprocess
from pathlib import Path

import pytest

from dbtool.commands.completion import completion_script
from dbtool.commands.options import _environments as environments  # pyright: ignore[reportPrivateUsage]
from dbtool.commands.options import migration_ids

SHELLS = {"bash": "complete ", "zsh": "#compdef dbtool", "fish": "complete --command dbtool"}


@pytest.mark.parametrize(("shell", "mark"), SHELLS.items())
def test_each_shell_has_its_script(shell: str, mark: str) -> None:
    script = completion_script(shell)
    assert mark in script
    assert "_DBTOOL_COMPLETE" in script
    assert script.endswith("\n")
    assert not script.endswith("\n\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_itself_takes_the_script(shell: str) -> None:
    if not (program := shutil.which(shell)):
        pytest.skip(f"no {shell} here")
    subprocess.run([program, "-n"], input=completion_script(shell), text=True, check=True)


def test_environments_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dbtool.toml").write_text('[environments.staging]\nurl = "x"\n')
    monkeypatch.chdir(tmp_path)
    assert environments("s") == ["staging"]
    assert "production" in environments("")


def test_migration_ids_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "migrations").mkdir()
    for name in ("001_a", "001_b", "002_c"):
        (tmp_path / f"migrations/{name}.sql").write_text("select 1")
    monkeypatch.chdir(tmp_path)
    assert migration_ids("001") == ["001_a", "001_b"]


def test_a_broken_project_completes_nothing_and_raises_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dbtool.toml").write_text("= broken")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/a.sql").write_text("-- depends: nobody\n")
    monkeypatch.chdir(tmp_path)
    assert (environments(""), migration_ids("")) == ([], [])
