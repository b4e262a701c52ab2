"""The .env files: read, compared with .env.example, and one variable written into them. The only file with `dotenv`."""

import io
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dbtool.errors import UsageError
from dbtool.finding import Finding, Place, Severity

EXAMPLE = ".env.example"


def read_dotenv(path: Path) -> Mapping[str, str | None]:
    """Return the variables of a .env file; none where there is no file. Raises UsageError for an unreadable one."""
    if not path.is_file():
        return {}
    return _parsed(path, path.stat().st_mtime_ns)


@cache
def _parsed(path: Path, mtime: int) -> Mapping[str, str | None]:
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream  # 20 ms, and most folders of a deployment have no such file

    text = _read(path).replace("\r\n", "\n").replace("\r", "\n")
    bad = [binding.original.line for binding in parse_stream(io.StringIO(text)) if binding.error]
    if bad:
        raise UsageError(f"{path.name}:{bad[0]}: this is not KEY=value", hint="a comment begins with #")
    return dotenv_values(stream=io.StringIO(text))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path.name} is not UTF-8", hint="save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}") from None


def files_of(root: Path, environment: str) -> list[Path]:
    """Return the .env files of an environment, the most particular first."""
    return [root / f".env.{environment}.local", root / f".env.{environment}", root / ".env"]


def compare_with_example(root: Path, environment: str) -> tuple[int, int, Finding | None]:
    """Return how many keys .env.example asks for, how many of them nothing sets, and the finding. Reads files."""
    example = root / EXAMPLE
    if not example.is_file():
        return 0, 0, None
    if not re.search(rb"^[^#\r\n]*=", example.read_bytes(), re.MULTILINE):
        return 0, 0, None  # nothing to be parsed
    files = files_of(root, environment)
    wanted = list(read_dotenv(example))
    there = set(os.environ).union(*(read_dotenv(file) for file in files))
    missing = [key for key in wanted if key not in there]
    if not missing:
        return len(wanted), 0, None
    lines = example.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    line = next((n for n, text in enumerate(lines, start=1) if missing[0] in text.split("=")[0]), 1)
    finding = Finding(
        id="missing-environment-key",
        message=f"set neither in the process environment nor in {', '.join(file.name for file in files)}: "
        + ", ".join(missing),
        help=f"add them to .env; {EXAMPLE} says what they are",
        severity=Severity.WARNING,
        place=Place(path=example, line=line),
    )
    return len(wanted), len(missing), finding


def save_variable(path: Path, name: str, value: str) -> bool:
    """Write the variable into a .env file, and return whether one of that name was replaced. Writes.

    All other lines stay as they are, in their order. The file is replaced in one step; a new one is its owner's alone.
    """
    old = path.read_bytes() if path.is_file() else b""
    mark = b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b""
    text, replaced = with_variable(_read(path) if old else "", name, value)
    mode = path.stat().st_mode & 0o777 if old else 0o600
    real = Path(os.path.realpath(path))  # a link stays one
    partial = real.with_name(f"{real.name}.{os.getpid()}")
    try:
        with partial.open("xb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(mark + text.encode())
        partial.replace(real)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UsageError(
            f"{path.name} cannot be written: {error.strerror}", hint="is the folder yours, and not read-only?"
        ) from None
    return replaced


def with_variable(text: str, name: str, value: str) -> tuple[str, bool]:
    r"""Return the text of a .env file with the variable set, and whether it was there. Pure.

    Of several the last is replaced, which is the one that counts.

    >>> with_variable("A=1\nexport B='x\ny'  # why\nC=2\n", "B", "3")
    ('A=1\nexport B=3\nC=2\n', True)
    >>> with_variable("A=1", "B", "it's")
    ('A=1\nB="it\'s"\n', False)
    """
    from dotenv.parser import parse_stream

    quoted = value if re.fullmatch(r"[\w@:/.%?&=+~,-]*", value) else '"' + re.sub(r'([\\"])', r"\\\1", value) + '"'
    pieces = [(binding.key, binding.original.string) for binding in parse_stream(io.StringIO(text, newline=""))]
    at = max((n for n, (key, _) in enumerate(pieces) if key == name), default=None)
    end = "\r\n" if "\r\n" in text else "\n"
    if at is None:
        between = "" if not text or text.endswith(("\n", "\r")) else end
        return f"{text}{between}{name}={quoted}{end}", False
    before = re.match(r"\s*(?:export\s+)?", pieces[at][1])
    after = re.search(r"\r?\n?$", pieces[at][1])
    line = f"{before[0] if before else ''}{name}={quoted}{after[0] if after else ''}"
    return "".join(line if n == at else original for n, (_, original) in enumerate(pieces)), True
