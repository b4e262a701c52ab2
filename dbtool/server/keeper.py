"""The keeper: a small process that makes the data, starts PostgreSQL, is its parent, and ends with it.

The command starts it and waits for a word on a pipe. After that the two have nothing to do with each other: a
command that is killed leaves a keeper that goes on, and a server that the next command finds. It has no terminal
and none of the command's files, and it imports next to nothing, for its start is part of a cold start.

On entry descriptor 0 is the lock that says someone is starting, 1 the pipe to the command, 2 the log.
"""

# ruff: noqa: PTH104, PTH106, PTH108, PTH110, PTH116, SIM105
# Pathlib (and contextlib) would cost the keeper 10 ms of a start.
import fcntl
import os
import select
import time

from dbtool.server.account import choose_account, choose_place, reachable_binaries
from dbtool.server.cluster import Cluster, choose_binaries, make_data
from dbtool.server.launch import (
    clear_sockets,
    complete,
    describe,
    prepare,
    require_reachable,
    start_server,
    wait_until_ready,
)
from dbtool.server.postmaster import (
    Failure,
    format_record,
    home_of,
    postmaster_pid,
    read_text,
    socket_of,
    socket_path,
    write_text,
)
from dbtool.server.process import end_orphans, end_server, is_alive, surely_serves
from dbtool.server.wishes import stays

LONGEST_PAUSE = 5.0  # seconds between two looks at whether the folder is still there


def main(arguments: list[str]) -> None:
    """Start the server of a state directory, and stay until it ends."""
    if os.fork():
        os._exit(0)  # the command waits for this one; the one that stays is nobody's zombie
    os.setsid()
    os.closerange(3, 65536)
    os.chdir("/")
    state, idle, tcp, *binaries = arguments
    try:
        cluster, record, started = _start(state, tuple(binaries), tcp == "tcp")
    except Failure as failure:
        _tell(failure.kind, failure.message, failure.hint)
    except OSError as error:
        _tell(
            "usage",
            f"the embedded server's files cannot be made: {error}",
            f"see that {state} can be written",
        )
    else:
        identity = _identity(cluster)
        _let_go(0)  # the lock is the command's alone now, and who looks next finds this server
        _tell("ready" if started else "found", "", "")
        _watch(cluster, record, float(idle), identity)


def _start(state: str, binaries: tuple[str, ...], tcp: bool) -> tuple[Cluster, dict[str, str], bool]:
    """Bring the server up and write down where it is. Writes."""
    here = home_of(state)
    place = choose_place(state, choose_account(here + "/data"))
    _hold(place + "/keeper.lock")
    cluster = Cluster(state=state, place=place, account=choose_account(place + "/data"), tcp=tcp)
    pid = postmaster_pid(cluster.data)
    new = not os.path.exists(cluster.data)
    started = not (pid and surely_serves(pid, cluster.data) and _take_over(cluster, pid))
    if started:
        pid = _start_new(cluster, binaries) if new else _start_again(cluster, binaries)
    record = describe(cluster, pid, new=new) | {"binaries": read_text(cluster.used)}
    write_text(cluster.record, format_record(record))
    return cluster, record, started


def _take_over(cluster: Cluster, pid: int) -> bool:
    """Whether the server whose keeper was killed can go on; if not, it is stopped. Writes."""
    usable = wait_until_ready(cluster, pid) and os.path.exists(socket_of(cluster.data))
    if not usable:
        end_server(pid, cluster.data, in_order=True)
    return usable


def _start_new(cluster: Cluster, candidates: tuple[str, ...]) -> int:
    """The pid of a server with new data. Writes."""
    candidate, folder, version = choose_binaries(cluster, candidates)
    make_data(cluster, folder, version)
    write_text(cluster.used, candidate)
    prepare(cluster)
    return start_server(cluster, folder)


def _start_again(cluster: Cluster, candidates: tuple[str, ...]) -> int:
    """The pid of a server on the data there are. Writes."""
    prepare(cluster)
    last = read_text(cluster.used)
    try:
        if last in candidates:  # most likely they still fit, and to ask for their version is a process more
            return start_server(cluster, reachable_binaries(last, cluster.account))
    except Failure:
        require_reachable(cluster)
        choose_binaries(cluster, candidates)  # raises what is the matter, if it is the version
        raise
    candidate, folder, _ = choose_binaries(cluster, candidates)
    write_text(cluster.used, candidate)
    return start_server(cluster, folder)


def _hold(path: str) -> None:
    """Take the lock that says a keeper lives here, for as long as this process does. Writes."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    deadline = time.monotonic() + 40
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # the last keeper is on its way out
            if time.monotonic() > deadline:
                raise Failure("start", f"another keeper has held {path} for 40 s and does not end") from None
            time.sleep(0.005)


def _watch(cluster: Cluster, record: dict[str, str], idle: float, identity: tuple[int, ...]) -> None:
    """Stay until the server ends; end it when it is not wanted any more. Writes."""
    import signal  # it costs 7 ms, which a start need not wait for

    wake = _listen_to_signals()
    pid, socket = int(record["pid"]), socket_path(record["sockets"], record["port"])
    pause = max(min(LONGEST_PAUSE, idle / 4), 0.02)
    stamp, used = _stamp(cluster), time.monotonic()
    traffic, helper = None, complete(record)
    while is_alive(pid, cluster.data):
        if select.select([wake], [], [], pause)[0] and signal.SIGTERM in os.read(wake, 512):
            _remove(cluster.record)
            end_server(pid, cluster.data, in_order=True)
        elif (
            not identity or _identity(cluster) != identity
        ):  # the folder was removed: nothing is left to be written in order
            end_server(pid, cluster.data, in_order=False)
        elif _stamp(cluster) != stamp:
            stamp, used = _stamp(cluster), time.monotonic()
        elif traffic is None and not is_alive(helper, ""):
            traffic = _traffic(socket)
        elif time.monotonic() - used > idle and stays(cluster.home):
            used = time.monotonic()
        elif time.monotonic() - used > idle:
            before, traffic = traffic, _traffic(socket)
            if traffic == before:
                _stop_if_unused(cluster, pid, stamp)
            used = time.monotonic()
    _leave(cluster, record, identity)


def _stop_if_unused(cluster: Cluster, pid: int, stamp: int) -> None:
    """Stop the server, unless a command comes by this very moment. Writes.

    A command first leaves its mark on ``last-used``, then reads the record; here the record goes first, then the
    mark is looked at. So one of the two sees the other, and no command is sent to a server about to stop.
    """
    aside = cluster.record + ".aside"
    try:
        lock = os.open(cluster.home + "/start.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # the folder was removed, which the next look will tell
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(cluster.record, aside)
        if _stamp(cluster) == stamp:
            end_server(pid, cluster.data, in_order=True)
        else:
            os.rename(aside, cluster.record)
    except OSError:  # someone is starting or stopping it
        pass
    finally:
        os.close(lock)


def _traffic(socket: str) -> int:
    """A number that changes when somebody is connected or has been since. Read-only."""
    from dbtool.server.wire import Answer, count_clients

    try:
        connected, sessions = count_clients(socket)
    except (Answer, OSError):
        return time.monotonic_ns()  # too busy to answer is not idle
    return time.monotonic_ns() if connected else sessions


def _leave(cluster: Cluster, record: dict[str, str], identity: tuple[int, ...]) -> None:
    """Take away what only a running server has. Writes."""
    cluster.account.does(lambda: end_orphans(cluster.data))
    if identity and _identity(cluster) == identity:
        _remove(cluster.record)
        _remove(cluster.record + ".aside")
    if record["sockets"] != cluster.place + "/run":
        try:
            clear_sockets(record["sockets"])
            os.rmdir(record["sockets"])
        except OSError:
            pass
    if cluster.place != cluster.home and not os.path.exists(cluster.home + "/elsewhere"):
        from shutil import rmtree

        rmtree(cluster.place, ignore_errors=True)


def _identity(cluster: Cluster) -> tuple[int, ...]:
    """What changes when the server's files are removed, even if others are made in their place."""
    try:
        seen = os.stat(cluster.home), os.stat(cluster.data + "/PG_VERSION")
    except OSError:
        return ()
    return tuple(number for one in seen for number in (one.st_dev, one.st_ino))


def _stamp(cluster: Cluster) -> int:
    try:
        return os.stat(cluster.home + "/last-used").st_mtime_ns
    except OSError:
        return 0


def _listen_to_signals() -> int:
    """A pipe that becomes readable when the server ends, or when someone asks this process to."""
    import signal

    wake, written = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(written, False)
    signal.set_wakeup_fd(written, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, _nothing)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return wake


def _nothing(_number: int, _frame: object) -> None:
    """A signal's arrival is all that counts, and the pipe tells of that."""


def _tell(kind: str, message: str, hint: str) -> None:
    """Answer the command, if it is still there, and let go of it."""
    try:
        os.write(1, os.fsencode("\0".join((kind, message, hint))))
    except OSError:
        pass
    _let_go(1)


def _let_go(descriptor: int) -> None:
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    os.dup2(null, descriptor)
    os.close(null)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
