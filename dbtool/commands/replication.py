"""dbtool replication: standbys, slots, subscriptions, what keeps pg_wal; and what is wrong with any of it."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url
from dbtool.config import load_project
from dbtool.db import connect
from dbtool.report import Report, counted
from dbtool.target import load_target
from dbtool.where import Where, where

if TYPE_CHECKING:
    from dbtool.replication.cause import Cause


def status(env: Env = None, url: Url = None, json: Json = False) -> Report:
    """Show who replicates from here and how far behind, what keeps pg_wal, and the settings in use. Read-only.

    Example: dbtool replication status --env production
    """
    from dbtool.replication.sampled import limits_of, take_samples
    from dbtool.replication.topology import status_data, status_lines
    from dbtool.replication.verdict import unseen, verdict_on

    project = load_project()
    target = load_target(project, env, url=url)
    limits = limits_of(project.replication)
    with closing(connect(target, purpose="replication status")) as conn:
        banner = _told(where(conn, target), json=json)
        sampled = take_samples(conn, project, limits=limits)
    verdict = verdict_on(sampled)
    return Report(
        command="replication status",
        where=banner,
        text="\n".join(status_lines(sampled, limits)),
        summary=f"{verdict.level}: {verdict.message}",
        data={"verdict": verdict, **status_data(sampled, limits), "not_seen": unseen(sampled.after)},
    )


def doctor(
    env: Env = None,
    url: Url = None,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Look into what waits in slots that stand still, and at what is never replicated."),
    ] = False,
    json: Json = False,
) -> Report:
    """Name what is wrong with replication: the cause, the evidence, the remedy as SQL, its consequence. Read-only.

    Exit code 1 where something is an error. The remedies are printed, and never run.

    Example: dbtool replication doctor --env production
    """
    from dbtool.replication.examined import examine
    from dbtool.replication.shown import cause_data, cause_lines, exit_code_of

    project = load_project()
    target = load_target(project, env, url=url)
    with closing(connect(target, purpose="replication doctor")) as conn:
        banner = _told(where(conn, target), json=json)
        found = examine(conn, target, deep=deep, say=None if json else console.say)
    lines = [_summary(found.causes), *cause_lines(found.causes), *(("", *found.unseen) if found.unseen else ())]
    return Report(
        command="replication doctor",
        where=banner,
        text="\n".join(lines),
        summary=_summary(found.causes),
        exit_code=exit_code_of(found.causes),
        data={"causes": [cause_data(cause) for cause in found.causes], "not_seen": found.unseen},
    )


def _told(here: Where, *, json: bool) -> Where:
    """Return where it looks, told to a person before it does."""
    if not json:
        console.say(console.banner(here))
    return here


def _summary(causes: "tuple[Cause, ...]") -> str:
    from dbtool.finding import Severity

    numbers = {severity: sum(cause.severity is severity for cause in causes) for severity in Severity}
    told = ", ".join(counted(number, severity.value) for severity, number in numbers.items() if number)
    return told or "all is well: nothing holds replication up"


replication = {"status": status, "doctor": doctor}
