"""What the fault tests share: a forked dbtool, a gate that migrations wait at, the server's sessions, plain yoyo."""

import itertools
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.conftest import ROOT, Database, Project, clean_environment
from tests.servers import Server

_numbers = itertools.count(1)
NEVER = 999  # the "exit code" of a run that did not end


def wait_until(true: Callable[[], object], seconds: float = 20, what: str = "") -> None:
    """Return once *true* returns something true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not so within {seconds} s: {what or true}"
        time.sleep(0.02)


@contextmanager
def new_database(server: Server) -> Iterator[Database]:
    """Give an empty database, one of many in a test."""
    name = f"fault_{os.getpid()}_{next(_numbers)}"
    with server.connect("postgres") as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield Database(server, name)
    with server.connect("postgres") as conn:
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


# ---- dbtool, forked


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    returncode: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        return f"exit {self.returncode}\n{self.stdout}{self.stderr}"


class Forker:
    """Runs dbtool by forking it from a process that has imported it already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forker"],
            cwd=ROOT, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip

    def start(self, project: Project, *arguments: str, env: Mapping[str, str]) -> "Run":
        """Start dbtool in *project*."""
        output = str(self._folder / f"run{next(_numbers)}")
        environment = project.environment | dict(env)
        request = {"cwd": str(project.root), "env": environment, "arguments": arguments, "output": output}
        return Run(self._ask(request, 30), output, self)

    def wait(self, pid: int, timeout: float) -> int:
        """Return the exit status of a run."""
        return self._ask({"wait": pid}, timeout)

    def close(self) -> None:
        """End the process that forks."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _ask(self, request: dict[str, object], timeout: float) -> int:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            os.kill(int(str(request["wait"])), signal.SIGKILL)
            self._process.stdout.readline()
            raise TimeoutError(f"dbtool did not end within {timeout} s")
        return int(self._process.stdout.readline())


@dataclass(frozen=True)
class Run:
    """A dbtool that was started; every test waits for its end."""

    pid: int
    _output: str
    _forker: Forker

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def said(self) -> str:
        """Return what it has written to stderr so far."""
        file = Path(f"{self._output}.2")
        return file.read_text() if file.exists() else ""

    def end(self, timeout: float = 60) -> Ended:
        """Wait for its end."""
        try:
            code = self._forker.wait(self.pid, timeout)
        except TimeoutError as error:
            return Ended(NEVER, "", f"{error}\n{self.said()}")
        out, err = (Path(f"{self._output}.{n}").read_text() for n in (1, 2))
        return Ended(code, out, err)


@dataclass(frozen=True)
class ForkedProject(Project):
    """A project whose dbtool is forked, which saves the imports."""

    forker: Forker

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> Run:  # type: ignore[override]
        """Start dbtool."""
        return self.forker.start(self, *arguments, env=env or {})

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 60, input: str | None = None
    ) -> Ended:  # type: ignore[override]
        """Run dbtool to its end."""
        return self.start(*arguments, env=env).end(timeout)

    def run_on(self, url: str, *arguments: str) -> Ended:
        """Run dbtool to its end against another database than the project's."""
        return self.run(*arguments, env={"DATABASE_URL": url})


# ---- timing without sleeping: a gate that a migration waits at, and what a run is busy with

GATE = "DELETE FROM public.gate;"


@contextmanager
def gate(database: Database) -> Iterator[psycopg.Connection]:
    """Keep every migration that has the statement GATE waiting there until the block ends."""
    with database.connect() as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS public.gate (a int)")
        with conn.transaction():
            conn.execute("LOCK TABLE public.gate IN EXCLUSIVE MODE")
            yield conn


def busy_backend(database: Database, words: str, seconds: float = 30) -> int:
    """Return the process of the server that runs a statement of dbtool with *words* in it, once it does."""
    found: list[int] = []

    def look() -> bool:
        with database.connect() as conn:
            rows = conn.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name LIKE 'dbtool%%'"
                " AND state = 'active' AND query ILIKE %s",
                [database.name, f"%{words}%"],
            ).fetchall()
        found.extend(row[0] for row in rows)
        return bool(found)

    wait_until(look, seconds, f"a statement with {words} runs")
    return found[0]


def kill_at(database: Database, project: ForkedProject, words: str) -> None:
    """Kill a `dbtool migrate` while the server runs a statement with *words*; return when the server has noticed."""
    run = project.start("migrate")
    busy_backend(database, words)
    run.signal(signal.SIGKILL)
    run.end()
    wait_until(lambda: not sessions(database), 5, "the server ends the sessions of a killed dbtool")


def sessions(database: Database) -> list[tuple[object, ...]]:
    """Return the sessions that dbtool has in the database."""
    return database.rows(
        "SELECT pid, application_name FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name LIKE 'dbtool%'"
    )


# ---- plain yoyo


def yoyo_command(project: Project, database: Database, command: str, *arguments: str) -> list[str]:
    """Return the command line that runs plain yoyo on the project."""
    url = database.url.replace("postgresql://", "postgresql+psycopg://")
    program = str(Path(sys.executable).with_name("yoyo"))
    source = [] if command == "break-lock" else [str(project.root / "migrations")]
    return [program, command, "--batch", "--no-config-file", "--database", url, *arguments, *source]


def yoyo(project: Project, database: Database, command: str, *arguments: str) -> str:
    """Run plain yoyo to its end, and return what it printed."""
    done = subprocess.run(
        yoyo_command(project, database, command, *arguments),
        cwd=project.root, env=project.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
