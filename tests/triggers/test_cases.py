"""Cases: read from plain SQL, tried on a stand-in with the table's own triggers, and nothing is left."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dbtool.errors import BadFile, DatabaseRefused
from dbtool.families import tested
from dbtool.families.cases import read_cases
from dbtool.families.family import Family, Table, read_families
from dbtool.families.members import Member
from dbtool.families.tested import CaseResult, Outcome
from dbtool.tags import read_tags
from tests.conftest import Database
from tests.servers import Server
from tests.triggers.conftest import FOLDER, Install, one, rows

COLUMNS = "updated_at timestamptz NOT NULL, client_id uuid, tenant_id uuid NOT NULL, a text NOT NULL CHECK (a <> '')"
TABLES = {
    "public.t": f"CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {COLUMNS})",
    "public.by_uuid": f"CREATE TABLE by_uuid (id uuid PRIMARY KEY, {COLUMNS}, b text GENERATED ALWAYS AS (a || a) STORED)",
    'public."Odd ""T"': f'CREATE TABLE "Odd ""T" ("K" smallint, b text, c varchar(40), {COLUMNS}, PRIMARY KEY (b, "K", c))',
    "public.parts": f"CREATE TABLE parts (id serial, {COLUMNS}, PRIMARY KEY (id)) PARTITION BY HASH (id)",
    "app.child": f"CREATE TABLE app.child (id int PRIMARY KEY REFERENCES t2, {COLUMNS})",
    "public.no_key": f"CREATE TABLE no_key ({COLUMNS}, case_value text)",
}


def _member(family: Family, table: str) -> Member:
    schema, _, name = table.partition(".")
    plain = name[1:-1].replace('""', '"') if name.startswith('"') else name
    return Member(family=family, table=Table(schema=schema, name=plain, tags=read_tags(""), columns=frozenset()))


def _tested(conn: psycopg.Connection, families: dict[str, Family], *tables: str) -> list[CaseResult]:
    named = list(families.values())
    return list(tested.test_families(conn, named, [_member(f, t) for f in named for t in tables]))


def _wrong(results: list[CaseResult]) -> list[tuple[str, str, str]]:
    return [(r.family, r.case, r.message) for r in results if r.outcome is not Outcome.PASSED]


@pytest.fixture
def all_on(db: Database, install: Install) -> Iterator[psycopg.Connection]:
    """All families on tables of many kinds."""
    with db.connect() as conn:
        conn.execute("CREATE SCHEMA app; CREATE TABLE t2 (id int PRIMARY KEY)")
        for statement in TABLES.values():
            conn.execute(statement)  # type: ignore[arg-type]
        install(conn, "audit", "change-feed", "client-id", "lww", "tenant-rls", "updated-at", tables=tuple(TABLES))
        yield conn


_LEFT = (
    "SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_authid),"
    " (SELECT count(*) FROM pg_policy), (SELECT count(*) FROM audit_log), (SELECT count(*) FROM stale_writes)"
)


def test_the_families_keep_what_they_promise_on_every_kind_of_table(
    all_on: psycopg.Connection, families: dict[str, Family]
) -> None:
    before = rows(all_on, _LEFT)
    results = _tested(all_on, families, *TABLES)
    assert _wrong(results) == []
    assert {r.table for r in results} == set(TABLES)
    assert {r.family for r in results} == set(families)
    assert len(results) == len(TABLES) * sum(len(read_cases(f.cases).cases) for f in families.values())
    assert rows(all_on, _LEFT) == before
    assert all_on.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert one(all_on, "SHOW statement_timeout") == "0"
    assert rows(all_on, "SELECT current_user, current_setting('transaction_isolation')") == [
        ("postgres", "read committed")
    ]


def test_the_owner_who_is_no_superuser(all_on: psycopg.Connection, families: dict[str, Family]) -> None:
    all_on.execute("CREATE ROLE cases_owner")
    try:
        all_on.execute(
            "REASSIGN OWNED BY CURRENT_USER TO cases_owner" if False else "GRANT CREATE ON SCHEMA public TO cases_owner"
        )
        for name in ("t", "audit_log", "stale_writes"):
            all_on.execute(f"ALTER TABLE {name} OWNER TO cases_owner")  # type: ignore[arg-type]
        all_on.execute("SET ROLE cases_owner")
        assert _wrong(_tested(all_on, families, "public.t")) == []
        all_on.execute("RESET ROLE; ALTER ROLE cases_owner BYPASSRLS; SET ROLE cases_owner")
        told = _wrong(_tested(all_on, families, "public.t"))
        assert told == [("tenant-rls", "", "the role that is connected has BYPASSRLS: no policy binds it")]
    finally:
        all_on.execute("RESET ROLE; DROP OWNED BY cases_owner CASCADE; DROP ROLE cases_owner")


_DAMAGE = [
    ("DROP TRIGGER client_id_1_mark ON t", "client-id"),
    ("DROP TRIGGER client_id_2_clear ON t", "client-id"),
    ("ALTER TABLE t DISABLE TRIGGER client_id_2_clear", "client-id"),
    ("ALTER TABLE t ENABLE REPLICA TRIGGER client_id_2_clear", "client-id"),
    ("DROP TRIGGER updated_at_1_mark ON t", "updated-at"),
    ("DROP TRIGGER updated_at_2_touch ON t", "updated-at"),
    ("DROP TRIGGER zz_last_write_wins ON t", "lww"),
    ("DROP TRIGGER audit_row ON t", "audit"),
    ("DROP TRIGGER audit_truncate ON t", "audit"),
    ("DROP TRIGGER change_feed_update ON t", "change-feed"),
    ("ALTER TABLE t DISABLE ROW LEVEL SECURITY", "tenant-rls"),
    ("CREATE POLICY wide ON t USING (true)", "tenant-rls"),
    ("ALTER POLICY tenant_isolation ON t TO pg_monitor WITH CHECK (true)", "tenant-rls"),
]


def test_what_is_broken_on_the_target_is_found(db: Database, families: dict[str, Family], install: Install) -> None:
    with db.connect() as conn:
        for damage, family in _DAMAGE:
            conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            conn.execute(TABLES["public.t"])  # type: ignore[arg-type]
            install(conn, family)
            one_family = {family: families[family]}
            assert _wrong(_tested(conn, one_family, "public.t")) == []
            conn.execute(damage)  # type: ignore[arg-type]
            wrong = _wrong(_tested(conn, one_family, "public.t"))
            assert wrong, damage
            assert all(case and message for _, case, message in wrong)


def test_the_obvious_trigger_is_found_wrong(db: Database, families: dict[str, Family]) -> None:
    """What everybody writes first: it wipes the value when the same client writes twice."""
    with db.connect() as conn:
        conn.execute("CREATE TABLE t (id int PRIMARY KEY, client_id uuid)")
        conn.execute(
            "CREATE FUNCTION obvious() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
            "IF NEW.client_id IS NOT DISTINCT FROM OLD.client_id THEN NEW.client_id := NULL; END IF; RETURN NEW; END$$"
        )
        conn.execute("CREATE TRIGGER client_id BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION obvious()")
        results = [r for r in _tested(conn, {"client-id": families["client-id"]}, "public.t") if r.message]
    wrong = results[0]
    assert wrong.case == "an UPDATE that sets the client_id that was there keeps it"
    assert wrong.message == "it is null"
    assert [r.case for r in results[1:]] == ["one UPDATE of several rows treats each as one"]
    assert wrong.place
    assert (
        (FOLDER / "client-id.test.sql").read_text().splitlines()[wrong.place.line - 1].startswith("SELECT client_id =")
    )


def test_nobody_is_waited_for_and_nobody_waits(
    all_on: psycopg.Connection, db: Database, families: dict[str, Family]
) -> None:
    one_family = {"client-id": families["client-id"]}
    with db.connect() as other:
        with other.transaction():
            other.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
            started = time.monotonic()
            results = _tested(all_on, one_family, "public.t", "public.no_key")
            assert time.monotonic() - started < 5
        told = [(r.outcome, r.message) for r in results if r.table == "public.t"]
        assert told == [(Outcome.NOT_TESTED, "somebody alters the table just now")]
        assert {r.outcome for r in results if r.table != "public.t"} == {Outcome.PASSED}
    assert _wrong(_tested(all_on, one_family, "public.gone")) == [("client-id", "", "the table is not there")]


def test_who_may_not_is_told(all_on: psycopg.Connection, db: Database, families: dict[str, Family]) -> None:
    one_family = {"lww": families["lww"]}
    all_on.execute(f"CREATE ROLE cases_guest; REVOKE TEMPORARY ON DATABASE {db.name} FROM PUBLIC")  # type: ignore[arg-type]
    try:
        all_on.execute("SET ROLE cases_guest")
        assert _wrong(_tested(all_on, one_family, "public.t")) == [
            ("lww", "", "no stand-in for the table could be made: permission denied for table t (42501)")
        ]
        all_on.execute("RESET ROLE; GRANT SELECT ON t TO cases_guest; SET ROLE cases_guest")
        ((_, case, message),) = _wrong(_tested(all_on, one_family, "public.t"))
        assert (
            case,
            message.startswith("no stand-in for the table could be made: permission denied to create tempo"),
        ) == ("", True)
    finally:
        all_on.execute("RESET ROLE; DROP OWNED BY cases_guest; DROP ROLE cases_guest")


def test_the_rows_of_the_table_are_not_touched(db: Database, families: dict[str, Family], install: Install) -> None:
    with db.connect() as conn:
        conn.execute("CREATE TABLE t (id serial PRIMARY KEY, client_id uuid); INSERT INTO t VALUES (1), (2)")
        install(conn, "client-id", "audit")
        conn.execute("CREATE PUBLICATION everything FOR ALL TABLES")
        before = rows(conn, "SELECT xmin, ctid, * FROM t")
        names = {name: families[name] for name in ("client-id", "audit")}
        assert _wrong(_tested(conn, names, "public.t")) == []
        assert rows(conn, "SELECT xmin, ctid, * FROM t") == before


@pytest.mark.slow
def test_a_standby(trigger_server: Server, families: dict[str, Family]) -> None:
    standby = Server(trigger_server.major).start()
    try:
        standby.stop()
        (standby.home / "data/standby.signal").touch()
        standby.start()
        with standby.connect("postgres") as conn, pytest.raises(DatabaseRefused, match="standby"):
            _tested(conn, families)
    finally:
        standby.remove()


def test_where_the_default_is_read_only(all_on: psycopg.Connection, families: dict[str, Family]) -> None:
    all_on.execute("SET default_transaction_read_only = on")
    all_on.execute("SET default_transaction_isolation = 'serializable'")
    assert _wrong(_tested(all_on, {"lww": families["lww"]}, "public.t")) == []


# ---- the file


def _family(folder: Path, cases: str | None) -> dict[str, Family]:
    (folder / "own.sql").write_text(
        "-- Own.\nCREATE TRIGGER own AFTER INSERT ON this_table EXECUTE FUNCTION public.own();\n"
    )
    if cases is not None:
        (folder / "own.test.sql").write_text(cases)
    return {family.name: family for family in read_families(folder)}


def test_what_is_told_of_each_outcome(conn: psycopg.Connection, db: Database, tmp_path: Path) -> None:
    cases = """
    INSERT INTO this_table VALUES (1, 'it''s this_table');
    -- case: true
    SELECT a = 'it''s this_table' FROM this_table WHERE id = 1;
    -- case: false
    SELECT true AS first, count(*) = 2 AS two FROM this_table;
    -- case: no row
    SELECT true FROM this_table WHERE false;
    -- case: null
    SELECT NULL;
    -- case: no boolean
    SELECT 1 AS number;
    -- case: the second row
    VALUES (true), (false);
    -- case: an error
    SELECT 1 / 0 = 1;
    -- case: fails as it is to
    -- fails: 22012
    SELECT 1 / 0;
    SELECT count(*) = 1 FROM this_table;
    -- case: does not fail
    -- fails: 22012
    DELETE FROM this_table;
    -- case: fails otherwise
    -- fails: 23505
    SELECT 1 / 0;
    -- case: takes too long
    SELECT pg_sleep(60) IS NOT NULL;
    -- case: a savepoint
    DO $$BEGIN INSERT INTO this_table VALUES (9); EXCEPTION WHEN undefined_table THEN NULL; END$$;
    SELECT count(*) = 1 FROM this_table;
    """
    with db.connect() as own:
        own.execute("CREATE TABLE t (id int PRIMARY KEY, a text)")
        tested_family = _family(tmp_path, cases)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tested, "STATEMENT_TIMEOUT", "200ms")
            results = _tested(own, tested_family, "public.t")
    assert {r.case: r.message for r in results} == {
        "true": "",
        "false": "two is false",
        "no row": "no row came, and each claim is about one at least",
        "null": "it is null",
        "no boolean": "number is 1, no boolean",
        "the second row": "column1 is false in row 2",
        "an error": "division by zero (22012)",
        "fails as it is to": "",
        "does not fail": "it went through, and was to fail with 22012",
        "fails otherwise": "division by zero (22012); 23505 was to come",
        "takes too long": "canceling statement due to statement timeout (57014)",
        "a savepoint": "",
    }
    assert {r.outcome for r in results} == {Outcome.PASSED, Outcome.FAILED}


def test_what_is_not_tested_is_told(conn: psycopg.Connection, families: dict[str, Family], tmp_path: Path) -> None:
    conn.autocommit = True
    assert _wrong(_tested(conn, {"lww": families["lww"]})) == [("lww", "", "no table has it")]
    assert _wrong(_tested(conn, _family(tmp_path, None), "public.t")) == [("own", "", "own.test.sql is not there")]
    with pytest.raises(BadFile, match="has no case"):
        _tested(conn, _family(tmp_path, "SELECT true;"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- case: a\nCOMMIT;", "no transaction begins or ends within a case"),
        ("-- case: a\nSELECT true;\nSAVEPOINT x;", "no transaction begins or ends within a case"),
        ("-- case: a\nDELETE FROM this_table;", 'the case "a" claims nothing'),
        ("-- case:\nSELECT true;", "the case has no name"),
        ("-- case: a\nSELECT true;\n-- case: a\nSELECT true;", 'the case "a" stands twice, first on line 1'),
        ("-- case: a\nSELECT true;\n-- case: b\n", 'the case "b" claims nothing'),
        ("-- case: a\n-- fails: x\nSELECT 1;", "'x' is no SQLSTATE"),
        (
            "-- case: a\nSELECT true;\n-- fails: 42501\n-- case: b\nSELECT true;",
            'no statement follows "-- fails: 42501"',
        ),
        ("-- case: a\nSELECT true;\n-- fails: 42501\n", '"-- fails: 42501" means nothing here'),
        ("-- case: a\n-- dbtool: as application\nSELECT true;", '"-- dbtool: as application" means nothing here'),
        ("-- dbtool: as aplication\n-- case: a\nSELECT true;", '"-- dbtool: as aplication" means nothing here'),
        ("-- case: a\nSELEC true;", 'syntax error at or near "SELEC"'),
        ("", "the file has no statement"),
    ],
)
def test_mistakes_in_the_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.test.sql").write_text(text)
    with pytest.raises(BadFile) as told:
        read_cases(tmp_path / "own.test.sql")
    assert said in told.value.message


def test_comments_within_a_statement_are_no_cases(tmp_path: Path) -> None:
    text = "-- case: a\nSELECT\n-- case: b\ntrue, '\n-- case: c\n' IS NOT NULL;\r\n  --case:  d \r\nSELECT true"
    (tmp_path / "own.test.sql").write_text(text)
    assert [case.name for case in read_cases(tmp_path / "own.test.sql").cases] == ["a", "d"]
