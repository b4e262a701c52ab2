"""dbtool pull."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.draft import Draft, write_drafts
from dbtool.errors import UsageError
from dbtool.files import replace_folder
from dbtool.finding import Finding, Severity
from dbtool.migrations import Folder, read_migrations
from dbtool.report import Report, counted
from dbtool.target import Target, load_target
from dbtool.where import where

if TYPE_CHECKING:
    from dbtool.families.family import Family
    from dbtool.schema.migration.scripts import Script
    from dbtool.schema.whole import Schema


def pull(
    env: Env = None,
    url: Url = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the files that are there.")] = False,
    json: Json = False,
) -> Report:
    """Write an existing database's schema into sql/schema, and a baseline migration. Writes files; reads the database.

    Example: dbtool pull --env production
    """
    project = load_project()
    target = load_target(project, env, url=url)
    folder = read_migrations(project.migrations)
    _refuse_files(project, replace)

    from dbtool.families.family import read_families
    from dbtool.families.scope import without_families
    from dbtool.schema.files.pulled import pulled_files
    from dbtool.schema.migration.scripts import in_one
    from dbtool.schema.planning.comparable import comparable, owned
    from dbtool.schema.planning.engine import difference
    from dbtool.schema.reading.read import read_schema
    from dbtool.shadow import shadow

    with connect(target, purpose="pull", read_only=True) as conn:
        live = read_schema(conn, ledger_schema=project.ledger_schema)
        banner = where(conn, target)
    with shadow(project, target, name="empty", say=console.say) as conn:
        empty = read_schema(conn, ledger_schema=project.ledger_schema)
    families = read_families(project.triggers)
    before, after = comparable(empty, live), without_families(comparable(live, empty), families)
    steps = owned(difference(before, after, at_once=True))
    files = _with_clients(pulled_files(steps, after), _of_clients(project, target))
    findings = [*_hazards(in_one(steps))]
    with replace_folder(project.schema) as new:
        for name, text in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_text(text, encoding="utf-8")
        findings += _not_the_same(project, target, new, families, live)
    whole = owned(difference(before, comparable(live, empty), at_once=True)) if families else steps
    baseline = _write_baseline(folder, in_one(whole))
    return Report(
        command="pull",
        where=banner,
        findings=findings,
        summary=_summary(project, files, baseline),
        next=_next(folder, baseline, target),
        exit_code=1 if any(f.severity is Severity.ERROR for f in findings) else 0,
        data={"files": [str(project.schema / name) for name in files], "baseline": baseline},
    )


def _refuse_files(project: Project, replace: bool) -> None:
    there = sorted(project.schema.rglob("*.sql"))
    if there and not replace:
        raise UsageError(
            f"{project.schema} has {counted(len(there), 'file')} already, such as {there[0].name}",
            hint="pull --replace puts the database's schema in their place; are they committed?",
        )


def _of_clients(project: Project, target: Target) -> Mapping[str, str]:
    """Return the files of what sql/schema has for clients alone: no server's database knows of it. Writes a shadow."""
    if not any(b"@client-only" in path.read_bytes() for path in project.schema.rglob("*.sql")):
        return {}
    from dbtool.client.derive import server_schema
    from dbtool.schema.files.made import shadow_of_project
    from dbtool.schema.files.pulled import pulled_files
    from dbtool.schema.planning.comparable import owned
    from dbtool.schema.planning.engine import difference

    with shadow_of_project(project, target, say=console.say) as made:
        everything = made.schema()
    return pulled_files(owned(difference(server_schema(everything), everything, at_once=True)), everything)


def _with_clients(files: Mapping[str, str], clients: Mapping[str, str]) -> dict[str, str]:
    """Return both, those of one name as one. Pure."""
    found = {name: "\n".join(filter(None, (files.get(name), clients.get(name)))) for name in {**files, **clients}}
    return dict(sorted(found.items()))


def _not_the_same(
    project: Project, target: Target, new: Path, families: "Sequence[Family]", live: "Schema"
) -> Sequence[Finding]:
    """Return what the files that were written do not say as the database does: tried on a shadow."""
    from dbtool.check.schemas import schema_findings
    from dbtool.client.derive import server_schema
    from dbtool.schema.files.defined import defined

    with defined(project, target, new, families) as made:
        return schema_findings(
            live, server_schema(made.schema()), id="not-pulled", where="in the files that were written",
            mends=("what is missing there", "what the database lacks"),
        )  # fmt: skip


def _hazards(script: "Script | None") -> Sequence[Finding]:
    hazards = script.hazards if script else ()
    return [Finding(id=h.id, message=h.message, severity=Severity.WARNING) for h in hazards]


def _write_baseline(folder: Folder, script: "Script | None") -> Path | None:
    """Write all of it as the first migration, where there is none. It has no rollback: nothing was there before."""
    if folder.migrations or script is None:
        return None
    draft = Draft(suffix="", sql=script.text([h.id for h in script.hazards]), rollback=None)
    ((path, _),) = write_drafts(folder, "baseline", [draft])
    return path


def _summary(project: Project, files: Mapping[str, str], baseline: Path | None) -> str:
    tables = sum(name.startswith("tables/") for name in files)
    lines = [
        f"wrote {counted(len(files), 'file')} to {project.schema.relative_to(project.root)}, {tables} of them tables"
    ]
    if baseline:
        lines.append(f"  and {baseline.relative_to(project.root)}")
    return "\n".join(lines)


def _next(folder: Folder, baseline: Path | None, target: Target) -> tuple[str, ...]:
    if baseline:
        return (f"dbtool baseline {baseline.stem}{target.flags}   (records that it is there already)", "dbtool check")
    return ('dbtool generate "..."',) if folder.migrations else ()
