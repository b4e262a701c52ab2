"""Which locks a statement takes on the tables that it names, as far as its text tells. Pure.

https://www.postgresql.org/docs/current/explicit-locking.html, and AlterTableGetLockLevel() in the server's source.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dbtool.lint.commands import Command, column_constraints
from dbtool.lint.tree import Name, listed_name, member_name, relation_name
from dbtool.lock_modes import Lock
from dbtool.parser import enum_word

if TYPE_CHECKING:
    from dbtool.lint.source import Parsed

_WEAK = {
    "SetStatistics", "ClusterOn", "DropCluster", "SetOptions", "ResetOptions", "ValidateConstraint", "AttachPartition",
    "SetRelOptions", "ResetRelOptions", "DetachPartitionFinalize",
}  # fmt: skip
_TRIGGERS = {
    "EnableTrig", "EnableAlwaysTrig", "EnableReplicaTrig", "DisableTrig", "EnableTrigAll", "DisableTrigAll",
    "EnableTrigUser", "DisableTrigUser",
}  # fmt: skip


def locks_of(parsed: "Parsed") -> Iterator[tuple[Name, Lock]]:
    """Yield the tables that a statement locks."""
    if parsed.name == "alter_table_stmt":
        for command in parsed.commands:
            yield from _of_command(command)
    elif reader := _READERS.get(parsed.name):
        yield from reader(parsed.node)


def _of_command(command: Command) -> Iterator[tuple[Name, Lock]]:
    level = Lock.ACCESS_EXCLUSIVE
    if command.kind in _WEAK:
        level = Lock.SHARE_UPDATE_EXCLUSIVE
    elif command.kind in _TRIGGERS or command.constraint == "FOREIGN":
        level = Lock.SHARE_ROW_EXCLUSIVE
    elif command.kind == "DetachPartition" and command.definition.concurrent:
        level = Lock.SHARE_UPDATE_EXCLUSIVE
    yield command.table, level
    if command.constraint == "FOREIGN":
        yield relation_name(command.definition.pktable), Lock.SHARE_ROW_EXCLUSIVE
    elif command.kind == "AddColumn":
        for kind, constraint in column_constraints(command.definition):
            if kind == "FOREIGN":
                yield relation_name(constraint.pktable), Lock.SHARE_ROW_EXCLUSIVE
    elif command.kind in ("AttachPartition", "DetachPartition") and level != Lock.SHARE_UPDATE_EXCLUSIVE:
        yield relation_name(command.definition.name), Lock.ACCESS_EXCLUSIVE


def _create(node: Any) -> Iterator[tuple[Name, Lock]]:
    for element in node.table_elts:
        if element.HasField("column_def"):
            for holder in element.column_def.constraints:
                if holder.constraint.HasField("pktable"):
                    yield relation_name(holder.constraint.pktable), Lock.SHARE_ROW_EXCLUSIVE
        elif element.HasField("constraint") and element.constraint.HasField("pktable"):
            yield relation_name(element.constraint.pktable), Lock.SHARE_ROW_EXCLUSIVE
    if node.HasField("partbound"):
        yield relation_name(node.inh_relations[0].range_var), Lock.ACCESS_EXCLUSIVE


def _index(node: Any) -> Iterator[tuple[Name, Lock]]:
    yield relation_name(node.relation), Lock.SHARE_UPDATE_EXCLUSIVE if node.concurrent else Lock.SHARE


def _drop(node: Any) -> Iterator[tuple[Name, Lock]]:
    kind = enum_word(node, "remove_type")
    if kind in ("OBJECT_TABLE", "OBJECT_MATVIEW", "OBJECT_VIEW", "OBJECT_FOREIGN_TABLE"):
        for item in node.objects:
            yield listed_name(item.list.items), Lock.ACCESS_EXCLUSIVE
    elif kind in ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"):
        for item in node.objects:
            yield member_name(item.list.items)[0], Lock.ACCESS_EXCLUSIVE


def _rename(node: Any) -> Iterator[tuple[Name, Lock]]:
    if node.relation.relname and enum_word(node, "rename_type") != "OBJECT_INDEX":
        yield relation_name(node.relation), Lock.ACCESS_EXCLUSIVE


def _named(lock: Lock) -> Any:
    def read(node: Any) -> Iterator[tuple[Name, Lock]]:
        if node.HasField("relation"):
            yield relation_name(node.relation), lock

    return read


def _truncate(node: Any) -> Iterator[tuple[Name, Lock]]:
    for item in node.relations:
        yield relation_name(item.range_var), Lock.ACCESS_EXCLUSIVE


def _lock(node: Any) -> Iterator[tuple[Name, Lock]]:
    for item in node.relations:
        yield relation_name(item.range_var), Lock(node.mode)


def _policy(node: Any) -> Iterator[tuple[Name, Lock]]:
    yield relation_name(node.table), Lock.ACCESS_EXCLUSIVE


def _refresh(node: Any) -> Iterator[tuple[Name, Lock]]:
    yield relation_name(node.relation), Lock.EXCLUSIVE if node.concurrent else Lock.ACCESS_EXCLUSIVE


_READERS = {
    "create_stmt": _create,
    "index_stmt": _index,
    "drop_stmt": _drop,
    "rename_stmt": _rename,
    "alter_object_schema_stmt": _named(Lock.ACCESS_EXCLUSIVE),
    "truncate_stmt": _truncate,
    "lock_stmt": _lock,
    "create_policy_stmt": _policy,
    "alter_policy_stmt": _policy,
    "create_trig_stmt": _named(Lock.SHARE_ROW_EXCLUSIVE),
    "rule_stmt": _named(Lock.ACCESS_EXCLUSIVE),
    "refresh_mat_view_stmt": _refresh,
    "cluster_stmt": _named(Lock.ACCESS_EXCLUSIVE),
    "insert_stmt": _named(Lock.ROW_EXCLUSIVE),
    "update_stmt": _named(Lock.ROW_EXCLUSIVE),
    "delete_stmt": _named(Lock.ROW_EXCLUSIVE),
    "merge_stmt": _named(Lock.ROW_EXCLUSIVE),
}

# The kinds of statement that can take ACCESS EXCLUSIVE on a table that was there, as libpg_query names them.
EXCLUSIVE = frozenset(
    {
        "alter_table_stmt", "drop_stmt", "rename_stmt", "alter_object_schema_stmt", "truncate_stmt", "lock_stmt",
        "create_policy_stmt", "alter_policy_stmt", "rule_stmt", "refresh_mat_view_stmt", "cluster_stmt",
    }
)  # fmt: skip
