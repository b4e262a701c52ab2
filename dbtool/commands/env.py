"""dbtool env: show the environments, and which one is meant now and why."""

from typing import Any

from dbtool.commands.options import Env, Json, Url
from dbtool.config import Project, load_project
from dbtool.errors import DbtoolError
from dbtool.report import Report, Table
from dbtool.secrets import redact
from dbtool.target import load_target, meant_environment


def list_(env: Env = None, json: Json = False) -> Report:
    """Show every environment with its address; the one that is meant now is marked. Touches no server.

    Example: dbtool env list
    """
    project = load_project()
    meant, why = meant_environment(project, env)
    found = [_describe(project, name, meant) for name in dict.fromkeys([*project.environments, meant])]
    rows = [(">" if e["meant"] else "", e["name"], e["url"], e["url_from"], e["note"]) for e in found]
    lacking = "" if next(e for e in found if e["meant"])["url"] else "; it has no URL"
    return Report(
        command="env list",
        tables=(Table(columns=("", "environment", "url", "from", ""), rows=rows),),
        summary=f"{meant} is meant: {why}{lacking}",
        data={"environments": found, "meant": meant, "why": why},
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
        "direct_url": settings.direct_url or None,
        "configuration": project.file,
    }
    unset = {"statement_timeout_ms": "as the server says", "configuration": "none: every key at its default"}
    rows = [
        (
            key,
            unset.get(key, "none") if v is None else ("yes" if v else "no") if isinstance(v, bool) else redact(str(v)),
        )
        for key, v in values.items()
    ]
    return Report(command="env show", tables=(Table(columns=("setting", "value"), rows=rows),), summary="", data=values)


_yes_or_no: dict[Any, str] = {True: "yes", False: "no"}


def _describe(project: Project, name: str, meant: str) -> dict[str, Any]:
    blank = {"name": name, "meant": name == meant}
    try:
        target = load_target(project, name)
    except DbtoolError as error:
        return blank | {"url": "", "url_from": "", "note": error.message.splitlines()[0]}
    note = "protected" if target.environment.protected else ""
    return blank | {"url": str(target.url) or "embedded", "url_from": target.url_from, "note": note}


env = {"list": list_, "show": show}
