"""Earlier looks, kept below .dbtool/ by server: slow movement is seen only so. Reads, writes files.

One JSON object a line. The file may be lost at any time, and nothing that a password could be in is written to it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dbtool.files import make_ignored_folder, write_atomically
from dbtool.replication.measure import Kept, Sample

_LARGEST = 4_000_000  # bytes of the file; then the older half goes


def read_kept(state: Path, server: str) -> tuple[Sample, ...]:
    """Return the earlier looks at a server, the oldest first; what cannot be read is as if it were not there."""
    try:
        lines = _file(state, server).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(_samples(lines))


def keep(state: Path, server: str, samples: Sequence[Sample]) -> None:
    """Add looks to those that are kept. A folder that cannot be written to is no error. Writes a file."""
    file = _file(state, server)
    text = "".join(json.dumps(asdict(sample), separators=(",", ":")) + "\n" for sample in samples)
    with suppress(OSError):
        make_ignored_folder(file.parent)
        with file.open("a", encoding="utf-8") as opened:
            opened.write(text)
        if file.stat().st_size > _LARGEST:
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            write_atomically(file, "".join(lines[len(lines) // 2 :]))


def _file(state: Path, server: str) -> Path:
    return state / "replication" / f"{server}.ndjson"


def _samples(lines: Iterable[str]) -> Iterable[Sample]:
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, AttributeError):  # cut off while it was written
            raw: Mapping[str, Any] = json.loads(line)
            slots = {str(name): Kept(**slot) for name, slot in raw["slots"].items()}
            yield Sample(at=float(raw["at"]), lsn=int(raw["lsn"]), slots=slots)
