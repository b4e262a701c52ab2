"""What every kind of file is turned into: CSV for COPY, once in blocks and, if need be, once more record by record."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dbtool.seeds.load.source import Source

if TYPE_CHECKING:
    from psycopg.sql import Composed

CHUNK = 1 << 22  # bytes that are tried in one COPY where the file is read record by record
LONGEST = 1 << 26  # bytes of one record there


class NotAsItIs(Exception):
    """The rows cannot be sent as they come: they must be looked at one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a row was not taken."""

    line: int
    message: str
    column: str = ""
    value: str = ""
    sqlstate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Rows for one COPY: the table's columns that they have, and the CSV in blocks."""

    columns: tuple[str, ...]
    blocks: Iterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some records of the same columns: as they are sent (with a line feed), their lines, and as they were."""

    columns: tuple[str, ...]
    records: Sequence[bytes]
    lines: Sequence[int]
    raw: Callable[[int], bytes]  # the record of this index as it was in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A record that cannot be sent at all, as it was, and why."""

    raw: bytes
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the CSV that is sent is written; the server knows the rest."""

    delimiter: str = ","
    null: str = ""
    encoding: str = "UTF8"

    def statement(self, schema: str, table: str, columns: Sequence[str]) -> "Composed":
        """Return the COPY. https://www.postgresql.org/docs/current/sql-copy.html"""
        from psycopg import sql

        return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, DELIMITER {}, NULL {}, ENCODING {})").format(
            sql.Identifier(schema, table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.Literal(self.delimiter),
            sql.Literal(self.null),
            sql.Literal(self.encoding),
        )


class Rows(Protocol):
    """The rows of a file, whatever its kind."""

    @property
    def source(self) -> Source:
        """The file."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's columns that may get a value."""
        ...

    @property
    def dialect(self) -> Dialect:
        """The CSV that runs() and chunks() give."""
        ...

    @property
    def unit(self) -> str:
        """What a record's number counts: line or row."""
        ...

    @property
    def header(self) -> bytes:
        """What a file of rejected rows begins with."""
        ...

    def runs(self) -> Iterator[Run]:
        """Yield the rows for as few COPYs as can be. Raises NotAsItIs, also while blocks are read."""
        ...

    def chunks(self) -> Iterator[Chunk | Unread]:
        """Yield all rows record by record."""
        ...
