"""sqlfluff: the only file that knows it. It is imported where style is checked (0.4 s), in processes of its own.

`python -m dbtool.lint.style CONFIG` is such a process: a text on each line of its standard input, as JSON, and its
answer on a line of the standard output.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any, cast

from dbtool.finding import Severity
from dbtool.lint.told import Told

# sqlfluff takes about a second for 10 kB; what is larger is data, or was written by a program.
LARGEST = 100_000  # bytes
_DEFAULT = Path(__file__).parents[1] / "templates" / "init" / "safety" / "sqlfluff.cfg"
# Rules whose corrections only move blanks and change the case of words: the others are tried, and compared.
_HARMLESS = "layout,capitalisation"


def style_file(root: Path) -> Path:
    """Return the configuration: the project's safety/sqlfluff.cfg, or what `init` would write."""
    file = root / "safety" / "sqlfluff.cfg"
    return file if file.is_file() else _DEFAULT


@cache
def style_version() -> str:
    """Return sqlfluff's version, without importing it; "" where it is not there."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("sqlfluff")
    except PackageNotFoundError:
        return ""


def examine_style(
    texts: Mapping[Path, str], config: Path, *, fix: bool = False
) -> Iterator[tuple[Path, list[Told], str | None]]:
    """Yield each file with what sqlfluff says, as it is done; with *fix* the corrected text too. Runs processes.

    The statements of the findings are not known here. A file that sqlfluff cannot read is told as not analysed.
    """
    paths = sorted(texts, key=lambda path: len(texts[path]), reverse=True)  # the longest first: they end together
    count = min(len(paths), os.cpu_count() or 1)
    workers: SimpleQueue[_Worker] = SimpleQueue()
    living = [_Worker(config) for _ in range(count)]
    for worker in living:
        workers.put(worker)

    def one(path: Path) -> tuple[Path, list[Told], str | None]:
        worker = workers.get()
        try:
            return path, *worker.ask(texts[path], fix)
        finally:
            workers.put(worker)

    pool = ThreadPoolExecutor(count or 1)
    try:
        for future in as_completed([pool.submit(one, path) for path in paths]):
            yield future.result()
    finally:
        for worker in living:
            worker.end()
        pool.shutdown(wait=False, cancel_futures=True)


class _Worker:
    """A process that has imported sqlfluff."""

    def __init__(self, config: Path) -> None:
        # -P: a folder of the project named like a module is not to be imported
        self._command = [sys.executable, "-P", "-W", "ignore", "-m", "dbtool.lint.style", str(config)]
        self._lock, self._process = Lock(), self._started()
        self._ended = False

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,  # ctrl-C is ours to hear
        )  # fmt: skip

    def ask(self, text: str, fix: bool) -> tuple[list[Told], str | None]:
        """Return what is said of a text, and the corrected one."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        try:
            stdin.write(json.dumps({"text": text, "fix": fix}).encode() + b"\n")
            stdin.flush()
            answer = json.loads(stdout.readline())
        except (OSError, ValueError):
            with self._lock:
                if not self._ended:
                    self.end()
                    self._process, self._ended = self._started(), False
            return [_not_analysed("sqlfluff failed on this file: its style was not checked")], None
        return [_told(entry) for entry in answer["violations"]], answer["fixed"]

    def end(self) -> None:
        """End the process, whatever it does."""
        self._ended = True
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()


def skipped(text: bytes, *, has_data: bool) -> Told | None:
    """Return the note on a file whose style is not checked; None where it is."""
    if has_data:
        return _not_analysed("the data of COPY are no SQL for sqlfluff: the style of this file was not checked")
    if len(text) > LARGEST:
        return _not_analysed(f"the file is larger than {LARGEST // 1000} kB: its style was not checked")
    return None


def _not_analysed(message: str) -> Told:
    return Told(id="not-analysed", message=message, help="", severity=Severity.NOTE, source="sqlfluff")


def _told(entry: dict[str, Any]) -> Told:
    unread = entry["code"] in ("PRS", "LXR", "TMP")
    description = entry["description"]
    return Told(
        id="not-analysed" if unread else style_id(entry["name"]),
        message="sqlfluff cannot read this part: its style was not checked" if unread else f"{description}",
        help="" if unread else f"dbtool lint --fix, where the file is applied nowhere; sqlfluff's {entry['code']}",
        severity=Severity.NOTE if unread else Severity.WARNING,
        source="sqlfluff",
        line=entry["start_line_no"],
        column=entry["start_line_pos"],
        end_line=entry.get("end_line_no", 0),
        end_column=entry.get("end_line_pos", 0),
    )


def style_id(name: str) -> str:
    """Return a rule's name as a hazard's.

    >>> style_id("layout.keyword_newline")
    'layout-keyword-newline'
    """
    return name.replace(".", "-").replace("_", "-")


def is_style(id: str) -> bool:
    """Return whether a hazard is one of sqlfluff's, by its first word: its rules are not listed without importing it.

    >>> is_style("layout-spacing"), is_style("drop-table")
    (True, False)
    """
    groups = ("aliasing", "ambiguous", "capitalisation", "convention", "jinja", "layout", "references", "structure")
    return id.partition("-")[0] in groups and "-" in id


# ---- in a process of its own


def _serve(config: Path, lines: Iterator[bytes], answer: Callable[[bytes], object]) -> None:
    import logging

    from sqlfluff.core import FluffConfig, Linter

    logging.disable()
    loaded = FluffConfig.from_root(extra_config_path=str(config), ignore_local_config=True)
    linter = Linter(config=loaded)
    for line in lines:
        asked = json.loads(line)
        found = linter.lint_string(asked["text"])
        said = [violation.to_dict() for violation in found.violations]
        fixed = _fixed(linter, config, asked["text"]) if asked["fix"] and said else None
        answer(json.dumps({"violations": said, "fixed": fixed}).encode() + b"\n")


def _fixed(linter: Any, config: Path, text: str) -> str | None:
    """Return the corrected text, where it says the same: some corrections change what a statement means."""
    from sqlfluff.core import FluffConfig, Linter

    from dbtool.parser import same_meaning

    harmless = FluffConfig.from_root(
        extra_config_path=str(config), ignore_local_config=True, overrides=cast(Any, {"rules": _HARMLESS})
    )
    for tried in (linter, Linter(config=harmless)):
        fixed, done = tried.lint_string(text, fix=True).fix_string()
        if done and fixed != text and same_meaning(text, fixed):
            return fixed
    return None


def main(words: Sequence[str]) -> None:
    """Answer until the standard input ends."""

    def answer(line: bytes) -> None:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()

    _serve(Path(words[0]), iter(sys.stdin.buffer.readline, b""), answer)


if __name__ == "__main__":
    main(sys.argv[1:])
