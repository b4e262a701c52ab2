"""The tools side by side: how each is given the files, started, and asked again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from bench import installs, layouts
from bench.databases import Database
from bench.installs import Setup
from bench.layouts import Layout
from bench.measure import Command

BASELINE = Path(__file__).parent / "baseline"
Start = Callable[[Path, Database], Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool that can be had here. `again` starts it when there is nothing to do; `asks` says how."""

    name: str
    about: str
    version: str
    write: Layout
    migrate: Start
    again: Start
    asks: str = ""  # where that differs from what it does at first
    slow: bool = False  # one round is enough to see it


def dbtool(setup: Setup) -> Tool:
    """`dbtool migrate`, given no more than DATABASE_URL and a folder."""
    program = installs.find_beside_python("dbtool")
    start = partial(_with_url, (program, "migrate"))
    version = installs.version_of([program])
    return Tool(name="dbtool", about="migrate", version=version, write=layouts.write_yoyo, migrate=start, again=start)


def psycopg(setup: Setup) -> Tool:
    """The bare script, and the one that only asks."""
    import psycopg as driver

    return Tool(
        name="psycopg",
        about="bare script, a transaction each, asynchronous commit",
        version=driver.__version__,
        write=layouts.write_yoyo,
        migrate=partial(_with_url, (sys.executable, BASELINE / "apply.py")),
        again=partial(_with_url, (sys.executable, BASELINE / "ask.py")),
        asks="bare script, connects and asks one question",
    )


def psql_each(setup: Setup) -> Tool:
    return _psql(setup, "psql", "a transaction each, one session", "each.sql")


def psql_single(setup: Setup) -> Tool:
    return _psql(setup, "psql-single", "all in one transaction", "single.sql")


def dbmate(setup: Setup) -> Tool:
    """Without its dump of the schema, which only costs it time."""
    program = installs.find_dbmate(setup)
    options = ("--migrations-dir", "migrations", "--no-dump-schema", "migrate")

    def start(folder: Path, database: Database) -> Command:
        url = database.url("postgres") + "?sslmode=disable"
        return Command(argv=(program, *options), folder=folder, environment={"DATABASE_URL": url})

    return Tool(
        name="dbmate",
        about="migrate --no-dump-schema",
        version=installs.version_of([program]),
        write=layouts.write_dbmate,
        migrate=start,
        again=start,
    )


def drizzle(setup: Setup) -> Tool:
    """Each file is sent whole: without breakpoints it has the fewest round trips."""
    program = installs.find_node_command(setup, "drizzle-kit")

    def start(folder: Path, database: Database) -> Command:
        place = {"host": database.host, "port": database.port, "database": database.name, "ssl": False}
        credentials = {**place, "user": database.user, "password": database.password}
        settings = {"dialect": "postgresql", "out": "./drizzle", "dbCredentials": credentials}
        (folder / "drizzle.config.json").write_text(json.dumps(settings))
        argv = (program, "migrate", "--config=drizzle.config.json")
        return Command(argv=argv, folder=folder)

    return Tool(
        name="drizzle-kit",
        about="migrate (all in one transaction)",
        version=installs.version_of([program]),
        write=layouts.write_drizzle,
        migrate=start,
        again=start,
    )


def alembic(setup: Setup) -> Tool:
    """With psycopg, as dbtool has it, and a transaction for each file."""
    program = installs.find_alembic(setup)
    start = partial(_with_url, (program, "upgrade", "head"), scheme="postgresql+psycopg")
    return Tool(
        name="alembic",
        about="upgrade head, op.execute(text), a transaction each",
        version=installs.version_of([program]),
        write=layouts.write_alembic,
        migrate=start,
        again=start,
    )


def yoyo(setup: Setup) -> Tool:
    """The same files that dbtool gets."""
    program = installs.find_beside_python("yoyo")

    def start(folder: Path, database: Database) -> Command:
        url = database.url("postgresql+psycopg")
        settings = f"[DEFAULT]\nsources = migrations\ndatabase = {url}\nbatch_mode = on\nverbosity = 0\n"
        (folder / "yoyo.ini").write_text(settings)
        return Command(argv=(program, "apply", "--batch"), folder=folder)

    return Tool(
        name="yoyo",
        about="apply --batch",
        version=metadata.version("yoyo-migrations"),
        write=layouts.write_yoyo,
        migrate=start,
        again=start,
        slow=True,
    )


def sqitch(setup: Setup) -> Tool:
    """It starts a psql for each change."""
    program = installs.find_on_path("sqitch", hint="apt-get install sqitch libdbd-pg-perl")
    installs.find_on_path("psql", hint="sqitch starts it")
    start = partial(_with_libpq, (program, "deploy", "--no-verify", "db:pg:"))
    return Tool(
        name="sqitch",
        about="deploy --no-verify",
        version=installs.version_of([program]),
        write=layouts.write_sqitch,
        migrate=start,
        again=start,
        slow=True,
    )


ALL: dict[str, Callable[[Setup], Tool]] = {
    "dbtool": dbtool,
    "psycopg": psycopg,
    "psql": psql_each,
    "psql-single": psql_single,
    "dbmate": dbmate,
    "drizzle-kit": drizzle,
    "alembic": alembic,
    "yoyo": yoyo,
    "sqitch": sqitch,
}


def _psql(setup: Setup, name: str, about: str, script: str) -> Tool:
    program = installs.find_psql(setup)
    options = ("-X", "-q", "-v", "ON_ERROR_STOP=1")
    return Tool(
        name=name,
        about=about,
        version=installs.version_of([program]),
        write=layouts.write_psql,
        migrate=partial(_with_libpq, (program, *options, "-f", script)),
        # It keeps no record: the least is to connect and to ask something.
        again=partial(_with_libpq, (program, *options, "-c", "SELECT count(*) FROM pg_namespace")),
        asks="connects, one query (it keeps no record)",
    )


def _with_url(argv: tuple[str | Path, ...], folder: Path, database: Database, *, scheme: str = "postgresql") -> Command:
    return Command(argv=argv, folder=folder, environment={"DATABASE_URL": database.url(scheme)})


def _with_libpq(argv: tuple[str | Path, ...], folder: Path, database: Database) -> Command:
    return Command(argv=argv, folder=folder, environment=database.libpq_environment())
