"""Whether the clients' set can be proved here: node, and a PGlite for it."""

from dbtool.client.pglite import NoPGlite, find_pglite
from dbtool.config import Project
from dbtool.doctor.check import Check
from dbtool.finding import Finding, Severity

_NAME = "PGlite"


def check_pglite(project: Project) -> Check:
    """Return whether node and the package are there that `check` proves the clients' set with. Reads files."""
    try:
        pglite = find_pglite(project)
    except NoPGlite as error:
        message = f"{error.message}: `dbtool check` cannot prove the clients' set"
        finding = Finding(id="no-pglite", message=message, help=error.hint, severity=Severity.WARNING)
        return Check(name=_NAME, found=error.message, findings=(finding,))
    return Check(name=_NAME, found=f"{pglite.version} in {pglite.modules}, run by {pglite.node}")
