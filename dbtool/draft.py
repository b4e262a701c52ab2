"""Writes the files of a new migration."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dbtool.errors import UsageError
from dbtool.migrations import ROLLBACK, Folder, heads


def slug_of(name: str) -> str:
    """Return *name* as it stands in a file name.

    >>> slug_of("Add users' e-mail"), slug_of("first Táble")
    ('add_users_e_mail', 'first_table')
    """
    import unicodedata

    plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    return re.sub(r"\W+", "_", plain.replace("'", "")).strip("_")[:100]


def write_migration(folder: Folder, name: str, now: datetime | None = None) -> tuple[Path, Path]:
    """Write an empty migration and its rollback, depending on the heads, and return both paths. Writes files.

    Raises UsageError for a name without a letter or digit, or one that is taken.
    """
    ((path, rollback),) = paths_of(folder, name, ("",), now)
    folder.path.mkdir(parents=True, exist_ok=True)
    _write_new(path, f"{_depends(heads(folder.migrations))}-- {name}\n\n")
    _write_new(rollback, f"-- undoes {path.name}\n\n")
    return path, rollback


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A migration to be written: the SQL of both ways, without what dbtool says at the top."""

    suffix: str  # goes with the name, "" for the main one
    sql: str
    rollback: str | None  # None: there is no way back
    transactional: bool = True


def write_drafts(
    folder: Folder, name: str, drafts: Sequence[Draft], now: datetime | None = None
) -> tuple[tuple[Path, Path], ...]:
    """Write migrations that follow each other, the first depending on the heads; return their paths. Writes files.

    Raises UsageError as write_migration() does. All files are there, or none.
    """
    paths = paths_of(folder, name, [draft.suffix for draft in drafts], now)
    before = heads(folder.migrations)
    folder.path.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        for draft, (path, rollback) in zip(drafts, paths, strict=True):
            for file, text in ((rollback, rollback_text(draft, path)), (path, migration_text(draft, before))):
                if text is not None:
                    _write_new(file, text)
                    written.append(file)
            before = (path.stem,)
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        raise
    return paths


def migration_text(draft: Draft, depends: Sequence[str]) -> str:
    """Return the text of a migration's file."""
    head = _depends(depends) + ("" if draft.transactional else "-- transactional: false\n")
    return f"{head}\n{draft.sql}" if head else draft.sql


def rollback_text(draft: Draft, path: Path) -> str | None:
    """Return the text of the rollback's file; None for none."""
    return None if draft.rollback is None else f"-- undoes {path.name}\n\n{draft.rollback}"


def paths_of(
    folder: Folder, name: str, suffixes: Sequence[str], now: datetime | None = None
) -> tuple[tuple[Path, Path], ...]:
    """Return the paths of new migrations and their rollbacks, numbered so that they sort in order. Reads files.

    Raises UsageError for a name without a letter or digit, or one that is taken.
    """
    if "://" in name:
        raise UsageError(
            f"{name!r} is a URL, and a migration is named by what it does", hint='dbtool new "add invoices"'
        )
    slug = slug_of(name)
    if not slug:
        raise UsageError(f"{name!r} has no letter or digit to name a file by")
    first = max(f"{now or datetime.now(UTC):%Y%m%d%H%M%S}", _after_last(folder))
    found: list[tuple[Path, Path]] = []
    for number, suffix in enumerate(suffixes):
        stem = "_".join(word for word in (str(int(first) + number), slug, suffix) if word)
        path, rollback = folder.path / f"{stem}.sql", folder.path / f"{stem}{ROLLBACK}"
        if path.exists() or rollback.exists():
            raise UsageError(f"{path} exists already", hint="wait a second, or choose another name")
        found.append((path, rollback))
    return tuple(found)


def _depends(ids: Sequence[str]) -> str:
    return "".join(f"-- depends: {id}\n" for id in ids)


def _after_last(folder: Folder) -> str:
    # Two migrations made within one second, or after one from a clock that is ahead, still sort in order.
    stamps = [m.id[:14] for m in folder.migrations if re.match(r"\d{14}_", m.id)]
    return str(int(max(stamps)) + 1) if stamps else ""


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
