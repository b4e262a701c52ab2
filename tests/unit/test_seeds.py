"""Seed sets as files: which are run and in which order, what in them removes rows, what is refused unrun."""

from pathlib import Path

import pytest

from dbtool.errors import BadFile, UsageError
from dbtool.seeds import SeedFile, choose_sets, command_for, find_sets, read_seeds
from dbtool.seeds.removal import removing


def write(root: Path, **files: str) -> None:
    """Write seed files: dev__01_a="SQL" is sql/seeds/dev/01_a.sql."""
    for name, text in files.items():
        path = root / "sql/seeds" / (name.replace("__", "/") + ".sql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def seeds_of(root: Path, *sets: str) -> tuple[SeedFile, ...]:
    found = find_sets(root)
    return read_seeds(root, found, choose_sets(found, sets))


def found_in(root: Path, text: str) -> list[str]:
    write(root, dev__a=text)
    (file,) = seeds_of(root, "dev")
    return [removal.what for removal in file.removes]


# ---- sets


def test_files_run_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, dev__02_b="select 1", dev__01_a="select 1", dev__02_a__z="select 1", dev__10="select 1")
    folder = tmp_path / "sql/seeds/dev"
    for other in ("README.md", "03.sql.bak", ".03.sql"):
        (folder / other).write_text("nothing of ours")
    (folder / ".git").mkdir()
    (folder / ".git/x.sql").write_text("nothing of ours")
    (folder / "empty.sql").mkdir()
    names = [file.name for file in seeds_of(tmp_path, "dev")]
    assert names == ["dev/01_a.sql", "dev/02_a/z.sql", "dev/02_b.sql", "dev/10.sql"]


def test_without_a_set_the_usual_ones_with_files_are_meant(tmp_path: Path) -> None:
    write(tmp_path, demo__a="select 1", dev__a="select 1")
    (tmp_path / "sql/seeds/reference").mkdir()
    assert [file.set for file in seeds_of(tmp_path)] == ["dev"]
    write(tmp_path, reference__a="select 1")
    assert [file.set for file in seeds_of(tmp_path)] == ["reference", "dev"]
    assert [file.set for file in seeds_of(tmp_path, "demo", "dev", "demo")] == ["demo", "dev"]


def test_a_project_without_seeds_has_no_sets(tmp_path: Path) -> None:
    assert find_sets(tmp_path) == {}
    assert choose_sets({}, ()) == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("devv", "did you mean dev?"),
        ("zzz", "a set is a folder"),
        ("../..", "a set is a folder"),
        (".git", "a set is a folder"),
        ("", "a set is a folder"),
    ],
)
def test_a_set_that_is_none_is_a_usage_error_with_the_list(tmp_path: Path, name: str, said: str) -> None:
    write(tmp_path, reference__a="select 1", dev__a="select 1")
    (tmp_path / "sql/seeds/.git").mkdir()
    with pytest.raises(UsageError) as refused:
        seeds_of(tmp_path, "dev", name)
    assert "there are: dev, reference" in refused.value.message
    assert said in refused.value.hint


# ---- what removes rows

REMOVES = {
    "delete from t": "DELETE",
    "delete from t where id = 1": "DELETE",
    "/* x */ DeLeTe\nfrom t": "DELETE",
    "with gone as (delete from a returning *) insert into b select * from gone": "DELETE",
    "insert into b with gone as (delete from a returning *) select * from gone": "DELETE",
    "with a as (with b as (delete from t returning 1) select 1) select 1": "DELETE",
    "explain analyze delete from t": "DELETE",
    "prepare p as delete from t": "DELETE",
    "create table x as with gone as (delete from a returning *) select * from gone": "DELETE",
    "copy (delete from t returning *) to '/tmp/x'": "DELETE",
    "create rule r as on insert to t do also delete from u": "DELETE",
    "create function f() returns void begin atomic delete from t; end": "DELETE",
    "with a as (select $$it's$$ as b), c as (delete from t where d = 'x' returning 1) select 1": "DELETE",
    "with a as (select 'x' /* a /* b */ ' */), c as (delete from t where d = 'x' returning 1) select 1": "DELETE",
    r"with a as (select '\'), c as (delete from t where d = 'x' returning 1) select 1": "DELETE",
    r"with a as (select E'\''), c as (delete from t where d = 'x' returning 1) select 1": "DELETE",
    "truncate t": "TRUNCATE",
    "truncate table only t, u restart identity cascade": "TRUNCATE",
    "drop table if exists t": "DROP TABLE",
    "drop materialized view v": "DROP MATVIEW",
    "drop schema s cascade": "DROP SCHEMA",
    "drop owned by somebody": "DROP OWNED",
    "update t set a = 1": "UPDATE without WHERE",
    "update t set a = 1 where true": "UPDATE without WHERE",
    "update t set a = u.a from u": "UPDATE without WHERE",
    "with a as (update t set a = 1 returning *) insert into u select * from a": "UPDATE without WHERE",
    "merge into t using s on t.id = s.id when matched then delete": "MERGE with DELETE",
    "merge into t using s on t.id = s.id when not matched by source then delete": "MERGE with DELETE",
    "alter table t drop column a": "DROP COLUMN",
    "alter table t detach partition p": "DETACH PARTITION",
}
UNSEEN = {
    "call tidy()": "CALL",
    "do $$ begin delete from t; end $$": "DO with DELETE",
    "do $$ begin execute 'del' || 'ete from t'; end $$": "DO with EXECUTE",
    "do language plpgsql $x$ begin truncate t; end $x$": "DO with TRUNCATE",
    "do $$ begin call tidy(); end $$": "DO with CALL",
    "do language plpython3u $$ pass $$": "DO in another language",
}
KEEPS = (
    "insert into t values (1)",
    "insert into t values ('delete from t', 'drop table t') on conflict do nothing",
    "insert into t values (1) on conflict (id) do update set a = excluded.a where t.a <> excluded.a",
    "with new as (select 1 as id) insert into t select * from new on conflict (id) do update set a = 1",
    "update t set a = 1 where id = 1",
    "with a as (update t set a = 1 where id = 1 returning *) insert into u select * from a",
    "merge into t using s on t.id = s.id when matched then update set a = 1 when not matched then insert values (1)",
    'insert into "delete" ("drop", "truncate") values (1, 2)',
    "insert into t values ($$ delete from t $$)",
    "select setval('t_id_seq', 10, false)",
    "select 1 -- delete from t\n /* drop table t */",
    "comment on table t is 'truncate me'",
    "create temporary table staging (id int) on commit drop",
    "do $$ begin insert into t values (1) on conflict do update set a = 1; -- never delete\n end $$",
    "do $$ begin if not exists (select from t) then insert into t values (1); end if; end $$",
    "alter table t add column a int",
    "set local work_mem = '64MB'",
    "savepoint a",
)


@pytest.mark.parametrize("sql", REMOVES)
def test_what_removes_rows_is_seen(sql: str) -> None:
    assert removing(sql.encode()) == [(REMOVES[sql], True)]


@pytest.mark.parametrize("sql", UNSEEN)
def test_what_cannot_be_seen_through_counts_as_removing(sql: str) -> None:
    ((what, seen),) = removing(sql.encode())
    assert what.startswith(UNSEEN[sql])
    assert not seen


@pytest.mark.parametrize("sql", KEEPS)
def test_what_keeps_rows_is_let_be(sql: str) -> None:
    assert removing(sql.encode()) == []


def test_a_statement_too_large_for_the_parser_is_judged_by_its_words() -> None:
    values = ", ".join(["('delete from t')"] * 300_000)
    assert removing(f"insert into t values {values}".encode()) == []
    ((what, seen),) = removing(f"with a as (delete from t returning 1) insert into t values {values}".encode())
    assert (what, seen) == ("a statement too large to be seen through", False)


def test_a_removal_has_its_place(tmp_path: Path) -> None:
    write(tmp_path, dev__a="insert into t values (1);\n\n  delete from t;")
    (removal,) = seeds_of(tmp_path, "dev")[0].removes
    assert (removal.place.line, removal.place.column) == (3, 3)


MARK = "-- dbtool: removes rows"


@pytest.mark.parametrize(
    ("text", "removes"),
    [
        (f"{MARK}\nselect tidy();", [MARK]),
        ("-- About it.\n\n--dbtool:  REMOVES   rows, all of a tenant's\nselect tidy();", [MARK]),
        (f"select 1;\n{MARK}\nselect tidy();", [MARK]),
        (f"\ufeff{MARK}\r\nselect tidy();\r\n", [MARK]),
        ("-- dbtool: keeps rows because it adds partitions\ncall add_partitions();", []),
        ("-- dbtool: keeps rows because I say so\ncall tidy(); delete from t;", ["DELETE"]),
        (f"{MARK}\n-- dbtool: keeps rows because I say so\nselect 1;", [MARK]),
        ("select 1;\n-- dbtool: keeps rows because I say so\ncall tidy();", ["CALL, which cannot be seen through"]),
        ("-- dbtool: allow select-star because it is small\nselect 1;", []),
    ],
    ids=["head", "head in other words", "anywhere", "bom and crlf", "keeps", "keeps what is seen", "both", "too late",
         "lint's"],
)  # fmt: skip
def test_the_word_of_the_file_itself(tmp_path: Path, text: str, removes: list[str]) -> None:
    assert found_in(tmp_path, text) == removes


@pytest.mark.parametrize("word", ["remove rows", "deletes rows", "keeps rows", "keeps rows because", ""])
def test_a_marker_that_says_nothing_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(BadFile) as refused:
        found_in(tmp_path, f"-- dbtool: {word}\nselect 1;")
    assert [finding.id for finding in refused.value.findings] == ["bad-header"]


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"reference__a": "insert into t values (1)"}, "seed-reference"),
        ({"reference__a": "insert into t values (1)", "reference__b": "delete from t"}, "seed"),
        ({"reference__a": f"{MARK}\nselect tidy()"}, "seed"),
        ({"reference__a": "call tidy()"}, "seed"),
        ({"reference__a": "insert into t values (1)", "dev__a": "select 1"}, "seed"),
        ({"dev__a": "insert into t values (1)"}, "seed"),
        ({"references__a": "select 1"}, "seed"),
    ],
    ids=["harmless", "deletes", "marked", "unseen", "and dev", "dev", "another name"],
)
def test_what_the_policy_is_asked_about(tmp_path: Path, files: dict[str, str], command: str) -> None:
    write(tmp_path, **files)
    assert command_for(seeds_of(tmp_path, *find_sets(tmp_path))) == command


# ---- what is refused before anything runs

BAD = {
    "insert into t values (1);\nbegin;": ("transaction-control", 2, "BEGIN cannot stand in a seed file"),
    "insert into t values (1); commit;": ("transaction-control", 1, "COMMIT cannot stand in a seed file"),
    "rollback;": ("transaction-control", 1, "ROLLBACK"),
    "prepare transaction 'x';": ("transaction-control", 1, "PREPARE TRANSACTION"),
    "select 1;\n vacuum;": ("not-in-a-transaction", 2, "VACUUM cannot run in a transaction"),
    "create index concurrently i on t (a);": ("not-in-a-transaction", 1, "CREATE INDEX CONCURRENTLY"),
    "create database d;": ("not-in-a-transaction", 1, "CREATE DATABASE"),
    "insert inot t values (1);": ("syntax-error", 1, "syntax error"),
    "copy t from stdin;": ("copy-without-data", 1, "without data"),
    "copy t to stdout;": ("copy-to-stdout", 1, "in a seed file"),
    "\\copy t from 'x'": ("psql-meta-command", 1, "command of psql"),
    "\\i other.sql": ("psql-meta-command", 1, "command of psql"),
    "-- nothing": ("empty-file", 1, "no statement"),
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_file_is_refused_with_its_place_and_not_as_a_migration(tmp_path: Path, text: str) -> None:
    id, line, said = BAD[text]
    write(tmp_path, dev__a="select 1;", dev__b=text)
    with pytest.raises(BadFile) as refused:
        seeds_of(tmp_path, "dev")
    (finding,) = refused.value.findings
    assert (finding.id, finding.place and finding.place.line) == (id, line)
    assert finding.place and finding.place.path.name == "b.sql"
    assert said in finding.message
    assert "migration" not in finding.message
    assert "-- transactional" not in finding.help
    assert "stands alone" not in finding.help or "seed file" in finding.help


def test_everything_that_is_wrong_in_any_file_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, reference__a="vacuum; vacuum full;", dev__a="commit;", dev__b="select from from;")
    with pytest.raises(BadFile) as refused:
        seeds_of(tmp_path)
    ids = ["not-in-a-transaction", "not-in-a-transaction", "transaction-control", "syntax-error"]
    assert [finding.id for finding in refused.value.findings] == ids
