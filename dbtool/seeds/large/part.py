"""One part of a large seed file as one statement. Pure, but for the reading of the query's text."""

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbtool.ledger import note
from dbtool.queries import text, verbatim
from dbtool.who import who

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.seeds.large import LargeFile
    from dbtool.seeds.large.amounts import Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The row numbers from ``first`` to ``last`` of a file; ``number`` counts from 1."""

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one part wrote; ``checksum`` is the sum over its rows of their 64-bit hashes."""

    number: int
    rows: int
    checksum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A statement as it is sent, and how many characters stand before the file's own text in it."""

    sql: bytes
    before: int


def parts_of(rows: int, batch: int) -> int:
    """Return into how many parts so many rows are split.

    >>> parts_of(2001, 1000), parts_of(0, 1000)
    (3, 0)
    """
    return -(-rows // batch)


def part(number: int, rows: int, batch: int) -> Part:
    """Return one part.

    >>> part(3, 2001, 1000)
    Part(number=3, first=2001, last=2001)
    """
    return Part(number=number, first=(number - 1) * batch + 1, last=min(number * batch, rows))


def part_id(run: str, file: str, number: int) -> str:
    """Return the key of a part's record: the same for the same part, so that it cannot be written twice."""
    digest = hashlib.md5(f"{run} {file} {number}".encode(), usedforsecurity=False)
    return str(uuid.UUID(digest.hexdigest()))


def read_part(comment: str) -> Written:
    """Return what a part's record says.

    >>> read_part("dbtool/1 part=2 rows=1000 checksum=-12")
    Written(number=2, rows=1000, checksum=-12)
    """
    found = _record.fullmatch(comment)
    if found is None:
        raise ValueError(f"this is no record of a part: {comment}")
    return Written(number=int(found[1]), rows=int(found[2]), checksum=int(found[3]))


_record = re.compile(r"dbtool/1 part=([0-9]+) rows=([0-9]+) checksum=(-?[0-9]+)")


def digest(checksum: int) -> str:
    """Return a checksum as it is shown and recorded: the sum of the hashes, modulo 2^64, in hexadecimal digits.

    >>> digest(-1)
    'ffffffffffffffff'
    """
    return f"{checksum % 2**64:016x}"


class Statements:
    """Makes the statements of one file: what is the same for all its parts is put together once."""

    def __init__(self, conn: "Conn", large: "LargeFile", *, run: str, schema: str, amounts: "Amounts") -> None:
        """Begin; the columns are still to be filled in."""
        self._conn, self._large, self._amounts = conn, large, amounts
        self.run, self.schema = run, schema
        self.rows = large.file.script.text(large.file.script.statements[0]).decode()
        self._template = ""

    def select(self) -> Sent:
        """Return the file's SELECT alone, over one row number: what tells its columns."""
        given = {"variables": self._variables(), "rows": verbatim(_OPEN["rows"])}
        made = verbatim(text("seed/part_columns")).format(**given).as_string(self._conn)
        return self._sent(made)

    def fill(self, columns: Sequence[str]) -> None:
        """Take the columns that the SELECT has, in their order."""
        from psycopg import sql

        user, host = who()
        given: dict[str, Any] = {
            "schema": sql.Identifier(self.schema), "table": sql.Identifier(*self._large.head.table),
            "columns": sql.SQL(", ").join(map(sql.Identifier, columns)), "variables": self._variables(),
            "run": self.run, "user": user, "host": host, "file": self._large.name,
        }  # fmt: skip
        given |= {name: verbatim(word) for name, word in _OPEN.items()}
        self._template = verbatim(text("seed/part")).format(**given).as_string(self._conn)

    def statement(self, part: Part) -> Sent:
        """Return the statement that writes *part*."""
        values = {
            "first": f"{part.first}::bigint",
            "last": f"{part.last}::bigint",
            "id": f"'{part_id(self.run, self._large.name, part.number)}'",
            "note": f"'{note(part=part.number)}'",
        }
        made = self._template
        for name, value in values.items():
            made = made.replace(_OPEN[name], value)
        return self._sent(made)

    def _sent(self, made: str) -> Sent:
        before, _, after = made.partition(_OPEN["rows"])
        return Sent(sql=f"{before}{self.rows}{after}".encode(), before=len(before))

    def _variables(self) -> Any:
        from psycopg import sql

        amounts = self._amounts
        named = {"number": amounts.number, **{column_of(name): value for name, value in amounts.variables.items()}}
        each = sql.SQL("{}::bigint AS {}")
        return sql.SQL(", ").join(each.format(value, sql.Identifier(name)) for name, value in named.items())


# What differs from part to part stays open in the template, by words that nothing of a file or of ours can hold.
_OPEN = {name: f"\0{name}\0" for name in ("first", "last", "id", "note", "rows")}


def column_of(variable: str) -> str:
    """Return the column of ``seed`` that holds a variable.

    >>> column_of("SEED_USERS"), column_of("ORDERS")
    ('users', 'orders')
    """
    return variable.removeprefix("SEED_").lower()
