"""Who is asked, what counts as an answer, what an override needs; and that a verdict is settled at one place."""

import copy
import hashlib
import hmac
import json
import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest
from psycopg import sql

from dbtool.errors import Refused
from dbtool.guard import override
from dbtool.guard.decide import Allow, Ask, Refuse, decide
from dbtool.guard.facts import Facts
from dbtool.guard.mark import read_mark, write_mark
from dbtool.guard.override import Bound
from dbtool.guard.policy import built_in
from dbtool.guard.settle import Consent, Settled, recheck, settle, why_nobody_is_asked
from dbtool.target import Target, load_target
from tests.conftest import Database, Project, clean_environment
from tests.faults.conftest import forker, make_project  # noqa: F401 - dbtool is forked, which saves its imports
from tests.guard.terminal import CTRL_C, ENTER, EOF, PROMPT, Ended, at_terminal, person
from tests.guard.test_policy import facts, project, quiet

POLICY = built_in()
MakeProject = Callable[..., Project]


@pytest.fixture
def full(database: Database) -> Database:
    """A database that is not marked, with three rows."""
    with database.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT generate_series(1, 3) AS a")
    return database


@pytest.fixture
def prod(server, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same in a database that is named like production: refused, and the refusal can be overridden."""
    name = f"shop_prod_{os.getpid()}_{abs(hash(request.node.name)) % 10**6}"
    with server.connect("postgres") as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = Database(server, name)
    with database.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT generate_series(1, 3) AS a")
    yield database
    with server.connect("postgres") as conn:
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rows(database: Database) -> int:
    return int(str(database.rows("SELECT count(*) FROM t")[0][0]))


# ---- nobody at a terminal: nothing is asked, stdin is not read


def test_without_a_terminal_nothing_is_asked_and_stdin_is_not_read(full: Database, project: Project) -> None:
    reading, writing = os.pipe()
    os.write(writing, f"{full.name}\n".encode() * 3)
    done = subprocess.run(
        [sys.executable, "-m", "dbtool", "reset"], cwd=project.root, env=person(project.environment), stdin=reading,
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as left:
        assert left.read() == f"{full.name}\n" * 3
    assert done.returncode == 6, done.stderr
    assert "there is no terminal" in done.stderr
    assert "--confirm" in done.stderr
    assert "type the database's name" not in done.stderr
    assert rows(full) == 3


@pytest.mark.parametrize("missing", ["stdin", "stderr"])
def test_half_a_terminal_is_none(missing: str, full: Database, project: Project) -> None:
    """dbtool reset < answers; dbtool reset 2> log: who does not see the question cannot have answered it."""
    import pty

    master, slave = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "dbtool", "reset"], cwd=project.root, env=person(project.environment), text=True,
        stdin=subprocess.DEVNULL if missing == "stdin" else slave, stdout=slave, timeout=30, check=False,
        stderr=subprocess.PIPE if missing == "stderr" else slave,
    )  # fmt: skip
    os.close(slave)
    os.close(master)
    assert done.returncode == 6
    assert rows(full) == 3


AUTOMATED = [*POLICY.automation, *POLICY.agents]


@pytest.mark.parametrize("name", AUTOMATED)
def test_automation_and_agents_are_not_asked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in AUTOMATED:
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setattr("dbtool.console.can_ask", lambda: True)
    assert why_nobody_is_asked(POLICY) == ""
    for value in ("1", "true", "yes", "codex-cli/1.2", "https://ci.example.net", " TRUE "):
        monkeypatch.setenv(name, value)
        assert name in why_nobody_is_asked(POLICY), value
    for value in ("", "  ", "0", "false", "False", "no"):
        monkeypatch.setenv(name, value)
        assert why_nobody_is_asked(POLICY) == "", value


@pytest.mark.parametrize("name", ["CI", "AI_AGENT"])
def test_at_a_terminal_an_agent_is_not_asked_either(name: str, full: Database, project: Project) -> None:
    ended = at_terminal(project, "reset", typed=full.name + ENTER, env={name: "1"})
    assert ended.returncode == 6, ended
    assert name in ended.screen
    assert "type the database's name" not in ended.screen
    assert rows(full) == 3


def test_confirm_is_the_name_of_exactly_this_database(full: Database, project: Project) -> None:
    name = full.name
    for said in (f"{name}x", name.upper(), "", "yes"):
        done = project.run("reset", "--confirm", said)
        assert (done.returncode in (2, 6), rows(full)) == (True, 3), done.stderr
    done = project.run("reset", "--confirm", name)
    assert (done.returncode, rows(full)) == (0, 0), done.stderr


@pytest.mark.parametrize(
    "said", ["App", "APP", "app ", " app", "appx", "ap", "", "yes", "*", "localhost", "production", "app\n"]
)
def test_nothing_but_the_name_confirms(said: str, target: Target) -> None:
    with pytest.raises(Refused, match="is not the name"):
        settled_as(target, "reset", facts(), confirm=said)
    assert settled_as(target, "reset", facts(), confirm="app").database == "app"


def test_confirm_beats_no_refusal(prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    done = make_project(prod).run("reset", "--confirm", prod.name)
    assert (done.returncode, rows(prod)) == (6, 3)


def test_no_variable_confirms(full: Database, project: Project) -> None:
    names = (
        "DBTOOL_CONFIRM",
        "DBTOOL_YES",
        "DBTOOL_OVERRIDE",
        "DBTOOL_TOKEN",
        "CONFIRM",
        "RESET_CONFIRM",
        "DBTOOL_RESET_CONFIRM",
        "DBTOOL_FORCE",
    )
    done = project.run("reset", env=dict.fromkeys(names, full.name))
    assert (done.returncode, rows(full)) == (6, 3)


@pytest.mark.parametrize("command", ["reset", "nuke", "drop"])
def test_yes_is_no_answer_where_something_is_destroyed(command: str, full: Database, project: Project) -> None:
    done = project.run(command, "--yes")
    assert (done.returncode, rows(full)) == (2, 3), done.stderr  # there is no such option


# ---- a person at a terminal


@pytest.mark.parametrize("command", ["reset", "nuke", "drop"])
def test_the_name_typed_lets_it_go_on(command: str, full: Database, project: Project) -> None:
    ended = at_terminal(project, command, typed=full.name + ENTER)
    assert ended.returncode == 0, ended
    before = ended.screen[: ended.screen.index(PROMPT)]
    assert "127.0.0.1" in before, "the host is shown before the question"
    assert full.name in before
    assert "other session" in before
    with full.server.connect("postgres") as conn:
        there = conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [full.name]).fetchone() is not None
    assert there is (command != "drop")
    if command == "reset":
        assert rows(full) == 0
    elif command == "nuke":
        assert full.rows("SELECT to_regclass('t') IS NULL") == [(True,)]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "yes",
        "UPPER",
        *(pytest.param(typed, marks=pytest.mark.slow) for typed in ("y", "{}x", "x{}", '"{}"', "{} {}")),
    ],
    ids=lambda typed: typed or "nothing",
)
def test_anything_else_typed_does_nothing(typed: str, full: Database, project: Project) -> None:
    answer = full.name.upper() if typed == "UPPER" else typed.format(full.name, full.name)
    ended = at_terminal(project, "reset", typed=answer + ENTER)
    assert ended.returncode == 6, ended
    assert ("that is not the database's name" if answer else "nothing was typed") in ended.screen
    assert rows(full) == 3


def test_the_end_of_input_does_nothing(full: Database, project: Project) -> None:
    ended = at_terminal(project, "reset", typed=EOF)
    assert ended.returncode == 6, ended
    assert "Traceback" not in ended.screen
    assert rows(full) == 3


def test_a_name_without_enter_does_nothing(full: Database, project: Project) -> None:
    ended = at_terminal(project, "reset", typed=full.name + CTRL_C)
    assert (ended.returncode, rows(full)) == (130, 3), ended


@pytest.mark.parametrize("command", ["reset", "drop"])
def test_ctrl_c_does_nothing(command: str, full: Database, project: Project) -> None:
    ended = at_terminal(project, command, typed=CTRL_C)
    assert ended.returncode == 130, ended
    assert "Traceback" not in ended.screen
    assert rows(full) == 3


def test_a_wrong_confirm_is_not_asked_about_again(full: Database, project: Project) -> None:
    ended = at_terminal(project, "reset", "--confirm", "other", typed=full.name + ENTER)
    assert (ended.returncode, rows(full)) == (6, 3)
    assert "type the database's name" not in ended.screen


def test_with_json_the_scope_is_shown_before_the_question_too(full: Database, project: Project) -> None:
    ended = at_terminal(project, "reset", "--json", typed=full.name + ENTER)
    assert ended.returncode == 0, ended
    before = ended.screen[: ended.screen.index(PROMPT)]
    assert f"127.0.0.1:{full.server.port}" in before
    assert "other session" in before


def test_production_at_a_terminal_is_refused_not_asked(full: Database, project: Project) -> None:
    mark(full, "production")
    for command in ("reset", "nuke", "drop"):
        ended = at_terminal(project, command, typed=full.name + ENTER)
        assert ended.returncode == 6, ended
        assert "type the database's name" not in ended.screen
        assert "--token" not in ended.screen
    assert rows(full) == 3


def mark(database: Database, environment: str) -> None:
    with database.connect() as conn:
        write_mark(conn, read_mark(conn), environment)


# ---- settle() itself


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    return load_target(project(tmp_path), url="postgresql://localhost/app")


def settled_as(target: Target, command: str, known: Facts, **said: object) -> Settled:
    verdict = decide(POLICY, command, known)
    return settle(verdict, policy=POLICY, command=command, facts=known, target=target, consent=Consent(**said))  # type: ignore[arg-type]


def test_what_is_allowed_is_settled_unasked(target: Target) -> None:
    settled = settled_as(target, "reset", facts(mark="development"))
    assert (settled.command, settled.database, settled.system, settled.oid, settled.mark) == (
        "reset",
        "app",
        "7",
        5,
        "development",
    )


def test_yes_is_for_what_destroys_nothing(target: Target) -> None:
    production = replace(facts(mark="production"), environment="production")
    assert settled_as(target, "migrate", production, yes=True).command == "migrate"
    unmarked = facts()
    for command in sorted(POLICY.destroy - {"push"}):
        assert isinstance(decide(POLICY, command, unmarked), Ask)
        with pytest.raises(Refused, match="asks before"):
            settled_as(target, command, unmarked, yes=True)
        with pytest.raises(Refused):
            settled_as(target, command, production, yes=True, confirm="app")


def test_confirm_of_another_name_is_worse_than_none(target: Target) -> None:
    production = replace(facts(mark="production"), environment="production")
    for name in ("App", "", "production", " app"):
        with pytest.raises(Refused):
            settled_as(target, "migrate", production, confirm=name, yes=True)


def test_a_settled_is_made_nowhere_else(target: Target) -> None:
    settled = settled_as(target, "reset", facts(mark="development"))
    values = {field.name: getattr(settled, field.name) for field in fields(settled) if field.name != "seal"}
    for seal in (None, True, object(), "", settled.__class__):
        with pytest.raises(TypeError, match="settle"):
            Settled(**values, seal=seal)
    with pytest.raises(TypeError):
        Settled(**values)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "change", [{"database": "production"}, {"command": "nuke"}, {"oid": 6}, {"system": "8"}, {"mark": ""}]
)
def test_a_settled_is_not_turned_into_another(change: dict[str, object], target: Target) -> None:
    settled = settled_as(target, "reset", facts(mark="development"))
    with pytest.raises((TypeError, AttributeError)):
        replace(settled, **change)  # type: ignore[arg-type]
    with pytest.raises((TypeError, AttributeError)):
        for name, value in change.items():
            setattr(settled, name, value)
    assert copy.copy(settled) == settled


def test_what_was_settled_is_looked_at_again(database: Database, target: Target) -> None:
    with database.connect() as conn, database.server.connect("postgres") as elsewhere:
        now = read_mark(conn)
        write_mark(conn, now, "development")
        known = replace(facts(), mark=read_mark(conn))
        settled = settled_as(target, "reset", known)
        recheck(conn, settled)
        with pytest.raises(Refused, match="another database"):
            recheck(elsewhere, settled)
        write_mark(conn, read_mark(conn), "production")
        with pytest.raises(Refused, match="mark changed"):
            recheck(conn, settled)
        with pytest.raises(Refused, match="not what was judged any more"):
            write_mark(conn, now, "development")
        write_mark(conn, read_mark(conn), "")
        with pytest.raises(Refused, match="mark changed"):
            recheck(conn, settled)


def test_a_database_of_the_same_name_made_anew_is_another(database: Database, target: Target) -> None:
    with database.connect() as conn:
        settled = settled_as(target, "reset", replace(facts(), mark=read_mark(conn)), confirm=database.name)
    with database.server.connect("postgres") as conn:
        name = sql.Identifier(database.name)
        conn.execute(sql.SQL("DROP DATABASE {}").format(name))
        conn.execute(sql.SQL("CREATE DATABASE {}").format(name))
    with database.connect() as conn, pytest.raises(Refused, match="another database"):
        recheck(conn, settled)


# ---- overrides: the token

BOUND = Bound(command="reset", database="app_prod", system="7", oid=5)


def redeem(state: Path, token: str | None, *, bound: Bound = BOUND, why: str | None = "a reason") -> None:
    override.redeem(state, bound, why=why, token=token, target="t", hosts=["h"], reasons=["production-name"])


def refused_token(state: Path, token: str, *, bound: Bound = BOUND, why: str | None = "a reason") -> str:
    with pytest.raises(Refused) as error:
        redeem(state, token, bound=bound, why=why)
    return error.value.message


def test_a_token_is_good_for_what_it_was_given_for_alone(tmp_path: Path) -> None:
    token = override.issue(tmp_path, BOUND)
    others = [
        {"command": "nuke"},
        {"command": "drop"},
        {"database": "app_prod2"},
        {"system": "8"},
        {"system": ""},
        {"oid": 6},
        {"oid": 0},
    ]
    for other in others:
        assert "not one for" in refused_token(tmp_path, token, bound=replace(BOUND, **other))  # type: ignore[arg-type]
    redeem(tmp_path, token)


def test_a_token_of_another_folder_is_good_for_nothing(tmp_path: Path) -> None:
    token = override.issue(tmp_path / "a", BOUND)
    override.issue(tmp_path / "b", BOUND)
    assert "not one for" in refused_token(tmp_path / "b", token)
    assert "not one for" in refused_token(tmp_path / "without-a-key", token)
    assert not (tmp_path / "without-a-key").exists(), "looking at a token makes no key"


def test_a_token_ends_after_ten_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = override.time.time()
    monkeypatch.setattr(override.time, "time", lambda: now)
    token, another = override.issue(tmp_path, BOUND), override.issue(tmp_path, replace(BOUND, oid=6))
    monkeypatch.setattr(override.time, "time", lambda: now + 599)
    redeem(tmp_path, another, bound=replace(BOUND, oid=6))
    monkeypatch.setattr(override.time, "time", lambda: now + 602)
    assert "older than 10 minutes" in refused_token(tmp_path, token)


def test_a_token_cannot_be_given_a_longer_life(tmp_path: Path) -> None:
    until, _, signature = override.issue(tmp_path, BOUND).partition("-")
    for later in (int(until, 16) + 3600, 0xFFFFFFFF, 0):
        refused_token(tmp_path, f"{later:x}-{signature}")


@pytest.mark.parametrize(
    "token",
    ["", "-", "x", "ffffffff-", "-abc", "ffffffff-" + "0" * 20, "none", "ffffffff-\u00e9", "9" * 500 + "-a", "--token"],
)
def test_what_is_no_token(token: str, tmp_path: Path) -> None:
    override.issue(tmp_path, BOUND)
    refused_token(tmp_path, token)
    refused_token(tmp_path / "no-key", token)


@pytest.mark.parametrize("why", [None, "", "   ", "\n"])
def test_a_token_needs_a_reason(why: str | None, tmp_path: Path) -> None:
    assert "needs both" in refused_token(tmp_path, override.issue(tmp_path, BOUND), why=why)


def test_a_token_is_good_once(tmp_path: Path) -> None:
    token, another = override.issue(tmp_path, BOUND), ""
    redeem(tmp_path, token)
    assert "used already" in refused_token(tmp_path, token)
    while another in ("", token):
        another = override.issue(tmp_path, BOUND)  # a new second, a new token
    redeem(tmp_path, another)


def test_a_token_written_otherwise_is_the_same_token(tmp_path: Path) -> None:
    token = override.issue(tmp_path, BOUND)
    redeem(tmp_path, token)
    until, _, signature = token.partition("-")
    spellings = [f"0x{until}-{signature}", f"0{until}-{signature}", f"{until.upper()}-{signature}", f"+{until}-{signature}",
                 f"{until[:2]}_{until[2:]}-{signature}", f" {until} -{signature}", f" {token}\n", f"{until}-{signature.upper()}"]  # fmt: skip
    for spelling in spellings:
        refused_token(tmp_path, spelling)


def test_a_token_used_twice_at_the_same_time_is_good_once(tmp_path: Path) -> None:
    token = override.issue(tmp_path, BOUND)
    together, good = threading.Barrier(8), []

    def run() -> None:
        together.wait()
        try:
            redeem(tmp_path, token)
        except Refused:
            return
        good.append(1)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(good) == 1


def test_the_key_is_for_its_owner_alone_and_stays(tmp_path: Path) -> None:
    state = tmp_path / ".dbtool"
    token = override.issue(state, BOUND)
    key = state / "guard.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32
    content = key.read_bytes()
    override.issue(state, BOUND)
    assert key.read_bytes() == content
    redeem(state, token)


@pytest.mark.parametrize("content", [b"", b"\n", b"short"])
def test_a_key_that_is_none_makes_no_token(content: bytes, tmp_path: Path) -> None:
    """An empty file, as a full disk or an interrupted run leaves it: anyone could make a token with it."""
    (tmp_path / "guard.key").write_bytes(content)
    until = int(override.time.time()) + 60
    text = json.dumps([asdict(BOUND), until], sort_keys=True)
    forged = f"{until:x}-{hmac.new(content, text.encode(), hashlib.sha256).hexdigest()[:20]}"
    refused_token(tmp_path, forged)
    redeem(tmp_path, override.issue(tmp_path, BOUND))  # and a good one comes instead
    assert len((tmp_path / "guard.key").read_bytes()) == 32


# ---- overrides: from the refusal to the deed

TOKEN = re.compile(r"--token (\S+?);?\s")


def given_token(ended: Ended) -> str:
    found = TOKEN.search(ended.screen)
    assert found, ended
    return found[1]


def test_an_override_at_a_terminal(prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    refusal = at_terminal(project, "reset")
    assert refusal.returncode == 6
    assert "production-name" in refusal.screen
    token = given_token(refusal)
    done = at_terminal(project, "reset", "--override", "it is a copy", "--token", token, typed=prod.name + ENTER)
    assert (done.returncode, rows(prod)) == (0, 0), done
    (line,) = (project.root / ".dbtool" / "audit.log").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["command"], entry["database"], entry["why"], entry["hosts"]) == (
        "reset",
        prod.name,
        "it is a copy",
        ["127.0.0.1"],
    )
    assert "production-name" in entry["overridden"]
    assert entry["at"]
    assert entry["by"]
    assert token not in line
    again = project.run("reset", "--override", "once more", "--token", token, "--confirm", prod.name)
    assert again.returncode == 6
    assert "used already" in again.stderr


def test_an_override_still_asks_for_the_name(prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    token = given_token(at_terminal(project, "reset"))
    for ended in (
        at_terminal(project, "reset", "--override", "why", "--token", token, typed="yes" + ENTER),
        project.run("reset", "--override", "why", "--token", token),
        project.run("reset", "--override", "why", "--token", token, "--confirm", "other"),
    ):
        assert (ended.returncode, rows(prod)) == (6, 3), ended


def test_an_override_is_also_written_into_the_ledger(prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    project.write(m1="CREATE TABLE IF NOT EXISTS u (a int);")
    assert project.run("migrate", "--yes").returncode == 0
    for command in ("reset", "seed dev"):
        (project.root / "sql" / "seeds" / "dev").mkdir(parents=True, exist_ok=True)
        (project.root / "sql" / "seeds" / "dev" / "a.sql").write_text("INSERT INTO u VALUES (1);")
        token = given_token(at_terminal(project, *command.split()))
        told = f"the reason for {command}"
        done = project.run(*command.split(), "--override", told, "--token", token, "--confirm", prod.name)
        assert done.returncode == 0, done.stderr
        logged = str(prod.rows("SELECT * FROM _yoyo_log"))
        assert told in logged, f"{command}: {logged}"


@pytest.mark.parametrize("how", ["pipe", "CI", "CLAUDECODE", "json"])
def test_no_token_is_given_where_nobody_sits(how: str, prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    said = ""
    if how in ("pipe", "json"):
        done = project.run("reset", *(["--json"] if how == "json" else []))
        assert done.returncode == 6
        said = done.stdout + done.stderr
    else:
        ended = at_terminal(project, "reset", env={how: "1"})
        assert ended.returncode == 6
        said = ended.screen
    assert "--token" not in said
    assert not (project.root / ".dbtool" / "guard.key").exists()


def test_a_token_of_one_command_is_not_one_for_another(prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    token = given_token(at_terminal(project, "reset"))
    for command in ("nuke", "drop"):
        done = project.run(command, "--override", "why", "--token", token, "--confirm", prod.name)
        assert done.returncode == 6
        assert "not one for" in done.stderr
    assert rows(prod) == 3


def test_what_has_no_override(prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    token = given_token(at_terminal(project, "reset"))
    mark(prod, "production")
    done = project.run("reset", "--override", "why", "--token", token, "--confirm", prod.name)
    assert (done.returncode, rows(prod)) == (6, 3)
    assert "no override" in done.stderr
    mark(prod, "")
    done = project.run(
        "reset", "--override", "why", "--token", token, "--confirm", prod.name, env={"NODE_ENV": "production"}
    )
    assert (done.returncode, rows(prod)) == (6, 3)


def test_half_an_override_is_none(prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    token = given_token(at_terminal(project, "reset"))
    for why, given in (("why", None), (None, token), ("", token), (" ", token), ("why", ""), ("why", f"{token}0")):
        words = [*(["--override", why] if why is not None else []), *(["--token", given] if given is not None else [])]
        done = project.run("reset", "--confirm", prod.name, *words)
        assert (done.returncode in (2, 6), rows(prod)) == (True, 3), (words, done.stderr)


@pytest.mark.parametrize(
    "why", ["\u00fcber", "two\nlines", '"quotes" \\', "\udcff not of this world", "x" * 10_000, "{}"]
)
def test_any_reason_can_be_written_down(why: str, tmp_path: Path) -> None:
    redeem(tmp_path, override.issue(tmp_path, BOUND), why=why)
    (line,) = (tmp_path / "audit.log").read_text(errors="surrogateescape").splitlines()
    assert json.loads(line)["why"] == why or "\udcff" in why


@pytest.mark.parametrize("what", ["audit.log is a folder", "nowhere"])
def test_what_cannot_be_written_down_is_not_done(what: str, prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    token = given_token(at_terminal(project, "reset"))
    log = project.root / ".dbtool" / "audit.log"
    if what == "nowhere":
        log.symlink_to(project.root / "gone" / "audit.log")
    else:
        log.mkdir()
    done = project.run("reset", "--override", "why", "--token", token, "--confirm", prod.name)
    assert (done.returncode, rows(prod)) == (6, 3), done.stderr
    assert "Traceback" not in done.stderr
    assert "nothing was done" in done.stderr


def test_where_no_key_can_be_kept_the_refusal_is_told_all_the_same(prod: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(prod)
    (project.root / ".dbtool").write_text("a file, where the folder would be")
    ended = at_terminal(project, "reset")
    assert ended.returncode == 6, ended
    assert "production-name" in ended.screen
    assert "Traceback" not in ended.screen
    assert rows(prod) == 3


def test_the_log_of_another_is_added_to(tmp_path: Path) -> None:
    (tmp_path / "audit.log").write_bytes(b"what stood here \xff before\n")
    token = override.issue(tmp_path, BOUND)
    redeem(tmp_path, token)
    assert (tmp_path / "audit.log").read_bytes().startswith(b"what stood here \xff before\n{")
    assert "used already" in refused_token(tmp_path, token)


def test_an_override_without_its_reason_in_the_rules_is_refused(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbtool.console.can_ask", lambda: True)
    for name in AUTOMATED:
        monkeypatch.delenv(name, raising=False)
    far = replace(facts("db.example.net"), activity=quiet(standby=True))
    verdict = decide(POLICY, "reset", far)
    assert isinstance(verdict, Refuse)
    assert not verdict.overridable
    with pytest.raises(Refused) as refused:
        settled_as(target, "reset", far)
    assert "--token" not in refused.value.hint
    assert isinstance(decide(POLICY, "reset", facts(mark="development")), Allow)
    assert not (target.project.state / "guard.key").exists()


def test_a_terminal_of_the_test_is_one(project: Project) -> None:
    """What the tests above stand on: at_terminal() gives a terminal."""
    ended = at_terminal(
        project,
        program=("-c", "import os, sys; print([os.isatty(n) for n in (0, 1, 2)], 'to go on'); sys.exit(len(input()))"),
        typed="four\n",
    )
    assert "[True, True, True]" in ended.screen
    assert ended.returncode == 4
