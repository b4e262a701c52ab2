"""The documentation is true: its transcripts run, its links lead somewhere, nothing that can be typed is left out.

A ```console block below a comment `<!-- run: example -->` is run in a copy of the example project, on an empty database
of a real server; `run: empty` starts in an empty folder, `run: folder` in one without a database, and `run: same` goes on
where the block before it ended. Further lines of the comment are run first and not shown. What differs from run to run
(times, ids, ports) is not compared.
"""

import ast
import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer.main

from dbtool import cli, errors
from dbtool.replication.state import State
from tests.conftest import ROOT, clean_environment
from tests.house.forked import forking_process
from tests.servers import Server

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
_DATABASE = "app"
_EMPTY = """
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO public;
COMMENT ON SCHEMA public IS 'standard public schema';  -- as initdb does
COMMENT ON DATABASE app IS NULL  -- the mark
"""


# ---- transcripts


@dataclass(frozen=True)
class Block:
    """A ```console block: where it starts, what is run before it, its commands and what each prints."""

    start: str  # example, empty, folder, same
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
        "PATH": f"{Path(forking).parent}:{os.environ['PATH']}",  # where dbtool is
        "PROJECT": str(ROOT),
    }
    done = subprocess.run(
        ["bash", "-c", block.script],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    _, *printed = done.stdout.split("\0")
    home = str(folder.parent)
    return [text.strip("\n").replace(home, "/home/anna") for text in printed[: len(block.commands)]]


def start_block(block: Block, folder: Path, server: Server) -> str:
    """Make the folder and the database that the block starts with, and return the database's URL."""
    if block.start != "same":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    if block.start in ("example", "empty"):
        _empty_database(server)
    if block.start == "example":
        for name in ("sql", "migrations", "safety", "generated", "dbtool.toml", ".env.example"):
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return server.url(_DATABASE)


def _empty_database(server: Server) -> None:
    """Empty the database of the transcripts, or make it where one of them has dropped it."""
    try:
        with server.connect(_DATABASE) as conn:
            conn.execute(_EMPTY)  # a new database would cost a second on a busy machine
    except psycopg.OperationalError:
        with server.connect("postgres") as conn:
            conn.execute(f"CREATE DATABASE {_DATABASE}")  # type: ignore[arg-type]


@contextmanager
def database(server: Server) -> Generator[None]:
    """Have the database of the transcripts until the block ends."""
    _empty_database(server)
    yield
    with server.connect("postgres") as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")  # type: ignore[arg-type]


_UNSTABLE = (
    (r"^(\w+): \S+ on .+ as \S+, PostgreSQL [\d.]+ \((.*?)(; .*)?\)$", r"\1: DATABASE (\2)"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00)?", "DATE"),
    (r"\b\d+(\.\d+)? (ms|s|min|h)( \d+ (s|min))?\b", "TIME"),
    (r"(?<=TIME)( +)[\d,]+(?= +[0-9a-f]{16}$)", r"\1N"),  # rows a second
    (r"\babout [\d,]+ rows?\b", "about N rows"),
    (r"\b\d+(\.\d+)? (bytes|kB|MB|GB)\b", "SIZE"),
    (r"\b\d{14}(?=_|\b)", "ID"),
    (r"(\bpid|\bprocess|_pid|\bsession|backend\() ?\d+", r"\1 N"),
    (r"\w+@[\w.-]+(:\d+)?", "USER@HOST"),
    (r"(127\.0\.0\.1|localhost):\d+", "HOST:PORT"),
    (r"\b[0-9A-F]{1,8}/[0-9A-F]{5,8}\b", "LSN"),
    (r"\b([0-9a-f]{64}|(?=\w*\d)[0-9a-f]{8})\b", "CHECKSUM"),
    (r"PostgreSQL \d+(\.\d+)+", "PostgreSQL VERSION"),
    (r"^(ok +clock).*", r"\1"),
    (r"^(LSN +)\d+( )|(\"xid\":)\d+", r"\1\3N\2"),
    (r"(\bthe largest, )\d+", r"\1N"),
    (r"\b[\d,]+ bytes\b", "SIZE"),
    (r"\S+ (is what its migrations make)", r"DATABASE \1"),
    (r"[ █▏▎▍▌▋▊▉]+\d+ %", " N %"),
    (r"[▁▂▃▄▅▆▇█][▁▂▃▄▅▆▇█ ]+$", "BARS"),
    (r"\b((?:catalog_)?xmin age) [\d,]+", r"\1 N"),
    (r"=\d+(?:\.\d+)?(B|%|s)(?=;)", r"=N\1"),
    (r"\b[\d,]+(?= changes in it)|(?<=not read yet: public\.jobs )[\d,]+", "N"),
    (r"^(dbtool_\w+(?:\{.*\})?) [\d.]+$", r"\1 N"),
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
def forking(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket of the process that forks dbtool, beside a database to run it on."""
    with forking_process(tmp_path_factory.mktemp("forking")) as path, database(server):
        yield path


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p.read_text())], ids=lambda p: p.stem)
def test_a_transcript_is_what_the_commands_print(page: Path, server: Server, forking: str, tmp_path: Path):
    for block in blocks(page.read_text()):
        url = start_block(block, tmp_path / "project", server)
        printed = run_block(block, tmp_path / "project", url, forking)
        for (command, expected), found in zip(block.commands, printed, strict=True):
            assert normalised(found) == normalised(expected), f"$ {command}\n{found}"


# ---- links and names

_LINK = re.compile(r"\]\(([^)\s#]+)?(?:#([^)\s]+))?\)")
_NAMED = re.compile(r"`((?:dbtool|docs|tests|bench|completions|\.ci)/[a-z._][\w./-]*|[\w.-]+\.(?:toml|txt)|Makefile)`")


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere_and_every_named_file_is_there(page: Path):
    for path, anchor in _LINK.findall(page.read_text()):
        if "://" in path:
            continue
        target = page.parent / path if path else page
        assert target.exists(), f"{page.name}: {path}"
        assert not anchor or anchor in _anchors(target), f"{page.name}: {path}#{anchor}"
    for name in _NAMED.findall(page.read_text()):
        assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_every_page_is_linked_from_another():
    linked = {(page.parent / path).resolve() for page in PAGES for path, _ in _LINK.findall(page.read_text()) if path}
    reached = {p for p in PAGES if p in linked or p.parent in linked}
    assert {p.name for p in PAGES} - {p.name for p in reached} <= {"README.md"}


# ---- nothing left out


_COMMAND_PAGES = sorted(page.stem for page in (ROOT / "docs/commands").glob("*.md"))


def _options() -> dict[str, list[tuple[str, set[str]]]]:
    """Each page of commands, with the commands on it and their options, from the app itself; some have one of their own."""
    group: Any = typer.main.get_command(cli.build())
    found: dict[str, list[tuple[str, set[str]]]] = {}
    for name, command in group.commands.items():
        alone = [command] if getattr(command, "invoke_without_command", True) else []
        for sub in (*alone, *getattr(command, "commands", {}).values()):
            options = {word for parameter in sub.params for word in parameter.opts if word.startswith("-")}
            own = f"{name}-{sub.name}"
            found.setdefault(own if own in _COMMAND_PAGES else name, []).append((str(sub.name), options))
    return found


def test_every_command_has_its_page_and_its_line_in_the_readme():
    assert set(_COMMAND_PAGES) == set(_options()) >= set(cli.COMMANDS)
    for name in cli.COMMANDS:
        assert f"](docs/commands/{name}.md)" in (ROOT / "README.md").read_text(), name


@pytest.mark.parametrize("name", _COMMAND_PAGES)
def test_every_option_is_on_the_page_and_no_other(name: str):
    page = (ROOT / f"docs/commands/{name}.md").read_text()
    usage = page.split("\n## ")[0]
    known = {option for _, options in _options()[name] for option in options}
    for option in known:
        assert re.search(rf"`{option}\b", page) or f"[{option}" in page, option
    named = {
        option
        for row in re.findall(r"^\| (`-[^|]*)\|", usage, re.MULTILINE)
        for option in re.findall(r"`(--?[\w-]+)", row)
    }
    assert named <= known, named - known


def _codes(page: str) -> set[int]:
    return {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}


def test_the_exit_codes_are_those_of_the_errors():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DbtoolError)]
    expected = {kind.exit_code for kind in kinds} | {0, 3, 5}  # 3 and 5 are answers of status and lint, and no errors
    assert _codes((ROOT / "README.md").read_text()) == expected
    assert _codes((ROOT / "docs/exit-codes.md").read_text()) == expected


def _trees() -> Iterator[ast.AST]:
    for path in sorted((ROOT / "dbtool").rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text()))


def test_every_finding_is_listed():
    calls = (n for n in _trees() if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Finding")
    ids = {
        k.value.value for call in calls for k in call.keywords if k.arg == "id" and isinstance(k.value, ast.Constant)
    }
    listed = (ROOT / "docs/json.md").read_text()
    assert {id for id in ids if f"`{id}`" not in listed} == set()


def test_every_key_of_the_configuration_is_listed():
    template = (ROOT / "dbtool/templates/init/dbtool.toml").read_text()
    page = (ROOT / "docs/configuration.md").read_text()
    keys = re.findall(r"^# (\w+) = ", template, re.MULTILINE)
    assert len(keys) > 10
    assert [key for key in keys if f"| `{key}` |" not in page] == []


def test_every_hazard_is_in_the_table_and_no_other():
    calls = (n for n in _trees() if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Hazard")
    ids = {str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)}
    table = (ROOT / "docs/schema-engine.md").read_text().split("## Hazards")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == ids


def test_every_cause_is_in_the_table_and_every_state_too():
    calls = (n for n in _trees() if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Cause")
    keywords = [k.value for call in calls for k in call.keywords if k.arg == "code"]
    codes = {str(code.value) for code in keywords if isinstance(code, ast.Constant)}
    table = (ROOT / "docs/commands/replication.md").read_text().split("## Causes")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE))
    assert codes <= listed
    assert {code for code in listed if f"\n{code}\n" not in f"\n{_texts()}\n"} == set()
    states = (ROOT / "docs/commands/slots.md").read_text().split("## States")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([\w ]+)` \|", states, re.MULTILINE) == [str(state) for state in State]


@functools.cache
def _texts() -> str:
    """Every text in dbtool's source, with `...` where a value goes in."""
    texts: list[str] = []
    for node in _trees():
        if isinstance(node, ast.JoinedStr):
            texts.append("".join(str(v.value) if isinstance(v, ast.Constant) else "..." for v in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
    return "\n".join(texts)


def test_the_messages_quoted_for_the_one_on_call_are_dbtools():
    page = (ROOT / "docs/on-call.md").read_text()
    lines = [line for block in re.findall(r"```text\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    assert len(lines) >= 12
    for line in lines:
        for fragment in re.split(r"\s*(?:\.\.\.|[;,()])\s*", line):
            assert fragment.strip(" :,") in _texts(), f"{fragment!r} of {line!r}"


_KEYS = re.compile(r"<!-- keys: (.+) -->\n((?:\|.*\n)+)")


def test_the_keys_of_each_answer_are_listed(server: Server, forking: str, tmp_path: Path):
    page = (ROOT / "docs/json.md").read_text()
    common = set(re.findall(r"^\| `(\w+)` \|", page.split("## What a command adds")[0], re.MULTILINE))
    sections = _KEYS.findall(page)
    command = "dbtool {} --json 2>/dev/null"
    something = "echo 'CREATE TABLE more (id integer PRIMARY KEY);' > sql/schema/more.sql"  # for generate to write
    block = Block("example", something, tuple((command.format(name), "") for name, _ in sections), (0, 0))
    folder = tmp_path / "project"
    printed = run_block(block, folder, start_block(block, folder, server), forking)
    for (name, table), answer in zip(sections, printed, strict=True):
        rows = table.splitlines()[2:]
        listed = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
        assert set(json.loads(answer)) == common | listed, name
