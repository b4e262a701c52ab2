"""dbtool env: show the environments, and which one is meant now and why."""

from typing import Any

from dbtool.commands.options import Env, Json, Url
from dbtool.config import Project, load_project, load_target
from dbtool.errors import DbtoolError, UsageError
from dbtool.report import Report, Table


def list_(env: Env = None, json: Json = False) -> Report:
    """Show every environment with its address; the one that is meant now is marked. Touches no server.

    Example: dbtool env list
    """
    project = load_project()
    meant = load_target_or_none(project, env)
    names = list(dict.fromkeys([*project.environments, *([meant.name] if meant else [])])) or ["development"]
    found = [_describe(project, name, meant.name if meant else "") for name in names]
    rows = [(">" if e["meant"] else "", e["name"], e["url"], e["url_from"], e["note"]) for e in found]
    return Report(
        command="env list",
        tables=(Table(columns=("", "environment", "url", "from", ""), rows=rows),),
        summary=f"{meant.name} is meant: {meant.why}" if meant else "no environment is meant: see above",
        data={"environments": found, "meant": meant.name if meant else None, "why": meant.why if meant else None},
    )


def show(env: Env = None, url: Url = None, json: Json = False) -> Report:
    """Show the environment that is meant now, why, and everything that is set for it. Touches no server.

    Example: dbtool env show --env production
    """
    project = load_project()
    target = load_target(project, env, url=url)
    settings = target.environment
    values: dict[str, Any] = {
        "environment": target.name,
        "why": target.why,
        "url": str(target.url) or "the embedded server",
        "url_from": target.url_from,
        "protected": settings.protected,
        "connect_timeout_ms": settings.connect_timeout,
        "lock_timeout_ms": settings.lock_timeout,
        "long_lock_timeout_ms": settings.long_lock_timeout,
        "statement_timeout_ms": settings.statement_timeout,
        "pool_size": target.pool_size,
        "ledger_schema": project.ledger_schema,
        "migrations": project.migrations,
        "configuration": project.file,
    }
    shown = {True: "yes", False: "no", None: "as the server says"}
    rows = [(key, shown.get(v, str(v)) if isinstance(v, bool | None) else str(v)) for key, v in values.items()]
    return Report(command="env show", tables=(Table(columns=("setting", "value"), rows=rows),), summary="", data=values)


def load_target_or_none(project: Project, env: str | None) -> Any:
    """Return the target that is meant, or None where it has no URL; an unknown name is still a mistake."""
    try:
        return load_target(project, env)
    except UsageError as error:
        if "unknown environment" in error.message:
            raise
        return None


def _describe(project: Project, name: str, meant: str) -> dict[str, Any]:
    blank = {"name": name, "meant": name == meant}
    try:
        target = load_target(project, name)
    except DbtoolError as error:
        return blank | {"url": "", "url_from": "", "note": error.message.splitlines()[0]}
    note = "protected" if target.environment.protected else ""
    return blank | {"url": str(target.url) or "embedded", "url_from": target.url_from, "note": note}


env = {"list": list_, "show": show}
