"""What the fault tests share: a forked dbtool, the project of the sweeps, and the proof that it was applied once."""

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
from tests.faults.proxy import Fault, Proxy
from tests.servers import Server

_numbers = itertools.count(1)
_NEVER = 999  # the "exit code" of a run that did not end


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


@dataclass
class Run:
    """A dbtool that was started."""

    pid: int
    _output: str
    _forker: Forker

    def end(self, timeout: float = 45) -> Ended:
        """Wait for its end."""
        try:
            code = self._forker.wait(self.pid, timeout)
        except TimeoutError as error:
            return Ended(_NEVER, "", f"{error}\n" + Path(f"{self._output}.2").read_text())
        out, err = (Path(f"{self._output}.{n}").read_text() for n in (1, 2))
        return Ended(code, out, err)


@dataclass(frozen=True)
class ForkedProject(Project):
    """A project whose run() forks dbtool, which saves the imports; start() is a process from scratch."""

    forker: Forker

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 60, input: str | None = None
    ) -> Ended:  # type: ignore[override]
        """Run dbtool to its end."""
        return self.forker.start(self, *arguments, env=env or {}).end(timeout)

    def run_on(self, url: str, *arguments: str) -> Ended:
        """Run dbtool to its end against another database than the project's."""
        return self.run(*arguments, env={"DATABASE_URL": url})


# ---- the project of the sweeps


SIX_MIGRATIONS: dict[str, str] = {
    "m1_table": """
CREATE TABLE words (id int GENERATED ALWAYS AS IDENTITY, word text);
INSERT INTO words (word) VALUES ('one');
""",
    "m2_rows": """
ALTER TABLE words ADD COLUMN length int;
INSERT INTO words (word) VALUES ('two'), ('two more');
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
INSERT INTO words (word) VALUES ('two last');
""",
    "m3_index": "CREATE INDEX CONCURRENTLY words_word ON words (word);",
    "m4_steps": """-- transactional: false
INSERT INTO words (word) VALUES ('four 1');
CREATE INDEX CONCURRENTLY IF NOT EXISTS words_length ON words (length);
INSERT INTO words (word) VALUES ('four 3');
VACUUM words;
INSERT INTO words (word) VALUES ('four 5');
""",
    "m5_copy": "CREATE TABLE copied (a int, b text);\nCOPY copied (a, b) FROM stdin;\n"
    + "".join(f"{n}\trow {n}\n" for n in range(200))
    + "\\.\nINSERT INTO words (word) VALUES ('five');\n",
    "m6_view": """
CREATE VIEW long_words AS SELECT word FROM words;
INSERT INTO words (word) VALUES ('six');
""",
}
WORDS = ["one", "two", "two more", "two last", "four 1", "four 3", "four 5", "five", "six"]


def wrong_in(database: Database) -> str:
    """Return what is wrong in a database on which the six migrations were applied; "" where each was, once."""
    with database.connect() as conn:

        def column(query: str) -> list[object]:
            return [row[0] for row in conn.execute(query)]  # type: ignore[arg-type]

        checks: dict[str, tuple[object, object]] = {
            "words": (column("SELECT word FROM words ORDER BY id"), WORDS),
            "copied": (column("SELECT count(*) FROM copied"), [200]),
            "invalid": (column("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"), []),
            "indexes": (
                column("SELECT indexname FROM pg_indexes WHERE tablename = 'words' ORDER BY 1"),
                ["words_length", "words_word"],
            ),
            "view": (column("SELECT count(*) FROM long_words"), [len(WORDS)]),
            "ledger": (column("SELECT migration_id FROM _yoyo_migration ORDER BY 1"), sorted(SIX_MIGRATIONS)),
            "applied": (
                column("SELECT migration_id FROM _yoyo_log WHERE operation = 'apply' ORDER BY 1"),
                sorted(SIX_MIGRATIONS),
            ),
            "steps": (column("SELECT comment FROM _yoyo_log WHERE operation = 'step'"), []),
        }
        return "; ".join(f"{name}: {found}" for name, (found, wanted) in checks.items() if found != wanted)


def survives(project: ForkedProject, database: Database, fault: Fault, codes: set[int]) -> str:
    """Run the project through the fault, then directly until nothing is to do. Returns what is wrong, or ""."""
    with Proxy(database.server.port, fault) as proxy:
        url = {"DATABASE_URL": proxy.url(database.name)}
        run = project.forker.start(project, "migrate", "--lock-wait", "20s", env=url)
        proxy.aim(run.pid)
        first = run.end()
    problems: list[str] = []
    if first.returncode not in codes:
        problems.append(f"ended with {first.returncode}, not one of {sorted(codes)}")
    if "Traceback" in first.stderr or "error ignored" in first.stderr:
        problems.append("a traceback")
    if first.returncode == _NEVER:
        return f"{fault}: {'; '.join(problems)}\n{first}"
    for attempt in range(3):
        again = project.run_on(database.url, "migrate", "--lock-wait", "20s")
        if "nothing to do" in again.stdout:
            break
        if again.returncode != 0 or attempt:
            problems.append(f"migrating again: {again}")
    if wrong := wrong_in(database):
        problems.append(wrong)
    return f"{fault}: {'; '.join(problems)}\n{first}" if problems else ""


def outlived(project: ForkedProject, database: Database, at: int) -> str:
    """Stall a run at one message and take its lock's connection away; another does its work; then it wakes.

    Returns what is wrong, or "".
    """
    with Proxy(database.server.port, Fault("hold", at)) as proxy:
        run = project.forker.start(project, "migrate", env={"DATABASE_URL": proxy.url(database.name)})
        proxy.struck.wait(30)
        with database.connect() as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = %s AND application_name = 'dbtool migration lock'",
                [database.name],
            )
        other = project.run_on(database.url, "migrate", "--lock-wait", "20s")
        proxy.release()
        woken = run.end()
    problems = [] if other.returncode == 0 else [f"the other: {other}"]
    if woken.returncode not in (0, 1, 7, 8) or "Traceback" in woken.stderr or "syntax for type" in woken.stderr:
        problems.append(f"the stalled one: {woken}")
    if wrong := wrong_in(database):
        problems.append(f"{wrong}\n{woken}")
    return f"held at {at}: " + "; ".join(problems) if problems else ""


# ---- timing without sleeping: a gate that a migration waits at, and what a run is busy with

GATE = "SELECT pg_advisory_xact_lock_shared(42, 42);"


@contextmanager
def gate(database: Database) -> Iterator[psycopg.Connection]:
    """Keep every migration that has the statement GATE waiting there until the block ends."""
    with database.connect() as conn:
        conn.execute("SELECT pg_advisory_lock(42, 42)")
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


def kill_at(database: Database, project: Project, words: str) -> None:
    """Kill a `dbtool migrate` while the server runs a statement with *words*; return when the server has noticed."""
    run = project.start("migrate")
    busy_backend(database, words)
    run.kill()
    run.communicate()
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
