"""What a statement needs of the role that runs it, and the names by which it says so. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dbtool.finding import Place

# Kinds of `Need.right` beside the privileges of GRANT: the owner's rights; the owner's or the schema owner's
# (DROP); a grant option (GRANT); membership in a role; an attribute of the role (SUPERUSER, CREATEROLE, CREATEDB).
OWN, DROP, GRANT, MEMBER = "OWN", "DROP", "GRANT", "MEMBER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One right on one object: ``name`` is looked for in ``schemas`` in their order."""

    right: str
    kind: str  # relation, schema of (a relation), type, function, schema, database, extension, role, cluster, ...
    name: str = ""
    schemas: tuple[str, ...] = ()
    role: str = ""  # who runs it after SET ROLE; "" is the role of the connection
    what: str = ""  # the statement in words
    place: Place | None = None
    migration: str = ""


@dataclass(slots=True, kw_only=True)
class Scope:
    """What the names of a statement mean at its point of the pending files."""

    path: tuple[str, ...]  # search_path, by name
    schemas: frozenset[str]  # of the path: those that are there
    user: str = ""  # the role of the connection
    role: str = ""  # since SET ROLE
    created: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])  # kind, schema, name

    def creation_schema(self) -> str:
        """Return where an unqualified new object goes: the first schema of the path that will be there."""
        there = (name for name in self.path if name in self.schemas or self.is_created("schema", name))
        return next(there, self.path[0] if self.path else "")

    def create(self, kind: str, name: str, schema: str = "") -> None:
        """Remember that a pending statement makes this object, so that its role owns it."""
        self.created.add((kind, schema, name))

    def is_created(self, kind: str, name: str, schemas: Iterable[str] = ("",)) -> bool:
        """Return whether an earlier pending statement makes this object."""
        return any((kind, schema, name) in self.created for schema in schemas)

    def need(self, right: str, kind: str, names: Sequence[str]) -> Iterator[Need]:
        """Yield the need of *right* on what *names* (of one to three parts) mean; none on what is made before."""
        if not names:
            return
        name = names[-1]
        schemas = (names[-2],) if len(names) > 1 else self.path
        if kind in ("relation", "schema of", "type", "function"):
            made = "relation" if kind == "schema of" else kind
            if self.is_created(made, name, schemas) or (made == "type" and self.is_created("relation", name, schemas)):
                return
        elif self.is_created(kind, name):
            return
        yield Need(right=right, kind=kind, name=name, schemas=tuple(schemas), role=self.role)

    def create_in(self, kind: str, names: Sequence[str], *, surely: bool = True) -> Iterator[Need]:
        """Yield the need to create in the schema where the new object *names* goes, and remember the object.

        Not *surely*: IF NOT EXISTS or OR REPLACE may meet an object of somebody else's.
        """
        schema = names[-2] if len(names) > 1 else self.creation_schema()
        if schema:
            yield from self.need("CREATE", "schema", (schema,))
        if surely:
            self.create(kind, names[-1], schema)


def parts(node: Any) -> tuple[str, ...]:
    """Return the parts of the name that a RangeVar, a list, a TypeName, an ObjectWithArgs or a String holds."""
    kind = node.DESCRIPTOR.name
    if kind == "Node":
        return parts(getattr(node, node.WhichOneof("node"))) if node.WhichOneof("node") else ()
    if kind == "RangeVar":
        return tuple(name for name in (node.schemaname, node.relname) if name)
    if kind == "String":
        return (node.sval,)
    items = {"List": "items", "TypeName": "names", "ObjectWithArgs": "objname"}.get(kind)
    return strings(getattr(node, items)) if items else ()


def strings(nodes: Iterable[Any]) -> tuple[str, ...]:
    """Return the texts of a list of String nodes."""
    return tuple(node.string.sval for node in nodes if node.HasField("string"))


def symbol(node: Any, name: str) -> str:
    """Return the name of an enum field's value, as pg_query.proto spells it."""
    values = node.DESCRIPTOR.fields_by_name[name].enum_type.values_by_number
    return str(values[getattr(node, name)].name)


def read_path(setting: str, user: str) -> tuple[str, ...]:
    """Return the schemas that a search_path setting names, "$user" replaced.

    >>> read_path('"$user", public, "A""b"', "deploy")
    ('deploy', 'public', 'A"b')
    """
    found = re.findall(r'"((?:[^"]|"")*)"|([^\s,"]+)', setting)
    names = [quoted.replace('""', '"') or bare for quoted, bare in found]
    return tuple(user if name == "$user" else name for name in names)
