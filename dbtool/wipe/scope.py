"""What a database holds, whose it is, and what stands around it -> Scope: what is shown before anything is taken."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbtool.errors import Unreachable, UsageError
from dbtool.queries import query

if TYPE_CHECKING:
    from dbtool.db import Conn

HISTORY = "dbtool's history"
LEDGER_TABLES = ("_yoyo_migration", "_yoyo_log", "_yoyo_version", "yoyo_lock")
LARGE_OBJECTS = "large objects"  # all of one owner are one item, and ``rows`` their number
DEFAULT_PRIVILEGES = "default acl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One object of the database; ``identity`` is its name as the server quotes it."""

    catalog: int  # the oid of the catalog that it stands in
    oid: int
    kind: str
    schema: str
    name: str
    identity: str
    owner: str
    ours: bool
    shared: bool  # a schema that holds something of others as well
    internal: bool  # the server made it for another object, and it goes with that
    relkind: str
    populated: bool
    rows: int  # estimated
    bytes: int
    owned_by: int  # a sequence's table

    def __str__(self) -> str:
        return f"{self.kind} {self.identity}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A foreign key between tables of different owners."""

    child: int
    parent: int
    identity: str
    owner: str
    referenced: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A logical slot of the database; ``pid`` is 0 where nobody reads from it."""

    name: str
    plugin: str
    pid: int
    application: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription of the database, and its slot on the server that publishes."""

    identity: str
    owner: str
    slot: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A publication of the database; ``tables`` are oids, none where it has all tables."""

    identity: str
    owner: str
    all_tables: bool
    truncates: bool  # TRUNCATE reaches its subscribers
    tables: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a command leaves alone, and why."""

    kind: str
    identity: str
    owner: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Everything that a wiping command takes or leaves; the properties say which."""

    database: str
    oid: int
    role: str
    ledger_schema: str
    histories: frozenset[str]  # schemas that hold a ledger: yoyo's follow search_path, and are used where they are
    owners: tuple[str, ...]  # as named on the command line
    items: tuple[Item, ...]
    foreign_keys: tuple[ForeignKey, ...]
    partitions: tuple[tuple[int, int], ...]  # child, parent
    reads: tuple[tuple[int, int], ...]  # view, what it reads
    slots: tuple[Slot, ...]
    subscriptions: tuple[Subscription, ...]
    publications: tuple[Publication, ...]
    default_privileges: Mapping[int, str]  # the statements that take each back
    locks_per_transaction: int
    transactions: int

    @property
    def taken(self) -> tuple[Item, ...]:
        """What nuke drops: all that is the project's, but schemas that hold something of others."""
        return tuple(item for item in self.items if item.ours and not item.shared)

    @property
    def tables(self) -> tuple[Item, ...]:
        """The tables whose rows reset takes: the project's, without the ledger's and without foreign ones."""
        return tuple(item for item in self.items if item.ours and item.relkind in ("r", "p") and not self._ledger(item))

    @property
    def sequences(self) -> tuple[Item, ...]:
        """The project's sequences, but those of foreign tables and of the ledger: reset restarts them."""
        foreign = {item.oid for item in self.items if item.relkind == "f" or self._ledger(item)}
        return tuple(i for i in self.items if i.ours and i.relkind == "S" and i.owned_by not in foreign)

    @property
    def materialized_views(self) -> tuple[Item, ...]:
        """The project's materialized views that hold rows: reset refreshes them."""
        return tuple(item for item in self.items if item.ours and item.relkind == "m" and item.populated)

    @property
    def rows(self) -> int:
        """The rows of the tables, estimated."""
        return sum(item.rows for item in self.tables)

    @property
    def bytes(self) -> int:
        """What the tables and their indexes take on disk."""
        return sum(item.bytes for item in self.tables)

    @property
    def large_objects(self) -> int:
        """How many large objects are the project's."""
        return sum(item.rows for item in self.items if item.ours and item.kind == LARGE_OBJECTS)

    def counts(self) -> dict[str, int]:
        """Return how many objects of each kind nuke drops, the most frequent first."""
        counted = Counter(i.kind for i in self.taken if not i.internal and i.kind != LARGE_OBJECTS)
        if self.large_objects:
            counted["large object"] = self.large_objects
        return dict(counted.most_common())

    def left_by_reset(self) -> tuple[Left, ...]:
        """Return the tables whose rows stay, and why."""
        mine = [item for item in self.items if item.ours]
        others = [item for item in self.items if not item.ours and (item.relkind or item.kind == LARGE_OBJECTS)]
        return (
            *(_left(item, HISTORY) for item in mine if self._ledger(item)),
            *(_left(item, "its rows are on another server") for item in mine if item.relkind == "f"),
            *(_left(item, f"of {item.owner}") for item in others if item.relkind != "v"),
        )

    def left_by_nuke(self) -> tuple[Left, ...]:
        """Return the objects that stay, and why."""
        going = {item.schema for item in self.taken if item.kind == "schema"}
        return (
            *(
                _left(item, f"made by {item.owner}" if item.kind == "extension" else f"of {item.owner}")
                for item in self.items
                if not item.ours and not (item.kind == DEFAULT_PRIVILEGES and item.schema in going)
            ),
            *(_left(item, "it holds objects of other owners") for item in self.items if item.ours and item.shared),
            *(Left(kind="logical slot", identity=slot.name, owner="", why=_why_slot(slot)) for slot in self.slots),
        )

    def truncated_publications(self) -> tuple[Publication, ...]:
        """Return the publications that carry a TRUNCATE of the project's tables to their subscribers."""
        oids = {table.oid for table in self.tables}
        return tuple(p for p in self.publications if p.truncates and (p.all_tables or oids & set(p.tables)))

    def others_publications(self) -> tuple[Publication, ...]:
        """Return the publications of others that lose tables when the project's are dropped."""
        oids = {table.oid for table in self.tables}
        ours = {item.identity for item in self.items if item.ours and item.kind == "publication"}
        return tuple(p for p in self.publications if p.identity not in ours and oids & set(p.tables))

    def remote_slots(self) -> tuple[Subscription, ...]:
        """Return the project's subscriptions with a slot on the publishing server: nuke leaves that slot there."""
        ours = {item.identity for item in self.items if item.ours and item.kind == "subscription"}
        return tuple(s for s in self.subscriptions if s.identity in ours and s.slot)

    def inbound(self) -> tuple[ForeignKey, ...]:
        """Return the foreign keys of others' tables to tables of ours: with these, reset and nuke refuse."""
        ours = {table.oid for table in self.tables}
        return tuple(k for k in self.foreign_keys if k.parent in ours and k.child not in ours)

    def _ledger(self, item: Item) -> bool:
        return item.name in LEDGER_TABLES and item.schema in self.histories and item.relkind in ("r", "p")


def read_scope(conn: "Conn", *, ledger_schema: str, owners: Sequence[str] = ()) -> Scope:
    """Return what the database holds, and whose it is. Read-only, one round trip.

    Raises UsageError for an owner that no role is called.
    """
    import psycopg
    from psycopg import sql

    values = {"ledger": ledger_schema, "owners": list(owners)}
    names = (
        "settings", "objects", "foreign_keys", "partitions", "views", "slots", "subscriptions",
        "publications", "default_privileges",
    )  # fmt: skip
    path = sql.SQL("SELECT set_config('search_path', '', true)")
    cursor = psycopg.ClientCursor(conn)  # which binds by itself, and so may send several statements at once
    try:
        cursor.execute(sql.SQL(";\n").join([path, *(query(f"wipe/{name}") for name in names)]), values)
    except psycopg.OperationalError as error:
        if not conn.broken:
            raise
        raise Unreachable(f"the connection was lost while {conn.info.dbname} was looked at: {error}") from None
    answers: dict[str, list[Any]] = {}
    for name in names:
        cursor.nextset()
        answers[name] = cursor.fetchall()
    database, oid, role, unknown, locks_per_transaction, transactions = answers["settings"][0]
    if unknown:
        raise UsageError(
            f"--owner: there is no role {', '.join(unknown)} on this server",
            hint="the role's name as in \\du, without quotes",
        )
    items = tuple(_item(row) for row in answers["objects"])
    return Scope(
        database=database, oid=oid, role=role, ledger_schema=ledger_schema, owners=tuple(owners),
        items=items, histories=frozenset(i.schema for i in items if i.name == LEDGER_TABLES[0]) | {ledger_schema},
        foreign_keys=tuple(
            ForeignKey(child=child, parent=parent, identity=identity, owner=owner, referenced=referenced)
            for child, parent, identity, owner, referenced in answers["foreign_keys"]
        ),
        partitions=tuple(answers["partitions"]),
        reads=tuple(answers["views"]),
        slots=tuple(
            Slot(name=name, plugin=plugin, pid=pid, application=application)
            for name, plugin, pid, application in answers["slots"]
        ),
        subscriptions=tuple(
            Subscription(identity=identity, owner=owner, slot=slot, enabled=enabled)
            for identity, owner, slot, enabled in answers["subscriptions"]
        ),
        publications=tuple(
            Publication(identity=identity, owner=owner, all_tables=every, truncates=truncates, tables=tuple(tables))
            for identity, owner, every, truncates, tables in answers["publications"]
        ),
        default_privileges=dict(answers["default_privileges"]),
        locks_per_transaction=locks_per_transaction, transactions=transactions,
    )  # fmt: skip


def _item(row: Sequence[Any]) -> Item:
    fields = Item.__dataclass_fields__
    return Item(**dict(zip(fields, row, strict=True)))


def _left(item: Item, why: str) -> Left:
    return Left(kind=item.kind, identity=item.identity, owner=item.owner, why=why)


def _why_slot(slot: Slot) -> str:
    if slot.pid:
        return f"in use by pid {slot.pid} ({slot.application or 'no name'}); afterwards: " + _drop_slot(slot)
    return f"slots are not dropped in a transaction: {_drop_slot(slot)}"


def _drop_slot(slot: Slot) -> str:
    return f"SELECT pg_drop_replication_slot('{slot.name}')"
