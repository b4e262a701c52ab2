"""What a statement of the project becomes on a shadow, so that it touches nothing but the shadow. Pure.

Roles, databases and tablespaces are the server's, and the target may live on the same one. A subscription would
connect to its publisher and make a slot there. CONCURRENTLY has nobody to be considerate of.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dbtool.parser import HUGE, node_name, syntax_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Tamed:
    """What is run in place of a statement: nothing where ``passed_over`` says what it is about."""

    run: tuple[bytes, ...] = ()
    passed_over: str = ""
    roles: tuple[str, ...] = ()  # that it would make: they must be there


# What has none of these words is spared its tree.
_telling = re.compile(
    rb"\b(database|role|user|group|tablespace|system|parameter|subscription|vacuum|reindex|checkpoint"
    rb"|concurrently)\b|^(?:grant|revoke|load)\b",
    re.IGNORECASE,
)


def tame(sql: bytes) -> Tamed:
    """Return what is run of one statement on a shadow.

    >>> tame(b"create index concurrently i on t (a)").run
    (b'create index              i on t (a)',)
    >>> tame(b"drop database production").passed_over
    'the server'
    >>> tame(b"create role app login password 'x'").roles
    ('app',)
    """
    if len(sql) <= HUGE and _telling.search(sql):
        tree = syntax_tree(sql)
        name = node_name(tree)
        if judge := _judges.get(name):
            return judge(getattr(tree, name), sql)
    return Tamed(run=(sql,))


def without_publisher(name: str) -> tuple[bytes, ...]:
    """Return what ends a subscription without a word to its publisher: manual, ALTER SUBSCRIPTION, "Notes".

    *name* is quoted already.
    """
    subscription = name.encode()
    return (
        b"ALTER SUBSCRIPTION " + subscription + b" DISABLE",
        b"ALTER SUBSCRIPTION " + subscription + b" SET (slot_name = NONE)",
        b"DROP SUBSCRIPTION " + subscription,
    )


def _server(node: Any, sql: bytes) -> Tamed:
    return Tamed(passed_over="the server")


def _upkeep(node: Any, sql: bytes) -> Tamed:
    return Tamed(passed_over="upkeep")


def _create_role(node: Any, sql: bytes) -> Tamed:
    return Tamed(passed_over="the server", roles=(node.role,))


_SERVERS = ("OBJECT_DATABASE", "OBJECT_ROLE", "OBJECT_TABLESPACE", "OBJECT_PARAMETER_ACL")


def _by(field: str) -> Callable[[Any, bytes], Tamed]:
    """Judge by the field that says what kind of thing the statement is about."""

    def judge(node: Any, sql: bytes) -> Tamed:
        return Tamed(passed_over="the server") if _word(node, field) in _SERVERS else Tamed(run=(sql,))

    return judge


def _word(node: Any, field: str) -> str:
    number = getattr(node, field)
    return str(node.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number[number].name)


_concurrently = re.compile(rb"\bconcurrently\b", re.IGNORECASE)


def _index(node: Any, sql: bytes) -> Tamed:
    return Tamed(run=(_plain(sql) if node.concurrent else sql,))


def _plain(sql: bytes) -> bytes:
    """Return CREATE or DROP INDEX CONCURRENTLY without that word; places in the text stay where they were."""
    plain = _concurrently.sub(lambda found: b" " * len(found[0]), sql, count=1)
    tree = syntax_tree(plain)  # the first such word may have stood in a comment
    return sql if getattr(tree, node_name(tree)).concurrent else plain


# ---- subscriptions: manual, CREATE SUBSCRIPTION: with connect = false these three must not be said
_CONNECTING = ("connect", "create_slot", "copy_data", "enabled")


def _create_subscription(node: Any, sql: bytes) -> Tamed:
    from dbtool.schema.names import literal, quoted

    kept = {o.def_elem.defname: _value(o.def_elem) for o in node.options if o.def_elem.defname not in _CONNECTING}
    options = ", ".join(["connect = false", *(f"{quoted(name)} = {literal(value)}" for name, value in kept.items())])
    publications = ", ".join(quoted(p.string.sval) for p in node.publication)
    text = (
        f"CREATE SUBSCRIPTION {quoted(node.subname)} CONNECTION {literal(node.conninfo)} "
        f"PUBLICATION {publications} WITH ({options})"
    )
    return Tamed(run=(text.encode(),))


def _value(option: Any) -> str:
    argument = option.arg
    kind = argument.WhichOneof("node")
    if kind == "integer":
        return str(argument.integer.ival)
    if kind == "boolean":
        return str(argument.boolean.boolval).lower()
    if kind == "type_name":
        return str(argument.type_name.names[-1].string.sval)
    return str(argument.string.sval) if kind else "true"  # an option without a value is on


def _alter_subscription(node: Any, sql: bytes) -> Tamed:
    from dbtool.schema.names import quoted

    kind = _word(node, "kind").removeprefix("ALTER_SUBSCRIPTION_")
    if kind in ("ENABLED", "REFRESH", "REFRESH_PUBLICATION", "REFRESH_SEQUENCES", "SKIP"):
        return Tamed(passed_over="a publisher")
    if kind in ("SET_PUBLICATION", "ADD_PUBLICATION", "DROP_PUBLICATION"):
        publications = ", ".join(quoted(p.string.sval) for p in node.publication)
        said = f"{kind.replace('_', ' ')} {publications} WITH (refresh = false)"
        text = f"ALTER SUBSCRIPTION {quoted(node.subname)} {said}"
        return Tamed(run=(text.encode(),))
    return Tamed(run=(sql,))


def _drop_subscription(node: Any, sql: bytes) -> Tamed:
    from dbtool.schema.names import quoted

    return Tamed(run=without_publisher(quoted(node.subname))) if not node.missing_ok else Tamed(run=(sql,))


_judges: Mapping[str, Callable[[Any, bytes], Tamed]] = {
    **dict.fromkeys(
        (
            "createdb_stmt", "dropdb_stmt", "alter_database_stmt", "alter_database_set_stmt",
            "alter_database_refresh_coll_stmt", "alter_role_stmt", "alter_role_set_stmt", "drop_role_stmt",
            "grant_role_stmt", "create_table_space_stmt", "drop_table_space_stmt",
            "alter_table_space_options_stmt", "alter_system_stmt",
        ),
        _server,
    ),
    **dict.fromkeys(("vacuum_stmt", "reindex_stmt", "check_point_stmt"), _upkeep),
    "create_role_stmt": _create_role,
    "grant_stmt": _by("objtype"),
    "comment_stmt": _by("objtype"),
    "sec_label_stmt": _by("objtype"),
    "rename_stmt": _by("rename_type"),
    "alter_owner_stmt": _by("object_type"),
    "index_stmt": _index,
    "drop_stmt": _index,
    "create_subscription_stmt": _create_subscription,
    "alter_subscription_stmt": _alter_subscription,
    "drop_subscription_stmt": _drop_subscription,
}  # fmt: skip
