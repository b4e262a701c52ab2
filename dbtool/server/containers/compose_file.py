"""A project's compose file: which of its services is PostgreSQL. What it is like, its container tells."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from dbtool.errors import UsageError
from dbtool.server.containers.container import pairs, under

# The first that is there, as compose itself looks for them.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_USUAL = ("db", "postgres", "postgresql", "database", "pg")
_IMAGES = ("postgres", "postgis", "pgvector", "timescale", "citus", "supabase-postgres")
_VARIABLES = ("POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB", "POSTGRESQL_PASSWORD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The service of a compose file that is a PostgreSQL server."""

    file: Path
    name: str

    def __str__(self) -> str:
        return f"service {self.name} of {self.file.name}"


def find_service(root: Path) -> Service | None:
    """Return the postgres service of the project's compose file, None where there is none. Reads.

    Raises UsageError for a file that is no YAML, or where several services could be meant.
    """
    found = compose_files(root)
    services: dict[str, object] = {}
    for file in found:
        services |= under(_parsed(file), "services") or {}
    names = [name for name, service in services.items() if is_postgres(service)]
    usual = [name for name in _USUAL if name in names]
    if len(names) > 1 and not usual:
        raise UsageError(
            f"{found[0].name} has several services that are PostgreSQL: {', '.join(sorted(names))}",
            hint="call the one for development `db`, or say which server is meant with DATABASE_URL",
        )
    return Service(file=found[0], name=(usual or names)[0]) if names else None


def compose_files(root: Path) -> list[Path]:
    """Return the compose files there are: those that COMPOSE_FILE names, else the first of the usual names. Reads."""
    if given := os.environ.get("COMPOSE_FILE", "").strip():
        separator = os.environ.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
        return [path for word in given.split(separator) if (path := root / word).is_file()]
    return [path for name in NAMES if (path := root / name).is_file()][:1]


def is_postgres(service: object) -> bool:
    """Return whether a service runs PostgreSQL, as its image or its variables say.

    >>> is_postgres({"image": "postgis/postgis:17-3.5"}), is_postgres({"image": "dpage/pgadmin4"})
    (True, False)
    >>> is_postgres({"build": "db", "environment": ["POSTGRES_PASSWORD=x"]})
    True
    >>> is_postgres({"image": "api", "environment": {"POSTGRES_PASSWORD": "x"}})
    False
    """
    image = str(under(service, "image") or "")
    last = re.split(r"[:@]", image.rpartition("/")[2])[0]
    if last.startswith(_IMAGES) and "exporter" not in last and "backup" not in last:
        return True
    # an application has these variables as well; one that is built here and has them is a server with additions
    own = not image or "postgres" in image.rpartition("/")[0] or "${" in image
    return own and any(name in variables(service) for name in _VARIABLES) and "POSTGRES_HOST" not in variables(service)


def variables(service: object) -> dict[str, str]:
    """Return the variables of a service, written as a list or as a mapping."""
    found = under(service, "environment")
    if isinstance(found, dict):
        named = cast(dict[str, object], found)
        return {name: "" if value is None else str(value) for name, value in named.items()}
    return pairs([str(word) for word in cast(list[object], found)]) if isinstance(found, list) else {}


def _parsed(file: Path) -> object:
    import yaml

    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_loader())
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{file.name} cannot be read: {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UsageError(f"{file.name}{place}: this is not YAML: {getattr(error, 'problem', error)}") from None


def _loader() -> Any:
    """The safe loader, which takes compose's own tags (!reset, !override) as nothing."""
    import yaml

    # a class of its own, so that others who load YAML in this process are not concerned
    loader: Any = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda *_: None)  # pyright: ignore[reportUnknownLambdaType]
    return loader
