"""The client set of a project: whether it has one, and where its migrations are. Pure, but for one look at a folder."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dbtool.client.able import EXTENSIONS
from dbtool.config import Project
from dbtool.errors import BadFile, UsageError
from dbtool.finding import Finding, Severity

if TYPE_CHECKING:
    from dbtool.client.derive import Derived
    from dbtool.schema.migration.change import Change
    from dbtool.schema.whole import Schema

SIDES = ("server", "client")
FOLDER = "client"  # below migrations/: neither yoyo nor dbtool looks for the server's there


def has_client_set(project: Project) -> bool:
    """Return whether *project* has a client set: [client] in dbtool.toml, or migrations/client/. Reads the disk."""
    return project.client.there or client_project(project).migrations.is_dir()


def client_project(project: Project) -> Project:
    """Return *project* with the client's migrations as its migrations."""
    return replace(project, migrations=project.migrations / FOLDER)


def extensions_of(project: Project) -> Collection[str]:
    """Return the extensions that the clients' PGlite can be made with."""
    return {*EXTENSIONS, *project.client.extensions}


def client_set(project: Project, everything: "Schema") -> "Derived":
    """Return what of *everything* the clients are to have.

    Raises UsageError where that is no table, and BadFile where it lacks what cannot be left out.
    """
    from dbtool.client.derive import client_schema
    from dbtool.client.told import findings_of

    derived = client_schema(everything, extensions=extensions_of(project))
    if wrong := [one for one in derived.left_out if one.severity is Severity.ERROR]:
        raise BadFile(*findings_of(wrong))
    if not any(key[0] == "table" for key in derived.schema.parts):
        raise UsageError(
            "no table is for the clients",
            hint="say it in a comment: COMMENT ON TABLE t IS '... @category domain'; `dbtool tables` lists them",
        )
    return derived


def project_of(project: Project, of: str) -> Project:
    """Return *project* with the migrations of that side as its migrations."""
    return client_project(project) if of == "client" else project


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side is to have, and what a change of it leaves out."""

    schema: "Schema"
    left_out: "Callable[[Change, bool], Iterable[Finding]]"


def side_of(project: Project, everything: "Schema", of: str) -> Side:
    """Return what the side *of* is to have of what made_of_project() gave for it. Raises what client_set() raises."""
    if of == "server":
        return Side(schema=everything, left_out=lambda change, first: ())
    from dbtool.client.told import about, findings_of

    derived = client_set(project, everything)
    return Side(
        schema=derived.schema,
        left_out=lambda change, first: findings_of(about(derived, change, first=first)),
    )
