"""Owners, grants and comments: one rule for all kinds. Pure.

What an object has when it was just made is PostgreSQL's own default, or what the default privileges of the role that
makes it say; those of *current* are in force then, as changes of default privileges come last.
"""

from dataclasses import replace

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.grants import (
    COLUMN_PRIVILEGES,
    Grants,
    Target,
    between,
    built_in,
    granted,
    grants_of,
    handed_over,
    merged,
)
from dbtool.schema.kinds.kind import Kind
from dbtool.schema.kinds.privileges import DEFAULTS, default_name, default_target, without_defaults
from dbtool.schema.names import literal, quoted, unquoted
from dbtool.schema.statement import Statement
from dbtool.schema.whole import Schema

_RELATIONS = ("table", "view", "materialized view", "foreign table")
_ALIKE = {"FUNCTION": "ROUTINE", "PROCEDURE": "ROUTINE", "AGGREGATE": "ROUTINE", "DOMAIN": "TYPE"}


def after_create(record: Record, kind: Kind, wanted: Schema, current: Schema) -> list[Statement]:
    """Return what gives the *record* that was just made its owner, grants and comment."""
    sql: list[str] = []
    if record.owner not in (None, wanted.role) and not _is_identity(record):
        sql.append(_owned(record, kind))
    if target := target_of(record, kind, wanted):
        have = _given(record, target, wanted, current)
        sql += between(have, grants_of(record.grants), target)
    if record.comment is not None:
        sql.append(_comment(record, kind))
    return [Statement(text) for text in sql]


def changed(old: Record, new: Record, kind: Kind, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what makes owner, grants and comment of *old* those of *new*."""
    sql: list[str] = []
    if new.owner is not None and old.owner != new.owner:
        sql += _handed_over(new, kind, current, wanted)
    if target := target_of(new, kind, wanted):
        before = _owner(old, current) or target.owner
        have = handed_over(grants_of(old.grants), before, target.owner)
        want = grants_of(new.grants)
        sql += between(have, want, target)
        sql += _given_back(new, have, want, target, current, wanted)
    if old.comment != new.comment:
        sql.append(_comment(new, kind))
    return [Statement(text) for text in sql]


def says_words_only(record: Record | None) -> bool:
    """Return whether *record* is of something that is there without it.

    A view's column, an identity's sequence and a constraint's index are told where there is something to say of them;
    when that is gone, it is withdrawn.
    """
    if record is None:
        return False
    mark = {"column": "type", "index": "definition"}.get(record.kind)
    return _is_identity(record) or (mark is not None and mark not in record.is_)


def withdrawn(record: Record, kind: Kind, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what takes the words of *record* away, whose carrier stays: it is in *current* and not in *wanted*."""
    owner = record.owner
    if _is_identity(record):
        owner = _owner_of_relation(_table_of_identity(record), wanted) or owner
    bare = replace(record, comment=None, grants=None, owner=owner)
    target = target_of(bare, kind, wanted)
    if target and not target.column:
        own = built_in(target.what, target.owner, wanted.version)
        bare = replace(bare, grants=tuple(f"{_entry(grantee)}={p}/{_entry(by)}" for by, grantee, p in own))
    return changed(record, bare, kind, current, wanted)


def _entry(role: str) -> str:
    return quoted(role) if role else "PUBLIC"


def target_of(record: Record, kind: Kind, schema: Schema) -> Target | None:
    """Return what privileges on *record* are granted on; None for what has none."""
    if record.kind == "default acl":
        return default_target(record, schema)
    owner = _owner(record, schema)
    if owner is None:
        return None
    if record.kind == "column":
        name = quoted(record.name)
        return Target(what="TABLE", on=f"TABLE {record.parent}", owner=owner, version=schema.version, column=name)
    if not kind.grant_word:
        return None
    what = _ALIKE.get(kind.grant_word, kind.grant_word)
    on = f"{kind.grant_word} {_granted_name(record, kind)}"
    return Target(what=what, on=on, owner=owner, version=schema.version)


def _granted_name(record: Record, kind: Kind) -> str:
    """The name after GRANT ... ON: of an aggregate with its arguments as a function's, each once."""
    if record.kind != "aggregate":
        return kind.name(record)
    name, _, types = record.name.removesuffix(")").partition("(")
    direct, ordered = types.split("ORDER BY ", 1) if "ORDER BY " in types else ("", types)
    twice = "ORDER BY VARIADIC" in record.is_["arguments"] and direct.strip() == ordered
    signature = ", ".join(part for part in (direct.strip(), "" if twice or ordered == "*" else ordered) if part)
    return f"{quoted(record.schema)}.{name}({signature})"


def _owner(record: Record, schema: Schema) -> str | None:
    if record.kind != "column":
        return record.owner
    return _owner_of_relation(record.parent, schema)


def _owner_of_relation(identity: str, schema: Schema) -> str | None:
    namespace, *name = unquoted(identity)
    found = (schema.parts.get((kind, namespace, "", name[0])) for kind in _RELATIONS if name)
    return next((relation.owner for relation in found if relation), None)


def _is_identity(record: Record) -> bool:
    return record.kind == "sequence" and "identity of" in record.is_


def _table_of_identity(record: Record) -> str:
    return ".".join(quoted(name) for name in unquoted(record.is_["identity of"])[:-1])


def _owned(record: Record, kind: Kind) -> str:
    return f"ALTER {kind.reference(record)} OWNER TO {quoted(record.owner or '')}"


def _handed_over(new: Record, kind: Kind, current: Schema, wanted: Schema) -> list[str]:
    """The new owner; of a table's own sequence it comes with the table's (manual, ALTER SEQUENCE)."""
    if new.kind == "sequence":
        part = "ownership", new.schema, kind.name(new), new.name
        before, after = current.parts.get(part), wanted.parts.get(part)
        if _is_identity(new) or (before and after and before.is_ == after.is_):
            return []
        if before:
            return [f"ALTER {kind.reference(new)} OWNED BY NONE", _owned(new, kind)]
    return [_owned(new, kind)]


def _given(record: Record, target: Target, wanted: Schema, current: Schema) -> Grants:
    """What is granted on *record* when it was just made by this role and handed to its owner."""
    if target.column:
        return {}
    if record.kind == "default acl":
        return without_defaults(record, target)
    own = built_in(target.what, wanted.role, wanted.version)
    have = _by_default(own, target, record.schema, wanted.role, current)
    if _is_identity(record):
        have = _unsure(have, own, grants_of(record.grants))
    return handed_over(have, wanted.role, target.owner)


def _by_default(own: Grants, target: Target, schema: str, role: str, current: Schema) -> Grants:
    """*own*, or what the role's default privileges say instead; those in a schema add to it."""
    if target.what not in DEFAULTS.values():
        return own
    name = default_name(role, target.what)
    everywhere = current.parts.get(("default acl", "", "", name))
    there = current.parts.get(("default acl", schema, "", name)) if schema else None
    start = grants_of(everywhere.grants) if everywhere else own
    return merged(start, grants_of(there.grants)) if there else start


def _unsure(first: Grants, second: Grants, want: Grants) -> Grants:
    """One of both, and not known which (the table was there before, or not): what serves either.

    What is wanted counts as missing, what is not as there: it is no error to grant or revoke once more.
    """
    both = merged(first, second)
    return {e: option for e, option in both.items() if (e in first and e in second) or e not in want}


def _given_back(new: Record, have: Grants, want: Grants, target: Target, current: Schema, wanted: Schema) -> list[str]:
    """What a REVOKE on a table takes from its columns as well (manual, REVOKE), and they are to keep."""
    taken = {e for e in have if e[2] in COLUMN_PRIVILEGES and (e not in want or (have[e] and not want[e]))}
    if new.kind not in _RELATIONS or not taken:
        return []
    sql: list[str] = []
    for child in wanted.children.get(target.on.removeprefix("TABLE "), ()):
        if child.kind == "column" and child.key in current.parts:
            grants = grants_of(child.grants)
            column = replace(target, column=quoted(child.name))
            sql += granted([e for e in grants if e in taken], grants, column)
    return sql


def _comment(record: Record, kind: Kind) -> str:
    comment = f"COMMENT ON {kind.reference(record)} IS"
    if record.comment is None and record.kind == "extension":
        return _usual_comment(record, comment)
    return f"{comment} {literal(record.comment) if record.comment else 'NULL'}"


def _usual_comment(record: Record, comment: str) -> str:
    """The comment that CREATE EXTENSION gives: the extension's own file says it, and the catalog does not tell it."""
    return (
        f"DO $$ BEGIN EXECUTE (SELECT format({literal(comment + ' %L')}, comment)\n"
        f"    FROM pg_catalog.pg_available_extensions WHERE name = {literal(record.name)}); END $$"
    )
