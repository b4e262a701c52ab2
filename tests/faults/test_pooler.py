"""PgBouncer in between: in session mode dbtool works; in transaction mode it is noticed, told and gone around."""

import psycopg
import pytest

from tests.faults.poolers import pgbouncer, pgbouncer_program

pytestmark = pytest.mark.skipif(
    pgbouncer_program() is None, reason="PgBouncer is not installed (apt-get install pgbouncer)"
)

_FILES = {
    "m1": "CREATE TABLE t (a int); INSERT INTO t VALUES (1);",
    "m2": "CREATE INDEX CONCURRENTLY i ON t (a);",
    "m3": "SET lock_timeout = '7s'; INSERT INTO t VALUES (3);",
}


def _url(database, port: int) -> dict[str, str]:
    return {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port}/{database.name}"}


def test_through_session_pooling_it_works(each_database, make_project, tmp_path):
    project = make_project(each_database)
    project.write(**_FILES)
    with pgbouncer(each_database.server, tmp_path, "session") as port:
        done = project.run("migrate", env=_url(each_database, port))
        assert done.returncode == 0, done.stderr
        assert "nothing to do" in project.run("migrate", env=_url(each_database, port)).stdout
    assert each_database.rows("SELECT a FROM t ORDER BY a") == [(1,), (3,)]


@pytest.mark.parametrize("busy", [0, 3], ids=["quiet", "busy"])
def test_transaction_pooling_is_refused_with_the_remedy_and_nothing_ran(each_database, make_project, tmp_path, busy):
    """Also where other clients have left idle server connections in the pool."""
    project = make_project(each_database)
    project.write(**_FILES)
    with pgbouncer(each_database.server, tmp_path, "transaction") as port:
        url = _url(each_database, port)
        others = [psycopg.connect(url["DATABASE_URL"]) for _ in range(busy)]
        for other in others:
            other.execute("SELECT 1")
        for other in others:
            other.commit()
        refused = project.run("migrate", env=url)
        for other in others:
            other.close()
    assert refused.returncode == 1, refused.stderr
    assert "pooler in transaction mode" in refused.stderr and "DBTOOL_DIRECT_URL" in refused.stderr
    assert each_database.rows("SELECT to_regclass('t')") == [(None,)]


def test_with_a_direct_url_it_goes_around_a_transaction_pooler(each_database, make_project, tmp_path):
    project = make_project(each_database)
    project.write(**_FILES)
    with pgbouncer(each_database.server, tmp_path, "transaction") as port:
        env = _url(each_database, port) | {"DBTOOL_DIRECT_URL": each_database.url}
        done = project.run("migrate", env=env)
        assert done.returncode == 0, done.stderr
        assert "nothing to do" in project.run("migrate", env=env).stdout


def test_a_status_through_a_transaction_pooler_leaves_nothing_set_for_the_application(
    each_database, make_project, tmp_path
):
    project = make_project(each_database)
    project.write(**_FILES)
    with each_database.connect() as conn:
        conn.execute("CREATE TABLE app (a int)")
    with pgbouncer(each_database.server, tmp_path, "transaction") as port:
        url = _url(each_database, port)
        assert project.run("status", env=url).returncode == 0
        with psycopg.connect(url["DATABASE_URL"], autocommit=True, prepare_threshold=None) as application:
            application.execute("INSERT INTO app VALUES (1)")  # would fail in a session left read-only
