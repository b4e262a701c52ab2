"""Whether the rows of sql/seeds/reference/ are what they were when they were written last."""

from hashlib import sha256
from pathlib import Path

FOLDER = (
    "sql/seeds/reference"  # as dbtool.seeds has it, which loads the parser: each `up` that has nothing to do comes by
)


def reference_hash(root: Path) -> str:
    """Return what changes when a file of the set `reference` does, "" where it has none. Reads files."""
    folder = root / FOLDER
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".sql" and path.is_file())
    known = sha256()
    for path in files:
        known.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
        known.update(path.read_bytes())
    return known.hexdigest() if files else ""
