"""The database's own mark on real servers: who sees it, what it outlives, what it is void in, who may change it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from dbtool.guard.mark import Mark, marked, parse, read_mark, write_mark
from tests.conftest import Database, Project
from tests.faults.conftest import forker, make_project  # noqa: F401 - dbtool is forked, which saves its imports
from tests.faults.proxy import Proxy
from tests.faults.test_standby import standby  # noqa: F401
from tests.guard.terminal import ENTER, at_terminal
from tests.servers import Server

MakeProject = Callable[..., Project]
LOCAL = "?sslmode=disable&gssencmode=disable"


def comment(database: Database) -> str | None:
    """Return COMMENT ON DATABASE."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    return database.rows(query)[0][0]  # type: ignore[return-value]


def mark_of(database: Database) -> str:
    with database.connect() as conn:
        return read_mark(conn).environment


def mark(database: Database, environment: str) -> Mark:
    with database.connect() as conn:
        write_mark(conn, read_mark(conn), environment)
        return read_mark(conn)


def comment_as(database: Database, text: str) -> None:
    with database.connect() as conn:
        name, value = sql.Identifier(database.name), sql.Literal(text)
        conn.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, value))


@contextmanager
def another(server: Server, name: str, template: str = "template0") -> Iterator[Database]:
    """Give one more database of this server."""
    name = f"{name}_{os.getpid()}"
    with server.connect("postgres") as conn:
        new, old = sql.Identifier(name), sql.Identifier(template)
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, old))
    try:
        yield Database(server, name)
    finally:
        with server.connect("postgres") as conn:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def role(database: Database, options: str = "") -> Iterator[str]:
    """Give a role that may log in, and nothing else."""
    name = f"someone_{os.getpid()}_{database.name.rsplit('_', 1)[-1]}"
    with database.server.connect("postgres") as conn:
        conn.execute(f"CREATE ROLE {name} LOGIN {options}".encode())
    try:
        yield name
    finally:
        with database.connect() as conn:
            conn.execute(f"REASSIGN OWNED BY {name} TO postgres; DROP OWNED BY {name}; DROP ROLE {name}".encode())


def as_role(database: Database, name: str) -> dict[str, str]:
    return {"DATABASE_URL": database.server.url(database.name, name)}


def reset(project: Project, database: Database, **env: str) -> tuple[int, str]:
    """Say the name and be let, or not."""
    done = project.run("reset", "--confirm", database.name, env=env)
    return done.returncode, done.stderr


# ---- written, read, taken away


def test_env_mark_writes_it_and_env_show_reads_it(each_database: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(each_database)
    assert "none" in project.run("env", "show").stdout
    done = project.run("env", "mark", "production")
    assert done.returncode == 0, done.stderr
    with each_database.connect() as conn:
        found = read_mark(conn)
    assert (found.environment, found.foreign, found.database) == ("production", "", each_database.name)
    assert comment(each_database) == f"@dbtool.environment=production system={found.system} oid={found.oid}"
    shown = project.run("env", "show", "--json")
    assert '"mark": "production"' in shown.stdout
    again = project.run("env", "mark", "production")
    assert (again.returncode, again.stdout.startswith("nothing to do")) == (0, True)


@pytest.mark.parametrize(
    "text", ["The shop.", 'it\'s \\ a "shop"', "zeile 1\nzeile 2", "\u00fcber %s {}", "a@dbtool.example"]
)
def test_it_is_appended_to_a_comment_and_taken_out_of_it(text: str, database: Database, project: Project) -> None:
    comment_as(database, text)
    assert project.run("env", "mark", "development", "--confirm", database.name).returncode == 0
    written = str(comment(database))
    assert written.startswith(text + " @dbtool.environment=development system=")
    assert project.run("env", "mark", "staging").returncode == 2 or mark_of(database) in ("development", "staging")
    done = project.run("env", "mark", "none", "--confirm", database.name)
    assert done.returncode == 0, done.stderr
    assert (comment(database), mark_of(database)) == (text, "")


def test_without_a_comment_none_is_left(database: Database, project: Project) -> None:
    mark(database, "development")
    assert project.run("env", "mark", "none", "--confirm", database.name).returncode == 0
    assert comment(database) is None


def test_every_client_and_every_role_sees_it(database: Database, project: Project) -> None:
    mark(database, "production")
    with role(database) as name:
        with database.server.connect(database.name, name) as conn:
            assert read_mark(conn).environment == "production"
        shown = project.run("env", "show", env=as_role(database, name))
        assert "production" in next(line for line in shown.stdout.splitlines() if line.split()[:1] == ["mark"])
        refused = project.run("reset", "--confirm", database.name, env=as_role(database, name))
        assert (refused.returncode, "[mark]" in refused.stderr) == (6, True), refused.stderr
    with psycopg.connect(database.url, autocommit=False) as conn:
        conn.read_only = True
        assert read_mark(conn).environment == "production"  # type: ignore[arg-type]


def test_it_outlives_reset_and_nuke_and_a_new_name(database: Database, project: Project) -> None:
    project.write(m1="CREATE TABLE t (a int);")
    assert project.run("migrate").returncode == 0
    before = mark(database, "development")
    for command in ("reset", "nuke"):
        done = project.run(command)
        assert done.returncode == 0, done.stderr
        assert mark_of(database) == "development"
    assert database.rows("SELECT to_regclass('t') IS NULL") == [(True,)]
    renamed = Database(database.server, f"{database.name}_renamed")
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with database.server.connect("postgres") as conn:
        conn.execute(rename.format(sql.Identifier(database.name), sql.Identifier(renamed.name)))
        try:
            assert mark_of(renamed) == before.environment
        finally:
            conn.execute(rename.format(sql.Identifier(renamed.name), sql.Identifier(database.name)))


# ---- void in a copy


def test_in_a_copy_it_is_void(database: Database, project: Project) -> None:
    for environment in ("development", "production"):
        mark(database, environment)
        with another(database.server, "copy", template=database.name) as copy:
            comment_as(copy, str(comment(database)))
            with copy.connect() as conn:
                found = read_mark(conn)
            assert (found.environment, found.foreign) == ("", environment)
            url = {"DATABASE_URL": copy.url}
            asked = project.run("reset", env=url)
            assert asked.returncode == 6
            assert "copy" in asked.stderr
            shown = project.run("env", "show", env=url)
            assert "a copy, which is not marked" in shown.stdout
            assert project.run("env", "mark", "production", env=url).returncode == 0
            assert mark_of(copy) == "production"
            assert str(comment(copy)).count("@dbtool.environment") == 1


def test_on_another_server_it_is_void(each_server: Server, server: Server) -> None:
    with each_server.connect("postgres") as here, server.connect("postgres") as there:
        one, two = read_mark(here), read_mark(there)
        assert one.system != two.system
        assert parse(marked("", "development", system=one.system, oid=two.oid), system=two.system, oid=two.oid) == (
            "",
            "development",
        )


def test_of_two_marks_the_stricter_counts(database: Database, project: Project) -> None:
    """Two that hold, as two careless hands leave them: in either order it is production."""
    mark(database, "production")
    production = str(comment(database))
    development = production.replace("=production", "=development")
    for text in (f"{production} {development}", f"{development} {production}"):
        comment_as(database, text)
        assert reset(project, database)[0] == 6, text


# ---- spoofing


@pytest.mark.parametrize(
    "options",
    ["-c dbtool.environment=development", "-c search_path=public", "-c search_path=evil,pg_catalog", "-c session_replication_role=replica", "-c default_transaction_read_only=off"],
)  # fmt: skip
def test_pgoptions_do_not_change_it(options: str, database: Database, project: Project) -> None:
    mark(database, "production")
    spoof(database)
    with database.connect() as conn:
        conn.execute("CREATE TABLE public.pg_database (datname name, oid oid, datdba oid)")
    code, said = reset(project, database, PGOPTIONS=options)
    assert (code, "[mark]" in said) == (6, True), said


def spoof(database: Database) -> None:
    """Make a schema whose functions and operators answer in place of the server's own, where the path has it first."""
    with database.connect() as conn:
        conn.execute(
            """
            CREATE SCHEMA evil;
            CREATE FUNCTION evil.shobj_description(oid, name) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
            CREATE FUNCTION evil.current_database() RETURNS name LANGUAGE sql AS $$SELECT 'postgres'::name$$;
            CREATE FUNCTION evil."substring"(text, text) RETURNS text LANGUAGE sql AS $$SELECT '1'$$;
            CREATE VIEW evil.pg_control_system AS SELECT 1::bigint AS system_identifier;
            CREATE FUNCTION evil.never(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT true';
            CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.never);
            """
        )


@pytest.mark.parametrize(
    "setting",
    ["ROLE postgres IN DATABASE {} SET search_path = evil, pg_catalog", "DATABASE {} SET search_path = evil, pg_catalog",
     "DATABASE {} SET dbtool.environment = 'development'"],
)  # fmt: skip
def test_settings_of_roles_and_databases_do_not_change_it(setting: str, database: Database, project: Project) -> None:
    mark(database, "production")
    spoof(database)
    with database.connect() as conn:
        conn.execute(sql.SQL("ALTER " + setting).format(sql.Identifier(database.name)))  # type: ignore[arg-type]
    code, said = reset(project, database)
    assert (code, "[mark]" in said) == (6, True), said


# ---- a forwarded port


def test_a_forwarded_port_to_production_is_production(each_database: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project()
    with each_database.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT 1 AS a")
    mark(each_database, "production")
    with Proxy(each_database.server.port) as proxy:
        url = proxy.url(each_database.name)
        for command in ("reset", "nuke", "drop"):
            done = project.run(
                command, "--confirm", each_database.name, env={"DATABASE_URL": url, "NODE_ENV": "development"}
            )
            assert done.returncode == 6, done.stderr
            assert "production" in done.stderr
        asked = project.run("guard", "explain", "reset", "--online", "--format", "json", "--url", url)
        assert '"verdict": "block"' in asked.stdout
        project.write(m1="CREATE TABLE u (a int);")
        unasked = project.run("migrate", env={"DATABASE_URL": url})
        assert unasked.returncode == 6, unasked.stderr
        mistaken = project.run("migrate", "--yes", env={"DATABASE_URL": url, "NODE_ENV": "development"})
        assert mistaken.returncode == 6
        assert "mark-contradicted" in mistaken.stderr
    assert each_database.rows("SELECT a FROM t") == [(1,)]
    assert each_database.rows("SELECT to_regclass('u') IS NULL") == [(True,)]


def test_a_forwarded_port_to_what_is_not_marked_is_asked_about(database: Database, project: Project) -> None:
    with Proxy(database.server.port) as proxy:
        env = {"DATABASE_URL": proxy.url(database.name)}
        refused = project.run("reset", env=env)
        assert (refused.returncode, "tunnel" in refused.stderr) == (6, True)
        assert project.run("reset", "--confirm", database.name, env=env).returncode == 0


# ---- standbys, replicas, slots


def test_a_standby_has_its_primarys_mark_and_is_left_alone(standby: Server, make_project: MakeProject) -> None:  # noqa: F811
    primary = Database(primary_of(standby), "postgres")
    mark(primary, "development")
    copy = Database(standby, "postgres")
    wait_for(lambda: mark_of(copy) == "development")
    project = make_project(copy)
    explained = project.run("guard", "explain", "reset", "--online", "--format", "json")
    assert '"standby"' in explained.stdout, explained
    assert '"verdict": "confirm"' in explained.stdout or '"verdict": "block"' in explained.stdout
    for command in ("reset", "nuke"):
        done = project.run(command, "--confirm", "postgres")
        assert done.returncode in (1, 6), done.stderr
        assert "standby" in done.stderr
    done = project.run("env", "mark", "production")
    assert (done.returncode, "standby" in done.stderr) == (1, True)


def test_a_primary_with_a_standby_is_not_emptied_quietly(standby: Server, make_project: MakeProject) -> None:  # noqa: F811
    primary = Database(primary_of(standby), "postgres")
    project = make_project(primary)
    wait_for(lambda: primary.rows("SELECT count(*) FROM pg_stat_replication") == [(1,)])
    mark(primary, "development")
    asked = project.run("reset")
    assert (asked.returncode, "[replicas]" in asked.stderr) == (6, True), asked.stderr
    assert "--confirm" in asked.stderr
    mark(primary, "")
    refused = project.run("reset", "--confirm", "postgres")
    assert (refused.returncode, "[replicas]" in refused.stderr) == (6, True), refused.stderr
    shown = project.run("reset", "--dry-run")
    assert "1 replica" in shown.stdout + shown.stderr


def primary_of(standby: Server) -> Server:  # noqa: F811
    port = psycopg.conninfo.conninfo_to_dict(standby.settings["primary_conninfo"])["port"]
    return Server(standby.major, port=int(str(port)))


def wait_for(true: Callable[[], object]) -> None:
    from tests.faults.harness import wait_until

    wait_until(true, 15)


def test_a_database_with_a_slot_is_asked_about(each_database: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(each_database)
    mark(each_database, "development")
    assert project.run("reset").returncode == 0
    slot = f"s_{each_database.name}"
    with each_database.connect() as conn:
        conn.execute("SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", [slot])
        try:
            asked = project.run("reset")
            assert (asked.returncode, "[slots]" in asked.stderr) == (6, True), asked.stderr
            assert project.run("reset", "--confirm", each_database.name).returncode == 0
            with another(each_database.server, "beside") as beside:
                mark(beside, "development")
                assert project.run("reset", env={"DATABASE_URL": beside.url}).returncode == 0, "the slot is another's"
        finally:
            conn.execute("SELECT pg_drop_replication_slot(%s)", [slot])


def test_many_sessions_and_writers_are_asked_about(database: Database, project: Project) -> None:
    mark(database, "development")
    with database.connect() as conn:
        conn.execute("CREATE TABLE t (a int); CREATE TABLE elsewhere (a int)")
    with database.connect(application_name="shop") as conn, conn.transaction():
        conn.execute("INSERT INTO elsewhere VALUES (1)")
        asked = project.run("reset")
        assert (asked.returncode, "[writers]" in asked.stderr) == (6, True), asked.stderr
        assert "shop (1)" in asked.stderr
    sessions = [database.connect() for _ in range(20)]
    asked = project.run("reset")
    for conn in sessions:
        conn.close()
    assert (asked.returncode, "[sessions]" in asked.stderr) == (6, True), asked.stderr


# ---- who may change it


@pytest.mark.parametrize("wanted", ["development", "none", "staging", "test"])
def test_production_is_weakened_at_a_terminal_alone(wanted: str, database: Database, project: Project) -> None:
    mark(database, "production")
    for said in ([], ["--confirm", database.name]):
        done = project.run("env", "mark", wanted, *said)
        assert done.returncode == 6, done.stderr
        assert "only a person at a terminal" in done.stderr
    assert mark_of(database) == "production"


def test_a_person_at_a_terminal_weakens_production(database: Database, project: Project) -> None:
    mark(database, "production")
    for typed, said in (("yes", []), ("", []), ("yes", ["--confirm", database.name])):
        ended = at_terminal(project, "env", "mark", "development", *said, typed=typed + ENTER)
        assert (ended.returncode, mark_of(database)) == (6, "production"), ended
    ended = at_terminal(project, "env", "mark", "development", typed=database.name + ENTER, env={"AI_AGENT": "1"})
    assert (ended.returncode, mark_of(database)) == (6, "production"), ended
    ended = at_terminal(project, "env", "mark", "development", typed=database.name + ENTER)
    assert (ended.returncode, mark_of(database)) == (0, "development"), ended


def test_a_stricter_mark_is_for_everybody(database: Database, project: Project) -> None:
    with database.connect() as conn:
        conn.execute("CREATE TABLE somebodys (a int)")
    for wanted in ("development", "production"):
        mark(database, "" if wanted == "development" else "development")
        done = project.run("env", "mark", wanted)
        assert (done.returncode == 0) == (wanted == "production"), done.stderr
        assert mark_of(database) == ("production" if wanted == "production" else "")
    done = project.run("env", "mark", "production")
    assert done.stdout.startswith("nothing to do")


def test_development_is_a_mark_one_is_asked_about(database: Database, project: Project) -> None:
    with database.connect() as conn:
        conn.execute("CREATE TABLE somebodys (a int)")
    assert project.run("env", "mark", "development").returncode == 6
    assert project.run("env", "mark", "development", "--confirm", "other").returncode == 6
    assert mark_of(database) == ""
    assert project.run("env", "mark", "development", "--confirm", database.name).returncode == 0
    assert mark_of(database) == "development"


@pytest.mark.parametrize("name", ["prodcution", "", " ", "a b", "production system=1 oid=1", "x@y", "Production"])
def test_only_known_environments_are_marks(name: str, database: Database, project: Project) -> None:
    done = project.run("env", "mark", name)
    assert (done.returncode, comment(database)) == (2, None), done.stderr


def test_a_role_that_does_not_own_the_database(database: Database, project: Project) -> None:
    project.write(m1="CREATE TABLE mine.t (a int);")
    (project.root / "dbtool.toml").write_text('[ledger]\nschema = "mine"\n')
    with role(database) as name:
        with database.connect() as conn:
            conn.execute(f"CREATE SCHEMA mine AUTHORIZATION {name}".encode())
        refused = project.run("env", "mark", "production", env=as_role(database, name))
        assert refused.returncode == 1, refused.stderr
        assert "only its owner" in refused.stderr
        done = project.run("migrate", env=as_role(database, name))
        assert done.returncode == 0, done.stderr
        in_production = as_role(database, name) | {"DBTOOL_ENV": "production"}
        project.write(m2="CREATE TABLE mine.u (a int);")
        done = project.run("migrate", "--yes", env=in_production)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
    assert comment(database) is None


def test_an_owner_that_is_no_superuser_marks(database: Database, project: Project) -> None:
    with role(database) as name:
        with database.server.connect("postgres") as conn:
            conn.execute(f'ALTER DATABASE "{database.name}" OWNER TO {name}'.encode())
        assert project.run("env", "mark", "production", env=as_role(database, name)).returncode == 0
        assert mark_of(database) == "production"


def test_a_role_that_may_not_read_who_the_server_is(database: Database, project: Project) -> None:
    """What cannot be compared counts in the strict direction: production stays, development is not believed."""
    with role(database) as name:
        with database.server.connect("postgres") as conn:
            conn.execute(f'ALTER DATABASE "{database.name}" OWNER TO {name}'.encode())
        with database.connect() as conn:
            conn.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        me = as_role(database, name)
        mark(database, "production")
        code, said = reset(project, database, **me)
        assert code == 6, said
        done = project.run("env", "mark", "none", "--confirm", database.name, env=me)
        assert done.returncode in (1, 6), done
        assert mark_of(database) == "production"
        mark(database, "development")
        assert project.run("reset", env=me).returncode == 6
        mark(database, "")
        refused = project.run("env", "mark", "production", env=me)
        assert refused.returncode == 1
        assert "pg_control_system" in refused.stderr
        project.write(m1="SELECT 1;")
        done = project.run("migrate", env=me)
        assert "Traceback" not in done.stderr, done.stderr


# ---- marks that nobody asks for


def test_a_production_migrate_marks_production(each_database: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(each_database)
    project.write(m1="CREATE TABLE t (a int);")
    production = {"DBTOOL_ENV": "production"}
    refused = project.run("migrate", env=production)
    assert (refused.returncode, mark_of(each_database)) == (6, "")
    dry = project.run("migrate", "--dry-run", env=production)
    assert (dry.returncode, mark_of(each_database)) == (0, "")
    done = project.run("migrate", "--yes", env=production)
    assert done.returncode == 0, done.stderr
    assert mark_of(each_database) == "production"
    assert "marked" in done.stderr
    assert reset(project, each_database)[0] == 6


@pytest.mark.parametrize("before", ["", "development"])
def test_also_where_nothing_is_pending_and_nothing_else_is_said(
    before: str, database: Database, project: Project
) -> None:
    project.write(m1="CREATE TABLE t (a int);")
    assert project.run("migrate").returncode == 0
    mark(database, before)
    done = project.run("migrate", env={"NODE_ENV": "production"})
    assert done.returncode == 0, done.stderr
    assert mark_of(database) == (before or "production")  # a wrong --env in passing takes nobody's mark away
    again = project.run("migrate", env={"NODE_ENV": "production"})
    assert "marked" not in again.stderr


@pytest.mark.parametrize("by", ["--env", "DBTOOL_ENV", "NODE_ENV", "APP_ENV"])
def test_however_production_is_said(by: str, database: Database, project: Project) -> None:
    project.write(m1="CREATE TABLE t (a int);")
    said = ["--env", "production"] if by == "--env" else []
    done = project.run("migrate", "--yes", *said, env={} if said else {by: "production"})
    assert (done.returncode, mark_of(database)) == (0, "production"), done.stderr


def test_a_fresh_local_database_is_development_and_quiet(each_database: Database, make_project: MakeProject) -> None:  # noqa: F811
    project = make_project(each_database)
    project.write(m1="CREATE TABLE t (a int);")
    done = project.run("migrate")
    assert done.returncode == 0, done.stderr
    assert mark_of(each_database) == "development"
    assert "marked" in done.stderr
    assert "dbtool env mark production" in done.stderr
    for command in ("reset", "nuke", "migrate", "reset"):
        done = project.run(command)
        assert done.returncode == 0, done.stderr
        assert "marked test" not in done.stderr
    assert mark_of(each_database) == "development"


@pytest.mark.parametrize(
    "env",
    [{"RAILS_ENV": "production"}, {"VERCEL_ENV": "production"}, {"RAILS_ENV": "staging"}, {"STAGE": "prod"}, {"DJANGO_ENV": "live"}],
    ids=str,
)  # fmt: skip
def test_not_where_a_variable_says_otherwise(env: dict[str, str], database: Database, project: Project) -> None:
    project.write(m1="CREATE TABLE t (a int);")
    project.run("migrate", "--yes", env=env)
    assert mark_of(database) == ""


@pytest.mark.parametrize(
    "there",
    ["CREATE TABLE x (a int)", "CREATE VIEW x AS SELECT 1", "CREATE SCHEMA s; CREATE TABLE s.x (a int)", "CREATE SEQUENCE x", "CREATE MATERIALIZED VIEW x AS SELECT 1",
     "SELECT lo_from_bytea(0, 'x')"],
)  # fmt: skip
def test_not_where_something_is_there_already(there: str, database: Database, project: Project) -> None:
    with database.connect() as conn:
        conn.execute(there)  # type: ignore[arg-type]
    project.write(m1="CREATE TABLE t (a int);")
    assert project.run("migrate").returncode == 0
    assert mark_of(database) == ""


def test_a_fresh_local_database_is_marked_development_without_a_question(database: Database, project: Project) -> None:
    assert project.run("env", "mark", "development").returncode == 0
    assert mark_of(database) == "development"


def test_not_in_a_database_named_like_production(database: Database, project: Project) -> None:
    project.write(m1="CREATE TABLE t (a int);")
    for name in ("shop_prod", "shop_live"):
        with another(database.server, name) as shop:
            assert project.run("migrate", "--yes", env={"DATABASE_URL": shop.url}).returncode == 0
            assert mark_of(shop) == ""


def test_not_on_a_primary_with_a_standby(standby: Server, make_project: MakeProject) -> None:  # noqa: F811
    primary = primary_of(standby)
    wait_for(lambda: Database(primary, "postgres").rows("SELECT count(*) FROM pg_stat_replication") == [(1,)])
    project = make_project()
    project.write(m1="CREATE TABLE t (a int);")
    with another(primary, "fresh") as fresh:
        assert project.run("migrate", env={"DATABASE_URL": fresh.url}).returncode == 0
        assert mark_of(fresh) == ""


def test_not_where_nothing_is_migrated(database: Database, project: Project) -> None:
    project.write(m1="CREATE TABLE t (a int);")
    for arguments in (
        ["migrate", "--dry-run"],
        ["status"],
        ["env", "show"],
        ["reset", "--dry-run"],
        ["guard", "explain", "reset", "--online"],
        ["doctor"],
    ):
        project.run(*arguments)
        assert (mark_of(database), comment(database)) == ("", None), arguments


def test_a_comment_of_ones_own_stays(database: Database, project: Project) -> None:
    comment_as(database, "The shop.")
    project.write(m1="CREATE TABLE t (a int);")
    assert project.run("migrate").returncode == 0
    assert str(comment(database)).startswith("The shop. @dbtool.environment=development ")
