"""drop: the database that was judged and no other, and what hinders it is told."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from dbtool.errors import DatabaseRefused, Refused, Unreachable
from dbtool.guard.settle import Settled
from dbtool.wipe.database import drop_database
from tests.conftest import Database
from tests.database.test_wipe import role, settled


@pytest.fixture
def doomed(database: Database) -> Iterator[Database]:
    """A database with something in it; gone or not, nothing of the test is left."""
    with database.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT 1 AS a")
    yield database
    with database.server.connect("postgres") as conn:
        for (gid,) in conn.execute("SELECT gid FROM pg_prepared_xacts").fetchall():
            with database.connect() as there:
                there.execute(f"ROLLBACK PREPARED '{gid}'".encode())


def permission(database: Database) -> Settled:
    with closing(database.connect()) as conn:
        return settled(conn, "drop")


def exists(database: Database) -> bool:
    with database.server.connect("postgres") as conn:
        return conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.name]).fetchone() is not None


def test_it_is_dropped_with_its_idle_slots(doomed: Database) -> None:
    with doomed.connect() as conn:
        conn.execute("SELECT pg_create_logical_replication_slot('idle_slot', 'test_decoding')")
    dropped = drop_database(doomed.url, permission(doomed), force=False)
    assert not exists(doomed)
    assert (dropped.database, dropped.slots, dropped.ended) == (doomed.name, ("idle_slot",), ())


def test_others_who_are_connected_are_named_and_not_thrown_out(doomed: Database) -> None:
    given = permission(doomed)
    with closing(doomed.connect(application_name="the app")) as other:
        pid = other.info.backend_pid
        with pytest.raises(Refused, match=rf"pid {pid} \(the app, postgres from 127") as refused:
            drop_database(doomed.url, given, force=False)
        assert "--force" in refused.value.hint
        assert exists(doomed)
        assert other.execute("SELECT a FROM t").fetchone() == (1,)
        assert [f"pid {pid} (the app" in said for said in drop_database(doomed.url, given, force=True).ended] == [True]
        assert not exists(doomed)


def test_a_permission_is_for_this_database_as_it_was(doomed: Database) -> None:
    given = permission(doomed)
    with doomed.connect() as conn:
        with pytest.raises(Refused, match="a permission for nuke is none for drop"):
            drop_database(doomed.url, settled(conn, "nuke"), force=True)
        mark = f"@dbtool.environment=production system={given.system} oid={given.oid}"
        conn.execute(f"COMMENT ON DATABASE \"{doomed.name}\" IS '{mark}'".encode())
    with pytest.raises(Refused, match="mark changed"):
        drop_database(doomed.url, given, force=True)
    with doomed.server.connect("postgres") as conn:  # another of the same name
        conn.execute(f'DROP DATABASE "{doomed.name}" WITH (FORCE)'.encode())
        conn.execute(f'CREATE DATABASE "{doomed.name}"'.encode())
    with pytest.raises(Refused, match="another database here"):
        drop_database(doomed.url, given, force=True)
    assert exists(doomed)


def test_what_even_force_does_not_end_is_told(doomed: Database) -> None:
    given = permission(doomed)
    with doomed.connect() as conn:
        conn.execute(
            "CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p "
            "WITH (connect = false, slot_name = NONE, enabled = false)"
        )
    with pytest.raises(DatabaseRefused, match=r"the subscription sub lives in it.*DROP SUBSCRIPTION sub"):
        drop_database(doomed.url, given, force=True)
    with doomed.connect() as conn:
        conn.execute("DROP SUBSCRIPTION sub")
        conn.execute("SELECT pg_create_logical_replication_slot('busy_slot', 'test_decoding')")
    with closing(psycopg.connect(doomed.url + "?replication=database", autocommit=True)) as reader:
        reader.pgconn.send_query(b"START_REPLICATION SLOT busy_slot LOGICAL 0/0")
        while not reader.pgconn.get_result():
            pass
        with pytest.raises(DatabaseRefused, match=r"the logical slot busy_slot \(pid \d+\) is in use"):
            drop_database(doomed.url, given, force=True)
        assert exists(doomed)


def test_who_may_not_drop_it_is_told(doomed: Database) -> None:
    role(doomed, "nobody_special")
    url = doomed.server.url(doomed.name, "nobody_special")
    with pytest.raises(DatabaseRefused, match=rf"{doomed.name} was not dropped: must be owner") as refused:
        drop_database(url, permission(doomed), force=False)
    assert "owner" in refused.value.hint
    assert exists(doomed)


def test_without_another_database_to_connect_to_it_says_so(doomed: Database) -> None:
    given = permission(doomed)
    url = f"postgresql://someone_unknown:s3cret@127.0.0.1:{doomed.server.port}/{doomed.name}"
    with pytest.raises(Unreachable, match="from another database of its server") as error:
        drop_database(url, given, force=False)
    assert "s3cret" not in error.value.message
    assert exists(doomed)
