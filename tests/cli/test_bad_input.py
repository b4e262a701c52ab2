"""What bad input gets: a clear error with the right exit code, and nothing changed."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Catalog, Run, refused
from tests.conftest import Database, Project
from tests.conftest import _database as make_database
from tests.servers import Server

FILES: dict[str, tuple[dict[str, str | bytes], str, list[str]]] = {
    # what: the files, the id of the finding, what must be said
    "SQL that does not parse": (
        {"c": "create table x();\ncreat table y();"},
        "syntax-error",
        ['c.sql:2:1: error: syntax error at or near "creat"', "creat table y();\n    ^"],
    ),
    "an unknown depends": ({"c": "-- depends: bb\nselect 1"}, "unknown-depends", ["c.sql:1:1", "depends on bb", "did you mean b?"]),
    "a cycle": ({"c": "-- depends: d\nselect 1", "d": "-- depends: c\nselect 1"}, "dependency-cycle", ["c -> d -> c"]),
    "not UTF-8": ({"c": b"select 1;\nselect 'h\xe4h';"}, "not-utf8", ["c.sql:2:10", "byte 0xe4", "iconv"]),
    "UTF-16": ({"c": "select 1;".encode("utf-16")}, "nul-byte", ["UTF-16", "save it as UTF-8"]),
    "a NUL byte": ({"c": b"select 1;\nsel\0ect 2"}, "nul-byte", ["c.sql:2:4", "NUL byte"]),
    "an empty file": ({"c": ""}, "empty-file", ["c.sql:1:1", "no statement", "delete the file"]),
    "a file of comments": ({"c": "-- later\n"}, "empty-file", ["no statement"]),
    "psql's include": ({"c": "select 1;\n\\i other.sql\n"}, "psql-meta-command", ["c.sql:2:1", "\\i is a command of psql", "put the SQL"]),
    "psql's copy": ({"c": "\\copy t from 'x'\n"}, "psql-meta-command", ["\\copy is a command of psql", "COPY <table> FROM STDIN"]),
    "BEGIN in a file": ({"c": "begin;\nselect 1;\ncommit;"}, "transaction-control", ["c.sql:1:1", "BEGIN cannot stand", "c.sql:3:1", "COMMIT cannot stand"]),
    "transactional: true for what cannot be": (
        {"c": "-- transactional: true\ncreate index concurrently i on t1 (a);"},
        "not-in-a-transaction",
        ["c.sql:2:1", "CREATE INDEX CONCURRENTLY cannot run in a transaction"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    """One database for all of them: nothing of this file may change it."""
    yield from make_database(server)


@pytest.fixture(autouse=True)
def nothing_changes(project: Project, catalog: Catalog) -> Iterator[None]:
    project.write(a="create table t1 (a int);", b="create table t2 (a int);")
    before = catalog()
    yield
    assert catalog() == before


@pytest.mark.parametrize("what", FILES)
def test_a_bad_third_file_is_found_before_anything_is_applied(what: str, project: Project, run_here: Run) -> None:
    files, id, said = FILES[what]
    project.write(**files)
    refused(run_here("migrate"), 2, f"[{id}]", "error: ", *said)
    answer = json.loads(run_here("migrate", "--json").stdout)
    assert (answer["ok"], answer["exit_code"], answer["findings"][0]["id"]) == (False, 2, id)


def test_two_files_with_one_id(project: Project, run_here: Run) -> None:
    (project.root / "migrations" / "b.py").write_text("from yoyo import step\nsteps = [step('select 1')]\n")
    refused(run_here("migrate"), 2, "two files have the id b: b.py and b.sql", "rename the one")


@pytest.mark.parametrize(
    ("tool", "files"),
    [
        ("golang-migrate", {"000001_c.up.sql": "create table c ();", "000001_c.down.sql": "drop table c;"}),
        ("dbmate", {"2026_c.sql": "-- migrate:up\ncreate table c ();\n\n-- migrate:down\ndrop table c;"}),
        ("goose", {"2026_c.sql": "-- +goose Up\ncreate table c ();\n\n-- +goose Down\ndrop table c;"}),
        ("Flyway", {"V1__c.sql": "create table c ();"}),
    ],
)
def test_files_of_another_tool_are_never_run(tool: str, files: dict[str, str], project: Project, run_here: Run) -> None:
    # their down parts would be run right after their up parts
    for name, text in files.items():
        (project.root / "migrations" / name).write_text(text)
    refused(run_here("migrate"), 2, tool, "to do: ")


def test_every_bad_file_is_told_at_once(project: Project, run_here: Run) -> None:
    project.write(a="selec 1", b="\\i x", c=b"\xff", d="commit;")
    said = run_here("migrate").stderr
    assert [id in said for id in ("syntax-error", "psql-meta-command", "not-utf8", "transaction-control")] == [True] * 4


def test_files_are_named_as_a_person_here_would_name_them(project: Project, run_here: Run) -> None:
    project.write(a="selec 1")
    assert run_here("migrate").stderr.startswith("migrations/a.sql:1:1: error: ")


def test_an_unfinished_new_migration_says_so(project: Project, run_here: Run) -> None:
    assert run_here("new", "add things").returncode == 0
    refused(run_here("migrate"), 2, "add_things.sql:1:1: error: the file has no statement")


# ---- the way to the server


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql://me:hunter2@h:port/db", 2, "port"),
        ("postgresql://me:hun%zzter2@h/db", 2, "percent-encoded"),
        ("mysql://me:hunter2@h/db", 2, "postgresql://"),
        ("hunter2 is not a url", 2, "neither a URL"),
        ("host=h passwort=hunter2", 2, "passwort"),
        ("postgresql://me:hunter2@127.0.0.1:1/db?sslmode=maybe", 2, "sslmode"),
        ("", 2, "empty"),
        ("env:NOT_SET", 2, "NOT_SET is not set"),
        ("service:nope", 2, "nope"),
    ],
)
def test_a_url_that_cannot_be_used(url: str, code: int, said: str, run_here: Run) -> None:
    done = run_here("migrate", "--url", url)
    refused(done, code, said)
    assert "hunter2" not in done.both


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    yield int(listener.getsockname()[1])
    listener.close()


def test_a_host_that_does_not_answer_costs_no_more_than_connect_timeout(
    silent_port: int, project: Project, run_here: Run
) -> None:
    (project.root / "dbtool.toml").write_text('[environments.development]\nconnect_timeout = "2s"\n')
    started = time.monotonic()
    done = run_here("migrate", "--url", f"postgresql://me:hunter2@127.0.0.1:{silent_port}/db")
    assert time.monotonic() - started < 6
    refused(done, 7, "timeout", "to do: ")
    assert "hunter2" not in done.both


@pytest.mark.parametrize(
    ("address", "said", "hint"),
    [
        ("127.0.0.1:1", "Connection refused", "is the server running"),
        ("no-such-host.invalid", "failed to resolve", "the host's name"),
    ],
)
def test_a_server_that_is_not_there(address: str, said: str, hint: str, run_here: Run) -> None:
    done = run_here("migrate", "--url", f"postgresql://me:hunter2@{address}/db")
    refused(done, 7, said, hint)
    assert "hunter2" not in done.both


@pytest.fixture
def with_passwords(server: Server) -> Iterator[str]:
    """The address of a server of its own that wants a password of the role `locked`."""
    server = Server(server.major).start()
    with server.connect("postgres") as conn:
        conn.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
    hba = server.home / "data" / "pg_hba.conf"
    hba.write_text("host all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n")
    with server.connect("postgres") as conn:
        conn.execute("SELECT pg_reload_conf()")
    time.sleep(0.2)
    yield f"127.0.0.1:{server.port}/postgres"
    server.remove()


def test_a_wrong_password_is_told_and_not_shown(with_passwords: str, run_here: Run) -> None:
    for url in (
        f"postgresql://locked:hunter2@{with_passwords}",
        f"postgresql://locked@{with_passwords}?password=hunter2",
    ):
        done = run_here("migrate", "--url", url)
        refused(done, 7, "password authentication failed", "check the user name and the password")
        assert "hunter2" not in done.both
    refused(run_here("migrate", "--url", f"postgresql://locked@{with_passwords}"), 7, "no password supplied")
    assert run_here("migrate", "--url", f"postgresql://locked:right@{with_passwords}", "--dry-run").returncode == 0


def test_a_missing_role(database: Database, run_here: Run) -> None:
    url = database.server.url(database.name, "nobody_here")
    refused(run_here("migrate", "--url", url), 7, 'role "nobody_here" does not exist', "CREATE ROLE")


# ---- the command line itself


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["migrat"], "migrate"),
        (["migrate", "--nonsense"], "--nonsense"),
        (["migrate", "--to", ""], "--to"),
        (["migrate", "--to", "zzz"], "no migration zzz"),
        (["migrate", "--lock-wait", "soon"], "--lock-wait"),
        (["migrate", "--assume", "maybe"], "done or again"),
        (["migrate", "--allow", "everything"], "everything"),
        (["migrate", "--env", "prodution"], "did you mean production?"),
        (["rollback", "--steps", "0"], "--steps"),
        (["rollback", "--steps", "1", "--to", "a"], "--steps and --to"),
        (["baseline"], "ID"),
        (["baseline", "zzz"], "no migration zzz"),
        (["new"], "NAME"),
        (["new", "!!!"], "letter or digit"),
        (["completion", "show", "tcsh"], "tcsh"),
        (["env", "show", "--env", "stagin"], "did you mean staging?"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_exit_code_2(arguments: list[str], said: str, run_here: Run) -> None:
    done = run_here(*arguments)
    assert done.returncode == 2, done.both
    assert said in done.stderr
