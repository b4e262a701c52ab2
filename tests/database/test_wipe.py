"""reset and nuke against a database with everything in it: all of the project's, nothing of others, all or nothing."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from dbtool.errors import DatabaseRefused, Refused, Unreachable, UsageError
from dbtool.guard import settle
from dbtool.guard.mark import read_mark
from dbtool.guard.settle import Settled
from dbtool.wipe.objects import wipe_objects
from dbtool.wipe.rows import wipe_rows
from dbtool.wipe.scope import Scope, read_scope
from tests.conftest import ROOT, Database
from tests.servers import Server, binaries

BINARIES = binaries()
EVERYTHING = Path(__file__).with_name("everything.sql")
# what changes by itself, or with each TRUNCATE
_PASSING = (
    "relfilenode", "relpages", "reltuples", "relallvisible", "relallfrozen", "relfrozenxid", "relminmxid",
)  # fmt: skip
_NOT_COMPARED = ("pg_statistic", "pg_statistic_ext_data", "pg_largeobject", "pg_largeobject_metadata")


@pytest.fixture
def full(each_database: Database) -> Iterator[Database]:
    """A database of the oldest or newest server; what would keep it from being dropped is taken away afterwards."""
    yield each_database
    clear(each_database)


@pytest.fixture
def one(database: Database) -> Iterator[Database]:
    """A database of one server."""
    yield database
    clear(database)


def clear(database: Database) -> None:
    if not database.server.runs:
        return
    with database.connect() as conn:
        conn.execute("DROP EVENT TRIGGER IF EXISTS no_drops")
        for (name,) in conn.execute(
            "SELECT quote_ident(subname) FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()"
        ).fetchall():
            conn.execute(f"ALTER SUBSCRIPTION {name} DISABLE".encode())
            conn.execute(f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)".encode())
            conn.execute(f"DROP SUBSCRIPTION {name}".encode())


def section(name: str, database: Database, remote: str = "") -> bytes:
    text = EVERYTHING.read_text().split(f"-- section: {name}\n")[1].split("-- section:")[0]
    return text.replace("@port@", str(database.server.port)).replace("@remote@", remote).encode()


def role(database: Database, *names: str) -> None:
    """Make roles that log in, where they are not there yet: they belong to the server."""
    with database.connect() as conn:
        for name in names:
            if not conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
                conn.execute(f"CREATE ROLE {name} LOGIN")  # type: ignore[call-overload]


def strangers(database: Database, *, superuser: bool = True) -> None:
    """What somebody else has in the database."""
    role(database, "stranger")
    with database.connect() as conn:
        conn.execute(f'GRANT CREATE ON DATABASE "{database.name}" TO stranger')  # type: ignore[call-overload]
        conn.execute("GRANT CREATE, USAGE ON SCHEMA public TO stranger")
    with database.server.connect(database.name, "stranger") as conn:
        conn.execute(section("others", database))


def everything(database: Database, user: str = "postgres") -> None:
    """What the project has in the database; as a superuser also what only these can make."""
    with database.server.connect(database.name, user) as conn:
        conn.execute(section("project", database))
        if user == "postgres":
            with database.server.connect("postgres") as other:
                other.execute("DROP TABLE IF EXISTS remote, spread; CREATE TABLE remote AS SELECT 1 AS id; "
                              "CREATE TABLE spread (id int, at date)")  # fmt: skip
            conn.execute(section("superuser", database, remote="postgres"))


def owned_by(database: Database, owner: str) -> None:
    role(database, owner)
    with database.connect() as conn:
        conn.execute(
            f'ALTER DATABASE "{database.name}" OWNER TO {owner}; GRANT ALL ON SCHEMA public TO {owner}'.encode()
        )


def settled(conn: psycopg.Connection, command: str) -> Settled:
    mark = read_mark(conn)
    seal = settle._seal(command, mark.database, mark.system, mark.oid, mark.environment)
    return Settled(
        command=command, database=mark.database, system=mark.system, oid=mark.oid, mark=mark.environment, seal=seal
    )


def scope_of(conn: psycopg.Connection, *owners: str) -> Scope:
    return read_scope(conn, ledger_schema="public", owners=owners)


def reset(conn: psycopg.Connection, *owners: str, wait: int = 2000) -> object:
    return wipe_rows(conn, settled(conn, "reset"), scope_of(conn, *owners), lock_timeout_ms=wait)


def nuke(conn: psycopg.Connection, *owners: str, wait: int = 2000) -> object:
    return wipe_objects(conn, settled(conn, "nuke"), scope_of(conn, *owners), lock_timeout_ms=wait)


def catalog(database: Database) -> dict[str, set[str]]:
    """Every row of every catalog of the database."""
    with database.connect() as conn:
        names = conn.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' "
            "AND NOT relisshared"
        ).fetchall()
        found: dict[str, set[str]] = {}
        for (name,) in names:
            if name in _NOT_COMPARED:
                continue
            rows = conn.execute(
                f"SELECT (to_jsonb(t) - %s::text[])::text FROM pg_catalog.{name} AS t", [list(_PASSING)]
            )  # type: ignore[call-overload]
            found[name] = {row for (row,) in rows}
        found["subscriptions"] = {str(r) for r in conn.execute(
            "SELECT subname FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()")}  # fmt: skip
        found["comment"] = {str(r) for r in conn.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")}  # fmt: skip
        found["large objects"] = {str(r) for r in conn.execute("SELECT oid, lomowner FROM pg_largeobject_metadata")}
        return found


def differences(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, list[str]]:
    return {name: sorted(before[name] ^ after[name])[:5] for name in before if before[name] != after[name]}


def counts(database: Database, *skipped: str) -> dict[str, int]:
    """The rows of each table."""
    with database.connect() as conn:
        names = conn.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND relnamespace <> 99 "
            "AND relnamespace::regnamespace::text NOT LIKE 'pg_%' ORDER BY 1"
        ).fetchall()
        return {n: conn.execute(f"SELECT count(*) FROM ONLY {n}").fetchone()[0] for (n,) in names}  # type: ignore[arg-type, index]


# ---- reset


@pytest.mark.parametrize("user", ["postgres", "wipe_owner"])
def test_reset_empties_the_projects_tables_and_changes_nothing_else(full: Database, user: str) -> None:
    database = full
    owned_by(database, user) if user != "postgres" else None
    strangers(database)
    everything(database, user)
    before = catalog(database)
    with database.server.connect(database.name, user) as conn:
        reset(conn)
        left = {table: number for table, number in counts(database).items() if number}
        assert left == {"_yoyo_migration": 1, "strange.things": 2}
        assert conn.execute("INSERT INTO app.parents (name) VALUES ('x') RETURNING id, serial").fetchone() == (1, 1)
        assert conn.execute("INSERT INTO app.children (parent) VALUES (1) RETURNING id").fetchone() == (100,)
        assert conn.execute("INSERT INTO app.events (at) VALUES ('2024-05-05') RETURNING id").fetchone() == (1,)
        assert conn.execute("SELECT nextval('app.counter'), nextval('public.\"Zähler\"')").fetchone() == (5, 1)
        assert conn.execute("SELECT a.n, s.n, b.n FROM app.above a, app.summary s, app.base b").fetchone() == (0, 0, 0)
        if user == "postgres":
            assert conn.execute("SELECT count(*) FROM app.remote").fetchone() == (1,), "it is not ours to empty"
            assert conn.execute("SELECT count(*) FROM app.spread").fetchone() == (1,), "the row that is elsewhere"
    after = catalog(database)
    assert len(before.pop("large objects")) == 3
    assert len(after.pop("large objects")) == 1
    assert differences(before, after) == {}


# ---- nuke


@pytest.mark.parametrize("user", ["postgres", "wipe_owner"])
def test_nuke_leaves_what_was_there_before_the_project(full: Database, user: str) -> None:
    database = full
    owned_by(database, user) if user != "postgres" else None
    strangers(database)
    with database.connect() as conn:
        conn.execute(f"COMMENT ON DATABASE \"{database.name}\" IS 'where the mark lives'".encode())
    before = catalog(database)
    everything(database, user)
    with database.server.connect(database.name, user) as conn:
        nuke(conn)
        assert differences(before, catalog(database)) == {}
        assert scope_of(conn).taken == ()
        nuke(conn)  # and nothing is to be done twice
    everything(database, user)  # the next migrate starts from nothing


# ---- what is the project's, and what is not


def test_what_others_have_is_named_and_left(one: Database) -> None:
    strangers(one)
    everything(one)
    with one.connect() as conn:
        scope = scope_of(conn)
        left = {(item.kind, item.identity): (item.owner, item.why) for item in scope.left_by_nuke()}
        assert left["table", "strange.things"] == ("stranger", "of stranger")
        assert left["extension", "citext"] == ("stranger", "made by stranger")
        assert left["schema", "strange"][0] == "stranger"
        assert not [identity for _, identity in left if "citext_" in identity], "a part of an extension is not named"
        left = {item.identity: item.why for item in scope.left_by_reset()}
        assert left["public._yoyo_migration"] == "dbtool's history"
        assert left["app.remote"] == "its rows are on another server"
        assert left["strange.things"] == "of stranger"
        assert {"strange.things", "public.strange_too"} <= {t.identity for t in scope_of(conn, "stranger").tables}
        assert [p.identity for p in scope.truncated_publications()] == ["everything", '"some of it"']
        assert [s.slot for s in scope.remote_slots()] == ["slot_far_away"]
        assert scope.counts()["schema"] == 2
        with pytest.raises(UsageError, match="no role nobody_at_all"):
            scope_of(conn, "nobody_at_all")


def test_a_superuser_is_a_member_of_no_role_unless_it_was_granted(one: Database) -> None:
    role(one, "granted", "not_granted", "chief")
    with one.connect() as conn:
        conn.execute("CREATE SCHEMA a AUTHORIZATION granted; CREATE SCHEMA b AUTHORIZATION not_granted")
        conn.execute("ALTER ROLE chief SUPERUSER; GRANT granted TO chief")
    with one.server.connect(one.name, "chief") as conn:
        assert {i.identity for i in scope_of(conn).taken} == {"a"}
        assert {i.identity for i in scope_of(conn, "not_granted").taken} == {"a", "b"}


def test_the_ledgers_owner_owns_the_project(one: Database) -> None:
    role(one, "ledger_owner")
    with one.connect() as conn:
        conn.execute("CREATE SCHEMA l AUTHORIZATION ledger_owner; SET ROLE ledger_owner")
        conn.execute("CREATE TABLE l._yoyo_migration (); CREATE TABLE l.t (); RESET ROLE")
        assert read_scope(conn, ledger_schema="public").taken == ()
        assert len(read_scope(conn, ledger_schema="l").taken) == 3
        assert [t.name for t in read_scope(conn, ledger_schema="l").tables] == ["t"]


def test_a_history_that_lies_elsewhere_is_kept_as_well(one: Database) -> None:
    with one.connect() as conn:
        conn.execute(
            "CREATE SCHEMA y; CREATE TABLE y._yoyo_migration AS SELECT 1 AS a; CREATE TABLE t AS SELECT 1 AS a"
        )
        reset(conn)
        assert counts(one) == {"t": 0, "y._yoyo_migration": 1}


DEPENDENTS = {
    "view": ("CREATE VIEW strange.v AS SELECT id FROM app.t", "view strange.v"),
    "foreign key": ("ALTER TABLE strange.things ADD fk int REFERENCES app.t", "constraint .* on strange.things"),
    "column": ("ALTER TABLE strange.things ADD c app.e", r"column strange.things.c"),
    "default": ("ALTER TABLE strange.things ADD d int DEFAULT app.f()", "default value for strange.things.d"),
    "function": ("CREATE FUNCTION strange.g(app.e) RETURNS int LANGUAGE sql AS 'SELECT 1'", "function strange.g"),
    "trigger": ("CREATE TRIGGER x BEFORE INSERT ON strange.things FOR EACH ROW EXECUTE FUNCTION app.tr()", "trigger x"),
    "child": ("CREATE TABLE strange.child () INHERITS (app.t)", "table strange.child"),
    "schema": ("CREATE TABLE app.inside ()", ""),
    "policy": ("CREATE POLICY p ON strange.things USING (app.f() > 0)", "policy p on strange.things"),
    "index": ("CREATE INDEX ON strange.things (app.f2(id))", "index strange.things_f2_idx"),
}


@pytest.mark.parametrize("kind", DEPENDENTS)
def test_nuke_refuses_where_something_of_others_would_go_with_it(one: Database, kind: str) -> None:
    strangers(one)
    statement, named = DEPENDENTS[kind]
    with one.connect() as conn:
        conn.execute(
            "CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY); CREATE TYPE app.e AS ENUM ('x');"
            "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
            "CREATE FUNCTION app.f2(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';"
            "CREATE FUNCTION app.tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
            "GRANT ALL ON SCHEMA app TO stranger; GRANT ALL ON app.t TO stranger;"
            "ALTER TABLE app.t OWNER TO stranger" if kind == "child" else
            "CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY); CREATE TYPE app.e AS ENUM ('x');"
            "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
            "CREATE FUNCTION app.f2(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';"
            "CREATE FUNCTION app.tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
            "GRANT ALL ON SCHEMA app TO stranger; GRANT ALL ON app.t TO stranger"
        )  # fmt: skip
        with one.server.connect(one.name, "stranger") as theirs:
            theirs.execute(statement.encode())
        conn.execute("ALTER TABLE app.t OWNER TO postgres")
        before = catalog(one)
        if not named:  # the schema stays with what others have in it, and all else of it goes
            nuke(conn)
            left = conn.execute("SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace")
            assert left.fetchall() == [("inside",)]
            return
        with pytest.raises(Refused, match=named) as refused:
            nuke(conn)
        assert "--owner stranger" in refused.value.hint
        assert differences(before, catalog(one)) == {}
        nuke(conn, "stranger")
        assert scope_of(conn, "stranger").taken == ()


def test_reset_refuses_where_a_table_of_others_refers_to_ours(one: Database) -> None:
    strangers(one)
    with one.connect() as conn:
        conn.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); GRANT ALL ON t TO stranger")
        with one.server.connect(one.name, "stranger") as theirs:
            theirs.execute("CREATE TABLE strange.refers (id int REFERENCES t); INSERT INTO strange.refers VALUES (1)")
        with pytest.raises(Refused, match=r"on strange.refers \(of stranger\) refers to public.t") as refused:
            reset(conn)
        assert "--owner stranger" in refused.value.hint
        assert counts(one)["t"] == 1
        reset(conn, "stranger")
        assert set(counts(one).values()) == {0}


def test_a_partition_of_others_is_not_emptied(one: Database) -> None:
    strangers(one)
    with one.connect() as conn:
        conn.execute(
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
            "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); ALTER TABLE p2 OWNER TO stranger;"
            "INSERT INTO p VALUES (1), (2)"
        )
        reset(conn)
        assert counts(one)["p1"] == 0
        assert counts(one)["p2"] == 1
        with pytest.raises(Refused, match=r"table public\.p2"):
            nuke(conn)


# ---- nothing is wiped without its permission


@pytest.mark.parametrize(("wipe", "other"), [(wipe_rows, "nuke"), (wipe_objects, "reset"), (wipe_rows, "seed")])
def test_a_permission_for_another_command_is_none(one: Database, wipe: Callable[..., object], other: str) -> None:
    with one.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT 1 AS a")
        with pytest.raises(Refused, match=f"a permission for {other}"):
            wipe(conn, settled(conn, other), scope_of(conn), lock_timeout_ms=1000)
        assert counts(one) == {"t": 1}


def test_a_permission_for_another_database_or_another_mark_is_none(one: Database) -> None:
    with one.connect() as conn, one.server.connect("postgres") as elsewhere:
        conn.execute("CREATE TABLE t AS SELECT 1 AS a")
        with pytest.raises(Refused, match="another database"):
            wipe_rows(conn, settled(elsewhere, "reset"), scope_of(conn), lock_timeout_ms=1000)
        permission = settled(conn, "reset")
        mark = f"@dbtool.environment=production system={permission.system} oid={permission.oid}"
        conn.execute(f"COMMENT ON DATABASE \"{one.name}\" IS '{mark}'".encode())
        with pytest.raises(Refused, match="mark changed"):
            wipe_rows(conn, permission, scope_of(conn), lock_timeout_ms=1000)
        assert counts(one) == {"t": 1}


def test_what_was_not_shown_is_not_taken(one: Database) -> None:
    with one.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT 1 AS a")
        shown = scope_of(conn)
        conn.execute("CREATE TABLE u AS SELECT 1 AS a")
        for wipe, command in ((wipe_rows, "reset"), (wipe_objects, "nuke")):
            with pytest.raises(Refused, match=r"changed since its scope was shown: new: table public.u"):
                wipe(conn, settled(conn, command), shown, lock_timeout_ms=1000)
        assert counts(one) == {"t": 1, "u": 1}


def test_within_a_transaction_nothing_is_wiped(one: Database) -> None:
    with one.connect() as conn, conn.transaction():
        scope, permission = scope_of(conn), settled(conn, "reset")
        with pytest.raises(ValueError, match="a transaction is open"):
            wipe_rows(conn, permission, scope, lock_timeout_ms=1000)


# ---- locks, and being interrupted


@pytest.mark.parametrize("wipe", [reset, nuke])
def test_who_holds_a_lock_is_named(one: Database, wipe: Callable[..., object]) -> None:
    everything(one)
    before = catalog(one)
    with one.connect() as conn, one.connect(application_name="the app") as holder, holder.transaction():
        holder.execute("SELECT count(*) FROM public.events_rest")
        with pytest.raises(DatabaseRefused, match=rf"pid {holder.info.backend_pid} \(the app, postgres .*events_rest"):
            wipe(conn, wait=100)
    assert differences(before, catalog(one)) == {}


def test_too_few_locks_are_explained() -> None:
    server = Server(max(BINARIES), settings={"max_locks_per_transaction": "10", "max_connections": "10"}).start()
    try:
        with server.connect("postgres") as conn:
            for schema in ("a", "b", "c"):
                conn.execute(f"CREATE SCHEMA {schema}".encode())
                for part in range(5):
                    with conn.transaction():
                        for number in range(100):
                            conn.execute(f"CREATE TABLE {schema}.t{part}_{number} ()".encode())
            with pytest.raises(DatabaseRefused, match="max_locks_per_transaction is 10") as refused:
                nuke(conn)
            raised = int(re.search(r"max_locks_per_transaction = (\d+)", refused.value.hint)[1])  # type: ignore[index]
            assert conn.execute(
                "SELECT count(*) FROM pg_class WHERE relnamespace IN ('a'::regnamespace, 'b'::regnamespace, 'c'::regnamespace)"
            ).fetchone() == (1500,)
        server.stop()
        server.settings["max_locks_per_transaction"] = str(raised)
        server.start()
        with server.connect("postgres") as conn:
            nuke(conn)
    finally:
        server.remove()


@contextmanager
def wiping_process(database: Database, what: str) -> "Iterator[subprocess.Popen[str]]":
    """Another process that wipes, and waits for a lock in the middle of it."""
    code = (
        f"import psycopg; from dbtool.errors import Interrupted; from tests.database.test_wipe import {what}\n"
        f"try:\n    {what}(psycopg.connect({database.url!r}, autocommit=True, application_name='wiping'), wait=30000)\n"
        "except Interrupted: print('interrupted')"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        with database.connect() as conn:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'wiping' AND wait_event_type = 'Lock'"
            until(lambda: conn.execute(waiting).fetchone() is not None)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        assert process.stdout
        process.stdout.close()


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


HALFWAY = {
    # its turn comes when the schemas are dropped already
    "nuke": "LOCK TABLE public.yoyo_lock IN ACCESS SHARE MODE",
    # after all tables were emptied
    "reset": "SELECT pg_advisory_xact_lock(7)",
}


def after_truncate(database: Database) -> None:
    with database.connect() as conn:
        conn.execute(
            "CREATE FUNCTION app.wait() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';"
            "CREATE TRIGGER wait AFTER TRUNCATE ON app.notes EXECUTE FUNCTION app.wait()"
        )


@pytest.mark.parametrize("how", ["kill", "interrupt", "terminate"])
@pytest.mark.parametrize("what", ["reset", "nuke"])
def test_interrupted_half_way_nothing_has_changed(one: Database, what: str, how: str) -> None:
    everything(one)
    after_truncate(one)
    before, rows = catalog(one), counts(one)
    with one.connect() as holder, one.connect() as conn:
        with holder.transaction():
            holder.execute(HALFWAY[what].encode())
            with wiping_process(one, what) as process:
                if how == "terminate":
                    conn.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wiping'"
                    )
                else:
                    process.send_signal(signal.SIGKILL if how == "kill" else signal.SIGINT)
                process.wait(10)
                assert process.stdout
                assert (process.stdout.read() == "interrupted\n") == (how == "interrupt")
        gone = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'wiping'"
        until(lambda: conn.execute(gone).fetchone() is None)
    assert differences(before, catalog(one)) == {}
    assert counts(one) == rows


@pytest.mark.parametrize("what", ["reset", "nuke"])
def test_a_server_that_dies_half_way_has_changed_nothing(what: str) -> None:
    server = Server(max(BINARIES)).start()
    try:
        with server.connect("postgres") as conn:
            conn.execute("CREATE DATABASE x")
        one = Database(server, "x")
        everything(one)
        after_truncate(one)
        before, rows = catalog(one), counts(one)
        rows["app.unlogged"] = 0  # it is emptied after a crash anyway
        with closing(one.connect()) as holder:
            holder.execute("BEGIN")
            holder.execute(HALFWAY[what].encode())
            with wiping_process(one, what):
                server.kill()
        server.start()
        assert differences(before, catalog(one)) == {}
        assert counts(one) == rows
    finally:
        server.remove()


def test_a_lost_connection_is_told(one: Database) -> None:
    with one.connect() as conn, one.connect() as other:
        conn.execute("CREATE TABLE t AS SELECT 1 AS a")
        permission, scope = settled(conn, "reset"), scope_of(conn)
        other.execute("SELECT pg_terminate_backend(%s)", [conn.info.backend_pid])
        with pytest.raises(Unreachable, match="nothing was changed"):
            wipe_rows(conn, permission, scope, lock_timeout_ms=1000)


def test_an_event_trigger_of_others_that_forbids_it_is_told(one: Database) -> None:
    owned_by(one, "wipe_owner")
    with one.connect() as conn:
        conn.execute(
            "CREATE FUNCTION no_drops() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not here'; END $$;"
            "CREATE EVENT TRIGGER no_drops ON sql_drop EXECUTE FUNCTION no_drops()"
        )
    with one.server.connect(one.name, "wipe_owner") as conn:
        conn.execute("CREATE TABLE t ()")
        with pytest.raises(DatabaseRefused, match=r"(?s)not here.*no_drops.*nothing was changed"):
            nuke(conn)


@pytest.mark.parametrize(("wipe", "most"), [(reset, 7 + 2), (nuke, 10 + 2)])
def test_few_round_trips(one: Database, wipe: Callable[..., object], most: int, tmp_path: Path) -> None:
    strangers(one)
    everything(one)
    with one.connect() as conn, (tmp_path / "trace").open("wb") as trace:
        conn.pgconn.trace(trace.fileno())
        wipe(conn)  # with read_mark() and read_scope() beforehand: the two beyond
        conn.pgconn.untrace()
        trips = (tmp_path / "trace").read_text().count("ReadyForQuery")
    assert trips <= most
