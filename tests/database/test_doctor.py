"""dbtool doctor against real servers: what it sees, the remedy that it tells, and that the remedy works."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from dbtool.config import Environment, load_project
from dbtool.db import connect
from dbtool.doctor import facts as facts_module
from dbtool.doctor.facts import read_facts
from dbtool.doctor.health import check_locks
from dbtool.doctor.pooling import Address, Pooling, check_pooling
from dbtool.doctor.server import check_clock, check_connection, check_link, check_transactions, check_version
from dbtool.lock import NAMESPACE
from dbtool.secrets import Secret
from dbtool.target import Target
from tests.conftest import Database, Project
from tests.servers import Server, binaries, free_port

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")


def examine(project: Project, *arguments: str, **env: str) -> tuple[int, dict[str, dict], dict]:
    """Run the doctor; returns its exit code, its findings by id, and the whole answer."""
    done = project.run("doctor", "--json", *arguments, env=env)
    assert done.returncode in (0, 1, 2, 4, 7), done.stderr
    answer = json.loads(done.stdout)
    return done.returncode, {finding["id"]: finding for finding in answer["findings"]}, answer


def states(answer: dict) -> dict[str, str]:
    return {check["check"]: check["state"] for check in answer["checks"]}


@contextmanager
def role(database: Database, name: str, options: str = "LOGIN") -> Iterator[str]:
    """A role of one's own, dropped with all it owns and was granted; gives its URL."""
    with database.connect() as conn:
        conn.execute(f"CREATE ROLE {name} {options}")  # type: ignore[arg-type]
    try:
        yield database.server.url(database.name, name)
    finally:
        with database.connect() as conn:
            conn.execute(f"DROP OWNED BY {name} CASCADE")  # type: ignore[arg-type]
            conn.execute(f"DROP ROLE {name}")  # type: ignore[arg-type]


# ---- all is well


def test_all_is_well_and_nothing_is_written(project, database):
    project.write(_1_a="CREATE TABLE a (id int);", _1_a__rollback="DROP TABLE a;")
    done = project.run("doctor")
    assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
    assert "all is well" in done.stdout and "next: dbtool migrate" in done.stdout
    assert database.rows("SELECT count(*) FROM pg_class WHERE relname LIKE '%yoyo%'") == [(0,)]
    code, findings, answer = examine(project)
    assert (code, findings, answer["pending"]) == (0, {}, ["1_a"])
    assert set(states(answer).values()) == {"ok"}
    assert answer["versions"]["libpq"] and answer["versions"]["psycopg"] == psycopg.__version__
    assert answer["round_trip_ms"] < 1000


def test_on_the_oldest_and_the_newest_server(make_project, each_database):
    project = make_project(each_database)
    project.write(_1_a="CREATE TABLE a (id int);", _2_b="ALTER TABLE a ADD b int; CREATE EXTENSION hstore;")
    assert examine(project)[:2] == (0, {})
    assert project.run("migrate").returncode == 0
    project.write(_3_c="ALTER TABLE a ADD c int;")
    code, findings, answer = examine(project)
    assert (code, list(findings), answer["pending"]) == (0, ["pending-migrations"], ["3_c"])
    assert findings["pending-migrations"]["severity"] == "note"


def test_the_lines_are_aligned(project):
    lines = project.run("doctor").stdout.splitlines()
    column = lines[0].index("check")
    assert all(line[column - 1] == " " and line[column] != " " for line in lines[1:10])


# ---- without a server


def test_nothing_answers(make_project):
    project = make_project()
    project.write(_1_a="CREATE TABLE a (id int);")
    url = f"postgresql://me:geheim@127.0.0.1:{free_port()}/shop"
    code, findings, answer = examine(project, DATABASE_URL=url)
    assert (code, list(findings)) == (7, ["unreachable"])
    assert "Connection refused" in findings["unreachable"]["message"] and findings["unreachable"]["help"]
    told = states(answer)
    assert told["migrations"] == told["pending files"] == "ok" and told["privileges"] == "-"
    assert "geheim" not in json.dumps(answer)


def test_a_database_that_is_not_there(make_project, server):
    code, findings, _ = examine(make_project(), DATABASE_URL=server.url("nowhere"))
    assert (code, list(findings)) == (7, ["database-missing"])
    assert "--create-database" in findings["database-missing"]["help"]


def test_a_connection_string_that_cannot_be_read(make_project):
    code, findings, _ = examine(make_project(), DATABASE_URL="postgresql://me:ge%heim@[::1/shop")
    assert (code, list(findings)) == (2, ["connection-string"])
    assert "heim" not in str(findings)


def test_mistakes_of_the_configuration(project):
    (project.root / "dbtool.toml").write_text('[ledger]\nschem = "x"\n\n[migrate]\nlock_wait = 5\n')
    code, findings, _ = examine(project)
    assert code == 2 and findings["config-key"]["place"]["line"] == 2 and findings["config-value"]["place"]["line"] == 5


def test_no_url(make_project):
    project = make_project()
    project.write(_1_a="CREATE TABLE a (id int);")
    code, findings, answer = examine(project, "--env", "production")
    assert (code, list(findings)) == (2, ["configuration"])
    assert states(answer)["migrations"] == "ok"


def test_files_that_cannot_be_run(project):
    project.write(_1_a="CREATE TABEL a (id int);", _2_b="-- depends: 1_a\nSELECT 1;\nCOMMIT;")
    code, findings, answer = examine(project)
    assert code == 1 and set(findings) == {"syntax-error", "transaction-control"}
    assert findings["transaction-control"]["place"]["line"] == 3
    assert states(answer)["pending files"] == "error" and states(answer)["ledger"] == "ok"
    project.write(_2_b="-- depends: 1_b\nSELECT 1;")
    code, findings, answer = examine(project)
    assert (code, list(findings)) == (1, ["unknown-depends"])
    assert states(answer)["server version"] == "ok"


def test_keys_of_the_example_that_are_set_nowhere(project):
    (project.root / ".env.example").write_text("# the database\nDATABASE_URL=\nMAIL_KEY=\nPORT=1\nHERE=x\n")
    (project.root / ".env").write_text("PORT=2\n")
    (project.root / ".env.development").write_text("HERE=y\n")
    code, findings, _ = examine(project)
    found = findings["missing-environment-key"]
    assert (code, found["severity"], found["place"]["line"]) == (0, "warning", 3)
    assert found["message"].endswith(": MAIL_KEY")
    assert examine(project, MAIL_KEY="x")[1] == {}


# ---- who we are


@pytest.fixture(scope="module")
def scram() -> Iterator[Server]:
    """A server that asks for passwords."""
    server = Server(max(binaries())).start()
    with server.connect("postgres") as conn:
        conn.execute("CREATE ROLE app LOGIN PASSWORD 'geheim'")
        (file,) = conn.execute("SHOW hba_file").fetchone()  # type: ignore[misc]
        hba = Path(file)
        hba.write_text("host all app 127.0.0.1/32 scram-sha-256\n" + hba.read_text())
        conn.execute("SELECT pg_reload_conf()")
    time.sleep(0.3)
    yield server
    server.remove()


@pytest.mark.parametrize("password", ["falsch", "", "gehe@im"])
def test_a_wrong_password_is_told_and_not_shown(make_project, scram, password):
    project = make_project()
    quoted = password.replace("@", "%40")
    url = f"postgresql://app:{quoted}@127.0.0.1:{scram.port}/postgres"
    for arguments in ((), ("--json",)):
        done = project.run("doctor", *arguments, env={"DATABASE_URL": url})
        assert done.returncode == 7
        told = done.stdout + done.stderr
        assert "password" in told and not (password and (password in told or quoted in told))
    right = f"postgresql://app:geheim@127.0.0.1:{scram.port}/postgres"
    done = project.run("doctor", env={"DATABASE_URL": right})
    assert "geheim" not in done.stdout + done.stderr
    assert "app" in done.stdout


def test_rights_that_pending_files_need_and_the_grants_that_give_them(make_project, each_database):
    database = each_database
    with database.connect() as conn:
        conn.execute("CREATE ROLE boss")
        conn.execute("CREATE SCHEMA shop AUTHORIZATION boss")
        conn.execute("CREATE TABLE shop.orders (id int PRIMARY KEY)")
        conn.execute("CREATE TABLE shop.customers (id int PRIMARY KEY)")
        conn.execute("ALTER TABLE shop.orders OWNER TO boss")
        conn.execute("REVOKE CREATE ON SCHEMA public FROM public")
    project = make_project(database)
    project.write(
        _1_a="CREATE TABLE a (id int);\nALTER TABLE shop.orders ADD note text;\nALTER TABLE shop.orders ADD n int;",
        _2_b="CREATE TABLE shop.lines (id int REFERENCES shop.customers);\n"
        "CREATE TRIGGER g BEFORE UPDATE ON shop.customers FOR EACH ROW\n"
        "EXECUTE FUNCTION suppress_redundant_updates_trigger();",
        _3_c="CREATE SCHEMA own;\nCREATE TABLE own.t (id int);\nCREATE ROLE dbtool_made;\nCREATE EXTENSION hstore;",
        _4_d="INSERT INTO shop.customers VALUES (1);",
    )
    with role(database, "deploy_doctor") as url:
        code, _, answer = examine(project, DATABASE_URL=url)
        found = [f for f in answer["findings"] if f["id"] in ("missing-privilege", "ledger-privilege")]
        assert code == 1 and len(found) == len(answer["findings"])
        told = [f["message"].splitlines()[0].split(" needs ")[1].split(",")[0] for f in found]
        assert sorted(told) == sorted(
            [
                "CREATE on schema public",  # the ledger
                "CREATE on schema public",
                "the rights of the owner of shop.orders (boss)",
                "CREATE on schema shop",
                "REFERENCES on shop.customers",
                "TRIGGER on shop.customers",
                f"CREATE on database {database.name}",
                "USAGE on schema shop",
                "the attribute CREATEROLE",
                "INSERT on shop.customers",
            ]
        )
        (orders,) = [f for f in found if "owner of shop.orders" in f["message"]]
        assert (orders["migration"], orders["place"]["line"], orders["place"]["column"]) == ("1_a", 2, 1)
        assert "also at" in orders["message"]
        with database.connect() as conn:
            for finding in found:
                conn.execute(finding["help"].split(";")[0])
        try:
            assert examine(project, DATABASE_URL=url)[:2] == (0, {})
            done = project.run("migrate", env={"DATABASE_URL": url})
            assert done.returncode == 0, done.stderr
            assert examine(project, DATABASE_URL=url)[:2] == (0, {})
        finally:
            with database.connect() as conn:
                conn.execute("DROP ROLE IF EXISTS dbtool_made")
    with database.connect() as conn:
        conn.execute("DROP OWNED BY boss CASCADE")
        conn.execute("DROP ROLE boss")


def test_what_takes_a_superuser(make_project, database):
    project = make_project(database)
    project.write(
        _1_a="CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end';\n"
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();",
        _2_b="CREATE EXTENSION pg_stat_statements;",
        _3_c="ALTER SYSTEM SET work_mem = '4MB';",
    )
    with role(database, "deploy_super") as url:
        with database.connect() as conn:
            conn.execute("GRANT CREATE ON SCHEMA public TO deploy_super")
        code, _, answer = examine(project, DATABASE_URL=url)
        assert code == 1 and len(answer["findings"]) == 3
        assert all("needs a superuser, and deploy_super is none" in f["message"] for f in answer["findings"])
        assert [f["migration"] for f in answer["findings"]] == ["1_a", "2_b", "3_c"]
        assert "write IF NOT EXISTS" in answer["findings"][1]["help"]
        if database.server.major >= 15:
            assert "GRANT ALTER SYSTEM ON PARAMETER work_mem TO deploy_super;" in answer["findings"][2]["help"]
        with database.connect() as conn:
            conn.execute("CREATE EXTENSION pg_stat_statements")
        assert len(examine(project, DATABASE_URL=url)[2]["findings"]) == 2


def test_a_role_that_is_read_only(make_project, each_database):
    project = make_project(each_database)
    project.write(_1_a="CREATE TABLE a (id int);")
    with role(each_database, "reader") as url:
        with each_database.connect() as conn:
            conn.execute("ALTER ROLE reader SET default_transaction_read_only = on")
            conn.execute("GRANT CREATE ON SCHEMA public TO reader")
        code, findings, _ = examine(project, DATABASE_URL=url)
        assert (code, list(findings)) == (1, ["read-only"])
        assert findings["read-only"]["help"].startswith("ALTER ROLE reader RESET default_transaction_read_only;")


def test_a_standby(make_project):
    server = Server(max(binaries())).start()
    try:
        server.stop()
        (server.home / "data" / "standby.signal").touch()
        server.start()
        project = make_project()
        project.write(_1_a="CREATE TABLE a (id int);")
        code, findings, _ = examine(project, DATABASE_URL=server.url("postgres"))
        assert (code, list(findings)) == (1, ["standby"])
    finally:
        server.remove()


def test_a_ledger_that_may_not_be_read_or_written(project, database):
    project.write(_1_a="CREATE TABLE a (id int);")
    assert project.run("migrate").returncode == 0
    with role(database, "outsider") as url:
        code, findings, answer = examine(project, DATABASE_URL=url)
        assert (code, list(findings)) == (1, ["ledger-unreadable"]) and "GRANT" in findings["ledger-unreadable"]["help"]
        assert states(answer)["pending files"] == "-"
        with database.connect() as conn:
            conn.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO outsider")
        code, findings, answer = examine(project, DATABASE_URL=url)
        assert (code, list(findings)) == (1, ["ledger-privilege"])
        helps = [f["help"].split(";")[0] for f in answer["findings"]]
        assert (
            "GRANT INSERT ON _yoyo_migration TO outsider" in helps and "GRANT UPDATE ON yoyo_lock TO outsider" in helps
        )
        with database.connect() as conn:
            for help in helps:
                conn.execute(help)
        assert examine(project, DATABASE_URL=url)[:2] == (0, {})


def test_extensions_that_the_server_does_not_have(project):
    project.write(_1_a="SELECT 1;\nCREATE EXTENSION IF NOT EXISTS no_such_thing;\nCREATE EXTENSION hstore;")
    code, findings, answer = examine(project)
    assert (code, list(findings)) == (1, ["missing-extension"])
    assert findings["missing-extension"]["place"]["line"] == 2
    assert "no_such_thing" in findings["missing-extension"]["message"]
    assert states(answer)["privileges"] == "ok"


# ---- the state of the database


def test_an_invalid_index_with_what_to_type(project, database):
    with database.connect() as conn:
        conn.execute('CREATE TABLE "T" AS SELECT 1 AS id FROM generate_series(1, 2)')
        with pytest.raises(psycopg.errors.UniqueViolation):
            conn.execute('CREATE UNIQUE INDEX CONCURRENTLY "T one" ON "T" (id)')
        code, findings, _ = examine(project)
        assert (code, findings["invalid-index"]["severity"]) == (0, "warning")
        help = findings["invalid-index"]["help"]
        assert help.startswith('REINDEX INDEX CONCURRENTLY public."T one";')
        conn.execute('DELETE FROM "T"')
        conn.execute(help.split(";")[0])
        assert examine(project)[:2] == (0, {})


def test_drift_alone_exits_4(project):
    project.write(_1_a="CREATE TABLE a (id int);", _2_b="CREATE TABLE b (id int);")
    assert project.run("migrate").returncode == 0
    project.write(_1_a="CREATE TABLE a (id bigint);")
    code, findings, answer = examine(project)
    assert (code, list(findings)) == (4, ["edited-migration"])
    assert states(answer)["ledger"] == "error"
    project.write(_3_c="CREATE TABEL c;")
    assert examine(project)[0] == 1


def test_a_half_done_migration(project, database):
    project.write(
        _1_a="-- transactional: false\nCREATE TABLE a AS SELECT 1 AS id FROM generate_series(1, 2);\n"
        "CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);"
    )
    assert project.run("migrate").returncode == 1
    code, findings, _ = examine(project)
    assert code == 0 and list(findings) == ["interrupted-migration"]


def test_several_ledgers(project, database):
    project.write(_1_a="CREATE TABLE a (id int);")
    assert project.run("migrate").returncode == 0
    with database.connect() as conn:
        conn.execute("CREATE SCHEMA other")
        conn.execute("CREATE TABLE other._yoyo_migration (LIKE public._yoyo_migration)")
    code, findings, _ = examine(project)
    assert (code, findings["several-ledgers"]["severity"]) == (0, "warning")
    with database.connect() as conn:
        conn.execute("CREATE SCHEMA third")
        conn.execute("ALTER TABLE public._yoyo_migration SET SCHEMA third")
    code, findings, _ = examine(project)
    assert code == 1 and "several schemas hold a ledger" in findings["ledger-unreadable"]["message"]


def test_yoyos_lock_row(project, database):
    project.write(_1_a="CREATE TABLE a (id int);")
    assert project.run("migrate").returncode == 0
    with database.connect() as conn:
        conn.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now() AT TIME ZONE 'UTC', 4711)")
    code, findings, _ = examine(project)
    assert (code, findings["yoyo-lock"]["severity"]) == (0, "warning")
    assert "4711" in findings["yoyo-lock"]["message"] and "yoyo break-lock" in findings["yoyo-lock"]["help"]
    with database.connect() as conn:
        conn.execute("UPDATE yoyo_lock SET ctime = ctime - interval '1 day'")
    code, findings, _ = examine(project)
    assert (code, findings["yoyo-lock"]["severity"]) == (1, "error")


def test_the_holder_of_the_migration_lock(project, database):
    with database.connect(application_name="somebody") as conn:
        conn.execute("BEGIN")
        conn.execute("SELECT pg_try_advisory_xact_lock(%s, 1)", [NAMESPACE])
        code, findings, _ = examine(project)
    assert code == 0 and "somebody" in findings["migration-lock-held"]["message"]


def test_transactions_left_open(make_project, tmp_path, monkeypatch):
    server = Server(max(binaries()), settings={"max_prepared_transactions": "2"}).start()
    monkeypatch.setattr(facts_module, "OLD_TRANSACTION", 0)
    try:
        target = target_of(tmp_path, server.url("postgres"))
        idle = server.connect("postgres", application_name="forgetful")
        idle.execute("BEGIN")
        idle.execute("SELECT 1")
        with server.connect("postgres") as conn:
            conn.execute("BEGIN")
            conn.execute("CREATE TABLE p ()")
            conn.execute("PREPARE TRANSACTION 'it''s'")
        with connect(target) as conn:
            found = read_facts(conn, target.project)
        check = check_transactions(found.transactions, found.server)
        told = {f.id: f for f in check.findings}
        assert set(told) == {"prepared-transaction", "idle-transaction"}
        assert "forgetful" in told["idle-transaction"].message
        with server.connect("postgres") as conn:
            conn.execute(told["prepared-transaction"].help.split(" or ")[1].rstrip(";"))  # type: ignore[arg-type]
            conn.execute(told["idle-transaction"].help.split(": ")[1].rstrip(";"))  # type: ignore[arg-type]
        with connect(target) as conn:
            assert read_facts(conn, target.project).transactions == ()
        idle.close()
    finally:
        server.remove()


def target_of(root: Path, url: str) -> Target:
    return Target(
        environment=Environment(name="development"), why="", url=Secret(url), url_from="", project=load_project(root)
    )


# ---- poolers


@contextmanager
def pgbouncer(server: Server, mode: str) -> Iterator[int]:
    """PgBouncer before *server*; gives its port."""
    home, port = Path(tempfile.mkdtemp(prefix="dbtool-test-")), free_port()
    home.chmod(0o755)
    (home / "ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port} user=postgres\n[pgbouncer]\nlisten_addr=127.0.0.1\n"
        f"listen_port={port}\nauth_type=any\npool_mode={mode}\nunix_socket_dir=\nlogfile=\npidfile=\n"
    )
    as_nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(
        [str(PGBOUNCER), "-q", home / "ini"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_nobody
    )
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                psycopg.connect(f"host=127.0.0.1 port={port} dbname=postgres user=postgres").close()
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline and process.poll() is None
                time.sleep(0.05)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.skipif(PGBOUNCER is None, reason="no pgbouncer here")
@pytest.mark.parametrize("mode", ["transaction", "statement", "session"])
def test_pgbouncer(project, database, mode):
    project.write(_1_a="CREATE TABLE a (id int);")
    with pgbouncer(database.server, mode) as port:
        url = f"postgresql://postgres@127.0.0.1:{port}/{database.name}"
        code, findings, _ = examine(project, DATABASE_URL=url)
        if mode == "session":
            assert (code, list(findings)) == (0, ["pooler"])
            return
        assert (code, list(findings)) == (1, ["transaction-pooling"])
        assert f"{mode} mode" in findings["transaction-pooling"]["message"]
        assert "DBTOOL_DIRECT_URL" in findings["transaction-pooling"]["help"]
        assert examine(project, DATABASE_URL=url, DBTOOL_DIRECT_URL=database.url)[:2] == (0, {})
        # nothing of ours stays with the server processes that the pooler keeps
        with psycopg.connect(url, autocommit=True) as conn:
            assert conn.execute("SHOW default_transaction_read_only").fetchone() == ("off",)


@pytest.mark.parametrize(
    ("host", "port", "user", "direct"),
    [
        ("ep-cool-1-pooler.eu-1.aws.neon.tech", "5432", "me", "postgresql://me@ep-cool-1.eu-1.aws.neon.tech:5432/db"),
        ("aws-0-eu.pooler.supabase.com", "6543", "postgres.abc", "postgresql://postgres@db.abc.supabase.co:5432/db"),
        ("db.abc.supabase.co", "6543", "postgres", "postgresql://postgres@db.abc.supabase.co:5432/db"),
        ("p.proxy-x1.eu-1.rds.amazonaws.com", "5432", "me", "the direct URL of the server"),
    ],
)
def test_poolers_known_by_their_address(host, port, user, direct):
    check = check_pooling(Address(host=host, port=port, user=user, database="db"), None, direct=False)
    assert check.state == "warning" and direct in check.findings[0].help
    assert "DBTOOL_DIRECT_URL" in check.findings[0].help


def test_an_address_without_a_pooler():
    for host in ("localhost", "/run/postgresql", "", "aws-0-eu.pooler.supabase.com"):
        address = Address(host=host, port="5432", user="me", database="db")
        assert check_pooling(address, Pooling.NONE, direct=False).state == "ok"


def test_a_pooler_known_by_its_address_is_told_of_when_it_does_not_answer(make_project):
    url = "postgresql://me:geheim@ep-x-1-pooler.invalid:5432/db"
    code, findings, answer = examine(make_project(), DATABASE_URL=url)
    assert code == 7 and {"unreachable", "pooler-host"} == set(findings)
    assert "geheim" not in json.dumps(answer)


def test_a_pooler_that_is_away_does_not_hide_the_server_behind_it(project, database):
    project.write(_1_a="CREATE TABLE a (id int);")
    away = f"postgresql://postgres:geheim@127.0.0.1:{free_port()}/{database.name}"
    code, findings, answer = examine(project, DATABASE_URL=away, DBTOOL_DIRECT_URL=database.url)
    assert (code, list(findings)) == (7, ["unreachable"])
    assert states(answer)["ordinary URL"] == "error" and states(answer)["privileges"] == "ok"
    assert "geheim" not in json.dumps(answer)


# ---- figures


def test_version_link_and_clock(tmp_path, database):
    target = target_of(tmp_path, database.url)
    with connect(target) as conn:
        found = read_facts(conn, target.project)
    assert abs(found.clock_ahead) < 1 and 0 < found.round_trip < 1000
    assert check_version(found.server).state == "ok"
    assert check_version(replace(found.server, version=130_020)).findings[0].id == "server-too-old"
    assert check_version(replace(found.server, version=190_001)).state == "note"
    assert [check_link(ms).state for ms in (3, 45)] == ["ok", "note"]
    assert [check_clock(s, 1).state for s in (0.01, -4.9, 5.2, -60)] == ["ok", "ok", "warning", "warning"]
    assert check_clock(6, 3_000).state == "ok"  # such a link does not tell
    assert [check_connection(ms, "x").state for ms in (20, 3_000)] == ["ok", "note"]
    assert check_locks(found, datetime.now(UTC) + timedelta(days=1)).state == "ok"
