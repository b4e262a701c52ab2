"""No password in anything that dbtool prints or writes: every command, every place a password can stand, every failure."""

import io
import itertools
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from dbtool import cli
from dbtool.secrets import Secret
from tests.conftest import clean_environment
from tests.servers import Server, free_port

WORD = "Zq7"  # in every piece of every password: a piece that leaks is found
PLAIN = "Zq7plain"
HARD = "Zq7a@Zq7b:Zq7c/Zq7d#Zq7e?Zq7f&Zq7g=Zq7h%40Zq7i'Zq7j\"Zq7k Zq7l\\Zq7m,Zq7n"
PASSWORDS = {"plain": PLAIN, "hard": HARD}
NOWHERE = "postgresql://127.0.0.1:1/db"
_numbers = itertools.count(1)

# Every command, with what it needs to get as far as the database.
LINES = [
    ["migrate"], ["migrate", "--dry-run"], ["migrate", "--env", "production"], ["lint"], ["lint", "--no-style", "--format", "json"], ["status"], ["status", "--all-environments"], ["status", "--exit-code"],
    ["tables"], ["tables", "--order"], ["rollback", "--dry-run"], ["rollback"], ["baseline", "m1", "--dry-run"], ["seed", "--dry-run"], ["seed", "dev"], ["seed", "import", "rows.csv", "t"], ["seed", "import", "rows.csv", "t", "--dry-run"], ["reset"], ["reset", "--dry-run"],
    ["nuke", "--dry-run"], ["nuke"], ["drop", "--dry-run"], ["drop"], ["doctor"], ["env", "list"], ["env", "show"], ["env", "show", "--offline"],
    ["env", "mark", "development"], ["guard", "explain", "reset"], ["guard", "explain", "reset", "--online"], ["guard", "explain", "status", "--env", "production"],
    ["guard", "table"], ["feed", "lsn"], ["feed", "lsn", "--since", "0/1"], ["feed", "peek", "none"], ["feed", "tail", "--seconds", "0.1"], ["feed", "tail", "--slot", "none"],
    ["slots"], ["slots", "--no-rate"], ["slots", "--openmetrics", "--no-rate"], ["slots", "--watch", "--frames", "1"], ["slots", "history"], ["slots", "create", "none"],
    ["slots", "advance", "none"], ["slots", "drop", "none"], ["replication", "status"], ["replication", "doctor"], ["replication", "doctor", "--deep"],
    ["studio"], ["studio", "--json"], ["studio", "--write", "--json"],
]  # fmt: skip
# These start a shadow each time: they are tried in one place.
SCHEMA = [
    ["generate", "x", "--stdout"],
    ["types", "--stdout"],
    ["types", "--check"],
    ["check"],
    ["plan"],
    ["plan", "--on-target", "--yes"],
    ["push"],
    ["push", "--dry-run"],
    ["pull"],
    ["docs"],
    ["docs", "--from", "target", "--check"],
    ["triggers", "status"],
    ["triggers", "sync"],
    ["triggers", "install", "client-id", "--apply"],
    ["triggers", "test"],
    ["triggers", "explain"],
]
# What most places are tried with; every command in every place is `slow`.
FEW = [
    ["status"],
    ["migrate", "--env", "production"],
    ["reset"],
    ["env", "list"],
    ["env", "show", "--offline"],
    ["guard", "explain", "reset"],
]
OFFLINE = [["init"], ["up", "--status"], ["down"], ["new", "x"], ["diff", "a", "b"], ["completion", "show", "bash"]]


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    """A server that wants the password of the roles plain and hard."""
    server = Server(max(_binaries())).start()
    with server.connect("postgres") as conn:
        for role, password in PASSWORDS.items():
            create = sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD {}")
            conn.execute(create.format(sql.Identifier(role), sql.Literal(password)))
        conn.execute("CREATE DATABASE shop OWNER plain")
        hba = server.home / "data" / "pg_hba.conf"
        hba.write_text("host all plain,hard 127.0.0.1/32 scram-sha-256\n" + hba.read_text())
        conn.execute("SELECT pg_reload_conf()")
    yield server
    server.remove()


def _binaries() -> dict[int, Path]:
    from tests.servers import binaries

    return binaries()


@dataclass
class Place:
    """A project in which the password stands somewhere, and how dbtool is called in it."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    written: set[Path] = field(default_factory=set)

    def write(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)
        self.written.add(file)
        return file


def toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pair(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def bare(text: str) -> str:
    return "".join("\\" + c if c in "\\' \t" else c for c in text)


PLACES = (
    "--url", "--url query", "--url pairs", "--url bare pairs", "DATABASE_URL", "DATABASE_URL query", "DATABASE_URL pairs", "DATABASE_URL bare pairs", "DATABASE_URL driver",
    "PGPASSWORD", "service", "--url service", "passfile", "PGPASSFILE", ".env", ".env.development", "dbtool.toml", "env:", "DBTOOL_DIRECT_URL", "direct_url", "sslpassword",
    "encoded key",
)  # fmt: skip


def put(place: str, root: Path, user: str, password: str, port: int, database: str = "shop") -> Place:
    """Write the password in this place."""
    here = Place(root)
    here.write("migrations/m1.sql", "CREATE TABLE IF NOT EXISTS t (a int);")
    here.write("migrations/m1.rollback.sql", "DROP TABLE IF EXISTS t;")
    here.write("sql/seeds/dev/a.sql", "INSERT INTO t VALUES (1);")
    here.write("rows.csv", "a\n1\n")
    at = f"127.0.0.1:{port}/{database}"
    encoded = quote(password, safe="")
    url = f"postgresql://{user}:{encoded}@{at}"
    forms = {
        "query": f"postgresql://{user}@{at}?password={encoded}&sslmode=disable",
        "pairs": f"host=127.0.0.1 port={port} dbname={database} user={user} password = {pair(password)} sslmode=disable",
        "bare pairs": f"host=127.0.0.1 port={port} password={bare(password)} dbname={database} user={user}",
        "driver": url.replace("postgresql://", "postgresql+psycopg://"),
    }
    bare_url = f"postgresql://{user}@{at}"
    name, _, form = place.partition(" ")
    if place == "--url service":
        here.write(
            "services.conf",
            f"[ours]\nhost=127.0.0.1\nport={port}\ndbname={database}\nuser={user}\npassword={password}\n",
        )
        here.variables |= {"PGSERVICEFILE": str(root / "services.conf"), "DATABASE_URL": NOWHERE}
        here.arguments = ["--url", "service:ours"]
    elif name == "--url":
        here.arguments = ["--url", forms.get(form, url)]
        here.variables["DATABASE_URL"] = NOWHERE  # for what has no --url: no server of the project's own is started
    elif name == "DATABASE_URL":
        here.variables["DATABASE_URL"] = forms.get(form, url)
    elif place == "PGPASSWORD":
        here.variables |= {"DATABASE_URL": bare_url, "PGPASSWORD": password}
    elif place == "service":
        here.write("services.conf", f"[ours]\npassword={password}\n")
        here.variables |= {"DATABASE_URL": bare_url, "PGSERVICE": "ours", "PGSERVICEFILE": str(root / "services.conf")}
    elif place in ("passfile", "PGPASSFILE"):
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        file = here.write("passwords", f"127.0.0.1:{port}:*:{user}:{escaped}\n")
        here.variables["DATABASE_URL"] = bare_url + (f"?passfile={quote(str(file))}" if place == "passfile" else "")
        here.variables |= {"PGPASSFILE": str(file)} if place == "PGPASSFILE" else {}
    elif name.startswith(".env"):
        here.write(name, f"DATABASE_URL='{url}'\nPGPASSWORD={PLAIN}\n")
    elif place == "dbtool.toml":
        here.write(
            "dbtool.toml",
            f"[environments.development]\nurl = {toml(url)}\n[environments.production]\nurl = {toml(forms['pairs'])}\n",
        )
    elif place == "env:":
        here.write(
            "dbtool.toml", '[environments.development]\nurl = "env:OURS"\n[environments.production]\nurl = "env:OURS"\n'
        )
        here.variables["OURS"] = url
    elif place == "DBTOOL_DIRECT_URL":
        here.variables |= {"DATABASE_URL": url, "DBTOOL_DIRECT_URL": forms["query"]}
    elif place == "direct_url":
        here.write(
            "dbtool.toml", f"[environments.development]\nurl = {toml(url)}\ndirect_url = {toml(forms['pairs'])}\n"
        )
    elif place == "sslpassword":
        here.variables["DATABASE_URL"] = f"{url}?sslpassword={encoded}&sslmode=disable"
    elif place == "encoded key":
        here.variables["DATABASE_URL"] = f"postgresql://{user}@{at}?p%61ssword={encoded}"
    else:
        raise AssertionError(place)
    return here


def run(here: Place, *arguments: str) -> tuple[int, str]:
    """Run dbtool in this process as its main() does; what it printed, a traceback with it."""
    environment = clean_environment() | {"HOME": str(here.root / "home")} | here.variables
    said, code = io.StringIO(), 0
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = Path.cwd()
    os.chdir(here.root)
    try:
        with (
            patch.dict(os.environ, environment, clear=True),
            patch.object(sys, "argv", ["dbtool", *arguments]),
            redirect_stdout(said),
            redirect_stderr(said),
        ):
            try:
                cli.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
            except BaseException:
                code = -1
                said.write(traceback.format_exc())
    finally:
        os.chdir(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return code, said.getvalue()


def call(here: Place, words: list[str], *, json: bool, more: tuple[str, ...] = ()) -> tuple[int, str]:
    first = words[0] if words else "completion"
    without = ("guard", "env", "feed", "replication", "triggers", "init", "up", "down", "new", "completion")
    with_url = first not in without or words[1:2] in (
        ["explain"],
        ["show"],
        ["mark"],
        ["peek"],
        ["tail"],
        ["lsn"],
        ["status"],
        ["doctor"],
        ["sync"],
        ["install"],
        ["test"],
    )
    with_url = with_url and "--all-environments" not in words and first != "completion"
    return run(here, *words, *(here.arguments if with_url else []), *(["--json"] if json else []), *more)


def leaks(here: Place) -> list[str]:
    """The files that dbtool wrote a piece of a password into."""
    files = (file for file in here.root.rglob("*") if file.is_file() and file not in here.written)
    return [str(file) for file in files if WORD.encode() in file.read_bytes()]


def nothing_leaks(
    here: Place,
    lines: list[list[str]],
    *,
    codes: set[int] | None = None,
    json: tuple[bool, ...] = (False, True),
    more: tuple[str, ...] = (),
) -> list[int]:
    ended: list[int] = []
    for words in lines:
        for as_json in json:
            code, said = call(here, words, json=as_json, more=more)
            ended.append(code)
            assert WORD not in said, f"{words} {here.arguments} {here.variables} (exit {code}):\n{said}"
            assert code != -1, f"{words}:\n{said}"
            assert codes is None or code in codes, f"{words} (exit {code}):\n{said}"
    assert not leaks(here)
    return ended


def in_every_place(*whole: str) -> list[object]:
    """Every place with a few commands, these places with all; and all with all, which takes a minute."""
    few = [pytest.param(place, LINES if place in whole else FEW, id=place) for place in PLACES]
    return few + [pytest.param(place, LINES, id=f"{place}, all", marks=pytest.mark.slow) for place in PLACES]


@pytest.mark.parametrize(("place", "lines"), in_every_place("--url", "DATABASE_URL bare pairs"))
def test_where_no_server_answers(place: str, lines: list[list[str]], tmp_path: Path) -> None:
    here = put(place, tmp_path, "hard", HARD, free_port())
    ended = nothing_leaks(here, lines, json=(False,) if lines is FEW else (False, True))
    assert 7 in ended, "the URL was read, and the server was tried"


@pytest.mark.parametrize(("place", "lines"), in_every_place("--url pairs", "dbtool.toml"))
def test_where_the_password_is_right(place: str, lines: list[list[str]], guarded: Server, tmp_path: Path) -> None:
    hard = place not in ("PGPASSWORD", "service") and "service" not in place  # a service file has no quotes
    user, password = ("hard", HARD) if hard else ("plain", PLAIN)
    here = put(place, tmp_path, user, password, guarded.port)
    code, said = call(here, ["status"], json=False)
    assert code == 0, said
    safe = [words for words in lines if words not in (["drop"], ["nuke"], ["rollback"], ["env", "mark", "development"])]
    nothing_leaks(here, safe, json=(False,))


@pytest.mark.parametrize("place", PLACES)
def test_where_the_password_is_wrong(place: str, guarded: Server, tmp_path: Path) -> None:
    here = put(place, tmp_path, "plain", HARD, guarded.port)
    ended = nothing_leaks(here, [["status"], ["reset"], ["guard", "explain", "nuke", "--online"]], json=(False,))
    assert 7 in ended


@pytest.mark.parametrize("place", ["--url", "--url pairs", "DATABASE_URL bare pairs", "dbtool.toml", "PGPASSWORD"])
def test_where_the_database_or_the_role_is_not_there(place: str, guarded: Server, tmp_path: Path) -> None:
    for number, (user, database) in enumerate((("plain", "no-such-database"), ("nobody", "shop"))):
        password = PLAIN if user == "plain" else HARD
        root = tmp_path / str(number)
        root.mkdir()
        here = put(place, root, user, password, guarded.port, database)
        nothing_leaks(
            here,
            [
                ["status"],
                ["migrate"],
                ["reset"],
                ["drop"],
                ["doctor"],
                ["migrate", "--create-database", "--env", "production"],
            ],
        )


def test_what_the_server_refuses(guarded: Server, tmp_path: Path) -> None:
    here = put("--url pairs", tmp_path, "hard", HARD, guarded.port)
    here.write("migrations/m2.sql", "SELECT nonsense;")
    nothing_leaks(
        here,
        [
            ["migrate"],
            ["migrate", "--all-or-nothing"],
            ["seed", "--confirm", "shop", "dev"],
            ["nuke", "--confirm", "shop"],
        ],
    )


# ---- the command lines that ask in production give the command again


@pytest.mark.parametrize("form", ["--url", "--url query", "--url pairs", "--url bare pairs"])
def test_the_commands_that_are_proposed(form: str, guarded: Server, tmp_path: Path) -> None:
    here = put(form, tmp_path, "plain", PLAIN, guarded.port)
    here.variables["RAILS_ENV"] = "production"
    here.write("migrations/m3.sql", "SELECT 3;")
    for words in (["migrate"], ["rollback"], ["baseline", "m1"], ["reset"], ["seed", "dev"], ["status"]):
        code, said = call(here, words, json=False)
        assert WORD not in said, f"{words} (exit {code}):\n{said}"
    for odd, password in enumerate(("Zq7a Zq7b", "Zq7a'Zq7b", 'Zq7a"Zq7b', "Zq7a\\Zq7b", "Zq7a&Zq7b")):
        with psycopg.connect(guarded.url("postgres"), autocommit=True) as conn:
            create = sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD {}")
            name = f"odd_{next(_numbers)}"
            conn.execute(create.format(sql.Identifier(name), sql.Literal(password)))
        root = tmp_path / f"odd{odd}"
        root.mkdir()
        here = put(form, root, name, password, guarded.port)
        here.variables["RAILS_ENV"] = "production"
        here.write("migrations/m4.sql", "SELECT 4;")
        code, said = call(here, ["migrate"], json=False)
        assert "asks before" in said, said
        assert WORD not in said, said


# ---- what cannot be read at all

MALFORMED = [
    f"postgresql://me:{PLAIN}@127.0.0.1:port/db", f"postgresql://me:{PLAIN}@127.0.0.1:99999/db", f"postgresql://me:{PLAIN}@127.0.0.1:1/db?nonsense=1",
    f"postgresql://me:{PLAIN}@[::1/db", f"postgresql://me:{PLAIN}%zz@127.0.0.1:1/db", f"postgresql://me:{PLAIN}%00@127.0.0.1:1/db", f"postgresql://me:%ff{PLAIN}@127.0.0.1:1/db",
    f"mysql://me:{PLAIN}@127.0.0.1:1/db", f"me:{PLAIN}@127.0.0.1/db", f"POSTGRESQL://me:{PLAIN}@127.0.0.1:1/db", f" postgresql://me:{PLAIN}@127.0.0.1:1/db",
    f"jdbc:postgresql://127.0.0.1:1/db?user=me&password={PLAIN}", f"postgresql:/me:{PLAIN}@127.0.0.1/db", f"'postgresql://me:{PLAIN}@127.0.0.1:1/db'",
    f'"postgresql://me:{PLAIN}@127.0.0.1:1/db"', f"DATABASE_URL=postgresql://me:{PLAIN}@127.0.0.1:1/db", f"password={PLAIN} foo=bar", f"password='{PLAIN} host=127.0.0.1 port=1",
    f"password={PLAIN}", f"host=127.0.0.1 port=1 password {PLAIN}", f"host=127.0.0.1 port=x password={PLAIN}", f"host=127.0.0.1 port=1 password=x {PLAIN}", f"{PLAIN}",
    f"postgresql://me:{PLAIN}@127.0.0.1:1/db?connect_timeout=abc", f"postgresql://me:{PLAIN}@127.0.0.1:1/db?sslmode=never", f"postgresql://me:{PLAIN}@127.0.0.1:1/db?service=none",
    f"postgresql://me:{PLAIN}@127.0.0.1:1/db?target_session_attrs=x", f"postgresql://me:{PLAIN}@127.0.0.1:1,127.0.0.1:2,x/db?hostaddr=127.0.0.1",
]  # fmt: skip
RAW = [  # not percent-encoded, as one does it at first
    "postgresql://me:Zq7a@Zq7b@127.0.0.1:1/db", "postgresql://me:Zq7a@Zq7b:Zq7c@127.0.0.1:1/db", "postgresql://me:Zq7a:Zq7b@127.0.0.1:1/db", "postgresql://me:Zq7a/Zq7b@127.0.0.1:1/db",
    "postgresql://me:Zq7a#Zq7b@127.0.0.1:1/db", "postgresql://me:Zq7a?Zq7b@127.0.0.1:1/db", "postgresql://me:Zq7a%Zq7b@127.0.0.1:1/db", "postgresql://me:Zq7a Zq7b@127.0.0.1:1/db",
    "postgresql://me:Zq7a&Zq7b@127.0.0.1:1/db", "postgresql://me:Zq7a\\Zq7b@127.0.0.1:1/db", "postgresql://me:Zq7a'Zq7b@127.0.0.1:1/db", 'postgresql://me:Zq7a"Zq7b@127.0.0.1:1/db',
    "postgresql://me:Zq7a@Zq7b/Zq7c@127.0.0.1:1/db", "postgresql://me:Zq7a?Zq7b=Zq7c@127.0.0.1:1/db", "postgresql://me:Zq7a[Zq7b]@127.0.0.1:1/db", "postgresql://me:Zq7a,Zq7b@127.0.0.1:1/db",
    "host=127.0.0.1 port=1 password=Zq7a Zq7b", "host=127.0.0.1 port=1 password=Zq7a'Zq7b", 'host=127.0.0.1 port=1 password=Zq7a"Zq7b', "host=127.0.0.1 port=1 password=Zq7a&Zq7b",
    "host=127.0.0.1 port=1 password='Zq7a'Zq7b", "host=127.0.0.1 port=1 password=Zq7a\\ Zq7b", "host=127.0.0.1 port=1 password='Zq7a''Zq7b'", "host=127.0.0.1 port=1 password=Zq7a=Zq7b",
    "host=127.0.0.1 port=1 password=\nZq7a", "postgresql://127.0.0.1:1/db?user=me&password=Zq7a'Zq7b", 'postgresql://127.0.0.1:1/db?password=Zq7a"Zq7b', "postgresql://127.0.0.1:1/db?password=Zq7a Zq7b",
    "postgresql://127.0.0.1:1/db?passw%6Frd=Zq7a", "postgresql://127.0.0.1:1/db?password=Zq7a?Zq7b", "postgresql://127.0.0.1:1/db?password=Zq7a@Zq7b",
]  # fmt: skip


@pytest.mark.parametrize("by", ["--url", "DATABASE_URL", "dbtool.toml"])
@pytest.mark.parametrize("url", [*MALFORMED, *RAW])
def test_a_url_that_cannot_be_used_as_it_is(url: str, by: str, tmp_path: Path) -> None:
    here = Place(tmp_path, {"DATABASE_URL": NOWHERE})
    if by == "--url":
        here.arguments = ["--url", url]
    elif by == "DATABASE_URL":
        here.variables["DATABASE_URL"] = url
    else:
        del here.variables["DATABASE_URL"]
        here.write("dbtool.toml", f"[environments.development]\nurl = {toml(url).replace(chr(10), ' ')}\n")
    lines = [
        ["status"],
        ["env", "show", "--offline"],
        ["env", "list"],
        ["guard", "explain", "reset"],
        ["reset"],
        ["doctor"],
    ]
    nothing_leaks(here, lines if by == "--url" else lines[:4], json=(by == "DATABASE_URL",))


@pytest.mark.parametrize("url", [*MALFORMED, *RAW])
def test_a_connection_string_as_text(url: str) -> None:
    secret = Secret(url)
    shown = [str(secret), repr(secret), f"{secret}", repr([secret]), repr({"url": secret})]
    told = [text for text in shown if WORD in text and url != PLAIN and "password" in url]
    assert not told
    assert secret.reveal() == url


# ---- said in the wrong place

URL = f"postgresql://me:{PLAIN}@127.0.0.1:1/db"


@pytest.mark.parametrize(
    "line",
    [
        ["status", URL], ["migrate", URL], ["status", f"--uri={URL}"], ["status", "--urll", URL], [URL], ["--url", URL, "status"], ["status", "--env", URL], ["status", "-e", URL],
        ["migrate", "--to", URL], ["migrate", "--lock-wait", URL], ["migrate", "--allow", URL], ["migrate", "--assume", URL], ["baseline", URL], ["new", URL], ["env", "mark", URL],
        ["env", URL], ["guard", "explain", URL], ["guard", "explain", "reset", "--server-mark", URL], ["guard", "explain", "reset", "--format", URL], ["seed", URL],
        ["reset", "--confirm", URL], ["reset", "--override", URL], ["reset", "--token", URL], ["completion", "show", URL], ["rollback", "--steps", URL], ["rollback", "--to", URL],
        ["status", "--url", f"env:{URL}"], ["status", "--url", f"service:{URL}"], ["status", "--url", "env:OURS"],
    ],
    ids=lambda line: " ".join(line).replace(URL, "URL"),
)  # fmt: skip
@pytest.mark.parametrize("json", [False, True], ids=["text", "json"])
def test_a_url_where_none_belongs(line: list[str], json: bool, tmp_path: Path) -> None:
    here = Place(tmp_path, {"DATABASE_URL": NOWHERE, "OURS": URL})
    here.write("migrations/m1.sql", "SELECT 1;")
    code, said = run(here, *line, *(["--json"] if json else []))
    assert WORD not in said, said
    assert code != -1, said
    assert not leaks(here)


@pytest.mark.parametrize(
    "variable",
    [
        "DBTOOL_ENV",
        "NODE_ENV",
        "APP_ENV",
        "RAILS_ENV",
        "PGPORT",
        "PGHOST",
        "PGSERVICE",
        "PGSSLMODE",
        "DB_POOL_SIZE",
        "PGCONNECT_TIMEOUT",
        "PGOPTIONS",
    ],
)
def test_a_url_in_a_variable_that_is_for_something_else(variable: str, tmp_path: Path) -> None:
    here = Place(tmp_path, {"DATABASE_URL": NOWHERE, variable: URL})
    nothing_leaks(
        here, [["status"], ["guard", "explain", "reset"], ["env", "show", "--offline"], ["reset"], ["env", "list"]]
    )


def test_files_with_a_mistake_in_the_line_of_the_password(tmp_path: Path) -> None:
    for number, (name, text) in enumerate((
        ("dbtool.toml", f"[environments.development]\nurl = {URL}\n"),
        ("dbtool.toml", f'[environments.development]\nurl = ["{URL}"]\n'),
        ("dbtool.toml", f'[environments.development]\nurll = "{URL}"\n'),
        ("dbtool.toml", f'[environments.development]\npassword = "{PLAIN}"\n'),
        ("dbtool.toml", f'url = "{URL}"\n'),
        ("dbtool.toml", f'[environments]\ndevelopment = "{URL}"\n'),
        ("dbtool.toml", f'[environments.development]\nurl = "{URL}\n'),
        ("dbtool.toml", f'[environments.development]\nlock_timeout = "{URL}"\n'),
        (".env", f"DATABASE_URL {URL}\n"),
        (".env", f"DATABASE_URL='{URL}\n"),
        (".env", f"DATABASE_URL: {URL}\n"),
        (".env", f"NODE_ENV={URL}\n"),
        ("safety/policy.toml", f'[production]\nreset = "{URL}"\n'),
        ("safety/policy.toml", f'[hosts]\nprivate = ["{URL}"]\n'),
        ("safety/policy.toml", f'[override]\nrules = ["{URL}"]\n'),
    )):  # fmt: skip
        root = tmp_path / str(number)
        root.mkdir()
        here = Place(root, {"DATABASE_URL": NOWHERE})
        here.write(name, text)
        nothing_leaks(here, [["status"], ["guard", "explain", "reset"], ["env", "list"]])


# ---- help, completion, files


@pytest.mark.parametrize("place", ["--url", "DATABASE_URL", "dbtool.toml", ".env"])
def test_help_and_what_touches_no_database(place: str, tmp_path: Path) -> None:
    here = put(place, tmp_path, "hard", HARD, free_port())
    nothing_leaks(here, OFFLINE, json=(False,))
    commands = [[name] for name in cli.COMMANDS]
    commands += [
        ["env", "list"],
        ["env", "show"],
        ["env", "mark"],
        ["guard", "explain"],
        ["guard", "table"],
        ["triggers", "status"],
        ["triggers", "sync"],
        ["triggers", "install"],
        ["triggers", "test"],
        ["triggers", "explain"],
        ["feed", "peek"],
        ["feed", "tail"],
        ["feed", "lsn"],
        ["completion", "show"],
        ["completion", "install"],
    ]
    if here.arguments:
        commands.remove(["diff"])  # both its sides are said by themselves
    nothing_leaks(here, [[*words, "--help"] for words in commands], json=(False,), codes={0})
    nothing_leaks(here, [[*words, "--nonsense"] for words in commands], codes={2})
    nothing_leaks(
        here,
        [[], ["--help"], ["--version"], ["nonsense"], ["--nonsense"]] if not here.arguments else [["--help"]],
        json=(False,),
    )


def test_what_makes_shadows(tmp_path: Path) -> None:
    nothing_leaks(put("DATABASE_URL", tmp_path, "hard", HARD, free_port()), SCHEMA, json=(False,))


def test_every_command_is_tried_here() -> None:
    tried = {words[0] for words in (*LINES, *OFFLINE, *SCHEMA)}
    assert tried == set(cli.COMMANDS)
    for name in ("env", "guard", "feed", "slots", "replication"):
        from importlib import import_module

        commands: Mapping[str, object] = getattr(import_module(f"dbtool.commands.{name}"), name)
        assert {next((w for w in words[1:2] if w[0] != "-"), "") for words in LINES if words[0] == name} == set(
            commands
        )


def test_a_traceback_of_a_mistake_of_ours_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python shows source lines and the message, no values of variables; nothing of ours puts a URL into a message."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake")

    for where in ("dbtool.db.read_address", "dbtool.commands.status.read_ledger", "dbtool.guard.facts.read_address"):
        with monkeypatch.context() as patching:
            patching.setattr(where, fail)
            for place in ("--url", "DATABASE_URL bare pairs"):
                root = tmp_path / f"{where}{place}"
                root.mkdir()
                here = put(place, root, "hard", HARD, free_port())
                for words in (["status"], ["guard", "explain", "reset"]):
                    _, said = call(here, words, json=False)
                    assert WORD not in said
