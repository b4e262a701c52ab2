"""What passes between a command and the keeper it starts: the lock, the log, and the answer. Cold starts only."""

# ruff: noqa: PTH105, PTH110, PTH116, PTH120
# These are descriptors.
import fcntl
import os
import select
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from dbtool.errors import Unreachable, UsageError
from dbtool.server.account import owner_name

LONGEST_LOG = 4_000_000  # bytes; then the log makes room for a new one


@contextmanager
def starting(home: str, patience: float) -> Generator[int]:
    """The lock that one command holds while it starts or stops the server. Its keeper holds it on until ready."""
    deadline = time.monotonic() + patience
    while (lock := _try_lock(home)) is None:
        if time.monotonic() > deadline:
            raise Unreachable(
                f"the embedded server has been starting or stopping for {patience:.0f} s: {home}/start.lock is held",
                hint=f"see {home}/server.log, and end the process that holds the lock",
            )
        time.sleep(0.002)
    try:
        yield lock
    finally:
        os.close(lock)


def _try_lock(home: str) -> int | None:
    path = home + "/start.lock"
    try:
        lock = clear_of_standard(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    except OSError as refused:
        raise not_writable(home, refused) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), os.stat(path)):
            return lock
    except (
        BlockingIOError,
        FileNotFoundError,
    ):  # held; or removed with its folder, and others lock another one
        pass
    os.close(lock)
    return None


def clear_of_standard(descriptor: int) -> int:
    """The same file under a number above 2: the first three are the keeper's, and a command may lack its own."""
    if descriptor > 2:
        return descriptor
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(descriptor)
    return copy


def open_log(path: str) -> int:
    """The server's log, to be appended to. Writes."""
    try:
        if os.path.exists(path) and os.stat(path).st_size > LONGEST_LOG:
            os.replace(path, path + ".1")
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as refused:
        raise not_writable(os.path.dirname(path), refused) from None


def read_answer(reading: int, patience: float) -> list[str]:
    """The three parts of the keeper's answer; empty when it ended without one."""
    answer, deadline = b"", time.monotonic() + patience
    while select.select([reading], [], [], max(deadline - time.monotonic(), 0))[0]:
        part = os.read(reading, 65536)
        if not part:
            return os.fsdecode(answer).split("\0")
        answer += part
    raise Unreachable(
        f"the embedded server has not become ready within {patience:.0f} s",
        hint="it goes on starting; see server.log beside its data in .dbtool/postgres, and try again",
    )


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def not_writable(home: str, refused: OSError) -> UsageError:
    """The error for a state directory that is another user's, or on a disk that takes nothing."""
    return UsageError(
        f"the embedded server's files in {home} cannot be used: {refused.strerror}{_whose(home)}",
        hint="run dbtool as that user, or remove the folder, or set DATABASE_URL",
    )


def _whose(path: str) -> str:
    while not os.path.exists(path):
        path = os.path.dirname(path)
    owner = os.stat(path).st_uid
    return "" if owner == os.geteuid() else f"; {path} belongs to {owner_name(owner)}"
