"""The files of the documentation on disk: what is stale, writing, and removing what is of tables that are gone.

A file is ours where its first line says so; no other is touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dbtool.docs import html, markdown
from dbtool.errors import UsageError
from dbtool.files import write_atomically

MARKS = (markdown.MARK, html.MARK)
HTML = "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """What is not as it should be: paths below the folder."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    extra: tuple[str, ...]  # ours, and of nothing that is there

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.extra)


def has_html(folder: Path) -> bool:
    """Return whether the HTML file was written before: it is kept up to date then. Reads files."""
    return _is_ours(folder / HTML)


def stale(folder: Path, wanted: Mapping[str, str]) -> Stale:
    """Return where the files below *folder* differ from the *wanted* ones. Reads files.

    Line ends do not count: git may change them.
    """
    found = {path for path in wanted if (folder / path).is_file()}
    return Stale(
        missing=tuple(sorted(wanted.keys() - found)),
        changed=tuple(sorted(path for path in found if _read(folder / path) != wanted[path])),
        extra=tuple(path for path in _ours(folder) if path not in wanted),
    )


def write_all(folder: Path, wanted: Mapping[str, str]) -> Stale:
    """Write what is missing or another, and remove what is ours and too much; return what it was. Writes files.

    Raises UsageError where a file that somebody else wrote stands in the way; nothing is written then.
    """
    was = stale(folder, wanted)
    if others := [path for path in was.changed if not _is_ours(folder / path)]:
        raise UsageError(
            f"{folder / others[0]} is not a file that dbtool docs wrote, and would be lost",
            hint='move it, or name another folder: --out, or path = "..." below [docs] in dbtool.toml',
        )
    for path in (*was.missing, *was.changed):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / path, wanted[path])
    for path in was.extra:
        (folder / path).unlink()
        _remove_if_empty((folder / path).parent, folder)
    return was


def _ours(folder: Path) -> list[str]:
    found = (path for pattern in ("*.md", "*.html") for path in folder.rglob(pattern) if _is_ours(path))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().rstrip() in MARKS


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _remove_if_empty(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
