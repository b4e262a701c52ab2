"""dbtool.toml -> Project. Every mistake in it is told at once, with its key and line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbtool.errors import BadFile, UsageError
from dbtool.toml import (
    Reader,
    as_flag,
    as_path,
    as_text,
    as_texts,
    as_texts_by_name,
    as_whole,
    one_of,
    parse_duration,
    parse_size,
    read_toml,
)

CONFIG_FILE = "dbtool.toml"


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


def _read_config(file: Path) -> Project:
    text, raw = read_toml(file)
    reader = Reader(file, text)
    project = _project(reader, file.parent, raw)
    if reader.findings:
        raise BadFile(*sorted(reader.findings, key=lambda finding: finding.place.line if finding.place else 0))
    return project


def _project(reader: Reader, root: Path, raw: dict[str, Any]) -> Project:
    migrations = reader.take(raw, "", "migrations", as_text, "migrations")
    schema = reader.take(raw, "", "schema", as_text, "sql/schema")
    triggers = reader.take(raw, "", "triggers", as_text, "sql/triggers")
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
        ledger_schema=reader.take(ledger, "ledger", "schema", as_text, "public"),
        lock_wait=reader.take(migrate, "migrate", "lock_wait", parse_duration, 60_000),
        lock_tries=reader.take(migrate, "migrate", "lock_tries", as_whole, 10),
        server_bin=reader.take(server, "server", "bin", as_path(root), None),
        server_idle=reader.take(server, "server", "idle", parse_duration, 900_000),
        state=root / ".dbtool",
        replication=_replication(reader, reader.table(raw, "replication")),
        types=_types(reader, root, reader.table(raw, "types")),
        client=_client(reader, root, raw),
        docs=_docs(reader, root, reader.table(raw, "docs")),
    )
    for table, key in ((raw, ""), (ledger, "ledger"), (migrate, "migrate"), (server, "server")):
        reader.refuse_rest(table, key)
    return project


def _environment(reader: Reader, name: str, raw: dict[str, Any]) -> Environment:
    key = f"environments.{name}"
    environment = Environment(
        name=name,
        url=reader.take(raw, key, "url", as_text, ""),
        direct_url=reader.take(raw, key, "direct_url", as_text, ""),
        shadow=reader.take(raw, key, "shadow", as_text, ""),
        protected=reader.take(raw, key, "protected", as_flag, False),
        connect_timeout=reader.take(raw, key, "connect_timeout", parse_duration, 10_000),
        lock_timeout=reader.take(raw, key, "lock_timeout", parse_duration, 2_000),
        long_lock_timeout=reader.take(raw, key, "long_lock_timeout", parse_duration, 3_600_000),
        statement_timeout=reader.take(raw, key, "statement_timeout", parse_duration, None),
    )
    reader.refuse_rest(raw, key)
    return environment


def _replication(reader: Reader, raw: dict[str, Any]) -> Replication:
    key = "replication"
    replication = Replication(
        consumers=reader.take(raw, key, "consumers", as_texts_by_name, {}),
        ignore=reader.take(raw, key, "ignore", as_texts, ()),
        disk_free=reader.take(raw, key, "disk_free", parse_size, None),
        warn_share=reader.take(raw, key, "warn_share", as_whole, 50),
        critical_share=reader.take(raw, key, "critical_share", as_whole, 80),
        warn_size=reader.take(raw, key, "warn_size", parse_size, None),
        critical_size=reader.take(raw, key, "critical_size", parse_size, None),
        warn_age=reader.take(raw, key, "warn_age", parse_duration, 300_000),
        critical_age=reader.take(raw, key, "critical_age", parse_duration, None),
        critical_loss=reader.take(raw, key, "critical_loss", parse_duration, 3_600_000),
    )
    reader.refuse_rest(raw, key)
    return replication


def _client(reader: Reader, root: Path, raw: dict[str, Any]) -> Client:
    there = "client" in raw
    table = reader.table(raw, "client")
    client = Client(
        bundle=root / reader.take(table, "client", "bundle", as_text, CLIENT_BUNDLE),
        node_modules=reader.take(table, "client", "node_modules", as_path(root), None),
        extensions=reader.take(table, "client", "extensions", as_texts_by_name, {}),
        there=there,
    )
    reader.refuse_rest(table, "client")
    return client


def _docs(reader: Reader, root: Path, raw: dict[str, Any]) -> Docs:
    docs = Docs(
        path=root / reader.take(raw, "docs", "path", as_text, DOCS_PATH),
        title=reader.take(raw, "docs", "title", as_text, "Schema"),
    )
    reader.refuse_rest(raw, "docs")
    return docs


def _types(reader: Reader, root: Path, raw: dict[str, Any]) -> Types:
    tables = reader.tables(raw, "types", "outputs")
    types = Types(
        there=bool(tables),
        outputs=tuple(_types_output(reader, root, f"types.outputs.{n}", t) for n, t in enumerate(tables, start=1))
        or (TypesOutput(path=root / TYPES_FILE),),
        names=reader.take(raw, "types", "names", as_texts_by_name, {}),
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


def _types_output(reader: Reader, root: Path, key: str, raw: dict[str, Any]) -> TypesOutput:
    kind = reader.take(raw, key, "kind", one_of(*_TYPES_OPTIONS), "typescript")
    words = {name: reader.take(raw, key, name, one_of(*allowed), "") for name, allowed in _TYPES_OPTIONS[kind].items()}
    output = TypesOutput(
        kind=kind,
        path=root / reader.need(raw, key, "path", as_text, key),
        target=reader.take(raw, key, "target", one_of("server", "client"), "server"),
        schemas=reader.take(raw, key, "schemas", as_texts, ()),
        enum_arrays=reader.take(raw, key, "enum_arrays", as_flag, False) if kind == "typescript" else False,
        mapping=reader.take(raw, key, "mapping", as_texts_by_name, {}),
        columns=words.pop("columns", "") or "as-is",
        **words,
    )
    reader.refuse_rest(raw, key)
    return output
