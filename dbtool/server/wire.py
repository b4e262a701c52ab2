"""One question to a server over its socket, in PostgreSQL's own protocol.

The keeper asks when the server is up, and when nobody has used it for a while. A driver would cost it
100 ms and 20 MB; this is a page of https://www.postgresql.org/docs/current/protocol-flow.html, for a server
that trusts whoever reaches its socket.
"""

import socket
import struct

from dbtool.server.postmaster import DATABASE, ROLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


THROUGH = "template1"  # the one database that is always there
OID = f"SELECT oid FROM pg_database WHERE datname = '{DATABASE}'"


class Answer(Exception):
    """The server's error, with its SQLSTATE."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message


def ask(path: str, database: str, *statements: str) -> tuple[str, list[list[str]]]:
    """The server's version, and the rows of the last statement. Raises Answer, or OSError when nobody answers.

    Writes what the statements write.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        connection.connect(path)
        settings = ("user", ROLE, "database", database, "application_name", "dbtool keeper", "")
        startup = struct.pack("!i", 196608) + "".join(word + "\0" for word in settings).encode()
        connection.sendall(struct.pack("!i", len(startup) + 4) + startup)
        with connection.makefile("rb") as stream:
            version, rows = _read_until_ready(stream.read)
            for statement in statements:
                query = statement.encode() + b"\0"
                connection.sendall(b"Q" + struct.pack("!i", len(query) + 4) + query)
                _, rows = _read_until_ready(stream.read)
        connection.sendall(b"X\0\0\0\4")
        return version, rows


def rename_to_development(path: str) -> tuple[str, str]:
    """The server's version and the oid of the database that dbtool works in: initdb's ``postgres``. Writes.

    On new data only. A copy would cost a tenth of initdb; what is renamed is made again behind the user's back.
    """
    rename = f"ALTER DATABASE postgres RENAME TO {DATABASE}; COMMENT ON DATABASE {DATABASE} IS NULL"
    version, rows = ask(path, THROUGH, f"{rename}; {OID}")
    return version, rows[0][0]


def create_development(path: str) -> tuple[str, str]:
    """The server's version and the oid of the database that dbtool works in, made if it is not there. Writes."""
    version, rows = ask(path, THROUGH, OID)
    if not rows:
        try:
            # From template0: nobody can be connected to it, which would make CREATE DATABASE fail.
            _, rows = ask(path, THROUGH, f"CREATE DATABASE {DATABASE} TEMPLATE template0", OID)
        except Answer as raced:
            if raced.sqlstate not in ("42P04", "23505"):  # duplicate_database, unique_violation: another was quicker
                raise
            _, rows = ask(path, THROUGH, OID)
    return version, rows[0][0]


def create_postgres(path: str) -> None:
    """Make the database that many programs connect to when they are told no other. Writes."""
    _, rows = ask(path, THROUGH, "SELECT 1 FROM pg_database WHERE datname = 'postgres'")
    if not rows:
        comment = "COMMENT ON DATABASE postgres IS 'default administrative connection database'"
        ask(path, THROUGH, "CREATE DATABASE postgres TEMPLATE template0", comment)


def count_clients(path: str) -> tuple[int, int]:
    """How many clients are connected, and how many sessions there have ever been. Not counted: this one's kind.

    Read-only.
    """
    _, rows = ask(
        path,
        THROUGH,
        """
        SELECT (SELECT count(*) FROM pg_stat_activity
                 WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()),
               (SELECT coalesce(sum(sessions), 0)::bigint FROM pg_stat_database
                 WHERE datname <> current_database())
        """,
    )
    return int(rows[0][0]), int(rows[0][1])


def clients(path: str) -> list[str]:
    """Those who are connected, as "process 12 (psql, database development)", but for this one's kind. Read-only."""
    _, rows = ask(
        path,
        THROUGH,
        """
        SELECT format('process %s (%s)', pid, concat_ws(', ', nullif(application_name, ''), 'database ' || datname))
          FROM pg_stat_activity
         WHERE backend_type IN ('client backend', 'walsender') AND application_name <> 'dbtool keeper'
         ORDER BY backend_start, pid
        """,
    )
    return [row[0] for row in rows]


def _read_until_ready(read: "Callable[[int], bytes]") -> tuple[str, list[list[str]]]:
    version, rows, error = "", list[list[str]](), None
    while True:
        head = read(5)
        if len(head) < 5:
            raise error or ConnectionError("the server closed the connection")
        body = read(struct.unpack("!i", head[1:])[0] - 4)
        match head[:1]:
            case b"S":
                name, value = body[:-1].decode().split("\0")
                version = value if name == "server_version" else version
            case b"D":
                rows.append(_fields(body))
            case b"E":
                fields = {field[:1]: field[1:] for field in body.decode(errors="replace").split("\0") if field}
                error = Answer(fields.get("C", ""), fields.get("M", ""))
            case b"Z":
                if error is not None:
                    raise error
                return version, rows
            case _:
                pass


def _fields(body: bytes) -> list[str]:
    fields, position = list[str](), 2
    for _ in range(struct.unpack_from("!h", body)[0]):
        size = max(struct.unpack_from("!i", body, position)[0], 0)
        position += 4 + size
        fields.append(body[position - size : position].decode())
    return fields
