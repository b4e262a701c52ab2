"""A file, a table, and `dbtool seed import` in between."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from dbtool import cli
from tests.cli.conftest import Done
from tests.conftest import Database, Project
from tests.faults.harness import new_database
from tests.servers import Server


@dataclass(frozen=True)
class Importing:
    """An empty project on an empty database."""

    project: Project
    database: Database

    def sql(self, text: str) -> None:
        with self.database.connect() as conn:
            conn.execute(text)  # type: ignore[arg-type]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.database.rows(query)

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.project.root / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, *arguments: str, content: str | bytes | None = None) -> Done:
        """`dbtool seed import` in this process; *content* is written to the file that is named first."""
        if content is not None:
            self.file(arguments[0], content)
        words = ("seed", "import", *arguments, *(() if "--confirm" in arguments else ("--confirm", self.database.name)))
        here = Path.cwd()
        try:
            os.chdir(self.project.root)
            with (
                patch.dict(os.environ, self.project.environment, clear=True),
                patch.object(sys, "argv", ["dbtool", *words]),
            ):
                result = CliRunner().invoke(cli.build(only="seed"), list(words), prog_name="dbtool")
        finally:
            os.chdir(here)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    def answer(self, *arguments: str, content: str | bytes | None = None) -> dict[str, Any]:
        """What it says with --json."""
        done = self.run(*arguments, "--json", content=content)
        return json.loads(done.stdout)

    def read(self, name: str) -> bytes:
        return (self.project.root / name).read_bytes()

    def reasons(self, name: str) -> list[list[str]]:
        """The fields of the reasons beside a file of rejected rows, without their header."""
        lines = self.read(f"{name}.reasons").decode().splitlines()
        return [line.split("\t") for line in lines[1:]]

    def left(self) -> set[str]:
        """The files in the project's folder."""
        return {path.name for path in self.project.root.iterdir()}


_EMPTY = "DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO public"


@pytest.fixture(scope="module")
def shared(server: Server) -> Iterator[Database]:
    """A database for all tests of a module: to make one takes longer than most of them."""
    with new_database(server) as database:
        yield database


@pytest.fixture(scope="module")
def each_shared(each_server: Server) -> Iterator[Database]:
    """The same on the oldest and the newest."""
    with new_database(each_server) as database:
        yield database


@pytest.fixture
def importing(make_project: Callable[..., Project], shared: Database) -> Importing:
    """On the main server."""
    return _on(make_project(shared), shared)


@pytest.fixture
def each_importing(make_project: Callable[..., Project], each_shared: Database) -> Importing:
    """On the oldest and the newest."""
    return _on(make_project(each_shared), each_shared)


def _on(project: Project, database: Database) -> Importing:
    importing = Importing(project, database)
    importing.sql(_EMPTY)
    return importing
