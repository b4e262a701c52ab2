"""What around `dbtool up` leads elsewhere or is missing: DATABASE_URL, the environment that is meant, .env files."""

from pathlib import Path

from dbtool.config import Project
from dbtool.errors import DbtoolError
from dbtool.finding import Finding, Severity
from dbtool.secrets import Secret
from dbtool.target import FROM_EMBEDDED, FROM_UP, Target, load_target, meant_environment

_HERE = ("127.0.0.1", "localhost", "::1")


def find_elsewhere(project: Project, url: Secret) -> Finding | None:
    """Return that the other commands go to another database than *url*, and why; None where they go there.

    Reads .env files and what `dbtool up` remembers; touches no server.
    """
    try:
        target = load_target(project)
    except DbtoolError as error:
        first = error.message.splitlines()[0]
        return _finding(f"the other commands do not come here: {first}", "say --env development, or mend that")
    if target.url_from in (FROM_EMBEDDED, FROM_UP) or _is_same(target, url):
        return None
    if target.name not in ("development", "test"):
        return _finding(
            f"the other commands go elsewhere: the environment {target.name} is meant ({target.why})",
            "say --env development",
        )
    return _finding(
        f"the other commands go elsewhere: to {target.url} ({target.url_from})",
        "unset DATABASE_URL"
        if target.url_from.endswith("of the process")
        else "take it out; or, where it is in .env, write this one there: dbtool up --save",
    )


def _finding(message: str, help: str) -> Finding:
    return Finding(id="database-elsewhere", message=message, help=help, severity=Severity.WARNING)


def environment_to_say(project: Project) -> str | None:
    """Return what --env is to be for a database of development, None where that is meant anyhow. Reads .env."""
    try:
        name, _ = meant_environment(project)
    except DbtoolError:
        return "development"
    return None if name in ("development", "test") else "development"


def _is_same(target: Target, url: Secret) -> bool:
    from dbtool.address import read_address

    try:
        there, here = read_address(target.url.reveal()), read_address(url.reveal())
    except DbtoolError:
        return False
    ports = {(host.address or host.name) in _HERE and host.port for host in there.hosts}
    return there.database == here.database and ports == {host.port for host in here.hosts}


def is_ignored(path: Path) -> bool:
    """Return whether git leaves this file out, or there is no repository that could take it in. Runs git."""
    from dbtool.git import git

    inside = git(path.parent, "rev-parse", "--is-inside-work-tree") == "true"
    return not inside or git(path.parent, "check-ignore", "--quiet", path.name) is not None
