"""dbtool generate."""

from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.client.set import SIDES, project_of, side_of
from dbtool.commands.options import Env, Json, Url
from dbtool.commands.written import written
from dbtool.config import Project, load_project
from dbtool.draft import paths_of
from dbtool.errors import DatabaseRefused, UsageError
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
    of: Annotated[
        str,
        typer.Option("--target", metavar="server|client", help="Whose migrations: migrations/ or migrations/client/."),
    ] = "server",
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Write the migration that brings migrations/ to what sql/schema says, proved on a shadow. Writes files.

    Example: dbtool generate "add invoices"
    """
    if of not in SIDES:
        raise UsageError(f"--target is {' or '.join(SIDES)}, found {of!r}")
    project = project_of(load_project(), of)
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
    with made_of_project(project, target, of=of, say=console.say) as everything:
        side = cache(lambda: side_of(project, everything(), of))

        def wanted() -> "Schema":
            return side().schema

        if branches:
            here = applied_here(project, target, branches.mine)
            if done := _reparent(project, target, branches, wanted()):
                return done
            refuse_what_is_not_generated(branches.mine, here)
            folder = branches.theirs
        with replayed(project, target, folder) as conn:
            start = read_schema(conn, ledger_schema=project.ledger_schema)  # while the other shadow is made
            change = plan_change(
                conn, wanted(), ledger_schema=project.ledger_schema, start=start, wishes=rename or (), ask=ask,
                alone=of == "client",
            )  # fmt: skip
    return written(
        project, folder, name, change, command="generate", allow=allow or (), asked=ask is not None,
        nothing=f"nothing to do: the {'client ' if of == 'client' else ''}migrations make what sql/schema says",
        replaced=(lambda: delete(branches.mine)) if branches else tuple,
        left_out=tuple(side().left_out(change, not folder.migrations)), of=of, stdout=stdout, json=json,
    )  # fmt: skip


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


def _ask(rename: "Rename") -> bool:
    return console.ask(f"{rename.told}? [y/N]").strip().lower() in ("y", "yes")
