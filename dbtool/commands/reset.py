"""dbtool reset."""

from contextlib import closing
from typing import Annotated

import typer

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
from dbtool.errors import DbtoolError, UsageError
from dbtool.guard import weigh
from dbtool.guard.decide import Allow
from dbtool.guard.policy import read_policy
from dbtool.guard.settle import Consent, refuse_beforehand
from dbtool.lock import migration_lock
from dbtool.report import Report, counted, seconds, sized
from dbtool.seeds import REFERENCE, choose_sets, find_sets, read_seeds
from dbtool.wipe.rows import wipe_rows
from dbtool.wipe.scope import Scope, read_scope
from dbtool.wipe.shown import rows_lines


def reset(
    env: Env = None,
    url: Url = None,
    seed: Annotated[bool, typer.Option("--seed", help="Put the rows of sql/seeds/reference/ back afterwards.")] = False,
    dry_run: DryRun = False,
    confirm: Confirm = None,
    override: Override = None,
    token: Token = None,
    owner: Owner = None,
    lock_wait_: LockWait = None,
    json: Json = False,
) -> Report:
    """Delete all rows, in one transaction; the schema and dbtool's history stay. Writes.

    Example: dbtool reset --seed
    """
    project = load_project()
    wait = lock_wait(project, lock_wait_)
    sets = find_sets(project.root)
    files = read_seeds(project.root, sets, choose_sets(sets, (REFERENCE,))) if seed else ()
    if any(file.head for file in files):
        raise UsageError(
            "sql/seeds/reference/ has large files (-- dbtool: rows), which reset does not write",
            hint="dbtool reset, and then dbtool seed reference",
        )
    policy = read_policy(project)
    target = weigh.load_judged_target(project, policy, "reset", env, url)
    if not dry_run:
        refuse_beforehand(policy, "reset", target)
    with closing(weigh.connect_to(target, "reset", dry_run=dry_run)) as conn:
        weighed = weigh.weigh(conn, target, policy, "reset")
        scope = read_scope(conn, ledger_schema=project.ledger_schema, owners=owner or ())
        lines = rows_lines(scope, careful=dry_run or not isinstance(weighed.verdict, Allow))
        weigh.show(weighed, lines, does="deletes all rows, and keeps the schema and dbtool's history")
        if dry_run:
            return weigh.dry_run(weighed, would=f"delete the rows of {_tables(scope)}", data=_data(scope), json=json)
        consent = Consent(confirm=confirm, override=override, token=token)
        settled = weigh.settle_weighed(conn, weighed, consent)
        with migration_lock(target, wait=wait, say=console.say):
            wiped = wipe_rows(conn, settled, scope, lock_timeout_ms=target.environment.lock_timeout)
        steps = ()
        if files:
            from dbtool.seeds.apply import apply_seeds

            try:
                steps = console.watch(apply_seeds(conn, settled, files, target=target, say=console.say), quiet=json)
            except DbtoolError as error:
                error.message += f"\n  before that, the rows of {_tables(scope)} were deleted, and stay so"
                raise
    return Report(
        command="reset",
        where=weighed.where if json else None,
        steps=steps,
        summary=f"deleted the rows of {_tables(scope)} in {seconds(wiped.seconds)}",
        next=() if seed or not sets.get(REFERENCE) else (f"dbtool seed reference{target.flags}",),
        data=_data(scope),
    )


def _tables(scope: Scope) -> str:
    return f"{counted(len(scope.tables), 'table')}: about {counted(scope.rows, 'row')}, {sized(scope.bytes)}"


def _data(scope: Scope) -> dict[str, object]:
    tables = [{"table": t.identity, "rows": t.rows, "bytes": t.bytes, "owner": t.owner} for t in scope.tables]
    return {"tables": tables, "left": scope.left_by_reset()}
