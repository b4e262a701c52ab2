"""dbtool new."""

from typing import Annotated

import typer

from dbtool.commands.options import Json
from dbtool.config import load_project
from dbtool.draft import write_migration
from dbtool.migrations import read_migrations
from dbtool.report import Report


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it does, in a few words.")],
    json: Json = False,
) -> Report:
    """Write an empty migration and its rollback, depending on the migrations that come last. Writes files.

    Example: dbtool new "add invoices"
    """
    project = load_project()
    path, rollback = write_migration(read_migrations(project.migrations), name)
    shown, shown_rollback = (p.relative_to(project.root) for p in (path, rollback))
    return Report(
        command="new",
        summary=f"wrote {shown}\n  and {shown_rollback}",
        next=("write the change and its undoing, then: dbtool migrate",),
        data={"id": path.stem, "path": path, "rollback": rollback},
    )
