"""One transaction: what is told of it is true, also when it is cut off, has to wait, or is not let."""

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dbtool.lock import NAMESPACE
from tests.cli.conftest import Done, refused
from tests.faults.harness import wait_until
from tests.faults.proxy import Fault, Proxy
from tests.seeds_import.conftest import Importing
from tests.seeds_import.test_files import start

CONTENT = "id\n1\nx\n2\n"


@pytest.fixture
def table(importing: Importing) -> Importing:
    """A table t (id int)."""
    importing.sql("create table t (id int)")
    return importing


def count(importing: Importing, table: str = "t") -> int:
    return int(str(importing.rows(f"select count(*) from {table}")[0][0]))


# ---- cut off


def is_busy(importing: Importing) -> bool:
    return bool(importing.rows("select from pg_stat_activity where application_name = 'dbtool seed import'"))


def through(importing: Importing, fault: Fault | None) -> tuple[Done, int]:
    """Import through a proxy that strikes, and return how many messages dbtool sent."""
    with Proxy(importing.database.server.port, fault) as proxy:
        url = proxy.url(importing.database.name)
        done = importing.run("t.csv", "t", "--url", url, "--reject-file", "bad.csv", content=CONTENT)
        wait_until(lambda: fault or not is_busy(importing))  # Terminate has come through
        return done, proxy.counts["client"]


@pytest.mark.parametrize(
    ("kind", "step"), [("cut", 5), *(pytest.param(k, 1, marks=pytest.mark.slow) for k in ("cut", "cut-after", "ghost"))]
)
def test_wherever_it_is_cut_off_what_is_told_is_so(table: Importing, kind: str, step: int) -> None:
    done, messages = through(table, None)
    assert (done.returncode, count(table)) == (0, 2)
    told: set[str] = set()
    for at in range(messages, 0, -step):
        table.sql("truncate t")
        for name in table.left() - {"t.csv"}:
            (table.project.root / name).unlink()
        done, _ = through(table, Fault(kind, at))
        wait_until(lambda: not is_busy(table))
        written = count(table)
        assert written == (2 if done.returncode == 0 else 0), f"{kind} {at}: {written}\n{done.both}"
        assert ("bad.csv" in table.left()) == (written == 2), f"{kind} {at}"
        assert done.returncode in (0, 7), done.both
        told.add(done.stderr)
    assert any("nothing was written" in text for text in told)


def test_an_answer_that_is_lost_is_asked_for(table: Importing) -> None:
    """The server has committed, and its word did not come through."""
    _, messages = through(table, None)
    table.sql("truncate t")
    commit = Fault("swallow", messages - 1)  # the last but Terminate
    with Proxy(table.database.server.port, commit) as proxy:
        url = proxy.url(table.database.name)
        process = start(table, "t.csv", "t", "--url", url, "--reject-file", "bad.csv", "--force")
        wait_until(lambda: count(table) == 2)
        proxy.close_all()
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, out + err
    assert b"the connection was lost while it was committed; the server says that it was" in err
    assert b"rejected 1 row" in out
    assert table.read("bad.csv") == b"id\nx\n"


def test_ctrl_c_writes_nothing_and_leaves_nothing(table: Importing) -> None:
    table.sql(
        "create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(60); return new; end';"
        "create trigger slow before insert on t for each row execute function slow()"
    )
    table.file("t.csv", CONTENT)
    process = start(table, "t.csv", "t", "--reject-file", "bad.csv")
    wait_until(lambda: table.rows("select from pg_stat_activity where query like 'COPY%' and wait_event = 'PgSleep'"))
    process.terminate()
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, out + err
    assert b"interrupted: nothing was written" in err
    assert (count(table), table.left()) == (0, {"t.csv"})


# ---- let, or not


def test_the_migration_lock_is_waited_for(table: Importing) -> None:
    (table.project.root / "dbtool.toml").write_text('[migrate]\nlock_wait = "300ms"\n')
    with table.database.connect() as conn, conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s, 1)", [NAMESPACE])
        refused(table.run("t.csv", "t", content="id\n1\n"), 8, "the migration lock was not had", "nothing was written")
    assert table.run("t.csv", "t").returncode == 0


def test_production_refuses_it(table: Importing) -> None:
    refused(table.run("t.csv", "t", "--env", "production", content="id\n1\n"), 6, "production")
    done = table.run("t.csv", "t", "--confirm", "another")
    refused(done, 6, "is not the name of this database")
    dry = table.run("t.csv", "t", "--env", "production", "--dry-run")
    assert dry.returncode == 6
    assert count(table) == 0


def test_a_dry_run_reads_the_header_alone(table: Importing) -> None:
    done = table.run("t.csv", "t", "--dry-run", "--reject-file", "bad.csv", content=CONTENT)
    assert done.returncode == 0, done.both
    assert "would import t.csv into public.t (id)" in done.stdout
    assert (count(table), table.left()) == (0, {"t.csv"})
    refused(table.run("t.csv", "t", "--dry-run", content="nr\n1\n"), 2, "no column 'nr'")


def test_row_level_security_is_told_of(table: Importing) -> None:
    role = f"app_{os.getpid()}"
    table.sql(f"create role {role} login; grant all on t to {role}; alter table t enable row level security")
    try:
        url = table.database.url.replace("postgres@", f"{role}@")
        refused(table.run("t.csv", "t", "--url", url, content="id\n1\n"), 2, "row-level security applies", "BYPASSRLS")
        table.sql(f"alter table t disable row level security; revoke all on t from {role}; grant select on t to {role}")
        refused(table.run("t.csv", "t", "--url", url), 1, "permission denied for table t", "GRANT INSERT")
    finally:
        table.sql(f"drop owned by {role}; drop role {role}")


def test_notices_of_triggers_are_told(table: Importing) -> None:
    table.sql(
        "create function hello() returns trigger language plpgsql as $$ begin raise notice 'hello'; return null; end $$;"
        "create trigger hello after insert on t execute function hello()"
    )
    assert "notice: hello" in table.run("t.csv", "t", content="id\n1\n").stderr


def test_partitions_and_views_with_triggers_take_rows(importing: Importing) -> None:
    importing.sql(
        """
        create table p (id int) partition by range (id);
        create table p1 partition of p for values from (0) to (10);
        create view v as select id from p;
        create function through() returns trigger language plpgsql as $$ begin insert into p values (new.id); return new; end $$;
        create trigger through instead of insert on v for each row execute function through();
        """
    )
    answer = importing.answer("p.csv", "p", "--reject-file", "bad.csv", content="id\n1\n99\n2\n")
    assert (answer["rows"], answer["rejected"]) == (2, 1)
    assert importing.run("v.csv", "v", content="id\n3\n").returncode == 0
    assert importing.rows("select id from p order by 1") == [(1,), (2,), (3,)]


# ---- large files


def _large(importing: Importing, rows: int, bad: int = 0) -> Path:
    path = importing.project.root / "t.csv"
    with path.open("w") as file:
        file.write("id\n")
        for first in range(0, rows, 10_000):
            file.write("".join(f"{number:0200d}\n" for number in range(first, first + 10_000)))
        file.write("x\n" * bad)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("bad", [0, 1])
def test_memory_does_not_grow_with_the_file(table: Importing, bad: int) -> None:
    table.sql("alter table t alter id type text, add check (id <> 'x')")
    peaks: list[float] = []
    for rows in (20_000, 150_000):  # 4 and 30 MB
        _large(table, rows, bad)
        process = start(table, "t.csv", "t", "--reject-file", "bad.csv", "--force")
        watched, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss)
                time.sleep(0.005)
            except psutil.Error:
                break
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, out + err
        peaks.append(peak / 1e6)
    assert peaks[1] < peaks[0] + 30, peaks


def test_how_far_it_is_is_told_on_a_terminal(table: Importing) -> None:
    table.sql("alter table t alter id type text")
    _large(table, 120_000)
    screen, end = pty.openpty()
    words = [sys.executable, "-m", "dbtool", "seed", "import", "t.csv", "t", "--confirm", table.database.name]
    environment = table.project.environment | {"TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(words, cwd=table.project.root, env=environment, stdout=subprocess.PIPE, stderr=end)
    os.close(end)
    seen = b""
    while True:
        try:
            data = os.read(screen, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
    process.communicate(timeout=30)
    os.close(screen)
    assert process.returncode == 0, seen
    assert b"t.csv" in seen
    assert b"rows" in seen


def test_with_json_stdout_has_the_answer_alone(table: Importing) -> None:
    done = table.run("t.csv", "t", "--json", content="id\n1\n")
    assert json.loads(done.stdout)["rows"] == 1
    assert "imported" not in done.stderr
