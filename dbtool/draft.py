"""Writes the files of a new migration."""

import re
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
    if "://" in name:
        raise UsageError(
            f"{name!r} is a URL, and a migration is named by what it does", hint='dbtool new "add invoices"'
        )
    slug = slug_of(name)
    if not slug:
        raise UsageError(f"{name!r} has no letter or digit to name a file by")
    stamp = max(f"{now or datetime.now(UTC):%Y%m%d%H%M%S}", _after_last(folder))
    path = folder.path / f"{stamp}_{slug}.sql"
    rollback = folder.path / f"{stamp}_{slug}{ROLLBACK}"
    if path.exists() or rollback.exists():
        raise UsageError(f"{path} exists already", hint="wait a second, or choose another name")
    depends = "".join(f"-- depends: {id}\n" for id in heads(folder.migrations))
    folder.path.mkdir(parents=True, exist_ok=True)
    _write_new(path, f"{depends}-- {name}\n\n")
    _write_new(rollback, f"-- undoes {path.name}\n\n")
    return path, rollback


def _after_last(folder: Folder) -> str:
    # Two migrations made within one second, or after one from a clock that is ahead, still sort in order.
    stamps = [m.id[:14] for m in folder.migrations if re.match(r"\d{14}_", m.id)]
    return str(int(max(stamps)) + 1) if stamps else ""


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
