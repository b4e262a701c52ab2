"""dbtool generate."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url
from dbtool.config import Project, load_project
from dbtool.draft import Draft, paths_of, write_drafts
from dbtool.errors import DatabaseRefused, UsageError
from dbtool.finding import Finding, Severity
from dbtool.lock_modes import Lock, lock_of
from dbtool.migrations import read_migrations
from dbtool.rebase import (
    Branches,
    applied_here,
    delete,
    name_of,
    read_branches,
    refuse_what_is_not_generated,
    reparent,
    reparented,
)
from dbtool.report import Report
from dbtool.target import Target, load_target

if TYPE_CHECKING:
    from dbtool.schema.migration.change import Change
    from dbtool.schema.migration.prove import Proved
    from dbtool.schema.migration.rename import Rename
    from dbtool.schema.whole import Schema


def generate(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What the migration does, in a few words.")] = None,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the SQL, and write no file.")] = False,
    rename: Annotated[
        list[str] | None,
        typer.Option("--rename", metavar="OLD=NEW", help="What gets another name: users.name=users.full_name."),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="HAZARD", help="Write this hazard as allowed, such as drop-column."),
    ] = None,
    rebase: Annotated[
        bool, typer.Option("--rebase", help="After a merge: put this branch's migrations after the others.")
    ] = False,
    base: Annotated[
        str | None, typer.Option("--base", metavar="BRANCH", help="The branch that was merged, for --rebase.")
    ] = None,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Write the migration that brings migrations/ to what sql/schema says, proved on a shadow. Writes files.

    Example: dbtool generate "add invoices"
    """
    project = load_project()
    target = load_target(project, env, url=url, any_word=True)
    folder = read_migrations(project.migrations)
    branches = read_branches(project, folder, base) if rebase else None
    name = name or (name_of(branches.mine) if branches else None)
    if name is None:
        raise UsageError("a migration is named by what it does", hint='dbtool generate "add invoices"')
    paths_of(folder, name, ("",))  # a bad name stops here, before anything takes time

    from dbtool.schema.files.made import made_of_project
    from dbtool.schema.files.replayed import replayed
    from dbtool.schema.migration.change import plan_change
    from dbtool.schema.reading.read import read_schema

    ask = _ask if console.can_ask() and not (stdout or json) else None
    with made_of_project(project, target, say=console.say) as wanted:
        if branches:
            here = applied_here(project, target, branches.mine)
            if done := _reparent(project, target, branches, wanted()):
                return done
            refuse_what_is_not_generated(branches.mine, here)
            folder = branches.theirs
        with replayed(project, target, folder) as conn:
            start = read_schema(conn, ledger_schema=project.ledger_schema)  # while the other shadow is made
            change = plan_change(
                conn, wanted(), ledger_schema=project.ledger_schema, start=start, wishes=rename or (), ask=ask
            )
    refuse_unknown(change, allow or ())
    findings = tuple(findings_of(change, allow or (), asked=ask is not None))
    if not change.files:
        summary = "nothing to do: the migrations make what sql/schema says"
        return Report(command="generate", summary=summary, data={"files": []})
    drafts = [draft_of(file, allow or ()) for file in change.files]
    if stdout:
        for finding in () if json else findings:  # on stderr: stdout is the SQL
            console.tell(finding)
        return Report(
            command="generate",
            summary="",
            text="\n".join(d.sql for d in drafts),
            findings=findings,
            data={"files": [_data(file) for file in change.files]},
        )
    gone = delete(branches.mine) if branches else ()
    paths = write_drafts(folder, name, drafts)
    written = [str(path.relative_to(project.root)) for pair in paths for path in pair if path.exists()]
    linted = _linted(project, [path.stem for path, _ in paths], findings) if folder.migrations else ()
    return Report(
        command="generate",
        findings=(*findings, *linted),
        summary="\n".join([*lines_of(change), *locks_of(change), f"proved both ways, wrote {written[0]}",
                           *(f"  and {path}" for path in written[1:]),
                           *(f"  in place of {path.name}" for path in gone)]),
        next=("read it, then: dbtool migrate",),
        data={"files": [_data(file, *pair) for file, pair in zip(change.files, paths, strict=True)]},
    )  # fmt: skip


def _linted(project: Project, ids: Sequence[str], told: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what lint calls an error in the files that were written, and is not told as a hazard. Reads files."""
    from dbtool.lint.pending import lint_pending

    known = {finding.id for finding in told}
    for finding in lint_pending(project, read_migrations(project.migrations), ids, None):
        if finding.id not in known:
            yield replace(finding, severity=Severity.WARNING)  # dbtool lint makes it one


def _reparent(project: Project, target: Target, branches: Branches, wanted: "Schema") -> Report | None:
    """Put this branch's migrations after the others as they are, where that gives what sql/schema says."""
    from dbtool.schema.catalog import compare
    from dbtool.schema.files.made import made_of_migrations

    try:
        with reparented(branches) as folder:
            made = made_of_migrations(project, target, folder)
    except DatabaseRefused:  # they do not fit any more
        return None
    if compare(wanted.parts, made.parts):
        return None
    if branches.in_line:
        return Report(command="generate", summary=f"nothing to do: they come after those of {branches.base} already")
    paths = [str(path.relative_to(project.root)) for path in reparent(branches)]
    after = ", ".join(branches.parents)
    return Report(
        command="generate",
        summary=f"{', '.join(paths)} now depends on {after}; replayed so, they give what sql/schema says",
        next=("dbtool check",),
        data={"reparented": paths},
    )


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


def _ask(rename: "Rename") -> bool:
    return console.ask(f"{rename.told}? [y/N]").strip().lower() in ("y", "yes")


def _data(file: "Proved", path: Path | None = None, rollback: Path | None = None) -> dict[str, object]:
    return {
        "path": path,
        "rollback": rollback,
        "transactional": file.script.transactional,
        "hazards": [{"id": h.id, "message": h.message} for h in file.script.hazards],
        "locks": dict(file.locks),
        "statements": [s.sql for s in file.script.statements],
    }
