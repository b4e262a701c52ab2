"""From a data directory to a server that answers: what the last one left, the settings, the start, the database."""

# ruff: noqa: PTH108, PTH116, PTH208
# Pathlib costs the keeper 10 ms of a start.
import os
import stat
import sys
import time

from dbtool.server.account import hash_of
from dbtool.server.cluster import Cluster, said_since, size_of, start_failure
from dbtool.server.postmaster import (
    PORT,
    ROLE,
    Failure,
    is_ready,
    postmaster_pid,
    read_text,
    socket_fits,
    socket_of,
    socket_path,
    write_text,
)
from dbtool.server.process import end_orphans, is_alive, load_ahead, spawn

SETTINGS = """\
# Written by dbtool at each start; docs/decisions/embedded-server.md says why. For your own: ALTER SYSTEM SET ...
cluster_name = 'dbtool'
max_connections = 100
shared_buffers = '64MB'
max_locks_per_transaction = 256    # a thousand migrations in one transaction
max_wal_size = '256MB'
min_wal_size = '32MB'
max_slot_wal_keep_size = '1GB'     # a forgotten slot does not fill the disk
synchronous_commit = off           # a crash may lose the last half second, never what was there before
fsync = on                         # a power cut must not cost the whole database
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, mdy'
default_text_search_config = 'pg_catalog.english'
log_checkpoints = off
log_line_prefix = '%m [%p] %q%a %u@%d '
"""
# After a kill, one call in place of a thousand fsyncs: 0.2 s instead of 2.
ONLY_ON_LINUX = "recovery_init_sync_method = syncfs\n"
WAL_LEVELS = {
    "logical": "wal_level = logical    # change feeds and slots are developed here, too\n",
    "replica": "wal_level = replica\n",
    "minimal": "wal_level = minimal\nmax_wal_senders = 0\n",  # with senders the server would not start
}
ONLY_THE_SOCKET = "local all all trust\nlocal replication all trust\n"  # its folder lets in one user, and root
ALSO_WITH_PASSWORD = "host all all 127.0.0.1/32 scram-sha-256\n"


def require_reachable(cluster: Cluster) -> None:
    """Say so if the data are where the server's account cannot go."""
    if not cluster.account.reaches(cluster.data):
        raise Failure(
            "usage",
            f"the data in {cluster.data} cannot be reached by the account {cluster.account.name}, as which the "
            "server runs",
            f"let that account pass the folders above it; or delete {cluster.home} and migrate again",
        )


def prepare(cluster: Cluster) -> None:
    """Clear what a killed server left in the data, and write the settings. Writes."""
    if postmaster_pid(cluster.data):
        cluster.account.does(lambda: end_orphans(cluster.data))
        keeper = os.getpid()
        cluster.account.does(lambda: _disown_pid_file(cluster.data, keeper))
    settings = SETTINGS + WAL_LEVELS.get(cluster.wal_level, "") + ONLY_ON_LINUX * (sys.platform == "linux")
    write_text(cluster.place + "/postgresql.conf", settings, 0o644)
    write_text(cluster.place + "/pg_hba.conf", ONLY_THE_SOCKET + ALSO_WITH_PASSWORD * cluster.tcp, 0o644)


def _disown_pid_file(data: str, keeper: int) -> bool:
    """Make a stale postmaster.pid name the keeper in place of a process it has nothing to do with. Writes.

    PostgreSQL refuses to start while the pid in the file is alive, whoever that is, but lets its own parent pass
    (CreateLockFile in miscinit.c). The file stays, for its other check: nobody may still be attached to the shared
    memory that it names.
    """
    _, _, rest = read_text(data + "/postmaster.pid").partition("\n")
    write_text(data + "/postmaster.pid", f"{keeper}\n{rest}")
    return True


def start_server(cluster: Cluster, folder: str) -> int:
    """Start the server and come back with its pid as soon as it takes connections. Writes."""
    sockets = _choose_sockets(cluster)
    begun = size_of(cluster.log)
    for attempt in range(3):
        if os.listdir(sockets):
            cluster.account.does(lambda: clear_sockets(sockets))
        begun = size_of(cluster.log)
        port = (cluster.port or _free_port()) if cluster.tcp else PORT
        pid = spawn(_command(cluster, folder, sockets, port), cluster.account, 2, until_keeper_ends=True)
        load_ahead()
        if wait_until_ready(cluster, pid):
            return pid
        taken = cluster.tcp and any("TCP/IP" in line for line in said_since(cluster, begun))
        if not taken or attempt == 2:  # else: the port was free a moment ago
            break
        if (
            cluster.port and not cluster.demanded
        ):  # who was to be served comes by the socket; `dbtool up` tells the rest
            cluster.tcp = False
    raise start_failure(cluster, "the embedded PostgreSQL did not start", begun)


def _command(cluster: Cluster, folder: str, sockets: str, port: int) -> list[str]:
    quoted = sockets.replace('"', '""')
    settings = {
        "config_file": cluster.place + "/postgresql.conf",
        "hba_file": cluster.place + "/pg_hba.conf",
        "unix_socket_directories": f'"{quoted}"',
        "listen_addresses": "127.0.0.1" if cluster.tcp else "",
        "port": str(port),
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [folder + "/postgres", "-D", cluster.data, *options]


def wait_until_ready(cluster: Cluster, pid: int) -> bool:
    """Whether the server came to take connections; false when it ended instead.

    Looks each millisecond: a start takes 30, and pg_ctl would look each 100. Recovery may take its time.
    """
    pause = 0.001
    while is_alive(pid, cluster.data):
        if is_ready(cluster.data, pid):
            return True
        time.sleep(pause)
        pause = min(pause * 1.01, 0.02)
    return False


def describe(cluster: Cluster, pid: int, *, new: bool) -> dict[str, str]:
    """What commands need to know of a server that is ready; its database is made if it is not there. Writes."""
    socket = socket_of(cluster.data)
    sockets, _, port = socket.rpartition("/.s.PGSQL.")
    record = {"pid": str(pid), "keeper": str(os.getpid()), "data": cluster.data, "sockets": sockets, "port": port}
    record["wal_level"] = cluster.wal_level
    from dbtool.server.wire import THROUGH, Answer, ask, create_development, rename_to_development

    try:
        version, oid = rename_to_development(socket) if new else create_development(socket)
        record |= {"version": version.split()[0], "oid": oid}
        if cluster.tcp:
            password = cluster.password or os.urandom(18).hex()
            ask(socket, THROUGH, f"ALTER ROLE {ROLE} PASSWORD '{password}'")
            record["password"] = password
    except (Answer, OSError) as error:
        raise Failure(
            "start", f"the embedded PostgreSQL runs, but does not answer: {error}", f"see {cluster.log}"
        ) from None
    return record


def complete(record: dict[str, str]) -> int:
    """The pid of a child that makes what a server should have but no command waits for. Writes.

    A child, because the keeper must see meanwhile that the server or its folder is gone.
    """
    child = os.fork()
    if child:
        return child
    try:
        os.closerange(3, 65536)  # above all the keeper's lock
        from dbtool.server.wire import create_postgres

        create_postgres(socket_path(record["sockets"], record["port"]))
    finally:  # it is being stopped: the next start makes it
        os._exit(0)


def _choose_sockets(cluster: Cluster) -> str:
    """The folder of the socket, made for the server's account alone: in the place, or a short one. Writes.

    The path of a socket has 107 bytes and a project's may be longer, so the other has a short name made from the
    identity of the data. One that is there already is used if it is the account's and closed to all others.
    """
    choices = [cluster.place + "/run"]
    if not socket_fits(choices[0]):
        made = os.stat(cluster.data + "/PG_VERSION")
        name = "dbtool-" + hash_of(f"{cluster.data} {made.st_dev} {made.st_ino} {made.st_mtime_ns}")
        # The runtime directory is root's when we are root, and the account could not enter it.
        runtime = "" if cluster.account.drop else os.environ.get("XDG_RUNTIME_DIR", "")
        choices = [f"{base}/{name}{more}" for base in (runtime, "/tmp") if base for more in ("", "-2", "-3")]
    for path in choices:
        try:
            cluster.account.makes(path)
        except FileExistsError:
            pass
        except OSError:
            continue
        seen = os.lstat(path)
        ours = stat.S_ISDIR(seen.st_mode) and seen.st_uid == cluster.account.uid and not seen.st_mode & 0o077
        if ours and socket_fits(path):
            return path
    raise Failure(
        "start",
        "no folder for the server's socket can be made: tried " + ", ".join(choices),
        "set XDG_RUNTIME_DIR to a short folder of your own, or move the project to a shorter path",
    )


def clear_sockets(sockets: str) -> bool:
    """Remove the socket of a server that is gone, and its lock, which may name a living process. Writes."""
    for entry in os.scandir(sockets):
        if entry.name.startswith(".s.PGSQL."):
            os.unlink(entry.path)
    return True


def _free_port() -> int:
    from socket import socket

    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
