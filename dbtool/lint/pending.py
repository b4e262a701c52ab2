"""What lint calls an error in migrations that are about to be applied: for check and generate."""

from collections.abc import Collection, Sequence
from datetime import date

from dbtool.config import Project
from dbtool.finding import Finding, Severity
from dbtool.lint.allow import read_lint_policy
from dbtool.lint.chosen import all_files, choose, not_on_base
from dbtool.lint.context import NEWEST
from dbtool.lint.hazards import OPTIONAL, Hazards, known_hazards
from dbtool.lint.linted import context_of, lint
from dbtool.lint.source import Role
from dbtool.migrations import Folder


def lint_pending(
    project: Project, folder: Folder, ids: Collection[str] | None, version: int | None
) -> Sequence[Finding]:
    """Return the errors in the migrations with these ids; None: in those that are not on the base branch, and
    nothing where git cannot tell. Reads files, runs squawk, and writes below .dbtool/.
    """
    files = [file for file in all_files(project, folder) if file.role is Role.MIGRATION]
    if ids is None:
        changed = not_on_base(project, None)
        files = choose(files, changed, None) if changed else []
    else:
        files = [file for file in files if file.migration and file.migration.id in ids]
    if not files:
        return ()
    policy = read_lint_policy(project, Hazards(known_hazards()), OPTIONAL)
    context = context_of(project, folder, version or NEWEST)
    found = lint(project, files, context, policy=policy, today=date.today(), style=False).findings
    return [finding for finding in found if finding.severity is Severity.ERROR]
