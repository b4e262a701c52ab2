"""Every command explains itself, and completes in a real shell."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from dbtool import cli
from tests.conftest import ROOT, Project, clean_environment


def commands() -> Iterator[tuple[str, Any]]:
    """Each command by its full name."""
    for name, command in typer.main.get_command(cli.build()).commands.items():  # type: ignore[attr-defined]
        if getattr(command, "invoke_without_command", True):  # a group that answers by itself, too: `dbtool slots`
            yield name, command
        yield from ((f"{name} {sub}", found) for sub, found in getattr(command, "commands", {}).items())


ALL = dict(commands())


def test_the_list_of_help_is_that_of_the_commands_themselves() -> None:
    """It is made without importing any of them."""
    listed = typer.main.get_command(cli.build(listed=True)).commands  # type: ignore[attr-defined]
    full = typer.main.get_command(cli.build()).commands  # type: ignore[attr-defined]
    assert {n: c.get_short_help_str(999) for n, c in listed.items()} == {
        n: c.get_short_help_str(999) for n, c in full.items()
    }


@pytest.mark.parametrize("name", ALL)
def test_its_help_has_a_sentence_and_an_example(name: str) -> None:
    said = ALL[name].help or ""
    assert re.match(r"[A-Z].{10,}\.", said)
    assert re.search(rf"^Example: dbtool {name}\b", said, re.MULTILINE), said


@pytest.mark.parametrize("name", ALL)
def test_each_of_its_options_is_explained(name: str) -> None:
    for parameter in ALL[name].params:
        said = getattr(parameter, "help", None)
        assert said, f"dbtool {name} {parameter.opts}"
        assert "[" not in said, "what stands in brackets is taken for markup, and not shown"


@pytest.mark.parametrize("name", ALL)
def test_it_speaks_json(name: str) -> None:
    assert "--json" in {option for parameter in ALL[name].params for option in parameter.opts}


def test_they_are_the_commands_that_are_promised() -> None:
    assert {name.split(" ")[0] for name in ALL} == set(cli.COMMANDS)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("dbtool mig", {"migrate"}),
        ("dbtool migrate --env st", {"staging"}),
        ("dbtool migrate --to 2026", {"20260101_a", "20260102_b"}),
        ("dbtool baseline 20260102", {"20260102_b"}),
        ("dbtool rollback --s", {"--steps"}),
        ("dbtool completion show f", {"fish"}),
    ],
)
def test_bash_completes(line: str, offered: set[str], tmp_path: Path) -> None:
    project = Project(tmp_path, clean_environment())
    project.write(_20260101_a="select 1", _20260102_b="select 1")
    (tmp_path / "dbtool.toml").write_text('[environments.staging]\nurl = "x"\n')
    bin = tmp_path / "bin"
    bin.mkdir()
    (bin / "dbtool").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dbtool "$@"\n')
    (bin / "dbtool").chmod(0o755)
    words = line.split(" ")
    script = (
        f'source "{ROOT}/completions/dbtool.bash"; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; '
        f'COMP_LINE="{line}"; COMP_POINT={len(line)}; _dbtool_completion dbtool; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=project.environment | {"PATH": f"{bin}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert {reply.split(",")[-1].strip() for reply in done.stdout.split()} == offered, done.stderr
