"""Extensions that the project's files create: which, and what to do where the shadow's server lacks one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.config import Project
from dbtool.errors import DatabaseRefused
from dbtool.finding import Place

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

    from dbtool.db import Conn

_create = re.compile(rb'\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?("[^"]+"|[\w-]+)', re.IGNORECASE)
_unavailable = re.compile(r'extension "([^"]+)" is not available|/extension/([\w-]+)\.control')


def wanted_extensions(project: Project) -> tuple[str, ...]:
    """Return the extensions that the project's files create, by name."""
    texts = (path.read_bytes() for path in _sql_files(project))
    able = (text for text in texts if b"extension" in text.lower())  # a tenth of the time
    return tuple(sorted({_name(found) for text in able for found in _create.findall(text)}))


def lacking_extension(sql: bytes, diag: "Diagnostic") -> str:
    """Return the extension that the server does not have, "" where something else failed."""
    wanted = _create.match(sql)
    if not wanted or diag.sqlstate not in ("0A000", "58P01"):
        return ""
    told = _unavailable.search(diag.message_primary or "")
    return (told[1] or told[2]) if told else _name(wanted[1])


def missing_extension(name: str, conn: "Conn", place: Place) -> DatabaseRefused:
    """Return the error for an extension that the shadow's server does not have, with the three ways out."""
    version = (conn.info.parameter_status("server_version") or "?").split(" ")[0]
    return DatabaseRefused(
        f"{place}: the extension {name} is not installed on the server of the shadow, "
        f"PostgreSQL {version} at {conn.info.host}:{conn.info.port}",
        hint='name a server that has it: shadow = "postgresql://..." under the environment, an empty database there; '
        'or the programs of a PostgreSQL that has it: [server] bin = "..."; '
        "or DATABASE_URL of a development server that has it, by a role with CREATEDB",
    )


def _name(found: bytes) -> str:
    return found.strip(b'"').decode(errors="replace")


def _sql_files(project: Project) -> Iterator[Path]:
    yield from project.schema.rglob("*.sql")
    yield from project.migrations.glob("*.sql")
