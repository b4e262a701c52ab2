"""dbtool push."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Confirm, DryRun, Env, Json, LockWait, Override, Token, Url, lock_wait
from dbtool.config import load_project
from dbtool.errors import Refused
from dbtool.guard import weigh
from dbtool.guard.decide import Answer, Reason, raised
from dbtool.guard.policy import read_policy
from dbtool.guard.settle import Consent, automation, refuse_beforehand
from dbtool.ledger import read_ledger
from dbtool.lock import migration_lock
from dbtool.migrations import read_migrations
from dbtool.plan import make_plan
from dbtool.report import Report, counted, seconds
from dbtool.script import sql_checksum_of

if TYPE_CHECKING:
    from dbtool.guard.weigh import Weighed
    from dbtool.schema.migration.pushing import Loss, Push


def push(
    env: Env = None,
    url: Url = None,
    beside_migrations: Annotated[
        bool, typer.Option("--beside-migrations", help="Also while migration files wait to be applied.")
    ] = False,
    dry_run: DryRun = False,
    confirm: Confirm = None,
    override: Override = None,
    token: Token = None,
    lock_wait_: LockWait = None,
    json: Json = False,
) -> Report:
    """Make a development database what sql/schema says, at once and without a migration. Writes.

    Example: dbtool push --dry-run
    """
    project = load_project()
    wait = lock_wait(project, lock_wait_)
    policy = read_policy(project)
    target = weigh.load_judged_target(project, policy, "push", env, url)
    if (name := automation(policy)) and not dry_run:
        raise Refused(
            f"dbtool push is for a person at work, and {name} is set", hint="in CI: dbtool migrate, and dbtool check"
        )
    if not dry_run:
        refuse_beforehand(policy, "push", target)

    from dbtool.schema.files.made import made_of_project
    from dbtool.schema.migration.pushing import apply_push, plan_push, read_losses
    from dbtool.schema.reading.read import read_schema

    folder = read_migrations(project.migrations)
    with closing(weigh.connect_to(target, "push", dry_run=dry_run)) as conn:
        weighed = weigh.weigh(conn, target, policy, "push")
        waiting = make_plan(folder, read_ledger(conn, project.ledger_schema), sql_checksum=sql_checksum_of).pending
        if waiting and not (beside_migrations or dry_run):
            _refuse_waiting(len(waiting), target.flags)
        with made_of_project(project, target, say=console.say) as wanted:
            live = read_schema(conn, ledger_schema=project.ledger_schema)
            plan = plan_push(live, wanted())
        losses = read_losses(conn, plan)
        weighed = _weighed_again(weighed, losses)
        weigh.show(weighed, _lines(plan, losses), does="makes the schema what sql/schema says")
        if not plan.script:
            summary = "nothing to do: the database is what sql/schema says"
            return Report(command="push", summary=summary, data=_data(plan, losses))
        if dry_run:
            would = f"make {counted(len(plan.steps), 'change')}"
            return weigh.dry_run(weighed, would=would, data=_data(plan, losses), json=json)
        settled = weigh.settle_weighed(conn, weighed, Consent(confirm=confirm, override=override, token=token))
        with migration_lock(target, wait=wait, say=console.say):
            took = apply_push(
                conn,
                settled,
                plan,
                ledger_schema=project.ledger_schema,
                lock_timeout_ms=target.environment.lock_timeout,
            )
    return Report(
        command="push",
        where=weighed.where if json else None,
        summary=f"made {counted(len(plan.steps), 'change')} in {seconds(took)}",
        next=('dbtool generate "..."', f"dbtool baseline ID{target.flags}   (its changes are here already)"),
        data=_data(plan, losses),
    )


def _refuse_waiting(number: int, flags: str) -> None:
    """Ask whether migrate was meant. Raises Refused unless push was."""
    waiting = f"{counted(number, 'migration')} {'waits' if number == 1 else 'wait'} to be applied"
    if console.can_ask():
        answer = console.ask(f"{waiting}: did you mean dbtool migrate{flags}? Push beside them all the same? [y/N]")
        if answer.strip().lower() in ("y", "yes"):
            return
    raise Refused(f"{waiting}: nothing was pushed", hint=f"dbtool migrate{flags}; or push --beside-migrations")


def _weighed_again(weighed: "Weighed", losses: "Sequence[Loss]") -> "Weighed":
    """Return the verdict with what the loss of rows adds: where nothing was to be asked, it is."""
    if not losses:
        return weighed
    from dbtool.schema.migration.pushing import losses_told

    reason = Reason(rule="loses-rows", source="the database", message=losses_told(losses), answer=Answer.ASK)
    return replace(weighed, verdict=raised(weighed.verdict, reason, phrase=weighed.facts.database))


def _lines(push: "Push", losses: "Sequence[Loss]") -> list[str]:
    from dbtool.schema.migration.pushing import losses_told
    from dbtool.schema.migration.told import mark, told

    lines = [f"  {mark(step)} {told(step, push.current, push.wanted)}" for step in push.steps]
    lines += [f"  left, since another role owns it: {record}, {record.owner}" for record in push.left]
    return lines + ([f"  {losses_told(losses)}"] if losses else [])


def _data(push: "Push", losses: "Sequence[Loss]") -> dict[str, object]:
    return {
        "statements": [s.sql for s in push.script.statements] if push.script else [],
        "hazards": [{"id": h.id, "message": h.message} for h in push.script.hazards] if push.script else [],
        "losses": [{"what": loss.what, "rows": loss.rows} for loss in losses],
        "left": [str(record) for record in push.left],
    }
