"""dbtool diff."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool.beside import beside
from dbtool.commands.options import Env, Json
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.errors import UsageError
from dbtool.finding import Finding, Severity
from dbtool.migrations import read_migrations
from dbtool.report import Report
from dbtool.target import known_environments, load_target

if TYPE_CHECKING:
    from dbtool.schema.whole import Schema

_SIDE = "A folder or file of SQL, a folder of migrations, an environment, or a URL."


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help=_SIDE)],
    b: Annotated[str, typer.Argument(metavar="B", help="The same: what A shall become.")],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 4 where A and B differ.")] = False,
    env: Env = None,
    json: Json = False,
) -> Report:
    """Print the SQL that turns schema A into schema B. Read-only.

    Example: dbtool diff production sql/schema
    """
    project = load_project()
    reading = _read_both(project, a, b, env)

    from dbtool.schema.migration.scripts import scripts
    from dbtool.schema.planning.comparable import comparable, owned, without_new_partitions
    from dbtool.schema.planning.engine import difference
    from dbtool.schema.planning.online import online

    current, wanted = reading()
    current = without_new_partitions(current, wanted)
    left, right = comparable(current, wanted), comparable(wanted, current)
    steps = owned(online(difference(left, right), left, right))
    files = scripts(steps)
    hazards = [Finding(id=h.id, message=h.message, severity=Severity.WARNING) for f in files for h in f.hazards]
    return Report(
        command="diff",
        summary="" if files else f"{a} and {b} are the same",
        text="\n".join(f.text() if f.transactional else f"-- outside a transaction\n\n{f.text()}" for f in files),
        findings=hazards,
        exit_code=4 if files and exit_code else 0,
        data={"statements": [s.sql for f in files for s in f.statements], "hazards": [h.id for h in hazards]},
    )


def _read_both(project: Project, a: str, b: str, env: str | None) -> "Callable[[], tuple[Schema, Schema]]":
    """Begin to read the databases, each beside the other, and return what makes the rest and waits for them."""

    def begin(side: str) -> "Callable[[], Schema]":
        if _is_path(side):  # a shadow is made for it: not in a thread that ends with the process
            return lambda: _read(project, side, env)
        return beside(lambda: _read(project, side, env)).result

    current, wanted = begin(a), begin(b)
    return lambda: (current(), wanted())


def _is_path(side: str) -> bool:
    return "://" not in side and Path(side).exists()


def _read(project: Project, side: str, env: str | None) -> "Schema":
    """Return the schema that *side* names. Reads files or a database; raises UsageError for what is neither."""
    path = Path(side)
    if _is_path(side):
        from dbtool.schema.files.made import made_of_files, made_of_migrations, made_of_project

        shadow_for = load_target(project, env, any_word=True)
        if path.is_dir() and _holds_migrations(project, path):
            return made_of_migrations(project, shadow_for, read_migrations(path.absolute()))
        if path.absolute() == project.schema:  # with its families
            with made_of_project(project, shadow_for) as made:
                return made()
        return made_of_files(project, shadow_for, path.absolute())
    is_url = "://" in side or side.startswith(("env:", "service:")) or "=" in side
    if not is_url and side not in known_environments(project):
        raise UsageError(
            f"{side} is no file or folder here, no environment of dbtool.toml and no URL",
            hint=f"the environments are {', '.join(sorted(known_environments(project)))}",
        )
    from dbtool.schema.reading.read import read_schema

    target = load_target(project, None, url=side) if is_url else load_target(project, side)
    with connect(target, purpose="diff", read_only=True) as conn:
        return read_schema(conn, ledger_schema=project.ledger_schema)


def _holds_migrations(project: Project, path: Path) -> bool:
    """Return whether a folder holds migrations rather than a schema: it is the project's, or has rollbacks."""
    return path.absolute() == project.migrations or any(path.glob("*.rollback.sql"))
