"""The options that several commands share, each said once."""

from collections.abc import Callable, Collection, Iterable
from typing import Annotated

import typer

from dbtool.config import Project, load_project
from dbtool.errors import DbtoolError, UsageError


def completing(incomplete: str, names: Callable[[], Iterable[str]]) -> list[str]:
    """Return those of *names* that begin so; none where the project cannot be read: nothing is told at a prompt."""
    try:
        return [name for name in names() if name.startswith(incomplete)]
    except (DbtoolError, OSError, ValueError):
        return []


def _environments(incomplete: str) -> list[str]:
    """Complete environment names: the configured ones and those every project has."""
    return completing(incomplete, lambda: sorted({"development", "production", *load_project().environments}))


def migration_ids(incomplete: str) -> list[str]:
    """Complete migration ids from the files."""
    from dbtool.migrations import read_migrations

    return completing(incomplete, lambda: [m.id for m in read_migrations(load_project().migrations).migrations])


Env = Annotated[
    str | None,
    typer.Option(
        "--env", "-e", metavar="NAME", help="The environment, as in dbtool.toml.", autocompletion=_environments
    ),
]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Connect here: a URL, env:NAME or service:NAME.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking, also on production.")]
Confirm = Annotated[
    str | None,
    typer.Option("--confirm", metavar="NAME", help="The database's name, said beforehand: what would be asked."),
]
Override = Annotated[
    str | None, typer.Option("--override", metavar="WHY", help="Go on in spite of a refusal, with the reason.")
]
Token = Annotated[str | None, typer.Option("--token", metavar="TOKEN", help="What the refusal said, for --override.")]
Owner = Annotated[
    list[str] | None, typer.Option("--owner", metavar="ROLE", help="Count what this role owns as the project's.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would go, and whether it is let; do nothing.")]
LockWait = Annotated[
    str | None, typer.Option("--lock-wait", metavar="TIME", help="How long to wait for another migrator, e.g. 60s.")
]


def lock_wait(project: Project, given: str | None) -> float:
    """Return the time to wait for the migration lock, in seconds. Raises UsageError for what is no duration."""
    from dbtool.toml import parse_duration

    if given is None:
        return project.lock_wait / 1000
    try:
        return parse_duration(given) / 1000
    except ValueError as error:
        raise UsageError(f"--lock-wait must be {error}") from None


def refuse_empty(option: str, given: str | None) -> None:
    """Raise UsageError for an option that was given an empty text, as an unset variable gives."""

    if given is not None and not given.strip():
        raise UsageError(f"{option} is empty", hint="is the variable set that it comes from?")


def refuse_choice(option: str, given: str, known: Collection[str]) -> None:
    """Raise UsageError for what is none of the option's words."""
    if given not in known:
        raise UsageError(f"{option} {given} is not known", hint=f"{option} " + ", ".join(known))
