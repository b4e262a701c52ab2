"""The rights that several kinds of statement ask for, each said once. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from dbtool.doctor.need import MEMBER, OWN, Need, Scope, parts

Reader = Callable[[Any, Scope], Iterator[Need]]

RELATIONS = {"TABLE", "VIEW", "MATVIEW", "SEQUENCE", "INDEX", "FOREIGN_TABLE"}
OF_RELATIONS = {"COLUMN", "TABCONSTRAINT", "TRIGGER", "POLICY", "RULE"}
FUNCTIONS = {"FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"}
_TYPES = {"TYPE", "DOMAIN"}
_NAMED = {"SCHEMA": "schema", "DATABASE": "database", "EXTENSION": "extension", "PUBLICATION": "publication"}


def superuser(node: Any, scope: Scope) -> Iterator[Need]:
    """Yield the need to be a superuser."""
    yield Need(right="SUPERUSER", kind="cluster", role=scope.role)


def createrole(node: Any, scope: Scope) -> Iterator[Need]:
    """Yield the need to have CREATEROLE."""
    yield Need(right="CREATEROLE", kind="cluster", role=scope.role)


def member(node: Any, scope: Scope) -> Iterator[Need]:
    """Yield the need to be a member of the role in a RoleSpec (CURRENT_USER and its kin need nothing)."""
    if node.rolename and node.rolename != (scope.role or scope.user) and not scope.is_created("role", node.rolename):
        yield Need(right=MEMBER, kind="role", name=node.rolename, role=scope.role)


def in_database(scope: Scope) -> Iterator[Need]:
    """Yield the need to create in the database."""
    yield Need(right="CREATE", kind="database", role=scope.role)


def of_object(objtype: str, node: Any, scope: Scope, right: str = OWN) -> Iterator[Need]:
    """Yield the need of the owner's rights on an object of one of OBJECT_...'s types; nothing for the rarer ones."""
    kind = objtype.removeprefix("OBJECT_")
    names = parts(node)
    if kind in RELATIONS:
        yield from scope.need(right, "relation", names)
    elif kind in OF_RELATIONS:
        yield from scope.need(OWN, "relation", names[:-1])  # the last part is the column, the trigger, ...
    elif kind in _TYPES:
        yield from scope.need(right, "type", names)
    elif kind in FUNCTIONS:
        yield from scope.need(right, "function", names)
    elif kind in _NAMED:
        yield from scope.need(OWN, _NAMED[kind], names)
    elif kind == "EVENT_TRIGGER":
        yield from superuser(node, scope)
    elif kind == "ROLE":
        yield from createrole(node, scope)
