"""The slow half of embedded.py: from no server to one that is ready, and back. One command at a time does this."""

# ruff: noqa: PTH100, PTH101, PTH103, PTH106, PTH108, PTH110, PTH112, PTH120, PTH123
# These are descriptors, and paths that go to the keeper as text.
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from dbtool.errors import Unreachable, UsageError
from dbtool.server.binaries import find_binaries
from dbtool.server.handover import clear_of_standard, not_writable, open_log, read_answer, starting, wait_for
from dbtool.server.local import Wish
from dbtool.server.postmaster import (
    format_record,
    has_database,
    home_of,
    is_locked,
    major_of,
    place_of,
    postmaster_pid,
    running,
    socket_path,
    version_in,
    write_text,
)
from dbtool.server.process import PASSED_ON, surely_serves
from dbtool.server.wire import create_development
from dbtool.server.wishes import forget_to_stay, fulfils
from dbtool.server.wishing import of_version, require_free, require_unused, wishing

PATIENCE = 120.0  # seconds for a start; a slow one takes two
KEEPER = "import sys; sys.path.insert(0, sys.argv[1]); from dbtool.server.keeper import main; main(sys.argv[2:])"


def ensure_started(
    root: str, *, binaries: Path | None, idle_seconds: float, tcp: bool, wish: Wish | None = None
) -> tuple[dict[str, str], bool]:
    """The record of the server, and whether it had to be started. Writes.

    With a wish it is as wished, now and at each later start; who is connected to one that is not so is not disturbed.
    """
    folders = find_binaries(binaries)
    if wish is not None and wish.version is not None:
        folders = of_version(root, folders, wish.version)
    _make_home(root)
    with starting(home_of(root), PATIENCE) as lock, wishing(root, wish) as wishes:
        record = running(root, leave_mark=True)
        if record is not None:
            if binaries is not None and record["binaries"] != folders[0]:
                _compare_versions(record, folders[0])
            if not has_database(record):
                record = _with_database(root, record)
            if (wish is None or fulfils(record, wishes)) and (not tcp or "password" in record):
                return record, False
            require_unused(record, wishes)
            _stop(home_of(root))
        elif is_locked(place_of(root) + "/keeper.lock"):
            _stop(home_of(root))  # there is a server, but no way to it: its record or its socket was removed
        if wish is not None:
            require_free(int(wishes["port"]))
        started = _start_keeper(root, lock, folders, idle_seconds, tcp)
        record = running(root, leave_mark=True)
    if record is None:
        raise Unreachable("the embedded server ended as soon as it was there", hint=f"see {home_of(root)}/server.log")
    return record, started


def _make_home(root: str) -> None:
    """Make the folder of the server's files, which root's server account must be able to pass. Writes."""
    home = home_of(root)
    if "\n" in root:
        raise UsageError(f"the embedded server cannot work in a folder with a line break in its name: {root!r}")
    try:
        for folder in (root, home):
            with suppress(FileExistsError):  # from before, or another command's that does the same just now
                os.makedirs(folder)
                os.chmod(folder, 0o755 if os.geteuid() == 0 else 0o700)
        if not os.path.exists(root + "/.gitignore"):
            write_text(root + "/.gitignore", "*\n", 0o644)
        with open(home + "/last-used", "a", encoding="ascii"):
            os.utime(home + "/last-used")
    except OSError as refused:
        raise not_writable(home, refused) from None


def _start_keeper(root: str, lock: int, folders: tuple[str, ...], idle_seconds: float, tcp: bool) -> bool:
    """Whether the keeper had to start the server. Comes back when the server is ready. Writes."""
    home = home_of(root)
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    arguments = [package, root, str(idle_seconds), "tcp" if tcp else "socket", *folders]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    reading, writing, log = (clear_of_standard(one) for one in (*os.pipe(), open_log(home + "/server.log")))
    actions = [(os.POSIX_SPAWN_DUP2, one, number) for number, one in enumerate((lock, writing, log))]
    # Isolated and without site: nothing of the user's runs in it, and it is up in 10 ms.
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", KEEPER, *arguments]
    try:
        child = os.posix_spawn(sys.executable, command, environment, file_actions=actions, setsigmask=())
    finally:
        os.close(writing)
        os.close(log)
    try:
        answer = read_answer(reading, PATIENCE)
    finally:
        os.close(reading)
        with suppress(ChildProcessError):  # SIGCHLD is ignored: then there is nobody to wait for
            os.waitpid(child, 0)
    match answer:
        case ("ready" | "found") as kind, _, _:
            return kind == "ready"
        case "usage", message, hint:
            raise UsageError(message, hint=hint)
        case "start", message, hint:
            raise Unreachable(message, hint=hint)
        case _:
            raise Unreachable("the embedded server's keeper ended without a word", hint=f"see {home}/server.log")


def _with_database(root: str, record: dict[str, str]) -> dict[str, str]:
    """The record after making the database that someone dropped. Writes."""
    _, oid = create_development(socket_path(record["sockets"], record["port"]))
    record = record | {"oid": oid}
    write_text(home_of(root) + "/server", format_record(record))
    return record


def _compare_versions(record: dict[str, str], folder: str) -> None:
    """Refuse programs of another major version than the running server's. Reads."""
    said = subprocess.run([folder + "/postgres", "--version"], capture_output=True, text=True, check=False).stdout
    here, configured = major_of(record["version"]), major_of(version_in(said))
    if configured != here:
        raise UsageError(
            f"the embedded server runs PostgreSQL {here}, which made the data in {record['data']}, but "
            f"server.bin, {folder}, has PostgreSQL {configured}",
            hint=f"set server.bin to the programs of PostgreSQL {here}; or, if the data may go, delete them "
            "and migrate again",
        )


def stop_running(root: str) -> bool:
    """Whether there was a server to stop. Writes."""
    home = home_of(root)
    if not os.path.isdir(home):
        return False
    with starting(home, PATIENCE):
        forget_to_stay(home)
        return _stop(home)


def remove_data(root: str) -> bool:
    """Whether there were data to delete, or anything else of the server's but what was wished of it. Writes."""
    home, place = home_of(root), place_of(root)
    if not os.path.isdir(home):
        return False
    with starting(home, PATIENCE):
        forget_to_stay(home)
        _stop(home)
        wait_for(lambda: not is_locked(place + "/keeper.lock"), 10)  # of a server that was ending by itself
        kept = {f"{home}/{name}" for name in ("wishes", "start.lock", "last-used")}
        gone = [entry for folder in {home, place} for entry in os.scandir(folder) if entry.path not in kept]
        try:
            for entry in gone:
                with suppress(FileNotFoundError):
                    shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)
            if place != home:
                with suppress(FileNotFoundError):
                    os.rmdir(place)
        except OSError as refused:
            raise not_writable(home, refused) from None
        return bool(gone)


def _stop(home: str) -> bool:
    place = place_of(os.path.dirname(home))
    data, keeper = place + "/data", place + "/keeper.lock"
    pid = postmaster_pid(data)

    def runs() -> bool:
        return surely_serves(pid, data)

    if not (pid and runs()):
        return False
    with suppress(OSError):
        os.unlink(home + "/server")
    for number, seconds in ((signal.SIGINT, 15.0), (signal.SIGQUIT, 6.0), (signal.SIGKILL, 5.0)):
        if runs():
            try:
                os.kill(pid, number)
            except PermissionError as refused:
                raise not_writable(home, refused) from None
        if wait_for(lambda: not runs(), seconds):
            break
    wait_for(lambda: not is_locked(keeper), 10)  # it has a few things to take away
    return True
