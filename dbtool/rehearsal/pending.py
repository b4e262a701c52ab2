"""judge_pending(...): what is pending, rehearsed, linted, and weighed with the target: the recipe of `plan`."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from dbtool.beside import beside
from dbtool.config import Project
from dbtool.db import connect_for_changes
from dbtool.finding import Finding
from dbtool.ledger import Ledger
from dbtool.migrations import Folder, Migration
from dbtool.queries import query
from dbtool.rehearsal.on_target import rehearse_on_target
from dbtool.rehearsal.rehearse import RehearsedFile, rehearse, stages
from dbtool.rehearsal.traffic import Sample, Traffic, read_sample, read_traffic
from dbtool.rehearsal.verdict import JudgedFile, judge_file
from dbtool.rehearsal.watch import Watch
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.guard.settle import Settled

Say = Callable[[str], None]
BUDGET = 2.0  # seconds that a rehearsal on the target itself may keep others waiting
_BETWEEN = 1.0  # seconds between the two looks at the traffic, at least
_FEW = 100  # files: where there are many lint forks, and then no other thread may run


def judge_pending(
    project: Project,
    target: Target,
    conn: "Conn",
    folder: Folder,
    ledger: Ledger,
    pending: Sequence[Migration],
    *,
    say: Say,
    on_target: "Settled | None" = None,
) -> tuple[tuple[JudgedFile, ...], Traffic]:
    """Return the verdicts on *pending*, up to the first that fails, and what the target was met with.

    Asks the target, read-only, before and after the rehearsal; writes to shadows alone, but with *on_target*: then it
    is tried there, and rolled back. Raises what stages() raises.
    """
    look_for = partial(_lint, project, folder, pending, conn.info.server_version // 10000, say)
    findings = beside(look_for).result if len(pending) < _FEW else look_for
    first, began = beside(partial(read_sample, conn)), time.monotonic()
    with ExitStack() as stack:
        if on_target:
            first.result()  # it looks at tables, which are to be locked; and this session watches
            rehearsed = _rehearse_there(target, conn, pending, on_target)
        else:
            shadows = stack.enter_context(stages(project, target, folder.only(ledger.applied), like=conn, say=say))
            rehearsed = rehearse(shadows, pending, ledger_schema=project.ledger_schema)
        found = findings()
        traffic = beside(partial(_since, conn, first.result(), began))  # the shadows are dropped meanwhile
    return tuple(
        judge_file(file, [f for f in found if f.migration == file.migration.id], traffic.result()) for file in rehearsed
    ), traffic.result()


def _since(conn: "Conn", first: Sample, began: float) -> Traffic:
    time.sleep(max(0.0, _BETWEEN - (time.monotonic() - began)))
    return read_traffic(conn, first)


def _rehearse_there(
    target: Target, watcher: "Conn", pending: Sequence[Migration], settled: "Settled"
) -> tuple[RehearsedFile, ...]:
    from dbtool.guard.settle import recheck

    with closing(connect_for_changes(target, purpose="plan")) as conn:
        recheck(conn, settled)
        ((database,),) = cast(list[Any], conn.execute(query("rehearsal/database")).fetchall())
        watch = Watch(conn=conn, watcher=watcher, database=database, known={})
        return rehearse_on_target(replace(watch, known=watch.relations()), pending, seconds=BUDGET)


def _lint(
    project: Project, folder: Folder, pending: Sequence[Migration], version: int, say: Say
) -> tuple[Finding, ...]:
    """Return what `lint` says of the pending files, but for their style. Reads files."""
    from dbtool.lint.allow import read_lint_policy
    from dbtool.lint.chosen import all_files
    from dbtool.lint.hazards import OPTIONAL, Hazards, known_hazards
    from dbtool.lint.linted import context_of, lint
    from dbtool.lint.source import Role

    names = {migration.id for migration in pending}
    files = [
        file
        for file in all_files(project, folder)
        if file.role is Role.MIGRATION and file.migration and file.migration.id in names
    ]
    policy = read_lint_policy(project, Hazards(known_hazards()), OPTIONAL)
    context = context_of(project, folder, version)
    return lint(project, files, context, policy=policy, today=date.today(), style=False, say=say).findings
