"""Every statement that dbtool itself runs, by name: ``query("ledger/read")`` is queries/ledger/read.sql."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString, cast

if TYPE_CHECKING:
    from psycopg.sql import Composed

_folder = Path(__file__).with_name("queries")


@cache
def text(name: str) -> str:
    """Return the text of a query file; raises FileNotFoundError for a name that is none."""
    return (_folder / f"{name}.sql").read_text(encoding="utf-8")


def query(name: str, **identifiers: str) -> "Composed":
    """Return the query, with each ``{name}`` in it replaced by the quoted identifier."""
    from psycopg import sql

    # The one cast: what a file of ours says is as literal as what a module of ours says.
    literal = cast(LiteralString, text(name))
    return sql.SQL(literal).format(**{key: sql.Identifier(value) for key, value in identifiers.items()})
