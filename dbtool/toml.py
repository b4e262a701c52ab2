"""A TOML file -> values, by what each must be. Every mistake is told at once, with its key and line."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.spelling import close_words

T = TypeVar("T")


def read_toml(file: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a TOML file, and what it says. Raises BadFile with the line of what cannot be read."""
    import tomllib

    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(path=file, line=data.count(b"\n", 0, error.start) + 1)
        raise BadFile(Finding(id="not-utf8", message="the file is not UTF-8", place=place)) from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(text.splitlines()), 1)
        message = "not valid TOML: " + re.sub(r" \(at .*\)$", "", str(error))
        raise BadFile(Finding(id="toml", message=message, place=Place(path=file, line=line, column=column))) from None


class Reader:
    """Takes values out of the parsed tables and remembers every mistake with its key and line."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._lines = key_lines(text)
        self._known: dict[str, set[str]] = {}

    def take(self, table: dict[str, Any], prefix: str, key: str, parse: Callable[[Any], T], default: T) -> T:
        """Return the value of a key, taken out of its table; *default* where it is not there, or a mistake."""
        self._known.setdefault(prefix, set()).add(key)
        if key not in table:
            return default
        try:
            return parse(table.pop(key))
        except ValueError as error:
            self._note("config-value", prefix, key, f"must be {error}")
            return default

    def table(self, raw: dict[str, Any], key: str, prefix: str = "") -> dict[str, Any]:
        """Return a table; an empty one where it is not there, or a mistake."""
        self._known.setdefault(prefix.rstrip("."), set()).add(key)
        value = raw.pop(key, {}) if not prefix else raw[key]
        if isinstance(value, dict):
            return cast(dict[str, Any], value)
        self._note("config-value", prefix.rstrip("."), key, "must be a table: " + f"[{prefix}{key}]")
        return {}

    def tables(self, raw: dict[str, Any], prefix: str, key: str) -> list[dict[str, Any]]:
        """Return an array of tables; the keys of the first have the prefix ``<prefix>.<key>.1``."""
        self._known.setdefault(prefix, set()).add(key)
        value = raw.pop(key, [])
        if isinstance(value, list) and all(isinstance(one, dict) for one in cast(list[Any], value)):
            return cast(list[dict[str, Any]], value)
        self._note("config-value", prefix, key, f"must be tables: [[{prefix}.{key}]]")
        return []

    def need(self, table: dict[str, Any], prefix: str, key: str, parse: Callable[[Any], T], instead: T) -> T:
        """Return the value of a key that must be there; *instead* where it is not."""
        if key not in table:
            self._note("config-value", prefix, key, "is missing")
        return self.take(table, prefix, key, parse, instead)

    def refuse_twice(self, prefix: str, key: str, values: list[Path]) -> None:
        """Note the values that stand in two tables of an array."""
        for number, value in enumerate(values, start=1):
            if value in values[: number - 1]:
                first = values.index(value) + 1
                self._note("config-value", f"{prefix}.{number}", key, f"is that of {prefix}.{first} already")

    def refuse_rest(self, table: dict[str, Any], prefix: str) -> None:
        """Note the keys that nobody took."""
        for key in table:
            close = close_words(key, self._known.get(prefix, set()))
            hint = (
                f"did you mean {close[0]}?"
                if close
                else "known here: " + ", ".join(sorted(self._known.get(prefix, set())))
            )
            self._note("config-key", prefix, key, "is not a key that dbtool knows", hint)

    def _note(self, finding: str, prefix: str, key: str, what: str, hint: str = "") -> None:
        dotted = f"{prefix}.{key}".lstrip(".")
        line = self._lines.get(dotted, self._lines.get(prefix, 1))
        place = Place(path=self.file, line=line)
        self.findings.append(Finding(id=finding, message=f"{dotted} {what}", help=hint, place=place))


def key_lines(text: str) -> dict[str, int]:
    """Return the line of each key, by its dotted name; tomllib itself does not tell.

    >>> key_lines('[a.b]\\nc = 1')
    {'a.b': 1, 'a.b.c': 2}
    >>> key_lines('[[a]]\\nb = 1\\n[[a]]\\nb = 2')
    {'a': 1, 'a.1': 1, 'a.1.b': 2, 'a.2': 3, 'a.2.b': 4}
    """
    lines: dict[str, int] = {}
    arrays: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*(\[+)\s*([^\]]+?)\s*\]+", line):
            table = ".".join(part.strip().strip("\"'") for part in found[2].split("."))
            lines.setdefault(table, number)
            if len(found[1]) > 1:
                arrays[table] = arrays.get(table, 0) + 1
                table = f"{table}.{arrays[table]}"
                lines[table] = number
        elif found := re.match(r'\s*("?)([\w.-]+)\1\s*=', line):
            lines.setdefault(f"{table}.{found[2]}".lstrip("."), number)
    return lines


def as_text(value: Any) -> str:
    """Return a text that is not empty. Raises ValueError."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"a text, found {value!r}")
    return value


def one_of(*words: str) -> Callable[[Any], str]:
    """Return what takes one of these words. It raises ValueError."""

    def parse(value: Any) -> str:
        if value not in words:
            raise ValueError(f"one of {', '.join(words)}, found {value!r}")
        return cast(str, value)

    return parse


def as_flag(value: Any) -> bool:
    """Return true or false. Raises ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"true or false, found {value!r}")
    return value


def as_whole(value: Any) -> int:
    """Return a whole number from 1. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"a whole number from 1, found {value!r}")
    return value


def as_texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts. Raises ValueError."""
    if not isinstance(value, list):
        raise ValueError(f"a list of texts, found {value!r}")
    return tuple(as_text(one) for one in cast(list[Any], value))


def as_texts_by_name(value: Any) -> dict[str, str]:
    """Return a table of texts. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"a table of texts, found {value!r}")
    return {name: as_text(text) for name, text in cast(dict[str, Any], value).items()}


def as_path(root: Path) -> Callable[[Any], Path | None]:
    """Return what takes a path, from *root* on. It raises ValueError."""
    return lambda value: root / Path(as_text(value)).expanduser()


_units = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}


def parse_duration(value: Any) -> int:
    """Return a duration in milliseconds, from a text with a unit. Raises ValueError.

    >>> parse_duration("2s"), parse_duration("15 min"), parse_duration("0")
    (2000, 900000, 0)
    """
    found = re.fullmatch(r"(\d+)\s*(ms|s|min|h)", value.strip()) if isinstance(value, str) else None
    if found:
        return int(found[1]) * _units[found[2]]
    if value == "0":
        return 0
    raise ValueError(f'a duration such as "500ms", "2s", "15min" or "1h", found {value!r}')


_sizes = {"": 1, "B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}


def parse_size(value: Any) -> int:
    """Return a size in bytes, from a text with a unit as PostgreSQL's settings have it. Raises ValueError.

    >>> parse_size("20GB"), parse_size("1.5 MB"), parse_size("512")
    (21474836480, 1572864, 512)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(|B|kB|MB|GB|TB)", value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError(f'a size such as "512MB" or "20GB", found {value!r}')
    return int(float(found[1]) * _sizes[found[2]])
