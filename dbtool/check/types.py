"""The section of `check` on the generated types: whether the files are what `dbtool types` would write."""

from typing import TYPE_CHECKING

from dbtool.check.section import Section
from dbtool.config import Project
from dbtool.report import counted
from dbtool.types.expected import expected
from dbtool.types.sides import facts_of
from dbtool.types.written import NEXT, stale

if TYPE_CHECKING:
    from dbtool.db import Conn

_DRIFT = 4  # exit code


def types(project: Project, conn: "Conn") -> Section:
    """Return whether the files of types are fresh; *conn* leads to what sql/schema makes. Read-only, reads files."""
    outputs = expected(project)
    facts = facts_of(conn, project, dict.fromkeys(output.target for output in outputs))
    findings = stale(project, facts)
    if not findings:
        return Section(name="types", said=f"{counted(len(outputs), 'file')} of types, up to date")
    said = f"{len(findings)} of {counted(len(outputs), 'file')} of types {'is' if len(findings) == 1 else 'are'} stale"
    return Section(name="types", said=said, findings=findings, exit_code=_DRIFT, next=(NEXT,))
