"""The rows that were not taken, as they were, in a file that can be mended and imported; the reasons beside it."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dbtool.errors import UsageError
from dbtool.seeds.load.records import QUOTE
from dbtool.seeds.load.rows import Problem

_REASONS = "line\tcolumn\tvalue\tsqlstate\tmessage\n"


def reasons_path(path: Path) -> Path:
    """Return where the reasons of a file of rejected rows lie."""
    return path.parent / f"{path.name}.reasons"


class Rejects:
    """Both files, under names of no meaning until publish()."""

    def __init__(self, path: Path, *, header: bytes, quotes: bool, force: bool) -> None:
        """Begin both files. Raises UsageError where they cannot be written, or are there without *force*."""
        self.path, self.reasons = path, reasons_path(path)
        self.count = 0
        self._left_behind = False
        self._force, self._quotes, self._unfinished = force, quotes, b""
        self._end = b"\r\n" if header.endswith(b"\r\n") else header[-1:] or b"\n"
        for each in (self.path, self.reasons):
            if each.is_dir() or (each.exists() and not force):
                raise UsageError(
                    f"{each} is there already: rows that were rejected before may lie in it",
                    hint="mend and import them first, name another file, or --force to replace it",
                )
        self._rows, self._rows_name = _begin(self.path)
        self._texts, self._texts_name = _begin(self.reasons)
        self._rows.write(header)
        self._texts.write(_REASONS.encode())

    def add(self, raw: bytes, problem: Problem) -> None:
        """Put a row aside, with its reason. Writes the files."""
        self.count += 1
        fields = (str(problem.line), problem.column, problem.value, problem.sqlstate, problem.message)
        self._texts.write(("\t".join(map(_escaped, fields)) + "\n").encode(errors="replace"))
        if self._quotes and raw.count(QUOTE) % 2:
            self._unfinished = raw  # a quote that nobody closed, at the end of the file: it would swallow what follows
        else:
            self._rows.write(raw if raw.endswith((b"\n", b"\r")) else raw + self._end)

    def finish(self) -> None:
        """Bring both files to the disk, still without their names: what can fail, fails before the rows are kept."""
        self._rows.write(self._unfinished)
        for file in (self._rows, self._texts):
            file.flush()
            os.fsync(file.fileno())
            file.close()

    def publish(self) -> None:
        """Give both files their names; where nothing was rejected there are none, and with *force* no old ones."""
        if not self.count:
            self.discard()
            if self._force:
                self.path.unlink(missing_ok=True)
                self.reasons.unlink(missing_ok=True)
            return
        for name, path in ((self._texts_name, self.reasons), (self._rows_name, self.path)):
            try:
                name.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644 & ~_umask())
                if self._force:
                    name.replace(path)
                else:
                    path.hardlink_to(name)  # which never replaces what came meanwhile
                    name.unlink()
            except OSError as error:
                self._left_behind = True
                raise UsageError(
                    f"the good rows are written, but {path} could not be: {error.strerror}",
                    hint=f"the rejected rows are in {self._rows_name}, the reasons in {self._texts_name}",
                ) from None

    def discard(self) -> None:
        """Remove what was begun and has no name of its own."""
        if self._left_behind:
            return
        for file, name in ((self._rows, self._rows_name), (self._texts, self._texts_name)):
            with suppress(OSError):
                file.close()
            name.unlink(missing_ok=True)


@contextmanager
def open_rejects(path: Path | None, *, header: bytes, quotes: bool, force: bool) -> Generator[Rejects | None]:
    """Give the files for rejected rows until the block ends; what was not published is gone then. Writes files."""
    if path is None:
        yield None
        return
    rejects = Rejects(path, header=header, quotes=quotes, force=force)
    try:
        yield rejects
    finally:
        rejects.discard()


def _begin(path: Path) -> tuple[IO[bytes], Path]:
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return os.fdopen(descriptor, "wb"), Path(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _escaped(text: str) -> str:
    r"""Return a text that stays in its field and on its line.

    >>> _escaped("a\tb\nc")
    'a\\tb\\nc'
    """
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
