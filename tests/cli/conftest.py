"""dbtool from argv to exit code. `run_here` does it in this process, without the half second of a start."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from dbtool import cli
from tests.conftest import ROOT, Database, Project

Run = Callable[..., "Done"]
Catalog = Callable[[], set[tuple[object, ...]]]


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def both(self) -> str:
        return self.stdout + self.stderr


@pytest.fixture
def run_here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run dbtool in the empty project on the empty database, in this process, without a terminal."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
        monkeypatch.chdir(project.root)
        monkeypatch.setattr(sys, "argv", ["dbtool", *arguments])
        with patch.dict(os.environ, project.environment | dict(env or {}), clear=True):
            result = CliRunner().invoke(
                cli.build(only=arguments[0] if arguments else None), list(arguments), prog_name="dbtool"
            )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    return run


def refused(done: Done, code: int, *said: str) -> None:
    """It ended with this code, said all this on stderr, and nothing on stdout."""
    assert done.returncode == code, done.both
    for words in said:
        assert words in done.stderr, f"{words!r} is not in\n{done.stderr}"
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


_CATALOG = """
SELECT 'class', oid::text, relname::text, relfilenode::text FROM pg_class WHERE oid >= 16384
UNION ALL SELECT 'function', oid::text, proname::text, '' FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'schema', oid::text, nspname::text, '' FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_(toast_)?temp'
UNION ALL SELECT 'type', oid::text, typname::text, '' FROM pg_type WHERE oid >= 16384
"""


@pytest.fixture
def catalog(database: Database) -> Catalog:
    """What is in the database: the same before and after a command that changes nothing."""
    return lambda: set(database.rows(_CATALOG))


@pytest.fixture
def make_example(make_project: Callable[..., Project]) -> Callable[[Database], Project]:
    """A copy of the example project that DATABASE_URL points at a database."""

    def make(database: Database) -> Project:
        project = make_project(database)
        for name in ("sql", "migrations", "safety", "generated", "dbtool.toml"):
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, project.root / name)
        return project

    return make
