"""What goes where: JSON alone on stdout, no colours for machines, closed pipes, terminals, and questions."""

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Mapping

import pytest

from tests.cli.conftest import Run
from tests.conftest import Database, Project

ANSI = "\x1b["


@pytest.fixture
def two_files(project: Project) -> Project:
    project.write(a="create table a ();", b="create table b ();", b__rollback="drop table b;")
    return project


# ---- JSON


COMMANDS = (
    ["status"], ["status", "--all-environments"], ["migrate", "--dry-run"], ["migrate"], ["migrate"], ["rollback", "--dry-run"],
    ["rollback"], ["baseline", "b", "--dry-run"], ["baseline", "b"], ["baseline", "b"], ["new", "x y"], ["init"], ["doctor"],
    ["env", "list"], ["env", "show"], ["completion", "show", "zsh"],
)  # fmt: skip


def test_json_of_every_command_is_all_that_is_on_stdout(two_files: Project, run_here: Run) -> None:
    for command in COMMANDS:
        done = run_here(*command, "--json")
        answer = json.loads(done.stdout)
        assert (answer["ok"], answer["exit_code"]) == (done.returncode == 0, done.returncode), command
        assert {"command", "summary", "target", "steps", "findings", "next"} <= set(answer), command
        assert command[0] in answer["command"]


@pytest.mark.parametrize(
    ("command", "variables", "code"),
    [
        (["status"], {"DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:1/x"}, 7),
        (["migrate"], {"DATABASE_URL": "mysql://me:hunter2@h/x"}, 2),
        (["migrate", "--env", "production"], {}, 6),
        (["migrate", "--to", "zzz"], {}, 2),
        (["migrate"], {"NODE_ENV": "prodution"}, 2),
        (["rollback", "--to", "b"], {}, 2),
        (["baseline", "zzz"], {}, 2),
        (["new", "!!!"], {}, 2),
        (["doctor"], {"DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:1/x"}, 7),
        (["env", "show"], {"NODE_ENV": "prodution"}, 2),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else None,
)
def test_errors_are_json_too(
    command: list[str], variables: Mapping[str, str], code: int, two_files: Project, run_here: Run
) -> None:
    done = run_here(*command, "--json", env=variables)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["exit_code"], answer["ok"]) == (code, code, False)
    assert "hunter2" not in done.both


@pytest.mark.parametrize(
    "arguments", [["migrate", "--nonsense"], ["rollback", "--steps", "0"], ["baseline"], ["status", "x"]], ids=" ".join
)
def test_a_wrong_command_line_is_json_too(arguments: list[str], project: Project) -> None:
    done = project.run(*arguments, "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["exit_code"], answer["ok"]) == (2, 2, False)
    assert answer["error"]["message"]


# ---- streams that are not there, or go away


def run(project: Project, command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a shell command line in which `dbtool` is dbtool."""
    script = f'set -o pipefail; dbtool() {{ "{sys.executable}" -m dbtool "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", script], cwd=project.root, env=project.environment | variables, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        "dbtool status | head -1",
        "dbtool status --json | true",
        "dbtool completion show bash | true",
        "dbtool status >&-",
        "dbtool migrate 2>&- >&-",
    ],
)
def test_a_reader_that_goes_away_is_no_error(command: str, two_files: Project) -> None:
    for number in range(300):
        (two_files.root / f"migrations/m{number}.sql").write_text("select 1;")
    done = run(two_files, command)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_full_disk_is_told(two_files: Project) -> None:
    done = run(two_files, "dbtool status > /dev/full")
    assert (done.returncode, "No space left" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_a_terminal_of_another_encoding_is_no_error(project: Project) -> None:
    project.write(größe="select 'ü';\nselect nope;")
    done = run(project, "dbtool migrate; dbtool status", PYTHONIOENCODING="ascii")
    assert "Traceback" not in done.stderr
    assert "gr\\xf6\\xdfe" in done.stdout


# ---- terminals


def on_terminal(
    project: Project, *arguments: str, answer: str | None = None, until: str = "", **variables: str
) -> tuple[int, str]:
    """Run dbtool on a pseudo-terminal, type *answer* once *until* was seen; return exit code and what was shown."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dbtool", *arguments], cwd=project.root, stdin=other, stdout=other, stderr=other,
        env=project.environment | {"TERM": "xterm", "COLUMNS": "200"} | variables, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that ctrl-C reaches it
    )  # fmt: skip
    os.close(other)
    shown, deadline = b"", time.monotonic() + 30
    while time.monotonic() < deadline:
        if select.select([main], [], [], 0.2)[0]:
            try:
                piece = os.read(main, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            shown += piece
        if answer is not None and until.encode() in shown:
            os.write(main, answer.encode())
            answer = None
    os.close(main)
    return process.wait(10), shown.decode()


QUESTION = "type the database's name"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("{name}\n", 0), ("{name} \n", 0), ("yes\n", 6), ("\n", 6), ("\x04", 6), ("\x03", 130)],
    ids=["the name", "the name and a blank", "yes", "enter", "end of file", "ctrl-C"],
)
def test_production_asks_for_the_databases_name(typed: str, code: int, two_files: Project, database: Database) -> None:
    answer = typed.format(name=database.name)
    ended, shown = on_terminal(two_files, "migrate", "--env", "production", answer=answer, until=QUESTION)
    assert ended == code, shown
    assert f"{QUESTION} ({database.name})" in shown
    made = database.rows("SELECT to_regclass('a') IS NOT NULL") == [(True,)]
    assert made == (code == 0)


@pytest.mark.parametrize("variables", [{"CI": "true"}, {}], ids=["CI", "no terminal"])
def test_nothing_is_asked_where_nobody_can_answer(variables: dict[str, str], two_files: Project, run_here: Run) -> None:
    if variables:
        code, shown = on_terminal(two_files, "migrate", "--env", "production", **variables)
    else:
        done = run_here("migrate", "--env", "production")
        code, shown = done.returncode, done.both
    assert code == 6
    assert QUESTION not in shown
    assert "dbtool migrate --env production --yes" in shown


def test_yes_goes_on_without_asking(two_files: Project, run_here: Run) -> None:
    done = run_here("migrate", "--env", "production", "--yes")
    assert (done.returncode, done.stdout.startswith("applied 2 migrations")) == (0, True)
    for command in (["rollback"], ["baseline", "b"]):
        assert run_here(*command, "--env", "production").returncode == 6
        assert run_here(*command, "--env", "production", "--yes").returncode == 0


def test_a_protected_environment_asks_too(two_files: Project, run_here: Run) -> None:
    (two_files.root / "dbtool.toml").write_text("[environments.staging]\nprotected = true\n")
    done = run_here("migrate", "--env", "staging")
    assert (done.returncode, "marked protected" in done.stderr) == (6, True)


def test_the_refusal_can_be_pasted_with_yes(two_files: Project, database: Database, run_here: Run) -> None:
    done = run_here("migrate", "--url", database.url, "--env", "production", "--to", "a", env={"DATABASE_URL": ""})
    hint = done.stderr.splitlines()[-1]
    assert f"dbtool migrate --url {database.url} --env production --to a --yes" in hint


def test_a_missing_database_is_asked_about_on_a_terminal(two_files: Project, database: Database) -> None:
    name = database.name + "_new"
    url = database.server.url(name)
    question = f"the server has no database {name}; create it?"
    code, shown = on_terminal(two_files, "migrate", answer="n\n", until=question, DATABASE_URL=url)
    assert code == 7, shown
    code, shown = on_terminal(two_files, "migrate", answer="y\n", until=question, DATABASE_URL=url)
    assert code == 0, shown
    with database.server.connect("postgres") as conn:
        conn.execute(f'DROP DATABASE "{name}"')  # type: ignore[arg-type]


def test_each_migration_is_told_when_it_is_applied_not_at_the_end(two_files: Project, database: Database) -> None:
    two_files.write(
        a="create table gate (x int);",
        b="do $$ begin while not exists (select from gate) loop perform pg_sleep(0.02); end loop; end $$;",
    )
    process = two_files.start("migrate")
    assert process.stderr
    shown, deadline = "", time.monotonic() + 8
    while "applied a" not in shown and time.monotonic() < deadline:
        if select.select([process.stderr], [], [], 0.2)[0]:
            shown += os.read(process.stderr.fileno(), 65536).decode()
    with database.connect() as conn:  # b waits for this row
        conn.execute("INSERT INTO gate DEFAULT VALUES")
    process.communicate(timeout=30)
    assert "applied a" in shown
    assert process.returncode == 0


def test_a_terminal_has_colours_and_a_progress_bar(two_files: Project) -> None:
    code, shown = on_terminal(two_files, "migrate")
    assert code == 0
    assert ANSI in shown
    assert "applied a" in shown
    assert "applied 2 migrations" in shown


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "TERM=dumb"])
def test_a_terminal_that_wants_no_colours_gets_none(variables: dict[str, str], two_files: Project) -> None:
    assert ANSI not in on_terminal(two_files, "status", **variables)[1]
    _, shown = on_terminal(two_files, "migrate", **variables)
    assert "\x1b[3" not in shown
    if "TERM" in variables:
        assert ANSI not in shown


@pytest.mark.parametrize("arguments", [["status"], ["migrate"], ["--help"]], ids=lambda a: a[0])
def test_no_colours_in_a_pipe(arguments: list[str], two_files: Project, run_here: Run) -> None:
    assert ANSI not in run_here(*arguments).both


# ---- help and version


def test_version(run_here: Run) -> None:
    from importlib.metadata import version

    done = run_here("--version")
    assert (done.returncode, done.stdout) == (0, f"dbtool {version('dbtool-pg')}\n")


def test_without_a_command_the_help_is_shown(run_here: Run) -> None:
    done = run_here()
    for command in ("init", "new", "migrate", "status", "rollback", "baseline", "doctor", "env", "completion"):
        assert f" {command} " in done.both
    assert "Exit codes" in done.both
