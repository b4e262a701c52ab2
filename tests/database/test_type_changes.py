"""What the linter says of a change of type is what each server does: each type into each other, in two time zones."""

import psycopg
import pytest

from dbtool.lint.tree import Type, type_of
from dbtool.lint.type_changes import Change, change_of
from dbtool.parser import syntax_tree
from tests.conftest import Database

TYPES = (
    "text", "varchar", "varchar(10)", "varchar(20)", "char(5)", "char(10)", "smallint", "integer", "bigint", "oid", "numeric",
    "numeric(10,2)", "numeric(12,2)", "numeric(12,4)", "timestamp", "timestamp(3)", "timestamptz", "timestamptz(3)", "date",
    "time", "time(3)", "interval", "bit(4)", "varbit", "varbit(8)", "varbit(16)", "cidr", "inet", "xml", "json", "jsonb",
    "float4", "float8", "boolean", "text[]", "varchar(10)[]", "varchar(20)[]", "integer[]",
)  # fmt: skip


def _type(written: str) -> Type:
    target = syntax_tree(f"select null::{written}".encode()).select_stmt.target_list[0].res_target.val
    return type_of(target.type_cast.type_name)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_what_is_free_is_free(each_database: Database, zone: str) -> None:
    wrong: list[str] = []
    with each_database.connect() as conn:
        conn.execute("SELECT set_config('timezone', %s, false)", [zone])
        for old in TYPES:
            conn.execute(f"CREATE TABLE t (c {old})".encode())
            for new in TYPES:
                with conn.transaction(force_rollback=True):
                    before = conn.execute("SELECT pg_relation_filenode('t')").fetchone()
                    try:
                        conn.execute(f"ALTER TABLE t ALTER c TYPE {new}".encode())
                    except psycopg.Error:
                        continue  # there is no cast
                    rewritten = before != conn.execute("SELECT pg_relation_filenode('t')").fetchone()
                    said = change_of(_type(old), _type(new), utc=zone == "UTC")
                    if (said is Change.REWRITE) != rewritten:
                        wrong.append(f"{old} to {new}: the server rewrites: {rewritten}, said: {said}")
            conn.execute("DROP TABLE t")
    assert wrong == []
