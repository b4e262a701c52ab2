"""dbtool.toml -> Project. Every mistake in it is told at once, with its key and line."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from dbtool.errors import BadFile, UsageError
from dbtool.finding import Finding, Place
from dbtool.spelling import close_words

CONFIG_FILE = "dbtool.toml"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One ``[environments.<name>]``; times in milliseconds, 0 means no limit."""

    name: str
    url: str = ""
    direct_url: str = ""
    shadow: str = ""
    protected: bool = False
    connect_timeout: int = 10_000
    lock_timeout: int = 2_000
    long_lock_timeout: int = 3_600_000
    statement_timeout: int | None = None  # None: what the server says


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """``[replication]``: who reads the slots, which are not judged, and from where on something is told.

    Bytes, milliseconds, percent of max_slot_wal_keep_size.
    """

    consumers: Mapping[str, str] = field(default_factory=dict[str, str])  # by the name of the slot
    ignore: tuple[str, ...] = ()
    disk_free: int | None = None  # of pg_wal's disk: SQL cannot see it
    warn_share: int = 50
    critical_share: int = 80
    warn_size: int | None = None
    critical_size: int | None = None
    warn_age: int = 300_000
    critical_age: int | None = None
    critical_loss: int = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesOutput:
    """One ``[[types.outputs]]``: a file that `dbtool types` writes. "": the default of its kind and target."""

    kind: str = "typescript"
    path: Path
    target: str = "server"
    schemas: tuple[str, ...] = ()  # none: all
    columns: str = "as-is"
    bigint: str = ""
    numeric: str = ""
    date: str = ""
    json: str = ""
    enum_arrays: bool = False
    style: str = ""
    enums: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])  # by the name of the type


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """``[types]``: the files that `dbtool types` writes, and the names of types that are not what their tables say."""

    outputs: tuple[TypesOutput, ...]
    there: bool = False  # whether dbtool.toml names any
    names: Mapping[str, str] = field(default_factory=dict[str, str])  # by schema.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """``[client]``: where the bundle goes, and what PGlite is made with. ``there``: dbtool.toml has the table."""

    bundle: Path
    node_modules: Path | None = None  # None: as node finds it from the project
    extensions: Mapping[str, str] = field(default_factory=dict[str, str])  # npm modules, by the extension's name
    there: bool = False


TYPES_FILE = "generated/db.ts"
CLIENT_BUNDLE = "generated/client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Docs:
    """``[docs]``: where `dbtool docs` writes, and below which title."""

    path: Path
    title: str = "Schema"


DOCS_PATH = "docs/schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project: where its files are, and its environments."""

    root: Path
    file: Path | None
    migrations: Path
    schema: Path
    triggers: Path
    environments: Mapping[str, Environment]
    ledger_schema: str = "public"
    lock_wait: int = 60_000  # milliseconds
    lock_tries: int = 10
    server_bin: Path | None = None
    server_idle: int = 900_000  # milliseconds
    state: Path = field(default=Path(".dbtool"))
    replication: Replication = field(default_factory=Replication)
    types: Types = field(default_factory=lambda: Types(outputs=()))
    client: Client = field(default_factory=lambda: Client(bundle=Path(CLIENT_BUNDLE)))
    docs: Docs = field(default_factory=lambda: Docs(path=Path(DOCS_PATH)))

    def shown(self, path: Path) -> str:
        """Return a path as people know it: from the project's folder, where it lies there."""
        return str(path.relative_to(self.root) if path.is_relative_to(self.root) else path)


def load_project(start: Path | None = None) -> Project:
    """Return the project that *start* (default: here) lies in: the nearest folder upwards with a dbtool.toml.

    Without such a file the folder itself is the project, with every key at its default.
    Raises BadFile with every mistake in the file.
    """
    try:
        start = (start or Path.cwd()).absolute()
    except FileNotFoundError:
        raise UsageError("the current folder does not exist any more", hint="cd to the project") from None
    for folder in (start, *start.parents):
        if (folder / CONFIG_FILE).is_file():
            return _read_config(folder / CONFIG_FILE)
    return Project(
        root=start, file=None, migrations=start / "migrations", schema=start / "sql" / "schema",
        triggers=start / "sql" / "triggers", environments={}, state=start / ".dbtool",
        types=Types(outputs=(TypesOutput(path=start / TYPES_FILE),)),
        client=Client(bundle=start / CLIENT_BUNDLE),
        docs=Docs(path=start / DOCS_PATH),
    )  # fmt: skip


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


def _read_config(file: Path) -> Project:
    text, raw = read_toml(file)
    reader = _Reader(file, text)
    project = _project(reader, file.parent, raw)
    if reader.findings:
        raise BadFile(*sorted(reader.findings, key=lambda finding: finding.place.line if finding.place else 0))
    return project


def _project(reader: "_Reader", root: Path, raw: dict[str, Any]) -> Project:
    migrations = reader.take(raw, "", "migrations", _text, "migrations")
    schema = reader.take(raw, "", "schema", _text, "sql/schema")
    triggers = reader.take(raw, "", "triggers", _text, "sql/triggers")
    ledger = reader.table(raw, "ledger")
    migrate = reader.table(raw, "migrate")
    server = reader.table(raw, "server")
    environments = reader.table(raw, "environments")
    project = Project(
        root=root,
        file=reader.file,
        migrations=root / migrations,
        schema=root / schema,
        triggers=root / triggers,
        environments={
            name: _environment(reader, name, reader.table(environments, name, "environments."))
            for name in list(environments)
        },
        ledger_schema=reader.take(ledger, "ledger", "schema", _text, "public"),
        lock_wait=reader.take(migrate, "migrate", "lock_wait", _duration, 60_000),
        lock_tries=reader.take(migrate, "migrate", "lock_tries", _whole, 10),
        server_bin=reader.take(server, "server", "bin", _path(root), None),
        server_idle=reader.take(server, "server", "idle", _duration, 900_000),
        state=root / ".dbtool",
        replication=_replication(reader, reader.table(raw, "replication")),
        types=_types(reader, root, reader.table(raw, "types")),
        client=_client(reader, root, raw),
        docs=_docs(reader, root, reader.table(raw, "docs")),
    )
    for table, key in ((raw, ""), (ledger, "ledger"), (migrate, "migrate"), (server, "server")):
        reader.refuse_rest(table, key)
    return project


def _environment(reader: "_Reader", name: str, raw: dict[str, Any]) -> Environment:
    key = f"environments.{name}"
    environment = Environment(
        name=name,
        url=reader.take(raw, key, "url", _text, ""),
        direct_url=reader.take(raw, key, "direct_url", _text, ""),
        shadow=reader.take(raw, key, "shadow", _text, ""),
        protected=reader.take(raw, key, "protected", _flag, False),
        connect_timeout=reader.take(raw, key, "connect_timeout", _duration, 10_000),
        lock_timeout=reader.take(raw, key, "lock_timeout", _duration, 2_000),
        long_lock_timeout=reader.take(raw, key, "long_lock_timeout", _duration, 3_600_000),
        statement_timeout=reader.take(raw, key, "statement_timeout", _duration, None),
    )
    reader.refuse_rest(raw, key)
    return environment


def _replication(reader: "_Reader", raw: dict[str, Any]) -> Replication:
    key = "replication"
    replication = Replication(
        consumers=reader.take(raw, key, "consumers", _texts_by_name, {}),
        ignore=reader.take(raw, key, "ignore", _texts, ()),
        disk_free=reader.take(raw, key, "disk_free", parse_size, None),
        warn_share=reader.take(raw, key, "warn_share", _whole, 50),
        critical_share=reader.take(raw, key, "critical_share", _whole, 80),
        warn_size=reader.take(raw, key, "warn_size", parse_size, None),
        critical_size=reader.take(raw, key, "critical_size", parse_size, None),
        warn_age=reader.take(raw, key, "warn_age", _duration, 300_000),
        critical_age=reader.take(raw, key, "critical_age", _duration, None),
        critical_loss=reader.take(raw, key, "critical_loss", _duration, 3_600_000),
    )
    reader.refuse_rest(raw, key)
    return replication


def _client(reader: "_Reader", root: Path, raw: dict[str, Any]) -> Client:
    there = "client" in raw
    table = reader.table(raw, "client")
    client = Client(
        bundle=root / reader.take(table, "client", "bundle", _text, CLIENT_BUNDLE),
        node_modules=reader.take(table, "client", "node_modules", _path(root), None),
        extensions=reader.take(table, "client", "extensions", _texts_by_name, {}),
        there=there,
    )
    reader.refuse_rest(table, "client")
    return client


def _docs(reader: "_Reader", root: Path, raw: dict[str, Any]) -> Docs:
    docs = Docs(
        path=root / reader.take(raw, "docs", "path", _text, DOCS_PATH),
        title=reader.take(raw, "docs", "title", _text, "Schema"),
    )
    reader.refuse_rest(raw, "docs")
    return docs


def _types(reader: "_Reader", root: Path, raw: dict[str, Any]) -> Types:
    tables = reader.tables(raw, "types", "outputs")
    types = Types(
        there=bool(tables),
        outputs=tuple(_types_output(reader, root, f"types.outputs.{n}", t) for n, t in enumerate(tables, start=1))
        or (TypesOutput(path=root / TYPES_FILE),),
        names=reader.take(raw, "types", "names", _texts_by_name, {}),
    )
    reader.refuse_rest(raw, "types")
    reader.refuse_twice("types.outputs", "path", [output.path for output in types.outputs])
    return types


# What each kind of output can be told; docs/commands/types.md says what it means.
_SCRIPT_OPTIONS = {
    "columns": ("as-is", "camel"),
    "bigint": ("string", "number", "bigint", "number | bigint"),
    "numeric": ("string", "number"),
    "date": ("Date", "string"),
    "json": ("Json", "unknown"),
}
_TYPES_OPTIONS = {
    "typescript": _SCRIPT_OPTIONS,
    "zod": _SCRIPT_OPTIONS,
    "python": {"style": ("dataclass", "typeddict", "pydantic"), "enums": ("strenum", "literal")},
}


def _types_output(reader: "_Reader", root: Path, key: str, raw: dict[str, Any]) -> TypesOutput:
    kind = reader.take(raw, key, "kind", _one_of(*_TYPES_OPTIONS), "typescript")
    words = {name: reader.take(raw, key, name, _one_of(*allowed), "") for name, allowed in _TYPES_OPTIONS[kind].items()}
    output = TypesOutput(
        kind=kind,
        path=root / reader.need(raw, key, "path", _text, key),
        target=reader.take(raw, key, "target", _one_of("server", "client"), "server"),
        schemas=reader.take(raw, key, "schemas", _texts, ()),
        enum_arrays=reader.take(raw, key, "enum_arrays", _flag, False) if kind == "typescript" else False,
        mapping=reader.take(raw, key, "mapping", _texts_by_name, {}),
        columns=words.pop("columns", "") or "as-is",
        **words,
    )
    reader.refuse_rest(raw, key)
    return output


class _Reader:
    """Takes values out of the parsed tables and remembers every mistake with its key and line."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._lines = key_lines(text)
        self._known: dict[str, set[str]] = {}

    def take(self, table: dict[str, Any], prefix: str, key: str, parse: Callable[[Any], T], default: T) -> T:
        self._known.setdefault(prefix, set()).add(key)
        if key not in table:
            return default
        try:
            return parse(table.pop(key))
        except ValueError as error:
            self._note("config-value", prefix, key, f"must be {error}")
            return default

    def table(self, raw: dict[str, Any], key: str, prefix: str = "") -> dict[str, Any]:
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
        if key not in table:
            self._note("config-value", prefix, key, "is missing")
        return self.take(table, prefix, key, parse, instead)

    def refuse_twice(self, prefix: str, key: str, values: list[Path]) -> None:
        for number, value in enumerate(values, start=1):
            if value in values[: number - 1]:
                first = values.index(value) + 1
                self._note("config-value", f"{prefix}.{number}", key, f"is that of {prefix}.{first} already")

    def refuse_rest(self, table: dict[str, Any], prefix: str) -> None:
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


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"a text, found {value!r}")
    return value


def _one_of(*words: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in words:
            raise ValueError(f"one of {', '.join(words)}, found {value!r}")
        return cast(str, value)

    return parse


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"true or false, found {value!r}")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"a whole number from 1, found {value!r}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"a list of texts, found {value!r}")
    return tuple(_text(one) for one in cast(list[Any], value))


def _texts_by_name(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(f"a table of texts, found {value!r}")
    return {name: _text(text) for name, text in cast(dict[str, Any], value).items()}


def _path(root: Path) -> Callable[[Any], Path | None]:
    return lambda value: root / Path(_text(value)).expanduser()


def _duration(value: Any) -> int:
    return parse_duration(value)


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
