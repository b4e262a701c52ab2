"""What production asks for before it is changed: that it was tried on a shadow, and came out well."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from dbtool.config import Project
from dbtool.db import connect
from dbtool.errors import DatabaseRefused, DbtoolError, Refused
from dbtool.finding import Severity
from dbtool.ledger import Ledger
from dbtool.migrations import Folder, Migration
from dbtool.rehearsal.told import around, lines_of
from dbtool.rehearsal.verdict import Verdict, worst
from dbtool.target import Target

Say = Callable[[str], None]


def refuse_what_blocks(
    project: Project,
    target: Target,
    folder: Folder,
    ledger: Ledger,
    pending: Sequence[Migration],
    *,
    window: bool,
    say: Say,
) -> None:
    """Rehearse *pending* and tell what was seen. Raises DatabaseRefused for what fails, Refused for what would block.

    Reads the target, writes to shadows. Where no shadow can be had, that is told, and it goes on.
    """
    from dbtool.rehearsal.pending import judge_pending

    try:
        with connect(target, purpose="plan", read_only=True) as conn:
            files, traffic = judge_pending(project, target, conn, folder, ledger, pending, say=say)
    except DbtoolError as error:
        say(f"not rehearsed: {error.message.splitlines()[0]}")
        return
    verdict = worst(files)
    for file in (f for f in files if f.verdict is not Verdict.SAFE):  # the others: dbtool plan
        for line in lines_of(file, traffic):
            say(line)
    for line in around(traffic, verdict):
        say(line)
    for finding in (f for file in files for f in file.findings if f.severity is Severity.ERROR):
        say(f"{finding.place}: {finding.severity}: {finding.message.splitlines()[0]} [{finding.id}]")
    if verdict is Verdict.FAILS:
        raise DatabaseRefused(
            "it was tried on a shadow first, and fails there: nothing was applied",
            hint="mend the file; --no-rehearsal goes on all the same",
        )
    if verdict is not Verdict.SAFE and not window:
        raise Refused(
            f"the rehearsal says: {verdict}; nothing was applied",
            hint="write it as the plan says; or, at a time when others can wait: --window",
        )
    say(f"rehearsed: {verdict}")


def refuse_unproved_rollback(
    project: Project, target: Target, folder: Folder, ledger: Ledger, chosen: Sequence[Migration], *, say: Say
) -> None:
    """Run the rollbacks of *chosen* on a shadow. Raises Refused unless that gives what was there before them.

    Writes to shadows alone.
    """
    from dbtool.schema.catalog import compare, read_catalog
    from dbtool.schema.files.replay import replay_some
    from dbtool.schema.files.replayed import replayed_on
    from dbtool.shadow.servers import open_server

    hint = "mend the rollback, or change it forwards with a migration; --unproved goes on all the same"
    if python := [migration.id for migration in chosen if migration.is_python]:
        raise Refused(f"{python[0]} is written in Python: its rollback cannot be tried", hint=hint)
    applied = folder.only(ledger.applied)
    before = applied.only(ledger.applied.keys() - {migration.id for migration in chosen})
    try:
        with ExitStack() as stack:
            server = stack.enter_context(open_server(project, target))
            there = replayed_on(stack, server, project, applied)
            wanted = replayed_on(stack, server, project, before)
            with server.connect(there.name, purpose="rehearsal") as conn:
                replay_some(conn, [migration.undoing for migration in chosen])
                found = read_catalog(conn, ledger_schema=project.ledger_schema)
            with server.connect(wanted.name, purpose="rehearsal") as conn:
                differences = compare(read_catalog(conn, ledger_schema=project.ledger_schema), found)
    except DbtoolError as error:
        raise Refused(f"the rollback is not proved: {error.message}", hint=hint) from None
    if differences:
        told = "\n".join(f"  {d.what} {d.record}" for d in differences[:10])
        raise Refused(f"the rollback was tried on a shadow, and leaves something else than before:\n{told}", hint=hint)
    say("the rollback was tried on a shadow: it restores the same schema")
