"""dbtool drop."""

from contextlib import closing
from typing import Annotated

import typer

from dbtool.commands.options import Confirm, DryRun, Env, Json, Override, Token, Url
from dbtool.config import load_project
from dbtool.db import pinned_conninfo
from dbtool.guard import weigh
from dbtool.guard.policy import read_policy
from dbtool.guard.settle import Consent, refuse_beforehand
from dbtool.report import Report, seconds, sized
from dbtool.target import direct_target
from dbtool.wipe.database import drop_database


def drop(
    env: Env = None,
    url: Url = None,
    force: Annotated[
        bool, typer.Option("--force", help="End the sessions of others that are connected to it.")
    ] = False,
    dry_run: DryRun = False,
    confirm: Confirm = None,
    override: Override = None,
    token: Token = None,
    json: Json = False,
) -> Report:
    """Drop the whole database. Writes.

    Example: dbtool drop && dbtool migrate --create-database
    """
    project = load_project()
    policy = read_policy(project)
    target = weigh.load_judged_target(project, policy, "drop", env, url)
    if not dry_run:
        refuse_beforehand(policy, "drop", target)
    with closing(weigh.connect_to(target, "drop", dry_run=dry_run)) as conn:
        weighed = weigh.weigh(conn, target, policy, "drop")
        weigh.show(weighed, (), does="drops the whole database, with its history and its mark")
        activity = weighed.facts.activity
        size = sized(activity.size) if activity else ""
        if dry_run:
            return weigh.dry_run(
                weighed, would=f"drop the database {weighed.where.database}, {size}", data={}, json=json
            )
        consent = Consent(confirm=confirm, override=override, token=token)
        settled = weigh.settle_weighed(conn, weighed, consent)
    dropped = drop_database(pinned_conninfo(direct_target(target)), settled, force=force)
    ended = f", and ended {', '.join(dropped.ended)}" if dropped.ended else ""
    again = "" if target.embedded and not target.database else " --create-database"
    return Report(
        command="drop",
        where=weighed.where if json else None,
        summary=f"dropped the database {dropped.database}, {size}, in {seconds(dropped.seconds)}{ended}",
        next=(f"dbtool migrate{again}{target.flags}",),
        data={"database": dropped.database, "ended": dropped.ended, "slots": dropped.slots},
    )
