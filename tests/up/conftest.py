"""Projects with an embedded server of their own: copied from one that is made once, which is quicker than initdb."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dbtool.commands.down import down
from dbtool.commands.up import up
from dbtool.report import Report
from dbtool.server import embedded
from dbtool.server.remembered import Remembered, read_remembered
from tests.conftest import Project, clean_environment

FILES = {
    "migrations/20260101_notes.sql": "CREATE TABLE notes (id int PRIMARY KEY, text text);\n",
    "sql/seeds/reference/notes.sql": "INSERT INTO notes VALUES (1, 'one') ON CONFLICT DO NOTHING;\n",
}


@dataclass(frozen=True)
class Local:
    """A project's folder that is the current one, and up and down called in this process."""

    root: Path

    def up(self, **options: Any) -> Report:
        return up(**{"embedded": True} | options)

    def down(self, **options: Any) -> Report:
        return down(**options)

    def call(self, *words: str, env: dict[str, str] | None = None, input: str | None = None):
        """Run dbtool as a process of its own."""
        return Project(self.root, clean_environment() | (env or {})).run(*words, input=input)

    @property
    def state(self) -> Path:
        return self.root / ".dbtool"

    @property
    def remembered(self) -> Remembered:
        found = read_remembered(self.state)
        assert found is not None
        return found

    def connect(self, database: str = "", **options: Any) -> psycopg.Connection:
        """Connect by TCP, as an application would."""
        url = self.remembered.url_of(database or self.remembered.database).reveal()
        return psycopg.connect(url, autocommit=True, **options)

    def rows(self, query: str, database: str = "") -> list[tuple[Any, ...]]:
        with self.connect(database) as conn:
            return conn.execute(query).fetchall()  # type: ignore[arg-type]

    def git(self, *words: str) -> None:
        name = ("-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *name, *words], cwd=self.root, check=True, capture_output=True)

    def repository(self) -> None:
        """Make the folder a git repository with one commit on main."""
        self.git("init", "-q", "-b", "main")
        (self.root / ".gitignore").write_text(".env\n.dbtool/\n")
        self.git("add", "-A")
        self.git("commit", "-qm", "first")


def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="dbtool-up-", dir="/tmp"))
    made.chmod(0o755)  # that every account can pass it, unlike pytest's own
    return made


def _remove(folder: Path) -> None:
    for state in folder.rglob(".dbtool"):
        embedded.remove(state)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A project that was up once, with a table and a row, and is down."""
    made = _folder()
    for name, text in FILES.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    project = Project(made, clean_environment())
    done = project.run("up", "--embedded")
    assert done.returncode == 0, done.stderr
    assert project.run("down").returncode == 0
    (made / ".dbtool/postgres/wishes").unlink()  # each copy is to have a port of its own
    yield made
    _remove(made)


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    """A project that was never up: its files alone."""
    yield from _here(_folder(), monkeypatch)


@pytest.fixture
def local(template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    """A project that was up and is down, with data of its own."""
    made = _folder()
    made.rmdir()
    subprocess.run(["cp", "-a", template, made], check=True)
    yield from _here(made, monkeypatch)


def _here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")  # what an engine does is tested elsewhere
    monkeypatch.chdir(folder)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    yield Local(folder)
    _remove(folder)
