"""dbtool.toml, .env files and environment variables -> Project and Target. Every mistake is told at once."""

import io
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from dbtool.errors import BadFile, UsageError
from dbtool.finding import Finding, Place
from dbtool.secrets import Secret

CONFIG_FILE = "dbtool.toml"
# The first of these that is set names the environment (DESIGN.md section 2).
ENVIRONMENT_VARIABLES = ("DBTOOL_ENV", "NODE_ENV", "APP_ENV", "ENV")
_known_environments = ("development", "test", "staging", "production")
T = TypeVar("T")
_aliases = {"dev": "development", "local": "development", "prod": "production", "live": "production"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One ``[environments.<name>]``; times in milliseconds, 0 means no limit."""

    name: str
    url: str = ""
    direct_url: str = ""
    protected: bool = False
    connect_timeout: int = 10_000
    lock_timeout: int = 2_000
    long_lock_timeout: int = 3_600_000
    statement_timeout: int | None = None  # None: what the server says


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project: where its files are, and its environments."""

    root: Path
    file: Path | None
    migrations: Path
    environments: Mapping[str, Environment]
    ledger_schema: str = "public"
    lock_wait: int = 60_000  # milliseconds
    lock_tries: int = 10
    server_bin: Path | None = None
    server_idle: int = 900_000  # milliseconds
    state: Path = field(default=Path(".dbtool"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The database that is meant, and why: an environment with the URL that it resolved to."""

    environment: Environment
    why: str  # why this environment
    url: Secret
    url_from: str  # where the URL was found
    embedded: bool = False
    named: bool = False  # somebody said which environment this is
    given: bool = False  # the URL was said with --url: no other is meant
    direct: bool = False  # the URL is the direct one, past a pooler
    pool_size: int = 10
    project: Project

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.environment.name


def load_project(start: Path | None = None) -> Project:
    """Return the project that *start* (default: here) lies in: the nearest folder upwards with a dbtool.toml.

    Without such a file the folder itself is the project, with every key at its default.
    Raises BadFile with every mistake in the file.
    """
    start = (start or Path.cwd()).absolute()
    for folder in (start, *start.parents):
        if (folder / CONFIG_FILE).is_file():
            return _read_config(folder / CONFIG_FILE)
    return Project(root=start, file=None, migrations=start / "migrations", environments={}, state=start / ".dbtool")


def load_target(project: Project, env: str | None = None, *, url: str | None = None) -> Target:
    """Return the database that is meant, by flag, process environment, .env files, dbtool.toml, in this order.

    Raises UsageError for an unknown environment, or where no URL can be found for it.
    """
    name, why, named, chosen_by_flag = _choose_environment(project, env)
    environment = project.environments.get(name, Environment(name=name))
    variables = _Variables(project.root, name)
    pool_size = _pool_size(variables)
    common = {"environment": environment, "why": why, "named": named, "pool_size": pool_size, "project": project}
    found = _find_url(environment, variables, url=url, chosen_by_flag=chosen_by_flag)
    if found:
        return Target(url=Secret(found[0]), url_from=found[1], given=url is not None, **cast(Any, common))
    if name in ("development", "test"):
        return Target(url=Secret(""), url_from="the embedded server", embedded=True, **cast(Any, common))
    looked = ", ".join(["the process environment", *(file.name for file in variables.files)])
    raise UsageError(
        f"DATABASE_URL is not set, and environment {name} has no url\n"
        f"  environment: {name} ({why})\n  looked in: {looked}, {CONFIG_FILE}",
        hint=f"export DATABASE_URL=postgresql://..., or set url under [environments.{name}] in {CONFIG_FILE}",
    )


def meant_environment(project: Project, env: str | None = None) -> tuple[str, str]:
    """Return the name of the environment that is meant, and why. Raises UsageError for an unknown one."""
    name, why, _, _ = _choose_environment(project, env)
    return name, why


def direct_target(target: Target) -> Target:
    """Return *target* with its direct URL (past a pooler) where one is configured, else *target* itself.

    DBTOOL_DIRECT_URL belongs to DATABASE_URL: an environment with a URL of its own has a direct_url of its own,
    and what --url says is what is meant.
    """
    variables = _Variables(target.project.root, target.name)
    setting = "" if target.given or target.embedded else target.environment.direct_url
    if not setting and target.url_from.startswith("DATABASE_URL") and variables.get("DBTOOL_DIRECT_URL"):
        setting = "env:DBTOOL_DIRECT_URL"
    if not setting:
        return target
    url, where = _resolve(setting, variables, f"environments.{target.name}.direct_url")
    return replace(target, url=Secret(url), url_from=where, direct=True)


# ---- which environment


def _choose_environment(project: Project, flag: str | None) -> tuple[str, str, bool, bool]:
    known = {*project.environments, *_known_environments}
    if flag is not None:
        return _known(flag, known, "--env"), "chosen by --env", True, True
    # The .env file of an environment cannot choose the environment: only .env can, and the process first.
    plain = _dotenv(project.root / ".env")
    for source, variables in (("", os.environ), (" in .env", plain)):
        for variable in ENVIRONMENT_VARIABLES:
            value = (variables.get(variable) or "").strip()
            if value:
                why = f"{variable}={value}{source}"
                return _known(value, known, why), why, True, False
    return "development", "nothing says otherwise", False, False


def _known(value: str, known: set[str], why: str) -> str:
    name = value.strip(" \t\r\n'\"")
    folded = _aliases.get(name.lower(), name.lower())
    if name in known:
        return name
    if folded in known:
        return folded
    close = [_aliases.get(word, word) for word in _close(folded, {*known, *_aliases})]
    raise UsageError(
        f"unknown environment {name!r} ({why}); known: {', '.join(sorted(known))}",
        hint=f"did you mean {close[0]}?" if close else f"describe it under [environments.{name}] in {CONFIG_FILE}",
    )


def _close(word: str, known: Iterable[str]) -> list[str]:
    import difflib

    return difflib.get_close_matches(word, list(known), n=1)


# ---- which URL


class _Variables:
    """What a variable is worth: the process environment, then the .env files, the most particular first."""

    def __init__(self, root: Path, environment: str) -> None:
        self.files = [root / f".env.{environment}.local", root / f".env.{environment}", root / ".env"]
        self._particular = self.files[:2]

    def get(self, name: str) -> tuple[str, str] | None:
        if value := os.environ.get(name):
            return value, f"{name} of the process"
        for file in self.files:
            if value := _dotenv(file).get(name):
                return value, f"{name} in {file.name}"
        return None

    def get_particular(self, name: str) -> tuple[str, str] | None:
        for file in self._particular:
            if value := _dotenv(file).get(name):
                return value, f"{name} in {file.name}"
        return None


def _dotenv(path: Path) -> Mapping[str, str | None]:
    if not path.is_file():
        return {}
    return _read_dotenv(path, path.stat().st_mtime_ns)


@cache
def _read_dotenv(path: Path, mtime: int) -> Mapping[str, str | None]:
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream  # 20 ms, and most folders of a deployment have no such file

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path.name} is not UTF-8", hint="save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}") from None
    bad = [binding.original.line for binding in parse_stream(io.StringIO(text)) if binding.error]
    if bad:
        raise UsageError(f"{path.name}:{bad[0]}: this is not KEY=value", hint="a comment begins with #")
    return dotenv_values(stream=io.StringIO(text))


def _find_url(
    environment: Environment, variables: _Variables, *, url: str | None, chosen_by_flag: bool
) -> tuple[str, str] | None:
    key = f"environments.{environment.name}.url"
    if url is not None:
        if not url.strip():
            raise UsageError("--url is empty", hint="is the variable set that it comes from?")
        return _resolve(url, variables, "--url")
    if environment.url.startswith(("env:", "service:")):
        return _resolve(environment.url, variables, key)
    # A url of one's own is more particular than a DATABASE_URL meant for whatever runs here: after --env it
    # wins; else the process environment does, as everywhere. docs/decisions/configuration.md has the table.
    found = variables.get_particular("DATABASE_URL") if chosen_by_flag and environment.url else None
    if found:
        return found
    if chosen_by_flag and environment.url:
        return environment.url, f"{key} in {CONFIG_FILE}"
    if found := variables.get("DATABASE_URL"):
        return found
    return (environment.url, f"{key} in {CONFIG_FILE}") if environment.url else None


def _resolve(setting: str, variables: _Variables, where: str) -> tuple[str, str]:
    if setting.startswith("service:"):
        return f"service={setting.removeprefix('service:')}", f"{where} = {setting}"
    if not setting.startswith("env:"):
        return setting, where
    name = setting.removeprefix("env:")
    found = variables.get(name)
    if found is None:
        looked = ", ".join(["the process environment", *(file.name for file in variables.files)])
        raise UsageError(
            f"{where} = {setting!r}, and {name} is not set\n  looked in: {looked}",
            hint=f"export {name}=postgresql://...",
        )
    return found


def _pool_size(variables: _Variables) -> int:
    value, where = variables.get("DB_POOL_SIZE") or ("10", "")
    if not re.fullmatch(r"[0-9]{1,6}", value.strip()) or int(value) < 1:
        raise UsageError(f"DB_POOL_SIZE must be a whole number from 1, found {value!r} ({where})")
    return int(value)


# ---- dbtool.toml


def _read_config(file: Path) -> Project:
    import tomllib

    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(path=file, line=data.count(b"\n", 0, error.start) + 1)
        raise BadFile(Finding(id="not-utf8", message="the file is not UTF-8", place=place)) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(text.splitlines()), 1)
        message = "not valid TOML: " + re.sub(r" \(at .*\)$", "", str(error))
        raise BadFile(Finding(id="toml", message=message, place=Place(path=file, line=line, column=column))) from None
    reader = _Reader(file, text)
    project = _project(reader, file.parent, raw)
    if reader.findings:
        raise BadFile(*sorted(reader.findings, key=lambda finding: finding.place.line if finding.place else 0))
    return project


def _project(reader: "_Reader", root: Path, raw: dict[str, Any]) -> Project:
    migrations = reader.take(raw, "", "migrations", _text, "migrations")
    ledger = reader.table(raw, "ledger")
    migrate = reader.table(raw, "migrate")
    server = reader.table(raw, "server")
    environments = reader.table(raw, "environments")
    project = Project(
        root=root,
        file=reader.file,
        migrations=root / migrations,
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
        protected=reader.take(raw, key, "protected", _flag, False),
        connect_timeout=reader.take(raw, key, "connect_timeout", _duration, 10_000),
        lock_timeout=reader.take(raw, key, "lock_timeout", _duration, 2_000),
        long_lock_timeout=reader.take(raw, key, "long_lock_timeout", _duration, 3_600_000),
        statement_timeout=reader.take(raw, key, "statement_timeout", _duration, None),
    )
    reader.refuse_rest(raw, key)
    return environment


class _Reader:
    """Takes values out of the parsed tables and remembers every mistake with its key and line."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._lines = _key_lines(text)
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

    def refuse_rest(self, table: dict[str, Any], prefix: str) -> None:
        for key in table:
            close = _close(key, self._known.get(prefix, set()))
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


def _key_lines(text: str) -> dict[str, int]:
    """Return the line of each key, by its dotted name; tomllib itself does not tell.

    >>> _key_lines('[a.b]\\nc = 1')
    {'a.b': 1, 'a.b.c': 2}
    """
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = ".".join(part.strip().strip("\"'") for part in found[1].split("."))
            lines.setdefault(table, number)
        elif found := re.match(r'\s*("?)([\w.-]+)\1\s*=', line):
            lines.setdefault(f"{table}.{found[2]}".lstrip("."), number)
    return lines


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"a text, found {value!r}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"true or false, found {value!r}")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"a whole number from 1, found {value!r}")
    return value


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
