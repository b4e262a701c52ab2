"""What generate and `triggers sync` do with a change: told, written into files, linted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool import console
from dbtool.config import Project
from dbtool.draft import Draft, write_drafts
from dbtool.errors import UsageError
from dbtool.finding import Finding, Severity
from dbtool.lock_modes import Lock, lock_of
from dbtool.migrations import Folder, read_migrations
from dbtool.report import Report

if TYPE_CHECKING:
    from dbtool.schema.migration.change import Change
    from dbtool.schema.migration.prove import Proved


def written(
    project: Project,
    folder: Folder,
    name: str,
    change: "Change",
    *,
    command: str,
    nothing: str = "nothing to do: the migrations make what sql/schema says",
    allow: Sequence[str] = (),
    asked: bool = False,
    replaced: Callable[[], Sequence[Path]] = tuple,
    left_out: Sequence[Finding] = (),
    of: str = "server",
    stdout: bool = False,
    json: bool = False,
) -> Report:
    """Write *change* as migrations of *folder*, and return what is to be said of it. Writes files.

    *nothing*: what is said where there is no change. *replaced* deletes the files that these stand for, and returns
    them. *left_out* is told as well. *of* is "client" for the clients' set: nobody else waits for a lock there. With
    *stdout* the SQL is the answer, and no file is written.
    """
    refuse_unknown(change, allow)
    findings = (*findings_of(change, allow, asked=asked), *left_out)
    if not change.files:
        return Report(command=command, summary=nothing, data={"files": []})
    drafts = [draft_of(file, allow) for file in change.files]
    if stdout:
        for finding in () if json else findings:  # on stderr: stdout is the SQL
            console.tell(finding)
        return Report(
            command=command,
            summary="",
            text="\n".join(d.sql for d in drafts),
            findings=findings,
            data={"files": [_data(file) for file in change.files]},
        )
    gone = replaced()
    paths = write_drafts(folder, name, drafts)
    files = [str(path.relative_to(project.root)) for pair in paths for path in pair if path.exists()]
    judged = folder.migrations and of == "server"
    linted = _linted(project, folder, [path.stem for path, _ in paths], findings) if judged else ()
    locks = locks_of(change) if of == "server" else ()
    return Report(
        command=command,
        findings=(*findings, *linted),
        summary="\n".join([*lines_of(change), *locks, f"proved both ways, wrote {files[0]}",
                           *(f"  and {path}" for path in files[1:]),
                           *(f"  in place of {path.name}" for path in gone)]),
        next=("read it, then: dbtool migrate" + (" --target client" if of == "client" else ""),),
        data={"files": [_data(file, *pair) for file, pair in zip(change.files, paths, strict=True)]},
    )  # fmt: skip


def _linted(project: Project, folder: Folder, ids: Sequence[str], told: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what lint calls an error in the files that were written, and is not told as a hazard. Reads files."""
    from dbtool.lint.pending import lint_pending

    known = {finding.id for finding in told}
    for finding in lint_pending(project, read_migrations(folder.path), ids, None):
        if finding.id not in known:
            yield replace(finding, severity=Severity.WARNING)  # dbtool lint makes it one


def draft_of(file: "Proved", allowed: Sequence[str]) -> Draft:
    """Return what goes into the files of a migration and its rollback. Pure."""
    if any(hazard.id == "no-rollback" for hazard in file.lost):  # so that `dbtool rollback` says that there is none
        sql = file.script.text(allowed)
        return Draft(suffix=file.script.suffix, sql=sql, rollback=None, transactional=file.script.transactional)
    lost = "".join(f"-- does not come back: {hazard.message}\n" for hazard in file.lost)
    back = file.rollback.text([h.id for h in file.rollback.hazards]) if file.rollback else "-- nothing to undo\n"
    return Draft(
        suffix=file.script.suffix,
        sql=file.script.text(allowed),
        rollback=lost + ("\n" if lost else "") + back,
        transactional=file.script.transactional,
    )


def lines_of(change: "Change") -> Iterator[str]:
    """Yield what a change does, in words, object by object; what is hazardous is marked. Pure."""
    from dbtool.schema.migration.told import mark, told

    yield from (f"  ~ {rename.told}" for rename in change.renames)
    for step in change.steps:
        yield f"  {mark(step)} {told(step, change.current, change.wanted)}"


def locks_of(change: "Change") -> Iterator[str]:
    """Yield the strong locks that were seen on what was there before. Pure."""
    held = [(lock_of(mode), name) for file in change.files for name, mode in file.locks.items()]
    for lock in sorted({lock for lock, _ in held if lock >= Lock.SHARE}, reverse=True):
        names = sorted({name for held_, name in held if held_ is lock})
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        yield f"  takes {lock} on {shown}"


def refuse_unknown(change: "Change", allowed: Sequence[str]) -> None:
    """Raise UsageError for a hazard that is allowed and not there: it may be misspelled. Pure."""
    found = {hazard.id for file in change.files for hazard in file.script.hazards}
    if unknown := [f"--allow {word}" for word in allowed if word not in found]:
        raise UsageError(
            f"{', '.join(unknown)}: this change has no such hazard",
            hint=f"it has {', '.join(sorted(found))}" if found else "it has none at all: leave --allow out",
        )


def findings_of(change: "Change", allowed: Sequence[str], *, asked: bool) -> Iterator[Finding]:
    """Yield the hazards of a change, and what looks like a rename unless a person was *asked*. Pure."""
    for file in change.files:
        for hazard in file.script.hazards:
            severity = Severity.NOTE if hazard.id in allowed else Severity.WARNING
            yield Finding(id=hazard.id, message=hazard.message, severity=severity)
        for hazard in file.lost:
            if hazard.id == "no-rollback":
                yield Finding(
                    id=hazard.id, message=f"there is no way back: {hazard.message}", severity=Severity.WARNING
                )
    for rename in () if asked else change.likely:
        yield Finding(
            id="likely-rename",
            message=f"this drops and creates, and looks like: {rename.told}",
            help=f"if it is one: --rename {rename.wish}",
            severity=Severity.WARNING,
        )


def _data(file: "Proved", path: Path | None = None, rollback: Path | None = None) -> dict[str, object]:
    return {
        "path": path,
        "rollback": rollback,
        "transactional": file.script.transactional,
        "hazards": [{"id": h.id, "message": h.message} for h in file.script.hazards],
        "locks": dict(file.locks),
        "statements": [s.sql for s in file.script.statements],
    }
