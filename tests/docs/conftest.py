"""A schema that is hard to write about, read once from a real server, and a browser to look at what was written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbtool.docs.book import Book
from dbtool.docs.chapters import book_of
from dbtool.schema.reading.read import read_schema
from dbtool.schema.whole import Schema
from tests.docs.browser import Browser, find_browser
from tests.servers import Server


@pytest.fixture(scope="session")
def odd(server: Server) -> Schema:
    """The schema of odd.sql, as the server states it."""
    with server.connect("postgres") as conn:
        conn.execute("CREATE DATABASE odd")
    with server.connect("odd") as conn:
        conn.execute(Path(__file__).with_name("odd.sql").read_bytes())
        schema = read_schema(conn, ledger_schema="public")  # type: ignore[arg-type]
    with server.connect("postgres") as conn:
        conn.execute("DROP DATABASE odd WITH (FORCE)")
    return schema


@pytest.fixture(scope="session")
def book(odd: Schema) -> Book:
    """What the pages tell of it."""
    return book_of(odd, title="The <shop>")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser without a window; skips where none is installed."""
    program = find_browser()
    if program is None:
        pytest.skip("no browser: install chromium, and what is written is looked at in it")
    with Browser(program, tmp_path_factory.mktemp("browser")) as browser:
        yield browser
