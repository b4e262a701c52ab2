"""dbtool types."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url
from dbtool.config import Project, TypesOutput, load_project
from dbtool.db import connect
from dbtool.errors import UsageError
from dbtool.finding import Finding
from dbtool.report import Report, counted
from dbtool.target import Target, load_target

if TYPE_CHECKING:
    from dbtool.types.facts import Facts
    from dbtool.types.written import Made


class Side(StrEnum):
    """Whose types."""

    SERVER = "server"
    CLIENT = "client"


class Source(StrEnum):
    """Where the schema is read."""

    SHADOW = "shadow"
    TARGET = "target"


def types(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 4 where a file is stale.")] = False,
    target: Annotated[
        Side | None, typer.Option("--target", help="Only the outputs for the server, or for the client.")
    ] = None,
    source: Annotated[
        Source, typer.Option("--from", help="Read sql/schema, made on a shadow; or the environment's database.")
    ] = Source.SHADOW,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the types, and write no file.")] = False,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Write the types of the schema for TypeScript, Zod and Python, as [types] says. Writes files.

    Example: dbtool types --check
    """
    if check and stdout:
        raise UsageError("--check writes nothing and prints no types", hint="leave one of --check and --stdout out")
    project = load_project()
    database = load_target(project, env, url=url, any_word=source is Source.SHADOW)
    outputs = _outputs(project, target)
    sides = dict.fromkeys(output.target for output in outputs)
    facts = _read(project, database, source, sides)

    from dbtool.types.written import made

    found = made(project, outputs, facts)
    notes = [finding for one in found for finding in one.findings]
    if stdout:
        text = "\n".join(one.text for one in found)
        return Report(
            command="types", summary="", text=text, findings=notes, data={"files": _data(project, found, (), text=True)}
        )
    return _checked(project, found, notes) if check else _written(project, found, notes)


def _outputs(project: Project, target: Side | None) -> Sequence[TypesOutput]:
    outputs = [output for output in project.types.outputs if target is None or output.target == target]
    if not outputs:
        raise UsageError(
            f"no file of [types] is for the {target}",
            hint=f'in dbtool.toml: [[types.outputs]] with path = "generated/{target}.ts" and target = "{target}"',
        )
    return outputs


def _read(project: Project, database: Target, source: Source, sides: Iterable[str]) -> "dict[str, Facts]":
    """Return the facts for each side, out of a shadow or the database itself. Reads files or a database."""
    from dbtool.schema.files.made import shadow_of_project
    from dbtool.types.sides import facts_of

    if source is Source.TARGET:
        with connect(database, purpose="types", read_only=True) as conn:
            return facts_of(conn, project, sides)
    with shadow_of_project(project, database, say=console.say) as wanted:
        return facts_of(wanted.conn(), project, sides)


def _written(project: Project, found: "Sequence[Made]", notes: Sequence[Finding]) -> Report:
    from dbtool.types.written import write

    changed = [one for one in found if write(one)]
    lines = [f"wrote {project.shown(one.output.path)}" for one in changed]
    rest = len(found) - len(changed)
    if rest:
        lines.append(f"{counted(rest, 'file')} {'is' if rest == 1 else 'are'} up to date")
    return Report(
        command="types",
        summary="\n".join(lines),
        findings=notes,
        data={"files": _data(project, found, changed)},
    )


def _checked(project: Project, found: "Sequence[Made]", notes: Sequence[Finding]) -> Report:
    from dbtool.types.written import NEXT, stale_of

    stale = {id(one): finding for one in found if (finding := stale_of(project, one))}
    summary = f"{len(stale)} of {counted(len(found), 'file')} {'is' if len(stale) == 1 else 'are'} stale"
    return Report(
        command="types",
        summary=summary if stale else f"{counted(len(found), 'file')}, up to date",
        findings=[*stale.values(), *notes],
        next=(NEXT,) if stale else (),
        exit_code=4 if stale else 0,
        data={"files": _data(project, found, [one for one in found if id(one) in stale])},
    )


def _data(
    project: Project, found: "Sequence[Made]", changed: "Sequence[Made]", *, text: bool = False
) -> list[dict[str, object]]:
    return [
        {
            "path": project.shown(one.output.path),
            "kind": one.output.kind,
            "target": one.output.target,
            "changed": any(one is other for other in changed),
            **({"text": one.text} if text else {}),
        }
        for one in found
    ]
