"""dbtool tables: what it reads of a real database, what it draws, what --where means."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from dbtool.config import load_project
from dbtool.errors import UsageError
from dbtool.families.family import read_families
from dbtool.tables.chosen import choose, read_wishes
from dbtool.tables.drawn import drawn, told
from dbtool.tables.listed import Listing, Table, read_tables
from dbtool.tags import read_tags
from tests.cli.conftest import Run, run_here  # noqa: F401 - a fixture
from tests.conftest import Database, Project

_SCHEMA = """
CREATE SCHEMA app;
CREATE TABLE tenants (id int PRIMARY KEY);
COMMENT ON TABLE tenants IS 'A customer. @category system';
CREATE TABLE app."Users of it" (id int PRIMARY KEY, tenant int NOT NULL REFERENCES tenants, boss int REFERENCES app."Users of it");
COMMENT ON TABLE app."Users of it" IS '@category domain';
CREATE TABLE notes (id int PRIMARY KEY, by int REFERENCES app."Users of it");
COMMENT ON TABLE notes IS '@client-only';
CREATE TABLE keys (id int PRIMARY KEY);
COMMENT ON TABLE keys IS '@category domain @server-only';
CREATE TABLE events (id int, at date, tenant int REFERENCES tenants, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE events_1_1 PARTITION OF events_1 FOR VALUES IN (1);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE comments (id int PRIMARY KEY, event int, at date, FOREIGN KEY (event, at) REFERENCES events);
ALTER TABLE events_rest ADD CONSTRAINT of_a_partition FOREIGN KEY (id) REFERENCES keys;
CREATE TABLE a (id int PRIMARY KEY, b int);
CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a);
ALTER TABLE a ADD CONSTRAINT closes FOREIGN KEY (b) REFERENCES b;
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER far FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE away (id int) SERVER far;
CREATE TEMPORARY TABLE hidden (id int);
CREATE TABLE _yoyo_log (id int);
INSERT INTO tenants SELECT generate_series(1, 100);
INSERT INTO keys SELECT generate_series(1, 9);
INSERT INTO events SELECT 1, date '2025-02-02', n FROM generate_series(1, 1) n;
INSERT INTO events SELECT n, date '2027-02-02', n FROM generate_series(2, 5) n;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER one BEFORE UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER one BEFORE UPDATE ON keys FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE POLICY two ON tenants USING (true);
CREATE PUBLICATION mine FOR TABLE tenants, events;
"""
_FAMILY = """-- dbtool: category system
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER one BEFORE UPDATE ON this_table FOR EACH ROW EXECUTE FUNCTION f();
CREATE POLICY two ON this_table USING (true);
"""


def listing_of(database: Database, folder: Path) -> Listing:
    (folder / "family-a.sql").write_text(_FAMILY)
    with database.connect() as conn:
        conn.execute("ANALYZE")
    with database.connect() as conn:
        conn.autocommit, conn.read_only = False, True
        return read_tables(conn, read_families(folder), ledger_schema="public")  # type: ignore[arg-type]


def test_what_is_read(each_database: Database, tmp_path: Path) -> None:
    with each_database.connect() as conn:
        conn.execute(_SCHEMA)
    found = listing_of(each_database, tmp_path)
    names = [str(table) for table in found.tables]
    assert sorted(names) == [
        'app."Users of it"', "public.a", "public.away", "public.b", "public.comments", "public.events", "public.keys",
        "public.notes", "public.tenants",
    ]  # fmt: skip
    for child, parent in (
        ('app."Users of it"', "public.tenants"), ("public.notes", 'app."Users of it"'),
        ("public.comments", "public.events"), ("public.events", "public.keys"), ("public.a", "public.b"),
    ):  # fmt: skip
        early, late = (child, parent) if child == "public.a" else (parent, child)
        assert names.index(early) < names.index(late)
    by_name = {table.name: table for table in found.tables}
    assert {name: table.rows for name, table in by_name.items()} == {
        "away": None, "tenants": 100, "Users of it": 0, "notes": 0, "keys": 9, "events": 5, "comments": 0, "a": 0,
        "b": 0,
    }  # fmt: skip
    events = by_name["events"]
    assert (events.kind, events.partitions, events.publications) == ("partitioned", 3, ("mine",))
    assert events.bytes >= 2 * 8192
    assert (by_name["away"].kind, by_name["away"].bytes) == ("foreign", 0)
    assert (by_name["tenants"].families, by_name["tenants"].families_in_part) == (("family-a",), ())
    assert (by_name["keys"].families, by_name["keys"].families_in_part) == ((), ("family-a",))
    assert [t.name for t in found.tables if t.client] == [n for n in by_name if n in ("Users of it", "notes")]
    (cycle,) = found.cycles
    assert set(cycle.tables) == {"public.a", "public.b"}
    assert [r.constraint for r in cycle.closing] == ["closes"]
    assert "closes of public.a refers to public.b, which comes later (may be NULL)" in told(cycle)


def test_it_waits_for_no_lock(database: Database, project: Project) -> None:
    with database.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS a; ANALYZE t")
    with database.connect() as holding, database.connect() as conn:
        holding.execute("BEGIN")
        holding.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        found: list[Listing] = []
        reading = threading.Thread(
            target=lambda: found.append(read_tables(conn, ledger_schema="public"))  # type: ignore[arg-type]
        )
        reading.start()
        reading.join(timeout=10)
        waited = reading.is_alive()
        holding.rollback()
        reading.join()
    assert not waited
    assert found[0].tables[0].bytes >= 5 * 8192
    assert found[0].tables[0].rows == 1000


def table(name: str, comment: str = "", **more: Any) -> Table:
    given: dict[str, Any] = {"schema": "public", "kind": "ordinary", "partitions": 0, "rows": 1, "bytes": 8192}
    lists = {"publications": (), "families": (), "families_in_part": (), "references": ()}
    return Table(**{**given, **lists, **more}, name=name, tags=read_tags(comment))


_TABLES = (
    table("a", "@category domain", families=("lww", "audit"), publications=("x",)),
    table("b", "@category domain @server-only", schema="app"),
    table("c", "@category system", kind="partitioned"),
    table("d", "", families=("lww",)),
)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ([], "abcd"),
        (["category=domain"], "ab"),
        (["category=none"], "d"),
        (["category=domain,system"], "abc"),
        (["category!=domain"], "cd"),
        (["family=lww"], "ad"),
        (["family=none"], "bc"),
        (["family=lww", "category=domain"], "a"),
        (["client=yes"], "a"),
        (["client=no"], "bcd"),
        (["publication=x"], "a"),
        (["publication!=x"], "bcd"),
        (["schema=app"], "b"),
        (["kind=partitioned"], "c"),
        ([" category = domain "], "ab"),
        (["family=nothing"], ""),
    ],
)
def test_where(where: list[str], names: str) -> None:
    assert "".join(t.name for t in choose(_TABLES, read_wishes(where))) == names


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("categry=domain", "did you mean category?"),
        ("category", "--where category=a"),
        ("category=", "--where category=a"),
        ("category=doman", "did you mean domain?"),
        ("client=maybe", "there are yes, no"),
        ("nonsense", "one of category"),
    ],
)
def test_a_where_that_means_nothing(where: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_wishes([where])
    assert said in caught.value.hint


def test_a_short_list_has_its_words_beside() -> None:
    tables = [table(name, "@category domain", families=("lww", "audit"), publications=("p", "q")) for name in "ab"]
    made = drawn(tables)
    assert made.columns == ["table  rows    size  category  client  families    publications"]
    assert made.rows[0] == ["a         1  8.0 kB  domain    yes     lww, audit  p, q"]


def test_a_long_list_fits_into_eighty_columns() -> None:
    long = tuple(f"a-family-of-a-long-name-{n}" for n in range(4))
    tables = [
        *_TABLES,
        table("a_table_with_a_name_that_is_as_long_as_postgresql_lets_it_be_xyz", "@category domain", families=long[:2]),
        table("Ü", "@category utility", rows=12_345_678_901, bytes=5 << 40, families=("lww", "audit"), publications=("p", "q")),
        table("x", rows=None, families=("client-id", "updated-at", "change-feed"), families_in_part=("lww",)),
    ]  # fmt: skip
    made = drawn(tables)
    lines = [made.columns[0], *(row[0] for row in made.rows)]
    assert [line for line in lines if len(line) > 80] == []
    assert "a_table_with_a_name_that_is_as_long_as_postgresql_lets_it_be_xyz" in lines
    whole = "\n".join(lines)
    for name in (*long[:2], "12,345,678,901", "5.0 TB", "(lww)", "?"):
        assert name in whole


def test_the_command(project: Project, database: Database, run_here: Run) -> None:  # noqa: F811
    assert run_here("tables").stdout == "there are no tables\n"
    with database.connect() as conn:
        conn.execute(_SCHEMA)
    done = run_here("tables", "--order")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 9
    assert 'app."Users of it"' in done.stdout.splitlines()
    assert "[table-cycle]" in done.stderr
    assert run_here("tables", "--order", "--where", "kind=foreign").stdout == "public.away\n"
    assert run_here("tables", "--order", "--where", "schema=none").stdout == ""
    assert (
        "1 of 9 tables, about 100 rows"
        in run_here("tables", "--where", "family=none", "--where", "category=system").stdout
    )
    answer = json.loads(run_here("tables", "--json").stdout)
    assert {t["name"]: t["client"] for t in answer["tables"]}['app."Users of it"'] is True
    assert answer["cycles"][0]["closing"][0] == {
        "table": "public.a", "constraint": "closes", "references": "public.b", "deferrable": False, "nullable": True,
    }  # fmt: skip
    assert run_here("tables", "--where", "kind=x").returncode == 2


def test_no_family_and_no_comment_is_needed(project: Project) -> None:
    assert read_families(load_project(project.root).triggers) == ()
