"""dbtool nuke."""

from contextlib import closing

from dbtool import console
from dbtool.commands.options import (
    Confirm,
    DryRun,
    Env,
    Json,
    LockWait,
    Override,
    Owner,
    Token,
    Url,
    lock_wait,
)  # fmt: skip
from dbtool.config import load_project
from dbtool.guard import weigh
from dbtool.guard.decide import Allow
from dbtool.guard.policy import read_policy
from dbtool.guard.settle import Consent, refuse_beforehand
from dbtool.lock import migration_lock
from dbtool.report import Report, counted, seconds
from dbtool.wipe.objects import wipe_objects
from dbtool.wipe.scope import Scope, read_scope
from dbtool.wipe.shown import objects_lines


def nuke(
    env: Env = None,
    url: Url = None,
    dry_run: DryRun = False,
    confirm: Confirm = None,
    override: Override = None,
    token: Token = None,
    owner: Owner = None,
    lock_wait_: LockWait = None,
    json: Json = False,
) -> Report:
    """Drop every object of the project and dbtool's history, in one transaction; the database stays. Writes.

    Example: dbtool nuke && dbtool migrate
    """
    project = load_project()
    wait = lock_wait(project, lock_wait_)
    policy = read_policy(project)
    target = weigh.load_judged_target(project, policy, "nuke", env, url)
    if not dry_run:
        refuse_beforehand(policy, "nuke", target)
    with closing(weigh.connect_to(target, "nuke", dry_run=dry_run)) as conn:
        weighed = weigh.weigh(conn, target, policy, "nuke")
        scope = read_scope(conn, ledger_schema=project.ledger_schema, owners=owner or ())
        lines = objects_lines(scope, careful=dry_run or not isinstance(weighed.verdict, Allow))
        weigh.show(weighed, lines, does="drops every object, and dbtool's history; the database stays")
        if dry_run:
            return weigh.dry_run(weighed, would=f"drop {_objects(scope)}", data=_data(scope), json=json)
        consent = Consent(confirm=confirm, override=override, token=token)
        settled = weigh.settle_weighed(conn, weighed, consent)
        with migration_lock(target, wait=wait, say=console.say):
            wiped = wipe_objects(conn, settled, scope, lock_timeout_ms=target.environment.lock_timeout)
    return Report(
        command="nuke",
        where=weighed.where if json else None,
        summary=f"dropped {_objects(scope)} in {seconds(wiped.seconds)}",
        next=(f"dbtool migrate{target.flags}",),
        data=_data(scope),
    )


def _objects(scope: Scope) -> str:
    number = sum(scope.counts().values())
    return counted(number, "object")


def _data(scope: Scope) -> dict[str, object]:
    return {"objects": scope.counts(), "left": scope.left_by_nuke(), "remote_slots": scope.remote_slots()}
