"""Pending statements -> what each needs of the role that runs it, read from its parse tree. Pure.

Only what is certain is said: names are looked up as PostgreSQL would, objects that an earlier pending statement
makes need nothing, and what a function or a DO block does inside is not guessed at.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from dbtool.doctor import objects, tables
from dbtool.doctor.need import MEMBER, Need, Scope
from dbtool.parser import node_name, syntax_tree
from dbtool.script import Script

_readers = tables.READERS | objects.READERS
_LARGE = 200_000  # bytes: a statement above this is data, and parsing it costs more than it tells


def find_needs(scripts: Iterable[tuple[str, Script]], scope: Scope) -> tuple[Need, ...]:
    """Return what the scripts of the pending migrations (id and script, in running order) need, with its place."""
    return tuple(need for migration, script in scripts for need in _of_script(migration, script, scope))


def _of_script(migration: str, script: Script, scope: Scope) -> Iterator[Need]:
    path = scope.path
    for statement in script.statements:
        if statement.end - statement.start > _LARGE:
            continue
        sql = script.text(statement)
        needs = tuple(needs_of(sql, scope))
        if needs:
            place, what = script.place(statement.start), words(sql)
            yield from (replace(need, place=place, migration=migration, what=what) for need in needs)
    scope.path, scope.role = path, ""  # the settings of one file do not leak into the next


def needs_of(sql: bytes, scope: Scope) -> Iterator[Need]:
    """Yield what one statement needs; *scope* follows its SET ROLE, its SET search_path and what it creates.

    >>> scope = Scope(path=("public",), schemas=frozenset({"public"}))
    >>> [(n.right, n.kind, n.name) for n in needs_of(b"create table t (a int references u)", scope)]
    [('CREATE', 'schema', 'public'), ('REFERENCES', 'relation', 'u')]
    >>> list(needs_of(b"alter table t add b int", scope))
    []
    """
    tree = syntax_tree(sql)
    name = node_name(tree)
    node = getattr(tree, name)
    if name == "variable_set_stmt":
        yield from _set(node, scope)
    elif reader := _readers.get(name):
        yield from reader(node, scope)


def _set(node: Any, scope: Scope) -> Iterator[Need]:
    values = tuple(argument.a_const.sval.sval for argument in node.args)
    if node.name == "search_path" and values:
        scope.path = tuple(scope.user if value == "$user" else value for value in values if value)
        # Those of a path that is set here count as there: the file knows best.
        scope.schemas = scope.schemas | frozenset(scope.path)
    elif node.name in ("role", "session_authorization"):
        scope.role = values[0] if values and values[0] != "none" else ""
        if scope.role:
            yield Need(right=MEMBER, kind="role", name=scope.role)


def words(sql: bytes) -> str:
    """Return the head of a statement: never a literal, which may be a password.

    >>> words(b"CREATE  ROLE app\\n LOGIN PASSWORD 'secret'"), words(b"create table t (a int)")
    ('CREATE ROLE app LOGIN PASSWORD', 'create table t')
    """
    head = re.split(rb"[('$;=]|--|/\*", sql[:400], maxsplit=1)[0]
    text = " ".join(head.decode(errors="replace").split())
    return text if len(text) <= 70 else text[:67].rstrip() + "..."
