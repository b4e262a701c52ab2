"""read_catalog(conn) -> Catalog: one Record for each thing in a database that can differ, as the server states it.

Definitions are the server's own (pg_get_viewdef and its kin) with an empty search_path, so two databases of one
major version that say the same are equal here, whatever order or words they were made in. Each query of
queries/schema/ answers for a family of kinds, in the same columns.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dbtool.queries import query
from dbtool.schema.names import unquoted
from dbtool.schema.settled import UNSETTLED, settled

if TYPE_CHECKING:
    from psycopg import Cursor
    from psycopg.abc import Buffer

    from dbtool.db import Conn

FAMILIES = tuple(sorted(p.stem for p in (Path(__file__).parents[1] / "queries" / "schema").glob("*.sql")))
Key = tuple[str, str, str, str]  # kind, schema, parent, name
Address = tuple[int, int, int]  # classid, objid, objsubid of pg_depend


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing of a schema. ``is_`` holds what can differ, by stable words; owner and comment None for none."""

    kind: str
    schema: str
    parent: str  # the quoted name of what it belongs to, "" for what stands by itself
    name: str
    owner: str | None
    grants: tuple[str, ...] | None
    comment: str | None
    is_: Mapping[str, Any] = field(hash=False)
    address: Address | None = field(default=None, compare=False)  # where pg_depend finds it: no difference

    @property
    def key(self) -> Key:
        """What makes it this thing and no other."""
        return self.kind, self.schema, self.parent, self.name

    def __str__(self) -> str:
        place = f" on {self.parent}" if self.parent else ""
        schema = f"{self.schema}." if self.schema and not self.parent else ""
        return f"{self.kind} {schema}{self.name}{place}"

    def with_(self, is_: Mapping[str, Any]) -> "Record":
        """Return this with other attributes: dataclasses.replace() takes three times as long, and most is copied so."""
        return Record(
            kind=self.kind, schema=self.schema, parent=self.parent, name=self.name, owner=self.owner,
            grants=self.grants, comment=self.comment, is_=is_, address=self.address,
        )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """Return all that can differ, by name."""
        return {**self.is_, "owner": self.owner, "grants": self.grants, "comment": self.comment}


Catalog = Mapping[Key, Record]


def read_catalog(conn: "Conn", *, ledger_schema: str) -> Catalog:
    """Return the schema of the connected database, without dbtool's ledger. Read-only, one round trip.

    All queries see the same moment (REPEATABLE READ).
    """
    return read_with(conn, ledger_schema=ledger_schema)[0]


def read_with(
    conn: "Conn", *more: str, ledger_schema: str, kinds: Sequence[str] = FAMILIES
) -> tuple[Catalog, list[list[Any]]]:
    """Return the schema, and what *more* queries say at the same moment. Read-only, one round trip.

    *kinds*: which of them, by the names of their queries. Within a transaction that is open already: as that sees it.
    """
    from psycopg.pq import TransactionStatus

    begun = conn.info.transaction_status is not TransactionStatus.IDLE
    with conn.pipeline(), conn.transaction():
        if not begun:
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        conn.execute(query("catalog/settings"))
        families = [_cursor(conn).execute(query(f"schema/{name}"), {"ledger": ledger_schema}) for name in kinds]
        others = [conn.execute(query(name)) for name in more]
    records = [record_of(row) for cursor in families for row in cast(list[Any], cursor.fetchall())]
    return {record.key: record for record in records}, [cast(list[Any], cursor.fetchall()) for cursor in others]


def _cursor(conn: "Conn") -> "Cursor[tuple[object, ...]]":
    """Return a cursor that gives equal attributes as one and the same object. Nobody changes them."""
    from psycopg.adapt import Loader

    class Shared(Loader):
        def load(self, data: "Buffer") -> Any:
            return _shared(bytes(data))

    cursor = conn.cursor()
    cursor.adapters.register_loader("jsonb", Shared)
    return cursor


@lru_cache(maxsize=1 << 18)
def _shared(text: bytes) -> Any:
    """Return what a JSON text says. Of 18,000 attributes, 5,000 differ; and two databases have nearly the same."""
    return json.loads(text.decode())


def record_of(row: Any) -> Record:
    """Return what a row of one of the families' queries says."""
    kind, schema, parent, name, owner, acl, comment, is_, address = row
    return Record(
        kind=kind, schema=schema, parent=parent, name=name, owner=owner, comment=comment, is_=_settled(is_),
        grants=None if acl is None else tuple(acl), address=None if address is None else tuple(address),
    )  # fmt: skip


def _settled(is_: dict[str, Any]) -> dict[str, Any]:
    """Return what a thing is, its expressions told as they are when they are read again."""
    if not any(isinstance(value, str) and UNSETTLED in value for value in is_.values()):
        return is_
    return {name: settled(value) if isinstance(value, str) and name != "body" else value for name, value in is_.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One attribute that differs."""

    attribute: str
    wanted: Any
    found: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is missing (``found`` None), too much (``wanted`` None), or not the same (``changes``)."""

    wanted: Record | None
    found: Record | None
    changes: tuple[Change, ...] = ()

    @property
    def what(self) -> str:
        """missing, extra or changed."""
        return "missing" if self.found is None else "extra" if self.wanted is None else "changed"

    @property
    def record(self) -> Record:
        """The thing itself, as wanted where it is."""
        record = self.wanted or self.found
        assert record
        return record


def compare(wanted: Catalog, found: Catalog, *, owners: bool = True) -> tuple[Difference, ...]:
    """Return where *found* is not as *wanted*, in a stable order. Pure.

    What goes with something that is missing or too much (the columns of a table) is not told by itself. Without
    *owners*, owners and who granted are left out: two databases of different roles are compared.
    """
    differences = sorted(_differences(wanted, found, owners=owners), key=lambda d: d.record.key)
    whole = {(_family(d.record.kind), *_plain_name(d.record)) for d in differences if d.what != "changed"}
    return tuple(d for d in differences if d.what == "changed" or not _goes_with(d.record, whole))


def _differences(wanted: Catalog, found: Catalog, *, owners: bool) -> Iterator[Difference]:
    for key in wanted.keys() | found.keys():
        left, right = wanted.get(key), found.get(key)
        if left is None or right is None:
            yield Difference(wanted=left, found=right)
            continue
        if left == right:  # nearly all are, and this is the quick way to see it
            continue
        changes = tuple(_changes(left, right, owners=owners))
        if changes:
            yield Difference(wanted=left, found=right, changes=changes)


def _changes(left: Record, right: Record, *, owners: bool) -> Iterator[Change]:
    wanted, found = left.facts(), right.facts()
    for name in sorted(wanted.keys() | found.keys()):
        if name in ("owner", "grants") and not owners:
            continue
        if wanted.get(name) != found.get(name):
            yield Change(attribute=name, wanted=wanted.get(name), found=found.get(name))


# What a part's parent is: publications, servers and domains may be called like tables.
_PARENTS = {"user mapping": "server", "domain constraint": "type"}


def _family(kind: str) -> str:
    return kind if kind in ("server", "type", "publication") else "relation"


def _goes_with(record: Record, whole: set[tuple[str, ...]]) -> bool:
    if not record.parent:
        return False
    family = "publication" if record.kind.startswith("publication ") else _PARENTS.get(record.kind, "relation")
    return (family, *unquoted(record.parent)) in whole


def _plain_name(record: Record) -> tuple[str, ...]:
    return (record.schema, record.name) if record.schema else (record.name,)
