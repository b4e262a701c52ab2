"""A rehearsal of whole files: what is held at the end, what fails and where, what the rollback does, what is not seen."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg import sql

from dbtool.config import load_project
from dbtool.lock_modes import Lock
from dbtool.migrations import Folder, read_migrations
from dbtool.rehearsal.rehearse import RehearsedFile, Undone, rehearse, stages
from dbtool.target import load_target
from tests.conftest import Database

BASE = """
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE TABLE u (id int PRIMARY KEY, t_id int);
CREATE SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY);
CREATE TABLE app.deep (id int PRIMARY KEY);
"""
STRONG = Lock.ACCESS_EXCLUSIVE

Rehearse = Callable[..., tuple[RehearsedFile, ...]]


@pytest.fixture
def pending(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearse:
    """Rehearse pending files after BASE: 0001, 0002 and so on, or by name as _0001__rollback__sql; no shadow is left."""
    return _rehearse_on(database, tmp_path, monkeypatch)


@pytest.fixture
def pending_on_each(each_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearse:
    """The same on the oldest and the newest server."""
    return _rehearse_on(each_database, tmp_path, monkeypatch)


def _rehearse_on(database: Database, path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearse:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (path / "dbtool.toml").write_text(f'[environments.development]\nshadow = "{database.url}"\n')
    project = load_project(path)

    def run(*texts: str, **named: str) -> tuple[RehearsedFile, ...]:
        folder = path / "migrations"
        folder.mkdir()
        for number, text in enumerate((BASE, *texts)):
            (folder / f"{number:04}.sql").write_text(text)
        for name, text in named.items():
            (folder / name.lstrip("_").replace("__", ".")).write_text(text)
        files = read_migrations(folder)
        applied = Folder(path=folder, migrations=files.migrations[:1])
        with stages(project, load_target(project), applied, like=None, say=None) as opened:
            found = rehearse(opened, files.migrations[1:], ledger_schema="public")
        assert database.rows(r"SELECT datname FROM pg_database WHERE datname LIKE 'dbtool\_shadow\_%'") == []
        return found

    return run


def locks(file: RehearsedFile) -> list[dict[str, Lock]]:
    """Return the locks that each statement took on tables."""
    return [{name: lock for name, lock in s.seen.locks.items() if "pkey" not in name} for s in file.statements]


def test_the_locks_at_the_end_are_those_held_together(pending_on_each: Rehearse) -> None:
    (file,) = pending_on_each("CREATE INDEX ON u (t_id); SELECT * FROM t; ALTER TABLE t ADD b int;")
    assert file.transactional
    assert {name: lock for name, lock in file.held.items() if "pkey" not in name} == {
        "public.t": STRONG,
        "public.u": Lock.SHARE,
    }
    assert locks(file) == [{"public.u": Lock.SHARE}, {"public.t": Lock.ACCESS_SHARE}, {"public.t": STRONG}]


def test_a_lock_that_is_held_already_is_told_again(pending: Rehearse) -> None:
    (file,) = pending("LOCK t; ALTER TABLE t ADD b int; CREATE INDEX ON t (a); INSERT INTO t VALUES (1);")
    told = [next(iter(each.values())) for each in locks(file)]
    assert told == [STRONG, STRONG, Lock.SHARE, Lock.ROW_EXCLUSIVE]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("CREATE TEMP TABLE x ON COMMIT DROP AS SELECT 1 AS a", "INSERT INTO t SELECT a FROM x", {"public.t": Lock.ROW_EXCLUSIVE}),
        ("SET LOCAL search_path = app", "ALTER TABLE deep ADD b int", {"app.deep": STRONG}),
        ("SET LOCAL search_path = app", "ALTER TABLE t ADD b int", {"app.t": STRONG}),  # there is another one
        ("DECLARE c CURSOR FOR SELECT id FROM t", "FETCH c", {}),
        ("SAVEPOINT s", "ALTER TABLE t ADD b int; ROLLBACK TO s", {"public.t": STRONG}),
    ],
)  # fmt: skip
def test_what_needs_its_own_transaction_has_it(
    pending: Rehearse, first: str, second: str, expected: dict[str, Lock]
) -> None:
    """And the second shadow is in step with the first afterwards: the next file fails on neither."""
    one, two = pending(f"{first}; {second};", "ALTER TABLE t ADD next int; ALTER TABLE app.t ADD next int;")
    assert one.failure is None
    assert locks(one)[1] == expected
    assert two.failure is None
    assert locks(two) == [{"public.t": STRONG}, {"app.t": STRONG}]


def test_of_a_caught_error_nothing_stays(pending: Rehearse) -> None:
    block = "DO $$ BEGIN ALTER TABLE t ADD b int; PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END $$"
    (file,) = pending(f"{block}; ALTER TABLE t ADD b int;")
    assert locks(file) == [{}, {"public.t": STRONG}]


def test_a_failure_is_told_with_its_place_and_ends_it(pending: Rehearse) -> None:
    found = pending("ALTER TABLE t ADD b int;", "SELECT 1;\n  ALTER TABLE t ADD b int;", "SELECT 1;")
    assert [file.migration.id for file in found] == ["0001", "0002"]
    assert found[0].failure is None
    assert "0002.sql:2:3: ERROR: column" in str(found[1].failure)
    assert "tried on a shadow" in str(found[1].failure)


def test_a_failure_outside_of_transactions_too(pending: Rehearse) -> None:
    (file,) = pending("-- transactional: false\nALTER TABLE t ADD b int;\nCREATE INDEX CONCURRENTLY i ON t (nothing);")
    assert "0001.sql:3:1: ERROR: column" in str(file.failure)


@pytest.mark.parametrize(
    ("rollback", "undone", "told"),
    [
        ("ALTER TABLE t DROP b;", Undone.RESTORES, ""),
        ("ALTER TABLE t ADD c int;", Undone.DIFFERS, "t"),
        ("ALTER TABLE t DROP c;", Undone.FAILS, "0001.rollback.sql:1:1: ERROR"),
        (None, Undone.MISSING, "no rollback file"),
    ],
)
def test_the_rollback_is_tried(pending: Rehearse, rollback: str | None, undone: Undone, told: str) -> None:
    (file,) = pending("ALTER TABLE t ADD b int;", **({"_0001__rollback__sql": rollback} if rollback else {}))
    assert file.undone is undone
    assert told in file.undone_told


def test_rollbacks_are_tried_from_the_last_one_back(pending: Rehearse) -> None:
    found = pending(
        "ALTER TABLE t ADD b int;", "ALTER TABLE t ADD c int;", "ALTER TABLE t ADD d int;",
        _0001__rollback__sql="ALTER TABLE t DROP b;", _0002__rollback__sql="SELECT 1;",
        _0003__rollback__sql="ALTER TABLE t DROP d;",
    )  # fmt: skip
    assert [file.undone for file in found] == [None, Undone.DIFFERS, Undone.RESTORES]


def test_a_rollback_is_tried_where_those_after_it_have_one(pending: Rehearse) -> None:
    """The state before is that of the shadow which was not touched, or is read in between."""
    found = pending(
        "ALTER TABLE t ADD b int;", "CREATE TEMP TABLE x AS SELECT 1; ALTER TABLE t ADD c int;", "ALTER TABLE t ADD d int;",
        _0002__rollback__sql="ALTER TABLE t DROP c;", _0003__rollback__sql="ALTER TABLE t DROP d;",
    )  # fmt: skip
    assert [file.undone for file in found] == [Undone.MISSING, Undone.RESTORES, Undone.RESTORES]


def test_the_table_of_an_index_is_known(pending: Rehearse) -> None:
    (file,) = pending("ALTER TABLE t ALTER id TYPE bigint; DROP TABLE u;")
    assert [s.seen.indexes for s in file.statements] == [{"public.t_pkey": "public.t"}, {"public.u_pkey": "public.u"}]


def test_python_is_run_and_told_as_unseen(pending: Rehearse) -> None:
    python = 'from yoyo import step\nsteps = [step("CREATE TABLE python (a int)")]\n'
    one, two = pending(_0001__py=python, _0002__sql="ALTER TABLE python ADD b int; ALTER TABLE t ADD b int;")
    assert (one.unseen, one.statements, one.failure) == ("it is written in Python", (), None)
    assert locks(two) == [{}, {"public.t": STRONG}]


def test_python_that_fails(pending: Rehearse) -> None:
    (file,) = pending(_0001__py='from yoyo import step\nsteps = [step("SELECT 1 / 0")]\n', _0002__sql="SELECT 1;")
    assert "0001.py" in str(file.failure)


def test_roles_that_do_not_exist_are_made(pending: Rehearse, database: Database) -> None:
    owner, made = (f"role_{secrets.token_hex(4)}" for _ in range(2))
    (file,) = pending(f"CREATE ROLE {made} LOGIN; ALTER TABLE t OWNER TO {owner}; GRANT SELECT ON t TO {made};")
    assert file.failure is None
    assert locks(file)[:2] == [{}, {"public.t": STRONG}]
    with database.connect() as conn:
        for role in (owner, made):
            assert conn.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [role]).fetchone() == (False,)
            conn.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_a_file_without_a_transaction(pending_on_each: Rehearse) -> None:
    file, after = pending_on_each(
        "-- transactional: false\nALTER TABLE u ADD b int;\nCREATE INDEX CONCURRENTLY i ON t (a);\nREINDEX TABLE CONCURRENTLY t;\n"
        "VACUUM (FULL) t;\nDROP INDEX CONCURRENTLY i;",
        "ALTER TABLE u ADD c int;",
    )
    assert not file.transactional
    assert file.held == {}
    assert [bool(s.outside) for s in file.statements] == [False, True, True, True, True]
    assert [each.get("public.t") for each in locks(file)] == [
        None, Lock.SHARE_UPDATE_EXCLUSIVE, Lock.SHARE_UPDATE_EXCLUSIVE, STRONG, Lock.SHARE_UPDATE_EXCLUSIVE,
    ]  # fmt: skip
    built = [sorted(s.seen.built) for s in file.statements[:3]]
    assert built == [[], ["public.i"], ["public.i", "public.t_pkey"]]
    assert file.statements[3].seen.rewritten == ("public.t",)
    assert locks(after) == [{"public.u": STRONG}]


def test_tables_made_by_an_earlier_file_are_nobodys_concern(pending: Rehearse) -> None:
    one, two = pending(
        "CREATE TABLE new (id int PRIMARY KEY, t_id int REFERENCES t);",
        "ALTER TABLE new ADD b float DEFAULT random(); CREATE INDEX ON new (b); DROP TABLE new;",
    )
    assert locks(one) == [{"public.t": Lock.SHARE_ROW_EXCLUSIVE}]
    seen = [(s.seen.rewritten, s.seen.built, s.seen.scanned, s.seen.written) for s in two.statements]
    assert seen == [((), {}, (), ())] * 3
    assert locks(two) == [{}, {}, {"public.t": STRONG}]  # of the foreign key
    assert {name for name in two.held if "pkey" not in name} == {"public.t"}


def test_relations_are_told_by_the_names_they_had(pending: Rehearse) -> None:
    one, two = pending(
        "ALTER TABLE t RENAME TO w; ALTER TABLE w ADD b float DEFAULT random(); DROP TABLE u;",
        "DROP TABLE w; CREATE TABLE t (id int); CREATE INDEX ON t (id);",
    )
    assert locks(one) == [{"public.t": STRONG}, {"public.t": STRONG}, {"public.u": STRONG}]
    assert one.statements[1].seen.rewritten == ("public.t",)
    assert locks(two) == [{"public.t": STRONG}, {}, {}]
    assert two.statements[2].seen.built == {}


def test_copied_rows_are_copied(pending: Rehearse) -> None:
    """Only then does what comes after them fail, or not, as it would."""
    one, two = pending(
        "COPY t (id, a) FROM STDIN;\n1\t1\n2\t\\N\n\\.\nCREATE INDEX ON t (a);", "ALTER TABLE t ALTER a SET NOT NULL;"
    )
    assert locks(one) == [{"public.t": Lock.ROW_EXCLUSIVE}, {"public.t": Lock.SHARE}]
    assert one.statements[0].seen.written == ("public.t",)
    assert 'column "a" of relation "t" contains null values' in str(two.failure)
