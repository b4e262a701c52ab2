"""What this branch and another both change, since they parted: by what their files made then, here, and there."""

import io
import subprocess
import tarfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dbtool.check.section import Section
from dbtool.config import Project
from dbtool.errors import UsageError
from dbtool.finding import Finding, Severity
from dbtool.report import counted
from dbtool.schema.catalog import Record, compare
from dbtool.schema.whole import Schema


def both_branches(project: Project, base: str, ours: Schema, made: Callable[[Path, Path], Schema]) -> Section:
    """Return the section that names the objects which both branches touch. Runs git.

    *made* returns what two folders make: that of the schema, and that of the trigger families.

    Raises UsageError where git does not know *base*.
    """
    parted = _git(project.root, "merge-base", "HEAD", base).decode().strip()
    with _checked_out(project, parted) as old, _checked_out(project, base) as other:
        before, theirs = made(*old), made(*other)
    mine, others = _touched(before, ours), _touched(before, theirs)
    findings = [
        Finding(
            id="both-branches",
            message=f"this branch and {base} both change {record}",
            help=f"look at what {base} did to it, before the migrations of both are applied",
            severity=Severity.WARNING,
        )
        for key, record in sorted(mine.items())
        if key in others
    ]
    said = (
        f"{counted(len(findings), 'object')} that both branches change"
        if findings
        else f"nothing in common with {base}"
    )
    return Section(name="base", said=said, findings=findings)


def _touched(before: Schema, after: Schema) -> dict[str, Record]:
    return {str(d.record): d.record for d in compare(after.parts, before.parts)}


@contextmanager
def _checked_out(project: Project, commit: str) -> Generator[tuple[Path, Path]]:
    """Give folders with sql/schema and sql/triggers as they are in *commit*; empty ones where they were not there."""
    top = Path(_git(project.root, "rev-parse", "--show-toplevel").decode().strip())
    try:
        paths = [path.resolve().relative_to(top.resolve()) for path in (project.schema, project.triggers)]
    except ValueError:
        raise UsageError(f"{project.schema} is not in the repository {top}, so --base cannot compare it") from None
    with TemporaryDirectory(prefix="dbtool-base-") as folder:
        for path in paths:
            if not _git(top, "ls-tree", commit, "--", f"{path}"):
                continue
            with tarfile.open(fileobj=io.BytesIO(_git(top, "archive", "--format=tar", commit, "--", f"{path}"))) as tar:
                tar.extractall(folder, filter="data")
        yield Path(folder) / paths[0], Path(folder) / paths[1]


def _git(folder: Path, *words: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", folder, *words], capture_output=True, check=False)
    except FileNotFoundError:
        raise UsageError("--base needs git, which is not here") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(
            f"git {words[0]} failed: {said[-1] if said else done.returncode}", hint="git fetch, or another --base"
        )
    return done.stdout
