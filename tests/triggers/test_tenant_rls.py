"""tenant-rls: a session has the rows of its tenant, and none without one."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.triggers.conftest import CLIENTS, Install, one, rows

ONE, TWO, _, _ = CLIENTS


@pytest.fixture
def app(conn: psycopg.Connection, install: Install) -> Iterator[psycopg.Connection]:
    conn.execute("CREATE TABLE t (id int PRIMARY KEY, tenant_id uuid NOT NULL, a text)")
    conn.execute("CREATE INDEX ON t (tenant_id)")
    install(conn, "tenant-rls")
    conn.execute("INSERT INTO t VALUES (1, %s, 'a'), (2, %s, 'b')", [ONE, TWO])
    conn.execute("CREATE ROLE tenant_app; GRANT ALL ON t TO tenant_app; GRANT USAGE ON SCHEMA public TO tenant_app")
    conn.execute("SET LOCAL ROLE tenant_app")
    yield conn


def _become(conn: psycopg.Connection, tenant: str) -> None:
    conn.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])


def test_each_tenant_has_its_rows(app: psycopg.Connection) -> None:
    assert rows(app, "SELECT * FROM t") == []
    for tenant, id in ((ONE, 1), (TWO, 2), ("", None)):
        _become(app, tenant)
        assert [i for (i,) in rows(app, "SELECT id FROM t")] == ([id] if id else [])
        assert app.execute("UPDATE t SET a = 'c'").rowcount == bool(id)
    assert app.execute("DELETE FROM t").rowcount == 0


def test_rows_of_another_cannot_be_written(app: psycopg.Connection) -> None:
    _become(app, ONE)
    app.execute("INSERT INTO t VALUES (3, %s)", [ONE])
    for statement in (
        "INSERT INTO t VALUES (4, %s)",
        "UPDATE t SET tenant_id = %s",
        "INSERT INTO t VALUES (2, %s) ON CONFLICT (id) DO UPDATE SET a = 'taken'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
            app.execute(statement, [TWO])
    with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
        app.execute("INSERT INTO t VALUES (2, %s) ON CONFLICT (id) DO UPDATE SET a = 'taken'", [ONE])


def test_a_tenant_that_is_none_is_an_error_and_no_search_path_changes_it(app: psycopg.Connection) -> None:
    _become(app, "1 OR true")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation), app.transaction():
        app.execute("SELECT * FROM t")
    app.execute("RESET ROLE; CREATE SCHEMA lies; GRANT USAGE ON SCHEMA lies TO tenant_app")
    app.execute(
        f"CREATE FUNCTION lies.current_setting(text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT '{TWO}' $$"
    )
    app.execute("SET LOCAL ROLE tenant_app; SET LOCAL search_path = lies, pg_catalog, public")
    _become(app, ONE)
    assert one(app, "SELECT id FROM public.t") == 1


def test_the_index_is_used_and_the_owner_sees_all(app: psycopg.Connection) -> None:
    app.execute("RESET ROLE")
    assert one(app, "SELECT count(*) FROM t") == 2
    app.execute("SET LOCAL ROLE tenant_app; SET LOCAL enable_seqscan = off")
    _become(app, ONE)
    assert "Index Cond: (tenant_id" in "\n".join(str(line) for (line,) in rows(app, "EXPLAIN SELECT * FROM t"))
