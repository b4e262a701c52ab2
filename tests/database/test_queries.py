"""Every statement that dbtool itself runs: it says what it answers, and each server that is supported takes it."""

import re
from pathlib import Path

import pytest
from psycopg.pq import ExecStatus

from dbtool.parser import split_statements
from dbtool.queries import query, text
from dbtool.schema.catalog import FAMILIES
from tests.conftest import ROOT, Database

FOLDER = ROOT / "dbtool/queries"
NAMES = sorted(str(p.relative_to(FOLDER).with_suffix("")) for p in FOLDER.rglob("*.sql"))
_VALUE = re.compile(r"%\((\w+)\)s")


_SINCE = {"replication/subscription_stats": 150000, "slots/create_failover": 170000}  # the first server that has it


# What stands for the identifiers, and for what a file of the project says itself.
_FILLED = {
    "schema": '"public"', "table": "public._yoyo_version", "columns": "version", "variables": "1::bigint AS users",
    "rows": "SELECT (n + users)::int AS version FROM part, seed", "first": "1::bigint", "last": "2::bigint",
    **dict.fromkeys(("run", "id", "file", "user", "host", "note", "lock_timeout", "statement_timeout"), "'x'"),
}  # fmt: skip


def as_sent(name: str) -> list[bytes]:
    """The statements of a file as the server gets them: identifiers filled in, values as $1, $2."""
    sql = re.sub(r"\{(\w+)\}", lambda found: _FILLED.get(found[1], found[0]), text(name)).replace("%%", "%")
    values = list(dict.fromkeys(_VALUE.findall(sql)))
    sent = _VALUE.sub(lambda found: f"${values.index(found[1]) + 1}", sql).encode()
    return [sent[span.start : span.end] for span in split_statements(sent)]


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_with_what_it_answers(name: str) -> None:
    assert re.match(r"-- .{10,}", text(name))
    assert not text(name).rstrip().endswith(";"), "it is sent as it is, and may be followed by another"


@pytest.mark.parametrize("name", NAMES)
def test_it_is_used(name: str) -> None:
    folder, _, last = name.partition("/")
    sources = [p.read_text() for p in (ROOT / "dbtool").rglob("*.py")]
    if folder == "schema":
        assert last in FAMILIES  # the catalog's reader asks all that lie there
        return
    assert [s for s in sources if f'"{name}"' in s or (f'"{folder}/{{' in s and f'"{last}"' in s)], (
        f"nobody asks {name}"
    )


def test_names_that_are_none_are_a_bug() -> None:
    with pytest.raises(FileNotFoundError):
        text("ledger/nothing")


def test_every_query_is_taken_by_the_server(each_database: Database) -> None:
    with each_database.connect() as conn:
        conn.execute(query("ledger/create", schema="public"))
        for name in NAMES:
            for statement in as_sent(name) if conn.info.server_version >= _SINCE.get(name, 0) else ():
                result = conn.pgconn.prepare(b"", statement)
                assert result.status == ExecStatus.COMMAND_OK, f"{name}: {result.error_message.decode()}"


def test_every_name_in_them_is_qualified_so_that_search_path_does_not_matter() -> None:
    # a table or view of ours or of the catalog that is found by search_path can be somebody else's
    bare = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE(?: IF NOT EXISTS)?)\s+(_?yoyo\w*|pg_\w+)\b(?![(.])")
    found = {name: bare.findall(re.sub(r"--.*", "", text(name))) for name in NAMES}
    assert {name: names for name, names in found.items() if names} == {}


def test_there_is_no_sql_of_any_size_in_the_code() -> None:
    long = re.compile(r'"(?:SELECT|INSERT|UPDATE|DELETE|CREATE TABLE|WITH)\b[^"]{120,}"')
    assert [p.name for p in Path(ROOT / "dbtool").rglob("*.py") if long.search(p.read_text())] == []
