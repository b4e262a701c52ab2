"""What `dbtool migrate --target client` does: the clients' migrations, bundled for an app to apply."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dbtool.client.bundle import JSON, MODULE, bundle_of, edited, read_bundle, refused, stale, texts_of, write_bundle
from dbtool.client.set import client_project
from dbtool.client.told import stale_bundle
from dbtool.config import Project
from dbtool.errors import Drift, UsageError
from dbtool.finding import Severity
from dbtool.migrations import read_migrations
from dbtool.report import Report, counted

SIDES = ("server", "client", "all")
_STALE = 4  # exit code, as of drift


def refuse_options(of: str, *, bundle: Path | None, check: bool, for_database: bool) -> None:
    """Raise UsageError for a side that is none, and for options that say nothing to it."""
    if of not in SIDES:
        raise UsageError(f"--target is {', '.join(SIDES)}, found {of!r}")
    if of == "server" and (bundle or check):
        given = "--bundle" if bundle else "--check"
        raise UsageError(f"{given} is about the clients' bundle", hint="dbtool migrate --target client")
    if of == "all" and check:
        raise UsageError(
            "--check applies nothing, and --target all does", hint="dbtool migrate --target client --check"
        )
    if of == "client" and for_database:
        raise UsageError(
            "--target client writes files, and looks at no database",
            hint="beside it: --bundle, --check, --allow; with --target all the database comes first",
        )


def bundled(project: Project, folder: Path | None, *, check: bool, allow: Sequence[str]) -> Report:
    """Write the clients' migrations as a bundle into *folder*; with *check* only tell where it is stale. Writes files.

    Raises BadFile for what no PGlite can run, and Drift for what was edited after it was bundled.
    """
    folder = (Path.cwd() / folder) if folder else project.client.bundle
    migrations = read_migrations(client_project(project).migrations)
    bundle = bundle_of(migrations)
    if not bundle.versions:
        raise UsageError("there are no migrations for clients", hint='dbtool generate --target client "..."')
    drift = refused(edited(read_bundle(folder), bundle), allow)
    if any(finding.severity is Severity.ERROR for finding in drift):
        raise Drift(*drift, hint="nothing was written; to go on all the same: --allow edited-migration")
    texts = texts_of(bundle)
    shown = project.shown(folder)
    told = f"{counted(len(bundle.versions), 'migration')} for clients"
    names = stale(folder, texts)
    data = {"bundle": folder, "files": list(texts), "stale": names, "extensions": list(bundle.extensions)}
    if not names:
        return Report(command="migrate", findings=drift, summary=f"nothing to do: {shown} has {told}", data=data)
    if check:
        return Report(
            command="migrate", findings=(*drift, stale_bundle(shown, names)), exit_code=_STALE, data=data,
            summary=f"{shown} is not what the migrations for clients make", next=("dbtool migrate --target client",),
        )  # fmt: skip
    write_bundle(folder, texts)
    return Report(
        command="migrate",
        findings=drift,
        summary=f"wrote {told}: {shown}/{MODULE} and {JSON}",
        data=data,
    )


def beside(server: Report, client: Report) -> Report:
    """Return one report on the database and the bundle. Pure."""
    return replace(
        server,
        findings=(*server.findings, *client.findings),
        summary="\n".join((server.summary, client.summary)),
        data={**server.data, **client.data},
    )
