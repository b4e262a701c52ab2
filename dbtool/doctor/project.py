"""What can be looked at without a server: configuration, .env keys, migration files."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dbtool.config import CONFIG_FILE, Project
from dbtool.doctor.check import Check
from dbtool.env_files import EXAMPLE, compare_with_example
from dbtool.errors import DbtoolError
from dbtool.finding import Finding
from dbtool.migrations import Folder, Migration, read_migrations
from dbtool.report import counted
from dbtool.runner.jobs import make_jobs
from dbtool.script import Script
from dbtool.target import Target


def failed(name: str, id: str, error: DbtoolError, found: str) -> Check:
    """Return the line of a check that ended in an error: its findings, or the error as one."""
    own = tuple(finding for finding in getattr(error, "findings", ()) if isinstance(finding, Finding))
    return Check(name=name, found=found, findings=own or (Finding(id=id, message=error.message, help=error.hint),))


def check_configuration(project: Project, target: Target) -> Check:
    """Return which environment and URL are meant, and why."""
    file = project.file.name if project.file else f"no {CONFIG_FILE}, so every key at its default"
    url = "the embedded server" if target.embedded else f"{target.url} ({target.url_from})"
    return Check(name="configuration", found=f"{file}; {target.name}: {target.why}; {url}")


def check_keys(root: Path, environment: str) -> Check:
    """Return which keys of .env.example neither the process environment nor a .env file sets. Reads files."""
    if not (root / EXAMPLE).is_file():
        return Check(name="environment keys", found=f"no {EXAMPLE}")
    wanted, missing, finding = compare_with_example(root, environment)
    if finding is None:
        found = f"all {wanted} of {EXAMPLE} set" if wanted else f"{EXAMPLE} asks for none"
        return Check(name="environment keys", found=found)
    return Check(name="environment keys", found=f"{missing} of {wanted} missing", findings=(finding,))


def check_folder(project: Project) -> tuple[Check, Folder | None]:
    """Return whether the migration files and their graph are sound, and the folder where they are. Reads files."""
    try:
        folder = read_migrations(project.migrations)
    except DbtoolError as error:
        return failed("migrations", "migrations", error, "they cannot be put in order"), None
    if not project.migrations.is_dir():
        found = f"no folder {project.migrations.name}/ yet: dbtool new NAME makes it"
    else:
        lacking = sum(m.rollback is None and not m.is_python for m in folder.migrations)
        found = counted(len(folder.migrations), "file") + (f", {lacking} without a rollback" if lacking else "")
    return Check(name="migrations", found=found), folder


def check_files(migrations: Sequence[Migration], which: str) -> tuple[Check, tuple[tuple[str, Script], ...]]:
    """Return whether the files parse, and the scripts of those that are SQL, by id. Reads files."""
    try:
        jobs = make_jobs(migrations)
    except DbtoolError as error:
        return failed("pending files", "files", error, f"not all of the {which} can be run"), ()
    python = sum(job.migration.is_python for job in jobs)
    found = f"{counted(len(jobs), which)} parse" + ("s" if len(jobs) == 1 else "")
    if not jobs:
        found = f"no {which}"
    if python:
        found += f"; what {counted(python, 'Python migration')} will do cannot be seen beforehand"
    scripts = tuple((job.migration.id, job.script()) for job in jobs if not job.migration.is_python)
    return Check(name="pending files", found=found), scripts


def with_findings(check: Check, folder: Folder) -> Check:
    """Return *check* with the folder's own findings, for where no plan tells them."""
    return replace(check, findings=(*check.findings, *folder.findings))
