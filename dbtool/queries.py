"""Every statement that dbtool itself runs, by name: ``query("ledger/read")`` is queries/ledger/read.sql."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString, cast

if TYPE_CHECKING:
    from psycopg.sql import SQL, Composed

_folder = Path(__file__).with_name("queries")


@cache
def text(name: str) -> str:
    """Return the text of a query file; raises FileNotFoundError for a name that is none."""
    return (_folder / f"{name}.sql").read_text(encoding="utf-8")


def query(name: str, **identifiers: str) -> "Composed":
    """Return the query, with each ``{name}`` in it replaced by the quoted identifier."""
    from psycopg import sql

    return verbatim(text(name)).format(**{key: sql.Identifier(value) for key, value in identifiers.items()})


def verbatim(words: str) -> "SQL":
    """Return SQL as a file of ours or of the project says it; ``{name}`` in it is open for format()."""
    from psycopg import sql

    # The one cast: what such a file says is as literal as what a module of ours says.
    return sql.SQL(cast(LiteralString, words))
