"""What was found in a text is kept below .dbtool/, by its content: a thousand old files cost nothing.

A key is a digest of all that the answer depends on, so an entry is right or is never asked for. The file may be lost
at any time.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, cast

from dbtool.files import make_ignored_folder, write_atomically
from dbtool.finding import Severity
from dbtool.lint.told import Told

MOST = 20_000  # entries; those used longest ago go first
LARGEST = 20_000_000  # bytes of the file
_DAY = 86_400
_FORMAT = 1


class Cache:
    """Lists of findings by key; ``save`` writes what was added."""

    def __init__(self, file: Path | None) -> None:
        """Read *file*; None: nothing is kept. What cannot be read is as if it were not there."""
        self._file, self._now, self._changed = file, int(time.time()), False
        self._entries: dict[str, list[Any]] = {}
        if file is not None:
            with suppress(OSError, ValueError, AttributeError, TypeError, KeyError):
                raw = json.loads(file.read_bytes())
                if raw.get("format") == _FORMAT:
                    self._entries = dict(raw["entries"])

    def get(self, key: str) -> Any:
        """Return what was kept under *key*, None where nothing was."""
        entry = self._entries.get(key)
        try:
            if entry is None:
                return None
            used, value = entry
            if self._now - used > _DAY:
                entry[0], self._changed = self._now, True
            return value
        except (TypeError, ValueError):
            return None

    def put(self, key: str, value: object) -> None:
        """Keep *value*, which is of JSON's types."""
        self._entries[key], self._changed = [self._now, value], True

    def save(self) -> None:
        """Write what was added, within bounds; a folder that cannot be written to is no error. Writes a file."""
        if self._file is None or not self._changed:
            return
        newest = sorted(self._entries.items(), key=lambda item: item[1][0], reverse=True)[:MOST]
        while len(text := _text(newest)) > LARGEST:
            newest = newest[: len(newest) // 2]
        with suppress(OSError):
            make_ignored_folder(self._file.parent)
            write_atomically(self._file, text)
        self._changed = False


def _text(entries: Sequence[tuple[str, list[Any]]]) -> str:
    return json.dumps({"format": _FORMAT, "entries": dict(entries)}, separators=(",", ":"), ensure_ascii=False)


def key_of(*parts: object) -> str:
    """Return the digest of all that an answer depends on; bytes are digests themselves, or texts.

    >>> key_of("own", b"select 1", 18) == key_of("own", b"select 1", 17)
    False
    """
    pieces: list[bytes] = []
    for part in parts:
        data = part if isinstance(part, bytes) else f"{part}".encode(errors="surrogateescape")
        pieces += len(data).to_bytes(8), data
    return hashlib.blake2b(b"".join(pieces), digest_size=20).hexdigest()


@cache
def code_version() -> str:
    """Return what changes whenever the code that judges does: a checkout has one version for long."""
    package = Path(__file__).parents[1]
    files = [*package.glob("*.py"), *(package / "lint").rglob("*.py"), *(package / "schema").glob("*.py")]
    return key_of(*(f"{f.relative_to(package)} {f.stat().st_size} {f.stat().st_mtime_ns}" for f in sorted(files)))


_NAMES = tuple(f.name for f in fields(Told))


def to_row(told: Told) -> list[Any]:
    """Return a finding in JSON's types."""
    return [getattr(told, name) for name in _NAMES]


def from_row(row: list[Any]) -> Told:
    """Return the finding that to_row() was given. Raises ValueError for what is none."""
    values = dict(zip(_NAMES, row, strict=True))
    values["severity"] = Severity(values["severity"])
    return Told(**cast(Any, values))
