"""Which environment is meant and which URL it has: flags, process environment, .env files, dbtool.toml -> Target."""

import os
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from dbtool.config import CONFIG_FILE, Environment, Project
from dbtool.env_files import files_of
from dbtool.env_files import read_dotenv as read_dotenv
from dbtool.errors import UsageError
from dbtool.secrets import Secret, remember
from dbtool.spelling import close_words

# The first of these that is set names the environment (DESIGN.md section 2).
ENVIRONMENT_VARIABLES = ("DBTOOL_ENV", "NODE_ENV", "APP_ENV", "ENV")
FROM_EMBEDDED, FROM_UP = "the embedded server", "the server that dbtool up started"
_BY_FLAG = "chosen by --env"
_UP = "up:"  # in the place of a URL: a database of the server that `dbtool up` started
_known_environments = ("development", "test", "staging", "production")
_aliases = {
    "dev": "development",
    "local": "development",
    "prod": "production",
    "prd": "production",
    "live": "production",
}


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
    said: str = ""  # with --url, where that is no URL: up:NAME
    database: str = ""  # of the embedded server; "": its main one
    direct: bool = False  # the URL is the direct one, past a pooler
    pool_size: int = 10
    project: Project

    @property
    def chosen_by_flag(self) -> bool:
        """Whether --env said which environment this is."""
        return self.why == _BY_FLAG

    @property
    def flags(self) -> str:
        """What a next command must say as well, so that it goes to this same database."""
        env = f" --env {self.name}" if self.chosen_by_flag else ""
        return env + (f" --url {shlex.quote(self.said or str(self.url))}" if self.given else "")

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.environment.name


def load_target(project: Project, env: str | None = None, *, url: str | None = None, any_word: bool = False) -> Target:
    """Return the database that is meant, by flag, process environment, .env files, dbtool.toml, in this order.

    Raises UsageError for an unknown environment, or where no URL can be found for it. With *any_word* a variable may
    name an environment that is not known: for those who ask the guard about it, and the guard has it confirmed.
    """
    name, why, named, chosen_by_flag = _choose_environment(project, env, any_word=any_word)
    environment = project.environments.get(name, Environment(name=name))
    variables = _Variables(project.root, name)
    pool_size = _pool_size(variables)
    common = {"environment": environment, "why": why, "named": named, "pool_size": pool_size, "project": project}
    if url is not None and url.startswith(_UP):
        return Target(**cast(Any, common | _of_up(project, said=url)))
    found = _find_url(environment, variables, url=url, chosen_by_flag=chosen_by_flag)
    if found:
        return Target(url=Secret(found[0]), url_from=found[1], given=url is not None, **cast(Any, common))
    if name in ("development", "test"):
        return Target(**cast(Any, common | _of_up(project)))
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


def known_environments(project: Project) -> set[str]:
    """Return the names of environments that can be meant: the configured ones, and those that every project has."""
    return {*project.environments, *_known_environments}


def direct_target(target: Target) -> Target:
    """Return *target* with its direct URL (past a pooler) where one is configured, else *target* itself.

    DBTOOL_DIRECT_URL belongs to the DATABASE_URL beside it, in the process or in the same file: another one's would
    lead to another database. An environment with a URL of its own has a direct_url of its own, and what --url says
    is what is meant.
    """
    variables = _Variables(target.project.root, target.name)
    if target.given or target.embedded:
        return target
    if target.environment.direct_url:
        where = f"environments.{target.name}.direct_url"
        url, where = _resolve(target.environment.direct_url, variables, where)
    elif found := variables.get_beside("DBTOOL_DIRECT_URL", "DATABASE_URL", target.url_from):
        url, where = found
    else:
        return target
    return replace(target, url=Secret(url), url_from=where, direct=True)


def shadow_target(target: Target) -> Target | None:
    """Return where throw-away databases are to be made, as the environment's ``shadow`` says; None where it does not.

    Raises UsageError for a variable that is not set.
    """
    if not target.environment.shadow:
        return None
    variables = _Variables(target.project.root, target.name)
    url, where = _resolve(target.environment.shadow, variables, f"environments.{target.name}.shadow")
    return replace(target, url=Secret(url), url_from=where, embedded=False, given=True, direct=True)


# ---- which environment


def _choose_environment(project: Project, flag: str | None, *, any_word: bool = False) -> tuple[str, str, bool, bool]:
    configured = frozenset(project.environments)
    if flag is not None:
        return _known(flag, configured, "--env"), _BY_FLAG, True, True
    # The .env file of an environment cannot choose the environment: only .env can, and the process first.
    plain = read_dotenv(project.root / ".env")
    for source, variables in (("", os.environ), (" in .env", plain)):
        for variable in ENVIRONMENT_VARIABLES:
            value = (variables.get(variable) or "").strip()
            if value and not names_a_file(variable, value):
                remember(value)  # a URL in the wrong variable
                why = f"{variable}={value}{source}"
                return _known(value, configured, why, any_word=any_word), why, True, False
    return "development", "nothing says otherwise", False, False


def _folded(name: str) -> str:
    return _aliases.get(name.lower(), name.lower())


def names_a_file(variable: str, value: str) -> bool:
    """Return whether this is the shell's ENV, the path of a start-up file (POSIX sh), and no environment."""
    return variable == "ENV" and "/" in value


def _known(value: str, configured: frozenset[str], why: str, *, any_word: bool = False) -> str:
    name = value.strip(" \t\r\n'\"")
    folded = _folded(name)
    if name in configured:
        return name
    alike = sorted(other for other in configured if _folded(other) == folded)
    if len(alike) > 1:
        raise UsageError(f"{name!r} ({why}) could be any of the environments {', '.join(alike)}", hint="rename one")
    if alike or folded in _known_environments:
        return alike[0] if alike else folded
    if any_word:
        return "(not-a-name)" if "://" in name or "@" in name else re.sub(r"[^\w.-]", "-", name)
    known = {*configured, *_known_environments}
    close = [_aliases.get(word, word) for word in close_words(folded, {*known, *_aliases})]
    raise UsageError(
        f"unknown environment {name!r} ({why}); known: {', '.join(sorted(known))}",
        hint=f"did you mean {close[0]}?" if close else f"describe it under [environments.{name}] in {CONFIG_FILE}",
    )


# ---- which URL


class _Variables:
    """What a variable is worth: the process environment, then the .env files, the most particular first."""

    def __init__(self, root: Path, environment: str) -> None:
        self.files = files_of(root, environment)
        self._particular = self.files[:2]

    def get(self, name: str) -> tuple[str, str] | None:
        if value := os.environ.get(name):
            return value, f"{name} of the process"
        for file in self.files:
            if value := read_dotenv(file).get(name):
                return value, f"{name} in {file.name}"
        return None

    def get_beside(self, name: str, other: str, found: str) -> tuple[str, str] | None:
        """Return a variable from where *other* was found, or from the process environment, which beats all files."""
        value, where = self.get(name) or ("", "")
        beside = found.startswith(f"{other} ") and where.removeprefix(name) == found.removeprefix(other)
        process = found.startswith(f"{other} in ") and where == f"{name} of the process"
        return (value, where) if value and (beside or process) else None

    def get_particular(self, name: str) -> tuple[str, str] | None:
        for file in self._particular:
            if value := read_dotenv(file).get(name):
                return value, f"{name} in {file.name}"
        return None


def _of_up(project: Project, *, said: str = "") -> dict[str, Any]:
    """Return what a target has that is on the server that `dbtool up` started, else on the embedded one.

    *said*: what --url says, up:NAME for a database of that server; up: alone is the one that is meant now.
    """
    from dbtool.server.remembered import is_own, read_remembered

    found = read_remembered(project.state)
    if said and found is None:
        raise UsageError(f"--url {said}: dbtool up has started no server here", hint="dbtool up")
    if found is not None and not is_own(found, project.state):
        raise UsageError(
            f"{project.shown(project.state)}/up.json is of the project in {found.root}, copied or moved to here",
            hint="dbtool up",
        )
    given = {"given": bool(said), "said": said}
    database = said.removeprefix(_UP) or (found.database if found else "")
    if found is None or found.kind == "embedded":
        name = "" if found is None or database == found.main else database
        return given | {"url": Secret(""), "url_from": FROM_EMBEDDED, "embedded": True, "database": name}
    return given | {"url": found.url_of(database), "url_from": FROM_UP}


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
