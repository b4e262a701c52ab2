"""What became of a statement that runs outside of a transaction and whose end nobody saw: the catalog tells.

And an INVALID index is never taken for one: CREATE INDEX CONCURRENTLY leaves it behind when it fails, and
IF NOT EXISTS then passes over it (manual, CREATE INDEX, "Building Indexes Concurrently").
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dbtool.errors import DatabaseRefused, LockNotHad
from dbtool.ledger import StepState
from dbtool.parser import node_name, syntax_tree
from dbtool.queries import query

if TYPE_CHECKING:
    from dbtool.db import Conn

DONE, AGAIN, UNKNOWN = "done", "again", "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index of a table."""

    name: str
    schema: str
    valid: bool
    building: int | None  # the process that builds it now


def outcome(conn: "Conn", sql: bytes) -> tuple[str, str]:
    """Return whether an interrupted statement is DONE, to be run AGAIN, or UNKNOWN, and what that was read from.

    Read-only. UNKNOWN comes with what a person should look at.
    """
    tree = syntax_tree(sql)
    name = node_name(tree)
    look = _looks.get(name)
    if look is None:
        return UNKNOWN, "it leaves no trace in the catalog that would tell"
    return look(conn, getattr(tree, name))


def wait_for_backend(conn: "Conn", state: StepState, *, patience: float = 5.0) -> None:
    """Return when the server process that ran *state* has ended; it is told to after a while.

    The run that it belonged to is gone, and the migration lock is ours.
    """
    started = time.monotonic()
    who = {"pid": state.pid, "backend_start": state.backend_start}
    while state.pid and conn.execute(query("outcome/backend"), who).fetchone():
        if time.monotonic() - started > patience:
            _terminate(conn, state.pid)
            started = time.monotonic()
        time.sleep(0.1)


def _terminate(conn: "Conn", pid: int) -> None:
    import psycopg

    try:
        conn.execute("SELECT pg_terminate_backend(%s)", [pid])
    except psycopg.errors.InsufficientPrivilege:
        raise LockNotHad(
            f"the session of an earlier run is still at work: pid {pid}",
            hint=f"end it as its role or as a superuser: SELECT pg_terminate_backend({pid})",
        ) from None


def drop_invalid_index(conn: "Conn", sql: bytes) -> str:
    """Drop what an earlier CREATE INDEX CONCURRENTLY of this name left INVALID. Writes. Returns its name or "".

    Raises DatabaseRefused where somebody is building it at this moment.
    """
    index = _index_of(conn, sql)
    if index is None or index.valid:
        return ""
    if index.building:
        raise DatabaseRefused(
            f"index {index.schema}.{index.name} is being built by process {index.building} at this moment",
            hint="wait for it, or end it: SELECT pg_cancel_backend(pid)",
        )
    _drop(conn, index)
    return f"{index.schema}.{index.name}"


def index_names(conn: "Conn", sql: bytes) -> frozenset[str]:
    """Return the names of the indexes on the table that *sql* builds an index on. Read-only."""
    return frozenset(i.name for i in _indexes(conn, _qualified(syntax_tree(sql).index_stmt.relation)))


def drop_new_invalid_indexes(conn: "Conn", sql: bytes, before: frozenset[str]) -> None:
    """Drop what a failed CREATE INDEX CONCURRENTLY left INVALID: what was not there *before*. Writes."""
    for index in list(_indexes(conn, _qualified(syntax_tree(sql).index_stmt.relation))):
        if not index.valid and not index.building and index.name not in before:
            _drop(conn, index)


# as the head of every file that pg_dump writes: SELECT pg_catalog.set_config('search_path', '', false)
_set_config = re.compile(
    rb"select\s+(?:pg_catalog\.)?set_config\s*\(\s*'[^']*'\s*,\s*'[^']*'\s*,\s*false\s*\)", re.IGNORECASE
)


def sets_session(sql: bytes) -> bool:
    """Return whether all that *sql* does is to set something for the session.

    >>> sets_session(b"set search_path = app"), sets_session(b"set local search_path = app")
    (True, False)
    """
    if _set_config.fullmatch(sql):
        return True
    if sql[:3].lower() != b"set" and sql[:5].lower() != b"reset":
        return False
    tree = syntax_tree(sql)
    return node_name(tree) == "variable_set_stmt" and not tree.variable_set_stmt.is_local


def invalid_index(conn: "Conn", sql: bytes) -> str:
    """Return the name of the index that *sql* builds where it stands there INVALID, else "". Read-only."""
    index = _index_of(conn, sql)
    return f"{index.schema}.{index.name}" if index and not index.valid else ""


def builds_index(sql: bytes) -> bool:
    """Return whether *sql* is CREATE INDEX CONCURRENTLY.

    >>> builds_index(b"create index concurrently i on t (a)"), builds_index(b"vacuum t")
    (True, False)
    """
    tree = syntax_tree(sql)
    return node_name(tree) == "index_stmt" and bool(tree.index_stmt.concurrent)


def _drop(conn: "Conn", index: Index) -> None:
    from psycopg import sql

    conn.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(index.schema, index.name)))


def _index_of(conn: "Conn", sql: bytes) -> Index | None:
    node = syntax_tree(sql).index_stmt
    return next((i for i in _indexes(conn, _qualified(node.relation)) if i.name == node.idxname), None)


def _indexes(conn: "Conn", table: str) -> Iterator[Index]:
    for name, schema, valid, building in cast(Any, conn.execute(query("outcome/index"), {"table": table})):
        yield Index(name=name, schema=schema, valid=valid, building=building)


def _qualified(relation: Any) -> str:
    parts = [part for part in (relation.schemaname, relation.relname) if part]
    return _quoted(parts)


def _quoted(parts: list[str]) -> str:
    # to_regclass() reads a text: quoted as an identifier is, by the rule of section 4.1.1
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _create_index(conn: "Conn", node: Any) -> tuple[str, str]:
    table = _qualified(node.relation)
    found = list(_indexes(conn, table))
    if not node.idxname:
        return UNKNOWN, f"the index has no name in the file; the table {table} has: " + (
            ", ".join(i.name + ("" if i.valid else " (INVALID)") for i in found) or "none"
        )
    index = next((i for i in found if i.name == node.idxname), None)
    if index is None:
        return AGAIN, f"index {node.idxname} is not there"
    if index.valid:
        return DONE, f"index {node.idxname} is there and valid"
    return AGAIN, f"index {node.idxname} is INVALID"


def _drop_index(conn: "Conn", node: Any) -> tuple[str, str]:
    names = [_quoted([item.string.sval for item in entry.list.items]) for entry in node.objects]
    there = [n for n in names if cast(Any, conn.execute("SELECT to_regclass(%s)", [n]).fetchone())[0]]
    return (AGAIN, f"{', '.join(there)} is still there") if there else (DONE, f"{', '.join(names)} is gone")


def _again(conn: "Conn", node: Any) -> tuple[str, str]:
    return AGAIN, "running it twice does no harm"


def _alter_table(conn: "Conn", node: Any) -> tuple[str, str]:
    table = _qualified(node.relation)
    partition = _qualified(getattr(node.cmds[0].alter_table_cmd, "def").partition_cmd.name)
    row = cast(Any, conn.execute(query("outcome/detach"), {"partition": partition, "table": table}).fetchone())
    if row is None:
        return DONE, f"{partition} is detached"
    if row[0]:
        return (
            UNKNOWN,
            f"{partition} is half detached: ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE",
        )
    return AGAIN, f"{partition} is still attached"


def _existence(kind: str, field: str, *, wanted: bool) -> Any:
    def look(conn: "Conn", node: Any) -> tuple[str, str]:
        name = getattr(node, field)
        row = conn.execute(query("outcome/exists"), {"kind": kind, "name": name}).fetchone()
        there = bool(cast(Any, row)[0])
        return (DONE if there == wanted else AGAIN), f"{kind} {name} " + ("exists" if there else "does not exist")

    return look


_looks: dict[str, Any] = {
    "index_stmt": _create_index,
    "drop_stmt": _drop_index,
    "alter_table_stmt": _alter_table,
    "reindex_stmt": _again,
    "vacuum_stmt": _again,
    "cluster_stmt": _again,
    "alter_system_stmt": _again,
    "alter_database_stmt": _again,
    "alter_subscription_stmt": _again,
    "discard_stmt": _again,
    "createdb_stmt": _existence("database", "dbname", wanted=True),
    "dropdb_stmt": _existence("database", "dbname", wanted=False),
    "create_table_space_stmt": _existence("tablespace", "tablespacename", wanted=True),
    "drop_table_space_stmt": _existence("tablespace", "tablespacename", wanted=False),
    "create_subscription_stmt": _existence("subscription", "subname", wanted=True),
    "drop_subscription_stmt": _existence("subscription", "subname", wanted=False),
}
