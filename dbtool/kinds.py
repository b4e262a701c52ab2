"""What the kind of a statement means to the one who runs it, read from its parse tree. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dbtool.parser import HUGE, node_name, syntax_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What matters of a statement.

    ``transaction_control`` names a statement that would end or begin the transaction. ``outside`` is the
    reason why it cannot run in a transaction block, "" where it can. ``weak`` says that it takes no lock
    that stops readers or writers of a whole table, so that waiting for its locks freezes nobody.
    """

    transaction_control: str = ""
    outside: str = ""
    weak: bool = False
    copy_from_stdin: bool = False
    copy_to_stdout: bool = False
    ends_transactions: bool = False  # CALL and DO may COMMIT by themselves where no block is open


# Nearly all statements are of these two kinds, and a data file has 400,000 of them: each is one object.
USUAL, WEAK = Kind(), Kind(weak=True)

# Only statements that begin so, or that have such a word in them, can be of an unusual kind; the others are
# spared their tree, which costs fifty times as much.
_telling_first = re.compile(
    rb"(begin|start|commit|end|rollback|abort|prepare|do|call|vacuum|reindex|cluster|discard|copy)\b", re.IGNORECASE
)
_defining_first = re.compile(rb"(create|drop|alter)\b", re.IGNORECASE)
_telling_words = (b"concurrently", b"database", b"tablespace", b"system", b"subscription", b"validate")
# A SELECT may call a function that takes any lock; trying it again after a moment costs nothing.
_weak_first = re.compile(rb"(insert|update|delete|merge|analyze|comment)\b", re.IGNORECASE)


def kind_of(sql: bytes, tree: Any = None) -> Kind:
    """Return the kind of one statement; *tree* is its syntax tree, where that is known.

    >>> kind_of(b"create index concurrently i on t (a)").outside
    'CREATE INDEX CONCURRENTLY'
    >>> kind_of(b"commit").transaction_control
    'COMMIT'
    >>> kind_of(b'alter table t add column "validate" int') == Kind()
    True
    """
    if len(sql) <= HUGE and _may_be_unusual(sql):
        tree = syntax_tree(sql) if tree is None else tree
        name = node_name(tree)
        if judge := _judges.get(name):
            return judge(getattr(tree, name))
    return WEAK if _weak_first.match(sql) else USUAL


def _may_be_unusual(sql: bytes) -> bool:
    if _defining_first.match(sql):
        lowered = sql.lower()
        return any(word in lowered for word in _telling_words)
    return _telling_first.match(sql) is not None


def _transaction(node: Any) -> Kind:
    # TransactionStmtKind in pg_query.proto; savepoints stay inside the block and are allowed
    names = {
        1: "BEGIN",
        2: "START TRANSACTION",
        3: "COMMIT",
        4: "ROLLBACK",
        8: "PREPARE TRANSACTION",
        9: "COMMIT PREPARED",
        10: "ROLLBACK PREPARED",
    }
    return Kind(transaction_control=names.get(node.kind, ""), weak=True)


def _index(node: Any) -> Kind:
    return Kind(outside="CREATE INDEX CONCURRENTLY", weak=True) if node.concurrent else Kind()


def _drop(node: Any) -> Kind:
    return Kind(outside="DROP INDEX CONCURRENTLY", weak=True) if node.concurrent else Kind()


def _reindex(node: Any) -> Kind:
    if _options(node.params).get("concurrently", False):
        return Kind(outside="REINDEX CONCURRENTLY", weak=True)
    # ReindexObjectType: 3 schema, 4 system, 5 database
    names = {3: "REINDEX SCHEMA", 4: "REINDEX SYSTEM", 5: "REINDEX DATABASE"}
    return Kind(outside=names.get(node.kind, ""))


def _vacuum(node: Any) -> Kind:
    full = _options(node.options).get("full", False)
    return Kind(outside="VACUUM", weak=not full) if node.is_vacuumcmd else Kind(weak=True)


def _cluster(node: Any) -> Kind:
    return Kind() if node.HasField("relation") else Kind(outside="CLUSTER of all tables")


def _alter_table(node: Any) -> Kind:
    commands = [command.alter_table_cmd for command in node.cmds]
    if any(_is_detach(c) and getattr(getattr(c, "def").partition_cmd, "concurrent", False) for c in commands):
        return Kind(outside="DETACH PARTITION CONCURRENTLY", weak=True)
    # VALIDATE takes SHARE UPDATE EXCLUSIVE, which neither readers nor writers wait for
    return Kind(weak=all(_subtype(c) == "AT_ValidateConstraint" for c in commands))


def _is_detach(command: Any) -> bool:
    return _subtype(command) == "AT_DetachPartition"


def _subtype(command: Any) -> str:
    field = command.DESCRIPTOR.fields_by_name["subtype"]
    return str(field.enum_type.values_by_number[command.subtype].name)


def _options(options: Any) -> dict[str, bool]:
    """Return what WITH (...) or (...) turns on and off; an option without a value is on (manual, defGetBoolean)."""
    return {option.def_elem.defname: _is_on(option.def_elem.arg) for option in options}


def _is_on(argument: Any) -> bool:
    kind = argument.WhichOneof("node")
    if kind == "integer":
        return bool(argument.integer.ival)
    if kind == "boolean":
        return bool(argument.boolean.boolval)
    if kind == "type_name":  # a bare word that is no keyword
        return argument.type_name.names[-1].string.sval.lower() not in ("off", "no")
    return kind != "string" or argument.string.sval.lower() not in ("false", "off", "no", "0")


def _create_subscription(node: Any) -> Kind:
    options = _options(node.options)
    makes_slot = options.get("connect", True) and options.get("create_slot", True)
    return Kind(outside="CREATE SUBSCRIPTION that makes its slot") if makes_slot else Kind()


def _alter_subscription(node: Any) -> Kind:
    # AlterSubscriptionType: 3 SET PUBLICATION, 4 ADD, 5 DROP refresh unless told not to; 6 REFRESH, 8 ENABLED
    kind = node.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_number[node.kind].name
    refreshes = kind.endswith("_REFRESH") or (
        kind.endswith("_PUBLICATION") and _options(node.options).get("refresh", True)
    )
    return Kind(outside="ALTER SUBSCRIPTION that refreshes") if refreshes else Kind()


def _copy(node: Any) -> Kind:
    standard = not node.filename and not node.is_program
    return Kind(weak=True, copy_from_stdin=standard and node.is_from, copy_to_stdout=standard and not node.is_from)


def _discard(node: Any) -> Kind:
    all_of_it = node.DESCRIPTOR.fields_by_name["target"].enum_type.values_by_number[node.target].name
    return Kind(outside="DISCARD ALL" if all_of_it == "DISCARD_ALL" else "", weak=True)


def _alter_database(node: Any) -> Kind:
    moves = any(option.def_elem.defname == "tablespace" for option in node.options)
    return Kind(outside="ALTER DATABASE SET TABLESPACE" if moves else "")


# Which statements refuse a transaction block: "cannot be executed inside a transaction block" in the
# Notes of each command's page in the manual, and PreventInTransactionBlock() in the server's source.
_judges: dict[str, Callable[[Any], Kind]] = {
    "transaction_stmt": _transaction,
    "index_stmt": _index,
    "drop_stmt": _drop,
    "reindex_stmt": _reindex,
    "vacuum_stmt": _vacuum,
    "cluster_stmt": _cluster,
    "alter_table_stmt": _alter_table,
    "copy_stmt": _copy,
    "discard_stmt": _discard,
    "create_subscription_stmt": _create_subscription,
    "alter_subscription_stmt": _alter_subscription,
    "drop_subscription_stmt": lambda node: Kind(outside="DROP SUBSCRIPTION"),
    "createdb_stmt": lambda node: Kind(outside="CREATE DATABASE"),
    "dropdb_stmt": lambda node: Kind(outside="DROP DATABASE"),
    "alter_database_stmt": _alter_database,
    "create_table_space_stmt": lambda node: Kind(outside="CREATE TABLESPACE"),
    "drop_table_space_stmt": lambda node: Kind(outside="DROP TABLESPACE"),
    "alter_system_stmt": lambda node: Kind(outside="ALTER SYSTEM"),
    "call_stmt": lambda node: Kind(ends_transactions=True),
    "do_stmt": lambda node: Kind(ends_transactions=True),
}
