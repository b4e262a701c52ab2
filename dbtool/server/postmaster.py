"""What a running PostgreSQL leaves on disk, and the proof that a process is the server of a data directory.

Shared by the command and the keeper, and on the path of every command: imports only what is built in.
"""

# ruff: noqa: PTH105, PTH110, PTH112, PTH115, PTH120, PTH123
# Pathlib costs the keeper 10 ms of a start.
import fcntl
import os

PORT = 5432  # a part of the socket's name: what tells servers apart is the folder that it is in
LONGEST_SOCKET_PATH = 103  # sun_path holds 108 bytes on Linux, 104 on macOS, with a zero at the end
DATABASE = "development"
ROLE = "postgres"


class Failure(Exception):
    """What stopped the keeper, as it travels to the command: whose mistake it is, what to say, what to do."""

    def __init__(self, kind: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.kind = kind  # "usage": the user can put it right; "start": the server would not start
        self.message = message
        self.hint = hint


def home_of(state: str) -> str:
    """The folder of the server's files within the project's state directory.

    >>> home_of("/project/.dbtool")
    '/project/.dbtool/postgres'
    """
    return state + "/postgres"


def place_of(state: str) -> str:
    """The folder of the data: the server's home, or where its note ``elsewhere`` says (account.choose_place).

    The note of a project that was copied names the place of the original, which names its owner.
    """
    home = home_of(state)
    there = read_text(home + "/elsewhere").strip()
    return there if there and read_text(there + "/owner") == state else home


def made_by(state: str) -> int:
    """The major version that made the data, 0 where there are none."""
    return int(read_text(place_of(state) + "/data/PG_VERSION").strip() or 0)


def read_text(path: str) -> str:
    """The text of a file, empty when it cannot be read. It may hold paths, so it is decoded as they are."""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read())
    except OSError:
        return ""


def write_text(path: str, text: str, mode: int = 0o600) -> None:
    """Replace a file in one step, so that no reader sees a half of it and a killed writer leaves the old one."""
    partial = f"{path}.{os.getpid()}"
    file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        os.fchmod(file, mode)  # whatever the umask says
        os.write(file, os.fsencode(text))
    finally:
        os.close(file)
    os.replace(partial, path)


def format_record(record: dict[str, str]) -> str:
    r"""What the keeper writes down about a server that is ready: one ``name = value`` per line.

    >>> format_record({"pid": "7", "data": "/a%b"})
    'pid = 7\ndata = /a%b\n'
    """
    return "".join(f"{name} = {value}\n" for name, value in record.items())


def parse_record(text: str) -> dict[str, str]:
    r"""The record as it was written; empty when it is not whole.

    >>> parse_record("pid = 7\ndata = /a = b\n")
    {'pid': '7', 'data': '/a = b'}
    >>> parse_record("pid = 7\ndata = /a")
    {}
    """
    if not text.endswith("\n"):
        return {}
    return dict(line.split(" = ", 1) for line in text[:-1].split("\n") if " = " in line)


def is_locked(path: str) -> bool:
    """Whether some process holds the lock on this file; it is let go when that process ends, however it ends."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def postmaster_pid(data: str) -> int:
    """The process that ``postmaster.pid`` names: a claim, not a proof. 0 when there is none."""
    first = read_text(data + "/postmaster.pid").split("\n", 1)[0].strip()
    return int(first) if first.isdecimal() else 0


def is_ready(data: str, pid: int) -> bool:
    """Whether this very server says that it takes connections.

    The last line of postmaster.pid is its status, since PostgreSQL 10 (src/include/utils/pidfile.h).
    """
    lines = read_text(data + "/postmaster.pid").split("\n")
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def serves(pid: int, data: str) -> bool | None:
    """Whether the process is the server of this data directory; None where the system does not tell.

    A server's working directory is its data directory, and a pid that was given to another process, a zombie or
    a copied project do not pass for it. Root in a container may not look at another user's working directory
    (CAP_SYS_PTRACE); there the command line, which all may read, must name the directory.
    """
    try:
        return os.readlink(f"/proc/{pid}/cwd") == data
    except PermissionError:
        return f"\0-D\0{data}\0" in read_text(f"/proc/{pid}/cmdline")
    except OSError:
        return False if os.path.isdir("/proc/self") else None


def version_in(said: str) -> str:
    r"""The version in what ``postgres --version`` says; empty when it says something else.

    >>> version_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), version_in("not found")
    ('15.18', '')
    """
    return (said.partition("(PostgreSQL) ")[2].split() or [""])[0]


def major_of(version: str) -> int:
    """The major version, 0 when there is none.

    >>> major_of("15.18"), major_of("19beta1"), major_of("")
    (15, 19, 0)
    """
    digits = ""
    for letter in version:
        if not letter.isdecimal():
            break
        digits += letter
    return int(digits or 0)


def running(root: str, *, leave_mark: bool) -> dict[str, str] | None:
    """The record of the server, if the process it names is that server and is ready."""
    home = home_of(root)
    if leave_mark:  # before the record is read: see keeper._stop_if_unused
        try:
            os.utime(home + "/last-used")
        except OSError:
            return None
    record = parse_record(read_text(home + "/server"))
    if not record:
        return None
    pid, data = int(record["pid"]), record["data"]
    proof = serves(pid, data)
    # Where the system does not tell, the keeper does: it holds its lock while its child, the server, lives.
    proven = is_locked(os.path.dirname(data) + "/keeper.lock") if proof is None else proof
    # A folder in /tmp or of a session that ended is cleaned away, with the socket in it.
    reachable = os.path.exists(socket_path(record["sockets"], record["port"]))
    ours = proven and data == place_of(root) + "/data"
    return record if ours and reachable and is_ready(data, pid) else None


def has_database(record: dict[str, str]) -> bool:
    """Whether the database that was there at the start is there still: its files are."""
    return os.path.isdir(f"{record['data']}/base/{record['oid']}")


def key_value(name: str, value: str) -> str:
    r"""One setting of a libpq connection string.

    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE

    >>> print(key_value("host", "/it's here"))
    host='/it\'s here'
    """
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{escaped}'"


def socket_path(directory: str, port: str) -> str:
    """The socket of a server that listens in this folder.

    >>> socket_path("/run/user/1", "5432")
    '/run/user/1/.s.PGSQL.5432'
    """
    return f"{directory}/.s.PGSQL.{port}"


def socket_of(data: str) -> str:
    """The socket that the server itself says it has.

    Line 4 of postmaster.pid is the port, line 5 the first folder of sockets (src/include/utils/pidfile.h).
    """
    lines = read_text(data + "/postmaster.pid").split("\n")
    return socket_path(lines[4].strip(), lines[3].strip()) if len(lines) > 5 else ""


def socket_fits(directory: str) -> bool:
    r"""Whether clients can be sent to a socket in this directory: short enough, one directory, and text.

    libpq takes a comma for the border between two hosts.

    >>> socket_fits("/home/me/café 'x'"), socket_fits("/a,b"), socket_fits("/" + "long" * 30)
    (True, False, False)
    """
    try:
        encoded = socket_path(directory, "65535").encode()
    except UnicodeEncodeError:  # a name that is not UTF-8
        return False
    return len(encoded) <= LONGEST_SOCKET_PATH and "," not in directory
