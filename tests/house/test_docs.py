"""The documentation is true: its transcripts run, its links lead somewhere, and no command, option or exit code is left out.

A ```console block below a comment `<!-- run: example -->` is run in a copy of the example project, on an empty database
of a real server; `run: empty` starts in an empty folder, `run: same` goes on where the block before it ended. Further
lines of the comment are run first and not shown. What differs from run to run (times, ids, ports) is not compared.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql

from tests.conftest import ROOT, clean_environment
from tests.house.forked import CLIENT, forking_process
from tests.servers import Server

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
_DATABASE = "app"


# ---- transcripts


@dataclass(frozen=True)
class Block:
    """A ```console block: where it starts, what is run before it, its commands and what each prints."""

    start: str  # example, empty, same
    preparation: str
    commands: tuple[tuple[str, str], ...]
    span: tuple[int, int]  # of its text in the page

    @property
    def script(self) -> str:
        """The commands for bash, each ended by a NUL in the output; `$?` is the last command's."""
        ended = '\n__code=$?; printf "\\0"; (exit $__code)\n'
        return self.preparation + ended + "".join(command + ended for command, _ in self.commands)


_BLOCK = re.compile(r"<!-- run: (\w+)\n?(.*?)\s*-->\n+```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page that are to be run."""
    return [Block(m[1], m[2], tuple(_commands(m[3])), m.span(3)) for m in _BLOCK.finditer(page)]


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command (`$ `, continued by `> `) with the lines that it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *rest = part.split("\n")
        while rest and rest[0].startswith("> "):
            command += "\n" + rest.pop(0)[2:]
        yield command, "\n".join(rest).strip("\n")


def run_block(block: Block, folder: Path, url: str, forking: str) -> list[str]:
    """Return what each command of the block prints, on stdout and stderr together, as on a terminal."""
    environment = clean_environment() | {
        "DATABASE_URL": url,
        "HOME": str(folder.parent),
        "LOGNAME": "anna",
        "PYTHON": sys.executable,
        "PYTHONUNBUFFERED": "1",  # else stdout comes after stderr, which a terminal does not show
        "DBTOOL_FORKING": forking,
        "CLIENT": CLIENT,
        "PROJECT": str(ROOT),
    }
    done = subprocess.run(
        ["bash", "-c", 'dbtool() { "$PYTHON" -I -S -c "$CLIENT" "$@"; }\n' + block.script],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    _, *printed = done.stdout.split("\0")
    home = str(folder.parent)
    return [text.strip("\n").replace(home, "/home/anna") for text in printed[: len(block.commands)]]


def start_block(block: Block, folder: Path, server: Server) -> str:
    """Make the folder and the database that the block starts with, and return the database's URL."""
    if block.start != "same":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with server.connect("postgres") as conn:
            name = sql.Identifier(_DATABASE)
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            conn.execute(sql.SQL("CREATE DATABASE {}").format(name))
    if block.start == "example":
        for name in ("sql", "migrations", "safety", "dbtool.toml", ".env.example"):
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return server.url(_DATABASE)


_UNSTABLE = (
    (r"^(\w+): \S+ on \S+ as \S+, PostgreSQL [\d.]+ \((.*); .*\)$", r"\1: DATABASE (\2)"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00)?", "DATE"),
    (r"\b\d+(\.\d+)? (ms|s|min|h)( \d+ (s|min))?\b", "TIME"),
    (r"\b\d{14}(?=_|\b)", "ID"),
    (r"(\bpid|\bprocess|_pid|\bsession|backend\() ?\d+", r"\1 N"),
    (r"\w+@[\w.-]+(:\d+)?", "USER@HOST"),
    (r"(127\.0\.0\.1|localhost):\d+", "HOST:PORT"),
    (r"\b([0-9a-f]{64}|(?=\w*\d)[0-9a-f]{8})\b", "CHECKSUM"),
    (r"PostgreSQL \d+(\.\d+)+", "PostgreSQL VERSION"),
    (r"^(ok +clock).*", r"\1"),
    (r" {2,}", "  "),
    (r" +$", ""),
)  # fmt: skip


def normalised(text: str) -> str:
    """Return a transcript without what differs from run to run.

    >>> normalised("applied 20260101120000_a (12 ms)")
    'applied ID_a (TIME)'
    """
    for pattern, replacement in _UNSTABLE:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket of the process that forks dbtool."""
    with forking_process(tmp_path_factory.mktemp("forking")) as path:
        yield path


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p.read_text())], ids=lambda p: p.stem)
def test_a_transcript_is_what_the_commands_print(page: Path, server: Server, forking: str, tmp_path: Path):
    for block in blocks(page.read_text()):
        url = start_block(block, tmp_path / "project", server)
        printed = run_block(block, tmp_path / "project", url, forking)
        for (command, expected), found in zip(block.commands, printed, strict=True):
            assert normalised(found) == normalised(expected), f"$ {command}\n{found}"
