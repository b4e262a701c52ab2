"""What is to be run, and which way: one Job for each migration of a plan, all parsed before any is applied."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from dbtool.errors import BadFile, UsageError
from dbtool.finding import Finding, Place
from dbtool.migrations import Migration
from dbtool.script import Script, read_script

_KEEP = 16_000_000  # bytes of scripts that are kept from validation until they are run


class Way(StrEnum):
    """How a migration is run."""

    TRANSACTION = "transaction"
    STEPWISE = "stepwise"  # statement by statement, outside of a transaction
    PYTHON = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One migration to run (``undo``: to roll back): its place in the plan, and which way it goes."""

    migration: Migration
    number: int
    of: int
    way: Way
    weak: bool = False  # it takes no strong lock, so it may wait long for those it takes
    undo: bool = False
    kept: Script | None = field(default=None, repr=False)

    def script(self) -> Script:
        """Return the script; a large one is read again. Raises BadFile where it changed on the way."""
        return self.kept or _read_unchanged(self.migration, self.undo)


def make_jobs(migrations: Sequence[Migration], *, undo: bool = False, earlier: Sequence[Job] = ()) -> tuple[Job, ...]:
    """Return the jobs for the migrations, in their order. Raises BadFile with everything that is wrong in any.

    What is among the *earlier* jobs was parsed already.
    """
    parsed = {job.migration: job for job in earlier}
    jobs: list[Job] = []
    findings: list[Finding] = []
    kept = 0
    for number, migration in enumerate(migrations, start=1):
        job = Job(migration=migration, number=number, of=len(migrations), way=Way.PYTHON, undo=undo)
        if migration in parsed:
            job = replace(parsed[migration], number=number, of=len(migrations))
        elif not migration.is_python:
            try:
                script = _read_unchanged(migration, undo)
                way = _way(migration, script, undo)
            except BadFile as bad:
                findings += [replace(finding, migration=migration.id) for finding in bad.findings]
                continue
            kept += len(script.source)
            job = replace(job, way=way, weak=script.weak, kept=script if kept <= _KEEP else None)
        jobs.append(job)
    if findings:
        raise BadFile(*findings)
    return tuple(jobs)


def refuse_in_one_transaction(jobs: Sequence[Job]) -> None:
    """Raise UsageError where the jobs cannot share a transaction, naming each that cannot."""
    alone = [f"{job.migration.id} ({_reason(job)})" for job in jobs if job.way is not Way.TRANSACTION]
    if alone:
        raise UsageError(
            "--all-or-nothing is not possible: these cannot share a transaction with others:\n  " + "\n  ".join(alone),
            hint="apply up to the one before with --to, or go without --all-or-nothing",
        )


def _read_unchanged(migration: Migration, undo: bool) -> Script:
    """Return the script, whose text must be the one that the checksum to be recorded was taken of."""
    path = _path(migration, undo)
    script = read_script(path)
    if not undo and hashlib.sha256(script.source).hexdigest() != migration.checksum:
        raise BadFile(
            Finding(
                id="changed-meanwhile",
                message=f"{path.name} was changed while dbtool was at work",
                help="run the command again",
                place=Place(path=path),
            )
        )
    return script


def _way(migration: Migration, script: Script, undo: bool) -> Way:
    outside = next(_outside(script), None)
    # the rollback file has no header of its own in yoyo's format: it goes the way of its statements, or its file's
    said = migration.transactional
    if said is True and outside and not undo:
        raise BadFile(outside)
    return Way.STEPWISE if outside or said is False else Way.TRANSACTION


def _outside(script: Script) -> Iterator[Finding]:
    for statement, kind in script.kinds():
        if kind.outside:
            yield Finding(
                id="not-in-a-transaction",
                message=f"{kind.outside} cannot run in a transaction, and the file says -- transactional: true\n"
                + script.excerpt(statement.start),
                help="take that line out: dbtool reads from the statements what is needed",
                place=script.place(statement.start),
            )


def _reason(job: Job) -> str:
    if job.way is Way.PYTHON:
        return "a Python migration runs in a transaction of its own"
    reasons = [kind.outside for _, kind in job.script().kinds() if kind.outside]
    return reasons[0] if reasons else "-- transactional: false"


def _path(migration: Migration, undo: bool) -> Path:
    if not undo:
        return migration.path
    if migration.rollback is None:
        raise BadFile(
            Finding(
                id="no-rollback",
                message=f"{migration.id} has no rollback: {migration.id}.rollback.sql is not there",
                help="write it beside the migration, or restore a backup",
                place=Place(path=migration.path),
                migration=migration.id,
            )
        )
    return migration.rollback
