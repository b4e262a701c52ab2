"""dbtool docs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url, refuse_choice, refuse_empty
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.finding import Finding, Place
from dbtool.report import Report, counted
from dbtool.target import Target, load_target

if TYPE_CHECKING:
    from dbtool.docs.written import Stale
    from dbtool.schema.whole import Schema

_SOURCES = ("shadow", "target")


def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 4 where files are stale.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Write index.html as well: one file with a search.")] = False,
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="Write there, and not where dbtool.toml says.")
    ] = None,
    source: Annotated[
        str, typer.Option("--from", metavar="WHAT", help="shadow: what sql/schema says; target: the database.")
    ] = "shadow",
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Write the documentation of the schema: Markdown with diagrams, and one HTML page. Writes files.

    Example: dbtool docs --html
    """
    refuse_choice("--from", source, _SOURCES)
    refuse_empty("--out", out)
    project = load_project()
    target = load_target(project, env, url=url, any_word=source == "shadow")
    folder = Path(out).absolute() if out else project.docs.path

    from dbtool.docs.written import has_html, stale, write_all

    schema = _read(project, target, source)
    wanted = _made(schema, project.docs.title, html=html or has_html(folder))
    was = stale(folder, wanted) if check else write_all(folder, wanted)
    data = {"folder": folder, "files": list(wanted), "written": [*was.missing, *was.changed], "removed": was.extra}
    if check:
        findings = [*_findings(folder, was)]
        return Report(
            command="docs",
            findings=findings,
            summary=_checked(folder, wanted, was),
            exit_code=4 if was else 0,
            next=(f"dbtool docs{' --html' if html else ''}{f' --out {out}' if out else ''}",) if was else (),
            data={**data, "written": [], "removed": [], "stale": [*was.missing, *was.changed, *was.extra]},
        )
    return Report(command="docs", summary=_wrote(folder, wanted, was), data={**data, "stale": []})


def _read(project: Project, target: Target, source: str) -> "Schema":
    """Return the schema that sql/schema defines, or the database's. Makes a shadow, or reads the target."""
    if source == "shadow":
        from dbtool.schema.files.made import made_of_project

        with made_of_project(project, target, say=console.say) as wanted:
            return wanted()
    from dbtool.schema.reading.read import read_schema

    with connect(target, purpose="docs", read_only=True) as conn:
        return read_schema(conn, ledger_schema=project.ledger_schema)


def _made(schema: "Schema", title: str, *, html: bool) -> Mapping[str, str]:
    """Return the files, by their paths below the folder. Pure."""
    from dbtool.docs.chapters import book_of
    from dbtool.docs.markdown import pages

    book = book_of(schema, title=title)
    made = dict(pages(book))
    if html:
        from dbtool.docs.html import page
        from dbtool.docs.written import HTML

        made[HTML] = page(book)
    return made


def _findings(folder: Path, was: "Stale") -> Iterator[Finding]:
    for paths, what in (
        (was.missing, "is missing"),
        (was.changed, "is not what the schema says now"),
        (was.extra, "is of something that the schema has no more"),
    ):
        for path in paths:
            yield Finding(id="stale-docs", message=what, place=Place(path=folder / path, line=0))


def _checked(folder: Path, wanted: Mapping[str, str], was: "Stale") -> str:
    if not was:
        return f"{counted(len(wanted), 'file')} in {_shown(folder)}, none of them stale"
    parts = [
        counted(len(paths), what)
        for paths, what in ((was.missing, "missing file"), (was.changed, "stale file"), (was.extra, "file too much"))
        if paths
    ]
    return f"{', '.join(parts)} in {_shown(folder)}"


def _wrote(folder: Path, wanted: Mapping[str, str], was: "Stale") -> str:
    if not was:
        return f"nothing to do: {counted(len(wanted), 'file')} in {_shown(folder)}, none of them stale"
    wrote = counted(len(was.missing) + len(was.changed), "file")
    removed = f", removed {len(was.extra)}" if was.extra else ""
    same = len(wanted) - len(was.missing) - len(was.changed)
    kept = f"; {same} as before" if same else ""
    return f"wrote {wrote} to {_shown(folder)}{removed}{kept}"


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
