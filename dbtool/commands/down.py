"""dbtool down."""

from typing import Annotated

import typer

from dbtool import console
from dbtool.commands.options import Json
from dbtool.config import Project, load_project
from dbtool.errors import Refused
from dbtool.report import Report
from dbtool.server.remembered import Remembered, forget, read_remembered
from dbtool.up.stop import stop_servers, what_goes


def down(
    volumes: Annotated[bool, typer.Option("--volumes", help="Delete the data as well: every database in it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --volumes: go on without asking.")] = False,
    json: Json = False,
) -> Report:
    """Stop the project's development server; its data stay. Writes.

    Example: dbtool down --volumes
    """
    project = load_project()
    up = read_remembered(project.state)
    if volumes:
        _ask(project, up, yes=yes)
    done = stop_servers(project, up, volumes=volumes, say=console.say)
    if volumes:
        forget(project.state)
    return Report(
        command="down",
        summary="; ".join(done) if done else "nothing to do: no server of this project runs",
        next=("dbtool up",) if done else (),
        data={"stopped": done},
    )


def _ask(project: Project, up: Remembered | None, *, yes: bool) -> None:
    """Return where it is meant that the data go: the folder's name was typed, or --yes said. Raises Refused."""
    if yes:
        return
    name, goes = project.root.name, what_goes(project, up)
    if not goes:
        return
    if not console.can_ask():
        raise Refused(
            f"dbtool down --volumes deletes {', '.join(goes)}, and there is no terminal to ask on",
            hint="when it is meant: dbtool down --volumes --yes",
        )
    console.say(f"dbtool down --volumes deletes {', '.join(goes)}: every database there, for good")
    if console.ask(f"to go on, type the folder's name ({name})").strip() != name:
        raise Refused("that is not the folder's name: nothing was stopped, and all is as it was")
