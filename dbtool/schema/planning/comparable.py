"""comparable(schema): a schema without what differs between two databases that were made alike. Pure.

Another role made it, the server brought another version of an extension, a materialized view was not filled yet: that
is no drift. The role that owns the most stands for "whoever migrates" on both sides.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from dbtool.schema.catalog import Key, Record
from dbtool.schema.names import qualified, quoted, unquoted
from dbtool.schema.planning.engine import Step
from dbtool.schema.whole import Schema
from dbtool.tags import read_tags

OWNER = "(owner)"

_ENTRY = re.compile(r'((?:"(?:[^"]|"")*"|[^="]+)=)([A-Z,* ]*)(/.+)', re.DOTALL)  # grantee=privileges/grantor

# What is left out, by kind: nobody wrote it into a file.
_LEFT_OUT = {"extension": {"version"}, "materialized view": {"populated"}}


def comparable(schema: Schema, other: Schema, *, role: str = "") -> Schema:
    """Return *schema* as it can be compared with *other*, of another database; *role*: whose it is, if not told."""
    role = role or main_role(schema, other)
    version = min(schema.version, other.version)
    not_nulls = version < 180000  # told by name from 18 on
    unknown = "MAINTAIN" if version < 170000 else ""  # a privilege from 17 on, which every owner has there
    parts = {
        key: _neutral(record, role, unknown)
        for key, record in schema.parts.items()
        if not (not_nulls and key[0] == "constraint" and record.is_["type"] == "not null")
    }
    parts = {record.key: record for record in parts.values()}
    public = parts.get(("schema", "", "", "public"))
    if public and schema.version < 150000 <= other.version:
        parts[public.key] = _as_from_15_on(public)
    return replace(schema, parts=parts, role=OWNER, version=version)


def without_new_partitions(found: Schema, wanted: Schema) -> Schema:
    """Return *found* without the partitions, beside those of *wanted*, of tables tagged @partitions-unmanaged."""
    tagged = {
        qualified(record.schema, record.name)
        for record in found.parts.values()
        if record.kind == "table" and read_tags(record.comment).partitions_unmanaged
    }
    if not tagged:
        return found
    attached = {r.parent: r.is_["partition of"] for r in found.parts.values() if r.kind == "attachment"}
    gone: set[str] = set()
    while more := {n for n, of in attached.items() if of in tagged | gone and n not in gone and _lacks(wanted, n)}:
        gone |= more
    parts = {
        key: r
        for key, r in found.parts.items()
        if r.parent not in gone and (r.parent or qualified(r.schema, r.name) not in gone)
    }
    return replace(found, parts=parts)


def _lacks(schema: Schema, table: str) -> bool:
    return ("table", unquoted(table)[0], "", unquoted(table)[-1]) not in schema.parts


def main_role(schema: Schema, other: Schema) -> str:
    """Return the role that owns most of what *other* has too, or else of all; the one who read it if nobody does."""
    return main_role_of_shared(schema, other) or _most(schema, schema.parts) or schema.role


def main_role_of_shared(schema: Schema, other: Schema) -> str:
    """Return the role that owns most of what both have; "" where that is nothing."""
    return _most(schema, schema.parts.keys() & other.parts.keys())


def _most(schema: Schema, keys: Iterable[Key]) -> str:
    owners = Counter(schema.parts[key].owner or "" for key in keys if key[0] != "schema")
    del owners[""]
    most = {owner for owner, count in owners.items() if count == max(owners.values())}
    if len(most) > 1:  # whose comes first by name: the same on both sides
        return next(owner for key in sorted(keys) if key[0] != "schema" and (owner := schema.parts[key].owner) in most)
    return next(iter(most), "")


def owned(steps: Sequence[Step], role: str | None = None) -> tuple[Step, ...]:
    """Return *steps* with the name of the role that "whoever migrates" is; None: the one who runs them."""
    placeholder, name = quoted(OWNER), quoted(role) if role else "CURRENT_USER"
    return tuple(
        replace(step, statements=tuple(replace(s, sql=s.sql.replace(placeholder, name)) for s in step.statements))
        if any(placeholder in s.sql for s in step.statements)
        else step
        for step in steps
    )


def _neutral(record: Record, role: str, unknown: str) -> Record:
    left_out = _LEFT_OUT.get(record.kind, set[str]())
    name = record.name
    if record.kind == "default acl":
        name = name.replace(f"for role {quoted(role)} on", f"for role {quoted(OWNER)} on")
    comment = record.comment
    if record.kind == "schema" and record.name == "public" and comment == "standard public schema":
        comment = None  # initdb's: one that is made anew has it not
    if not left_out and not record.grants and record.owner != role and (name, comment) == (record.name, record.comment):
        return record  # as most are: columns and constraints have no owner
    return Record(
        kind=record.kind, schema=record.schema, parent=record.parent, name=name, comment=comment,
        owner=OWNER if record.owner == role else record.owner,
        grants=None if record.grants is None else _entries(record.grants, role, unknown),
        is_={name: value for name, value in record.is_.items() if name not in left_out} if left_out else record.is_,
        address=record.address,
    )  # fmt: skip


def _as_from_15_on(public: Record) -> Record:
    """Return public as initdb makes it from 15 on, where it is as initdb made it before (release notes of 15)."""
    owner = quoted(public.owner or "")
    if set(public.grants or ()) != {f"{owner}=CREATE,USAGE/{owner}", f"PUBLIC=CREATE,USAGE/{owner}"}:
        return public
    grants = ("PUBLIC=USAGE/pg_database_owner", "pg_database_owner=CREATE,USAGE/pg_database_owner")
    return replace(public, owner="pg_database_owner", grants=grants)


@lru_cache(maxsize=1 << 10)
def _entries(grants: tuple[str, ...], role: str, unknown: str) -> tuple[str, ...]:
    """Return the grants with OWNER for *role*, and without the privilege that not every server knows.

    >>> _entries(("ann=SELECT,MAINTAIN*/ann", "bob=MAINTAIN/ann"), "ann", "MAINTAIN")
    ('"(owner)"=SELECT/"(owner)"',)
    """
    known = (_without(entry, unknown) if unknown else entry for entry in grants)
    return tuple(sorted(_entry(entry, role) for entry in known if entry))


def _without(entry: str, privilege: str) -> str:
    found = _ENTRY.fullmatch(entry)
    assert found, entry
    kept = [one for one in found[2].split(",") if one.rstrip("*") != privilege]
    return f"{found[1]}{','.join(kept)}{found[3]}" if kept else ""


def _entry(entry: str, role: str) -> str:
    own, named = quoted(OWNER), re.escape(quoted(role))
    return re.sub(rf"/{named}$", lambda _: f"/{own}", re.sub(rf"^{named}=", lambda _: f"{own}=", entry))
