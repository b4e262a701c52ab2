"""files + ledger -> Plan: what is pending, in which order, and where files and ledger differ. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dbtool.errors import UsageError
from dbtool.finding import Finding, Place, Severity
from dbtool.ledger import Applied, Ledger
from dbtool.migrations import Folder, Migration


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `migrate` would do: ``pending`` in running order; ``drift`` where files and ledger differ."""

    pending: tuple[Migration, ...]
    drift: tuple[Finding, ...]


SqlChecksum = Callable[[Path], str]


def make_plan(folder: Folder, ledger: Ledger, *, sql_checksum: SqlChecksum, up_to: str = "") -> Plan:
    """Return what is pending up to and with *up_to*, and every difference between files and ledger.

    What is applied is a set, never a high-water mark: a file that comes late is pending like any other.
    *sql_checksum* is asked only about files whose bytes changed. Raises UsageError for an unknown *up_to*.
    """
    pending = [m for m in folder.migrations if m.id not in ledger.applied]
    if up_to:
        pending = _up_to(folder, pending, up_to)
    missing = tuple(_missing(folder, ledger))
    renamed = {f.place.path.stem for f in missing if f.id == "renamed-migration" and f.place}
    old_names = {f.migration for f in missing if f.id == "renamed-migration"}
    drift = (
        *_edited(folder, ledger, sql_checksum),
        *missing,
        *(f for f in _late(folder, ledger, pending) if f.migration not in renamed),
        *_interrupted(folder, ledger),
        *_half_undone(folder, ledger),
        *(f for f in folder.findings if f.migration not in old_names),
    )
    return Plan(pending=tuple(pending), drift=drift)


def _up_to(folder: Folder, pending: list[Migration], up_to: str) -> list[Migration]:
    """The migration meant, everything before it in order, and so everything it depends on."""
    meant = find_migration(folder, up_to)
    last = folder.migrations.index(meant)
    wanted = {m.id for m in folder.migrations[: last + 1]}
    return [m for m in pending if m.id in wanted]


def find_migration(folder: Folder, id: str) -> Migration:
    """Return the migration that *id*, or the start of an id, names. Raises UsageError where that is not one."""
    import difflib

    if found := folder.get(id):
        return found
    ids = [m.id for m in folder.migrations]
    starting = [known for known in ids if known.startswith(id)]
    if starting:
        raise UsageError(f"{id} could be any of: {', '.join(starting)}", hint="give more of the id")
    close = difflib.get_close_matches(id, ids, n=1) or [known for known in ids if id in known][:1]
    raise UsageError(
        f"there is no migration {id} in {folder.path.name}/",
        hint=f"did you mean {close[0]}?" if close else "`dbtool status` lists them",
    )


def _edited(folder: Folder, ledger: Ledger, sql_checksum: SqlChecksum) -> Iterator[Finding]:
    for migration in folder.migrations:
        applied = ledger.applied.get(migration.id)
        if applied is None or not applied.checksum or applied.checksum == migration.checksum:
            continue
        both = f"(recorded {applied.checksum[:8]}, file {migration.checksum[:8]})"
        place = Place(path=migration.path)
        if applied.sql_checksum and sql_checksum(migration.path) == applied.sql_checksum:
            yield Finding(
                id="edited-comments",
                message=f"{migration.path.name}: comments or white space changed after it was applied {both}",
                severity=Severity.NOTE,
                place=place,
                migration=migration.id,
            )
        else:
            yield Finding(
                id="edited-migration",
                message=f"{migration.path.name} was edited after it was applied {both}",
                help="restore it, and put the change in a new migration: dbtool new NAME; "
                "or on a development database: dbtool rollback, then migrate",
                place=place,
                migration=migration.id,
            )


def _missing(folder: Folder, ledger: Ledger) -> Iterator[Finding]:
    here = {m.id for m in folder.migrations}
    by_checksum = {m.checksum: m for m in folder.migrations if m.id not in ledger.applied}
    for applied in ledger.applied.values():
        if applied.id in here:
            continue
        renamed = by_checksum.get(applied.checksum) if applied.checksum else None
        if renamed:
            yield Finding(
                id="renamed-migration",
                message=f"{renamed.path.name} is what was applied as {applied.id}: it would be applied a second time",
                help="give it its name back, and its rollback: "
                f"git mv {_shown(renamed.path)} {_shown(renamed.path.with_name(applied.id + renamed.path.suffix))}",
                place=Place(path=renamed.path),
                migration=applied.id,
            )
        else:
            yield Finding(
                id="missing-migration",
                message=f"{applied.id} is applied {_by(applied)}, and its file is not here",
                help="is another branch checked out, or was the file deleted? restore it from git",
                severity=Severity.WARNING,
                migration=applied.id,
            )


def _shown(path: Path) -> str:
    return str(Path(path.parent.name) / path.name)


def _late(folder: Folder, ledger: Ledger, pending: list[Migration]) -> Iterator[Finding]:
    place = {m.id: number for number, m in enumerate(folder.migrations)}
    last = max((m.id for m in folder.migrations if m.id in ledger.applied), key=place.__getitem__, default=None)
    for migration in pending:
        if last and place[migration.id] < place[last] and migration.id not in ledger.interrupted:
            yield Finding(
                id="late-migration",
                message=f"{migration.id} comes late: {last} is applied already",
                help="usual after a merge; if one must not run after the other, say so with -- depends:",
                severity=Severity.WARNING,
                place=Place(path=migration.path),
                migration=migration.id,
            )


def _interrupted(folder: Folder, ledger: Ledger) -> Iterator[Finding]:
    for id, steps in ledger.interrupted.items():
        done = sum(step.state == "done" for step in steps)
        half = next((step for step in steps if step.state != "done"), None)
        of = max((step.of for step in steps), default=0)
        migration = folder.get(id)
        yield Finding(
            id="interrupted-migration",
            message=f"{id} is half-done: {done} of {of} statements are applied"
            + (f", the outcome of statement {half.number} is not known" if half else ""),
            help="dbtool migrate looks at the catalog and goes on from there; nothing is run twice"
            if migration
            else "its file is not here: restore it, then dbtool migrate goes on from there",
            severity=Severity.WARNING,
            place=Place(path=migration.path) if migration else None,
            migration=id,
        )


def _half_undone(folder: Folder, ledger: Ledger) -> Iterator[Finding]:
    for id, steps in ledger.undoing.items():
        done = sum(step.state == "done" for step in steps)
        migration = folder.get(id)
        yield Finding(
            id="interrupted-rollback",
            message=f"{id} is half rolled back: {done} of {max(step.of for step in steps)} statements of its rollback "
            "are done",
            help="dbtool rollback goes on behind them",
            place=Place(path=migration.rollback) if migration and migration.rollback else None,
            migration=id,
        )


def _by(applied: Applied) -> str:
    by = f" by {applied.by}@{applied.host}" if applied.by else ""
    return f"(at {applied.at:%Y-%m-%d %H:%M:%S} UTC{by})"
