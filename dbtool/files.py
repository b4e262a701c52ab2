"""Files, written whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Write *text* to *path*: a reader sees the old file or the new one, never a half. Writes."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_ignored_folder(path: Path) -> None:
    """Make a folder that git ignores, also in a project that does not ignore .dbtool/. Writes. Raises OSError."""
    path.mkdir(parents=True, exist_ok=True)
    ignored = path / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", encoding="utf-8")


@contextmanager
def replace_folder(path: Path) -> Generator[Path]:
    """Give an empty folder beside *path*, which takes its place at the end, with what was there removed. Writes files.

    Where the block raises, *path* stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    new.chmod(0o755)
    try:
        yield new
        old = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        if path.exists():
            path.rename(old / path.name)
        new.rename(path)
        shutil.rmtree(old)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
