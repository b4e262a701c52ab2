"""dbtool seed: rows from the project's seed sets, or from a file."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dbtool import console
from dbtool.commands.options import Confirm, Env, Json, Override, Token, Url, completing
from dbtool.commands.seed_import import import_rows
from dbtool.config import Project, load_project
from dbtool.errors import DbtoolError
from dbtool.finding import Finding, Severity
from dbtool.guard import weigh
from dbtool.guard.decide import Allow
from dbtool.guard.policy import read_policy
from dbtool.guard.settle import Consent, refuse_beforehand
from dbtool.ledger import read_ledger
from dbtool.migrations import read_migrations
from dbtool.progress import Seeded
from dbtool.report import Report, Table, counted, seconds
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.seeds import SeedFile
    from dbtool.seeds.works import Work


def _set_names(incomplete: str) -> list[str]:
    """Complete the names of the sets that the project has."""
    from dbtool.seeds import find_sets

    return completing(incomplete, lambda: find_sets(load_project().root))


_LARGE = "Large sets, such as demo"


def _rows(variable: str) -> Any:
    return typer.Option(min=0, metavar="ROWS", help=f"Rows of {variable}.", rich_help_panel=_LARGE)


def seed_sets(
    sets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SET]...", help="Folders of sql/seeds/ (reference, then dev).", autocompletion=_set_names
        ),
    ] = None,
    env: Env = None,
    url: Url = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the files and what they remove; run none.")] = False,
    confirm: Confirm = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking, with reference sets alone.")] = False,
    override: Override = None,
    token: Token = None,
    json: Json = False,
    scale: Annotated[
        str, typer.Option(metavar="FACTOR", help="So many times the rows: 0.01, 10.", rich_help_panel=_LARGE)
    ] = "1",
    users: Annotated[int | None, _rows("SEED_USERS")] = None,
    projects: Annotated[int | None, _rows("SEED_PROJECTS")] = None,
    resources: Annotated[int | None, _rows("SEED_RESOURCES")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=ROWS", help="Any such variable of a file.", rich_help_panel=_LARGE),
    ] = None,
    allow_custom_total: Annotated[
        bool,
        typer.Option("--allow-custom-total", help="Let the rows add up to another sum.", rich_help_panel=_LARGE),
    ] = False,
    number: Annotated[
        int | None,
        typer.Option("--number", help="The seed number: other rows, of the same kind.", rich_help_panel=_LARGE),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, metavar="ROWS", help="Rows a statement (1000).", rich_help_panel=_LARGE)
    ] = None,
    max_connections: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Sessions side by side (20).", rich_help_panel=_LARGE)
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Start over, also where a run was interrupted.", rich_help_panel=_LARGE),
    ] = False,
) -> Report:
    """Write the rows of the seed sets, each file in one transaction; a large set in parts, side by side. Writes.

    Example: dbtool seed demo --scale 0.01
    """
    from dbtool.seeds import choose_sets, command_for, find_sets, read_seeds, shown
    from dbtool.seeds.large.amounts import Said, parse_assignments
    from dbtool.seeds.works import look, plan_works

    project = load_project()
    found = find_sets(project.root)
    chosen = choose_sets(found, sets or ())
    empty = tuple(name for name in chosen if not found[name])
    files = read_seeds(project.root, found, chosen)  # bad SQL stops here, before any connection
    flags = {
        "SEED_USERS": users, "SEED_PROJECTS": projects, "SEED_RESOURCES": resources, "SEED_NUMBER": number,
        "SEED_BATCH_SIZE": batch_size, "SEED_MAX_CONNECTIONS": max_connections,
    }  # fmt: skip
    said = Said(
        values=parse_assignments(set_ or ()) | {name: value for name, value in flags.items() if value is not None},
        scale=scale, any_total=allow_custom_total, fresh=fresh,
    )  # fmt: skip
    if not files:
        return Report(command="seed", summary=_nothing(empty, found), data=_no_verdict | _data((), "") | shown.data(()))
    command = command_for(files).replace("-", " ")
    policy = read_policy(project)
    target = weigh.load_judged_target(project, policy, command, env, url)
    works = plan_works(files, said, target)
    if not dry_run:
        refuse_beforehand(policy, command, target)
    findings = [_empty_set(name) for name in empty]
    with closing(weigh.connect_to(target, "seed", dry_run=dry_run)) as conn:
        findings += _pending(conn, project, target)
        weighed = weigh.weigh(conn, target, policy, command)
        works = look(conn, works, schema=project.ledger_schema, fresh=fresh)
        banner, data = weighed.where, weighed.data | _data(files, command) | shown.data(works)
        if dry_run:
            answer = weigh.dry_run(weighed, would=f"seed {counted(len(files), 'file')}", data=data, json=json)
            for line in shown.lines(works):
                console.say(line)
            steps = tuple(_would(file, project) for file in files)
            tables = [_listed(files), *shown.planned(works)]
            told = replace(answer, command="seed", findings=findings, steps=steps, tables=tables)
            return replace(told, where=weighed.where)

        from dbtool.seeds.apply import apply_seeds
        from dbtool.seeds.large.run import write_set

        _tell_beforehand(weighed, files, works, findings)
        consent = Consent(confirm=confirm, yes=yes, override=override, token=token)
        settled = weigh.settle_weighed(conn, weighed, consent)
        conn.add_notice_handler(lambda d: console.say(f"{(d.severity or 'NOTICE').lower()}: {d.message_primary}"))
        started = time.monotonic()
        events = (
            event
            for work in works
            for event in (
                write_set(conn, settled, work.job, target=target, say=console.say)
                if work.job
                else apply_seeds(conn, settled, work.files, target=target, say=console.say)
            )
        )
        steps = console.watch(events, quiet=json)
    elapsed = time.monotonic() - started
    rows = sum(step.rows for step in steps if isinstance(step, Seeded))
    summary = f"seeded {counted(len(steps), 'file')}, wrote {counted(rows, 'row')} in {seconds(elapsed)}"
    return Report(
        command="seed",
        findings=findings if json else (),  # told already
        steps=steps,
        summary=summary,
        where=banner if json else None,
        tables=tuple(shown.written(steps)),
        data=data,
    )


def _pending(conn: "Conn", project: Project, target: Target) -> list[Finding]:
    """Return a warning where the schema is behind its migrations. Read-only, one round trip; never a reason to fail."""
    try:
        applied = read_ledger(conn, project.ledger_schema).applied
        pending = [m.id for m in read_migrations(project.migrations).migrations if m.id not in applied]
    except DbtoolError:
        conn.rollback()  # a read-only connection is in a transaction, which has failed
        return []
    if not pending:
        return []
    warning = Finding(
        id="pending-migrations",
        message=f"{counted(len(pending), 'migration')} pending: the rows may not fit the schema",
        help=f"dbtool migrate{target.flags}",
        severity=Severity.WARNING,
    )
    return [warning]


def _empty_set(name: str) -> Finding:
    message = f"the set {name} is empty: there is no .sql file in sql/seeds/{name}/"
    return Finding(id="empty-set", message=message, severity=Severity.WARNING)


def _nothing(empty: Sequence[str], sets: Mapping[str, Sequence[Path]]) -> str:
    if empty:
        return f"nothing to seed: there is no .sql file in {' and '.join(f'sql/seeds/{name}/' for name in empty)}"
    others = [name for name, files in sets.items() if files]
    also = f"; there are other sets, to be named: {', '.join(others)}" if others else ""
    return f"nothing to seed: sql/seeds/reference/ and sql/seeds/dev/ hold no .sql file{also}"


def _tell_beforehand(
    weighed: weigh.Weighed, files: Sequence["SeedFile"], works: "Sequence[Work]", findings: Sequence[Finding]
) -> None:
    from dbtool.seeds import shown

    told = {file.name for work in works for file in work.counted}
    removals = (*_removals([file for file in files if file.name not in told]), *shown.lines(works))
    if isinstance(weighed.verdict, Allow):
        for line in (console.banner(weighed.where), *removals):
            console.say(line)
    else:
        weigh.show(weighed, removals, does=f"runs {counted(len(files), 'file')} of sql/seeds/")
    for finding in findings:
        console.tell(finding)


def _removals(files: Sequence["SeedFile"]) -> Iterator[str]:
    for file in files:
        if file.removes:
            first, *others = file.removes
            more = f" and {len(others)} more" if others else ""
            yield f"{file.name} removes rows: {first}{more}"


def _would(file: "SeedFile", project: Project) -> Seeded:
    return Seeded(
        migration=file.name,
        action="would seed",
        statements=len(file.script.statements),
        set=file.set,
        file=file.path.relative_to(project.root).as_posix(),
        removes_rows=file.removes_rows,
    )


def _listed(files: Sequence["SeedFile"]) -> Table:
    rows = [
        (file.name, str(len(file.script.statements)), ", ".join(str(removal) for removal in file.removes) or "no")
        for file in files
    ]
    return Table(columns=("file", "statements", "removes rows"), rows=rows)


def _data(files: Sequence["SeedFile"], command: str) -> dict[str, object]:
    """Return what the answer adds: the policy's name for this seed, and what in the files removes rows."""
    removes = [
        {"file": file.name, "what": removal.what, "line": removal.place.line, "column": removal.place.column}
        for file in files
        for removal in file.removes
    ]
    return {"policy_command": command.replace(" ", "-"), "removes": removes}


seed = {"": seed_sets, "import": import_rows}

_no_verdict: dict[str, object] = {"verdict": None, "reasons": [], "mark": None, "activity": None}
