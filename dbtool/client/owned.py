"""Who owns what, and may do what with it, where there is one user: as if that user had just made it. Pure."""

from collections import defaultdict
from collections.abc import Mapping

from dbtool.schema.catalog import Record
from dbtool.schema.kinds import KINDS
from dbtool.schema.kinds.grants import PUBLIC, Entry, built_in
from dbtool.schema.kinds.words import target_of
from dbtool.schema.names import quoted
from dbtool.schema.whole import Schema

_PUBLIC = ("schema", "", "", "public")
_OF_DATABASE = "pg_database_owner"  # who owns public from 15 on (release notes of 15)


def as_owned_by(role: str, record: Record, schema: Schema) -> Record:
    """Return *record* as *role* has it who made it and granted nothing to anybody."""
    if record.owner is None and record.grants is None:
        return record
    owned = _with(record, owner=None if record.owner is None else role, grants=None)
    target = target_of(owned, KINDS[record.kind], schema)
    if record.grants is None or target is None or target.column:
        return owned
    return _with(owned, owner=owned.owner, grants=_entries(built_in(target.what, role, schema.version)))


def public_schema(schema: Schema) -> Record:
    """Return the schema public as it is in a new database."""
    found = schema.parts.get(_PUBLIC)
    old = schema.version < 150000
    owner = (found.owner if found else schema.role) if old else _OF_DATABASE
    assert owner
    everyone = ("CREATE,USAGE" if old else "USAGE") + f"/{quoted(owner)}"
    return Record(
        kind="schema", schema="", parent="", name="public", owner=owner,
        grants=(f"PUBLIC={everyone}", f"{quoted(owner)}=CREATE,USAGE/{quoted(owner)}"),
        comment="standard public schema", is_={}, address=found.address if found else None,
    )  # fmt: skip


def _with(record: Record, *, owner: str | None, grants: tuple[str, ...] | None) -> Record:
    return Record(
        kind=record.kind, schema=record.schema, parent=record.parent, name=record.name, owner=owner, grants=grants,
        comment=record.comment, is_=record.is_, address=record.address,
    )  # fmt: skip


def _entries(grants: Mapping[Entry, bool]) -> tuple[str, ...]:
    """Return *grants* as the catalog's queries write them.

    >>> _entries(built_in("TYPE", "ann", 180001))
    ('PUBLIC=USAGE/ann', 'ann=USAGE/ann')
    """
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for grantor, grantee, privilege in grants:
        found[grantee, grantor].append(privilege)
    return tuple(
        f"{quoted(grantee) if grantee != PUBLIC else 'PUBLIC'}={','.join(sorted(found[grantee, grantor]))}"
        f"/{quoted(grantor)}"
        for grantee, grantor in sorted(found)
    )
