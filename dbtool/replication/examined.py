"""The doctor's round: slots, standbys, the server, what is published, what is pending. Read-only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dbtool.config import Project
from dbtool.errors import DbtoolError
from dbtool.lint.source import Source, read_source
from dbtool.replication.cause import Cause, worst_first
from dbtool.replication.causes.pending import pending_causes
from dbtool.replication.causes.publications import publication_causes
from dbtool.replication.causes.slots import quiet_database
from dbtool.replication.facts import Facts
from dbtool.replication.published import Publishing, read_publishing
from dbtool.replication.sampled import Sampled, limits_of, take_samples
from dbtool.replication.state import Limits
from dbtool.replication.unread import count_lost, lost_lines, slot_of
from dbtool.replication.verdict import unseen
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What the doctor found, and what it could not see."""

    after: Facts
    causes: tuple[Cause, ...]
    unseen: tuple[str, ...]


_DEEPER = ("slot-abandoned", "slot-not-confirming", "slot-quiet-database", "slot-too-slow", "slot-lagging")


def examine(conn: "Conn", target: Target, *, deep: bool, say: Callable[[str], None] | None) -> Examined:
    """Return all that is wrong with replication on the connected server. Read-only.

    What is published is that of the connected database; slots and standbys are the server's. *deep*: also what waits in
    slots that stand still, decoded from temporary copies of them, and what never leaves the server.
    """
    project = target.project
    limits = limits_of(project.replication)
    sampled = take_samples(conn, project, limits=limits, say=say)
    if deep:
        sampled = replace(sampled, causes=tuple(_deeper(target, sampled, cause, limits) for cause in sampled.causes))
    publishing = read_publishing(conn)
    pending, cannot = _pending(conn, project, publishing)
    causes = (*sampled.causes, *publication_causes(publishing, deep=deep), *pending_causes(pending, publishing))
    return Examined(after=sampled.after, causes=worst_first(causes), unseen=(*unseen(sampled.after), *cannot))


def _pending(
    conn: "Conn", project: Project, publishing: Publishing
) -> tuple[list[tuple[str, Source]], tuple[str, ...]]:
    """Return the migrations that are not applied here, where a project is at hand and anything is published."""
    from dbtool.ledger import read_ledger
    from dbtool.migrations import read_migrations

    if not publishing.tables or not project.migrations.is_dir():
        return [], ()
    try:
        folder = read_migrations(project.migrations)
        ledger = read_ledger(conn, project.ledger_schema)
        files = [m for m in folder.migrations if m.id not in ledger.applied and not m.is_python]
        return [(m.id, read_source(m.path, transactional=m.transactional is not False)) for m in files], ()
    except DbtoolError as error:
        return [], (f"not looked at: pending migrations ({error.message.splitlines()[0]})",)


def _deeper(target: Target, sampled: Sampled, cause: Cause, limits: Limits) -> Cause:
    """Return the cause with what waits in its slot; a consumer that has nothing to confirm is not to blame."""
    if cause.code not in _DEEPER:
        return cause
    m = slot_of(sampled, cause.subject)
    lost = count_lost(target, m, sampled.after)
    if cause.code == "slot-not-confirming" and lost.counts and lost.whole and not lost.counts.changes:
        cause = quiet_database(m, sampled.after, limits)
    waits = next(iter(list(lost_lines(m, sampled.after, lost))[1:]), "").strip()
    return replace(cause, evidence=(*cause.evidence, waits)) if waits else cause
