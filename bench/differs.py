"""The tools that compare two databases, and pg_dump, which only reads them: how each is started."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import installs
from bench.databases import Database
from bench.installs import Missing, Setup
from bench.measure import Command

Compare = Callable[[Path, Database, Database], Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differ:
    """A tool that can be had here, and the command that says how the second database differs from the first."""

    name: str
    about: str
    version: str
    compare: Compare
    only_equal: bool = False  # it can be given two that are equal, and no others


def dbtool(setup: Setup) -> Differ:
    """`dbtool diff`, in a folder without a project."""
    program = installs.find_beside_python("dbtool")

    def compare(folder: Path, one: Database, other: Database) -> Command:
        (folder / "dbtool.toml").write_text("")
        return Command(argv=(program, "diff", one.url(), other.url()), folder=folder)

    version = installs.version_of([program])
    return Differ(name="dbtool", about="diff", version=version, compare=compare)


def pg_dump(setup: Setup) -> Differ:
    """The floor: the same catalogs, read in C and written down, of one database after the other."""
    program = installs.find_pg_dump(setup)

    def compare(folder: Path, one: Database, other: Database) -> Command:
        dump = f"{shlex.quote(str(program))} --schema-only"
        script = " && ".join(f"{dump} {shlex.quote(database.url())}" for database in (one, other))
        return Command(argv=("/bin/sh", "-c", script), folder=folder)

    version = installs.version_of([program])
    return Differ(name="pg_dump", about="--schema-only of both, one after the other", version=version, compare=compare)


def migra(setup: Setup) -> Differ:
    """Exit code 2 says that they differ."""
    program = installs.find_python_command(setup, "migra", "migra", "psycopg2-binary", "setuptools<81")

    def compare(folder: Path, one: Database, other: Database) -> Command:
        urls = (one.url("postgresql+psycopg2"), other.url("postgresql+psycopg2"))
        return Command(argv=(program, "--unsafe", *urls), folder=folder, exit_codes=(0, 2))

    version = installs.version_in(program, "migra")
    return Differ(name="migra", about="--unsafe A B", version=version, compare=compare)


def pg_schema_diff(setup: Setup) -> Differ:
    """That of PyPI. It has no option for it, and finds no table that is not in public."""
    raise Missing("0.2.4 from PyPI looks at schema public alone, and says of these that they do not differ")


def drizzle(setup: Setup) -> Differ:
    """It compares models in TypeScript."""
    raise Missing("it compares models in TypeScript with its own snapshots, not two databases")


def alembic(setup: Setup) -> Differ:
    """`alembic check` of the second beside what it reads of the first beforehand: tables and columns, no more."""
    program = installs.find_alembic(setup)
    python = program.parent / "python"

    def compare(folder: Path, one: Database, other: Database) -> Command:
        scripts = folder / "alembic"
        (scripts / "versions").mkdir(parents=True, exist_ok=True)
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = alembic\npath_separator = os\n")
        (scripts / "env.py").write_text(_ALEMBIC_ENVIRONMENT)
        (folder / "reflect.py").write_text(_ALEMBIC_MODELS)
        if not (folder / "models").exists():
            installs.run_quietly([python, "reflect.py", one.url("postgresql+psycopg")], folder)
        environment = {"DATABASE_URL": other.url("postgresql+psycopg")}
        return Command(argv=(program, "check"), folder=folder, environment=environment)

    version = installs.version_of([program])
    about = "check (tables and columns)"
    return Differ(name="alembic", about=about, version=version, compare=compare, only_equal=True)


ALL: dict[str, Callable[[Setup], Differ]] = {
    "dbtool": dbtool,
    "pg_dump": pg_dump,
    "migra": migra,
    "pg-schema-diff": pg_schema_diff,
    "alembic": alembic,
    "drizzle-kit": drizzle,
}

_ALEMBIC_MODELS = """\
import pickle
import sys

from sqlalchemy import MetaData, create_engine

models = MetaData(schema="app")
models.reflect(create_engine(sys.argv[1]))
with open("models", "wb") as file:
    pickle.dump(models, file)
"""

_ALEMBIC_ENVIRONMENT = """\
import os
import pickle

from alembic import context
from sqlalchemy import create_engine, pool

with open("models", "rb") as file:
    models = pickle.load(file)
engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=models, include_schemas=True)
    with context.begin_transaction():
        context.run_migrations()
"""
