"""harlequin and psql: where they are on this machine, and what installs harlequin where it is missing."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

PLUGIN = Path(__file__).parent / "plugin"
_WITH_POSTGRES = "harlequin[postgres]"
_ASK = "from importlib.metadata import entry_points as e; print(*{p.name for p in e(group='harlequin.adapter')})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harlequin:
    """harlequin as it is installed here. ``adapters``: what it can connect to, ours among them."""

    path: str
    adapters: frozenset[str]

    @property
    def usable(self) -> bool:
        """Whether it speaks PostgreSQL."""
        return "postgres" in self.adapters


def find_harlequin() -> Harlequin | None:
    """Return harlequin, beside our own Python or on PATH; None where it is not installed. Asks it for its adapters."""
    path = shutil.which("harlequin", path=_places())
    return Harlequin(path=path, adapters=_adapters(path)) if path else None


def find_psql() -> str | None:
    """Return where psql is, None where it is not installed."""
    return shutil.which("psql")


def plugin_path() -> str:
    """Return PYTHONPATH for harlequin: with the folder of our adapter, before what is set."""
    return os.pathsep.join(filter(None, (str(PLUGIN), os.environ.get("PYTHONPATH"))))


def installing(found: Harlequin | None) -> str:
    """Return the one command that installs what is missing, by what dbtool (or harlequin) was installed with."""
    if found is not None:
        return _adding(found)
    home = Path(sys.prefix)
    if (home / "uv-receipt.toml").exists():
        return shlex.join(["uv", "tool", "install", _WITH_POSTGRES])
    if (home / "pipx_metadata.json").exists():
        return shlex.join(["pipx", "install", _WITH_POSTGRES])
    return _into(sys.executable, "dbtool-pg[studio]", by_uv=_installer() == "uv")


def _places() -> str:
    return os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)))


def _installer() -> str:
    try:
        return (distribution("dbtool-pg").read_text("INSTALLER") or "").strip()
    except PackageNotFoundError:  # a checkout that is run as it is
        return ""


def _adding(found: Harlequin) -> str:
    """Return what adds the PostgreSQL adapter to a harlequin that lacks it."""
    python = _interpreter(found.path)
    home = Path(python[0]).parents[1] if python else Path("/")
    if (home / "uv-receipt.toml").exists():
        return shlex.join(["uv", "tool", "install", _WITH_POSTGRES])
    if (home / "pipx_metadata.json").exists():
        return "pipx inject harlequin harlequin-postgres"
    return _into(python[0] if python else "python3", "harlequin-postgres", by_uv=False)


def _into(python: str, what: str, *, by_uv: bool) -> str:
    words = ["uv", "pip", "install", "--python", python] if by_uv else [python, "-m", "pip", "install"]
    return shlex.join([*words, what])


def _adapters(path: str) -> frozenset[str]:
    """Return the names of harlequin's adapters: from its Python's metadata, 60 ms; else from itself, a second."""
    python = _interpreter(path)
    command = [*python, "-c", _ASK] if python else [path, "--version"]
    environment = os.environ | {"PYTHONPATH": plugin_path()}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(done.stdout.split() if python else re.findall(r"^ *- ([\w-]+),", done.stdout, re.MULTILINE))


def _interpreter(path: str) -> list[str]:
    """Return the Python of a script with its flags, as the script's first line says; nothing where it says none."""
    try:
        with Path(path).open("rb") as script:
            first = script.readline(1000).decode("utf-8", "replace")
    except OSError:
        return []
    words = first.removeprefix("#!").split()
    return words if first.startswith("#!") and words and "python" in Path(words[0]).name else []
