"""How root runs a server that refuses to be root: as an account that is there already, in places it can reach.

Nothing of the user's is opened up. What the account cannot reach is put where it can: the programs into a cache
that only root writes, the data into a folder of its own. For an ordinary user each function here does nothing.
"""

# ruff: noqa: PTH101, PTH102, PTH104, PTH110, PTH112, PTH116, PTH119, PTH120, PTH123
# Pathlib costs the keeper 10 ms of a start.
import fcntl
import os
import pwd
import stat

from dbtool.server.postmaster import Failure, is_locked, read_text, write_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CACHES = ("/var/cache", "/var/tmp", "/tmp")
PLACES = ("/var/lib", "/var/tmp")
OWNER = "/owner"  # within a place elsewhere: the state directory that it belongs to


class Account:
    """The user that the server runs as: our own, unless we are root."""

    def __init__(self, uid: int, gid: int, name: str, *, drop: bool) -> None:
        self.uid, self.gid, self.name, self.drop = uid, gid, name, drop

    def become(self) -> None:
        """Give up root for good; in a child process only."""
        if self.drop:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def does(self, action: "Callable[[], object]") -> bool:
        """Whether the action, done by this account, came back true. Root never writes where the account could
        have laid a symbolic link, and what the account can reach is tried, not guessed from mode bits."""
        if not self.drop:
            return bool(action())
        child = os.fork()
        if child == 0:
            code = 2
            try:
                self.become()
                code = 0 if action() else 1
            finally:
                os._exit(code)
        return os.waitpid(child, 0)[1] == 0

    def reaches(self, path: str) -> bool:
        """Whether this account may look into the folder, or run the program."""
        return self.does(lambda: os.access(path, os.R_OK | os.X_OK))

    def makes(self, path: str) -> None:
        """Make a folder that belongs to this account alone, in a folder of ours."""
        os.mkdir(path, 0o700)
        if self.drop:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def own_account() -> Account:
    """Whoever we are."""
    return Account(os.geteuid(), os.getegid(), owner_name(os.geteuid()), drop=False)


def choose_account(data: str) -> Account:
    """Ourselves; for root the owner of the data there is, else `postgres` if there is one, else `nobody`.

    initdb wants its user to be in the passwd database, so a free uid would not do.
    """
    if (uid := os.geteuid()) != 0:
        if not os.path.exists(data) and owner_name(uid).startswith("user "):
            raise Failure(
                "usage",
                f"the user id {uid} has no entry in the passwd database, without which initdb makes no database",
                "add an entry for it, run as another user, or set DATABASE_URL",
            )
        return own_account()
    try:
        owner = os.stat(data).st_uid
        if owner != 0:
            return _account(pwd.getpwuid(owner))
    except (OSError, KeyError):
        pass
    for name in ("postgres", "nobody"):
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise Failure(
        "usage",
        "PostgreSQL does not run as root, and there is neither an account `postgres` nor `nobody` to run it as",
        "run dbtool as an ordinary user, or set DATABASE_URL",
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, drop=True)


def choose_place(state: str, account: Account) -> str:
    """The folder for the data: in the state directory, or elsewhere when the account cannot get there. Writes.

    ``elsewhere`` among the server's files says where. A project that was copied must not share the data of
    the original: the place names the state directory it belongs to, and a copy finds another name there.
    """
    here, note = state + "/postgres", state + "/postgres/elsewhere"
    if not account.drop or os.path.exists(here + "/data"):
        return here
    there = read_text(note).strip()
    if there and os.path.isdir(there):
        owner = read_text(there + OWNER)
        if owner != state and not os.path.exists(owner + "/postgres/elsewhere"):
            write_text(there + OWNER, state)  # the project was moved
            owner = state
        if owner == state:
            return there
    if account.reaches(here):
        return here
    places = _own_folder(PLACES, "dbtool")
    _remove_abandoned(places)
    there = os.path.realpath(places) + "/" + os.urandom(8).hex()
    os.mkdir(there, 0o755)
    os.chmod(there, 0o755)  # whatever the umask took away; the folder is ours and new
    write_text(there + OWNER, state)
    write_text(note, there + "\n", 0o644)
    return there


def _remove_abandoned(places: str) -> None:
    """Remove the data whose state directory is gone, unless its server is still on its way out. Writes."""
    from shutil import rmtree

    for entry in os.scandir(places):
        owner = read_text(entry.path + OWNER)
        wanted = not owner or read_text(owner + "/postgres/elsewhere").strip() == entry.path
        if not wanted and not is_locked(entry.path + "/keeper.lock"):
            rmtree(entry.path, ignore_errors=True)


def reachable_binaries(folder: str, account: Account) -> str:
    """The same programs where the account can run them: the folder itself, or a copy in the cache. Writes."""
    needed = [path for path in (folder + "/initdb", folder + "/postgres", folder + "/../share") if os.path.exists(path)]
    if not account.drop or account.does(lambda: all(os.access(path, os.R_OK | os.X_OK) for path in needed)):
        return folder
    import shutil

    prefix = os.path.dirname(os.path.realpath(folder))
    program = os.stat(folder + "/postgres")
    key = f"{hash_of(prefix)}-{program.st_size}-{program.st_mtime_ns}"
    cache = _own_folder(CACHES, "dbtool")
    wanted = f"{cache}/{key}"
    with open(cache + "/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(wanted):
            partial = f"{cache}/partial"
            shutil.rmtree(partial, ignore_errors=True)  # of one who was killed
            os.mkdir(partial, 0o755)
            _copy_installation(prefix, os.path.basename(folder), partial)
            os.rename(partial, wanted)
    return f"{wanted}/package/{os.path.basename(prefix)}/{os.path.basename(folder)}"


def _copy_installation(prefix: str, programs: str, to: str) -> None:
    """Copy programs, libraries and shared files, and the libraries that the wheel keeps beside its package."""
    from shutil import copytree, ignore_patterns

    package = os.path.dirname(prefix)
    beside = os.path.basename(package) + ".libs"  # Linux wheels; those of macOS have .dylibs inside
    pieces = {f"{prefix}/{name}": f"package/{os.path.basename(prefix)}/{name}" for name in ("bin", "lib", "share")}
    pieces |= {f"{package}/.dylibs": "package/.dylibs", f"{os.path.dirname(package)}/{beside}": beside}
    for source, target in pieces.items():
        if os.path.isdir(source):
            copytree(source, f"{to}/{target}", ignore=ignore_patterns("*.a", "pgxs", "pkgconfig", "__pycache__"))
    for folder, _, names in os.walk(to):
        os.chmod(folder, 0o755)
        for name in names:
            path = f"{folder}/{name}"
            os.chmod(path, 0o755 if os.stat(path).st_mode & 0o100 else 0o644)


def _own_folder(parents: tuple[str, ...], name: str) -> str:
    """A folder that root made and that only root can change, in the first of the parents that takes one."""
    found = ""
    for parent in parents:
        path = f"{parent}/{name}"
        try:
            os.mkdir(path, 0o755)
            os.chmod(path, 0o755)  # new, and the parent lets nobody else replace it
        except FileExistsError:
            pass
        except OSError as refused:
            found = f"{path}: {refused.strerror}"
            continue
        seen = os.lstat(path)
        if stat.S_ISDIR(seen.st_mode) and seen.st_uid == 0 and not seen.st_mode & 0o022 and seen.st_mode & 0o001:
            return path
        found = f"{path} is not a folder of root's that others can read and only root can write"
    raise Failure(
        "usage",
        f"there is no place that root alone controls and the server's account can read: {found}",
        "remove that, run dbtool as an ordinary user, or set DATABASE_URL",
    )


def hash_of(text: str) -> str:
    """Twelve digits that stand for a text, where a path would be too long."""
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def owner_name(uid: int) -> str:
    """The name of a user, or the number where there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
