"""dbtool env: the environments, which one is meant now and why; and the database's own mark."""

from contextlib import closing
from typing import Annotated, Any, cast

import typer

from dbtool import console
from dbtool.address import Host, read_address
from dbtool.commands.options import Confirm, Env, Json, Url
from dbtool.config import Project, load_project
from dbtool.db import connect, connect_for_changes
from dbtool.errors import DbtoolError, UsageError
from dbtool.guard.mark import Mark, read_mark, write_mark
from dbtool.report import Report, Table
from dbtool.secrets import redact
from dbtool.spelling import close_words
from dbtool.target import Target, known_environments, load_target, meant_environment
from dbtool.where import where


def list_(env: Env = None, json: Json = False) -> Report:
    """Show every environment with its address; the one that is meant now is marked. Touches no server.

    Example: dbtool env list
    """
    project = load_project()
    meant, why = meant_environment(project, env)
    found = [_describe(project, name, meant) for name in dict.fromkeys([*project.environments, meant])]
    rows = [
        (">" if e["meant"] else "", e["name"], e["url"], ", ".join(e["hosts"]), e["url_from"], e["note"]) for e in found
    ]
    lacking = "" if next(e for e in found if e["meant"])["url"] else "; it has no URL"
    return Report(
        command="env list",
        tables=(Table(columns=("", "environment", "url", "hosts", "from", ""), rows=rows),),
        summary=f"{meant} is meant: {why}{lacking}",
        data={"environments": found, "meant": meant, "why": why},
    )


def show(
    env: Env = None,
    url: Url = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the database for its mark.")] = False,
    json: Json = False,
) -> Report:
    """Show the environment that is meant now, why, everything that is set for it, and the database's mark. Read-only.

    Example: dbtool env show --env production
    """
    project = load_project()
    target = load_target(project, env, url=url)
    settings = target.environment
    mark, note = (None, "not asked") if offline else _mark_of(target)
    values: dict[str, Any] = {
        "environment": target.name,
        "why": target.why,
        "url": str(target.url) or "the embedded server",
        "url_from": target.url_from,
        "hosts": _hosts(target),
        "mark": mark.environment or None if mark else None,
        "mark_note": note,
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
    shown = {key: value for key, value in values.items() if key != "mark_note"}
    shown["mark"] = f"{values['mark'] or 'none'}{f' ({note})' if note else ''}"
    rows = [(key, unset.get(key, "none") if value is None else _as_text(value)) for key, value in shown.items()]
    return Report(command="env show", tables=(Table(columns=("setting", "value"), rows=rows),), summary="", data=values)


def mark(
    name: Annotated[str, typer.Argument(metavar="NAME", help="development, production, ...; none takes it away.")],
    env: Env = None,
    url: Url = None,
    confirm: Confirm = None,
    json: Json = False,
) -> Report:
    """Write into the database which environment it is; the guard believes it above every label. Writes the mark.

    Example: dbtool env mark production --env production
    """
    from dbtool.guard.marking import refuse_marking

    project = load_project()
    wanted = _known_mark(project, name)
    target = load_target(project, env, url=url, any_word=True)
    with closing(connect_for_changes(target, purpose="env mark")) as conn:
        now = read_mark(conn)
        banner = where(conn, target)
        if now.environment == wanted:
            return Report(command="env mark", where=banner, summary=f"nothing to do: the mark is {wanted or 'none'}",
                          data={"mark": wanted or None, "before": now.environment or None})  # fmt: skip
        if not json:
            console.say(console.banner(banner))
        refuse_marking(conn, target, now, wanted, confirm=confirm)
        write_mark(conn, now, wanted)
    return Report(
        command="env mark",
        where=banner if json else None,
        summary=f"marked {now.database} as {wanted}" if wanted else f"took the mark of {now.database} away",
        data={"mark": wanted or None, "before": now.environment or None},
    )


def _known_mark(project: Project, name: str) -> str:
    if name == "none":
        return ""
    known = known_environments(project)
    if name in known:
        return name
    close = close_words(name, known)
    raise UsageError(
        f"unknown environment {name!r} to mark a database with; known: {', '.join(sorted(known))}, none",
        hint=f"did you mean {close[0]}?" if close else "describe it under [environments.<name>] in dbtool.toml",
    )


def _mark_of(target: Target) -> tuple[Mark | None, str]:
    try:
        with closing(connect(target, purpose="env show", read_only=True)) as conn:
            mark = read_mark(conn)
    except DbtoolError as error:
        return None, "not known: " + error.message.splitlines()[0]
    if mark.foreign:
        return mark, f"it carries the mark {mark.foreign} of another database: a copy, which is not marked"
    return mark, ""


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(cast(list[str], value)) if isinstance(value, list) else redact(str(value))


def _describe(project: Project, name: str, meant: str) -> dict[str, Any]:
    blank = {"name": name, "meant": name == meant}
    try:
        target = load_target(project, name)
    except DbtoolError as error:
        return blank | {"url": "", "url_from": "", "hosts": [], "note": error.message.splitlines()[0]}
    note = "protected" if target.environment.protected else ""
    url = str(target.url) or "embedded"
    return blank | {"url": url, "url_from": target.url_from, "hosts": _hosts(target), "note": note}


def _hosts(target: Target) -> list[str]:
    """Return where libpq would connect, PG* variables and service files taken into account."""
    if target.embedded:
        return ["the embedded server"]
    try:
        return [_in_words(host) for host in read_address(target.url.reveal()).hosts]
    except DbtoolError as error:
        return [error.message]


def _in_words(host: Host) -> str:
    address = f" ({host.address})" if host.address and host.name else ""
    return f"{host}{address}:{host.port}"


env = {"list": list_, "show": show, "mark": mark}
