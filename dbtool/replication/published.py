"""What this database publishes, and what identifies a row there: the door and its facts. Read-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString, cast

from dbtool.queries import text
from dbtool.schema.names import qualified

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An index that can identify rows; one that is deferrable cannot."""

    columns: tuple[str, ...]
    immediate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One table in one publication; of a partitioned one each leaf, for it is the leaf whose identity counts."""

    publication: str
    schema: str
    table: str
    updates: bool
    deletes: bool
    identity: str  # relreplident: d default, i index, f full, n nothing
    primary_key: Key | None
    identity_index: Key | None
    columns: tuple[str, ...] | None  # those that are sent; None: all (before 15)
    all_columns: tuple[str, ...]
    filter: str
    generated: tuple[str, ...]
    sends_generated: bool

    @property
    def name(self) -> str:
        """The table, quoted."""
        return qualified(self.schema, self.table)

    @property
    def identifying(self) -> tuple[str, ...] | None:
        """The columns that its rows are identified by, None where nothing does."""
        if self.identity == "f":
            return self.all_columns
        return self.key.columns if self.key else None

    @property
    def key(self) -> Key | None:
        """What its rows are identified by, None where nothing does; not for FULL."""
        if self.identity == "d":
            return self.primary_key if self.primary_key and self.primary_key.immediate else None
        return self.identity_index if self.identity == "i" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """All that a database publishes, and what of it never leaves the server."""

    major: int  # of the server
    tables: tuple[Published, ...]
    unlogged: tuple[str, ...]
    sequences: tuple[str, ...]


def read_publishing(conn: "Conn") -> Publishing:
    """Return what the connected database publishes. Read-only, one round trip."""
    query = text("replication/published")
    cursor = conn.execute(cast(LiteralString, f"BEGIN READ ONLY;\n{query};\nCOMMIT"))
    cursor.nextset()
    (document,) = cast(tuple[dict[str, Any]], cursor.fetchone())
    return publishing_of(document)


def publishing_of(document: Mapping[str, Any]) -> Publishing:
    """Return what queries/replication/published.sql says. Pure."""
    return Publishing(
        major=document["version"] // 10000,
        tables=tuple(_table(row) for row in document["published"] or ()),
        unlogged=tuple(document["unlogged"] or ()),
        sequences=tuple(document["sequences"] or ()),
    )


def _table(row: Mapping[str, Any]) -> Published:
    return Published(
        publication=row["publication"],
        schema=row["schema"],
        table=row["table"],
        updates=row["updates"],
        deletes=row["deletes"],
        identity=row["identity"],
        primary_key=_key(row["primary_key"]),
        identity_index=_key(row["identity_index"]),
        columns=None if row["columns"] is None else tuple(row["columns"]),
        all_columns=tuple(row["all_columns"] or ()),
        filter=row["filter"] or "",
        generated=tuple(row["generated"] or ()),
        sends_generated=row["sends_generated"],
    )


def _key(row: Mapping[str, Any] | None) -> Key | None:
    return None if row is None else Key(columns=tuple(row["columns"]), immediate=row["immediate"])
