"""From a container that was started to a server that takes connections: the wait, and what goes wrong in it."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from dbtool.errors import Unreachable
from dbtool.secrets import redact, remember
from dbtool.server.containers.container import Container
from dbtool.server.containers.engine import Engine

if TYPE_CHECKING:
    from psycopg import Connection

DATABASE = "development"
PATIENCE = 120.0  # seconds; a first start takes two to ten
_PAUSE = 10.0  # seconds between two words of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How a server on this machine is reached."""

    user: str
    password: str = field(repr=False)
    port: int
    database: str

    def __post_init__(self) -> None:
        remember(self.url)

    @property
    def url(self) -> str:
        """The connection string, with the password."""
        return self._url_of(self.database)

    def _url_of(self, database: str) -> str:
        password = f":{quote(self.password, safe='')}" if self.password else ""
        return f"postgresql://{quote(self.user, safe='')}{password}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def connect(self, database: str = "") -> "Connection[tuple[object, ...]]":
        """Return a connection in autocommit."""
        import psycopg

        url = self._url_of(database) if database else self.url
        return psycopg.connect(url, autocommit=True, connect_timeout=3, application_name="dbtool up", sslmode="prefer")


def wait_until_ready(
    engine: Engine, container: Container, door: Door, say: Callable[[str], None], *, mend: bool = False
) -> str:
    """Return the server's version as soon as it takes connections; says so at once when its container ends. Writes.

    With *mend* the container is our own: the database is made if it is not there, and the password set if the data
    have another one.
    """
    begun = told = time.monotonic()
    pause, mended = 0.02, 0
    while True:
        answer = _version(door)
        if not answer.startswith("!"):
            return answer
        if mend and mended < 2 and _mended(engine, container, door, answer, say):
            mended += 1
            continue
        now = engine.container(container.id)
        if now is None:
            raise Unreachable(f"container {container.name} was removed while it started", hint="dbtool up, once more")
        if not now.runs:
            raise _ended(engine, now)
        waited = time.monotonic() - begun
        if _is_final(answer) or waited > PATIENCE:
            raise _unreached(engine, now, door, answer[1:], waited)
        if time.monotonic() - told > _PAUSE:
            told = time.monotonic()
            say(f"container {container.name} is starting: {(engine.log(container.id, 1) or ('',))[-1].strip()}")
        time.sleep(pause)
        pause = min(pause * 1.3, 0.25)


def count_clients(door: Door) -> tuple[str, ...]:
    """Return who else is connected to the server, each in words; nobody where it does not answer. Read-only."""
    import psycopg

    from dbtool.queries import query

    try:
        with door.connect("postgres") as conn:
            return tuple(str(row[0]) for row in conn.execute(query("server/connected")).fetchall())
    except psycopg.Error:
        return ()


def _version(door: Door) -> str:
    """The server's version; else "!" and why there is none."""
    import psycopg

    try:
        with door.connect() as conn:
            return (conn.info.parameter_status("server_version") or "?").split()[0]
    except psycopg.Error as error:
        return f"!{error}"


def _is_final(answer: str) -> bool:
    """Whether waiting does not help: the server runs and does not let us in."""
    return any(
        words in answer for words in ("password authentication failed", "no pg_hba.conf entry", " does not exist")
    )


def _mended(engine: Engine, container: Container, door: Door, answer: str, say: Callable[[str], None]) -> bool:
    """Whether what keeps us out of our own server could be put right. Writes."""
    if "password authentication failed" in answer:
        # the container's own socket asks for no password
        code, said = engine.run_inside(
            container.id, "psql", "-q", "-U", door.user, "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c",
            f"ALTER ROLE {door.user} PASSWORD '{door.password}'",
        )  # fmt: skip
        if code == 0:
            say(f"the data had another password for {door.user}: it was set to the container's")
        return code == 0 and not said.strip()
    if f'database "{door.database}" does not exist' in answer:
        import psycopg
        from psycopg import sql

        with suppress(psycopg.errors.DuplicateDatabase), door.connect("postgres") as conn:  # else: of another `up`
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(door.database)))
        say(f"database {door.database} was not there any more, and is made anew, empty")
        return True
    return False


def _ended(engine: Engine, container: Container) -> Unreachable:
    lines = "".join(f"\n    {redact(line)}" for line in engine.log(container.id))
    reason = f": {container.error}" if container.error else ""
    return Unreachable(
        f"container {container.name} ended with exit code {container.exit_code} instead of taking connections{reason}\n"
        f"  the last lines of its log:{lines or ' none'}",
        hint=f"all of it: docker logs {container.name}; if the data may go: dbtool down --volumes, then dbtool up",
    )


def _unreached(engine: Engine, container: Container, door: Door, answer: str, waited: float) -> Unreachable:
    reason = "\n  ".join(line.strip() for line in answer.strip().splitlines())
    inside, _ = engine.run_inside(container.id, "pg_isready", "-q", "-h", "127.0.0.1", "-p", "5432")
    if inside == 0 and "refused" in answer:
        return Unreachable(
            f"container {container.name} runs and its server is ready, but port {door.port} of 127.0.0.1 does not lead "
            f"there\n  {reason}",
            hint="does dbtool itself run in a container, or the engine in a machine of its own? then use "
            "DATABASE_URL, or the server that needs no engine: dbtool up --embedded",
        )
    if "password authentication failed" in answer:
        return Unreachable(
            f"container {container.name} runs, but its server does not take the password that it was started with\n"
            f"  {reason}",
            hint="the password is that of the time when the volume was made: give that one, or ALTER ROLE "
            f"{door.user} PASSWORD ... (docker exec -it {container.name} psql -U {door.user})",
        )
    lines = "".join(f"\n    {redact(line)}" for line in engine.log(container.id))
    return Unreachable(
        f"container {container.name} runs, but its server cannot be connected to after {waited:.0f} s\n  {reason}\n"
        f"  the last lines of its log:{lines or ' none'}",
        hint=f"all of it: docker logs {container.name}; if the data may go: dbtool down --volumes, then dbtool up",
    )
