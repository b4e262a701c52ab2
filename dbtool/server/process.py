"""Starting and ending processes from the keeper, which is one thread, so that a plain fork is safe."""

# ruff: noqa: PTH208
# Pathlib costs the keeper 10 ms of a start.
import os
import sys
import time

from dbtool.server.account import Account, own_account
from dbtool.server.postmaster import serves

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# The server is told nothing of the user's environment: PGPORT, PGTZ and their like would change how it behaves.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "TMPDIR")
# Without TZ initdb compares the clock with each of 600 time zones, a tenth of its time.
ALWAYS = {"TZ": "UTC", "LC_ALL": "C", "LANG": "C"}


def spawn(
    command: list[str],
    account: Account,
    output: int,
    *,
    folder: str = "/",
    until_keeper_ends: bool = False,
) -> int:
    """The pid of a new child that runs the command as the account. Writes what the command writes.

    It has no input, and no descriptors but its output.
    """
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | ALWAYS
    arm = _ending_with_parent() if until_keeper_ends else None
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(folder)
        account.become()
        if arm is not None:
            arm()
        os.execve(command[0], command, environment)
    except BaseException as error:
        os.write(2, f"cannot run {command[0]}: {error}\n".encode(errors="replace"))
    finally:
        os._exit(127)


def load_ahead() -> None:
    """Import, while a child is at work, what is needed when it is done."""
    for name in ("ctypes", "signal", "dbtool.server.wire"):
        __import__(name)


def _ending_with_parent() -> "Callable[[], object]":
    """What a child calls to be shut down by the kernel when its keeper is killed, and never left to itself.

    Only Linux has this; elsewhere the next command's keeper takes such a server over. To be made before the
    fork: the child's account need not be able to read Python's library.
    """
    if sys.platform != "linux":
        return lambda: None
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, 2, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGINT, a fast shutdown: prctl(2)


def run(command: list[str], account: Account) -> tuple[int, str]:
    """The exit status of a short command, and what it printed."""
    reading, writing = os.pipe()
    child = spawn(command, account, writing)
    os.close(writing)
    with os.fdopen(reading, errors="replace") as stream:
        said = stream.read()
    return os.waitpid(child, 0)[1], said


def surely_serves(pid: int, data: str) -> bool:
    """Whether the process is the server of this data directory, on any system. Reads."""
    proof = serves(pid, data)
    if proof is not None:
        return proof
    _, said = run(["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)], own_account())
    return f" -D {data} " in said + " "


def is_alive(pid: int, data: str) -> bool:
    """Whether the server still runs; a child that has ended is waited for."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:  # not ours: its keeper was killed, and this one took over; or ended and seen before
        return surely_serves(pid, data)


def end_server(pid: int, data: str, *, in_order: bool) -> None:
    """Stop the server, more firmly each time it does not listen. Writes.

    https://www.postgresql.org/docs/current/server-shutdown.html: fast (sessions are ended), immediate (recovers
    when it starts next), and the end.
    """
    import signal

    fast = ((signal.SIGINT, 15.0),) if in_order else ()
    for number, seconds in (*fast, (signal.SIGQUIT, 6.0), (signal.SIGKILL, 5.0)):
        if is_alive(pid, data):  # a child keeps its pid until it is waited for; one taken over was looked at just now
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while is_alive(pid, data):
            if time.monotonic() > deadline:
                break
            time.sleep(0.005)
        else:
            return


def end_orphans(data: str) -> bool:
    """End the backends of a postmaster that was killed: they would keep its successor from starting. Writes.

    Only processes whose working directory is this data directory, which is where all of a server's live.
    """
    import signal

    for number, seconds in ((None, 0.3), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
        deadline = time.monotonic() + seconds
        while orphans := [pid for pid in _processes() if serves(pid, data)]:
            if number is not None:
                for pid in orphans:
                    os.kill(pid, number)
                number = None
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
        else:
            return True
    return False


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return []
